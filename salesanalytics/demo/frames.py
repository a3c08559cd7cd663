"""From numbers to tables: columns of text, days, moments and money, in the dtypes of the schema.

In: numpy arrays of indices, day numbers, seconds or cents. Out: pandas frames with exactly the schema's columns. Text is
built in Arrow, a table at a time, because a Python string per cell would take most of the time of a large company.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from numpy.typing import NDArray

from salesanalytics.data.tables.schema import TABLES, TEXT

Array = NDArray[Any]
Dtype = Any
"""A numpy or pandas dtype."""
Values = Any
"""What a column may be made from: an Arrow array of text, a numpy array, a series, a list, or one word for all rows."""
NONE = -1
"""The index that stands for "no value"."""


@cache
def words(name: str) -> dict[str, Any]:
    """The words kept in `name`.yaml beside this module."""
    text = files(__package__).joinpath(f"{name}.yaml").read_text("utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - both are safe loaders


def texts(values: Sequence[str | None] | Array) -> pa.Array:
    """Text from Python strings."""
    return pa.array(values, pa.large_string())


def ids(prefix: str, count: int, width: int = 6) -> pa.Array:
    """`count` keys: O-000001, O-000002, …"""
    digits = pc.cast(pa.array(np.arange(1, count + 1)), pa.large_string())
    return joined(prefix + "-", pc.utf8_lpad(digits, max(width, len(str(count))), "0"))


def taken(values: pa.Array | Sequence[str], index: Array) -> pa.Array:
    """`values[index]`, empty where the index is `NONE`."""
    pool = values if isinstance(values, pa.Array) else texts(values)
    where = np.asarray(index, np.int64)
    missing = where < 0
    return pc.take(pool, pa.array(where, mask=missing if missing.any() else None), boundscheck=False)


def joined(*parts: "pa.Array | str") -> pa.Array:
    """Parts put together row by row; empty where any part is."""
    scalars = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*scalars, pa.scalar("", pa.large_string()))


def where(keep: Array, values: pa.Array) -> pa.Array:
    """`values`, emptied where `keep` is false."""
    return pc.if_else(pa.array(keep), values, pa.scalar(None, pa.large_string()))


def moments(seconds: Array, keep: Array | None = None) -> "pd.Series[Any]":
    """UTC moments from seconds since 1970; empty where `keep` is false."""
    values = (np.asarray(seconds, np.int64) * 1_000_000).astype("datetime64[us]")
    if keep is not None:
        values[~keep] = np.datetime64("NaT")
    return pd.Series(values).dt.tz_localize("UTC")


def days(numbers: Array, keep: Array | None = None) -> Array:
    """Dates from days since 1970; empty where `keep` is false."""
    known = np.asarray(numbers, np.int64) if keep is None else np.where(keep, numbers, 0)
    values = known.astype("datetime64[D]").astype("datetime64[us]")
    if keep is not None:
        values[~keep] = np.datetime64("NaT")
    return values


def money(amount: Array) -> Array:
    """Amounts rounded to cents."""
    return np.round(np.asarray(amount, np.float64), 2)


def cents_text(cents: Array) -> pa.Array:
    """Amounts in cents as text: 1234.50."""
    units, rest = np.divmod(np.asarray(cents, np.int64), 100)
    digits = pc.utf8_lpad(pc.cast(pa.array(rest), pa.large_string()), 2, "0")
    return joined(pc.cast(pa.array(units), pa.large_string()), ".", digits)


def day_text(numbers: Array) -> pa.Array:
    """Day numbers as text: 2026-11-22."""
    return pc.cast(pa.array(np.asarray(numbers, np.int32)).cast(pa.date32()), pa.large_string())


def frame(table: str, **columns: Values) -> pd.DataFrame:
    """The rows of `table`; a plain word fills its whole column, a column not given is empty.

    Raises KeyError where the schema has no such column: a mistake of ours.
    """
    fields = TABLES[table].to_schema().columns
    unknown = set(columns) - set(fields)
    if unknown:
        raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    rows = max(len(value) for value in columns.values() if not isinstance(value, str))
    data = {name: _column(field.dtype.type, columns.get(name), rows) for name, field in fields.items()}
    return pd.DataFrame(data, index=pd.RangeIndex(rows), copy=False)


def _column(dtype: Dtype, value: Values | None, rows: int) -> "pd.Series[Any]":
    """One column in the dtype of the schema."""
    if isinstance(dtype, pd.StringDtype):
        word = value is None or isinstance(value, str)
        return pd.Series(text_column(taken(texts([value]), np.zeros(rows, np.int64)) if word else value))
    if value is None:
        return pd.Series(np.nan, index=range(rows)).astype(dtype)
    series = value if isinstance(value, pd.Series) else pd.Series(np.asarray(value))
    return series if series.dtype == dtype else series.astype(dtype)


def text_column(values: pa.Array) -> Any:  # noqa: ANN401 - pandas has no public name for its Arrow text array
    """Arrow text as a pandas array in the schema's text dtype, without a copy."""
    return TEXT.__from_arrow__(values)  # type: ignore[attr-defined]
