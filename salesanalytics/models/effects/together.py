"""Several programmes looked at together: each has to show so much that chance shows one of them only as often as promised.

In: one row per programme with the engine's p-value, verdict and smallest effect, where it can be judged. Out: the same with
p-values corrected (Holm), the verdict that goes with them, and the smallest effect that would have been found among so many.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.stats.compare import holm


def judged_together(table: pd.DataFrame, *, among: "pd.Series[Any]", shares: "pd.Series[bool]", level: float) -> pd.DataFrame:
    """`among`: the rows that are looked at together share a value of it. `shares`: rows whose effect is a share, which
    multiplies; others are amounts. The smallest effect is that of each against all (Bonferroni).
    """
    known = table["p"].notna()
    looked_at = known.groupby(among).transform("sum").clip(lower=1)
    power = stats.norm.ppf(0.8)
    each = stats.norm.ppf(1 - level / 2 / looked_at.to_numpy(dtype=np.float64))
    wider = (each + power) / (stats.norm.ppf(1 - level / 2) + power)
    p = table["p"].copy()
    for _, rows in p[known].groupby(among[known]):
        p[rows.index] = holm(rows.to_numpy())
    return table.assign(
        smallest=((table["smallest"] + 1) ** wider - 1).where(shares, table["smallest"] * wider),
        p=p,
        verdict=table["verdict"].where(~known, np.where(p <= level, "effect", "none_found")),
    )
