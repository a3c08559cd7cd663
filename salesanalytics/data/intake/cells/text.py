"""Any column as text: what ids, words and everything that is read from text begin with."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api import types

from salesanalytics.data.tables.schema.columns import TEXT


def text(raw: "pd.Series[Any]") -> "pd.Series[Any]":
    """Any column as stripped text; whole numbers lose the `.0` a missing cell gave them; empty text is missing."""
    if types.is_float_dtype(raw.dtype) and (raw.dropna() % 1 == 0).all():
        small = (raw.dropna().abs() < 2**63).all()
        raw = raw.astype("Int64") if small else raw.map(lambda number: str(int(number)), na_action="ignore")
    elif raw.dtype == object:
        raw = raw.map(_plain)
    stripped = raw.astype(TEXT).str.strip()
    return stripped.where(stripped != "")


def _plain(value: object) -> object:
    """A decimal without the zeros that only its column's scale gave it (1.00 is 1); anything else as it is."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return value
    return format(value.to_integral_value() if value == value.to_integral_value() else value.normalize(), "f")


def looks_like(written: "pd.Series[Any]", pattern: str) -> "pd.Series[bool]":
    """True where a text is `pattern` from end to end; in Arrow, where a million cells cost a tenth of a second."""
    found = pc.match_substring_regex(pa.array(written, from_pandas=True), pattern=f"^(?:{pattern})$")
    return pd.Series(found.fill_null(False).to_numpy(zero_copy_only=False), index=written.index)
