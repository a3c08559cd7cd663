"""The same reports while the company grows around them, and more of them. In: sizes. Out: `Size` per company, `Many`.

A larger company has more teams, not larger ones; reports are made for the same number of teams, those whose size is nearest to
PER_TEAM. So what grows is the company and nothing else. The company's chapter is made first and used again after that.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq

from salesanalytics.data import snapshot as snapshots

from . import ways
from .spent import BIN, Spent, spend
from .ways import Place

PER_TEAM = 2000  # opportunities: of 10,000 the demo makes 5 teams, the fewest that the company's chapter compares
PER_REP = 280  # opportunities that the demo's reps naturally open
MOST_TEAMS = 400  # that the demo can make; a team of 1,000,000 has 2,500 at the mean, and those near PER_TEAM are taken
ALIKE = 4  # teams to report on
MANY = 100
FEW, SOME, MORE = 2, 8, 64
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """A company of `deals` opportunities: CPU seconds per team report (by round), and of the company's own chapter, once."""

    deals: int
    teams: int
    of_team: float
    cpu: tuple[float, ...]
    company: float
    built: Spent | None


@dataclass(frozen=True, slots=True)
class Many:
    """A company of MANY teams: CPU seconds per team report with SOME and with MORE of them; all of them, unchanged too."""

    some: tuple[float, ...]
    more: tuple[float, ...]
    all: Spent
    unchanged: tuple[Spent, ...]


def sizes(wanted: Sequence[int], folder: Path, rounds: int, tell: Tell) -> Iterator[Size]:
    """Measure companies of `wanted` opportunities, one after the other."""
    for deals in wanted:
        tell(f"a company of {deals:,} opportunities")
        place, built = company(folder, deals, min(deals // PER_TEAM, MOST_TEAMS))
        chosen, of_team = alike(place, ALIKE)
        few = chosen[:1]
        first = ways.run(place, 1, few, "--force").cpu
        used = [(ways.anew(place, 1, few), ways.anew(place, 1, chosen)) for _ in range(rounds)]
        slopes = tuple((many.cpu - less.cpu) / (len(chosen) - len(few)) for less, many in used)
        own = first - median(less.cpu for less, _ in used)
        yield Size(deals, len(snapshots.open(place.snapshot).teams), of_team, slopes, own, built)


def many(folder: Path, rounds: int, tell: Tell) -> Many:
    """Measure a company of MANY teams."""
    tell(f"a company of {MANY} teams")
    place, _ = company(folder, MANY * PER_TEAM, MANY)
    chosen, _ = alike(place, MORE)
    ways.run(place, 1, chosen[:FEW], "--force")
    slopes = []
    for _ in range(rounds):
        few, some, more = (ways.anew(place, 1, chosen[:count]).cpu for count in (FEW, SOME, MORE))
        slopes.append(((some - few) / (SOME - FEW), (more - some) / (MORE - SOME)))
    everything = ways.run(place, 2, (), "--force")
    unchanged = tuple(ways.unchanged(place, 2) for _ in range(max(3, rounds)))
    return Many(tuple(one for one, _ in slopes), tuple(one for _, one in slopes), everything, unchanged)


def company(folder: Path, deals: int, teams: int, *, seed: int = 7) -> tuple[Place, Spent | None]:
    """A demo company, frozen; one that is there already is taken as it is."""
    name = f"{deals}-in-{teams}"
    place = Place(folder / "snapshots" / name, folder / "made" / name)
    place.folder.mkdir(parents=True, exist_ok=True)
    if (place.snapshot / "manifest.json").exists():
        return place, None
    source = folder / "sources" / name
    size = ("--deals", str(deals), "--teams", str(teams), "--reps", str(deals // PER_REP), "--seed", str(seed))
    made = spend([BIN / "salesanalytics", "demo", source, *size, "--format", "parquet"])
    frozen = spend([BIN / "salesanalytics", "snapshot", source, "--out", place.snapshot])
    shutil.rmtree(source)
    return place, Spent(made.wall + frozen.wall, made.cpu + frozen.cpu)


def alike(place: Place, count: int) -> tuple[list[str], float]:
    """The `count` teams whose opportunities are nearest to PER_TEAM in number, and the median of these numbers."""
    rows = {
        team.team_id: pq.read_metadata(place.snapshot / "teams" / team.slug / "opportunity.parquet").num_rows
        for team in snapshots.open(place.snapshot).teams
    }
    near = sorted(rows, key=lambda team: (abs(rows[team] - PER_TEAM), team))[:count]
    return near, median(rows[team] for team in near)
