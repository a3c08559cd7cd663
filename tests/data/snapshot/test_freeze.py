"""A snapshot is whole or not there, knows nothing after its day, and puts every deal into one team."""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from salesanalytics.base import swap
from salesanalytics.data import snapshot
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.snapshot import freeze
from salesanalytics.errors import SnapshotError
from tests.data.snapshot.snapshot_parts import MOVE, TODAY, deals, taken
from tests.report.faults.house import library
from tests.tiny import OPPORTUNITY, deal, write_source


def test_a_rep_who_moved_leaves_the_deals_where_they_were_sold(tmp_path: Path) -> None:
    snap = taken(tmp_path, rep_assignment=MOVE, opportunity=[*OPPORTUNITY, deal(7, "r1", "Lead", 9, "2026-06-01")])
    assert deals(snap.team("north")) == {"o1", "o3", "o4"}  # o1 was won before the move
    assert deals(snap.team("south")) == {"o2", "o5", "o6", "o7"}  # o2 was lost after it, o7 is open and went along
    assert set(snap.team("south").tables["rep"]["rep_id"]) == {"r1", "r3"}


def test_every_deal_is_in_exactly_one_team(tmp_path: Path) -> None:
    snap = taken(tmp_path, rep_assignment=MOVE)
    parts = [deals(snap.team(info.team_id)) for info in snap.teams]
    assert sum(map(len, parts)) == len(set.union(*parts)) == len(snap.company().tables["opportunity"])


def test_a_quota_of_a_rep_who_moved_in_the_quarter_is_in_both_teams(tmp_path: Path) -> None:
    quota = [{"scope": "rep", "scope_id": "r1", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 100}]
    snap = taken(tmp_path, rep_assignment=MOVE, quota=quota)
    assert [len(snap.team(team).tables["quota"]) for team in ("north", "south")] == [1, 1]


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
    monkeypatch.setattr(freeze, "flush", lambda path: (_ for _ in ()).throw(OSError(28, "No space left on device")))
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


# the power goes as soon as anything has been moved to or away from the snapshot's place
KILL = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <string.h>
static int ends(const char *path, const char *with) {
    size_t n = strlen(path), m = strlen(with);
    return n >= m && !strcmp(path + n - m, with);
}
int rename(const char *from, const char *to) {
    int said = ((int (*)(const char *, const char *)) dlsym(RTLD_NEXT, "rename"))(from, to);
    if (ends(from, "/snap") || ends(to, "/snap")) raise(SIGKILL);
    return said;
}
int renameat2(int a, const char *from, int b, const char *to, unsigned how) {
    int said = ((int (*)(int, const char *, int, const char *, unsigned)) dlsym(RTLD_NEXT, "renameat2"))(a, from, b, to, how);
    if (!said && ends(to, "/snap")) raise(SIGKILL);
    return said;
}
"""


def test_a_snapshot_killed_while_it_takes_another_ones_place_leaves_one_there_and_the_next_clears_up(tmp_path: Path) -> None:
    taken(tmp_path)
    out = str(tmp_path / "snap")
    words = [sys.executable, "-m", "salesanalytics.cli.start", "snapshot", "source", "--out", out, "--as-of", "2026-08-20"]
    env = {**os.environ, **library(tmp_path, KILL)}
    assert subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert snapshot.open(tmp_path / "snap").as_of == date(2026, 8, 20)
    assert [path.name for path in tmp_path.glob(".*")] != []
    taken(tmp_path)
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_where_folders_cannot_be_exchanged_the_old_one_is_moved_away_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_exchanged", lambda *_: False)
    taken(tmp_path)
    assert taken(tmp_path, date(2026, 7, 31)).as_of == date(2026, 7, 31)
    assert [path.name for path in tmp_path.glob(".*")] == []
    with pytest.raises(OSError, match="gone"):
        swap.put_in_place(tmp_path / "gone", tmp_path / "snap", tmp_path / "old")
    assert snapshot.open(tmp_path / "snap").as_of == date(2026, 7, 31)


def test_every_row_of_deals_and_pay_that_was_set_aside_is_named_for_the_company_alone(tmp_path: Path) -> None:
    split = [{"opportunity_id": "o1", "rep_id": rep, "share": 0.7} for rep in ("r1", "r2")]
    late = {"invoice_id": "i1", "opportunity_id": "o3", "invoiced_on": "2026-07-12", "amount": 5, "paid_on": "2026-07-01"}
    snap = taken(tmp_path, opportunity_split=split, invoice=[late])
    rows = snap.company().tables["set_aside"]
    assert rows[["table", "opportunity_id"]].to_numpy().tolist() == [["opportunity_split", "o1"]] * 2 + [["invoice", "o3"]]
    counts = {name: count["quarantined"] for name, count in snap.quality["tables"].items() if count["quarantined"]}
    assert counts == {"opportunity_split": 2, "invoice": 1}
    assert all("set_aside" not in snap.team(info.team_id).tables for info in snap.teams)
