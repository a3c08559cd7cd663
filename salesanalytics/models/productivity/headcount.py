"""Who is still there in each month ahead, at which speed, and what they book together.

In: the sellers there, planned hires, the months ahead, the ramp curve, the rate of leaving and a full seller's bookings. Out:
`HeadcountPaths`, draws × months. All sellers have the same rate of leaving, and nobody is replaced who is not among the hires.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.types import Floats, Tables
from salesanalytics.facts.people import MONTH_DAYS, Leaving, Ramp, present, team_stays, tenure_months
from salesanalytics.models.productivity.full_seller import DRAWS, FullSeller
from salesanalytics.stats import dispersion

MONTHS = 12  # that plans look ahead; one number, so that all draw the same
MOST_HEADS = 300  # of larger companies the share that stays is taken as it is, not head by head


def months_ahead(as_of: date, months: int = MONTHS) -> pd.DataFrame:
    """month, part, years (from as_of to the middle of its days to come), for the months that are not over on `as_of`."""
    first = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    month = pd.date_range(first.to_period("M").start_time, periods=months, freq="MS", unit="us")
    ends = month + pd.offsets.MonthEnd(0)
    starts = pd.Series(month).where(pd.Series(month) > first, first)
    days = (pd.Series(ends) - starts).dt.days + 1
    middle = (starts - first).dt.days + days / 2
    return pd.DataFrame({"month": month, "part": days / pd.Series(month).dt.days_in_month, "years": middle / 365.25})


@dataclass(frozen=True, slots=True)
class HeadcountPaths:
    """Draws × months: `fte` full sellers, `heads` there, and `value`: what a full seller books in these days of the month.

    `hazard`: leavers per person-year in each draw; `years`: from now to the middle of each month's days to come; `months`:
    first days; those of a calendar quarter share an error.
    """

    fte: Floats
    heads: Floats
    value: Floats
    hazard: Floats
    full: FullSeller
    months: "pd.Series[pd.Timestamp]"
    years: Floats
    curve: Ramp
    seed: int

    @classmethod
    def of(
        cls,
        tables: Tables,
        as_of: date,
        ahead: pd.DataFrame,
        curve: Ramp,
        rate: Leaving,
        seed: int,
        planned: NDArray[np.int64] | None = None,
    ) -> "HeadcountPaths | None":
        """Of these tables' sellers on `as_of`, as every plan draws them. None where nothing was booked, nobody is or will be
        there, or the rate of leaving is not known.
        """
        full = FullSeller.of(tables, as_of, curve, np.random.default_rng(seed))
        hires = np.zeros(len(ahead), dtype=np.int64) if planned is None else planned
        there = present(team_stays(tables, as_of), as_of).sort_values("rep_id", ignore_index=True)
        if full is None or rate.rate is None or not (len(there) or hires.sum()):
            return None
        return cls.drawn(there, hires, ahead, curve, rate, full, seed)

    @classmethod
    def drawn(
        cls,
        sellers: pd.DataFrame,
        planned: NDArray[np.int64],
        ahead: pd.DataFrame,
        curve: Ramp,
        rate: Leaving,
        full: FullSeller,
        seed: int,
    ) -> "HeadcountPaths":
        """`sellers`: one row per seller there (hired); `planned[i]` hires start with month i; `ahead`: one row per month
        (month, part of its days to come, years).
        """
        rng = np.random.default_rng([seed, 1])
        # Jeffreys' posterior of a Poisson rate
        hazard = rng.gamma(rate.leavers + 0.5, 1 / rate.years, DRAWS)
        years, part = ahead["years"].to_numpy(), ahead["part"].to_numpy()
        fte, heads = _staying(_speed(sellers, ahead, curve), hazard, years, rng)
        value = full.value(ahead["month"], part, np.random.default_rng([seed, 3]))
        paths = cls(fte, heads, value, hazard, full, ahead["month"], years, curve, seed)
        for place in np.flatnonzero(planned):
            paths = paths.with_hires(int(place), int(planned[place]))
        return paths

    def with_hires(self, place: int, count: int) -> "HeadcountPaths":
        """The paths with `count` more sellers from the start of the month at `place` on."""
        there = np.arange(len(self.years)) >= place
        joined = np.where(there, np.exp(-self.hazard[:, None] * self.since(place)), 0.0) * count
        return replace(self, fte=self.fte + self.hire(place) * count, heads=self.heads + joined)

    def since(self, place: int) -> Floats:
        """Years of tenure in each month of somebody who starts with the month at `place`."""
        return np.asarray(np.maximum(self.years - (self.years[place] - 1 / 24), 0.0))

    def hire(self, place: int) -> Floats:
        """Full sellers that one hire at the start of the month at `place` comes to, in each draw and month."""
        tenure = self.since(place)
        there = np.arange(len(self.years)) >= place
        return np.asarray(np.where(there, self.curve.at(tenure * 12) * np.exp(-self.hazard[:, None] * tenure), 0.0))

    def bookings(self, fte: Floats | None = None) -> Floats:
        """What is booked: around the mean with the luck of single deals, and with an error that the months of a calendar
        quarter share; the same luck whatever the number of heads.
        """
        mean = np.maximum((self.fte if fte is None else fte) * self.worth(), 1e-9)
        return dispersion.draw(np.random.default_rng([self.seed, 2]), mean, self.full.dispersion)

    def worth(self) -> Floats:
        """What a full seller's days of each month come to, with the error of their quarter."""
        quarter = np.asarray(self.months.dt.year * 4 + self.months.dt.quarter, dtype=np.int64)
        return self.value * self.full.course.shared(quarter, np.random.default_rng([self.seed, 4]))


def _speed(sellers: pd.DataFrame, ahead: pd.DataFrame, curve: Ramp) -> Floats:
    """Share of full speed of each seller there, sellers × months."""
    if not len(sellers):
        return np.zeros((0, len(ahead)))
    middle = pd.Timestamp(ahead["month"].iloc[0]) + pd.Timedelta(days=float((1 - ahead["part"].iloc[0]) * MONTH_DAYS))
    return curve.at(tenure_months(sellers["hired"], middle)[:, None] + ahead["years"].to_numpy() * 12)


def _staying(speed: Floats, hazard: Floats, years: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Full sellers and heads still there, draws × months each; `speed`: sellers × months."""
    if len(speed) > MOST_HEADS:
        alive = np.exp(-hazard[:, None] * years)
        return alive * speed.sum(axis=0), alive * len(speed)
    stay = rng.exponential(size=(len(hazard), len(speed))) / hazard[:, None]
    heads = np.stack([(stay > at).sum(axis=1) for at in years], axis=1).astype(np.float64)
    return np.stack([(stay > at) @ speed[:, place] for place, at in enumerate(years)], axis=1), heads
