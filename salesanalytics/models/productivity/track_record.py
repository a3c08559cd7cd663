"""What the last two years say of each seller in a team: the factor of the territory, and that of the seller's track record.

In: one team's tables as known on a day, its sellers, and the ramp curve. Out: `TrackRecord`, one value per seller, which can
simulate a period's bookings. The track record is bookings over what the team's average seller would have booked in the same
periods, at the same tenure, on the same territory; it is pulled towards 1 as far as chance explains the spread between sellers
(empirical Bayes, gamma–Poisson with money in place of counts). Never reads quotas or open deals.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.calendar import MONTHS, Period
from salesanalytics.base.types import Floats, Tables
from salesanalytics.facts.people import Ramp, records_begin, rep_months
from salesanalytics.stats import dispersion

ELASTICITY, ELASTICITY_DOUBT = 0.5, 0.25  # before looking: twice the territory brings less than twice the business
PAST_MONTHS = 24
LEAST_SPREAD = 0.10  # sellers differ by at least so much (sd), whatever few periods seem to say


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """The past of a team's sellers (arrays hold one value per seller, in the order of the team), in the base currency.

    `territory`: factor of the territory. `seller`: shrunken factor of the seller, mean of a gamma posterior with `shape` and
    `weight`. `booked` in the past periods, `expected` of an average seller in that seat, `deals` won. Of the team: `dispersion`
    (variance of bookings per unit of their mean); `elasticity` of bookings to the territory's potential; `periods` looked at
    (0: nothing is known).
    """

    territory: Floats
    seller: Floats
    shape: Floats
    weight: Floats
    booked: Floats
    expected: Floats
    deals: NDArray[np.int64]
    dispersion: float
    elasticity: float
    periods: int

    @classmethod
    def unknown(cls, team: pd.DataFrame) -> "TrackRecord":
        """Where nothing was booked in a full past period: all sellers alike but for their territories."""
        one, none = np.ones(len(team)), np.zeros(len(team), dtype=np.int64)
        return cls(territory_factor(team, ELASTICITY), one, one, one, one, one, none, 1.0, ELASTICITY, 0)

    @classmethod
    def of(cls, tables: Tables, as_of: date, period: Period, team: pd.DataFrame, curve: Ramp) -> "TrackRecord":
        """Reads the full periods of the last two years (at least the last one), of everybody who was in the team.

        `team`: one row per seller: rep_id, potential (yearly, of the territory; may be missing).
        """
        rows, periods = _panel(tables, as_of, period, curve)
        if not len(rows) or rows["booked"].sum() <= 0:
            return cls.unknown(team)
        ids = team["rep_id"]
        sums = rows.groupby("rep_id")[["booked", "won", "fte"]].sum().reindex(ids).fillna(0.0)
        spread = _dispersion(tables, rows)
        alike = _expected(rows, pd.Series(1.0, index=ids)).reindex(ids).fillna(0.0)
        elasticity = _elasticity(team, sums, alike, spread)
        territory = pd.Series(territory_factor(team, elasticity), index=ids)
        expected = _expected(rows, territory)
        between = dispersion.between_groups(rows.groupby("rep_id")["booked"].sum(), expected, spread)
        prior = spread / max(between, LEAST_SPREAD**2)
        mine = np.asarray(expected.reindex(ids).fillna(0.0), dtype=np.float64)
        booked = sums["booked"].to_numpy(dtype=np.float64)
        shape, weight = (prior + booked) / spread, (prior + mine) / spread
        return cls(
            territory=np.asarray(territory, dtype=np.float64),
            seller=shape / weight,
            shape=shape,
            weight=weight,
            booked=booked,
            expected=mine,
            deals=sums["won"].to_numpy(dtype=np.int64),
            dispersion=spread,
            elasticity=elasticity,
            periods=periods,
        )

    def simulate(self, capacity: Floats, booked: Floats, worth: Floats, rng: np.random.Generator) -> Floats:
        """Bookings of the period, draws × sellers, of who stays: what is won already, and what the rest of the days brings.

        `worth`: what a full seller's rest of the period comes to in each draw, with its error (`headcount`); `capacity`: the
        speed of each seller in it. The seller's factor is drawn from what is known of it, and the luck with the dispersion of
        few large deals. Factors are 1 on average over the team, so that sellers and team are one plan.
        """
        factor = self.territory * rng.gamma(self.shape, 1 / self.weight, (len(worth), len(capacity)))
        usual = float((self.territory * self.seller) @ capacity / capacity.sum()) if capacity.sum() > 0 else 1.0
        mean = np.maximum(factor / usual * capacity * worth[:, None], 1e-9)
        return np.asarray(booked + dispersion.draw(rng, mean, self.dispersion))


def territory_factor(team: pd.DataFrame, elasticity: float) -> Floats:
    """Factor of each seller's territory, 1 on average and where the potential is unknown."""
    potential = team["potential"].where(team["potential"] > 0)
    raw = (potential / potential.mean()) ** elasticity
    return np.asarray((raw / raw.mean()).fillna(1.0), dtype=np.float64)


