"""From the year's goal down to the day: what each rung asks for adds up, follows the usual course, and says what it lacks."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.managing.goal_ladder import GoalLadder, goal_ladder
from salesanalytics.base.types import Tables
from salesanalytics.show import Figure, Missing, TableBlock, Words, findings
from salesanalytics.views.managing.goal_ladder import goal_ladder_figure, goal_ladder_table
from tests.answers import texts
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import deal


def quota(start: str, end: str, amount: float) -> dict[str, object]:
    return {"scope": "company", "scope_id": "all", "period_start": start, "period_end": end, "amount": amount}


THIRD = quota("2026-07-01", "2026-09-30", 10_000)
QUARTERS = [
    quota("2026-01-01", "2026-03-31", 2_000),
    quota("2026-04-01", "2026-06-30", 2_000),
    THIRD,
    quota("2026-10-01", "2026-12-31", 6_000),
]


def late_quarters(share: float = 0.8) -> list[dict[str, object]]:
    """Two and a half years of quarters in which `share` of the money comes in the third month; every other deal is lost."""
    rows, at = [], 0
    for back in range(10, 0, -1):
        start = QUARTER.shift(-back).start
        for month, part in enumerate(((1 - share) / 2, (1 - share) / 2, share)):
            for day in (2, 9, 16, 23):
                closed = str((pd.Timestamp(start) + pd.DateOffset(months=month)).date() + timedelta(days=day))
                rows.append(deal(100 + at, "r1", "Won", 1000 * part, closed, closed))
                rows.append(deal(101 + at, "r1", "Lost", 100, closed, closed))
                at += 2
    return rows


def ladder(goals: list[dict[str, object]] | None = None, **more: Any) -> GoalLadder:
    mine = tables(opportunity=more.pop("deals", late_quarters()), quota=QUARTERS if goals is None else goals or None)
    return goal_ladder(mine, as_of=more.pop("as_of", AS_OF), period=QUARTER, **more)


def rung(found: GoalLadder, name: str) -> Mapping[str, Any]:
    return found.rung(name)


def test_the_month_gets_what_usually_falls_into_it_and_not_what_its_days_would() -> None:
    found = ladder([THIRD], as_of=date(2026, 8, 12))
    month = rung(found, "month")
    assert (month["how"], rung(found, "quarter")["goal"]) == ("course", 10_000)
    # usually 15% are won by 12 August and 20% by its end
    assert month["needed"] == pytest.approx(10_000 * 0.05 / 0.85, rel=0.1)
    assert rung(found, "quarter")["expected"] == pytest.approx(1_500, rel=0.1)


def test_a_month_has_to_end_with_what_is_won_and_what_the_quarter_still_needs_of_it() -> None:
    found = ladder(
        [THIRD], deals=[*late_quarters(), deal(1, "r1", "Won", 4_000, "2026-08-01", "2026-08-03")], as_of=date(2026, 8, 12)
    )
    month = rung(found, "month")
    assert month["needed"] == pytest.approx(6_000 * 0.05 / 0.85, rel=0.1)
    assert month["goal"] == pytest.approx(month["done"] + month["needed"])


def test_what_the_rungs_need_is_a_part_of_what_the_quarter_lacks() -> None:
    found = ladder([THIRD], as_of=date(2026, 8, 12))
    quarter, month, week, day = (rung(found, name)["needed"] for name in ("quarter", "month", "week", "day"))
    assert quarter == 10_000
    assert quarter > month > week > day > 0
    assert week == pytest.approx(2 * day)  # it is a Wednesday: Thursday and Friday are left
    later = ladder([THIRD], as_of=date(2026, 9, 29))
    assert rung(later, "month")["needed"] == rung(later, "quarter")["needed"]


def test_the_years_goal_is_its_quarters_and_expects_what_they_ask_by_now() -> None:
    found = ladder()
    year = rung(found, "year")
    assert (year["goal"], year["how"]) == (20_000, "set")
    assert year["expected"] == pytest.approx(4_000 + rung(found, "quarter")["expected"])
    assert year["needed"] == pytest.approx(20_000 - year["done"])


def test_a_goal_for_the_year_alone_is_shared_out_by_season_and_not_by_days() -> None:
    busy = [{**row, "amount": 9_000} if row["closed_at"][5:7] in ("07", "08", "09") else row for row in late_quarters(1 / 3)]  # type: ignore[index]
    found = ladder([quota("2026-01-01", "2026-12-31", 40_000)], deals=busy)
    quarter = rung(found, "quarter")
    assert quarter["how"] == "season"
    assert quarter["needed"] == pytest.approx(quarter["goal"] - quarter["done"])
    year = rung(found, "year")
    by_days = year["needed"] * 30 / 122
    assert quarter["needed"] > 1.3 * by_days
    assert found.headline is not None
    assert found.headline.key == "goal_ladder.needed"


def test_without_past_periods_days_are_all_there_is_and_it_says_so() -> None:
    found = ladder([THIRD], deals=late_quarters()[-16:], as_of=date(2026, 8, 12))
    assert (rung(found, "month")["how"], found.periods) == ("days", 0)
    assert rung(found, "month")["needed"] == pytest.approx(10_000 * 19 / 49)
    assert "split by days" in str(goal_ladder_table(found, Words()))


def test_money_becomes_deals_and_opportunities_at_the_teams_own_rates() -> None:
    found = ladder([THIRD])
    size, each = found.rates.set_index("rate").loc[["size", "opportunity"], "value"]
    assert each == pytest.approx(size / 2)  # every other deal is lost
    quarter = rung(found, "quarter")
    assert quarter["deals"] == pytest.approx(quarter["needed"] / size)
    assert quarter["opportunities"] == pytest.approx(2 * quarter["deals"])
    assert quarter["deals_low"] < quarter["deals"] < quarter["deals_high"]


def test_no_goal_is_an_answer() -> None:
    found = ladder([])
    assert [(one.key, one.says) for one in found.findings] == [("goal_ladder.no_goal", "record")]
    assert found.table["needed"].isna().all()
    assert isinstance(goal_ladder_figure(found, Words()), Missing)


def test_a_goal_for_a_part_of_the_quarter_is_none_for_the_quarter() -> None:
    found = ladder([quota("2026-08-01", "2026-08-31", 500)])
    assert rung(found, "quarter")["how"] == "none"
    assert (rung(found, "month")["how"], rung(found, "month")["goal"]) == ("set", 500)


def test_a_team_that_won_nothing_gets_money_and_no_deals() -> None:
    found = ladder([THIRD], deals=[deal(1, "r1", "Offer", 100, "2026-08-01")])
    assert found.headline is not None
    assert found.headline.key == "goal_ladder.needed_money"
    assert np.isnan(rung(found, "quarter")["deals"])
    assert "Fewer than 5 deals" in str(goal_ladder_table(found, Words()))


def test_no_activities_leave_their_column_out() -> None:
    block = goal_ladder_table(ladder([THIRD]), Words())
    assert isinstance(block, TableBlock)
    assert [head.label for head in block.columns][-1] == "Opportunities decided"


@pytest.mark.parametrize(("won", "key"), [(12_000, "reached"), (100, "over")])
def test_a_period_that_is_over_asks_for_nothing(won: float, key: str) -> None:
    rows = [*late_quarters(), deal(1, "r1", "Won", won, "2026-08-01", "2026-08-03")]
    found = ladder([THIRD], deals=rows, as_of=QUARTER.end)
    assert [one.key for one in found.findings] == [f"goal_ladder.{key}"]
    assert rung(found, "quarter")["needed"] == 0


def test_it_speaks_of_the_same_goal_and_bookings_as_the_landing_and_leaves_the_chance_to_it(demo: Tables) -> None:
    day, period = date(2026, 11, 8), QUARTER.shift(1)
    ends = landing(demo, as_of=day, period=period, draws=200)
    found = goal_ladder(demo, as_of=day, period=period)
    assert (found.rung("quarter")["goal"], found.rung("quarter")["done"]) == (
        pytest.approx(ends.goal),
        pytest.approx(ends.booked),
    )
    assert [one.severity for one in found.findings] == ["watch"]


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_it_is_told_in_both_languages(locale: str) -> None:
    found, words = ladder(), Words(locale, "EUR")
    figure = goal_ladder_figure(found, words)
    assert isinstance(figure, Figure)
    assert any(("Week" if locale == "en" else "Săptămână") in (text or "") for text in texts(figure))
    assert findings(found.findings, words).items
    assert "nan" not in str(goal_ladder_table(found, words))
