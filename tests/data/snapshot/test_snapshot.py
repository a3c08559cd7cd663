"""A snapshot is whole or not there, knows nothing after its day, and gives a team its own rows only."""

import copy
import json
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.snapshot import store as snapshot
from salesanalytics.data.snapshot.store import Snapshot
from salesanalytics.errors import SnapshotError
from salesanalytics.workspace import open_team
from tests.tiny import OPPORTUNITY, deal, write_source

TODAY = date(2026, 9, 1)
MOVE = [
    {"rep_id": "r1", "valid_from": "2024-01-01", "valid_to": "2026-07-15", "team_id": "north"},
    {"rep_id": "r1", "valid_from": "2026-07-16", "valid_to": "", "team_id": "south"},
    {"rep_id": "r2", "valid_from": "2024-06-01", "valid_to": "", "team_id": "north"},
    {"rep_id": "r3", "valid_from": "2024-01-01", "valid_to": "", "team_id": "south"},
]


def taken(folder: Path, as_of: date = TODAY, **changes: object) -> Snapshot:
    dataset = usable(check_source(write_source(folder / "source", changes), today=TODAY))  # type: ignore[arg-type]
    return snapshot.write(dataset, folder / "snap", as_of)


def deals(view: snapshot.View) -> set[str]:
    return set(view.tables["opportunity"]["opportunity_id"])


def test_a_rep_who_moved_leaves_the_deals_where_they_were_sold(tmp_path: Path) -> None:
    snap = taken(tmp_path, rep_assignment=MOVE, opportunity=[*OPPORTUNITY, deal(7, "r1", "Lead", 9, "2026-06-01")])
    assert deals(snap.team("north")) == {"o1", "o3", "o4"}  # o1 was won before the move
    assert deals(snap.team("south")) == {"o2", "o5", "o6", "o7"}  # o2 was lost after it, o7 is open and went along
    assert set(snap.team("south").tables["rep"]["rep_id"]) == {"r1", "r3"}


def test_every_deal_is_in_exactly_one_team(tmp_path: Path) -> None:
    snap = taken(tmp_path, rep_assignment=MOVE)
    parts = [deals(snap.team(info.team_id)) for info in snap.teams]
    assert sum(map(len, parts)) == len(set.union(*parts)) == len(snap.company().tables["opportunity"])


def test_a_team_sees_no_row_of_another_team(tmp_path: Path) -> None:
    north = taken(tmp_path).team("north").tables
    assert set(north["team"]["team_id"]) == {"north"}
    assert "Cy Dunn" not in set(north["rep"]["name"])
    files = b"".join(file.read_bytes() for file in (tmp_path / "snap/teams/north").iterdir())
    assert b"Cy Dunn" not in files


def test_a_quota_of_a_rep_who_moved_in_the_quarter_is_in_both_teams(tmp_path: Path) -> None:
    quota = [{"scope": "rep", "scope_id": "r1", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 100}]
    snap = taken(tmp_path, rep_assignment=MOVE, quota=quota)
    assert [len(snap.team(team).tables["quota"]) for team in ("north", "south")] == [1, 1]


def test_a_deal_that_closed_later_is_open_on_an_earlier_day(tmp_path: Path) -> None:
    history = [
        {"opportunity_id": "o3", "changed_at": "2026-06-01", "field": "stage", "old_value": "", "new_value": "Lead"},
        {"opportunity_id": "o3", "changed_at": "2026-07-02", "field": "stage", "old_value": "Lead", "new_value": "Offer"},
        {"opportunity_id": "o3", "changed_at": "2026-07-20", "field": "amount", "old_value": "2500", "new_value": "3000"},
        {"opportunity_id": "o3", "changed_at": "2026-08-01", "field": "stage", "old_value": "Offer", "new_value": "Won"},
    ]
    north = taken(tmp_path, opportunity_history=history).team("north", date(2026, 7, 15))
    then = north.tables["opportunity"].set_index("opportunity_id")
    assert list(then.loc["o3", ["is_closed", "is_won", "stage", "amount"]]) == [False, False, "Offer", 2500]
    assert pd.isna(then.loc["o3", "closed_at"])
    assert then.loc["o1", "is_won"]


def test_a_deal_without_creation_date_is_not_known_before_anything_is_known_of_it(tmp_path: Path) -> None:
    orders = [
        deal(1, "r1", "Won", 5, "", "2026-07-10"),
        deal(2, "r1", "Won", 5, "", "2026-08-10"),
        deal(3, "r1", "Lead", 5, ""),
    ]
    snap = taken(tmp_path, opportunity=orders)
    assert deals(snap.team("north", date(2026, 7, 31))) == {"o1", "o3"}


