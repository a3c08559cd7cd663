"""What the company's notebook hands over to the teams: only what enough teams stand behind."""

from salesanalytics.analyses.company.benchmark import kpi_benchmark, pooled
from tests.tables import AS_OF, tables
from tests.tiny import deal


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
