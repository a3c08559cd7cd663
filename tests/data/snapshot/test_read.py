"""An open snapshot shows a team its own rows as known on a day, and says what is wrong with one that cannot be read."""

import copy
import json
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from salesanalytics.data import snapshot
from salesanalytics.data.snapshot import Snapshot
from salesanalytics.errors import SnapshotError
from salesanalytics.workspace import open_team
from tests.data.snapshot.snapshot_parts import deals, taken
from tests.tiny import deal


def test_a_team_sees_no_row_of_another_team(tmp_path: Path) -> None:
    north = taken(tmp_path).team("north").tables
    assert set(north["team"]["team_id"]) == {"north"}
    assert "Cy Dunn" not in set(north["rep"]["name"])
    files = b"".join(file.read_bytes() for file in (tmp_path / "snap/teams/north").iterdir())
    assert b"Cy Dunn" not in files


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
    assert deals(snap.team("north", date(2026, 7, 31))) == {"o1"}
    assert deals(snap.team("north")) == {"o1", "o2", "o3"}


def test_what_is_no_snapshot_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="is not a snapshot"):
        snapshot.open(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(SnapshotError, match="format 99, expected 2"):
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
