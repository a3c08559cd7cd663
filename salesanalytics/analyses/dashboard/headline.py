"""The numbers at the top of a team's page: likely end, won, attainment, gap, chance of the goal and coverage.

In: tables, a period and `as_of`. Out: one `Number` per number: its raw value and unit, and what stands beside it as a
catalogue key with values. A number that cannot be worked out keeps its place and says why. Where the end of the period can be
told, one forecast colours the strip; pace, which knows the usual course alone, stands there only where it cannot.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pandas as pd

from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.analyses.dashboard.pace import Pace, pace
from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Unit
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.last_year import booked_then
from salesanalytics.kpi import Kpis, Measure, kpis
from salesanalytics.models.forecast.period_end import LEVEL

Tone = Literal["good", "bad", "neutral"]
UNITS: Mapping[str, Unit] = {"win_rate": "share", "average_deal": "money", "cycle": "days"}
USED = ("bookings", "attainment", "gap", "coverage", *UNITS)
COLUMNS = ["key", "value", "unit", "detail", "tone"]
NEAR = 0.03  # within 3% of the usual course is on pace


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the strip: `key`, its `value` in `unit` (None: cannot be told) and `tone`, how it is coloured.

    `detail` names a sentence (`headline.<detail>`) that `values` fill.
    """

    key: str
    value: float | None
    unit: Unit
    detail: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Headline(Result):
    """The numbers at the top of a page, in order; `table`: one row per number: key, value, unit, detail, tone."""

    numbers: tuple[Number, ...]


def headline(
    tables: Tables,
    *,
    as_of: date,
    period: Period,
    measures: Kpis | None = None,
    course: Pace | None = None,
    ends: Landing | None = None,
) -> Headline:
    """The strip of `period`, as known on `as_of`. `measures`, `course`: its KPIs and its pace, where worked out already;
    `ends`: where it will land, by which coverage is judged.
    """
    measures = measures or kpis(tables, as_of=as_of, period=period, only=USED)
    course = course or pace(tables, as_of=as_of, period=period)
    won = measures["bookings"]
    then = booked_then(tables, period, as_of)
    first = Number("won", won.value, "money", "won_then" if then else "won", {"n": won.n, "then": then})
    if course.goal is None:
        numbers = (first, *_without_goal(tables, as_of, period, measures))
    else:
        numbers = (*_likely(course.goal, ends), first, *_against_goal(tables, as_of, measures, course, ends))
    table = pd.DataFrame([(one.key, one.value, one.unit, one.detail, one.tone) for one in numbers], columns=COLUMNS)
    return Headline(as_of=as_of, period=period, table=table, numbers=numbers)


def _against_goal(tables: Tables, as_of: date, measures: Kpis, course: Pace, ends: Landing | None) -> tuple[Number, ...]:
    gap, period = measures["gap"], measures.period
    done = gap.value is not None and gap.value <= 0
    tone: Tone = "good" if done else "neutral"
    distance = None if gap.value is None else abs(gap.value)
    days_left = {"n": (period.end - as_of).days}
    return (
        Number("attainment", measures["attainment"].value, "share", "attainment", {"goal": course.goal}, tone),
        Number("gap", distance, "money", "over" if done else "days_left", days_left, tone),
        _chance(ends) or _pace(course.expected, course.booked),
        _coverage(measures["coverage"], ends),
    )


def _likely(goal: float, ends: Landing | None) -> tuple[Number, ...]:
    """Where the period will end, and by how much that is short of the goal, or above it."""
    if ends is None or ends.middle is None or not ends.foretells:
        return ()
    short = goal - ends.middle
    return (Number("likely", ends.middle, "money", "short" if short > 0 else "above", {"gap": abs(short)}, _tone(ends)),)


def _chance(ends: Landing | None) -> Number | None:
    """The chance to reach the goal; None where it cannot be told."""
    if ends is None or ends.p_hit is None or not ends.foretells:
        return None
    return Number("chance", ends.p_hit, "share", tone=_tone(ends))


def _tone(ends: Landing) -> Tone:
    """As likely as the goal is: one colour for all that follows from the forecast."""
    if ends.p_hit is None:
        return "neutral"
    return "good" if ends.p_hit >= LEVEL else "bad" if ends.p_hit <= 1 - LEVEL else "neutral"


def _without_goal(tables: Tables, as_of: date, period: Period, measures: Kpis) -> tuple[Number, ...]:
    """Where no quota is recorded, attainment, gap, pace and coverage mean nothing; what can be told stands in their place."""
    before = kpis(tables, as_of=as_of, period=period.shift(-1), only=("bookings",))["bookings"]
    deals = int((~known_on(tables, as_of)["opportunity"]["is_closed"]).sum())
    told = [
        Number(key, one.value, unit, "range", {"n": one.n})
        for key, unit in UNITS.items()
        if (one := measures[key]).value is not None
    ]
    if before.value:
        told.insert(0, Number("before", before.value, "money", "won", {"n": before.n}))
    return (*told, Number("open", float(deals), "count", "no_goal"))


def _pace(expected: float | None, booked: float) -> Number:
    if not expected:
        return Number("pace", None, "share", "too_early")
    ahead = booked / expected - 1
    tone: Tone = "good" if ahead >= NEAR else "bad" if ahead <= -NEAR else "neutral"
    detail = "ahead" if ahead >= NEAR else "behind" if ahead <= -NEAR else "on_pace"
    return Number("pace", booked / expected, "share", detail, {"gap": abs(booked - expected)}, tone)


def _coverage(found: Measure, ends: Landing | None) -> Number:
    """Coverage beside what a likely goal takes, by the same model that says where the period will land: one chance a page.

    Open deals are worth what they are worth there, and new business counts too; so no rule of thumb can be red beside a goal
    that is likely to be reached.
    """
    if found.value is None:
        done = found.reason == "goal_reached"
        return Number("coverage", None, "number", "goal_reached" if done else "no_pipeline", {}, "good" if done else "neutral")
    if ends is None or ends.p_hit is None or not ends.foretells:
        return Number("coverage", found.value, "number", "coverage_plain")
    tone = _tone(ends)
    if tone == "good":
        return Number("coverage", found.value, "number", "coverage_enough", tone=tone)
    more, pipeline = ends.needed.get(LEVEL, math.inf), float(ends.table["amount"].sum())
    if not math.isfinite(more) or pipeline <= 0:
        return Number("coverage", found.value, "number", "coverage_late", tone=tone)
    needed = round(found.value * (1 + more / pipeline), 1)
    return Number("coverage", found.value, "number", "coverage_needed", {"needed": needed, "level": LEVEL}, tone)
