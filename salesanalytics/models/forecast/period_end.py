"""What a period still has to bring on a day: its open deals, the business not yet opened, and the error both share.

In: the book of deals, the cells and the shared error learnt from past periods, and a day. Out: `PeriodEndInputs`, and draws of
what open and new deals bring by the period's end. The same for the running period and for the weeks of past ones; it never uses
what happened after the day.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Floats
from salesanalytics.models.forecast.book import Book, States, day_number
from salesanalytics.models.forecast.cells import Cells
from salesanalytics.models.forecast.shock import (
    PRIOR_PERIODS,
    new_business,
    open_moments,
    recent,
    usual_amount,
    value_if_won,
)
from salesanalytics.stats import dispersion

LEVEL = 0.8
"""Chance of the range that is stated (P10 to P90)."""


@dataclass(frozen=True, slots=True)
class PeriodEndInputs:
    """What is known on a day; money in the base currency.

    `booked`: won so far. `chance` and `value`: of each open deal, to be won by the end, and what it then brings. `new_mean` and
    `new_variance` of business not yet opened. `bias`: mean of what open deals brought ÷ what was expected; `spread`: sd of the
    factor by which all that comes differs from it, and `freedom` of its t distribution.
    """

    booked: float
    chance: Floats
    value: Floats
    new_mean: float
    new_variance: float
    bias: float
    spread: float
    freedom: float

    @property
    def new_dispersion(self) -> float:
        """Variance of new business per unit of its mean (`stats/dispersion`)."""
        return max(self.new_variance / max(self.new_mean, 1e-9), 1e-9)


def period_end_inputs(
    deals: Book, states: States, as_of: date, period: Period, past: list[Period], cells: Cells, common: Floats, *, own: bool
) -> PeriodEndInputs:
    """What is known on `as_of`. `own`: chances learnt from others too are set to the level of these deals' own past."""
    day, end = day_number(as_of), day_number(period.end)
    left = max(end - day, 0)
    typical = usual_amount(deals, day)
    fresh = np.array([new_business(deals, one, left, int(deals.team.max(initial=0)) + 1).sum(axis=1) for one in past])
    new_mean, new_variance = recent(len(past)) @ fresh
    place = min(left / 7, len(common) - 1.0)
    bias, spread, freedom = (float(np.interp(place, np.arange(len(common)), common[:, column])) for column in range(3))
    if own:
        bias *= _own_level(deals, past, cells, left, typical, bias)
    booked = float(deals.amount[deals.won_between(day_number(period.start), min(day, end))].sum())
    chance = cells.p_won(states, day, end) if left else np.zeros(len(states.deal))
    value = value_if_won(cells, states, day, end, typical)
    return PeriodEndInputs(booked, chance, value, float(new_mean), float(new_variance), bias, spread, freedom)


def _own_level(deals: Book, past: list[Period], cells: Cells, left: int, typical: float, bias: float) -> float:
    """What the open deals of past periods brought from this day on, against what the chances say, the common `bias` taken out;
    drawn to 1.
    """
    actual = expected = 0.0
    for one in past:
        end = day_number(one.end)
        states = deals.open_on(end - left)
        expected += float(open_moments(cells, states, end - left, end, typical)[0].sum())
        won = deals.won_between(end - left + 1, end) & (deals.created <= end - left)
        actual += float(deals.amount[won].sum())
    trust = len(past) / (len(past) + PRIOR_PERIODS)
    return trust * actual / (bias * expected) + 1 - trust if bias * expected > 0 else 1.0


def simulate(inputs: PeriodEndInputs, seed: int, draws: int) -> tuple[Floats, Floats]:
    """Draws of what open and new deals bring.

    Each deal is won or not; new business is gamma with its past mean and variance; both are multiplied by one error
    per draw, of a t distribution as wide and as heavy in its tails as past periods tell.
    """
    rng = np.random.default_rng(seed)
    open_ = (rng.random((draws, len(inputs.chance)), dtype=np.float32) < inputs.chance.astype(np.float32)) @ inputs.value
    new = np.zeros(draws)
    if inputs.new_mean > 0:
        new = dispersion.draw(rng, inputs.new_mean, inputs.new_dispersion, draws)
    error = shared_error(inputs, rng, draws)
    return open_ * error * inputs.bias, new * error


def shared_error(inputs: PeriodEndInputs, rng: np.random.Generator, draws: int) -> Floats:
    """Draws of the error that all deals of a period share, around 1."""
    # the spread is a standard deviation, that of a t is larger than its scale
    scale = inputs.spread * np.sqrt((inputs.freedom - 2) / inputs.freedom)
    error = np.exp(scale * rng.standard_t(inputs.freedom, draws).clip(-6, 6) - inputs.spread**2 / 2)
    return np.asarray(error, dtype=np.float64)
