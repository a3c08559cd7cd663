"""What went wrong in a chapter, in one line without secrets: passwords and tokens are masked."""

import re
from dataclasses import dataclass

from salesanalytics.base.redact import LONGEST, shown

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class CellError:
    """What went wrong in a chapter. `cell` counts the notebook's cells from 1 as a reader of it does; None: no one cell."""

    chapter: str
    cell: int | None
    kind: str
    text: str

    def __str__(self) -> str:
        where = f"{self.chapter}, cell {self.cell}" if self.cell else self.chapter
        return f"{where}: {self.what}"

    @property
    def what(self) -> str:
        """The error itself, without its place."""
        return f"{self.kind}: {self.text}" if self.text else self.kind


def first_line(text: str) -> str:
    """The first line of an error's text, at most 200 characters, without colours, passwords and tokens."""
    start = _ANSI.sub("", text[: 10 * LONGEST])
    line = shown(next((line.strip() for line in start.splitlines() if line.strip()), ""))
    return line if len(line) <= 200 else line[:199] + "…"