def _panel(tables: Tables, as_of: date, period: Period, curve: Ramp) -> tuple[pd.DataFrame, int]:
    """One row per seller and full past period: rep_id, at (periods back), booked, won, fte (whole periods at full speed)."""
    months = rep_months(tables, as_of)
    length, begin = MONTHS[period.kind], records_begin(tables, as_of)
    now = period
    while now.end > as_of:
        now = now.shift(-1)
    parts = []
    for back in range(max(PAST_MONTHS // length, 1)):
        one = now.shift(-back)
        if begin > pd.Timestamp(one.start):
            break
        rows = months[one.holds(months["month"])]
        fte = rows["part"] * curve.at(rows["tenure"].to_numpy(dtype=np.float64)) / length
        parts.append(rows.assign(at=back, fte=fte))
    if not parts:
        return pd.DataFrame({name: [] for name in ("rep_id", "at", "booked", "won", "fte")}), 0
    sums = pd.concat(parts).groupby(["rep_id", "at"], as_index=False)[["booked", "won", "fte"]].sum()
    return sums, len(parts)


def _expected(rows: pd.DataFrame, territory: "pd.Series[float]") -> "pd.Series[float]":
    """What each seller would have booked as the team's average seller, in the same periods and on the same territory."""
    weight = rows["fte"] * rows["rep_id"].map(territory).fillna(1.0).astype("float64")
    by_period = rows["booked"].groupby(rows["at"]).sum() / weight.groupby(rows["at"]).sum()
    return (weight * rows["at"].map(by_period)).groupby(rows["rep_id"]).sum()


def _dispersion(tables: Tables, rows: pd.DataFrame) -> float:
    """Variance of a seller's bookings per unit of their mean; 1 where no won deal has an amount."""
    deals = tables["opportunity"]
    amount = deals.loc[deals["is_won"] & (deals["amount"] > 0), "amount"]
    if amount.empty:
        return 1.0
    rate = rows.groupby("at")["won"].sum() / rows.groupby("at")["fte"].sum().clip(lower=1e-9)
    return dispersion.of_deals(amount, rows["won"], rows["fte"] * rows["at"].map(rate))


def _elasticity(team: pd.DataFrame, sums: pd.DataFrame, expected: "pd.Series[float]", spread: float) -> float:
    """Per cent of business for a per cent of potential: a weighted slope, pulled towards one half; from 0 to 1."""
    known = (team["potential"] > 0).to_numpy() & (expected > 0).to_numpy()
    if known.sum() < 3:
        return ELASTICITY
    size, weight = np.log(team["potential"].to_numpy()[known]), expected.to_numpy()[known] / spread
    ratio = (sums["booked"].to_numpy() / expected.clip(lower=1e-9).to_numpy())[known]
    size = size - np.average(size, weights=weight)
    # people differ as well as territories do, so that no seller weighs more than the spread between people allows
    weight = 1 / (1 / weight + 0.04)
    precision, prior = float((weight * size**2).sum()), 1 / ELASTICITY_DOUBT**2
    slope = float((weight * size * (ratio - np.average(ratio, weights=weight))).sum() + prior * ELASTICITY) / (
        precision + prior
    )
    return min(max(slope, 0.0), 1.0)
