"""How much more periods differ than their deals explain: actual against expected bookings, at every past week.

In: the book of deals and the panel of past weeks. Out: residuals, and by weeks left the mean (`bias`), the standard deviation
(`spread`) and the tails (`freedom`) of the error that all deals of a period share. Expected is always what was expected then:
from chances and new business of earlier periods only. The error's size has a half-t prior (Gelman 2006) and is integrated over,
because eight periods cannot tell .1 from .3. Never looks at a period that has not ended.
"""

from dataclasses import dataclass

import numpy as np

from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Floats
from salesanalytics.models.forecast.book import Book, States, day_number
from salesanalytics.models.forecast.cells import Cells
from salesanalytics.models.forecast.panel import Panel
from salesanalytics.stats.level import size_prior

FIRST = 2
"""Periods to learn from before anything is expected."""
PRIOR_PERIODS = 4.0
"""What a team's open deals bring is drawn to what the chances say, as if so many periods had said so."""
BIAS = 0.15
"""Before any period is seen, what open deals bring is off by so much (sd)."""
SIZES = np.linspace(0.0, 1.0, 51)
USUAL = 0.25  # of the shared error's size, before looking: it holds what chances were learned wrong by as well
LEAST_SIZE, LEAST_FREEDOM = 1e-3, 5.0
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
    teams = int(deals.team.max(initial=0)) + 1
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
    """(bias, spread, freedom) for each number of weeks left, from weeks next to it as well."""
    rows = past.expected.shape[1] if past.expected.ndim == 3 else 1
    return np.array([common_error(past, left if periods > FIRST else 0) for left in range(rows)])


def common_error(past: Residuals, left: int) -> tuple[float, float, float]:
    """Of open deals the mean of actual ÷ expected; and the standard deviation of the error that all of a period share, its size
    unknown, with the degrees of freedom of a t that has the same tails. `left` 0: what is held before any period is seen.

    Deals not yet opened are expected by what such deals brought, so they need no mean. Weeks next to each other and teams of
    one period tell much the same: all cells together count as the root of periods × periods and teams.
    """
    near = slice(max(left - WINDOW, 1), left + WINDOW + 1 if left else 1)
    every = (past.actual, past.expected, past.variance, past.actual_new, past.new)
    actual, expected, variance, actual_new, new = (values[FIRST:, near] for values in every)
    counted = expected > 0
    periods = float(counted.any(axis=1).sum()) ** 0.5 * float(counted.any(axis=(1, 2)).sum()) ** 0.5
    actual, expected, luck, actual_new, new = (one[counted] for one in (actual, expected, variance, actual_new, new))
    opened, weight = expected - new, periods / max(len(actual), 1)
    logs, biases, unsure = size_prior(SIZES, USUAL), np.ones(len(SIZES)), np.full(len(SIZES), BIAS**2)
    if len(actual):  # one row per size, one column per cell
        sizes = (SIZES**2 + LEAST_SIZE**2)[:, None]
        spread = luck + sizes * expected**2
        told = 1 / BIAS**2 + weight * (opened**2 / spread).sum(axis=1)
        biases = (1 / BIAS**2 + weight * (opened * (actual - actual_new) / spread).sum(axis=1)) / told
        unsure = (float(opened.sum()) / float(expected.sum())) ** 2 / told
        mean = biases[:, None] * opened + new
        spread = luck + sizes * mean**2
        logs = logs - 0.5 * weight * (np.log(spread) + (actual - mean) ** 2 / spread).sum(axis=1)
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    return float(chances @ biases), *_as_t(chances, SIZES**2 + unsure)


def _as_t(chances: Floats, squares: Floats) -> tuple[float, float]:
    """Standard deviation and degrees of freedom of the t with the second and fourth moment of such a mixture of normals."""
    second, fourth = float(chances @ squares), float(chances @ squares**2)
    tails = max(fourth / second**2, 1 + 1e-3)
    return second**0.5, max((4 * tails - 2) / (tails - 1), LEAST_FREEDOM)
