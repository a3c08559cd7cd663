"""How one page went: what the run notes of it, and what the index and the page of a failure show.

A plain frozen value; nothing is executed or written here.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from salesanalytics.report.failure import CellError


@dataclass(frozen=True, slots=True)
class PageResult:
    """One page's outcome. `errors` is empty where it worked.

    `seconds` is the time its notebooks and the page took; `reused` says that nothing it rests on had changed; `kept` is the day
    of an earlier page that still stands in its place, `told` the page that says what failed.
    """

    team: str
    name: str
    page: Path
    errors: tuple[CellError, ...] = ()
    seconds: float = 0.0
    kept: date | None = None
    bytes: int = 0
    reused: bool = False
    told: Path | None = None

    @property
    def ok(self) -> bool:
        """Whether the page is there and up to date."""
        return not self.errors
