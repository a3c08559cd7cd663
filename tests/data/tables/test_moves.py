"""On an earlier day a team has the reps and deals it had then, whatever snapshot it is read from."""

from datetime import date
from pathlib import Path

from tests.data.snapshot.snapshot_parts import MOVE, deals, taken
from tests.tiny import OPPORTUNITY, deal


def test_an_earlier_day_of_a_later_snapshot_is_the_earlier_snapshot(tmp_path: Path) -> None:
    rows = [*OPPORTUNITY, deal(7, "r1", "Lead", 9, "2026-06-01")]
    day = date(2026, 7, 10)
    then = taken(tmp_path / "then", day, rep_assignment=MOVE, opportunity=rows)
    now = taken(tmp_path / "now", rep_assignment=MOVE, opportunity=rows)
    assert deals(now.team("north")) == {"o1", "o3", "o4"}
    for team in ("north", "south"):
        assert deals(now.team(team, day)) == deals(then.team(team))
    assert "o7" in deals(now.team("north", day))
