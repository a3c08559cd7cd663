"""What a column by itself says about being filled only once the outcome is known.

In: one column as numbers or as places of words, and outcomes. Out: `given_away` (a group of rows that exists for one outcome
alone: the cell is missing, holds one value, holds another than the usual one), `strength` (how well the column ranks deals it
was not learnt from), `counts_itself` (a past total that seems to hold the deal it is to predict), `form` (how a number is
written). A strong honest column changes the chance by degrees and passes; one that is filled in afterwards has groups without
a single exception.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.winning.encoding import Numbers
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
LEAST_EITHER = 5  # deals of either outcome in a band


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


def form(values: Floats, won: Flags) -> tuple[Estimate, Gives | None] | None:
    """How well the way a number is written ranks deals of about the same size: how round it is, or how common just this value;
    and whether round ones, or the others, are of one outcome alone.

    The better of both, turned so that it lies above ½; None where values do not come back. Owners guess in round numbers and
    write the contract's into the same cell when they win: the amount is then known early, and how it is written is not.
    """
    column = Numbers(values)
    if not column.heaped:
        return None
    written = column.encode(values, True)[0][:, 1:]
    known = ~np.isnan(written[:, 0])
    size = _bins(values, False)
    found = [_within(way * written[known, at], size[known], won[known]) for at in (0, 1) for way in (1, -1)]
    best = max((one for one in found if one is not None), key=lambda one: one.low, default=None)
    ends = np.unique(written[known, 0])[:-1]
    gives = [given_away(np.where(known, written[:, 0] <= end, np.nan), won) for end in ends]
    sure = [one for one in gives if one is not None and one.group == "value"]
    return None if best is None else (best, max(sure, key=lambda one: one.covered, default=None))


def _within(values: Floats, band: Ints, won: Flags) -> Estimate | None:
    """AUC among deals of one band, over all bands, each weighed by how many pairs it has."""
    told, pairs = [], []
    for one in np.unique(band):
        here = band == one
        wins = int(won[here].sum())
        if min(wins, int(here.sum()) - wins) >= LEAST_EITHER:
            told.append(ranked(won[here], values[here], np.arange(int(here.sum()))))
            pairs.append(wins * (int(here.sum()) - wins))
    if not told:
        return None
    weight = np.array(pairs) / sum(pairs)
    middle = float(weight @ [one.value for one in told])
    half = float(np.sqrt((weight**2) @ [((one.high - one.low) / 2) ** 2 for one in told]))
    return Estimate(middle, middle - half, middle + half)


def _bins(values: Floats, words: bool) -> Ints:
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
