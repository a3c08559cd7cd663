"""Which columns the chance to win rests on, and how much each is worth on deals the model has not seen.

In: a fitted `WinProbability`. Out: one row per column in use: the log loss per deal that is lost when held-out deals get a
value of the column drawn given all other columns (conditional predictive impact, Watson and Wright 2021; `redraw`), with an
interval over groups and Holm's correction over the columns. A column that says no more than others is worth nothing, and so are
both of two that say the same. It is what chances rest on, not what would happen if the column were changed.
"""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from salesanalytics.base.types import Flags, Floats
from salesanalytics.models.winning.folds import FOLDS, clustered
from salesanalytics.models.winning.models import Pair, chances
from salesanalytics.models.winning.redraw import Redraw
from salesanalytics.models.winning.verdict import LEVEL, log_loss
from salesanalytics.models.winning.win_probability import Held, WinProbability
from salesanalytics.stats.compare import holm

ROWS_DRAWN = 10_000  # deals are drawn anew as often as it takes to have so many, at most MOST_TIMES
MOST_TIMES = 10
ROWS_LEARNT = 4_000  # how columns go together is learnt from about so many deals
# each fold is among what the others learn from, so errors of a column that is worth little do not average out as if they were
# independent: Nadeau and Bengio 2003, with a fold's size to that of the rest
LEARN_FROM_EACH_OTHER = (1 + FOLDS / (FOLDS - 1)) ** 0.5
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
        error *= LEARN_FROM_EACH_OTHER
        half = float(stats.t.ppf((1 + LEVEL) / 2, groups - 1)) * error
        p = float(stats.t.sf(worth / error, groups - 1)) if error > 0 else 1.0
        rows.append((name, worth, worth - half, worth + half, worth / model.verdict_.saved.value, p, False, len(lost), groups))
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["p"] = holm(table["p"].to_numpy(dtype=np.float64))
    return table.assign(driver=table["p"] < 1 - LEVEL).sort_values("worth", ascending=False, kind="stable", ignore_index=True)


def _lost(held: Held, columns: int, seed: int) -> Floats:
    """(deals, columns): mean log loss with the column drawn anew, less the log loss as it is."""
    lost = np.zeros((len(held.won), columns))
    rng = np.random.default_rng(seed)
    times = int(np.clip(ROWS_DRAWN // len(held.won), 1, MOST_TIMES))
    for one, pair in enumerate(held.pairs):
        out = held.fold == one
        learnt = held.rows[~out][:: max(int((~out).sum()) // ROWS_LEARNT, 1)]
        redraw = Redraw(learnt, pair.encoding(learnt, own=True))
        lost[out] = lost_by(pair, held.weights[one], redraw, held.rows[out], held.won[out], rng, times)
    return lost


def lost_by(
    pair: Pair, weights: Floats, redraw: Redraw, rows: Floats, won: Flags, rng: np.random.Generator, times: int
) -> Floats:
    """The same of one fold's pair, on rows it has not seen."""
    encoded = pair.encoding(rows)
    usual = log_loss(won, chances(pair.of(encoded), weights))
    often, ended = encoded.repeated(times), np.tile(won, times)
    lost = np.empty(rows.shape)
    for at, column in enumerate(pair.encoding.columns):
        other = often.with_column(at, *column.encode(redraw(at, often, rng), False))
        loss = log_loss(ended, chances(pair.of(other), weights))
        lost[:, at] = loss.reshape(times, len(won)).mean(axis=0) - usual
    return lost
