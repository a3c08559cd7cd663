"""Bookings against the goal: where the team stands, and how it is shown."""

import datetime as dt
import math
from types import SimpleNamespace

import pandas as pd
import pytest

from salesanalytics.analyses.dashboard.headline import headline
from salesanalytics.analyses.dashboard.pace import pace
from salesanalytics.base.calendar import period_of
from salesanalytics.data.tables.partition import partition
from salesanalytics.show import Missing, Words
from salesanalytics.show.sentences import finding
from salesanalytics.views.dashboard import pace as pace_view
from tests.answers import answer, texts
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import OPPORTUNITY, TEAM, deal

QUOTA = {"scope": "company", "scope_id": "all", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 10_000}


def even_quarters(back: int, amount: float = 100) -> list[dict[str, object]]:
    """A deal a week in each of the `back` quarters before this one."""
    days = pd.date_range(QUARTER.shift(-back).start, QUARTER.shift(-1).end, freq="7D")
    return [deal(1000 + at, "r1", "Won", amount, str(day.date()), str(day.date())) for at, day in enumerate(days)]


def _numbered(deals: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{**row, "opportunity_id": f"n{at}"} for at, row in enumerate(deals)]


def test_pace_holds_bookings_against_the_usual_course() -> None:
    result = pace(tables(opportunity=[*even_quarters(6), *OPPORTUNITY], quota=[QUOTA]), as_of=AS_OF, period=QUARTER)
    assert (result.goal, result.booked, result.won, result.periods) == (10_000, 4700, 3, 6)
    assert result.expected == pytest.approx(10_000 * QUARTER.elapsed(AS_OF), rel=0.06)
    low, middle, high = result.landing  # type: ignore[misc]
    assert low <= middle <= high
    assert middle == pytest.approx(4700 / QUARTER.elapsed(AS_OF), rel=0.06)


def test_when_every_past_course_falls_short_it_calls_for_action() -> None:
    company = tables(opportunity=[*even_quarters(6), *OPPORTUNITY], quota=[QUOTA])
    (finding,) = pace(company, as_of=AS_OF, period=QUARTER).findings
    assert (finding.key, finding.severity) == ("pace.behind", "act")
    assert finding.evidence.level == pytest.approx(5 / 7)  # the range of 6 past courses holds a seventh with this chance
    assert finding.weight == pytest.approx(10_000 - finding.values["landing"])


@pytest.mark.parametrize(("goal", "key"), [(4000, "pace.goal_reached"), (6000, "pace.ahead"), (30_000, "pace.behind")])
def test_the_goal_decides_what_is_said(goal: float, key: str) -> None:
    rows = tables(opportunity=[*even_quarters(6), *OPPORTUNITY], quota=[{**QUOTA, "amount": goal}])
    assert [one.key for one in pace(rows, as_of=AS_OF, period=QUARTER).findings] == [key]


def test_with_few_past_periods_there_is_no_usual_course() -> None:
    result = pace(tables(opportunity=[*even_quarters(3), *OPPORTUNITY], quota=[QUOTA]), as_of=AS_OF, period=QUARTER)
    assert (result.landing, result.periods, result.findings[0].key) == (None, 0, "pace.behind_plain")


def test_on_the_first_days_it_is_too_early_to_judge() -> None:
    result = pace(tables(quota=[QUOTA]), as_of=QUARTER.start, period=QUARTER)
    assert result.findings[0].key == "pace.early"


def test_where_past_periods_had_hardly_begun_by_this_day_it_is_too_early() -> None:
    late = [deal(2000 + at, "r1", "Won", 10_000, "2026-01-01", day) for at in range(5) for day in ("2026-06-29", "2026-03-30")]
    rows = tables(opportunity=[*even_quarters(6), *_numbered(late), *OPPORTUNITY], quota=[QUOTA])
    assert pace(rows, as_of=QUARTER.start.replace(day=15), period=QUARTER).findings[0].key == "pace.early"


def test_nothing_won_where_something_is_usual_calls_for_action() -> None:
    rows = tables(opportunity=[*even_quarters(6), OPPORTUNITY[3]], quota=[QUOTA])
    (finding,) = pace(rows, as_of=AS_OF, period=QUARTER).findings
    assert (finding.key, finding.severity) == ("pace.none_yet", "act")


