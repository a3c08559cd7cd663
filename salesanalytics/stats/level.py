"""The level of what comes per period, its trend, and the error that all of a period shares beyond luck: learned together.

In: one amount and one exposure per period (bookings of a quarter, sellers at full speed), and the dispersion of independent
luck. Out: draws of all three from what is known of them. The level drifts a little from period to period, so that old periods
say less; the trend multiplies, is drawn to none, and never dropped; the shared error has a half-t prior (Gelman 2006) and is
integrated over instead of guessed, because four periods cannot tell .05 from .25. A linear model given the error's size, on a
grid of sizes.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from salesanalytics.base.types import Floats, Ints

USUAL_SPREAD, SPREAD_DEGREES = 0.2, 4.0
TREND = 0.06  # a period: before looking, a level grows or shrinks by so much (sd)
DRIFT = 0.05  # a period: how far a level strays from its trend (sd)
SIZES = np.linspace(0.0, 1.0, 51)
LEAST = 0.1  # of the level; no trend takes more than the rest away
STEEPEST = 0.25  # a period
ROUNDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Draws: `level` per unit of exposure at the end of the last period, `trend`: its growth a period (logarithm), `spread`:
    the standard deviation of the logarithm of the factor that a period shares.
    """

    level: Floats
    trend: Floats
    spread: Floats

    def ahead(self, periods: Floats, rng: np.random.Generator) -> Floats:
        """(draws, points): the level so many periods after the end, with trend and drift, without the periods' own error."""
        strayed = rng.standard_normal((len(self.level), 1)) * DRIFT * np.sqrt(np.maximum(periods, 0.0))
        on = self.level[:, None] * (1 + strayed) * np.exp(self.trend[:, None] * periods)
        return np.asarray(np.maximum(on, LEAST * self.level[:, None]))

    def shared(self, period: Ints, rng: np.random.Generator) -> Floats:
        """(draws, points): the factor of each point's period, 1 on average; points of one `period` have one factor."""
        numbers, place = np.unique(period, return_inverse=True)
        spread = self.spread[:, None]
        luck = rng.standard_normal((len(self.level), len(numbers)))
        return np.asarray(np.exp(spread * luck - spread**2 / 2)[:, place])


def size_prior(sizes: Floats, usual: float = USUAL_SPREAD) -> Floats:
    """Logarithm of the half-t prior of the size of an error that a period shares, up to a constant."""
    return np.asarray(stats.t.logpdf(sizes / usual, SPREAD_DEGREES))


def learn(amount: Floats, exposure: Floats, dispersion: float, rng: np.random.Generator, draws: int) -> Level:
    """`amount` and `exposure`: one per period, oldest first, at least one exposure above 0; `dispersion`: variance of amounts
    per unit of their mean, were deals independent.
    """
    working = exposure > 0
    back = np.asarray(np.arange(len(exposure)) - len(exposure) + 0.5, dtype=np.float64)[working]
    y, e = amount[working], exposure[working]
    usual, trend = max(float(y[-4:].sum() / e[-4:].sum()), 1e-9), 0.0
    for _ in range(ROUNDS):
        chances, means, covers = _given_sizes(y, e, back, dispersion, usual, trend)
        level, slope = chances @ means
        step = float(np.clip(slope / max(level, LEAST * usual), -STEEPEST, STEEPEST))
        usual, around, trend = max(float(level), LEAST * usual), trend, float(np.clip(trend + step, -STEEPEST, STEEPEST))
    at = rng.choice(len(SIZES), draws, p=chances)
    roots = np.linalg.cholesky(covers)
    found = means[at] + np.einsum("dij,dj->di", roots[at], rng.standard_normal((draws, 2)))
    levels = np.maximum(found[:, 0], LEAST * usual)
    return Level(levels, np.clip(around + found[:, 1] / levels, -STEEPEST, STEEPEST), SIZES[at])


def _given_sizes(
    y: Floats, e: Floats, back: Floats, dispersion: float, usual: float, trend: float
) -> tuple[Floats, Floats, Floats]:
    """Per size of the shared error: its chance, and mean and covariance of the level and of level × (trend − `trend`)."""
    course = e * np.exp(trend * back)
    design = course[:, None] * np.column_stack([np.ones(len(e)), back])
    prior = np.diag([0.0, 1 / (TREND * usual) ** 2])
    held = np.array([0.0, -trend / (TREND**2 * usual)])  # the whole trend is drawn to none, not the step
    strayed = (
        DRIFT**2 * np.minimum.outer(np.abs(back), np.abs(back)) * np.outer(usual * course, usual * course)
    )  # a random walk's
    logs, means, covers = [], [], []
    for size in SIZES:
        variance = np.diag(dispersion * usual * course + (size * usual * course) ** 2) + strayed
        weighted = np.linalg.solve(variance, np.column_stack([design, y]))
        precision = design.T @ weighted[:, :2] + prior
        cover = np.linalg.inv(precision)
        mean = cover @ (design.T @ weighted[:, 2] + held)
        shape = np.linalg.slogdet(variance)[1] + np.linalg.slogdet(precision)[1]
        logs.append(-0.5 * (shape + y @ weighted[:, 2] - mean @ precision @ mean))
        means.append(mean)
        covers.append(cover)
    told = np.array(logs) + size_prior(SIZES)
    chances = np.exp(told - told.max())
    return chances / chances.sum(), np.array(means), np.array(covers)
