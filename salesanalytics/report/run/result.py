"""How a whole run went, and how far it is. Plain frozen values; nothing is executed or written here."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from salesanalytics.report.failure import CellError
from salesanalytics.report.page_result import PageResult

ALL, SOME, NONE = 0, 3, 4
LARGE = 1_500_000


@dataclass(frozen=True, slots=True)
class RunResult:
    """A whole run: the company's page where there is one, every team's, and the page that lists them."""

    company: PageResult | None
    teams: tuple[PageResult, ...]
    index: Path
    trouble: str = ""
    notes: tuple[str, ...] = ()

    @property
    def pages(self) -> tuple[PageResult, ...]:
        """All pages, the company's first."""
        return ((self.company,) if self.company else ()) + self.teams

    @property
    def exit_code(self) -> int:
        """0: all pages are there and up to date. 3: some. 4: none."""
        done = sum(page.ok for page in self.pages)
        return ALL if done == len(self.pages) else SOME if done else NONE

    def summary(self) -> str:
        """What was written and where, and what was not and why, for a terminal."""
        done = sum(page.ok for page in self.pages)
        if not done:
            lines = [f"No page could be written; {self.index} says why."]
        else:
            reused = sum(page.reused for page in self.pages)
            made = f"{_pages(done - reused)} written to {self.index.parent}" if done > reused else ""
            same = f"{_pages(reused)} in {self.index.parent} unchanged" if reused else ""
            lines = [f"{', '.join(part for part in (made, same) if part)}; start at {self.index}"]
        for errors, pages in _by_errors(self.pages).items():
            lines.append(f"Failed: {', '.join(page.name + _kept(page) for page in pages)}")
            lines += [f"  {error}" for error in errors]
        for page in self.pages:
            if page.bytes > LARGE:
                lines.append(
                    f"{page.name}'s page has {page.bytes / 1e6:.1f} MB; phones and mail like it below {LARGE / 1e6:.1f} MB."
                )
        lines += self.notes
        if self.trouble:
            lines.append(f"The ledger could not be written ({self.trouble}); status and --resume know less than they should.")
        return "\n".join(lines)


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count} pages"


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
