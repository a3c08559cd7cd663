"""What the benchmark of the fleet counts is all there is, and it compares like with like."""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from salesanalytics.data.snapshot import Snapshot

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))

from _fleet import marks, ways
from _fleet.spent import BenchmarkError, Spent, spend
from _fleet.ways import Cost, Place

BURN = """
import os, signal, time
def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until: pass
"""
ORPHAN_THAT_IS_KILLED = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        burn(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
"""
CHILD_WITH_MEMORY = """
if os.fork() == 0:
    held = b"x" * (200 << 20)
    time.sleep(1)
else:
    os.wait()
"""
STAYS = """
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", BURN + code]


def cost(cpu: float, *, wall: float = 1.0, reports: int = 8) -> Cost:
    return Cost(cpu, wall, 0.0, Spent(wall * reports, cpu * reports), reports)


def test_counts_a_process_whose_parent_is_gone_and_that_was_killed() -> None:
    assert spend(python(ORPHAN_THAT_IS_KILLED)).cpu >= 0.5


def test_sees_the_memory_of_a_child() -> None:
    assert (spend(python(CHILD_WITH_MEMORY), memory=True).peak or 0) > 200


def test_a_command_that_leaves_a_process_behind_is_no_measurement() -> None:
    with pytest.raises(BenchmarkError, match="left 1 processes behind"):
        spend(python(STAYS), grace=1)


def test_a_command_that_fails_is_no_measurement_and_its_words_are_shown() -> None:
    with pytest.raises(BenchmarkError, match=r"(?s)exit code 3.*no such team"):
        spend(python("print('no such team'); raise SystemExit(3)"))


def test_ratios_are_taken_within_a_round() -> None:
    quiet, disturbed = {"ours 1": cost(1.0), "floor": cost(0.8)}, {"ours 1": cost(3.0), "floor": cost(2.4)}
    found = {mark.what: mark for mark in marks.fleet_marks([quiet, disturbed], [], [], {})}
    assert found["CPU per report against the floor"].figures == pytest.approx([1.25, 1.25])
    assert found["CPU per report against the floor"].holds


@pytest.mark.parametrize(("second", "holds"), [(0.5, True), (0.6, False)])
def test_the_second_lane_has_to_be_worth_it(second: float, holds: bool) -> None:
    rounds = [{"ours 1": cost(1.0), "ours 2": cost(1.0, wall=second)}]
    assert lanes(rounds).holds is holds


def test_what_was_not_measured_neither_holds_nor_fails() -> None:
    assert lanes([{"ours 1": cost(1.0)}]).holds is None
    assert lanes([{"ours 1": cost(1.0, reports=2), "ours 2": cost(1.0, wall=0.5, reports=2)}]).holds is None


def lanes(rounds: list[Mapping[str, Cost]]) -> marks.Mark:
    return next(mark for mark in marks.fleet_marks(rounds, [], [], {}) if mark.what.startswith("reports a minute"))


@pytest.mark.slow
@pytest.mark.benchmark
def test_the_floor_makes_the_very_pages_that_a_run_makes(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    place, team = Place(demo_snapshot.path, tmp_path), demo_snapshot.teams[0].team_id
    ways.run(place, 1, [team], "--force")
    ways.loop(place, "floor", [team])
    assert ways.different(place, [team]) == []


def test_every_benchmark_still_finds_what_it_measures() -> None:
    for file in sorted((Path(__file__).parent.parent / "benchmarks").glob("*.py")):
        importlib.import_module(file.stem)
