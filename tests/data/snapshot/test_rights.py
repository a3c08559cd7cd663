"""Each team's folder may be given to a group of its own, so that the system itself keeps others out."""

import os
import stat
from pathlib import Path

import pytest

from salesanalytics.data import snapshot
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.errors import SnapshotError
from tests.data.snapshot.snapshot_parts import TODAY
from tests.tiny import TEAM, write_source

grp = pytest.importorskip("grp", reason="a system without groups")


def test_a_team_folder_is_its_groups_and_the_companys_the_owners(tmp_path: Path) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    named = [{**team, "team_id": team["team_id"].replace("north", group)} for team in TEAM[:1]]
    rep = [{"rep_id": "r1", "name": "Ana", "team_id": group, "hire_date": "2024-01-01"}]
    dataset = usable(check_source(write_source(tmp_path / "source", {"team": named, "rep": rep}), today=TODAY))
    made = snapshot.write(dataset, tmp_path / "snap", TODAY, groups="{team}")
    modes = {path.relative_to(made.path).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in made.path.rglob("*")}
    assert {mode for path, mode in modes.items() if path.startswith(f"teams/{group}/")} == {0o640}
    assert (modes[f"teams/{group}"], modes["company"], modes["company/rep.parquet"]) == (0o750, 0o700, 0o600)
    assert (made.path / "teams" / group).stat().st_gid == os.getgid()
    assert len(made.team(group).tables["opportunity"])


def test_a_group_that_is_not_there_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    dataset = usable(check_source(write_source(tmp_path / "source"), today=TODAY))
    with pytest.raises(SnapshotError, match=r"no group 'sales-of-(north|south)'.*--team-group"):
        snapshot.write(dataset, tmp_path / "snap", TODAY, groups="sales-of-{team}")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
