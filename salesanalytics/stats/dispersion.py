"""How far sums of few large deals scatter around their mean, and whether groups differ by more than that.

In: amounts, counts or sums beside what was expected of them. Out: dispersions, that is variance per unit of the mean, in the
unit of the data: bookings of 1 M with a dispersion of 50,000 have a variance of 1 M × 50,000. Two ways lead to one:
`of_deals` builds it from the sizes and the number of deals (a compound Poisson sum), where periods are few; `around` measures
it on the sums themselves, where there are many. A sum is then taken to be a gamma variable (`draw`, `chance_below`), which is
never negative and as skewed as such sums are.
"""

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.types import Floats

LEAST_CELLS = 8  # fewer counts cannot say whether they vary more than Poisson's
MOST_OVERDISPERSION = 3.0
LEAST_VARIED = 0.01  # variance of one deal's amount over its mean squared
LEAST_EXPECTED = 0.5  # deals; where fewer were to be expected, a count says nothing


def around(values: "pd.Series[float]", means: "pd.Series[float]") -> float:
    """Dispersion of `values` around their `means`, which are above 0: mean of (value − mean)² ÷ mean (Pearson)."""
    return float(((values - means) ** 2 / means).mean())


def of_deals(amounts: "pd.Series[float]", counts: "pd.Series[float]", expected: "pd.Series[float]") -> float:
    """Dispersion of a sum of deals: E[amount²] ÷ E[amount], times as much as their number varies more than Poisson's.

    `amounts`: won deals, above 0, at least one; `counts` and `expected`: deals per seller and period.
    """
    seen = expected > LEAST_EXPECTED
    wide = around(counts[seen], expected[seen]) if seen.sum() >= LEAST_CELLS else 1.0
    return float((amounts**2).mean() / amounts.mean()) * min(max(wide, 1.0), MOST_OVERDISPERSION)


def between_groups(actual: "pd.Series[float]", expected: "pd.Series[float]", dispersion: float) -> float:
    """Variance of the groups' factors (actual ÷ expected) beyond chance (DerSimonian & Laird 1986), 0 or more."""
    weight = expected[expected > 0]
    ratio = actual.reindex(weight.index) / weight
    excess = float((weight * (ratio - 1) ** 2).sum() / dispersion) - (len(weight) - 1)
    room = float(weight.sum() - (weight**2).sum() / weight.sum()) / dispersion if len(weight) > 1 else 0.0
    return max(excess / room if room > 0 else 0.0, 0.0)


def draw(rng: np.random.Generator, mean: Floats | float, dispersion: float, size: int | None = None) -> Floats:
    """Sums with these means (above 0) and this dispersion: one for each mean, or `size` of a single one."""
    return np.asarray(rng.gamma(mean / dispersion, dispersion, size))


def draw_few(rng: np.random.Generator, mean: float, dispersion: float, usual: float, size: int) -> Floats:
    """As `draw`, where a sum may well be of no deal at all: `usual` is the mean of one, and their number is Poisson's."""
    varied = max(dispersion / usual - 1, LEAST_VARIED)
    return np.asarray(rng.gamma(rng.poisson(mean / usual, size) / varied, usual * varied))


def chance_below(values: Floats, mean: Floats, dispersion: float) -> Floats:
    """Chance of sums with these means to be at most `values`."""
    return np.asarray(stats.gamma.cdf(values, mean / dispersion, scale=dispersion))
