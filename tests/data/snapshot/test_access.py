"""A notebook that is executed for one team's page reads no other team's rows."""

from datetime import timedelta

import pytest

from salesanalytics.data import snapshot
from salesanalytics.errors import SnapshotError


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
