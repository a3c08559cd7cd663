"""The demo company: a seeded European vendor of software and hardware, with everything a sales leader's data hold.

In: a seed and a size. Out: every table of `salesanalytics.data.tables.schema`, clean, and `truth.json`, which says what was
planted so that every analysis can be held against it. The same arguments give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.demo.settings import Format

DEFAULT_AS_OF = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was written: the folder, its format, the days covered, and rows per table."""

    path: Path
    format: Format
    history_from: date
    as_of: date
    rows: dict[str, int]


def build_demo(
    *, seed: int = 7, teams: int = 6, reps: int = 60, months: int = 36, as_of: date = DEFAULT_AS_OF, deals: int | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """All tables by name in the dtypes of the schema, and the planted truths.

    `reps` is the average number of people employed at a time besides managers, `months` the length of the history; `deals`
    is the number of opportunities, None for what so many reps naturally open. Raises DataError where a number is out of
    bounds.
    """
    from salesanalytics.demo.build import build
    from salesanalytics.demo.settings import Settings

    demo = build(Settings(seed=seed, teams=teams, reps=reps, months=months, as_of=as_of, deals=deals))
    return demo.tables, demo.truth


def write_demo(
    path: Path,
    *,
    seed: int = 7,
    teams: int = 6,
    reps: int = 60,
    months: int = 36,
    as_of: date = DEFAULT_AS_OF,
    deals: int | None = None,
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002 - the word users write
) -> DemoSummary:
    """Writes the company of `build_demo` to the folder `path`: a file per table, truth.json and truth_feedback.parquet.

    An earlier demo there is replaced. Raises DataError where a number is out of bounds or the folder holds anything else.
    """
    from salesanalytics.demo.build import build
    from salesanalytics.demo.settings import Settings
    from salesanalytics.demo.write import write

    settings = Settings(seed=seed, teams=teams, reps=reps, months=months, as_of=as_of, deals=deals)
    rows = write(build, settings, path, format)
    return DemoSummary(path, format, settings.history_from, settings.as_of, rows)


__all__ = ["DEFAULT_AS_OF", "DemoSummary", "build_demo", "write_demo"]