def test_without_a_goal_nothing_is_called_good_or_bad() -> None:
    result = pace(tables(), as_of=AS_OF, period=QUARTER)
    assert (result.goal, result.expected, result.findings[0].key) == (None, None, "pace.no_goal")
    assert {one.tone for one in headline(tables(), as_of=AS_OF, period=QUARTER).numbers} == {"neutral"}


def test_a_quarter_the_data_hold_only_half_of_is_no_usual_course() -> None:
    late = [row for row in even_quarters(6) if str(row["closed_at"]) >= "2025-03-01"]  # the data begin within a quarter
    result = pace(tables(opportunity=[*late, *OPPORTUNITY], quota=[QUOTA]), as_of=AS_OF, period=QUARTER)
    assert result.periods == 5


def test_after_its_last_day_a_period_is_not_forecast_any_more() -> None:
    rows = tables(opportunity=[*even_quarters(6), *OPPORTUNITY], quota=[QUOTA])
    (finding,) = pace(rows, as_of=AS_OF, period=QUARTER.shift(-1)).findings
    assert finding.key in ("pace.no_goal", "pace.missed")
    month = period_of(AS_OF, "month")
    goal = {**QUOTA, "period_start": month.start, "period_end": month.end}
    assert pace(tables(quota=[goal]), as_of=AS_OF, period=month).findings[0].key == "pace.missed"


def test_a_quota_for_one_month_is_no_goal_for_the_quarter() -> None:
    october = {**QUOTA, "period_end": "2026-07-31"}
    assert pace(tables(quota=[october]), as_of=AS_OF, period=QUARTER).goal is None


EN = Words("en", "EUR")


SPAN = (dt.date(2026, 10, 1), dt.date(2026, 12, 31))


SEEN = dt.date(2026, 11, 22)


DAYS = pd.date_range(*SPAN)


def course(*, goal=100_000.0, usual=False, booked=40_000.0):
    so_far = pd.Series(range(len(DAYS)), dtype=float).where(pd.Timestamp(SEEN) >= DAYS) * (booked / 52)
    past = pd.Series(range(len(DAYS)), dtype=float) * 1000 if usual else math.nan
    table = pd.DataFrame({"day": DAYS, "booked": so_far, "usual": past, "low": past, "high": past})
    found = SimpleNamespace(key="pace.early", values={"goal": goal, "booked": booked})
    origin = {"origin": goal and "reps", "parts": 8}
    return answer(table=table, headline=found, goal=goal, booked=booked, periods=8 if usual else 0, **origin)


def drawn(**given):
    return pace_view.pace_figure(course(**given), EN)


def test_the_pace_speaks_of_past_periods_only_where_there_is_a_usual_course():
    assert drawn().note.startswith("There are too few past periods to show a usual pace.")
    assert "usual" not in texts(drawn())
    assert drawn(usual=True).note.startswith("Grey: average pace of 8 past periods")
    assert "usual" in texts(drawn(usual=True))


def test_the_pace_says_what_the_goal_is_made_from():
    assert "The goal is the sum of 8 reps' quotas" in drawn().note
    assert "goal" not in drawn(goal=None).note


def test_the_pace_reaches_to_the_end_of_the_period_where_there_is_a_goal_to_reach():
    assert "Dec" in texts(drawn())
    assert "Dec" not in texts(drawn(goal=None))


def test_a_flat_line_at_zero_against_nothing_is_one_line_of_words():
    assert drawn(goal=None, booked=0.0) == Missing(EN.say("pace.missing"))


def test_a_quota_for_several_teams_is_not_said_to_be_missing():
    emea = [{"team_id": "emea", "parent_team_id": ""}, *({**row, "parent_team_id": "emea"} for row in TEAM)]
    company = tables(team=emea, quota=[{**QUOTA, "scope": "team", "scope_id": "emea"}])
    above = partition({name: company[name] for name in company}, AS_OF, "UTC")["emea"]
    (found,) = pace(above, as_of=AS_OF, period=QUARTER).findings
    assert finding(found, Words()).sentence.endswith("no quota for exactly these sellers is recorded.")
    assert "A quota set for several teams together stands on the company's page" in finding(found, Words()).next_step
