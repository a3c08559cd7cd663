"""Where a team stands in one line: the likely end of its period against the goal, the chance, and the change in a week.

In: where the period lands, and what changed since a day before. Out: the numbers of that line; nothing new is worked out.
"""

from dataclasses import dataclass
from datetime import date

from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.analyses.dashboard.last_week import LastWeek
from salesanalytics.base.calendar import Period
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Position(Result):
    """`table`: the parts of the likely end, one row each, as `LastWeek` has them. `name`: the team's, empty for several;
    `ends`: where the period lands; `change`: of the likely end since the day `since`, None where it cannot be told.
    """

    name: str
    ends: Landing
    change: float | None
    since: date


def position(tables: Tables, *, as_of: date, period: Period, ends: Landing, changed: LastWeek) -> Position:
    """The line of the team of `tables`, or of the company where they hold several. `ends` and `changed` are of `period`."""
    names = tables["team"]["name"].dropna()
    name = str(names.iloc[0]) if len(names) == 1 else ""
    return Position(
        as_of=as_of, period=period, table=changed.parts, name=name, ends=ends, change=changed.change, since=changed.since
    )
