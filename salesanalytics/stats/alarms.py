"""Changes in a series of months, and the thresholds at which a stated number of false alarms a year is raised.

In: one value per month with a weight. Out: the step of the last 1 to 6 months that stands out most (Student's statistic of a
step beside level, month of the quarter, season and trend), and the threshold to hold it against, found by simulating series
without a change that are looked at every week.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from salesanalytics.base.types import Floats

LATEST = 6
SIMULATED = 600
WEEKS = 52
PAUSE = 4  # an alarm within 4 weeks of another is the same alarm
SEED = 20_240_131


@dataclass(frozen=True, slots=True)
class Design:
    """What a series of `months` is allowed to do without having changed; the month of the quarter is always allowed for."""

    months: int
    season: bool
    trend: bool

    def columns(self) -> Floats:
        """One row per month: level, month of the quarter, and season and trend where asked for."""
        at = np.arange(self.months)
        parts = [np.ones(self.months), at % 3 == 0, at % 3 == 1]
        if self.season:
            parts += [np.sin(2 * np.pi * at / 12), np.cos(2 * np.pi * at / 12)]
        if self.trend:
            parts.append(at / self.months)
        return np.column_stack(parts).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Step:
    """The step that stands out most: it began `latest` months ago; `noise` is the spread of a value of weight 1."""

    latest: int
    statistic: float
    noise: float


def scan(value: Floats, weight: Floats, design: Design, n: Floats, least: int) -> Step | None:
    """The most striking step of the last months; None where no step has `least` counted behind it, or nothing varies."""
    counted = weight > 0
    root = np.sqrt(weight[counted])
    best = None
    for latest in range(1, LATEST + 1):
        step = (np.arange(design.months) >= design.months - latest).astype(np.float64)
        if n[-latest:].sum() < least or not counted[-latest:].any():
            continue
        score = _student(
            np.column_stack([design.columns(), step])[counted] * root[:, None], value[counted, None] * root[:, None]
        )
        if score is None:
            continue
        t, noise = float(score[0][0]), float(score[1][0])
        if best is None or abs(t) > abs(best.statistic):
            best = Step(latest, t, noise)
    return best


def _student(columns: Floats, values: Floats) -> tuple[Floats, Floats] | None:
    """Statistic of the last column, as a normal score, and residual spread, for each column of `values`; None without freedom.

    As a normal score, because the degrees of freedom are fewer where months are empty.
    """
    free = len(columns) - columns.shape[1]
    if free < 3 or np.linalg.matrix_rank(columns) < columns.shape[1]:
        return None
    inverse = np.linalg.inv(columns.T @ columns)
    fitted = inverse @ columns.T @ values
    spread = np.sqrt(((values - columns @ fitted) ** 2).sum(axis=0) / free)
    if not (spread > 1e-12).all():
        return None
    t = fitted[-1] / (spread * np.sqrt(inverse[-1, -1]))
    return np.sign(t) * -stats.norm.ppf(stats.t.sf(np.abs(t), free)), spread


@cache
def threshold(design: Design, per_year: float) -> float:
    """The size of statistic that a series without a change passes `per_year` times a year, looked at every week."""
    return _threshold(_largest(design), per_year)


@cache
def _largest(design: Design) -> Floats:
    """Largest statistic of each simulated series without a change in each week of a year."""
    rng = np.random.default_rng(SEED)
    weekly = rng.normal(0.0, 0.5, (4 * design.months + WEEKS, SIMULATED))
    sums = np.cumsum(np.vstack([np.zeros((1, SIMULATED)), weekly]), axis=0)
    largest = []
    for week in range(WEEKS):
        ends = week + 4 * np.arange(design.months + 1)
        values = np.diff(sums[ends], axis=0)
        scores = [_step_scores(design, latest, values) for latest in range(1, LATEST + 1)]
        largest.append(np.abs(np.array([score for score in scores if score is not None])).max(axis=0))
    return np.array(largest)


def _step_scores(design: Design, latest: int, values: Floats) -> Floats | None:
    step = (np.arange(design.months) >= design.months - latest).astype(np.float64)
    score = _student(np.column_stack([design.columns(), step]), values)
    return None if score is None else score[0]


@cache
def threshold_of_events(rate: float, months: int, per_year: float) -> float:
    """The same for rare events that come at `rate` a month: a threshold of −log10 p, looked at every week."""
    rng = np.random.default_rng(SEED)
    weekly = rng.poisson(rate / 4, (4 * months + WEEKS, SIMULATED))
    sums = np.cumsum(np.vstack([np.zeros((1, SIMULATED), dtype=weekly.dtype), weekly]), axis=0)
    largest = []
    for week in range(WEEKS):
        end, start = week + 4 * months, week
        surprise = []
        for latest in range(1, LATEST + 1):
            recent = sums[end] - sums[end - 4 * latest]
            usual = (sums[end - 4 * latest] - sums[start] + 0.5) / (months - latest) * latest
            surprise.append(-stats.poisson.logsf(recent - 1, usual) / np.log(10))
        largest.append(np.max(surprise, axis=0))
    return _threshold(np.array(largest), per_year)


def _threshold(largest: Floats, per_year: float) -> float:
    """The lowest threshold at which looks (one row per week) raise at most `per_year` alarms a year, by bisection."""
    low, high = 0.0, float(largest.max())
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if alarms(largest > middle) > per_year else (low, middle)
    return high


def alarms(fired: NDArray[np.bool_]) -> float:
    """Mean number of alarms per series (columns): weeks that fire after 4 weeks in which none did."""
    before = np.vstack([np.zeros((1, fired.shape[1]), dtype=bool), fired[:-1]])
    recent = before.copy()
    for back in range(1, PAUSE):
        recent[back:] |= before[:-back]
    return float((fired & ~recent).sum() / fired.shape[1])
