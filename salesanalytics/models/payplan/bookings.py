"""What reps may book in periods to come, drawn from what they booked in past ones.

In: bookings and quotas (or any other expectation) per rep and past period, and the quotas to come. Out: draws, in cents.
Bookings over quota are taken as the product of three things, each drawn anew: what all reps of a period have in common (a t
distribution of the logarithm, its size learnt from past periods and drawn to a usual 15% where these are few), how good the rep
is (pulled towards 1 as far as chance explains the difference), and luck, which is a past ratio of any rep and period, zeros
included. Where it is known where the period will land, the draws are brought to that.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats, Ints

USUAL, WEIGHT = 0.15, 2.0  # how far periods differ (sd of the logarithm), and how many periods that counts as
LEAST_PERIODS = 2
FEW = 12  # ratios of reps and periods, below which luck cannot be drawn


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What is drawn from: per rep `skill` (1: usual), `luck` ratios around 1, and of periods the mean and spread of logarithms.

    `periods` past ones and `cells` ratios of reps and periods stand behind it.
    """

    skill: "pd.Series[float]"
    luck: Floats
    level: float
    spread: float
    periods: int
    cells: int


def history(booked: pd.DataFrame, quota: pd.DataFrame) -> History | None:
    """Learns from `booked` and `quota`, one row per rep and one column per period; cells without quota are left out.

    None where fewer than two periods or twelve cells are known.
    """
    there = (quota > 0) & booked.notna()
    asked, won = quota.where(there, 0.0), booked.where(there, 0.0)
    total = asked.sum()
    seen = total[(total > 0) & (won.sum() > 0)].index
    if len(seen) < LEAST_PERIODS or int(there[seen].to_numpy().sum()) < FEW:
        return None
    asked, won, there = asked[seen], won[seen], there[seen]
    level = won.sum() / asked.sum()
    usual = asked * level
    skill, fitted = _skill(won.sum(axis=1), usual.sum(axis=1), won, usual)
    expected = usual.mul(skill, axis=0)
    ratios = (won / expected).to_numpy()[there.to_numpy()]
    # what was fitted to the ratios, a level per period and a part of each rep's skill, has made them lie closer together
    wider = np.sqrt(len(ratios) / max(len(ratios) - len(seen) - fitted, 1.0))
    luck = np.maximum(1 + (ratios / ratios.mean() - 1) * wider, 0.0)
    share = asked / asked.sum()
    chance = float((share**2).sum().mean() * luck.var())
    spread = _spread(np.log(level.to_numpy(dtype=np.float64)), chance)
    return History(skill, luck, float(np.log(level).mean()), spread, len(seen), len(luck))


def _skill(
    won: "pd.Series[float]", usual: "pd.Series[float]", cells: pd.DataFrame, expected: pd.DataFrame
) -> tuple["pd.Series[float]", float]:
    """Each rep's bookings over what was usual, pulled towards 1 (James & Stein), and how many numbers that takes."""
    known = usual > 0
    ratio = (won / usual.where(known)).fillna(1.0)
    noise = ((cells - expected) ** 2).sum().sum() / max(float(expected.sum().sum()), 1e-9)
    variance = (noise / usual.where(known)).dropna()
    between = max(float(((ratio[known] - 1) ** 2 - variance).mean()), 0.0) if known.sum() > 2 else 0.0
    trust = (between / (between + variance)).reindex(usual.index).fillna(0.0) if between > 0 else 0.0 * usual
    return 1 + trust * (ratio - 1), float(trust.sum())


def _spread(level: Floats, chance: float) -> float:
    """Spread of the periods' logarithms beyond `chance`, drawn to the usual one."""
    seen = max(float(level.var(ddof=1)) - chance, 0.0)
    freedom = len(level) - 1
    return float(np.sqrt((freedom * seen + WEIGHT * USUAL**2) / (freedom + WEIGHT)))


def draw(
    past: History,
    quota: "pd.Series[float]",
    *,
    draws: int,
    seed: int,
    periods: int = 1,
    landing: Floats | None = None,
    so_far: "pd.Series[float] | None" = None,
) -> Ints:
    """Cents booked: `draws` × `periods` × reps, in the order of `quota` (money, per period).

    `landing`: draws of what all these reps together book in the first period, of which `so_far` is booked already; what is
    still to come is shared among them by what they usually book, and luck.
    """
    rng = np.random.default_rng(seed)
    freedom = past.periods - 1 + WEIGHT
    error = past.spread * rng.standard_t(freedom, (draws, periods, 1)).clip(-6, 6)
    unsure = past.spread / np.sqrt(past.periods) * rng.standard_normal((draws, 1, 1))
    shared = np.exp(past.level + error + unsure)
    luck = rng.choice(past.luck, (draws, periods, len(quota)))
    expected = quota.to_numpy(dtype=np.float64) * past.skill.reindex(quota.index).fillna(1.0).to_numpy(dtype=np.float64)
    booked = shared * luck * expected
    if landing is not None:
        begun = np.zeros(len(quota)) if so_far is None else so_far.reindex(quota.index).fillna(0.0).to_numpy(dtype=np.float64)
        rest = np.maximum(rng.choice(np.asarray(landing, np.float64), draws) - begun.sum(), 0.0)
        total = booked[:, 0].sum(axis=1)
        booked[:, 0] *= np.divide(rest, total, out=np.zeros(draws), where=total > 0)[:, None]
        booked[:, 0] += begun
    return np.asarray(np.round(booked * 100), np.int64)
