"""Whether two shares differ, and how to look at many of them at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats


def differ(yes: int, no: int, others_yes: int, others_no: int) -> float:
    """p-value of "the two shares are the same" (Fisher's exact test, two-sided)."""
    return float(stats.fisher_exact(np.array([[yes, no], [others_yes, others_no]]))[1])


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Holm's step-down adjustment (1979): the chance of even one false alarm among all looks stays below the level."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
