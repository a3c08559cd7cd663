"""From scores to a chance: a logistic regression of a few columns, held to what is thought without labels.

In: columns per text (the prior's, and the words' where there are labels). Out: the chance that a text is positive. Weights
have a normal prior around what holds with no labels at all (`BEFORE`), so a handful of labels bends them and a thousand decide
(maximum a posteriori; Gelman et al. 2008). The words' columns come from texts that the words were not learned from, which makes
the chances calibrated.
"""

import numpy as np
from scipy.special import expit

from salesanalytics.base.types import Flags, Floats

STRENGTH = 3.0  # what our own sentences say (`general`), each by models of the other writers' sentences, in both languages
OWN_WORDS = 0.5
GENERAL = 1.0
# constant, constant of Romanian, lean (English, Romanian), positive and negative strength, negations, own words, general
BEFORE = np.array([0.0, 0.0, 0.0, 0.0, STRENGTH, -STRENGTH, 0.0, OWN_WORDS, GENERAL])
SPREAD = np.array([1.0, 1.0, 1.5, 1.5, 1.0, 1.0, 0.5, 0.5, 0.5])
WORDS_SPREAD = 0.5
# of a text whose words our sentences hold, the lexicon counts less: there it takes events for feelings ("no open points");
# of one in which 7% of the words are new, they count less themselves
KNOWN_LEXICON, NEW_GENERAL, NEW = 0.4, 0.6, 0.07
STEPS, TIGHT = 50, 1e-9


def before_labels(prior: Floats, own: Floats, general: Floats) -> Floats:
    """(texts, 6): the prior's columns, own words and our sentences (`general.read`), each weighed by how well these know the
    text.
    """
    new = np.clip((1 - general[:, 1]) / NEW, 0.0, 1.0)[:, None]
    strengths = prior[:, 1:3] * (KNOWN_LEXICON + (1 - KNOWN_LEXICON) * new)
    return np.column_stack([prior[:, :1], strengths, prior[:, 3:], own, general[:, :1] * (1 - (1 - NEW_GENERAL) * new)])


def columns(prior: Floats, romanian: Flags, words: Floats | None = None) -> Floats:
    """(texts, 9) of the prior, or more with the words' logit and log ratio, and the embeddings' logit where there are any."""
    ro = romanian.astype(np.float64)
    own = np.column_stack([np.ones(len(ro)), ro, prior[:, 0] * (1 - ro), prior[:, 0] * ro, prior[:, 1:]])
    return own if words is None else np.column_stack([own, words])


def fit_weights(x: Floats, positive: Floats) -> Floats:
    """The weights of the columns; Newton's steps on a concave likelihood."""
    more = x.shape[1] - len(BEFORE)
    mean = np.append(BEFORE, np.zeros(more))
    precision = np.append(SPREAD, np.full(more, WORDS_SPREAD)) ** -2.0
    weights = mean.copy()
    for _ in range(STEPS):
        chance = expit(x @ weights)
        slope = x.T @ (positive - chance) - precision * (weights - mean)
        bend = (x * (chance * (1 - chance))[:, None]).T @ x + np.diag(precision)
        step = np.linalg.solve(bend, slope)
        weights = weights + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < TIGHT:
            break
    return weights


def chance(x: Floats, weights: Floats) -> Floats:
    """Chance of positive per row, 0..1."""
    return np.asarray(expit(x @ weights))


def log_loss(positive: Floats, told: Floats) -> float:
    """Mean of −log of the chance given to what was true."""
    kept = np.clip(np.where(positive == 1, told, 1 - told), 1e-12, 1.0)
    return float(-np.log(kept).mean())
