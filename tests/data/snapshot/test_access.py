"""A notebook that is executed for one team's page reads no other team's rows."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from salesanalytics.data import snapshot
from salesanalytics.data.snapshot import Snapshot
from salesanalytics.data.snapshot.files import Frames, read_table
from salesanalytics.errors import SnapshotError
from tests.data.snapshot.handover_parts import table
from tests.data.snapshot.snapshot_parts import taken


def test_a_notebook_made_for_one_team_reads_no_other(demo_snapshot, monkeypatch):
    first, second = (team.team_id for team in demo_snapshot.teams[:2])
    monkeypatch.setenv(snapshot.ONLY_TEAM, first)
    assert len(demo_snapshot.team(first).tables["opportunity"])
    earlier = demo_snapshot.as_of - timedelta(days=30)
    assert len(demo_snapshot.team(first, earlier).tables["opportunity"])
    with pytest.raises(SnapshotError, match=f"for the page of team {first!r} and asked for the rows of team {second!r}"):
        demo_snapshot.team(second)
    with pytest.raises(SnapshotError, match=r"the whole company.*0_company hands over: view\.hand_over"):
        demo_snapshot.company()


@pytest.fixture
def north(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """A snapshot with tables handed over, as a notebook sees it that is executed for the team north."""
    snap = taken(tmp_path)
    snap.company().hand_over("campaign_leads", table("campaign_leads", [1, 2], team_id=["north", "south"]))
    monkeypatch.setenv(snapshot.ONLY_TEAM, "north")
    return snap


@pytest.mark.parametrize(
    "file",
    [
        "teams/south/opportunity.parquet", "company/opportunity.parquet", "teams/north/../south/rep.parquet",
        "handover/2026-09-01/campaign_leads.south.parquet",
    ],
)  # fmt: skip
def test_a_table_of_others_is_refused_by_its_path_too(north: Snapshot, file: str, tmp_path: Path) -> None:
    (tmp_path / "link.parquet").symlink_to(north.path / file)
    for path in (north.path / file, tmp_path / "link.parquet"):
        with pytest.raises(SnapshotError, match=r"which holds rows of others.*view\.handover"):
            read_table(path)


def test_its_own_and_shared_tables_are_read_by_their_path(north: Snapshot) -> None:
    for file in ("teams/north/opportunity", "shared/stage", "handover/2026-09-01/campaign_leads.north"):
        assert len(read_table(north.path / f"{file}.parquet"))


def test_no_other_way_through_the_package_leads_to_others(north: Snapshot) -> None:
    swapped = [{**team, "slug": "south"} for team in north.manifest["teams"]]
    ways = (
        lambda: north._company(None).tables["rep"],
        lambda: Frames.within(north.path / "company")["rep"],
        lambda: Snapshot(north.path, {**north.manifest, "teams": swapped}).team("north").tables["rep"],
        lambda: replace(north.team("north"), team_id="south").handover("campaign_leads"),
        lambda: north.team("south", north.as_of - timedelta(days=30)),
    )
    for way in ways:
        with pytest.raises(SnapshotError, match="executed for the page of team 'north'"):
            way()
    north.team("north", north.as_of - timedelta(days=30))  # which reads them to cut its own from them
    with pytest.raises(SnapshotError, match="rows of others"):
        read_table(north.path / "company/rep.parquet")


def test_a_teams_notebook_hands_nothing_over_in_the_companys_name(north: Snapshot) -> None:
    before = north.handed_over(north.path / "handover", north.as_of)
    with pytest.raises(SnapshotError, match="team 'north' and handed a table over; only 0_company"):
        replace(north.team("north"), team_id="").hand_over("kpi", table("kpi", [1]))
    assert north.handed_over(north.path / "handover", north.as_of) == before


POPS = """
import os, sys
os.environ.pop("SALESANALYTICS_ONLY_TEAM")
from salesanalytics.data import snapshot
snapshot.open(sys.argv[1]).team("south")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is noted when the package is imported")
def test_taking_the_variable_away_changes_nothing(north: Snapshot) -> None:
    done = subprocess.run([sys.executable, "-c", POPS, north.path], capture_output=True, text=True, check=False)
    assert "asked for the rows of team 'south'" in done.stderr
