"""Turns one raw column into the dtype of our schema, and says which cells it could not read.

In: a column as the source gave it (text, or already numbers, flags, dates) and the kind our schema wants. Out: the typed column
and the cells that stay unreadable. Nothing is guessed: how numbers and times may be written, `cells` says.
"""

from typing import Any

import pandas as pd
from pandas.api import types

from salesanalytics.data.intake.cells import numbers, times
from salesanalytics.data.intake.cells.reading import Parsed, Reading, readable
from salesanalytics.data.intake.cells.text import text

FLAGS = {
    "true": True,
    "t": True,
    "yes": True,
    "y": True,
    "1": True,
    "false": False,
    "f": False,
    "no": False,
    "n": False,
    "0": False,
}


def parse(raw: "pd.Series[Any]", kind: str, reading: Reading | None = None) -> Parsed:
    """`raw` as a column of `kind` (see schema.columns)."""
    reading = reading or Reading()
    match kind:
        case "money":
            return numbers.number(raw, reading, money=True)
        case "number":
            return numbers.number(raw, reading)
        case "whole":
            return numbers.whole(raw, reading)
        case "flag":
            return _flag(raw)
        case "day":
            return times.day(raw, reading)
        case "moment":
            return times.moment(raw, reading)
        case "choice":
            return readable(text(raw).str.lower().str.replace(r"[\s-]+", "_", regex=True))
        case _:
            return readable(text(raw))


def _flag(raw: "pd.Series[Any]") -> Parsed:
    if types.is_bool_dtype(raw.dtype):
        return readable(raw.astype("boolean"))
    written = text(raw).str.lower()
    flags = written.map(FLAGS).astype("boolean")
    return Parsed(flags, flags.isna() & written.notna())
