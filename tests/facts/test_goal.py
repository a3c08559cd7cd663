"""What a team or the company is to reach: one number, whatever scopes quotas are set for, and none counted twice."""

from datetime import date

import pytest

from salesanalytics.base.calendar import period_of
from salesanalytics.data.tables.partition import partition
from salesanalytics.facts.goal import Goal, goal_of
from salesanalytics.facts.quotas import managers, presence, rep_quotas
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import REP, Rows

EMEA: Rows = [
    {"team_id": "emea", "name": "EMEA", "parent_team_id": "", "region": "", "manager_rep_id": ""},
    {"team_id": "north", "name": "North", "parent_team_id": "emea", "region": "Europe", "manager_rep_id": "m1"},
    {"team_id": "south", "name": "South", "parent_team_id": "emea", "region": "Europe", "manager_rep_id": ""},
]
FLAT: Rows = [{**row, "parent_team_id": ""} for row in EMEA[1:]]
BOSS = {"rep_id": "m1", "name": "Mia Boss", "team_id": "north", "hire_date": "2024-01-01", "role": "manager"}


def quota(scope: str, who: str, amount: float, **more: object) -> dict[str, object]:
    return {"scope": scope, "scope_id": who, "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": amount, **more}


def goal(*quotas: dict[str, object], team: Rows = FLAT, **changes: Rows) -> Goal | None:
    given = tables(team=team, rep=[*REP, BOSS], quota=list(quotas), **changes)
    return goal_of(given, QUARTER, AS_OF)


NORTH, SOUTH = quota("team", "north", 100), quota("team", "south", 100)


@pytest.mark.parametrize(
    ("quotas", "amount", "origin"),
    [
        ([NORTH, SOUTH], 200, "teams"),
        ([NORTH, quota("rep", "r3", 100)], 200, "teams"),
        ([quota("rep", rep, 50) for rep in ("r1", "r2", "r3")], 150, "teams"),
        ([quota("company", "", 500), NORTH, SOUTH, quota("rep", "r1", 50)], 500, "company"),
        ([quota("region", "Europe", 300), NORTH, SOUTH], 300, "teams"),
        ([quota("manager", "m1", 80), quota("rep", "r1", 50), quota("rep", "r2", 50), SOUTH], 180, "teams"),
        ([quota("rep", "m1", 90), quota("rep", "r1", 50), quota("rep", "r2", 50), SOUTH], 190, "teams"),
        ([quota("rep", "m1", 10), quota("rep", "r1", 50), quota("rep", "r2", 50), SOUTH], 210, "teams"),
    ],
    ids=["teams", "mixed", "reps", "company", "region", "manager", "managers own is the teams", "player-coach"],
)
def test_the_nearest_number_set_for_the_whole_holds(quotas: list[dict[str, object]], amount: float, origin: str) -> None:
    found = goal(*quotas)
    assert found is not None
    assert (found.amount, found.origin) == (pytest.approx(amount), origin)


@pytest.mark.parametrize(
    ("quotas", "amount"),
    [([quota("team", "emea", 200), NORTH, SOUTH], 200), ([NORTH, SOUTH], 200), ([NORTH, quota("rep", "r3", 100)], 200)],
)
def test_a_team_above_others_is_not_added_to_them(quotas: list[dict[str, object]], amount: float) -> None:
    found = goal(*quotas, team=EMEA)
    assert found is not None
    assert found.amount == amount


@pytest.mark.parametrize(
    ("quotas", "parts"),
    [
        ([NORTH, SOUTH], 2),
        ([quota("team", "emea", 200), NORTH, SOUTH], 1),
        ([quota("rep", rep, 50) for rep in ("r1", "r3")], 2),
    ],
)
def test_as_many_goals_are_counted_as_were_added(quotas: list[dict[str, object]], parts: int) -> None:
    idle = {**FLAT[1], "team_id": "sdr", "name": "SDR"}
    for team in (EMEA, [*EMEA, idle]):
        found = goal(*quotas, team=team)
        assert found is not None
        assert (found.origin, found.parts) == ("teams", parts)


def test_without_a_quota_for_every_team_that_sells_the_company_has_no_goal() -> None:
    assert goal(NORTH) is None
    assert goal(NORTH, {**SOUTH, "period_end": "2026-07-31"}) is None, "July's alone is none for the quarter"


