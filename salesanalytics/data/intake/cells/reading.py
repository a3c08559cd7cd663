"""What goes into reading a column and what comes out of it.

In: nothing. Out: `Reading`, how a column is written, and `Parsed`, what was made of it. It reads nothing itself.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

PeriodEdge = Literal["month_start", "month_end", "quarter_start", "quarter_end"]
Decimal = Literal[".", ","]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a column is written in the source.

    `formats`: how days and times are written, ISO 8601 where there is none. `decimal`: the decimal sign, None where nobody
    said.
    """

    formats: tuple[str, ...] = ()
    decimal: Decimal | None = None
    factor: float = 1.0
    edge: PeriodEdge | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed column, and what has to be said about its cells.

    `unreadable`: True where a cell holds what could not be read; `unsure`: True where it could mean two things. Either cell is
    missing in `column`. `marks`: the currency written in each cell, missing where none is. `remarks` count what was adjusted.
    """

    column: "pd.Series[Any]"
    unreadable: "pd.Series[bool]"
    remarks: dict[str, int] = field(default_factory=dict)
    unsure: "pd.Series[bool] | None" = None
    marks: "pd.Series[Any] | None" = None

    @property
    def lost(self) -> "pd.Series[bool]":
        """True where a cell holds something of which no value was made."""
        return self.unreadable if self.unsure is None else self.unreadable | self.unsure


def readable(column: "pd.Series[Any]") -> Parsed:
    """A column of which every cell could be read."""
    return Parsed(column, pd.Series(False, index=column.index))
