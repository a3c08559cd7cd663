"""What the company's notebook hands over to the teams: only what enough teams stand behind."""

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from salesanalytics.analyses.company.benchmark import (
    FUNNEL_COLUMNS,
    HAZARDS_COLUMNS,
    funnel_benchmark,
    hazards_benchmark,
    kpi_benchmark,
)
from salesanalytics.analyses.company.pooling import difference_may_be_told, may_be_told, pooled
from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.models.forecast.hazards import DealHazards, cells_of, deal_hazards
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import STAGE, deal

LAST_YEAR, THIS_QUARTER, THIS_MONTH = "2026-02-10", "2026-07-10", "2026-08-10"


def test_the_company_is_handed_over_only_when_enough_teams_stand_behind_it() -> None:
    teams = {str(at): tables() for at in range(5)}
    assert kpi_benchmark(tables(), {"0": tables()}, as_of=AS_OF).empty
    assert set(kpi_benchmark(tables(), teams, as_of=AS_OF)["key"]) >= {"win_rate", "average_deal"}
    assert "bookings" not in set(kpi_benchmark(tables(), teams, as_of=AS_OF)["key"])


def test_chances_of_deals_say_from_which_kind_of_period_they_were_learnt() -> None:
    many = [deal(at, "r1", "Won" if at % 2 else "Lost", 5, "2024-01-10", str(day)) for at, day in enumerate(_days())]
    busy = tables(opportunity=many)
    teams = {str(at): busy for at in range(5)}
    for kind in ("month", "quarter"):
        table = hazards_benchmark(fitted(busy, kind), teams, as_of=AS_OF, period=period_of(AS_OF, kind))
        assert set(table["period"]) == {kind}
        assert list(table) == HAZARDS_COLUMNS
    few = hazards_benchmark(fitted(busy), {"0": busy}, as_of=AS_OF, period=period_of(AS_OF))
    assert (len(few), list(few)) == (0, HAZARDS_COLUMNS)


def fitted(company: Tables, kind: str = "quarter") -> DealHazards:
    return deal_hazards(company, as_of=AS_OF, period=period_of(AS_OF, kind))


def _days() -> list[date]:
    return [AS_OF - timedelta(days=6 * back) for back in range(1, 100)]


def test_teams_without_deals_of_their_own_do_not_count_as_company() -> None:
    idle = {str(at): tables(opportunity=[deal(at, "r1", "Lead", 5, "2026-06-01")]) for at in range(5)}
    assert kpi_benchmark(tables(), {"busy": tables(), **idle}, as_of=AS_OF).query("key == 'win_rate'").empty


def test_a_source_without_a_log_of_stages_hands_over_an_empty_funnel() -> None:
    found = funnel_benchmark(tables(), {str(at): tables() for at in range(6)}, as_of=AS_OF)
    assert (len(found), list(found)) == (0, FUNNEL_COLUMNS)


def test_one_team_with_nearly_all_rows_is_no_company() -> None:
    few = {str(at): tables() for at in range(5)}
    many = tables(opportunity=[deal(at, "r1", "Won", 5, "2026-06-01", "2026-07-01") for at in range(200)])
    assert not pooled({"busy": many, **few}, "opportunity", as_of=AS_OF)
    assert pooled(few, "opportunity", as_of=AS_OF)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([1, 1, 1, 1, 1], True),
        ([9, 9, 9, 9], False),
        ([9, 9, 9, 9, 0, 0], False),
        ([5, 0, 5, 0, 5, 5, 5], True),
        ([60, 5, 5, 5, 5], True),
        ([100, 5, 5, 5, 5], False),
        ([1000, 80, 5, 5, 5], False),  # the largest team takes its own out, and nearly all of the rest is one other's
        ([79, 100, 5, 5, 5], False),  # and so does the second
    ],
)
def test_a_number_is_told_where_no_team_can_be_worked_out_of_it(rows: list[int], told: bool) -> None:
    assert may_be_told(rows) is may_be_told(rows[::-1]) is told


def test_what_lies_between_two_numbers_is_a_number_too() -> None:
    assert difference_may_be_told([2, 2, 2, 2, 2], [1, 1, 1, 1, 1])
    assert difference_may_be_told([2, 2, 2, 2, 2], [2, 2, 2, 2, 2])  # there is nothing between them
    assert not difference_may_be_told([9, 2, 2, 2, 2], [2, 2, 2, 2, 2])


def closed(*days: str) -> Tables:
    """A team that won a deal on each of these days, and two more last year."""
    wins = [deal(at, "r1", "Won", 100, LAST_YEAR, day) for at, day in enumerate((*days, LAST_YEAR, LAST_YEAR))]
    return tables(opportunity=wins)


