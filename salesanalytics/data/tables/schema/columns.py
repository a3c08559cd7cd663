"""The kinds of column our tables have: each a dtype, the rules that hold for every such column, and a meaning.

A kind returns a pandera field. Its metadata tells the reader of raw text how to parse the column (`kind`), what to put
where the source has none (`default`, `default_from`), and what it points at (`ref`). Rules broken by a row put the row in
quarantine; they never fail a run.
"""

from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.engines import pandas_engine

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)

Text = Annotated[pd.StringDtype, "pyarrow", np.nan]
Moment = Annotated[pd.DatetimeTZDtype, "us", "UTC"]
Day = Annotated[pandas_engine.DateTime, None, "us", None, False, None]

MaybeFlag = pd.BooleanDtype

FIRST_YEAR = 1990  # earlier dates are typing errors or "no date" in disguise, except where a column says otherwise
OPEN_YEAR = 2999
LARGEST_MONEY = 1e13  # more is a typing error, and cents of it could no longer be told apart

Kind = Literal["text", "choice", "money", "number", "whole", "flag", "day", "moment"]
DTYPES: dict[str, Any] = {
    "text": TEXT,
    "choice": TEXT,
    "money": "float64",
    "number": "float64",
    "whole": "Int64",
    "flag": "boolean",
    "day": "datetime64[us]",
    "moment": "datetime64[us, UTC]",
}
"""The dtype in which a column of a kind may lack values."""
Declared = Any  # a pandera field stands for the type written before it, as dataclasses.field does


def _field(kind: Kind, meaning: str, *, required: bool, checks: dict[str, Any] | None = None, **extra: object) -> Declared:
    metadata = {"kind": kind, **{name: value for name, value in extra.items() if value is not None}}
    nullable = not required and "default" not in metadata and "default_from" not in metadata
    return pa.Field(nullable=nullable, description=meaning, metadata=metadata, **(checks or {}))


def string(meaning: str, *, required: bool = False, default: str | None = None, default_from: str | None = None) -> Declared:
    """Free text or an id of the source."""
    return _field("text", meaning, required=required, default=default, default_from=default_from)


def ref(table: str, meaning: str, *, required: bool = False) -> Declared:
    """The key of a row in `table`. Unknown: a required one quarantines the row, an optional one is cleared and counted."""
    return _field("text", meaning, required=required, ref=table)


def choice(*values: str, meaning: str, required: bool = False, default: str | None = None) -> Declared:
    """One of a few words, in lower case."""
    return _field("choice", meaning, required=required, default=default, choices=values, checks={"isin": list(values)})


def money(meaning: str, *, required: bool = False) -> Declared:
    """An amount in the base currency, rounded to cents, never negative, and below ten trillion: more is a typing error."""
    return _field("money", meaning, required=required, checks={"ge": 0, "lt": np.inf, "le": LARGEST_MONEY})


def signed_money(meaning: str, *, required: bool = False) -> Declared:
    """As `money`, and negative where money goes back: a credit note, pay that is taken back."""
    bounds = {"min_value": -LARGEST_MONEY, "max_value": LARGEST_MONEY}
    return _field("money", meaning, required=required, checks={"in_range": bounds})


def number(meaning: str, *, required: bool = False, least: float | None = None, most: float | None = None) -> Declared:
    """A finite number, within bounds where given."""
    low, high = (-np.inf if least is None else least), (np.inf if most is None else most)
    bounds = {
        "in_range": {"min_value": low, "max_value": high, "include_min": least is not None, "include_max": most is not None}
    }
    return _field("number", meaning, required=required, checks=bounds)


def share(meaning: str, *, required: bool = False) -> Declared:
    """A number from 0 to 1."""
    return number(meaning, required=required, least=0, most=1)


def whole(meaning: str, *, default: int | None = None, least: int | None = None) -> Declared:
    """A whole number, not below `least`; always there."""
    return _field("whole", meaning, required=default is None, default=default, checks=None if least is None else {"ge": least})


def flag(meaning: str, *, default: bool | None = None) -> Declared:
    """True or false; always there."""
    return _field("flag", meaning, required=default is None, default=default)


def maybe_flag(meaning: str) -> Declared:
    """True, false, or not known."""
    return _field("flag", meaning, required=False)


def day(meaning: str, *, required: bool = False, since: int = FIRST_YEAR, open_end: bool = False) -> Declared:
    """A calendar date without time or zone, not before the year `since`.

    `open_end`: a date like 9999-12-31 means "still lasting" and is emptied.
    """
    return _field("day", meaning, required=required, since=since, open_end=open_end or None)


def moment(meaning: str, *, required: bool = False) -> Declared:
    """A point in time, UTC."""
    return _field("moment", meaning, required=required, since=FIRST_YEAR)
