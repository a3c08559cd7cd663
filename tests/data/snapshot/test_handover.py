"""What the company's notebook hands over: declared once, as its producers make it, and read by whom it is meant for."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesanalytics.analyses.company.benchmark import BENCHMARK_COLUMNS, FUNNEL_COLUMNS, HAZARDS_COLUMNS
from salesanalytics.analyses.company.leads_for_teams import ELSEWHERE, leads_by_campaign, leads_without_team
from salesanalytics.analyses.company.rivals_for_teams import rivals_for_teams
from salesanalytics.analyses.company.turnover_for_teams import TOLD as BANDS_TOLD
from salesanalytics.analyses.evaluating.sentiment import SHARES, TURNS
from salesanalytics.analyses.evaluating.win_drivers import BANDS, SIGNAL
from salesanalytics.analyses.planning.bookings import COLUMNS as BOOKINGS_COLUMNS
from salesanalytics.analyses.planning.bookings import LANDING
from salesanalytics.analyses.recruiting.leaving_drivers import TOLD as DRIVERS_TOLD
from salesanalytics.data.snapshot import Snapshot
from salesanalytics.data.snapshot.handover import HANDED_OVER, HANDOVER, put_tables, tables_of
from salesanalytics.errors import SnapshotError
from tests.data.snapshot.handover_parts import table
from tests.data.snapshot.snapshot_parts import TODAY, taken
from tests.tables import AS_OF, tables
from tests.tiny import REP

POOLED = {
    "kpi",
    "funnel",
    "deal_hazards",
    "leads_without_team",
    "turnover_bands",
    "turnover_drivers",
    "newcomers",
    "ramp_months",
    "win_signal",
    "win_values",
}


def leads(values: list[float], *teams: str) -> pd.DataFrame:
    return table("campaign_leads", values, team_id=list(teams))


def handed_over(snap: Snapshot, team: str | None = None) -> dict[str, str]:
    return snap.handed_over(snap.path / "handover", TODAY, team)


def read(snap: Snapshot, name: str, column: str, team: str = "") -> list[float] | None:
    view = snap.team(team) if team else snap.company()
    found = view.handover(name)
    return None if found is None else list(found[column])


@pytest.mark.parametrize(
    ("name", "produced"),
    [
        ("kpi", BENCHMARK_COLUMNS),
        ("funnel", FUNNEL_COLUMNS),
        ("deal_hazards", HAZARDS_COLUMNS),
        ("campaign_leads", list(leads_by_campaign(tables(), {"north": tables()}, as_of=AS_OF))),
        ("leads_without_team", list(leads_without_team(tables(), {"north": tables()}, as_of=AS_OF))),
        ("leads_sold_elsewhere", ELSEWHERE),
        ("bookings_months", BOOKINGS_COLUMNS),
        ("bookings_year", LANDING),
        ("turnover_bands", BANDS_TOLD),
        ("turnover_drivers", DRIVERS_TOLD),
        ("rivals", list(rivals_for_teams({"north": tables()}, as_of=AS_OF))),
        ("win_signal", SIGNAL),
        ("win_values", BANDS),
        ("sentiment_shares", SHARES),
        ("sentiment_turns", [*TURNS, "whole"]),
    ],
)
def test_each_table_is_declared_with_the_columns_its_producer_gives_it(name: str, produced: Sequence[str]) -> None:
    assert sorted(HANDOVER[name].columns) == sorted(produced)


def test_the_declaration_is_complete_and_each_table_per_team_has_a_team() -> None:
    assert {name for name, one in HANDOVER.items() if not one.per_team} == POOLED
    assert all(
        ("team_id" in one.columns) == one.per_team and one.meaning and one.name == name for name, one in HANDOVER.items()
    )


def test_the_notebooks_hand_over_every_declared_table_and_read_no_other() -> None:
    company = Path("notebooks/0_company.ipynb").read_text("utf-8")
    teams = "".join(file.read_text("utf-8") for file in sorted(Path("notebooks").glob("[1-9]_*.ipynb")))
    assert {name for name in HANDOVER if f'view.hand_over(\\"{name}\\"' in company} == HANDOVER.keys()
    assert {name for name in HANDOVER if f'view.handover(\\"{name}\\")' in teams} == HANDOVER.keys()
    assert company.count("view.hand_over(") == len(HANDOVER)
    assert set(re.findall(r'view\.handover\(\\"(\w+)\\"\)', teams)) == HANDOVER.keys()
    assert len(re.findall(r"view\.handover\(", teams)) == len(re.findall(r'view\.handover\(\\"\w+\\"\)', teams))


def test_a_pooled_table_is_read_by_every_team_and_the_company_on_that_day_only(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    snap.company().hand_over("kpi", table("kpi", [0.5]))
    assert [read(snap, "kpi", "value", team) for team in ("north", "south", "")] == [[0.5]] * 3
    assert snap.team("north", date(2026, 8, 1)).handover("kpi") is None
    assert (snap.path / "handover/2026-09-01/kpi.parquet").is_file()


def test_a_team_reads_its_own_rows_of_a_table_per_team_and_no_others(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    snap.company().hand_over("campaign_leads", leads([1, 2, 3, 6], "north", "south", "south", ""))
    assert [read(snap, "campaign_leads", "leads", team) for team in ("north", "south", "")] == [[1], [2, 3], None]


def test_what_was_not_handed_over_is_none_and_what_has_no_rows_is_empty(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    assert read(snap, "campaign_leads", "leads", "north") is None
    snap.company().hand_over("campaign_leads", leads([2], "south"))
    assert read(snap, "campaign_leads", "leads", "north") == []


def test_the_order_of_columns_is_free_and_the_declared_one_is_stored(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    given = table("kpi", [0.5])
    snap.company().hand_over("kpi", given[given.columns[::-1]])
    stored = snap.team("north").handover("kpi")
    assert stored is not None
    assert tuple(stored.columns) == HANDOVER["kpi"].columns


def test_a_wrong_name_is_refused_with_the_nearest_right_one(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    said = r"'deal_hazards_quarter' is no table of the handover; expected one of kpi, funnel, .* Did you mean 'deal_hazards'\?"
    with pytest.raises(SnapshotError, match=said):
        snap.company().hand_over("deal_hazards_quarter", table("deal_hazards", [1]))
    with pytest.raises(SnapshotError, match=r"'xyz' is no table .* expected one of kpi, .*training_guards\. A new table"):
        snap.team("north").handover("xyz")
    assert handed_over(snap) == {}


def test_other_columns_than_declared_are_refused_and_named(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    wrong = leads([1], "north").rename(columns={"team_id": "team"})
    said = r"with the columns team, campaign_id, leads; expected team_id, campaign_id, leads\. team: did you mean team_id\?"
    with pytest.raises(SnapshotError, match=said):
        snap.company().hand_over("campaign_leads", wrong)
    with pytest.raises(SnapshotError, match="expected period, start, end, key, value"):
        snap.company().hand_over("kpi", table("kpi", [1]).assign(more=1))
    with pytest.raises(SnapshotError, match="with the columns none; expected"):
        snap.company().hand_over("kpi", pd.DataFrame())
    assert handed_over(snap) == {}


def test_a_teams_notebook_hands_nothing_over(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="by team 'north'; only 0_company hands tables over"):
        taken(tmp_path).team("north").hand_over("kpi", table("kpi", [1]))


def test_a_teams_page_is_made_again_only_for_tables_it_may_read(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    snap.company().hand_over("campaign_leads", leads([1, 2], "north", "south"))
    before = {team: handed_over(snap, team) for team in ("north", "south")}
    snap.company().hand_over("campaign_leads", leads([1, 9], "north", "south"))
    assert before["north"] == handed_over(snap, "north")
    assert before["south"] != handed_over(snap, "south")
    assert set(handed_over(snap)) == {"campaign_leads.north", "campaign_leads.south"}


@pytest.mark.parametrize("team", ["../north", "north/..", "No rth", ".north"])
def test_a_source_cannot_choose_where_a_table_is_written(team: str, tmp_path: Path) -> None:
    named = [{"team_id": team, "name": "North"}]
    snap = taken(tmp_path, team=named, rep=[{**one, "team_id": team} for one in REP])
    snap.company().hand_over("campaign_leads", leads([1], team))
    (file,) = [file for file in tmp_path.rglob("*") if "campaign_leads" in file.name]
    assert file.parent == snap.path / "handover/2026-09-01"
    assert read(snap, "campaign_leads", "leads", team) == [1]


def test_a_run_keeps_its_tables_in_a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snap = taken(tmp_path)
    for name, value in (("one", 1.0), ("two", 2.0)):
        monkeypatch.setenv(HANDED_OVER, str(tmp_path / name))
        snap.company().hand_over("kpi", table("kpi", [value]))
    assert read(snap, "kpi", "value", "north") == [2.0]
    monkeypatch.setenv(HANDED_OVER, str(tmp_path / "one"))
    assert read(snap, "kpi", "value", "north") == [1.0]
    monkeypatch.delenv(HANDED_OVER)
    assert read(snap, "kpi", "value", "north") is None
    assert not (snap.path / "handover").exists()


def test_a_place_that_cannot_be_written_is_named_with_what_to_do(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    (snap.path / "handover").write_text("in the way")
    with pytest.raises(SnapshotError, match=r"handover/2026-09-01.*cannot be written.*set SALESANALYTICS_HANDOVER"):
        snap.company().hand_over("kpi", table("kpi", [1]))


def test_what_a_team_may_read_travels_to_another_machine_and_nothing_else(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    snap.company().hand_over("kpi", table("kpi", [1]))
    snap.company().hand_over("campaign_leads", leads([1, 2], "north", "south"))
    sent = tables_of(snap.path / "handover", "north")
    assert sorted(sent) == ["2026-09-01/campaign_leads.north.parquet", "2026-09-01/kpi.parquet"]
    put_tables(tmp_path / "there", sent)
    assert snap.handed_over(tmp_path / "there", TODAY) == handed_over(snap, "north")
