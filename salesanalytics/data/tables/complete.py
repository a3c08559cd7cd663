"""Tables as an analyst may hold them, made complete: columns that may be missing are added, plain times get their zone.

In: a frame under the name of one of our tables. Out: the same rows with every column of the schema in its kind of dtype; the
frame itself where nothing is to be done. A column without which the table says nothing is an error that names it.
"""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from salesanalytics.data.tables.schema import TABLES, Column, columns
from salesanalytics.data.tables.schema.columns import DTYPES
from salesanalytics.errors import DataError


@cache
def _schema(name: str) -> tuple[Column, ...]:
    return tuple(columns(name).values())


def complete(name: str, frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """`frame` with all columns of table `name`. Times without a zone are the company's clock (`timezone`). Rows of which
    several have one label, as after `pd.concat`, are numbered anew.

    Raises DataError where a required column is missing, or a day, time or amount is text that has to be read first.
    """
    if name not in TABLES:
        return frame
    frame = frame if frame.index.is_unique else frame.reset_index(drop=True)
    missing = [column for column in _schema(name) if column.name not in frame]
    needed = [column.name for column in missing if column.required]
    if needed:
        found = ", ".join(map(str, list(frame.columns)[:12]))
        raise DataError(
            f"the table {name} has no column {', '.join(needed)}; found {found}. Name the columns as docs/data.md does, "
            "or read the data with salesanalytics.data.intake.check.check_source and a mapping"
        )
    made = {column.name: _empty(frame, column) for column in missing}
    made |= {column.name: _typed(name, frame[column.name], column, timezone) for column in _schema(name) if _odd(frame, column)}
    return frame.assign(**made) if made else frame


def _empty(frame: pd.DataFrame, column: Column) -> "pd.Series[Any]":
    if column.default_from:
        return frame[column.default_from]
    dtype = "bool" if column.kind == "flag" and column.default is not None else DTYPES[column.kind]
    return pd.Series(column.default, index=frame.index, dtype=dtype)


def _odd(frame: pd.DataFrame, column: Column) -> bool:
    """Whether a column is held in a way that analyses could not work with."""
    if column.name not in frame:
        return False
    dtype = frame[column.name].dtype
    match column.kind:
        case "moment":
            return not isinstance(dtype, pd.DatetimeTZDtype)
        case "day":
            return not types.is_datetime64_dtype(dtype)
        case "money" | "number":
            return not types.is_numeric_dtype(dtype)
        case "flag":
            return not types.is_bool_dtype(dtype)
        case _:
            return False


def _typed(name: str, values: "pd.Series[Any]", column: Column, timezone: str) -> "pd.Series[Any]":
    dtype = values.dtype
    read: pd.Series[Any]
    if column.kind == "moment" and types.is_datetime64_dtype(dtype):
        here = values.dt.tz_localize(timezone, ambiguous=np.zeros(len(values), dtype=bool), nonexistent="shift_forward")
        read = here.dt.tz_convert("UTC")
    elif column.kind == "day" and isinstance(dtype, pd.DatetimeTZDtype):
        read = values.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    elif values.isna().all():
        read = values.astype(DTYPES[column.kind])
    else:
        raise _unread(name, values, column)
    return read


def _unread(name: str, values: "pd.Series[Any]", column: Column) -> DataError:
    found = str(values.dropna().iloc[0])[:40]
    return DataError(
        f"the table {name} holds {column.name} as {values.dtype} (e.g. {found!r}); expected a column of kind {column.kind}. "
        "Convert it, e.g. with pd.to_datetime or pd.to_numeric, or read the data with check_source"
    )
