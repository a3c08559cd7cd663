"""Which columns the chance to win rests on, and how much each is worth on deals the model has not seen.

In: a fitted `WinProbability`. Out: one row per column in use: the log loss per deal that is lost when the column's values are
dealt anew among held-out deals (permutation importance, Breiman 2001; Fisher, Rudin and Dominici 2019), with an interval over
groups and Holm's correction over the columns. Two columns that say the same share their worth. It is what the model leans on,
not what would happen if the column were changed.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from salesanalytics.base.types import Floats
from salesanalytics.models.winning.folds import clustered
from salesanalytics.models.winning.models import chances
from salesanalytics.models.winning.verdict import LEVEL, log_loss
from salesanalytics.models.winning.win_probability import Held, WinProbability
from salesanalytics.stats.compare import holm

ROWS_DEALT = 10_000  # deals are dealt anew as often as it takes to have so many, at most MOST_TIMES
MOST_TIMES = 10
COLUMNS = ["column", "worth", "low", "high", "share", "p", "driver", "n", "groups"]


def drivers(model: WinProbability) -> pd.DataFrame:
    """One row per column in use (see COLUMNS), the weightiest first; empty where the verdict is not "signal".

    `worth`: log loss per deal, with its 95% interval; `share`: of all that the model saves against the base rate (shares do not
    add up to 1: columns work together); `p`: Holm-adjusted, of "worth nothing or less"; `driver`: p below 5%.
    """
    check_is_fitted(model)
    if model.held_ is None or model.verdict_.saved is None:
        return pd.DataFrame(columns=COLUMNS)
    held, names = model.held_, model.columns_.names
    with threadpool_limits(1):
        lost = _lost(held, len(names), model.seed)
    rows = []
    for at, name in enumerate(names):
        worth, error, groups = clustered(lost[:, at], np.unique(held.group, return_inverse=True)[1])
        half = float(stats.t.ppf((1 + LEVEL) / 2, groups - 1)) * error
        p = float(stats.t.sf(worth / error, groups - 1)) if error > 0 else 1.0
        rows.append((name, worth, worth - half, worth + half, worth / model.verdict_.saved.value, p, False, len(lost), groups))
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["p"] = holm(table["p"].to_numpy(dtype=np.float64))
    return table.assign(driver=table["p"] < 1 - LEVEL).sort_values("worth", ascending=False, kind="stable", ignore_index=True)


def _lost(held: Held, columns: int, seed: int) -> Floats:
    """(deals, columns): mean log loss with the column dealt anew, less the log loss as it is."""
    lost = np.zeros((len(held.won), columns))
    rng = np.random.default_rng(seed)
    times = int(np.clip(ROWS_DEALT // len(held.won), 1, MOST_TIMES))
    for out, one in _held_out(held):
        pair, weights, won = held.pairs[one], held.weights[one], held.won[out]
        encoded = pair.encoding(held.rows[out])
        usual = log_loss(won, chances(pair.of(encoded), weights))
        for at in range(columns):
            for _ in range(times):
                mixed = encoded.mixed(at, rng.permutation(len(out)))
                lost[out, at] += (log_loss(won, chances(pair.of(mixed), weights)) - usual) / times
    return lost


def _held_out(held: Held) -> Iterator[tuple[np.ndarray, int]]:
    for one in range(len(held.pairs)):
        yield np.flatnonzero(held.fold == one), one
