"""What a text's words say once some texts are labelled: two views of the same words.

In: how often each term occurs per text (`terms` says what a term is), 1 or 0 per text, and the prior's columns. Out: a logistic
regression's logit on tf-idf, with the prior's columns beside it hardly penalised, so that few labels leave the prior standing;
and the log-count ratio of naive Bayes (Wang and Manning 2012), which holds up better where labels are few. Terms are words,
pairs of neighbours, the first four and six letters of longer words (beginnings do for inflection what grams of characters do,
and add a sixth of the time) and words that a negation stands before (Das and Chen 2001).
"""

import re
from itertools import pairwise

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression

from salesanalytics.base.types import Floats, Ints

TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[!?]+|[:;=]-?[()]")
BEGINNINGS = (4, 6)
NEGATIONS = frozenset(["not", "no", "never", "without", "nor", "neither", "cannot", "hardly", "nu", "fara", "nici"])
REACH = 3  # words that a negation is taken to speak of
MANY = 1_000  # texts from which on a term has to be met in two of them
PRIOR_WEIGHT = 2.0


def terms(folded: str) -> list[str]:
    """What a text is counted as: words, pairs of neighbours, beginnings, negated words."""
    words = tokens(folded)
    pairs = [f"{one} {after}" for one, after in pairwise(words)]
    beginnings = [f"{word[:letters]}~" for letters in BEGINNINGS for word in words if len(word) > letters]
    return words + pairs + beginnings + _negated(words)


def tokens(folded: str) -> list[str]:
    """A text's words, marks and emoticons in their order."""
    return TOKEN.findall(folded.replace(" n't", "n't"))


def as_listed(listed: list[str]) -> list[str]:
    """Terms are listed once a text, for all that counts them."""
    return listed


def _negated(words: list[str]) -> list[str]:
    found, left = [], 0
    for word in words:
        if word in NEGATIONS or word.endswith("n't"):
            left = REACH
        elif not word[0].isalnum():
            left = 0
        elif left:
            found.append(f"not {word}~")
            left -= 1
    return found


class Weighing:
    """Counts as tf-idf, fitted to some texts: terms met too seldom in them go."""

    def __init__(self, counts: sparse.csr_matrix) -> None:
        met = np.asarray((counts > 0).sum(axis=0)).ravel()
        self.kept: Ints = np.flatnonzero(met >= (2 if counts.shape[0] >= MANY else 1))
        self.tfidf = TfidfTransformer(sublinear_tf=True).fit(counts[:, self.kept])

    def of(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """The kept terms' weights; a text's weights are of length 1."""
        return sparse.csr_matrix(self.tfidf.transform(counts[:, self.kept]))


def regression(weights: sparse.csr_matrix, prior: Floats, positive: Floats, penalty: float, seed: int) -> LogisticRegression:
    """`penalty`: the inverse of the penalty's strength (scikit-learn's C)."""
    model = LogisticRegression(C=penalty, solver="liblinear", intercept_scaling=10.0, random_state=seed)
    return model.fit(beside(weights, prior), positive)


def beside(weights: sparse.csr_matrix, prior: Floats) -> sparse.csr_matrix:
    """The prior's columns, large and therefore hardly penalised, after the words'."""
    return sparse.csr_matrix(sparse.hstack([weights, sparse.csr_matrix(PRIOR_WEIGHT * prior)], format="csr"))


def log_ratio(weights: sparse.csr_matrix, positive: Floats) -> Floats:
    """Per term, the log of how much oftener positive texts hold it than negative ones, each count one higher."""
    there = (weights > 0).astype(np.float64)
    more, less = (1 + np.asarray(there[positive == side].sum(axis=0)).ravel() for side in (1, 0))
    return np.asarray(np.log((more / more.sum()) / (less / less.sum())))


def naive_bayes(weights: sparse.csr_matrix, ratio: Floats) -> Floats:
    """Sum of a text's log ratios over the root of how many terms it has: neighbours repeat each other."""
    there = (weights > 0).astype(np.float64)
    return np.asarray((there @ ratio) / np.sqrt(np.asarray(there.sum(axis=1)).ravel() + 1))
