"""What was promised, and whether it holds. In: figures of all rounds. Out: `Mark` per promise; no figure where none was taken.

Ratios are taken within a round, so that what disturbs a machine for a while disturbs both sides; then their median.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from .scale import Many, Size
from .spent import Spent
from .ways import Cost

Round = Mapping[str, Cost]
FEWEST = 6  # reports in a run that says something of lanes: below that, which of them gets the last chapter decides


@dataclass(frozen=True, slots=True)
class Mark:
    """A promise: all `figures` together (their median) are at most, or at least, `limit`."""

    what: str
    limit: float
    unit: str
    figures: Sequence[float]
    least: bool = False
    beside: str = ""

    @property
    def figure(self) -> float | None:
        """The median; None where it was not measured."""
        return median(self.figures) if self.figures else None

    @property
    def holds(self) -> bool | None:
        """Whether it was kept; None where that was not measured."""
        if self.figure is None:
            return None
        return self.figure >= self.limit if self.least else self.figure <= self.limit


def fleet_marks(
    rounds: Sequence[Round], memory: Sequence[Mapping[str, float]], start: Sequence[Spent], commands: Mapping[str, float]
) -> list[Mark]:
    """Those that every run of the benchmark looks at."""
    lanes = [one["ours 2, teams"] - one["ours 1, teams"] for one in memory if {"ours 1, teams", "ours 2, teams"} <= one.keys()]
    long = [round for round in rounds if all(cost.reports >= FEWEST for way, cost in round.items() if way.startswith("ours"))]
    whole = ratios(long, "ours 2", "ours 1", lambda cost: cost.whole_per_minute)
    return [
        Mark(
            "CPU per report against the command line", 0.1, "×", ratios(rounds, "ours 1", "cli", _cpu),
            beside=_beside("2 lanes", ratios(rounds, "ours 2", "cli", _cpu)),
        ),
        Mark(
            "CPU per report against the floor", 1.4, "×", ratios(rounds, "ours 1", "floor", _cpu),
            beside=_beside("2 lanes", ratios(rounds, "ours 2", "floor", _cpu)),
        ),
        Mark(
            "reports a minute, 2 lanes against 1", 1.8, "×", ratios(long, "ours 2", "ours 1", lambda cost: cost.per_minute),
            least=True, beside=_beside("whole run", whole),
        ),
        Mark(
            "start-up: fork server ready", 6.0, "CPU s", [one.cpu for one in start],
            beside=_beside("on the clock", [one.wall for one in start], " s"),
        ),
        Mark("memory of the second lane", 300.0, "MB", lanes),
        *(Mark(name, 0.3, "CPU s", [cpu]) for name, cpu in commands.items()),
    ]  # fmt: skip


def scale_marks(sizes: Sequence[Size], many: Many | None) -> list[Mark]:
    """Those of larger companies and of more teams."""
    costs = [median(size.cpu) for size in sizes]
    unchanged = [one.wall for one in many.unchanged] if many else []
    growth = [more / some for some, more in zip(many.some, many.more, strict=True)] if many else []
    return [
        Mark("CPU per report, dearest company against cheapest", 1.2, "×", [max(costs) / min(costs)] if len(costs) > 1 else []),
        Mark("CPU per report, 64 teams against 8", 1.2, "×", growth),
        Mark("unchanged run of 100 teams", 3.0, "s", unchanged),
    ]


def ratios(rounds: Sequence[Round], one: str, other: str, figure: Callable[[Cost], float]) -> list[float]:
    """`figure` of one way divided by that of another, per round in which both ran."""
    return [figure(round[one]) / figure(round[other]) for round in rounds if {one, other} <= round.keys()]


def _cpu(cost: Cost) -> float:
    return cost.cpu


def _beside(what: str, figures: Sequence[float], unit: str = " ×") -> str:
    return f"{what} {median(figures):.3g}{unit}" if figures else ""
