"""How much more periods differ than their deals explain: actual against expected bookings, at every past week.

In: the book of deals and the panel of past weeks. Out: residuals, and by weeks left the mean (`bias`) and the standard
deviation (`spread`) of the error that all deals of a period share. Expected is always what was expected then: from chances and
new business of earlier periods only. The spread is a moment estimate: squared errors beyond those of independent deals, drawn
towards a prior. Never looks at a period that has not ended.
"""

from dataclasses import dataclass

import numpy as np

from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Floats
from salesanalytics.models.forecast.book import Book, States, day_number
from salesanalytics.models.forecast.cells import Cells
from salesanalytics.models.forecast.panel import Panel

FIRST = 2
"""Periods to learn from before anything is expected."""
SPREAD, PRIOR_PERIODS = 0.15, 4.0
"""Before any period is seen, what is still to come is held to be off by 15% (sd), as if four periods had said so."""
HALF_LIFE = 4.0
"""New business of four periods ago counts half as much as that of the last one."""
WINDOW = 1


@dataclass(frozen=True, slots=True)
class Residuals:
    """`actual`, `expected`, `variance`[period, left, team], of the money still to come, and of it what deals not yet opened
    bring (`actual_new`, `new`); nan in the first periods.
    """

    actual: Floats
    expected: Floats
    variance: Floats
    actual_new: Floats
    new: Floats

    def until(self, periods: int) -> "Residuals":
        """Of the first `periods` periods only."""
        every = (self.actual, self.expected, self.variance, self.actual_new, self.new)
        return Residuals(*(values[:periods] for values in every))


def residuals(deals: Book, seen: Panel) -> Residuals:
    """For each period, week and team: the actual bookings, what was to be expected then, and its variance if deals were
    independent."""
    teams = int(deals.team.max()) + 1
    most = seen.counts.shape[1] - 1
    actual, expected, variance, later, fresh_ = (np.full((len(seen.periods), most + 1, teams), np.nan) for _ in range(5))
    new = np.array([[new_business(deals, one, 7 * left, teams) for left in range(most + 1)] for one in seen.periods])
    for at in range(FIRST, len(seen.periods)):
        cells, end = seen.cells(at), day_number(seen.periods[at].end)
        fresh = np.einsum("p,plmt->lmt", recent(at), new[:at])
        typical = [usual_amount(deals, end - 7 * left) for left in range(most + 1)]
        for left in range(1, most + 1):
            states = seen.weeks[at, left]
            mean, var = open_moments(cells, states, end - 7 * left, end, typical[left])
            team = deals.team[states.deal]
            expected[at, left] = np.bincount(team, mean, teams) + fresh[left, 0]
            variance[at, left] = np.bincount(team, var, teams) + fresh[left, 1]
            later[at, left], fresh_[at, left] = new[at, left, 0], fresh[left, 0]
            won = deals.won_between(end - 7 * left + 1, end)
            actual[at, left] = np.bincount(deals.team[won], deals.amount[won], teams)
    return Residuals(actual, expected, variance, later, fresh_)


def recent(periods: int) -> Floats:
    """Weights of past periods, oldest first; they sum to one."""
    weights = 0.5 ** (np.arange(periods)[::-1] / HALF_LIFE)
    return np.asarray(weights / weights.sum())


def new_business(deals: Book, period: Period, before_end: int, teams: int) -> Floats:
    """Per team: money won in a period from deals created in its last `before_end` days, and the sum of its squares."""
    end = day_number(period.end)
    fresh = deals.won_between(end - before_end + 1, end) & (deals.created > end - before_end)
    money, team = deals.amount[fresh], deals.team[fresh]
    return np.stack([np.bincount(team, money, teams), np.bincount(team, money**2, teams)])


def usual_amount(deals: Book, day: int) -> float:
    """What a deal without an amount is held to be worth: the mean of deals won by `day`."""
    won = deals.amount[deals.won & (deals.amount > 0) & (deals.closed <= day)]
    return float(won.mean()) if len(won) else 0.0


def open_moments(cells: Cells, states: States, day: int, end: int, typical: float) -> tuple[Floats, Floats]:
    """Mean and variance of the money each open deal brings by the end."""
    chance, money = cells.p_won(states, day, end), value_if_won(cells, states, day, end, typical)
    return chance * money, chance * (1 - chance) * money**2


def value_if_won(cells: Cells, states: States, day: int, end: int, typical: float) -> Floats:
    """What each deal would bring if won: its amount times what such amounts turn out to be, or the usual amount."""
    known = states.amount * cells.amount_ratio[cells.codes(states, day, end)[0]]
    return np.where(np.nan_to_num(states.amount) > 0, known, typical)


def by_week(past: Residuals, periods: int) -> Floats:
    """(bias, spread) for each number of weeks left, from weeks next to it as well."""
    rows = past.expected.shape[1] if past.expected.ndim == 3 else 1
    common = [common_error(past, left) if left and periods > FIRST else (1.0, SPREAD) for left in range(rows)]
    return np.array(common)


def common_error(past: Residuals, left: int) -> tuple[float, float]:
    """Of open deals the mean of actual ÷ expected, and the standard deviation of the error that all of a period share, both
    drawn to the prior. Deals not yet opened are expected by what such deals brought, so they need no such mean.
    """
    near = slice(max(left - WINDOW, 1), left + WINDOW + 1)
    every = (past.actual, past.expected, past.variance, past.actual_new, past.new)
    actual, expected, variance, actual_new, new = (values[FIRST:, near] for values in every)
    counted = expected > 0
    if not counted.any():
        return 1.0, SPREAD
    periods = float(counted.any(axis=1).sum()) ** 0.5 * float(counted.any(axis=(1, 2)).sum()) ** 0.5
    trust = periods / (periods + PRIOR_PERIODS)
    opened = (expected - new)[counted].sum()
    bias = trust * (actual - actual_new)[counted].sum() / opened + (1 - trust) if opened > 0 else 1.0
    mean = (bias * (expected - new) + new)[counted]
    beyond = (((actual[counted] - mean) ** 2).sum() - bias * variance[counted].sum()) / (mean**2).sum()
    # luck of single deals may hide the shared error altogether; then the prior stands, and what the bias itself is unsure of
    unsure = trust**2 * bias * variance[counted].sum() * counted.shape[1] / expected[counted].sum() ** 2
    return float(bias), float(np.sqrt(trust * max(beyond, 0.0) + (1 - trust) * SPREAD**2 + unsure))
