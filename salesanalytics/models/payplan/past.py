"""A company's past bookings and quotas as simulations take them, and its running period so far.

In: tables as known on a day, the period to be simulated, and who takes part. Out: `Past`. Bookings are counted by owner, whole:
who shared a deal is not looked at. A period counts once it is over; a rep's quota of it for the days the rep was there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.quotas import rep_quotas_of

MOST_PERIODS = 8
P90 = float(stats.norm.ppf(0.9))


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What simulations start from; money in the base currency.

    `booked`, `quota`: one row per rep, one column per past period, the last one last. `now`: quota of the period to come, by
    rep; `so_far`: booked in it. `paid_share`: what of all past bookings these reps booked.
    """

    booked: pd.DataFrame
    quota: pd.DataFrame
    now: "pd.Series[float]"
    so_far: "pd.Series[float]"
    paid_share: float


def past_of(tables: Tables, period: Period, as_of: date, reps: Collection[str] | None = None) -> Past:
    """What `reps` (None: all) booked and were asked for in up to eight periods before `period` that are over, and in it.

    Reps without a quota in `period` are not in `now`; where nobody has one, those of the last period with quotas stand in.
    """
    tables = known_on(tables, as_of)
    before = [one for one in (period.shift(-back) for back in range(MOST_PERIODS, 0, -1)) if one.end <= as_of]
    asked = [_of(frame, reps) for frame in rep_quotas_of(tables, [*before, period], as_of, partial=True)]
    deals = tables["opportunity"]
    won = deals[deals["is_won"]]
    booked = [_by_owner(won, one) for one in before]
    quota = pd.DataFrame(dict(enumerate(asked[:-1])), dtype="float64")
    names = quota.index.union(asked[-1].index)
    money = pd.DataFrame({at: one.reindex(names).fillna(0.0) for at, one in enumerate(booked)}, index=names, dtype="float64")
    everybody = sum(float(one.sum()) for one in booked)
    share = float(money.to_numpy().sum()) / everybody if everybody else 1.0
    now = next((one[one > 0] for one in reversed(asked) if (one > 0).any()), asked[-1])
    return Past(money, quota.reindex(names), now.sort_index(), _by_owner(won, period).reindex(now.index).fillna(0.0), share)


def _of(quotas: pd.DataFrame, reps: Collection[str] | None) -> "pd.Series[float]":
    mine = quotas if reps is None else quotas[quotas["rep_id"].isin(reps)]
    quota: pd.Series[float] = mine.set_index("rep_id")["quota"]
    return quota


def _by_owner(won: pd.DataFrame, period: Period) -> "pd.Series[float]":
    return won[period.holds(won["closed_on"])].groupby("owner_rep_id")["amount"].sum()


def landing_draws(low: float, middle: float, high: float, *, least: float, draws: int, seed: int) -> Floats:
    """Draws with these P10, P50 and P90: two halves of a normal that meet in the middle, nothing below `least`."""
    at = np.random.default_rng(seed).standard_normal(draws)
    side = np.where(at < 0, middle - low, high - middle) / P90
    return np.asarray(np.maximum(middle + at * side, least), np.float64)
