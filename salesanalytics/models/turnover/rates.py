"""How many leave: rates, chances, and how many of the newly hired are still there.

In: `Staff`. Out: leavers per person-year by cause with exact Poisson intervals (annualised by the time people were there, so a
quarter counts a quarter), and the chance of somebody who is there to have left within twelve months, causes competing. A rate
is no chance: .34 a year is a chance of 29%, because who has left cannot leave again. Early leaving is on the clock of tenure,
with late entry.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from salesanalytics.facts.leaving import CAUSES, Staff
from salesanalytics.facts.people import YEAR_DAYS
from salesanalytics.models.survival.curves import Curve, survival
from salesanalytics.models.survival.spells import Spells, spells
from salesanalytics.stats.intervals import rate_interval

INDUSTRY = 0.34  # leavers per person-year that are reported of sales teams
ALL = "all"
COLUMNS = ["kind", "leavers", "years", "rate", "low", "high", "chance", "chance_low", "chance_high"]
Usual = Literal["compatible", "below", "above", "unknown"]


def rates(staff: Staff, start: pd.Timestamp | None = None, end: pd.Timestamp | None = None) -> pd.DataFrame:
    """One row for all leavers and one per cause (see COLUMNS): within days `start` to `end`, or since the records begin."""
    rows = staff.table
    first = rows["since"] if start is None else rows["since"].where(rows["since"] > start, start)
    last = rows["until"] if end is None else rows["until"].where(rows["until"] < end, end)
    years = float(((last - first).dt.days + 1).clip(lower=0).sum() / YEAR_DAYS)
    gone = rows[rows["left"] & (rows["until"] >= first) & (rows["until"] <= last)]
    counts = {ALL: len(gone), **{cause: int((gone["cause"] == cause).sum()) for cause in CAUSES}}
    return pd.DataFrame([_row(kind, counts, years) for kind in counts], columns=COLUMNS)


def _row(kind: str, counts: Mapping[str, int], years: float) -> dict[str, object]:
    left = counts[kind]
    if years <= 0:
        return {"kind": kind, "leavers": left, "years": 0.0}
    low, high = rate_interval(left, years)
    others = (counts[ALL] - left) / years
    chances = {name: chance(rate, others) for name, rate in (("", left / years), ("_low", low), ("_high", high))}
    found = {"kind": kind, "leavers": left, "years": years, "rate": left / years, "low": low, "high": high}
    return found | {f"chance{name}": value for name, value in chances.items()}


def chance(rate: float, others: float = 0.0, years: float = 1.0) -> float:
    """Chance to have left at this `rate` within so many years, where people also leave at the rate of `others`."""
    total = rate + others
    return rate / total * -math.expm1(-total * years) if total > 0 else 0.0


def against_industry(low: float | None, high: float | None) -> Usual:
    """Whether an interval of the rate holds what is reported of the industry; a colour would call noise good or bad."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return "unknown"
    return "above" if low > INDUSTRY else "below" if high < INDUSTRY else "compatible"


def on_tenure(staff: Staff) -> Spells:
    """The stays of people with a known first day, on the clock of tenure in years."""
    rows = staff.table[staff.table["hired"].notna()]
    return spells(rows["exit"], rows["cause"].to_numpy(), rows["entry"], rows["rep_id"])


@dataclass(frozen=True, slots=True)
class Early:
    """How many of the newly hired have left by a tenure of `days`: share with its 95% interval.

    `watched`: stays that were seen at some of these days, `hired`: those of them seen from their first day, `left` of them.
    `naive`: the share without regard to late entry, which leaves out who went before the records begin.
    """

    days: int
    share: float
    low: float
    high: float
    watched: int
    hired: int
    left: int
    naive: float


def early(staff: Staff, days: int, least: int = 5) -> Early | None:
    """None where fewer than `least` people were watched from their first day on."""
    rows, years = on_tenure(staff), days / YEAR_DAYS
    inside = rows.where(rows.entry < years)
    begun = int((inside.entry < 1 / YEAR_DAYS).sum())
    if begun < least:
        return None
    curve = survival(inside)
    still = curve.at(years) or (float("nan"),) * 3
    within = int((inside.ended & (inside.exit <= years)).sum())
    low, high = 1 - still[2], 1 - still[1]
    if not within:  # the band of a curve that never steps is none; nobody gone is still compatible with a rate
        watched = float((np.minimum(inside.exit, years) - inside.entry).sum())
        low, high = 0.0, chance(rate_interval(0, watched)[1], years=years)
    naive = survival(rows.from_the_start()).at(years) or (float("nan"),)
    return Early(days, 1 - still[0], low, high, len(inside), begun, within, 1 - naive[0])


def curve_of(staff: Staff, least: int = 5) -> tuple[Curve, float]:
    """The share still there by tenure in years, and up to which tenure at least so many are at risk."""
    rows = on_tenure(staff)
    curve = survival(rows)
    enough = curve.at_risk >= least
    until = curve.last if enough.all() else float(curve.time[np.argmin(enough)]) if len(enough) else 0.0
    return curve, until
