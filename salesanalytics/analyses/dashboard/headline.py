"""The five numbers at the top of a team's page: won, attainment, gap, pace and coverage.

In: tables, a period and `as_of`. Out: one `Headline` per number: its raw value and unit, and what stands beside it as a
catalogue key with values. A number that cannot be worked out keeps its place and says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from salesanalytics.analyses.dashboard.pace import pace
from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.finding import Unit
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.kpi import Measure, kpis

Tone = Literal["good", "bad", "neutral"]
ENOUGH_COVERAGE = 3.0  # usual rule of thumb where a team's own win rate is not known
UNITS: Mapping[str, Unit] = {"win_rate": "share", "average_deal": "money", "cycle": "days"}
ENOUGH_DEALS = 20
NEAR = 0.03  # within 3% of the usual course is on pace


@dataclass(frozen=True, slots=True)
class Headline:
    """One number of the strip; `detail` names a sentence (`headline.<detail>`) that `values` fill."""

    key: str
    value: float | None
    unit: Unit
    detail: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    tone: Tone = "neutral"


def headlines(tables: Tables, *, as_of: date, period: Period) -> tuple[Headline, ...]:
    """The strip of `period`, as known on `as_of`."""
    found = kpis(tables, as_of=as_of, period=period, only=("bookings", "attainment", "gap", "coverage"))
    course = pace(tables, as_of=as_of, period=period)
    won = found["bookings"]
    attained, gap = found["attainment"], found["gap"]
    done = gap.value is not None and gap.value <= 0
    tone: Tone = "good" if done else "neutral"
    distance = None if gap.value is None else abs(gap.value)
    days_left = {"n": (period.end - as_of).days}
    if course.goal is None:
        return (Headline("won", won.value, "money", "won", {"n": won.n}), *_without_goal(tables, as_of, period))
    return (
        Headline("won", won.value, "money", "won", {"n": won.n}),
        Headline("attainment", attained.value, "share", "attainment", {"goal": course.goal}, tone),
        Headline("gap", distance, "money", "over" if done else "days_left", days_left, tone),
        _pace(course.expected, course.booked),
        _coverage(found["coverage"], kpis(tables, as_of=as_of, period=trailing_year(as_of), only=("win_rate",))["win_rate"]),
    )


def _without_goal(tables: Tables, as_of: date, period: Period) -> tuple[Headline, ...]:
    """Where no quota is recorded, attainment, gap, pace and coverage mean nothing; what can be told stands in their place."""
    found = kpis(tables, as_of=as_of, period=period, only=tuple(UNITS))
    before = kpis(tables, as_of=as_of, period=period.shift(-1), only=("bookings",))["bookings"]
    deals = int((~known_on(tables, as_of)["opportunity"]["is_closed"]).sum())
    told = [
        Headline(key, one.value, unit, "range", {"n": one.n})
        for key, unit in UNITS.items()
        if (one := found[key]).value is not None
    ]
    if before.value:
        told.insert(0, Headline("before", before.value, "money", "won", {"n": before.n}))
    return (*told, Headline("open", float(deals), "count", "no_goal"))


def _pace(expected: float | None, booked: float) -> Headline:
    if not expected:
        return Headline("pace", None, "share", "too_early")
    ahead = booked / expected - 1
    tone: Tone = "good" if ahead >= NEAR else "bad" if ahead <= -NEAR else "neutral"
    detail = "ahead" if ahead >= NEAR else "behind" if ahead <= -NEAR else "on_pace"
    return Headline("pace", booked / expected, "share", detail, {"gap": abs(booked - expected)}, tone)


def _coverage(found: Measure, win_rate: Measure) -> Headline:
    """Coverage beside what is needed: one over the win rate of 12 months, at which the pipeline would just close the gap."""
    if found.value is None:
        done = found.reason == "goal_reached"
        return Headline(
            "coverage", None, "number", "goal_reached" if done else "no_pipeline", {}, "good" if done else "neutral"
        )
    needed = round(1 / win_rate.value, 1) if win_rate.value and win_rate.n >= ENOUGH_DEALS else ENOUGH_COVERAGE
    tone: Tone = "good" if found.value >= needed else "bad"
    return Headline("coverage", found.value, "number", "coverage_needed", {"needed": needed}, tone)