def told(by_team: dict[str, Tables]) -> set[tuple[str, str]]:
    company = dict(next(iter(by_team.values())))
    company["opportunity"] = pd.concat([team["opportunity"] for team in by_team.values()], ignore_index=True)
    table = kpi_benchmark(company, by_team, as_of=AS_OF)
    return {(row["period"], row["key"]) for row in table.to_dict("records") if row["key"] in ("win_rate", "average_deal")}


def test_a_kpi_is_told_only_where_enough_teams_have_rows_of_its_own_period() -> None:
    others = {str(at): closed() for at in range(4)}
    assert told({"own": closed(THIS_QUARTER), "other": closed(THIS_QUARTER), **others}) == set()
    every = {str(at): closed(THIS_QUARTER) for at in range(5)}
    assert told(every) == {("quarter", "win_rate"), ("quarter", "average_deal")}


def test_a_month_is_not_told_where_the_rest_of_its_quarter_would_be_one_teams() -> None:
    every = {str(at): closed(THIS_MONTH) for at in range(5)}
    months = {("month", "win_rate"), ("month", "average_deal")}
    assert months < told(every)
    assert not months & told({**every, "0": closed(THIS_MONTH, THIS_QUARTER)})
    assert months < told({str(at): closed(THIS_MONTH, THIS_QUARTER) for at in range(5)})


def test_sums_are_told_of_those_alone_that_are_held_against_the_rest() -> None:
    table = kpi_benchmark(tables(), {str(at): tables() for at in range(5)}, as_of=AS_OF).query("period == 'quarter'")
    assert set(table.loc[table["numerator"].notna(), "key"]) <= {"win_rate", "slippage", "lead_response_kept"}
    assert list(table["start"].unique()) == [pd.Timestamp(QUARTER.start)]
    assert list(table["end"].unique()) == [pd.Timestamp(QUARTER.end)]


def through(stage: str, first: int, created: str = "2024-01-10") -> dict[str, list[dict[str, object]]]:
    """Deals that went through Lead and another stage to be won, numbered from `first`."""
    rows: list[dict[str, object]] = []
    moves: list[dict[str, object]] = []
    days = [day for day in _days()[::3] if str(day - timedelta(days=40)) > created]
    for at, day in enumerate(days, start=first):
        rows.append(deal(at, "r1", "Won", 100, created, str(day)))
        steps = [("", ""), (created, "Lead"), (str(day - timedelta(days=40)), stage), (str(day), "Won")]
        for (_, old), (changed, new) in pairwise(steps):
            change = {"changed_at": changed, "field": "stage", "old_value": old, "new_value": new}
            moves.append({"opportunity_id": f"o{at}", **change})
    return {"opportunity": rows, "opportunity_history": moves}


def test_a_stage_that_only_one_team_uses_is_in_no_table_that_all_teams_read() -> None:
    stages = [*STAGE, {"stage": "Pilot", "sort_order": 9, "is_closed": False, "is_won": False}]
    made = [through("Pilot" if team == 5 else "Offer", 100 * team) for team in range(6)]
    teams = {str(at): tables(stage=stages, **rows) for at, rows in enumerate(made)}
    company = tables(stage=stages, **{name: [row for rows in made for row in rows[name]] for name in made[0]})
    chances = hazards_benchmark(fitted(company), teams, as_of=AS_OF, period=QUARTER)
    assert {"*", "Lead", "Offer"} <= set(chances["stage"])
    assert "Pilot" not in set(chances["stage"])
    assert not {"n", "won", "lost"} & set(chances)
    cells_of(DealHazards.of_table(chances))  # the table is whole without the stage


def test_a_step_that_only_one_team_has_deals_in_is_in_no_table_that_all_teams_read() -> None:
    lost = [deal(at, "r1", "Lost", 100, "2026-05-01", "2026-06-10") for at in range(3)]
    moves = [
        {"opportunity_id": f"o{at}", "changed_at": day, "field": "stage", "old_value": old, "new_value": new}
        for at in range(3)
        for day, old, new in (("2026-05-01", "", "Lead"), ("2026-06-10", "Lead", "Lost"))
    ]
    early = tables(opportunity=lost, opportunity_history=moves)
    far = tables(**through("Offer", 10, "2026-05-01"))
    both = {name: pd.concat([early[name], far[name]], ignore_index=True) for name in ("opportunity", "opportunity_history")}
    steps = funnel_benchmark({**far, **both}, {"far": far, **{str(at): early for at in range(5)}}, as_of=AS_OF)
    assert list(steps) == FUNNEL_COLUMNS
    assert list(steps["stage"]) == ["Lead"]
