"""What a column by itself says about being filled only once the outcome is known.

In: one column as numbers or as places of words, and outcomes. Out: `given_away` (a group of rows that exists for one outcome
alone: the cell is missing, holds one value, holds another than the usual one), `strength` (how well the column ranks deals it
was not learnt from), `counts_itself` (a past total that seems to hold the deal it is to predict). A strong honest column
changes the chance by degrees and passes; one that is filled in afterwards has groups without a single exception.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from salesanalytics.base.types import Flags, Floats
from salesanalytics.models.winning.verdict import Estimate, ranked
from salesanalytics.stats.intervals import wilson

Group = Literal["missing", "value", "not_usual"]
PURE = 0.98
LEAST_PURE = 0.95  # the near end of Wilson's interval
LEAST_COVERED = 0.3
LEAST_IN_GROUP = 20
LEAST_LOG_ODDS = np.log(10)  # near end of its interval, between the group and all others
MISSING_APART = 0.5
MOST_VALUES = 12
STEPS = 20


@dataclass(frozen=True, slots=True)
class Gives:
    """A group of `n` deals of which the share `won` was won, and `others` of all others. `at`: its value, where it is one."""

    group: Group
    n: int
    won: float
    others: float
    at: float | None
    covered: float


def given_away(values: Floats, won: Flags) -> Gives | None:
    """The group that gives most away, or None."""
    found = [one for group, inside, at in _groups(values) if (one := _gives(group, inside, at, won)) is not None]
    return max(found, key=lambda one: one.covered, default=None)


def _groups(values: Floats) -> list[tuple[Group, Flags, float | None]]:
    missing = np.isnan(values)
    groups: list[tuple[Group, Flags, float | None]] = [("missing", missing, None)]
    found, counts = np.unique(values[~missing], return_counts=True)
    if not len(found):
        return groups
    order = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    groups += [("value", values == found[at], float(found[at])) for at in order if counts[at] >= 0.05 * len(values)]
    usual = found[order[0]]
    if counts[order[0]] >= 0.05 * len(values):
        groups.append(("not_usual", ~missing & (values != usual), float(usual)))
    return groups


def _gives(group: Group, inside: Flags, at: float | None, won: Flags) -> Gives | None:
    n, rest = int(inside.sum()), int((~inside).sum())
    if n < LEAST_IN_GROUP or rest < LEAST_IN_GROUP:
        return None
    wins = int((inside & won).sum())
    shares = np.array([(inside & won).sum() / won.sum(), (inside & ~won).sum() / (~won).sum()])
    apart = float(abs(shares[0] - shares[1]))
    told = Gives(group, n, wins / n, float(won[~inside].mean()), at, apart)
    if group == "missing" and apart - _half(shares, won) >= MISSING_APART:
        return told
    both = max((wins, n), (rest - int((~inside & ~won).sum()), rest), key=lambda pair: abs(pair[0] / pair[1] - 0.5))
    return told if _pure(*both) and apart >= LEAST_COVERED and _log_odds(inside, won) >= LEAST_LOG_ODDS else None


def _half(shares: Floats, won: Flags) -> float:
    sizes = np.array([won.sum(), (~won).sum()])
    return float(1.96 * np.sqrt((shares * (1 - shares) / sizes).sum()))


def _pure(wins: int, n: int) -> bool:
    """Whether next to all of these deals ended alike."""
    share = max(wins, n - wins) / n
    return share >= PURE and wilson(share, n)[0] >= LEAST_PURE


def _log_odds(inside: Flags, won: Flags) -> float:
    """The near end of the 95% interval of the log odds ratio, without its sign (Haldane's half added to each cell)."""
    cells = np.array([[(a & b).sum() for b in (won, ~won)] for a in (inside, ~inside)]) + 0.5
    ratio = float(np.log(cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0])))
    return abs(ratio) - 1.96 * float(np.sqrt((1 / cells).sum()))


def strength(values: Floats, words: bool, won: Flags, seed: int = 0) -> Estimate:
    """AUC of the column alone: shares won in twentieths, or per word, learnt from one half of the deals, used on the other."""
    bins = _bins(values, words)
    half = np.random.default_rng(seed).permutation(len(won)) % 2
    share = np.empty(len(won))
    for one in (0, 1):
        learnt = half != one
        n = np.bincount(bins[learnt], minlength=int(bins.max()) + 1)
        wins = np.bincount(bins[learnt], weights=won[learnt], minlength=int(bins.max()) + 1)
        base = float(won[learnt].mean())
        share[half == one] = ((wins + 5 * base) / (n + 5))[bins[half == one]]
    return ranked(won, share, np.arange(len(won)))


def _bins(values: Floats, words: bool) -> Floats:
    missing = np.isnan(values)
    if words:
        return np.where(missing, 0, values + 1).astype(np.int64)
    known = values[~missing]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, STEPS + 1)[1:-1])) if len(known) else np.zeros(0)
    return np.where(missing, 0, np.searchsorted(edges, np.nan_to_num(values), side="right") + 1).astype(np.int64)


def counts_itself(values: Floats, won: Flags) -> tuple[float, float, float] | None:
    """Share won at 0, just above and at the top, where most are 0, the chance jumps right above, and then falls.

    So looks a client's past revenue that holds the deal itself: whoever bought for the first time has some.
    """
    at_zero, above = values == 0, values > 0
    if at_zero.mean() < 0.5 or above.sum() < 5 * LEAST_IN_GROUP or (values < 0).any():
        return None
    low, high = np.quantile(values[above], [0.25, 0.75])
    near, far = above & (values <= low), values >= high
    if near.sum() < LEAST_IN_GROUP or far.sum() < LEAST_IN_GROUP or (near & far).any() or won[above].all():
        return None
    inside = near[near | at_zero]
    if won[near].mean() <= won[at_zero].mean() or _log_odds(inside, won[near | at_zero]) < LEAST_LOG_ODDS:
        return None
    falls = stats.spearmanr(values[above], won[above])
    if falls.statistic > -0.1 or falls.pvalue > 1e-3:
        return None
    return float(won[at_zero].mean()), float(won[near].mean()), float(won[far].mean())
