"""How much more one month of the year brings than another.

In: what came per month and what it came from (sellers' months at full speed, say). Out: twelve factors, 1 where a month is like
the whole. They are split into quarter × month of the quarter, so that twelve rest on seven, and each is pulled towards 1, as if
some even months had been seen too, because two or three years say little.
"""

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats


def detrended(amount: "pd.Series[float]", exposure: "pd.Series[float]") -> "pd.Series[float]":
    """Amount per unit of exposure of each month, divided by that of its year: the twelve months up to the last, the twelve
    before, … A rest of less than half a year is held against the year next to it, so that growth is no season.
    """
    years = (len(amount) - 1 - np.arange(len(amount))) // 12
    full = max(len(amount) // 12 - 1 + int(len(amount) % 12 >= 6), 0)
    of_year = pd.Series(np.minimum(years, full), index=amount.index)
    usual = amount.groupby(of_year).transform("sum") / exposure.groupby(of_year).transform("sum").clip(lower=1e-9)
    ratio: pd.Series[float] = amount / (exposure * usual).clip(lower=1e-9)
    return ratio.where((exposure > 0) & (usual > 0), 1.0)


def of_months(ratio: "pd.Series[float]") -> Floats:
    """Factor of each calendar month, January first, 1 on average; `ratio` is indexed by the months' first days.

    The factor of the quarter × that of the month within its quarter, each pulled towards 1 by an even year and an even quarter.
    """
    month = pd.DatetimeIndex(ratio.index).month - 1
    quarter = np.array([(ratio[month // 3 == at].sum() + 3) / ((month // 3 == at).sum() + 3) for at in range(4)])
    place = np.array([(ratio[month % 3 == at].sum() + 1) / ((month % 3 == at).sum() + 1) for at in range(3)])
    season = np.array([quarter[at // 3] * place[at % 3] for at in range(12)])
    return np.asarray(season / season.mean())
