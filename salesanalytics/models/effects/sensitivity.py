"""How far both sides may go apart after the start until an effect is no longer told apart from none (relative magnitudes).

In: an event study's coefficients with their covariance. Out: an interval that holds the effect wherever the two sides go
apart by at most so many times as much per period as at any time before (Rambachan and Roth 2023), and the multiple up to
which 0 lies outside. Each step before may have been the largest, upwards or downwards; for each the conditional test with
its least-favourable first stage (Andrews, Roth and Pakes 2023) is inverted, and what any of them does not reject counts.

The test asks a linear program how far the effects of single periods, which nobody asked for, can make up for a violation.
Its dual has few vertices, and they are known: the whole bias upwards, the whole bias downwards, and that a bound on a step
is no bound below zero. So there is nothing to solve and nothing to draw: each vertex is normal, in two dimensions (the
effect's bias and the step before that bounds it).
"""

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from salesanalytics.base.types import Flags, Floats

FIRST_STAGE = 0.1  # of what may go wrong, that the least-favourable test spends
POINTS = 201  # of the effect, in which each set is looked at before its ends are halved
HALVINGS = 40
NODES, SHARES = np.polynomial.legendre.leggauss(96)
FAR = 8.0  # standard deviations beyond which a normal is over
MOST = 64.0  # times the steps before; what stands beyond it stands


@dataclass(frozen=True, slots=True, eq=False)
class EventStudy:
    """`estimates` (periods,): coefficients against the last period before, which has none, the `before` ones first; their
    `covariance`; `weights` (periods after,): the effect asked for is their sum over the periods after. `df`: degrees of
    freedom of the covariance, infinite where it is taken as known; `weighed`: variance that the weights add where they are
    estimated, too.
    """

    estimates: Floats
    covariance: Floats
    before: int
    weights: Floats
    df: float = np.inf
    weighed: float = 0.0

    def __post_init__(self) -> None:
        n = len(self.estimates)
        if self.covariance.shape != (n, n) or not 0 < self.before < n or len(self.weights) != n - self.before:
            raise ValueError(
                f"{n} estimates, {self.before} of them before, a covariance of {self.covariance.shape} and "
                f"{len(self.weights)} weights; expected a square covariance and a weight per period after"
            )


def relative_magnitudes(study: EventStudy, magnitude: float, level: float) -> tuple[float, float]:
    """Low and high of the effect, where steps after are at most `magnitude` times the largest step before.

    The covariance counts for as much more as Student's quantile lies above the normal one, so that the interval at 0 is the
    usual one.
    """
    if magnitude <= 0:
        return _usual(study, level)
    sets = _sets(study, magnitude, level)
    ends = sets.ends()
    return float(np.nanmin(ends[0])), float(np.nanmax(ends[1]))


def breakdown(study: EventStudy, level: float) -> float:
    """The magnitude at which the interval begins to hold 0: 0 where the usual one does, infinite beyond `MOST`."""
    if _holds_zero(relative_magnitudes(study, 0.0, level)):
        return 0.0
    inside, outside = 0.0, 1.0
    while not _holds_zero(relative_magnitudes(study, outside, level)):
        inside, outside = outside, 2 * outside
        if outside > MOST:
            return float(np.inf)
    for _ in range(14):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if _holds_zero(relative_magnitudes(study, middle, level)) else (middle, outside)
    return outside


def _holds_zero(interval: tuple[float, float]) -> bool:
    return interval[0] <= 0 <= interval[1]


def _usual(study: EventStudy, level: float) -> tuple[float, float]:
    weights = np.concatenate([np.zeros(study.before), study.weights])
    middle, error = float(weights @ study.estimates), float(np.sqrt(weights @ study.covariance @ weights + study.weighed))
    reach = float(stats.t.ppf((1 + level) / 2, study.df)) * error
    return middle - reach, middle + reach


