"""Whether a share that is counted again and again has changed, or only scatters as it always did: control charts of shares.

In: successes and trials per point, in order of time. Out: `Chart`: the common share, how much more than by counting alone the
points scatter (Laney's sigma z, 2002), and limits. Limits at three sigma give a false alarm on one page of three where a page
has 150 points, so `page_limits` works out how wide they have to be for all points of a page together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesanalytics.base.types import Flags, Floats, Ints

OF_RANGES = 1.128  # mean of the range of two standard normal numbers
RANGE_LIMIT = 3.267  # upper limit of such ranges, in their mean
DRAWS = 1000
LEAST_POINTS = 8  # with fewer, moving ranges do not tell how much points scatter


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """One series of shares. `center`: the share of all trials; `share`, `error` (by counting alone), `z`: one per point;
    `sigma_z`: how much more than by counting alone the points scatter, from their moving ranges; 1: no more.
    """

    center: float
    share: Floats
    error: Floats
    z: Floats
    sigma_z: float
    n: Ints

    @property
    def spread(self) -> float:
        """`sigma_z`, at least 1: fewer differences than counting makes are luck."""
        return max(self.sigma_z, 1.0)

    def limits(self, low: float = 3.0, high: float = 3.0, *, overdispersed: bool = True) -> tuple[Floats, Floats]:
        """Lower and upper limit of each point, so many sigma away; without `overdispersed` those of a plain p chart."""
        step = self.error * (self.sigma_z if overdispersed else 1.0)
        return np.clip(self.center - low * step, 0, 1), np.clip(self.center + high * step, 0, 1)


def laney(yes: Ints, n: Ints) -> Chart:
    """The p′ chart of shares `yes`/`n` in order of time (Laney 2002). Points without trials are left out of all sums.

    `sigma_z` is 1 where fewer than two points can be held against each other or nothing varies.
    """
    yes, n = np.asarray(yes, dtype=np.int64), np.asarray(n, dtype=np.int64)
    center = float(yes.sum() / n.sum()) if n.sum() else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        share, error = yes / n, np.sqrt(center * (1 - center) / n)
        z = (share - center) / error
    known = z[np.isfinite(z)]
    sigma = float(_scatter(known[None, :])[0]) if len(known) > 1 else 1.0
    return Chart(center, share, error, z, sigma, n)


def _scatter(z: Floats) -> Floats:
    """Sigma of each row's points from their moving ranges; ranges beyond their own limit, as a lone bad month makes two of,
    are left out first (Nelson 1982).
    """
    ranges = np.abs(np.diff(z, axis=1))
    usual = ranges <= RANGE_LIMIT * ranges.mean(axis=1, keepdims=True)
    return np.asarray((ranges * usual).sum(axis=1) / np.maximum(usual.sum(axis=1), 1) / OF_RANGES)


def page_limits(
    charts: Sequence[Chart], judged: Sequence[Flags], rate: float = 0.05, seed: int = 0, draws: int = DRAWS
) -> tuple[float, float]:
    """How many sigma below and above the center the limits of all charts of a page lie, so that a page on which nothing has
    changed shows a point outside with about the chance `rate`, half of it on each side.

    From pages drawn without any change: each chart's share, trials and scatter (beta-binomial, at least binomial), with all
    its numbers worked out anew, so that the limits allow for small counts and for not knowing the scatter. `judged`: which
    points of each chart may be called out.
    """
    rng = np.random.default_rng(seed)
    lowest, highest = np.zeros(draws), np.zeros(draws)
    for chart, counts in zip(charts, judged, strict=True):
        there = (chart.n > 0) & np.isfinite(chart.z)
        if not 0 < chart.center < 1 or not (there & counts).any():
            continue
        away = _drawn(chart, there, rng, draws)[:, counts[there]]
        lowest, highest = np.minimum(lowest, away.min(axis=1)), np.maximum(highest, away.max(axis=1))
    return float(-np.quantile(lowest, rate / 2)), float(np.quantile(highest, 1 - rate / 2))


def _drawn(chart: Chart, there: Flags, rng: np.random.Generator, draws: int) -> Floats:
    """Sigma from the center of each point of charts like this one on which nothing changes, one row per chart."""
    n = chart.n[there]
    # moving ranges know the scatter as well as so many squares would (Wheeler 2004), so it is drawn, too
    df = max(0.62 * (len(n) - 1), 1.0)
    more = np.maximum(chart.spread**2 * df / rng.chisquare(df, (draws, 1)), 1.0) - 1
    weight = 1 / np.clip(more / np.maximum(n - 1, 1), 1e-9, 0.99) - 1
    yes = rng.binomial(n, rng.beta(chart.center * weight, (1 - chart.center) * weight))
    center = (yes.sum(axis=1) / n.sum())[:, None]
    error = np.sqrt(np.maximum(center * (1 - center), 1e-12) / n)
    z = (yes / n - center) / error
    sigma = np.maximum(_scatter(z), 1.0) if z.shape[1] > 1 else np.ones(draws)
    return np.asarray(z / sigma[:, None])