def test_rows_after_the_day_are_counted_apart_and_break_no_rule(tmp_path: Path) -> None:
    quality = taken(tmp_path, date(2026, 7, 31)).quality
    assert quality["rows_in"] == quality["rows_used"] + quality["rows_quarantined"] == 14
    assert quality["rows_later"] == quality["tables"]["opportunity"]["later"] == 1
    assert quality["problems"] == []


def test_the_day_defaults_to_the_newest_thing_that_happened(tmp_path: Path) -> None:
    dataset = check_source(write_source(tmp_path), today=TODAY)
    assert dataset.last_day(TODAY) == date(2026, 8, 20)


def test_the_same_data_gives_the_same_hash_and_other_data_another(tmp_path: Path) -> None:
    one, two = taken(tmp_path / "a"), taken(tmp_path / "b")
    other = taken(tmp_path / "c", opportunity=[{**OPPORTUNITY[0], "amount": 1001}, *OPPORTUNITY[1:]])
    assert one.manifest["hash"] == two.manifest["hash"] != other.manifest["hash"]
    changed = {name for name, value in one.manifest["hashes"].items() if other.manifest["hashes"][name] != value}
    assert changed == {"company/opportunity", "teams/north/opportunity"}


def test_a_new_snapshot_replaces_the_old_one_whole(tmp_path: Path) -> None:
    taken(tmp_path)
    snap = taken(tmp_path, team=[{"team_id": "north"}, {"team_id": "south"}, {"team_id": "west"}])
    assert [info.team_id for info in snap.teams] == ["north", "south", "west"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_failed_snapshot_leaves_the_old_one_and_no_crumbs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = taken(tmp_path).manifest["hash"]
    monkeypatch.setattr(snapshot, "_flush", lambda path: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        taken(tmp_path, opportunity=OPPORTUNITY[:2])
    assert snapshot.open(tmp_path / "snap").manifest["hash"] == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["snap", "source"]


def test_a_folder_with_other_things_in_it_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "snap").mkdir()
    (tmp_path / "snap" / "thesis.txt").write_text("years of work")
    with pytest.raises(SnapshotError, match="holds something that is not a snapshot"):
        taken(tmp_path)
    assert (tmp_path / "snap" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("name", ["EMEA/North", "../x", "n" * 300, "📈 Growth", "צפון", "CON", "index", ""])
def test_any_team_name_becomes_one_safe_folder(tmp_path: Path, name: str) -> None:
    team_id = name or "north"
    rep = [{"rep_id": "r1", "team_id": team_id}]
    snap = taken(tmp_path, team=[{"team_id": team_id, "name": name}], rep=rep, opportunity=OPPORTUNITY[:2])
    (folder,) = (tmp_path / "snap/teams").iterdir()
    assert folder.name == snap.teams[0].slug
    assert folder.name not in ("index", "con")
    assert len(deals(snap.team(team_id))) == 2


def test_what_is_no_snapshot_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="is not a snapshot"):
        snapshot.open(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(SnapshotError, match="format 99, expected 1"):
        snapshot.open(tmp_path)


def test_an_unknown_team_or_a_day_in_the_future_is_refused(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    with pytest.raises(SnapshotError, match=r"has no team 'west'\. It has: north, south"):
        snap.team("west")
    with pytest.raises(SnapshotError, match="lies after 2026-09-01"):
        snap.team("north", date(2026, 9, 2))
    with pytest.raises(SnapshotError, match="expected a date such as 2026-03-31"):
        open_team(str(snap.path), "north", "yesterday")


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    (snap.path / "teams/north/opportunity.parquet").write_bytes(b"")
    with pytest.raises(SnapshotError, match=r"opportunity\.parquet cannot be read"):
        _ = snap.team("north").tables["opportunity"]


def test_what_the_company_page_keeps_is_found_by_the_teams_of_that_day_only(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    snap.company().keep("kpi", pd.DataFrame({"key": ["win_rate"], "value": [0.5]}))
    assert snap.team("north").benchmarks["kpi"]["value"].tolist() == [0.5]
    assert "kpi" not in snap.team("north", date(2026, 8, 1)).benchmarks


def test_a_team_finds_its_own_rows_of_what_the_company_page_keeps_by_team_and_no_others(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    snap.company().keep("pooled", pd.DataFrame({"rate": [0.5]}))
    snap.company().keep_by_team("landing", pd.DataFrame({"team_id": ["north", "south", "south", ""], "p50": [1, 2, 3, 6]}))
    seen = {team: snap.team(team).benchmarks for team in ("north", "south")}
    assert {team: sorted(tables) for team, tables in seen.items()} == {key: ["landing", "pooled"] for key in seen}
    assert {team: list(tables["landing"]["p50"]) for team, tables in seen.items()} == {"north": [1], "south": [2, 3]}
    assert list(snap.company().benchmarks) == ["pooled"]


def test_a_teams_page_is_made_again_only_for_tables_it_may_read(tmp_path: Path) -> None:
    snap = taken(tmp_path)
    snap.company().keep_by_team("landing", pd.DataFrame({"team_id": ["north", "south"], "p50": [1, 2]}))
    before = {team: snap.handed_on(TODAY, team) for team in ("north", "south")}
    snap.company().keep_by_team("landing", pd.DataFrame({"team_id": ["north", "south"], "p50": [1, 9]}))
    assert before["north"] == snap.handed_on(TODAY, "north")
    assert before["south"] != snap.handed_on(TODAY, "south")


@pytest.mark.parametrize("slug", ["../north", "north/..", "No rth", ".north"])
def test_a_manifest_cannot_choose_where_a_table_is_written(slug: str, tmp_path: Path) -> None:
    snap = taken(tmp_path)
    with pytest.raises(ValueError, match="short name"):
        snap.derive("landing", pd.DataFrame({"x": [1]}), TODAY, slug)


def test_a_team_renamed_mid_year_keeps_its_deals_and_its_page(tmp_path: Path) -> None:
    before = taken(tmp_path / "spring").team("north")
    renamed = [{"team_id": "north", "name": "North & Baltics"}, {"team_id": "south", "name": "South"}]
    snap = taken(tmp_path / "autumn", team=renamed)
    assert deals(snap.team("north")) == deals(before)
    assert (snap.teams[0].name, snap.teams[0].slug) == ("North & Baltics", "north")


def test_a_team_that_got_a_new_id_mid_year_is_joined_by_the_mapping(tmp_path: Path) -> None:
    source = write_source(
        tmp_path / "source",
        {"rep": [{"rep_id": "r1", "team": "Nord alt"}, {"rep_id": "r2", "team": "north"}, {"rep_id": "r3", "team": "south"}]},
    )
    (tmp_path / "map.yaml").write_text(
        "tables:\n  team: {file: team.csv, columns: {team_id: team_id}}\n"
        "  rep: {file: rep.csv, columns: {rep_id: rep_id, team_id: {from: team, map: {Nord alt: north}}}}\n"
        "  stage: {file: stage.csv, columns: {stage: stage, sort_order: sort_order, is_closed: is_closed, is_won: is_won}}\n"
        "  opportunity: {file: opportunity.csv, columns: {opportunity_id: opportunity_id, owner_rep_id: owner_rep_id,"
        " stage: stage, amount: amount, created_at: created_at, closed_at: closed_at}}\n"
    )
    dataset = usable(check_source(source, tmp_path / "map.yaml", today=TODAY))
    assert deals(snapshot.write(dataset, tmp_path / "snap", TODAY).team("north")) == {"o1", "o2", "o3", "o4"}


def test_a_notebook_made_for_one_team_reads_no_other(demo_snapshot, monkeypatch):
    first, second = (team.team_id for team in demo_snapshot.teams[:2])
    monkeypatch.setenv("SALESANALYTICS_ONLY_TEAM", first)
    assert len(demo_snapshot.team(first).tables["opportunity"])
    earlier = demo_snapshot.as_of - timedelta(days=30)
    assert len(demo_snapshot.team(first, earlier).tables["opportunity"])
    with pytest.raises(SnapshotError, match=f"for the page of team {first!r} and asked for the rows of team {second!r}"):
        demo_snapshot.team(second)
    with pytest.raises(SnapshotError, match=r"the whole company.*0_company hands on"):
        demo_snapshot.company()


def test_the_fingerprint_of_a_team_is_of_what_it_can_read(demo_snapshot):
    first, second = (team.team_id for team in demo_snapshot.teams[:2])
    changed = copy.deepcopy(dict(demo_snapshot.manifest))
    slug = demo_snapshot.teams[1].slug
    changed["hashes"][f"teams/{slug}/opportunity"] = "another"
    other = Snapshot(demo_snapshot.path, changed)
    assert other.fingerprint(first) == demo_snapshot.fingerprint(first)
    assert other.fingerprint(second) != demo_snapshot.fingerprint(second)
    assert other.fingerprint() != demo_snapshot.fingerprint()
    earlier = demo_snapshot.as_of - timedelta(days=30)
    assert other.fingerprint(first, earlier) != demo_snapshot.fingerprint(first, earlier)  # cut anew from the whole company
