"""How a run went: per team, and as a whole. Plain frozen values; nothing is executed or written here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .kernels import CellError

ALL, SOME, NONE = 0, 3, 4
LARGE = 1_500_000


@dataclass(frozen=True, slots=True)
class PageResult:
    """One page's outcome. `errors` is empty where it worked.

    `seconds` is the time its notebooks and the page took; `kept` is the day of an earlier page that still stands in its place.
    """

    team: str
    name: str
    page: Path
    errors: tuple[CellError, ...] = ()
    seconds: float = 0.0
    kept: date | None = None
    bytes: int = 0

    @property
    def ok(self) -> bool:
        """Whether the page was written anew."""
        return not self.errors


@dataclass(frozen=True, slots=True)
class RunResult:
    """A whole run: the company's page where there is one, every team's, and the page that lists them."""

    company: PageResult | None
    teams: tuple[PageResult, ...]
    index: Path

    @property
    def pages(self) -> tuple[PageResult, ...]:
        """All pages, the company's first."""
        return ((self.company,) if self.company else ()) + self.teams

    @property
    def exit_code(self) -> int:
        """0: all pages were written. 3: some. 4: none."""
        done = sum(page.ok for page in self.pages)
        return ALL if done == len(self.pages) else SOME if done else NONE

    def summary(self) -> str:
        """What was written and where, and what was not and why, for a terminal."""
        done = sum(page.ok for page in self.pages)
        if not done:
            lines = [f"No page could be written; {self.index} says why."]
        else:
            lines = [f"{'1 page' if done == 1 else f'{done} pages'} written to {self.index.parent}; start at {self.index}"]
        for errors, pages in _by_errors(self.pages).items():
            lines.append(f"Failed: {', '.join(page.name + _kept(page) for page in pages)}")
            lines += [f"  {error}" for error in errors]
        for page in self.pages:
            if page.bytes > LARGE:
                lines.append(
                    f"{page.name}'s page has {page.bytes / 1e6:.1f} MB; phones and mail like it below {LARGE / 1e6:.1f} MB."
                )
        return "\n".join(lines)


def _by_errors(pages: Iterable[PageResult]) -> dict[tuple[CellError, ...], list[PageResult]]:
    """Failed pages, those that failed alike together."""
    alike: dict[tuple[CellError, ...], list[PageResult]] = {}
    for page in pages:
        if not page.ok:
            alike.setdefault(page.errors, []).append(page)
    return alike


def _kept(page: PageResult) -> str:
    return f" (the page of {page.kept} was kept)" if page.kept else ""


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a run: `done` of `total` notebooks are through, the last of them was this one."""

    done: int
    total: int
    team: str
    chapter: str
    ok: bool
    seconds: float
