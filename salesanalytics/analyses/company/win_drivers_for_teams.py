"""What the company tells each team about what goes with winning: values that five teams and more stand behind.

In: `WinDrivers` of the whole company. Out: two tables of the handover, the same for every team.
"""

import numpy as np
import pandas as pd

from salesanalytics.analyses.company.pooling import may_be_told
from salesanalytics.analyses.evaluating.win_drivers import WinDrivers


def win_signal(found: WinDrivers, *, told: bool) -> pd.DataFrame:
    """The verdict as one row; none where it may not be `told`."""
    return found.signal if told else found.signal.iloc[:0]


def win_values(found: WinDrivers, *, told: bool) -> pd.DataFrame:
    """One row per value that so many teams stand behind that each of them may be told."""
    rows = {key: may_be_told(teams["n"].tolist()) for key, teams in found.behind.groupby(["column", "band"])}
    kept = [told and rows.get(key, False) for key in zip(found.table["column"], found.table["band"], strict=True)]
    return found.table[np.array(kept, dtype=bool)].reset_index(drop=True)
