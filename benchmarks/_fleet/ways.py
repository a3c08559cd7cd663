"""Every way to make the reports once, side by side. In: a snapshot and its teams. Out: `Cost` by way.

A report's own cost is kept apart from what is paid once (start-up, the company's chapter): the other ways say themselves what
each phase used; ours runs for a few teams and for all of them, and the difference is divided by the teams between.
"""

import json
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from os import environ
from pathlib import Path
from typing import Any

from salesanalytics import workspace
from salesanalytics.data import snapshot as snapshots
from salesanalytics.report.kernels.server import alone

from .spent import BIN, BenchmarkError, Spent, spend

LOOPS = Path(__file__).with_name("loops.py")
LABELS = {
    "cli": "papermill + nbconvert, command line",
    "api": "papermill + one exporter, one process",
    "ours 1": "ours, 1 lane",
    "ours 2": "ours, 2 lanes",
    "floor": "floor: warm plain Python",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds one more team's report costs (CPU of all processes; on the clock), and what is paid once: CPU seconds.

    `kernels` is the part of `cpu` that ours spends in kernels; `whole` the run from start to end with `reports` reports.
    """

    cpu: float
    wall: float
    once: float
    whole: Spent
    reports: int
    kernels: float | None = None

    @property
    def per_minute(self) -> float:
        """Reports a minute, once it runs."""
        return 60 / self.wall

    @property
    def whole_per_minute(self) -> float:
        """Reports a minute, start and company's chapter included."""
        return 60 * self.reports / self.whole.wall


@dataclass(frozen=True, slots=True)
class Place:
    """A snapshot and a folder to work in; everything that is made goes there."""

    snapshot: Path
    folder: Path

    @property
    def day(self) -> date:
        """The snapshot's day, after which a run names the folder of its pages."""
        return snapshots.open(self.snapshot).as_of

    def pages(self, way: str) -> Path:
        """Where a way leaves its pages."""
        return self.folder / way.replace(" ", "-") / self.day.isoformat()


def loop(place: Place, way: str, teams: Sequence[str]) -> Cost:
    """One of the other ways: cli, api or floor."""
    phases = place.folder / f"{way}.json"
    whole = spend(_loop(place, way, teams), env=_environment(way))
    found = json.loads(phases.read_text())
    if whole.cpu > found["teams"]["cpu"] * 1.02 + 0.2:
        raise BenchmarkError(f"{way} used {whole.cpu:.1f} CPU s, but its phases know of {found['teams']['cpu']:.1f} only")
    cpu, wall = ((found["teams"][what] - found["company"][what]) / len(teams) for what in ("cpu", "wall"))
    return Cost(cpu, wall, found["company"]["cpu"] if way != "floor" else 0.0, whole, len(teams))


def ours(place: Place, lanes: int, few: Sequence[str], teams: Sequence[str]) -> Cost:
    """The command line `salesanalytics run --force`, for `few` teams and for all `teams`."""
    waves, spent = [], []
    for wanted in (few, teams):
        spent.append(run(place, lanes, wanted, "--force"))
        waves.append(_wave(place, lanes, wanted))
        _all_counted(spent[-1], kernels(place, lanes))
    more = len(teams) - len(few)
    cpu = (spent[1].cpu - spent[0].cpu) / more
    of_teams = kernels(place, lanes, company=False) / len(teams)
    return Cost(cpu, (waves[1] - waves[0]) / more, spent[1].cpu - cpu * len(teams), spent[1], len(teams), of_teams)


def run(place: Place, lanes: int, teams: Sequence[str], *more: str, memory: bool = False) -> Spent:
    """One run of ours for `teams`, none named: for all."""
    chosen = [word for team in teams for word in ("--team", team)]
    where = ("--snapshot", place.snapshot, "--notebooks", workspace.home() / "notebooks", "--out", _out(place, lanes))
    return spend([BIN / "salesanalytics", "run", *where, "--jobs", str(lanes), *more, *chosen], memory=memory)


def anew(place: Place, lanes: int, teams: Sequence[str], *, memory: bool = False) -> Spent:
    """A run that makes these teams' reports again and nothing else: the company's chapter is used as it was."""
    pages = place.pages(f"ours {lanes}")
    for team in snapshots.open(place.snapshot).teams:
        if team.team_id in teams:
            shutil.rmtree(pages / "notebooks" / team.slug, ignore_errors=True)
            (pages / f"{team.slug}.html").unlink(missing_ok=True)
    spent = run(place, lanes, teams, memory=memory)
    _went(place, lanes, company="reused", teams="done")
    return spent


def unchanged(place: Place, lanes: int) -> Spent:
    """A run of all teams that finds everything made already."""
    spent = run(place, lanes, ())
    _went(place, lanes, company="reused", teams="reused")
    return spent


def memory(place: Place, way: str, teams: Sequence[str], *, company: bool = True) -> float:
    """The largest sum of memory of all processes, in MB; of ours also without the company's chapter, which needs the most."""
    if way.startswith("ours"):
        lanes = int(way.split()[1])
        peak = (run(place, lanes, teams, "--force", memory=True) if company else anew(place, lanes, teams, memory=True)).peak
    else:
        peak = spend(_loop(place, way, teams), memory=True, env=_environment(way)).peak
    return peak or 0.0


def different(place: Place, teams: Sequence[str]) -> list[str]:
    """Pages of the floor that are not byte for byte those of ours."""
    files = [f"{team.slug}.html" for team in snapshots.open(place.snapshot).teams if team.team_id in teams]
    floor, our = place.pages("floor"), place.pages("ours 1")
    return [name for name in ("company.html", *files) if (floor / name).read_bytes() != (our / name).read_bytes()]


def _all_counted(run: Spent, kernels: float) -> None:
    """Kernels are forked by a server of their own; what the ledger knows of them has to be within what was counted."""
    if not kernels:
        raise BenchmarkError("the ledger knows no CPU of its kernels: they were not forked, or outlived their notebooks")
    if kernels > run.cpu:
        raise BenchmarkError(f"kernels used {kernels:.1f} CPU s, the whole run {run.cpu:.1f} only: not all was counted")


def kernels(place: Place, lanes: int, *, company: bool = True) -> float:
    """CPU seconds of the last run's kernels, as its ledger has them."""
    query = "select sum(cpu) from chapter where run = (select max(run) from run) and state = 'done'"
    ((found,),) = _ledger(place, lanes, query if company else f"{query} and team != ''")
    return float(found or 0)


def _went(place: Place, lanes: int, **expected: str) -> None:
    """Raises BenchmarkError where the last run did not make, or use again, what it was to."""
    query = "select distinct team = '', state from chapter where run = (select max(run) from run)"
    found = {("company" if company else "teams", state) for company, state in _ledger(place, lanes, query)}
    if found != set(expected.items()):
        raise BenchmarkError(
            f"chapters went {sorted(found)}; expected {sorted(expected.items())}: this would measure another thing"
        )


def _ledger(place: Place, lanes: int, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(_out(place, lanes) / "ledger.sqlite")) as ledger:
        return ledger.execute(query).fetchall()


def _wave(place: Place, lanes: int, teams: Sequence[str]) -> float:
    """Seconds from the company's executed chapter to the last team's page."""
    pages = place.pages(f"ours {lanes}")
    slugs = [team.slug for team in snapshots.open(place.snapshot).teams if team.team_id in teams]
    ended = max((pages / f"{slug}.html").stat().st_mtime for slug in slugs)
    return ended - (pages / "notebooks" / "company" / "0_company.ipynb").stat().st_mtime


def _out(place: Place, lanes: int) -> Path:
    return place.folder / f"ours-{lanes}"


def _loop(place: Place, way: str, teams: Sequence[str]) -> list[str]:
    phases = place.folder / f"{way}.json"
    return [sys.executable, str(LOOPS), way, str(place.snapshot), str(place.folder / way), str(phases), *teams]


def _environment(way: str) -> dict[str, str] | None:
    """The floor's process is set up as our kernels are, the others as they come."""
    return alone(environ) if way == "floor" else None
