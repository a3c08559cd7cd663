"""What was wrong with the data that came in: one list for all tables, as text and as JSON.

A problem is `fatal` (nothing can be made of the table), `quarantine` (those rows are set aside and counted) or `note` (rows are
used, something about them was changed or deserves notice). Nothing here reads data; the checks hand their problems over.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Level = Literal["fatal", "quarantine", "note"]
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule broken in one table: how many rows, a few of them by name, and where to mend it."""

    table: str
    rule: str
    rows: int
    level: Level
    sample: tuple[str, ...] = ()
    remedy: str = ""

    def line(self) -> str:
        """The problem in one line of text."""
        rows = f" ({self.rows:,} {'row' if self.rows == 1 else 'rows'}" if self.rows else ""
        sample = f"{', e.g. ' if rows else ' (e.g. '}{', '.join(self.sample)}" if self.sample else ""
        end = ")" if rows or sample else ""
        return f"{self.table}: {self.rule}{rows}{sample}{end}" + (f". {self.remedy}" if self.remedy else "")


@dataclass(slots=True)
class TableCount:
    """Rows of one table: `read` = `used` + `quarantined`.

    `seen` is what the source file held before grouping; `later` counts rows of a later day than asked for, in no other count.
    """

    read: int = 0
    used: int = 0
    quarantined: int = 0
    seen: int = 0
    later: int = 0


@dataclass(slots=True)
class Quality:
    """The quality report of one source: counts per table and every problem."""

    counts: dict[str, TableCount] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Take in one more problem."""
        self.problems.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Take in several problems."""
        self.problems.extend(problems)

    def level(self, level: Level) -> list[Problem]:
        """Problems of one level, in the order found."""
        return [problem for problem in self.problems if problem.level == level]

    @property
    def fatal(self) -> bool:
        """Whether anything makes the source unusable."""
        return bool(self.level("fatal"))

    def total(self) -> TableCount:
        """Rows of all tables together."""
        counts = self.counts.values()
        return TableCount(
            read=sum(count.read for count in counts),
            used=sum(count.used for count in counts),
            quarantined=sum(count.quarantined for count in counts),
            seen=sum(count.seen for count in counts),
            later=sum(count.later for count in counts),
        )

    def to_text(self) -> str:
        """The report for a terminal: counts per table, then what is fatal, what was set aside, and notes."""
        width = max((len(name) for name in self.counts), default=5)
        lines = [f"{'table':<{width}}  {'read':>10} = {'used':>10} + set aside"]
        lines += [
            f"{name:<{width}}  {count.read:>10,} = {count.used:>10,} + {count.quarantined:,}"
            for name, count in self.counts.items()
        ]
        heads: dict[Level, str] = {"fatal": "Must be mended first", "quarantine": "Set aside", "note": "Worth knowing"}
        for level, head in heads.items():
            found = self.level(level)
            lines += ["", f"{head} ({len(found)}):", *(f"  {problem.line()}" for problem in found)] if found else []
        return "\n".join([*lines, "", "The source cannot be used yet." if self.fatal else "The source can be used."])

    def to_json(self) -> dict[str, Any]:
        """The report as plain data; what a snapshot keeps and a page shows."""
        total = self.total()
        return {
            "rows_in": total.read,
            "rows_used": total.used,
            "rows_quarantined": total.quarantined,
            "rows_later": total.later,
            "tables": {name: asdict(count) for name, count in self.counts.items()},
            "problems": [{**asdict(problem), "sample": list(problem.sample)} for problem in self.problems],
        }


def shorten(value: object, width: int = 60) -> str:
    """A value as it may stand in a message: one line, without control characters, of bounded length."""
    text = "".join(char if char.isprintable() else " " for char in str(value))
    return text if len(text) <= width else text[: width - 1] + "…"


def sample(values: Iterable[object]) -> tuple[str, ...]:
    """The first few different values, shortened."""
    seen: dict[str, None] = {}
    for value in values:
        seen.setdefault(shorten(value))
        if len(seen) == SAMPLES:
            break
    return tuple(seen)
