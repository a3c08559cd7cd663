"""How coefficients of a model of leaving are told: as ratios with 95% intervals and p-values.

In: names, coefficients (logs of ratios), the model's errors and those by person. Out: one row per name.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.types import Floats


def coefficient_table(
    names: Iterable[object], coefficient: Floats, error: Floats, robust: Floats, used: Floats
) -> pd.DataFrame:
    """name, coefficient, error (model's), robust (by person), ratio, low, high, p: the last three by the errors `used`."""
    z = stats.norm.ppf(0.975)
    return pd.DataFrame(
        {
            "name": list(names),
            "coefficient": coefficient,
            "error": error,
            "robust": robust,
            "ratio": np.exp(coefficient),
            "low": np.exp(coefficient - z * used),
            "high": np.exp(coefficient + z * used),
            "p": 2 * stats.norm.sf(np.abs(coefficient / used)),
        }
    )
