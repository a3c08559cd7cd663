"""What all our tables have in common."""

from typing import Any

import pandas as pd
import pandera.pandas as pa


class Table(pa.DataFrameModel):
    """Base of every table: columns with kinds, a key (`unique`), row rules as dataframe checks named in plain words."""

    class Config:
        strict = False
        ordered = False

    @classmethod
    def key(cls) -> tuple[str, ...]:
        """Columns that together name a row; no two rows may share them."""
        return tuple(cls.to_schema().unique or ())

    @classmethod
    def grain(cls) -> str:
        """What one row is, as the docstring says it."""
        return (cls.__doc__ or "").strip().splitlines()[0]


def not_before(later: "pd.Series[Any]", earlier: "pd.Series[Any]") -> "pd.Series[bool]":
    """True where `later` is not before `earlier`, or either is unknown."""
    return (later >= earlier) | later.isna() | earlier.isna()
