"""Pace, pipeline, scoreboard, deals in need and signals: what they say, and what they leave unsaid."""

import pandas as pd
import pytest

from salesanalytics.analyses.company.benchmark import kpi_benchmark, pooled, side_by_side
from salesanalytics.analyses.dashboard.attention import deals_needing_help
from salesanalytics.analyses.dashboard.headline import headlines
from salesanalytics.analyses.dashboard.pace import pace
from salesanalytics.analyses.dashboard.pipeline import pipeline_by_stage
from salesanalytics.analyses.dashboard.scoreboard import scoreboard
from salesanalytics.analyses.dashboard.signals import signals
from salesanalytics.base.calendar import period_of
from salesanalytics.kpi import kpis
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import OPPORTUNITY, REP, deal

QUOTA = {"scope": "team", "scope_id": "north", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 10_000}


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
    assert (finding.key, finding.severity) == ("pace_behind", "act")
    assert finding.evidence.level == pytest.approx(5 / 7)  # the range of 6 past courses holds a seventh with this chance
    assert finding.weight == pytest.approx(10_000 - finding.values["landing"])


@pytest.mark.parametrize(("goal", "key"), [(4000, "pace_goal_reached"), (6000, "pace_ahead"), (30_000, "pace_behind")])
def test_the_goal_decides_what_is_said(goal: float, key: str) -> None:
    rows = tables(opportunity=[*even_quarters(6), *OPPORTUNITY], quota=[{**QUOTA, "amount": goal}])
    assert [one.key for one in pace(rows, as_of=AS_OF, period=QUARTER).findings] == [key]


def test_with_few_past_periods_there_is_no_usual_course() -> None:
    result = pace(tables(opportunity=[*even_quarters(3), *OPPORTUNITY], quota=[QUOTA]), as_of=AS_OF, period=QUARTER)
    assert (result.landing, result.periods, result.findings[0].key) == (None, 0, "pace_behind_plain")


def test_on_the_first_days_it_is_too_early_to_judge() -> None:
    result = pace(tables(quota=[QUOTA]), as_of=QUARTER.start, period=QUARTER)
    assert result.findings[0].key == "pace_early"


def test_where_past_periods_had_hardly_begun_by_this_day_it_is_too_early() -> None:
    late = [deal(2000 + at, "r1", "Won", 10_000, "2026-01-01", day) for at in range(5) for day in ("2026-06-29", "2026-03-30")]
    rows = tables(opportunity=[*even_quarters(6), *_numbered(late), *OPPORTUNITY], quota=[QUOTA])
    assert pace(rows, as_of=QUARTER.start.replace(day=15), period=QUARTER).findings[0].key == "pace_early"


def test_nothing_won_where_something_is_usual_calls_for_action() -> None:
    rows = tables(opportunity=[*even_quarters(6), OPPORTUNITY[3]], quota=[QUOTA])
    (finding,) = pace(rows, as_of=AS_OF, period=QUARTER).findings
    assert (finding.key, finding.severity) == ("pace_none_yet", "act")


def test_without_a_goal_nothing_is_called_good_or_bad() -> None:
    result = pace(tables(), as_of=AS_OF, period=QUARTER)
    assert (result.goal, result.expected, result.findings[0].key) == (None, None, "pace_no_goal")
    assert {one.tone for one in headlines(tables(), as_of=AS_OF, period=QUARTER)} == {"neutral"}


def test_the_pipeline_adds_up_over_stages() -> None:
    result = pipeline_by_stage(tables(quota=[QUOTA]), as_of=AS_OF, period=QUARTER)
    assert result.table["stage"].tolist() == ["Lead", "Offer"]
    assert (result.deals, result.amount, result.due) == (2, 2000, 2000)
    assert (result.table["due"] + result.table["later"]).tolist() == result.table["amount"].tolist()


def test_a_pipeline_smaller_than_the_gap_calls_for_action() -> None:
    keys = {one.key: one for one in pipeline_by_stage(tables(quota=[QUOTA]), as_of=AS_OF, period=QUARTER).findings}
    assert keys["coverage_short"].values == {"due": 2000.0, "left": 5300.0, "missing": 3300.0}
    assert keys["pipeline_without_amount"].values == {"n": 1, "all": 2}


