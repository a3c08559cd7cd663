"""What a team's report costs, ours beside what people do and beside the least it could cost; and whether our marks hold.

In one run, on the same machine, notebooks and teams: papermill and nbconvert from the command line, papermill with one exporter
in one process, `salesanalytics run` with one and two lanes, and the same code in a warm process without Jupyter. Rounds are
interleaved, figures are medians over rounds, ratios are taken within a round. Linux only. Exit code 1 where a mark fails.

    python benchmarks/fleet.py                                          all ways, a few minutes a round
    python benchmarks/fleet.py --quick                                  one small round: does it work at all
    python benchmarks/fleet.py --scale 10000,100000,1000000 --keep DIR  larger companies and 100 teams as well
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from _fleet import marks, scale, start, table, ways
from _fleet.spent import BIN, BenchmarkError, spend
from _fleet.ways import LABELS, Cost, Place

from salesanalytics import __version__, workspace
from salesanalytics.data import snapshot as snapshots

SIZES = "10000,100000,1000000"
REPS = 10  # per team


def main() -> None:
    """Measure, print, and say by exit code whether the marks hold."""
    asked = _asked()
    with TemporaryDirectory(prefix="sb-") as passing:
        folder = (asked.keep or Path(passing)).resolve()
        try:
            sys.exit(_measure(asked, folder))
        except BenchmarkError as error:
            sys.exit(f"Error: {error}")


def _measure(asked: argparse.Namespace, folder: Path) -> int:
    _tell(f"{asked.teams} teams, {asked.rounds} rounds; {os.cpu_count()} processors; load {os.getloadavg()[0]:.1f}")
    place = _demo(folder, asked.teams)
    teams = [team.team_id for team in snapshots.open(place.snapshot).teams]
    ways.run(place, 1, teams[:1], "--force")  # files read and compiled once, before anything is measured
    rounds, memory, started, unlike = [], [], [], []
    for number in range(1, asked.rounds + 1):
        rounds.append(_round(place, teams, asked, f"round {number}"))
        if {"floor", "ours 1"} <= rounds[-1].keys():
            unlike += ways.different(place, teams)
        if not asked.quick:
            memory.append(_memory(place, teams, asked, f"round {number}"))
        _tell(f"round {number}: start-up")
        started.append(start.fork_server(workspace.home() / "notebooks"))
    judged = marks.fleet_marks(rounds, memory, started, start.commands(1 if asked.quick else 5))
    _print("", *table.ways_table(rounds, memory))
    sizes, many = _scaled(asked, folder) if asked.scale else ([], None)
    if asked.scale:
        judged += marks.scale_marks(sizes, many)
        _print("", *table.scale_table(sizes, many))
    _print("", *table.marks_table(judged))
    if unlike:
        _print(f"FAIL          the floor's pages are not ours: {', '.join(sorted(set(unlike)))}")
    figures = {"rounds": _plain(rounds), "memory": memory, "start": _plain(started), "sizes": _plain(sizes)}
    _write(asked, {**figures, "many": asdict(many) if many else None, "marks": [_mark(one) for one in judged]})
    return 1 if unlike or any(mark.holds is False for mark in judged) else 0


def _demo(folder: Path, teams: int) -> Place:
    """The demo company with so many teams, frozen; one that is there already is taken as it is."""
    place = Place(folder / f"demo-{teams}", folder / "pages")
    place.folder.mkdir(parents=True, exist_ok=True)
    if not (place.snapshot / "manifest.json").exists():
        _tell("the demo company")
        size = ("--teams", str(teams), "--reps", str(teams * REPS), "--format", "parquet")
        spend([BIN / "salesanalytics", "demo", folder / "demo-source", *size])
        spend([BIN / "salesanalytics", "snapshot", folder / "demo-source", "--out", place.snapshot])
    return place


def _round(place: Place, teams: Sequence[str], asked: argparse.Namespace, when: str) -> dict[str, Cost]:
    few, plain = teams[: max(1, len(teams) // 4)], teams[: asked.plain_teams]
    found = {}
    for way in asked.ways:
        _tell(f"{when}: {LABELS[way]}")
        if way.startswith("ours"):
            found[way] = ways.ours(place, int(way.split()[1]), few, teams)
        else:
            found[way] = ways.loop(place, way, teams if way == "floor" else plain)
    return found


def _memory(place: Place, teams: Sequence[str], asked: argparse.Namespace, when: str) -> dict[str, float]:
    found = {}
    for way in asked.ways:
        _tell(f"{when}: memory of {LABELS[way]}")
        if way.startswith("ours"):
            found[way] = ways.memory(place, way, teams[:4])
            found[f"{way}, teams"] = ways.memory(place, way, teams[:4], company=False)
        else:
            found[way] = ways.memory(place, way, teams[:1])
    return found


def _scaled(asked: argparse.Namespace, folder: Path) -> tuple[list[scale.Size], scale.Many]:
    rounds = 1 if asked.quick else asked.rounds
    return list(scale.sizes(asked.scale, folder, rounds, _tell)), scale.many(folder, rounds, _tell)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--teams", type=int, default=8, help="teams of the demo company (default 8, at least 2)")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured (default 3)")
    parser.add_argument("--plain-teams", type=int, default=2, help="teams for the two slow ways (default 2)")
    parser.add_argument("--ways", type=_ways, default=list(LABELS), help=f"only these, by comma: {', '.join(LABELS)}")
    parser.add_argument("--quick", action="store_true", help="one round of 2 teams, no memory")
    parser.add_argument("--scale", nargs="?", const=_sizes(SIZES), type=_sizes, help=f"larger companies (default {SIZES})")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="folder for snapshots and pages, used again next time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where all figures go")
    asked = parser.parse_args()
    if asked.quick:
        asked.teams, asked.rounds, asked.plain_teams = 2, 1, 1
    if asked.teams < 2 or asked.rounds < 1 or asked.plain_teams < 1:
        parser.error("expected at least 2 --teams, 1 --rounds and 1 --plain-teams")
    return asked


def _ways(written: str) -> list[str]:
    wanted = written.split(",")
    if unknown := set(wanted) - LABELS.keys():
        raise argparse.ArgumentTypeError(f"{sorted(unknown)} are no ways; expected some of {', '.join(LABELS)}")
    return [way for way in LABELS if way in wanted]


def _sizes(written: str) -> list[int]:
    try:
        found = [int(one) for one in written.split(",")]
    except ValueError:
        found = []
    if not found or min(found) < 2 * scale.PER_TEAM:
        raise argparse.ArgumentTypeError(f"{written!r}: expected numbers of opportunities, {2 * scale.PER_TEAM} or more each")
    return found


def _write(asked: argparse.Namespace, figures: dict[str, Any]) -> None:
    if asked.json:
        machine = {"processors": os.cpu_count(), "python": platform.python_version(), "version": __version__}
        settings = {name: str(value) if isinstance(value, Path) else value for name, value in vars(asked).items()}
        asked.json.write_text(json.dumps({"machine": machine, "settings": settings, **figures}, indent=1) + "\n", "utf-8")


def _mark(mark: marks.Mark) -> dict[str, Any]:
    return {**asdict(mark), "figure": mark.figure, "holds": mark.holds}


def _plain(figures: Sequence[Any]) -> list[Any]:
    return [{way: asdict(cost) for way, cost in one.items()} if isinstance(one, dict) else asdict(one) for one in figures]


def _print(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