@dataclass(frozen=True, slots=True, eq=False)
class _Sets:
    """For each step before, upwards and downwards (rows): the set of effects that its test accepts.

    `effect`: the estimate; `step` (rows,): how large the step before is; `slope` (rows, vertices, 2): each vertex as a
    multiple of (bias, step); `cover` (rows, 2, 2): covariance of these two; `first` (rows,): critical value of the first
    stage; `wrong`: what is left to the second.
    """

    effect: float
    step: Floats
    slope: Floats
    cover: Floats
    first: Floats
    wrong: float

    def accepts(self, effects: Floats) -> Flags:
        """Whether each row accepts the effects (rows, any)."""
        at = np.stack([self.effect - effects, np.broadcast_to(self.step[:, None], effects.shape)], axis=-1)
        values = at @ self.slope.transpose(0, 2, 1)  # (rows, effects, vertices)
        among = self.slope @ self.cover @ self.slope.transpose(0, 2, 1)
        best = values.argmax(axis=-1)
        rows = np.arange(len(self.step))[:, None]
        largest, error = values.max(axis=-1), np.sqrt(among[rows, best, best])
        ratio = among[rows, best] / np.maximum(error**2, 1e-300)[..., None]
        rest = values - ratio * largest[..., None]
        with np.errstate(divide="ignore", invalid="ignore"):
            bound = rest / (1 - ratio)
        tie = np.abs(1 - ratio) < 1e-9
        low = np.where((ratio < 1) & ~tie, bound, -np.inf).max(axis=-1)
        high = np.minimum(np.where((ratio > 1) & ~tie, bound, np.inf).min(axis=-1), self.first[:, None])
        critical = np.maximum(_truncated(1 - self.wrong, low / error, high / error) * error, 0.0)
        return np.asarray((largest <= self.first[:, None]) & (largest <= critical))

    def ends(self) -> tuple[Floats, Floats]:
        """The lowest and the highest effect of each row's set; NaN where it is empty."""
        with np.errstate(divide="ignore", invalid="ignore"):
            up, down = ((self.first[:, None] - self.slope[:, :2, 1] * self.step[:, None]) / self.slope[:, :2, 0]).T
        low, high = self.effect - up, self.effect - down  # beyond these the first stage rejects
        share = np.linspace(0, 1, POINTS)
        points = low[:, None] + share * (high - low)[:, None]
        there = self.accepts(points) & (high > low)[:, None]
        some = there.any(axis=1)
        first, last = there.argmax(axis=1), POINTS - 1 - there[:, ::-1].argmax(axis=1)
        rows = np.arange(len(points))
        left = self._edge(points[rows, first], points[rows, np.maximum(first - 1, 0)])
        right = self._edge(points[rows, last], points[rows, np.minimum(last + 1, POINTS - 1)])
        return np.where(some, left, np.nan), np.where(some, right, np.nan)

    def _edge(self, inside: Floats, outside: Floats) -> Floats:
        for _ in range(HALVINGS):
            middle = (inside + outside) / 2
            holds = self.accepts(middle[:, None])[:, 0]
            inside, outside = np.where(holds, middle, inside), np.where(holds, outside, middle)
        return np.asarray(outside)


def _sets(study: EventStudy, magnitude: float, level: float) -> _Sets:
    wrong = 1 - level
    wider = float(stats.t.ppf(1 - wrong / 2, study.df) / stats.norm.ppf(1 - wrong / 2)) ** 2
    before, n = study.before, len(study.estimates)
    after = n - before
    steps = np.eye(n) - np.eye(n, k=-1)
    steps[before, before - 1] = 0.0  # the first step after starts from the period without a coefficient
    early = np.vstack([steps[1:before], -np.eye(n)[before - 1]])
    early = np.vstack([early, -early])  # each as the largest one, upwards and downwards
    own = np.concatenate([np.zeros(before), study.weights])
    rows = np.stack([np.broadcast_to(own, early.shape), early], axis=1)
    cover = wider * rows @ study.covariance @ rows.transpose(0, 2, 1)
    cover[:, 0, 0] += wider * study.weighed
    slope = _vertices(study.weights, steps[before:], early, wider * study.covariance, magnitude, after)
    spent = FIRST_STAGE * wrong
    first = _least_favourable(slope, cover, 1 - spent)
    return _Sets(float(own @ study.estimates), early @ study.estimates, slope, cover, first, (wrong - spent) / (1 - spent))


