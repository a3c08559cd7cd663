"""What is left of differences between people once chance is taken out: values pulled towards their group's middle.

In: one value per person with its standard error, or counts with their total, and the group each is compared in. Out: per
person the value pulled towards the middle of its group (empirical Bayes), a 95% interval, and the p-value of "like the others
of the group". How much people truly differ is estimated over all groups together, each around its own middle. Groups of fewer
than three compare nobody.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from salesanalytics.base.types import Floats, Ints
from salesanalytics.stats.compare import fisher

LEAST_PEERS = 3  # people in a group, the person included


@dataclass(frozen=True, slots=True)
class Shrunk:
    """One number per person: `value` with `low` and `high`, `usual` (the middle of the group), `p` against the others there.

    `spread`: standard deviation between people beyond chance, one number for all groups (of shares: of the share).
    `alike`: p-value per person's group of "nobody in it differs". All are missing where a group is too small.
    """

    value: Floats
    low: Floats
    high: Floats
    usual: Floats
    p: Floats
    alike: Floats
    spread: float


def values(value: Floats, error: Floats, group: Ints) -> Shrunk:
    """Values that are about normal around each person's own, known up to `error`.

    The spread is DerSimonian and Laird's (1986) over all groups; intervals allow for not knowing middle and spread (Morris
    1983), so that they hold with few people, too.
    """
    weight = 1 / error**2
    middle, alike = _middles(value, weight, group)
    peers = np.bincount(group)[group]
    free = weight - _sum(weight**2, group) / _sum(weight, group) / peers
    excess = float((weight * (value - middle) ** 2).sum()) - float(((peers - 1) / peers).sum())
    room = float(free.sum())
    between = max(excess / room, 0.0) if room > 0 else 0.0
    centre = _middle(value, 1 / (error**2 + between), group)
    people = len(value)
    kept = max(people - 3, 1) / max(people - 1, 2)  # Morris: the spread is a guess, too
    pull = kept * error**2 / (error**2 + between)
    shrunk = value + pull * (centre - value)
    of_centre = 1 / _sum(1 / (error**2 + between), group)
    unsure = 2 / max(people - 3, 1) * pull**2 * (value - centre) ** 2
    spread = np.sqrt(error**2 * (1 - pull) + pull**2 * of_centre + unsure)
    z = _against_the_others(value, weight, group)
    p = np.asarray(2 * stats.norm.sf(np.abs(z)))
    return _known((shrunk, shrunk - 1.96 * spread, shrunk + 1.96 * spread, centre, p, alike), float(np.sqrt(between)), peers)


def shares(yes: Floats, n: Floats, group: Ints, *, tested: bool = True) -> Shrunk:
    """Shares of counts: a beta prior per group, its weight by the counts' variance beyond the binomial's over all groups.

    Intervals are the posterior beta's, made wider by what is not known of the group's share; p-values are Fisher's, and
    missing unless `tested`.
    """
    share = yes / n
    middle = _sum(yes, group) / _sum(n, group)
    chance = np.clip(middle * (1 - middle), 1e-9, None)
    peers = np.bincount(group)[group]
    seen = n * (share - middle) ** 2 / chance
    free = float(((peers - 1) / peers).sum())
    total = _sum(n, group)
    room = float((n - n**2 / total).sum()) - free
    between = max((float(seen.sum()) - free) / room, 0.0) if room > 0 else 0.0
    least = 1 / (1 + float(n.mean()) * max(len(n) - 3, 1) / 2)  # as in `values`: never as sure as if nobody differed
    weight = 1 / min(max(between, least), 0.99) - 1
    value = (middle * weight + yes) / (weight + n)
    pull = weight / (weight + n)
    unsure = 2 / max(len(n) - 3, 1) * pull**2 * (share - middle) ** 2  # as in `values`
    variance = value * (1 - value) / (weight + n + 1) + pull**2 * chance / total + unsure
    size = np.clip(value * (1 - value) / np.clip(variance, 1e-12, None) - 1, 1e-3, None)
    low, high = (
        stats.beta.ppf(tail, np.clip(value, 1e-6, 1 - 1e-6) * size, np.clip(1 - value, 1e-6, 1) * size)
        for tail in (0.025, 0.975)
    )
    others = ((_sum(yes, group) - yes), total - n)
    pairs = zip(yes, n, *others, strict=True)
    p = np.array([fisher(a, b - a, c, d - c) if tested and d > 0 else np.nan for a, b, c, d in pairs])
    alike = np.asarray(stats.chi2.sf(_sum(seen, group), np.maximum(peers - 1, 1)))
    ends = (np.asarray(low), np.asarray(high))
    return _known((value, *ends, middle, p, alike), float(np.sqrt(between * chance.mean())), peers)


def _middles(value: Floats, weight: Floats, group: Ints) -> tuple[Floats, Floats]:
    """Middle of each group, and the p-value of "all alike" (Cochran's Q)."""
    middle = _middle(value, weight, group)
    peers = np.bincount(group)[group]
    q = _sum(weight * (value - middle) ** 2, group)
    return middle, np.asarray(stats.chi2.sf(q, np.maximum(peers - 1, 1)))


def _middle(value: Floats, weight: Floats, group: Ints) -> Floats:
    return _sum(weight * value, group) / _sum(weight, group)


def _against_the_others(value: Floats, weight: Floats, group: Ints) -> Floats:
    """Difference to the others of the group by its error; missing where there are none."""
    rest = _sum(weight, group) - weight
    with np.errstate(divide="ignore", invalid="ignore"):
        others = (_sum(weight * value, group) - weight * value) / rest
        score = (value - others) / np.sqrt(1 / weight + 1 / rest)
    return np.where(np.bincount(group)[group] > 1, score, np.nan)


def _sum(values: Floats, group: Ints) -> Floats:
    """Sum of each person's group, person by person."""
    return np.asarray(np.bincount(group, values)[group], dtype=np.float64)


def _known(found: tuple[Floats, ...], spread: float, peers: Ints) -> Shrunk:
    """The answer, without what groups that are too small would say."""
    value, low, high, usual, p, alike = (np.where(peers >= LEAST_PEERS, one, np.nan) for one in found)
    return Shrunk(value, low, high, usual, p, alike, spread)
