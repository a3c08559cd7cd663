"""Where a team stands in one line: the likely end of its period against the goal, the chance, and the change in a week.

In: where the period lands, and what changed since a day before. Out: the numbers of that line; nothing new is worked out.
"""

from dataclasses import dataclass
from datetime import date

from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.analyses.dashboard.last_week import LastWeek, compared_with, last_week
from salesanalytics.base.calendar import Period
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Position(Result):
    """`table`: the parts of the likely end, one row each, as `LastWeek` has them. `name`: the team's, empty for several;
    `ends`: where the period lands; `change`: of the likely end since the day `since`, None where it cannot be told.
    """

    name: str
    ends: Landing
    change: float | None
    since: date


def position(
    tables: Tables, *, as_of: date, period: Period, ends: Landing | None = None, changed: LastWeek | None = None
) -> Position:
    """The line of the team of `tables`, or of the company where they hold several. `ends`, `changed`: where `period` lands, and
    what changed since a week before, where worked out already.
    """
    tables = known_on(tables, as_of)
    ends = ends or landing(tables, as_of=as_of, period=period)
    if changed is None:
        then = compared_with("", as_of)
        before = landing(tables, as_of=then, period=period)
        changed = last_week(tables, as_of=as_of, period=period, since=then, now=ends, before=before)
    names = tables["team"]["name"].dropna()
    name = str(names.iloc[0]) if len(names) == 1 else ""
    change, since = changed.change, changed.since
    return Position(as_of=as_of, period=period, table=changed.parts, name=name, ends=ends, change=change, since=since)