def _vertices(weights: Floats, late: Floats, early: Floats, covariance: Floats, magnitude: float, after: int) -> Floats:
    """(rows, vertices, 2): the dual's vertices as multiples of the bias and of the step before that bounds the steps after."""
    reach = np.cumsum(weights[::-1])[::-1]  # how much of the effect a step carries: it lasts from its period on
    # standard deviations of: a step after beyond its bound, upwards and downwards (rows, periods after)
    up, down = (
        np.sqrt(np.einsum("rpi,ij,rpj->rp", gap, covariance, gap))
        for gap in (late - magnitude * early[:, None], -late - magnitude * early[:, None])
    )
    with_it, against = np.where(reach >= 0, up, down), np.where(reach >= 0, down, up)
    whole = np.abs(reach).sum()
    parts = []
    for sign, side in ((1.0, with_it), (-1.0, against)):
        scale = (np.abs(reach) * side).sum(axis=1)
        parts.append(np.stack([sign / scale, -magnitude * whole / scale], axis=-1))
    if after > 1:  # with one period alone it follows from the two others
        bound = -2 * magnitude / (up + down)
        parts += [np.stack([np.zeros_like(one), one], axis=-1) for one in (bound.min(axis=1), bound.max(axis=1))]
    return np.stack(parts, axis=1)


def _least_favourable(slope: Floats, cover: Floats, chance: float) -> Floats:
    """The value that the largest vertex stays below with this chance, where all of them lie at their bound (rows,)."""
    error = np.sqrt(np.maximum(cover[:, 1, 1], 1e-300))
    follows = cover[:, 0, 1] / error**2
    spread = np.sqrt(np.maximum(cover[:, 0, 0] - follows * cover[:, 0, 1], 1e-300))
    among = slope @ cover @ slope.transpose(0, 2, 1)
    low, high = np.zeros(len(slope)), FAR * np.sqrt(np.diagonal(among, axis1=1, axis2=2).max(axis=1))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = _below(middle, slope, error, follows, spread) < chance
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(high)


def _below(value: Floats, slope: Floats, error: Floats, follows: Floats, spread: Floats) -> Floats:
    """The chance that no vertex lies above `value`: over the step, of the bias lying between the first two."""
    start = -FAR * error
    for at in range(2, slope.shape[1]):
        start = np.maximum(start, value / slope[:, at, 1])
    ends = FAR * error
    step = (start + ends)[:, None] / 2 + (ends - start)[:, None] / 2 * NODES
    top, bottom = ((value[:, None] - slope[:, at, 1, None] * step) / slope[:, at, 0, None] for at in (0, 1))
    mean = follows[:, None] * step
    inside = special.ndtr((top - mean) / spread[:, None]) - special.ndtr((bottom - mean) / spread[:, None])
    density = np.exp(-0.5 * (step / error[:, None]) ** 2) / (np.sqrt(2 * np.pi) * error[:, None])
    return np.asarray((np.maximum(inside, 0.0) * density) @ SHARES * (ends - start) / 2)


def _truncated(chance: float, low: Floats, high: Floats) -> Floats:
    """Quantile of a standard normal between `low` and `high`, from the tail in which it loses least."""
    turned = low > 0
    a, b = np.where(turned, -high, low), np.where(turned, -low, high)
    p = np.where(turned, 1 - chance, chance)
    below, above = special.ndtr(a), special.ndtr(b)
    found = special.ndtri(below + p * (above - below))
    return np.asarray(np.clip(np.where(turned, -found, found), low, high))