def test_each_team_gets_its_own_quotas_and_no_sum_of_several() -> None:
    above = [quota("team", "emea", 200), quota("company", "", 500), quota("region", "Europe", 300)]
    rows = tables(team=EMEA, rep=[*REP, BOSS], quota=[*above, NORTH, quota("manager", "m1", 80)])
    cut = partition({name: rows[name] for name in rows}, AS_OF, "UTC")
    held = {team: sorted(parts["quota"]["scope"]) for team, parts in cut.items()}
    assert held == {"emea": [], "north": ["manager", "team"], "south": []}
    assert goal_of(cut["north"], QUARTER, AS_OF) == Goal(100.0, "team")


def span(rep: str, team: str, start: str, end: str = "") -> dict[str, object]:
    return {"rep_id": rep, "team_id": team, "valid_from": start, "valid_to": end}


def test_overlapping_assignments_count_a_quota_once() -> None:
    twice = [span("r1", "north", "2025-01-01"), span("r1", "north", "2026-08-01"), span("r2", "north", "2025-01-01")]
    assert presence(tables(rep_assignment=twice), QUARTER)["r1"] == 1.0
    half = [span("r1", "north", "2026-07-01", "2026-08-15"), span("r1", "north", "2026-07-17", "2026-08-15")]
    assert presence(tables(rep_assignment=half), QUARTER)["r1"] == pytest.approx(46 / 92)


def test_an_assignment_that_lasts_into_the_next_team_ends_before_it() -> None:
    both = [span("r1", "north", "2025-01-01"), span("r1", "south", "2026-08-16")]  # the first was never ended
    rows = tables(team=FLAT, rep_assignment=both, quota=[quota("rep", rep, 92) for rep in ("r1", "r2", "r3")])
    assert next(iter(rows["rep_assignment"]["valid_to"].dt.date)) == date(2026, 8, 15)
    cut = partition({name: rows[name] for name in rows}, AS_OF, "UTC")
    shares = {team: rep_quotas(parts, QUARTER, AS_OF).set_index("rep_id")["quota"].get("r1") for team, parts in cut.items()}
    assert shares == {"north": pytest.approx(46), "south": pytest.approx(46)}
    found = goal_of(rows, QUARTER, AS_OF)
    assert found is not None
    assert found.amount == pytest.approx(3 * 92)


MONTHS = [("2026-07-01", "2026-07-31"), ("2026-08-01", "2026-08-31"), ("2026-09-01", "2026-09-30")]


def months(scope: str, who: str, amount: float, *which: int) -> Rows:
    return [quota(scope, who, amount, period_start=MONTHS[at][0], period_end=MONTHS[at][1]) for at in which]


@pytest.mark.parametrize(
    ("quotas", "amount"),
    [
        (months("team", "north", 100, 0, 1, 2), 300),
        ([*months("team", "north", 100, 0, 1, 2), NORTH], 100),
        ([quota("team", "north", 1200, period_start="2026-01-01", period_end="2026-12-31"), *months("team", "north", 100, 0)],
         1200 * 92 / 365),
        ([quota("team", "north", 2400, period_start="2026-07-01", period_end="2026-12-31"),
          quota("team", "north", 4000, period_start="2026-01-01", period_end="2026-12-31")], 1200),
        (months("team", "north", 100, 0, 2), None),
        (months("team", "north", 100, 0), None),
    ],
    ids=["months", "months and the quarter", "a year and one month", "half a year and a year", "a hole", "one month"],
)  # fmt: skip
def test_quotas_of_several_lengths_are_never_added_and_a_part_is_no_goal(quotas: Rows, amount: float | None) -> None:
    found = goal(*quotas, SOUTH)
    assert (found and found.amount) == (amount and pytest.approx(amount + 100))


def test_a_year_of_months_and_quarters_is_counted_once() -> None:
    quarters = [("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30"), ("2026-07-01", "2026-09-30")]
    quarters.append(("2026-10-01", "2026-12-31"))
    given = [quota("rep", "r1", 300, period_start=first, period_end=last) for first, last in quarters]
    given += months("rep", "r1", 100, 0, 1, 2)
    year = period_of(AS_OF, "year")
    (full,) = rep_quotas(tables(quota=given), year, AS_OF)["full"]
    assert full == pytest.approx(1200)


def test_who_has_a_quota_for_one_month_has_none_for_the_quarter() -> None:
    held = rep_quotas(tables(quota=[*months("rep", "r1", 100, 0), quota("rep", "r2", 900)]), QUARTER, AS_OF)
    assert held["rep_id"].tolist() == ["r2"]


def test_a_named_manager_stands_for_whoever_else_has_the_role() -> None:
    second = {**BOSS, "rep_id": "m2", "name": "Max Two"}
    given = tables(team=FLAT, rep=[*REP, BOSS, second], quota=[quota("rep", "m1", 90), quota("rep", "m2", 5)])
    assert managers(given)["rep_id"].tolist() == ["m1"]