def test_the_scoreboards_total_is_the_sum_of_its_rows() -> None:
    result = scoreboard(tables(), as_of=AS_OF, period=QUARTER)
    assert result.table["name"].tolist() == ["Ben Roe", "Ana Pop", "Cy Dunn"]
    assert result.total["booked"] == result.table["booked"].sum() == 4700


def test_a_rep_who_left_is_shown_only_with_something_to_show() -> None:
    gone = {"rep_id": "r4", "name": "Gone", "team_id": "north", "hire_date": "2020-01-01", "leave_date": "2021-01-01"}
    rows = tables(rep=[{**REP[0], "leave_date": "2026-08-01"}, *REP[1:], gone])
    table = scoreboard(rows, as_of=AS_OF, period=QUARTER).table.set_index("name")
    assert "Gone" not in table.index
    assert table.loc["Ana Pop", "left"]


def test_a_team_with_one_rep_is_compared_with_nobody() -> None:
    rows = tables(rep=[REP[0]], opportunity=[{**row, "owner_rep_id": "r1"} for row in OPPORTUNITY])
    assert not scoreboard(rows, as_of=AS_OF, period=QUARTER).table["differs"].any()


def test_a_team_with_no_deals_has_an_empty_but_whole_board() -> None:
    rows = dict(tables())
    rows["opportunity"] = rows["opportunity"].iloc[:0]
    board = scoreboard(rows, as_of=AS_OF, period=QUARTER)
    assert board.table["booked"].tolist() == [0, 0, 0]
    assert pipeline_by_stage(rows, as_of=AS_OF, period=QUARTER).table["deals"].sum() == 0
    assert deals_needing_help(rows, as_of=AS_OF, period=QUARTER).findings == ()


def test_only_a_difference_beyond_chance_marks_a_rep() -> None:
    won = [deal(at, "r1", "Won", 1, "2026-06-01", "2026-07-05") for at in range(40)]
    lost = [deal(100 + at, "r2", "Lost", 1, "2026-06-01", "2026-07-05") for at in range(40)]
    even = [deal(200 + at, "r3", "Won" if at % 2 else "Lost", 1, "2026-06-01", "2026-07-05") for at in range(40)]
    table = scoreboard(tables(opportunity=[*won, *lost, *even]), as_of=AS_OF, period=QUARTER).table.set_index("rep_id")
    assert table["differs"].to_dict() == {"r1": True, "r2": True, "r3": False}


def test_deals_in_need_are_named_with_their_reasons() -> None:
    deals = [
        deal(1, "r1", "Offer", 900, "2026-05-01", expected_close_date="2026-08-01", next_step="call"),
        deal(2, "r2", "Offer", 5, "2026-05-01", next_step=""),
    ]
    result = deals_needing_help(tables(opportunity=deals), as_of=AS_OF, period=QUARTER)
    told = result.table[["opportunity_id", "owner", "days_overdue", "no_next_step"]]
    assert told.to_numpy().tolist() == [["o1", "Ana Pop", 30, False], ["o2", "Ben Roe", 0, True]]
    (finding,) = result.findings
    assert (finding.key, finding.values["due"], finding.values["deal"]) == ("deals_need_help", 900, "o1")


def test_what_the_data_cannot_tell_is_not_called_well() -> None:
    deals = [{name: value for name, value in row.items() if name != "expected_close_date"} for row in OPPORTUNITY]
    result = deals_needing_help(tables(opportunity=deals), as_of=AS_OF, period=QUARTER)
    assert (result.rules, result.findings) == ((), ())


def company(key: str, yes: int, n: int) -> pd.DataFrame:
    return pd.DataFrame({"key": [key], "value": [yes / n], "numerator": [yes], "denominator": [n], "teams": [6]})


def rate(won: int, lost: int) -> list[dict[str, object]]:
    days = ("2026-06-01", "2026-07-05")
    return [deal(at, "r1", "Won" if at < won else "Lost", 1, *days) for at in range(won + lost)]


