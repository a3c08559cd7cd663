"""What shaping a table gives: its rows under our names, still as written, and what has to be said about them."""

from dataclasses import dataclass, field

import pandas as pd

from salesanalytics.data.intake.cells.reading import Reading


@dataclass(frozen=True, slots=True)
class Remark:
    """A note on one table. `examples` quotes the source, for analysts only; `text`, which every team sees, never does."""

    text: str
    examples: tuple[str, ...] = ()
    fatal: bool = False
    rows: int = 0
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Shaped:
    """One of our tables before parsing. `frame`: our columns, unparsed; `readings`: how each is to be read.

    `seen` counts the rows its files gave, after `where` and before grouping; `broken` of them could not be split into columns.
    `file_columns` are the columns of the files, under their own names. `marks` is the currency of columns that had to be added
    up and so are numbers already.
    """

    table: str
    frame: pd.DataFrame
    readings: dict[str, Reading] = field(default_factory=dict)
    seen: int = 0
    broken: int = 0
    broken_sample: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    file_columns: tuple[str, ...] = ()
    marks: dict[str, str] = field(default_factory=dict)
