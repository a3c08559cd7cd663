"""Learning from labelled texts: how hard words are penalised, and how much they count beside the prior, is decided held out.

In: labelled texts, 1 or 0 for each. Out: `Learned`, which tells the chance of any text, and that of each labelled text by a
model that had not seen it. Few labels of one side teach no words: the prior is then bent, and no more.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.sentiment import stack, words
from salesanalytics.models.sentiment.embeddings import learned

LEAST = 5  # different texts of the rarer side, from which words are learned
PENALTIES = (0.1, 1.0, 3.0, 10.0, 30.0)
LEAST_GROUPS = 4
FOLDS = ((500, 10), (5_000, 5), (np.inf, 3))  # up to so many labels, so many folds


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What is known of each text before labels: its terms, the prior's columns with own and general words, its language; and
    its vector where there are embeddings.
    """

    terms: list[list[str]]
    prior: Floats
    romanian: Flags
    vectors: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words' model: which terms, their weights, the regression and naive Bayes' ratios."""

    terms: CountVectorizer
    weighing: words.Weighing
    regression: LogisticRegression
    ratio: Floats

    def scores(self, said: Said) -> Floats:
        """(texts, 2): logit and log ratio."""
        weights = self.weighing.of(self.terms.transform(said.terms))
        logit = self.regression.decision_function(words.beside(weights, said.prior))
        return np.column_stack([logit, words.naive_bayes(weights, self.ratio)])


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """`weights` of the columns (`stack`), `words` or None, `held_out`: chance per labelled row; `penalty`: C or None;
    `meaning`: what labels teach about vectors, where there are any.
    """

    weights: Floats
    words: Words | None
    held_out: Floats
    penalty: float | None
    meaning: LogisticRegression | None = None

    def chance(self, said: Said) -> Floats:
        """Chance of positive per text."""
        own = None if self.words is None else self.words.scores(said)
        if own is not None and self.meaning is not None:
            own = np.column_stack([own, self.meaning.decision_function(said.vectors)])
        return stack.chance(stack.columns(said.prior, said.romanian, own), self.weights)


def learn(said: Said, folded: list[str], positive: Floats, groups: np.ndarray | None, seed: int) -> Learned:
    """Learn from labelled texts; `positive` holds 1 or 0 for each, `groups` whose it is."""
    prior, romanian = said.prior, said.romanian
    fold = folds(folded, positive, groups, seed)
    plain = stack.columns(prior, romanian)
    if fold is None:
        return Learned(stack.fit_weights(plain, positive), None, stack.chance(plain, stack.BEFORE), None)
    terms = CountVectorizer(analyzer=words.as_listed, dtype=np.float64)
    counts = terms.fit_transform(said.terms)
    meaning, beside = (None, np.empty((len(positive), 0))) if said.vectors is None else learned(said.vectors, positive, fold)
    scores = _held_out_scores(counts, prior, positive, fold, seed)
    tried = [stack.columns(prior, romanian, np.column_stack([own, beside])) for own in scores]
    told = [_cross_fitted(x, positive, fold) for x in tried]
    best = int(np.argmin([stack.log_loss(positive, one) for one in told]))
    model = _all_words(terms, counts, prior, positive, PENALTIES[best], seed)
    return Learned(stack.fit_weights(tried[best], positive), model, told[best], PENALTIES[best], meaning)


def folds(folded: list[str], positive: Floats, groups: np.ndarray | None, seed: int) -> Ints | None:
    """A fold per row, a text's copies in one, both sides spread evenly; None where a side has too few different texts.

    With at least four groups a group lies in one fold too, so that held-out chances are those of groups not seen before.
    """
    _, first, place = np.unique(np.array(folded, dtype=object), return_index=True, return_inverse=True)
    side = (np.bincount(place, positive) / np.bincount(place) > 0.5).astype(np.int64)
    least = int(np.bincount(side, minlength=2).min())
    if least < LEAST:
        return None
    many = min(least, next(most for up_to, most in FOLDS if len(positive) < up_to))
    names, whose = np.unique(np.zeros(len(first)) if groups is None else groups[first].astype(str), return_inverse=True)
    by_group = len(names) >= LEAST_GROUPS
    split = (StratifiedGroupKFold if by_group else StratifiedKFold)(
        min(many, len(names)) if by_group else many, shuffle=True, random_state=seed
    )
    fold = np.zeros(len(side), dtype=np.int64)
    for number, (_, held) in enumerate(split.split(side, side, whose if by_group else None)):
        fold[held] = number
    return np.asarray(fold[place])


def _held_out_scores(counts: sparse.csr_matrix, prior: Floats, positive: Floats, fold: Ints, seed: int) -> list[Floats]:
    """Per penalty (rows, 2): logit and log ratio from words learned in the other folds."""
    found = [np.zeros((len(positive), 2)) for _ in PENALTIES]
    for number in range(fold.max() + 1):
        held, others = fold == number, fold != number
        weighing = words.Weighing(counts[others])
        learned, asked = weighing.of(counts[others]), weighing.of(counts[held])
        bayes = words.naive_bayes(asked, words.log_ratio(learned, positive[others]))
        beside = words.beside(asked, prior[held])
        for place, penalty in enumerate(PENALTIES):
            model = words.regression(learned, prior[others], positive[others], penalty, seed)
            found[place][held] = np.column_stack([model.decision_function(beside), bayes])
    return found


def _cross_fitted(x: Floats, positive: Floats, fold: Ints) -> Floats:
    """Each fold's chances by weights from the others."""
    told = np.zeros(len(positive))
    for number in range(fold.max() + 1):
        held = fold == number
        told[held] = stack.chance(x[held], stack.fit_weights(x[~held], positive[~held]))
    return told


def _all_words(
    terms: CountVectorizer, counts: sparse.csr_matrix, prior: Floats, positive: Floats, penalty: float, seed: int
) -> Words:
    """The words' model of all labelled rows, with the terms that it uses and no others."""
    weighing = words.Weighing(counts)
    weights = weighing.of(counts)
    used = CountVectorizer(analyzer=words.as_listed, dtype=np.float64, vocabulary=terms.get_feature_names_out()[weighing.kept])
    weighing.kept = np.arange(len(weighing.kept))
    return Words(used, weighing, words.regression(weights, prior, positive, penalty, seed), words.log_ratio(weights, positive))
