"""How often people leave by tenure, and how many of those here will have gone in a year.

In: `Staff`. Out: leavers and person-years by band of tenure (`bands`), and `Expected`: how many of the people there on the day
will have left within a year. A team's own level leans on the bands as a gamma leans on a Poisson count; the range holds what
is not known of the rates and what is chance.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags, Floats
from salesanalytics.facts.leaving import Staff
from salesanalytics.facts.people import YEAR_DAYS

EDGES = (0.0, 0.5, 1.0, 2.0, 4.0)  # years
BANDS = ["band", "start", "leavers", "years", "people", "own"]
LEAST_OWN = 2.0  # the bands weigh at least as much as so many leavers
MOST_OWN = 50.0
DRAWS = 4_000


def bands(staff: Staff) -> pd.DataFrame:
    """One row per band of tenure: band (from 0), start (years), leavers, years (person-years), people, own.

    `own` (the same in all rows): how many leavers of a team weigh as much as the bands, from how much teams differ beyond
    chance (moment estimator of a gamma's shape); missing where there are too few teams or leavers to say.
    """
    rows = staff.table[staff.table["hired"].notna()]
    spent = _spent_by(rows, np.array(EDGES))
    at = np.searchsorted(EDGES, rows["exit"], side="right") - 1
    left = rows["left"].to_numpy(dtype=bool)
    counted = pd.DataFrame(
        {
            "band": np.arange(len(EDGES)),
            "start": EDGES,
            "leavers": np.bincount(at[left], minlength=len(EDGES)),
            "years": spent.sum(axis=0),
            "people": [rows.loc[spent[:, band] > 0, "rep_id"].nunique() for band in range(len(EDGES))],
        }
    )
    counted["own"] = _teams_differ(rows["team_id"], left, spent @ _rate(counted))
    return counted


def _rate(told: pd.DataFrame) -> Floats:
    """Leavers per person-year by band, each leaning on all by half a leaver."""
    return np.asarray((told["leavers"] + 0.5) / (told["years"] + 0.5 / _every(told)), dtype=np.float64)


def _every(told: pd.DataFrame) -> float:
    """Leavers per person-year over all bands; half a leaver where nobody has left yet, which does not mean nobody will."""
    return max(float(told["leavers"].sum()), 0.5) / max(float(told["years"].sum()), 1e-9)


def usual_leavers(rows: pd.DataFrame, told: pd.DataFrame) -> Floats:
    """How many of each row (entry, exit: years of tenure) would have left at the bands' rates: less or more than one."""
    return np.asarray(_spent_by(rows, told["start"].to_numpy(dtype=np.float64)) @ _rate(told))


def _spent_by(rows: pd.DataFrame, starts: Floats) -> Floats:
    return _spent(rows["entry"].to_numpy(dtype=np.float64), rows["exit"].to_numpy(dtype=np.float64), starts)


def _spent(entry: Floats, exit: Floats, starts: Floats) -> Floats:
    """Years that each row spends in each band."""
    ends = np.append(starts[1:], np.inf)
    overlap = np.minimum(exit[:, None], ends) - np.maximum(entry[:, None], starts)
    return np.asarray(np.clip(overlap, 0, None))


def _teams_differ(team: "pd.Series[str]", left: Flags, expected: Floats) -> float:
    by = pd.DataFrame({"left": left.astype(np.float64), "expected": expected}).groupby(team.to_numpy()).sum()
    if len(by) < 3 or by["left"].sum() < 20:
        return float("nan")
    excess = float((((by["left"] - by["expected"]) ** 2) - by["expected"]).sum() / (by["expected"] ** 2).sum())
    return float(np.clip(1 / excess if excess > 0 else MOST_OWN, LEAST_OWN, MOST_OWN))


@dataclass(frozen=True, slots=True)
class Expected:
    """How many of the `people` there now will have left in a year: mean with the 80% range."""

    people: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Draws of what a team's people are up against: `rates` per band (draws, bands; `starts` in years of tenure) and the
    team's `factor` on them.
    """

    starts: Floats
    rates: Floats
    factor: Floats

    def chances(self, tenure: Floats, years: float = 1.0) -> Floats:
        """Chance of having left within so many years, by draw and person of a tenure in years."""
        spent = _spent(tenure, tenure + years, self.starts)
        return np.asarray(-np.expm1(-self.factor[:, None] * (self.rates @ spent.T)))


def level(staff: Staff, told: pd.DataFrame, seed: int = 0, pooled: bool = True) -> Level:
    """`told`: the bands of all teams (`pooled`), or of this staff alone, which then has no level of its own."""
    draw = np.random.default_rng(seed)
    shape = told["leavers"].to_numpy(dtype=np.float64) + 0.5
    scale = told["years"].to_numpy(dtype=np.float64) + 0.5 / _every(told)
    rates = draw.gamma(shape, 1 / scale, (DRAWS, len(told)))
    starts = told["start"].to_numpy(dtype=np.float64)
    if not pooled:
        return Level(starts, rates, np.ones(DRAWS))
    rows = staff.table[staff.table["hired"].notna()]
    expected = _spent_by(rows, starts) @ rates.T
    own = float(told["own"].iloc[0])
    own = MOST_OWN / 5 if np.isnan(own) else own
    factor = draw.gamma(own + rows["left"].sum(), 1 / (own + expected.sum(axis=0)))
    return Level(starts, rates, np.asarray(factor))


def expected_leavers(tenure: Floats, at: Level, seed: int = 0) -> Expected:
    """`tenure`: years of everybody there; unknown ones count as the longest band."""
    known = np.sort(np.where(np.isnan(tenure), EDGES[-1], tenure))
    draw = np.random.default_rng(seed + 1)
    chances = at.chances(known)
    gone = (draw.random(chances.shape) < chances).sum(axis=1)
    low, high = np.quantile(gone, [0.1, 0.9])
    return Expected(len(known), float(chances.sum(axis=1).mean()), float(low), float(high))


def tenure_years(there: pd.DataFrame, day: pd.Timestamp) -> Floats:
    """Years with the company on a day; missing where the first day is unknown."""
    return np.asarray((day - there["hired"]).dt.days / YEAR_DAYS, dtype=np.float64)