def test_a_win_rate_below_the_rest_of_the_company_is_a_signal() -> None:
    team = kpis(tables(opportunity=rate(10, 40)), as_of=AS_OF, period=QUARTER)
    (finding,) = signals(team, company("win_rate", 210, 450), as_of=AS_OF)
    assert (finding.key, finding.severity, finding.values["usual"]) == ("share_below", "act", 0.5)


def test_a_win_rate_like_the_others_is_no_signal() -> None:
    team = kpis(tables(opportunity=rate(22, 28)), as_of=AS_OF, period=QUARTER)
    assert signals(team, company("win_rate", 222, 450), as_of=AS_OF) == ()


def test_the_company_is_handed_on_only_when_enough_teams_stand_behind_it() -> None:
    teams = {str(at): tables() for at in range(5)}
    assert kpi_benchmark(tables(), {"0": tables()}, as_of=AS_OF).empty
    assert set(kpi_benchmark(tables(), teams, as_of=AS_OF)["key"]) >= {"win_rate", "average_deal"}
    assert "bookings" not in set(kpi_benchmark(tables(), teams, as_of=AS_OF)["key"])


def test_teams_without_deals_of_their_own_do_not_count_as_company() -> None:
    idle = {str(at): tables(opportunity=[deal(at, "r1", "Lead", 5, "2026-06-01")]) for at in range(5)}
    assert kpi_benchmark(tables(), {"busy": tables(), **idle}, as_of=AS_OF).query("key == 'win_rate'").empty


def test_one_team_with_nearly_all_rows_is_no_company() -> None:
    few = {str(at): tables() for at in range(5)}
    many = tables(opportunity=[deal(at, "r1", "Won", 5, "2026-06-01", "2026-07-01") for at in range(200)])
    assert not pooled({"busy": many, **few}, "opportunity", as_of=AS_OF)
    assert pooled(few, "opportunity", as_of=AS_OF)


def test_teams_stand_side_by_side_with_one_row_each() -> None:
    board = side_by_side({"north": tables(), "south": tables()}, as_of=AS_OF)
    assert board[["team_id", "booked", "n"]].to_numpy().tolist() == [["north", 4700.0, 4], ["south", 4700.0, 4]]


def test_a_quarter_the_data_hold_only_half_of_is_no_usual_course() -> None:
    late = [row for row in even_quarters(6) if str(row["closed_at"]) >= "2025-03-01"]  # the data begin within a quarter
    result = pace(tables(opportunity=[*late, *OPPORTUNITY], quota=[QUOTA]), as_of=AS_OF, period=QUARTER)
    assert result.periods == 5


def test_after_its_last_day_a_period_is_not_forecast_any_more() -> None:
    rows = tables(opportunity=[*even_quarters(6), *OPPORTUNITY], quota=[QUOTA])
    (finding,) = pace(rows, as_of=AS_OF, period=QUARTER.shift(-1)).findings
    assert finding.key in ("pace_no_goal", "pace_missed")
    month = period_of(AS_OF, "month")
    goal = {**QUOTA, "period_start": month.start, "period_end": month.end}
    assert pace(tables(quota=[goal]), as_of=AS_OF, period=month).findings[0].key == "pace_missed"


def test_a_quota_for_one_month_is_no_goal_for_the_quarter() -> None:
    october = {**QUOTA, "period_end": "2026-07-31"}
    assert pace(tables(quota=[october]), as_of=AS_OF, period=QUARTER).goal is None


def test_deals_that_do_not_decide_the_period_do_not_call_for_action() -> None:
    deals = [*OPPORTUNITY, deal(7, "r1", "Offer", 10, "2026-05-01", expected_close_date="2026-08-01")]
    (finding,) = deals_needing_help(tables(opportunity=deals, quota=[QUOTA]), as_of=AS_OF, period=QUARTER).findings
    assert (finding.key, finding.severity) == ("deals_need_help", "watch")


def test_teams_are_called_different_only_when_all_are_looked_at_together() -> None:
    def team(won: int, lost: int) -> object:
        return tables(opportunity=rate(won, lost))

    board = side_by_side({"a": team(30, 30), "b": team(31, 29), "c": team(29, 31), "d": team(8, 52)}, as_of=AS_OF)  # type: ignore[dict-item]
    assert board["differs"].tolist() == [False, False, False, True]
