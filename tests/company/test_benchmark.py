"""What the company's notebook hands over to the teams: only what enough teams stand behind."""

from datetime import date, timedelta

from salesanalytics.analyses.company.benchmark import HAZARDS_COLUMNS, hazards_benchmark, kpi_benchmark, pooled
from salesanalytics.base.calendar import period_of
from tests.tables import AS_OF, tables
from tests.tiny import deal


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
        table = hazards_benchmark(busy, teams, as_of=AS_OF, period=period_of(AS_OF, kind))
        assert set(table["period"]) == {kind}
        assert list(table) == HAZARDS_COLUMNS
    few = hazards_benchmark(busy, {"0": busy}, as_of=AS_OF, period=period_of(AS_OF))
    assert (len(few), list(few)) == (0, HAZARDS_COLUMNS)


def _days() -> list[date]:
    return [AS_OF - timedelta(days=6 * back) for back in range(1, 100)]


def test_teams_without_deals_of_their_own_do_not_count_as_company() -> None:
    idle = {str(at): tables(opportunity=[deal(at, "r1", "Lead", 5, "2026-06-01")]) for at in range(5)}
    assert kpi_benchmark(tables(), {"busy": tables(), **idle}, as_of=AS_OF).query("key == 'win_rate'").empty


def test_one_team_with_nearly_all_rows_is_no_company() -> None:
    few = {str(at): tables() for at in range(5)}
    many = tables(opportunity=[deal(at, "r1", "Won", 5, "2026-06-01", "2026-07-01") for at in range(200)])
    assert not pooled({"busy": many, **few}, "opportunity", as_of=AS_OF)
    assert pooled(few, "opportunity", as_of=AS_OF)
