"""What a seller at full speed books per month, how sure that is, and how months differ.

In: sellers' months (`facts.people.rep_months`) before the one that runs, and the ramp curve. Out: `FullSeller`. Productivity is
what sellers with more than a year booked per month in the last year. Never speaks of one person: sellers are resampled as
wholes, and only the mean over all of them leaves the module.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats
from salesanalytics.facts.people import TENURED, Ramp
from salesanalytics.stats import dispersion, season

DRAWS = 2000
LEAST_REPS = 3  # with fewer sellers past their first year, all are looked at, each at the speed of their tenure
DISPERSION_MONTHS = 24


@dataclass(frozen=True, slots=True)
class FullSeller:
    """A full seller's bookings per month, in the base currency.

    `level`: in each draw; `mean` of all; `season`: factor by calendar month, January first; `dispersion` of a team's month
    (variance per unit of its mean); `sellers` looked at.
    """

    level: Floats
    mean: float
    season: Floats
    dispersion: float
    sellers: int

    @classmethod
    def of(cls, past: pd.DataFrame, curve: Ramp, rng: np.random.Generator) -> "FullSeller | None":
        """From full months: the last twelve for the level, all for the season. None where nothing was booked in the last
        twelve.
        """
        if past.empty:
            return None
        past = past.assign(fte=past["part"] * curve.at(past["tenure"].to_numpy(dtype=np.float64)))
        by_rep = _last_year(past)
        if by_rep["booked"].sum() <= 0:
            return None
        rows = rng.integers(0, len(by_rep), (DRAWS, len(by_rep)))
        booked, fte = by_rep["booked"].to_numpy()[rows].sum(axis=1), by_rep["fte"].to_numpy()[rows].sum(axis=1)
        mean = float(by_rep["booked"].sum() / by_rep["fte"].sum())
        team = past.groupby("month")[["booked", "fte"]].sum()
        working = team[team["fte"] > 0]
        factor = season.of_months(season.relative(working["booked"], working["fte"]))
        return cls(booked / fte, mean, factor, _dispersion(team, factor), len(by_rep))


def _last_year(past: pd.DataFrame) -> pd.DataFrame:
    """Bookings and months at full speed per seller of the last twelve months, of those past their first year where enough."""
    recent = past[past["month"] > past["month"].max() - pd.DateOffset(months=12)]
    old = recent[recent["tenure"] >= TENURED]
    used = old if old["rep_id"].nunique() >= LEAST_REPS else recent
    by_rep: pd.DataFrame = used.groupby("rep_id")[["booked", "fte"]].sum()
    return by_rep.loc[by_rep["fte"] > 0]


def _dispersion(team: pd.DataFrame, factor: Floats) -> float:
    """Of the team's months around heads × overall productivity × season, over the last two years; at least 1."""
    level = float(team["booked"].sum() / max(team["fte"].sum(), 1e-9))
    usual = team["fte"] * factor[pd.DatetimeIndex(team.index).month - 1] * level
    usual = usual[usual > 0].iloc[-DISPERSION_MONTHS:]
    return max(dispersion.around(team["booked"][usual.index], usual), 1.0)
