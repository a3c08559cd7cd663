"""What one of a group is worth on average, where few of many bring anything and amounts are skewed: leads that are won, say.

In: the share of a group that brings something, and the amounts it brought; the amounts of the other groups. Out: draws of the
group's expected worth, whose quantiles are its interval. Few amounts of a group are taken to be log-normal: a bootstrap of five
to thirteen such amounts has never seen the large ones, and holds 80% instead of 95%. Many speak for themselves as well.
"""

from collections.abc import Sequence

import numpy as np

from salesanalytics.base.types import Floats
from salesanalytics.stats.draws import draws_at_once

DRAWS = 4000
LEAST = 5  # amounts of a group: fewer say next to nothing about their mean
SPREAD_FROM_OTHERS = 8  # values of its own a group's spread is worth, as the other groups' spreads tell it
OF_ITS_OWN = 0.3  # chance, beforehand, that a group's amounts have nothing to do with those of the others
FAR = 2.0  # how far such a group may lie from the others, in logarithms: e² is 7 times
APART = np.tan(np.pi / 2 * np.arange(40) / 40) / 2  # how far groups usually lie apart, by their spread (half-Cauchy)
FEW, MANY = 10, 60  # amounts up to which only the log-normal is believed, and from which they are believed as much
TINY = 1e-12  # variance where all amounts are the same


def worth(share: float, n: float, amounts: Floats, others: Sequence[Floats], draw: np.random.Generator) -> Floats:
    """4,000 draws of share × mean amount of a group, with chances that the data leave (a posterior).

    `share` is that of the group's rows that bring an amount, worth `n` rows (Jeffreys' prior); `amounts` are those seen, all
    above 0, `LEAST` of them or more. `others`: the amounts of each other group, from which spread and mean borrow.
    """
    chance = draw.beta(share * n + 0.5, (1 - share) * n + 0.5, DRAWS)
    groups = [np.log(other) for other in others if len(other)]
    mean = np.exp(_log_mean(np.log(amounts), groups, draw))
    if len(amounts) > FEW:
        believed = 1 - min((len(amounts) - FEW) / (MANY - FEW), 1.0) / 2
        mean = np.where(draw.random(DRAWS) < believed, mean, _free_mean(amounts, draw))
    return np.asarray(chance * mean)


def _free_mean(amounts: Floats, draw: np.random.Generator) -> Floats:
    """Draws of the expected amount by the bootstrap-t (Efron 1981), which supposes no distribution; never below all amounts."""
    n, mean, error = len(amounts), float(amounts.mean()), float(amounts.std())
    if error == 0:
        return np.full(DRAWS, mean)
    rows = int(np.clip(draws_at_once(n), 199, DRAWS))
    drawn = amounts[draw.integers(0, n, (rows, n))]
    scores = (drawn.mean(axis=1) - mean) / np.maximum(drawn.std(axis=1), error / n)
    return np.asarray(np.maximum(mean - scores[draw.integers(0, rows, DRAWS)] * error, amounts.min()))


def _log_mean(own: Floats, others: Sequence[Floats], draw: np.random.Generator) -> Floats:
    """Draws of the logarithm of the expected amount: that of a log-normal is the mean of logarithms + half their variance."""
    spread = _spread(own, others, draw)
    if len(others) > 1:
        spread, middle = _shrunk(own, others, spread, draw)
    else:
        middle = own.mean() + np.sqrt(spread / len(own)) * draw.standard_normal(DRAWS)
    return np.asarray(middle + spread / 2)


def _spread(own: Floats, others: Sequence[Floats], draw: np.random.Generator) -> Floats:
    """Draws of the variance of the group's logarithms: its own, and 8 values' worth of what the others' is."""
    usual, n = _pooled(others)
    n = min(n, SPREAD_FROM_OTHERS)
    squares = float(((own - own.mean()) ** 2).sum()) + n * usual
    return np.maximum(squares / draw.chisquare(n + len(own) - 1, DRAWS), TINY)


def _pooled(groups: Sequence[Floats]) -> tuple[float, int]:
    """Variance within groups, and its degrees of freedom."""
    squares, free = sum(float(((one - one.mean()) ** 2).sum()) for one in groups), sum(len(one) - 1 for one in groups)
    return (squares / free if free else 0.0), free


def _shrunk(own: Floats, others: Sequence[Floats], spread: Floats, draw: np.random.Generator) -> tuple[Floats, Floats]:
    """Draws of the variance and of the mean of the group's logarithms, where the mean borrows from the others.

    Beforehand the group lies among the others as these lie among each other, or it is one of its own; which, its mean tells
    (Schmidli et al. 2014). So a group like the others is pulled towards them, and one whose deals are far larger is let alone.
    """
    place, near, far = _among(others, max(_pooled([own, *others])[0], TINY), draw)
    noise, miss = spread / len(own), (own.mean() - place) ** 2
    alike = np.log1p(-OF_ITS_OWN) - (miss / (near + noise) + np.log(near + noise)) / 2
    alone = np.log(OF_ITS_OWN) - (miss / (far + noise) + np.log(far + noise)) / 2
    either = np.logaddexp(alike, alone)
    chance = np.exp(either - either.max())
    at = draw.choice(DRAWS, DRAWS, p=chance / chance.sum())
    prior = np.where(draw.random(DRAWS) < np.exp(alone - either)[at], far[at], near[at])
    kept = prior / (prior + noise[at])
    middle = place[at] + kept * (own.mean() - place[at]) + np.sqrt(kept * noise[at]) * draw.standard_normal(DRAWS)
    return spread[at], middle


def _among(others: Sequence[Floats], variance: float, draw: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Draws of where a group's mean lies: the middle of the others, and the variance about it if it is like them, and if not.

    How far groups lie apart has a half-Cauchy prior (Gelman 2006), of which 40 values are weighed by the others' means.
    """
    means, errors = np.array([one.mean() for one in others]), variance / np.array([len(one) for one in others])
    apart = (variance * APART**2)[:, None]
    weight = 1 / (errors + apart)
    total = weight.sum(axis=1)
    middle = (weight * means).sum(axis=1) / total
    fit = np.log(weight).sum(axis=1) - np.log(total) - (weight * (means - middle[:, None]) ** 2).sum(axis=1)
    chance = np.exp((fit - fit.max()) / 2)
    at = draw.choice(len(APART), DRAWS, p=chance / chance.sum())
    return middle[at], apart[at, 0] + 1 / total[at], FAR**2 + 1 / total[at]
