"""How good held-out chances are, and whether they are of any use.

In: outcomes, chances of rows a model has not seen, the base rate of the rows it has, groups. Out: `Verdict`. The test: the
log loss that the chances save against the base rate, deal by deal, summed over groups; one-sided t at 5%, and Brier's score
must not be worse either. A model without signal loses by its own noise, so that far fewer than 5% of tables without signal are
said to have one (`benchmarks/winloss.py`).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.winning.folds import clustered
from salesanalytics.stats.intervals import wilson

Word = Literal["signal", "no usable signal", "not enough data"]
LEVEL = 0.95
LEAST_DEALS, LEAST_EITHER, LEAST_GROUPS = 50, 15, 20
BINS = 10
DRAWS = 200
TEST = "one-sided t test at 5% of the log loss saved against the base rate by held-out chances, summed over groups"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`word`: what the chances are good for. `n` deals, `won` of them, `groups` that count as independent; `base_rate` with its
    interval. Of held-out deals, None where there were too few: `auc` (of a won and a lost deal, how often the won one has the
    higher chance), `brier`, `base_brier` (of the base rate), `saved` (log loss per deal), `p` of the test, `ece` (mean
    distance between chance and share won, in ten bins of equally many deals) and `ece_by_luck` (what it would be on average if
    every chance were right). `test`: which test it was; `reason`: why there is not enough data.
    """

    word: Word
    n: int
    won: int
    groups: int
    base_rate: Estimate
    auc: Estimate | None = None
    brier: Estimate | None = None
    base_brier: float | None = None
    saved: Estimate | None = None
    p: float | None = None
    ece: Estimate | None = None
    ece_by_luck: float | None = None
    test: str = TEST
    reason: str | None = None

    @property
    def usable(self) -> bool:
        """Whether chances differ from the base rate by more than chance."""
        return self.word == "signal"


def too_little(won: Flags, group: Ints) -> str | None:
    """Why nothing can be fitted to these deals, or None."""
    wins, groups = int(won.sum()), len(np.unique(group))
    either = min(wins, len(won) - wins)
    if len(won) < LEAST_DEALS:
        return f"{len(won)} deals; at least {LEAST_DEALS} are needed"
    if either < LEAST_EITHER:
        return f"{either} deals of one outcome; at least {LEAST_EITHER} of each are needed"
    return f"{groups} groups; at least {LEAST_GROUPS} are needed" if groups < LEAST_GROUPS else None


def not_judged(won: Flags, group: Ints, reason: str, word: Word = "not enough data") -> Verdict:
    """The verdict on deals that no model was fitted to."""
    return Verdict(word, len(won), int(won.sum()), len(np.unique(group)), base_rate(won, group), reason=reason)


def base_rate(won: Flags, group: Ints) -> Estimate:
    """Share won, with Wilson's interval at the number of deals that groups leave (Korn and Graubard 1998)."""
    share, error, _ = clustered(won.astype(np.float64), group)
    usual = np.sqrt(share * (1 - share) / len(won))
    n = len(won) * min((usual / error) ** 2, 1.0) if 0 < error < np.inf else float(len(np.unique(group)))
    return Estimate(share, *wilson(share, n))


def judged(won: Flags, chance: Floats, base: Floats, group: Ints, seed: int) -> Verdict:
    """The verdict on held-out chances; `base`: the share won among the rows each chance was learnt from."""
    group = np.unique(group, return_inverse=True)[1]
    saved, error, count = clustered(log_loss(won, base) - log_loss(won, chance), group)
    p = float(stats.t.sf(saved / error, count - 1)) if error > 0 else 1.0
    brier, off, _ = clustered((chance - won) ** 2, group)
    base_brier = float(((base - won) ** 2).mean())
    usable = p < 1 - LEVEL and brier <= base_brier
    half = float(stats.t.ppf((1 + LEVEL) / 2, count - 1))
    ece, luck = calibration(won, chance, group, seed)
    return Verdict(
        "signal" if usable else "no usable signal",
        len(won),
        int(won.sum()),
        count,
        base_rate(won, group),
        ranked(won, chance, group),
        Estimate(brier, max(brier - half * off, 0.0), brier + half * off),
        base_brier,
        Estimate(saved, saved - half * error, saved + half * error),
        p,
        ece,
        luck,
    )


def log_loss(won: Flags, chance: Floats) -> Floats:
    """−log of the chance given to what happened, per deal."""
    return np.asarray(-np.log(np.where(won, chance, 1 - chance)))


def ranked(won: Flags, chance: Floats, group: Ints) -> Estimate:
    """AUC, with the error of its placements summed over groups (DeLong 1988; Obuchowski 1997 for groups)."""
    wins, losses = int(won.sum()), int((~won).sum())
    ranks = stats.rankdata(chance)
    place = np.empty(len(won))
    place[won] = (ranks[won] - stats.rankdata(chance[won])) / losses
    place[~won] = 1 - (ranks[~won] - stats.rankdata(chance[~won])) / wins
    auc = float(place[won].mean())
    away = np.bincount(group, weights=np.where(won, (place - auc) / wins, (place - auc) / losses))
    error = float(np.sqrt(len(away) / max(len(away) - 1, 1) * (away**2).sum()))
    half = float(stats.norm.ppf((1 + LEVEL) / 2)) * error
    return Estimate(auc, max(auc - half, 0.0), min(auc + half, 1.0))


def calibration(won: Flags, chance: Floats, group: Ints, seed: int) -> tuple[Estimate, float]:
    """Expected calibration error with an interval, and what it would be by luck alone.

    The error is a mean of distances and cannot be 0 by luck. The interval is a basic bootstrap over groups around what lies
    above luck, so 0 is in it where chances may well be right.
    """
    rng = np.random.default_rng(seed)
    bins = equal_bins(chance)
    gaps = np.bincount(bins, weights=won - chance, minlength=BINS)
    found = float(np.abs(gaps).sum() / len(won))
    count = int(group.max()) + 1
    sums = np.zeros((count, BINS))
    np.add.at(sums, (group, bins), won - chance)
    rows = np.bincount(group, minlength=count)
    drawn = np.empty(DRAWS)
    luck = np.empty(DRAWS)
    for at in range(DRAWS):
        times = np.bincount(rng.integers(0, count, count), minlength=count)
        moved = times @ sums
        drawn[at] = np.abs(moved).sum() / max(float(times @ rows), 1.0)
        luck[at] = np.abs(moved - gaps).sum() / len(won)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) - float(drawn.mean() - found)
    return Estimate(found, max(float(low) - float(luck.mean()), 0.0), float(high)), float(luck.mean())


def equal_bins(chance: Floats) -> Ints:
    """The bin of each chance, of ten with about equally many deals; equal chances share a bin."""
    edges = np.quantile(chance, np.linspace(0, 1, BINS + 1)[1:-1])
    return np.searchsorted(edges, chance, side="left").astype(np.int64)
