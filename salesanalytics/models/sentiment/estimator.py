"""Whether a text is negative or positive: a scikit-learn classifier of texts, English and Romanian.

In: one text per row and, where there are any, one label per text. Out: the chance that it is positive, or none where the text
cannot be scored (empty, another language). Without labels the chance is the prior's (`prior`); with labels, words are learned
and weighed against the prior by texts they were not learned from, whose held-out chances stay with the model (`held_out_`): all
that is said about its errors (`prevalence`, `drift`) rests on them. A text that occurs several times lies in one fold.
"""

import warnings
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.errors import TextError
from salesanalytics.models.sentiment import stack
from salesanalytics.models.sentiment.drift import Drift, drift, usual_texts
from salesanalytics.models.sentiment.embeddings import Embeddings, encoder, vectors
from salesanalytics.models.sentiment.folding import Rows, is_missing
from salesanalytics.models.sentiment.general import read_general
from salesanalytics.models.sentiment.labels import Scale, read_labels
from salesanalytics.models.sentiment.learning import Said, learn
from salesanalytics.models.sentiment.own_words import learn_own_words, own_log_odds
from salesanalytics.models.sentiment.prevalence import prevalence
from salesanalytics.models.sentiment.reading import READ, Texts, read_texts
from salesanalytics.models.sentiment.words import terms

LEAST_OF_LANGUAGE = 20  # labels, or half of all
MOST_LABELS = 20_000
AT_ONCE = 2_000  # texts whose terms are held in memory


class NotScoredWarning(UserWarning):
    """`predict` had to name a class for texts that cannot be scored."""


class SentimentModel(ClassifierMixin, BaseEstimator):
    """Negative or positive.

    `scale`: how labels are meant where they leave it open ("binary", "signed", "stars", "nps"). `unsure`: no verdict within
    this distance of .5. `seed`: of the folds. `embeddings`: a folder with a model saved by model2vec, or anything with
    `encode`; labels then teach about vectors too, and without labels they say nothing (`embeddings`).

    After `fit`: `classes_` (negative, positive), `basis_` (by language: "labels" or "prior"), `held_out_` (one row per labelled
    text: row, language, positive, chance by a model that had not seen it) and `counts_` (texts, scored, each reason for which
    texts were not scored; labelled, neutral, labels put aside because their language has too few, and labels beyond
    the most that are learned from, drawn by chance).
    """

    def __init__(self, scale: Scale = "auto", unsure: float = 0.1, seed: int = 0, embeddings: Embeddings = None) -> None:
        self.scale = scale
        self.unsure = unsure
        self.seed = seed
        self.embeddings = embeddings

    def fit(
        self, texts: Rows | Texts, labels: Rows | None = None, language: str | Rows | None = None, groups: Rows | None = None
    ) -> Self:
        """`labels`: one per text, missing where nobody labelled it, or None at all. `language`: as in `read_texts`. `groups`:
        whose each text is (account, team); errors are then those in groups not seen before, which is what new groups will have.

        Raises TextError where no text came, or labels are of one class only or of a scale that could be several.
        """
        read = _some(read_texts(texts, language))
        self.encoder_ = None if self.embeddings is None else encoder(self.embeddings)
        known = read_labels([None] * len(read.folded) if labels is None else labels, self.scale)
        _one_each(known.positive, len(read.folded), "labels")
        given = read.scored & ~np.isnan(known.positive)
        labelled = given & np.isin(read.language, _languages_with_labels(read.language[given]))
        _both_sides(known.positive[labelled], known.positive)
        aside = int((given & ~labelled).sum())
        labelled, beyond = _at_most(labelled, self.seed)
        whose = None if groups is None else _named(groups, labelled)
        counted = {"labelled": int(labelled.sum()), "labels aside": aside, "labels beyond": beyond, "neutral": known.neutral}
        self.counts_ = read.counts() | counted
        self.classes_, self.usual_ = known.classes, usual_texts(read, self.seed)
        self.own_words_ = learn_own_words(read, self.seed)
        self._learn(read, np.flatnonzero(labelled), known.positive[labelled], whose)
        return self

    def _learn(self, read: Texts, rows: Ints, positive: Floats, groups: np.ndarray | None) -> None:
        folded = [read.folded[row] for row in rows]
        self.learned_ = learn(self._said(read, rows), folded, positive, groups, self.seed) if len(rows) else None
        with_labels = set(read.language[rows])
        self.basis_ = {name: "labels" if name in with_labels else "prior" for name in READ}
        self.positive_share_ = float(positive.mean()) if len(rows) else 0.5
        held = self.learned_.held_out if self.learned_ else np.array([])
        told = {"row": rows, "language": read.language[rows], "positive": positive, "chance": held}
        self.held_out_ = pd.DataFrame(told if groups is None else told | {"group": groups})

    def predict_proba(self, texts: Rows, language: str | Rows | None = None) -> Floats:
        """(texts, 2): chances of `classes_`; NaN where a text is not scored (see `read`)."""
        positive = self._chance(read_texts(texts, language))
        return np.column_stack([1 - positive, positive])

    def predict(self, texts: Rows, language: str | Rows | None = None) -> np.ndarray:
        """The likelier class. Scikit-learn wants one for every text: one not scored gets the labels' commoner class, with a
        NotScoredWarning. `read` gives verdicts that leave the unsure and the not scored open.
        """
        positive = self._chance(read_texts(texts, language))
        if np.isnan(positive).any():
            told = f"{int(np.isnan(positive).sum())} of {len(positive)} texts are not scored and get the commoner class"
            warnings.warn(f"{told}. Use read() for verdicts that leave them open.", NotScoredWarning, stacklevel=2)
        return np.asarray(self.classes_[(np.nan_to_num(positive, nan=self.positive_share_) > 0.5).astype(np.int64)])

    def read(self, texts: Rows | Texts, language: str | Rows | None = None) -> pd.DataFrame:
        """One row per text, as they came: language, chance (of positive; NaN where not scored), verdict and reason.

        `verdict`: "positive", "negative", "unsure" or "not scored". `reason`: "" or why there is none: "close", "sarcasm",
        "missing", "no letters", "other language". `cut`: read in part, because the text is very long.
        """
        read = read_texts(texts, language)
        positive = self._chance(read)
        close = np.abs(positive - 0.5) < self.unsure
        reason = np.where(read.scored, np.where(read.sarcastic, "sarcasm", np.where(close, "close", "")), read.reason)
        side = np.where(positive > 0.5, "positive", "negative")
        verdict = np.where(read.scored, np.where(reason == "", side, "unsure"), "not scored")
        return pd.DataFrame(
            {"language": read.language, "chance": positive, "verdict": verdict, "reason": reason, "cut": read.cut}
        )

    def drift(self, texts: Rows | Texts, language: str | Rows | None = None, rate: float = 0.05) -> Drift:
        """Whether texts are no longer like those of `fit`; `rate`: chance of an alarm where nothing changed."""
        read = read_texts(texts, language)
        return drift(self.usual_, read, self._chance(read), self.held_out_, rate)

    def prevalence(self, scores_or_texts: pd.DataFrame | Rows, groups: Rows, level: float = 0.95) -> pd.DataFrame:
        """Corrected share of positive texts per group, with its interval: see `prevalence.prevalence`."""
        return prevalence(scores_or_texts, groups, self, level=level)

    def score(self, texts: Rows, labels: Rows, sample_weight: Rows | None = None) -> float:
        """Share of labelled texts, the neutral ones left out, whose class is the predicted one."""
        known = read_labels(labels, self.scale).positive
        right = (self.predict(texts) == self.classes_[np.nan_to_num(known).astype(np.int64)])[~np.isnan(known)]
        weights = None if sample_weight is None else np.asarray(sample_weight)[~np.isnan(known)]
        return float(np.average(right, weights=weights))

    def _chance(self, read: Texts) -> Floats:
        """Chance of positive per text, NaN where it is not scored."""
        check_is_fitted(self)
        found, rows = np.full(len(read.folded), np.nan), np.flatnonzero(read.scored)
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            found[some] = self._chance_of(self._said(read, some), read.language[some])
        return found

    def _chance_of(self, said: Said, language: np.ndarray) -> Floats:
        """A language without labels goes by the prior."""
        found = stack.chance(stack.columns(said.prior, said.romanian), stack.BEFORE)
        if self.learned_ is None:
            return found
        by_labels = np.isin(language, [name for name, basis in self.basis_.items() if basis == "labels"])
        return np.where(by_labels, self.learned_.chance(said), found)

    def _said(self, read: Texts, rows: Ints) -> Said:
        folded = [read.folded[row] for row in rows]
        listed = [terms(text) for text in folded]
        own = own_log_odds(listed, read.language[rows], self.own_words_)
        prior = stack.before_labels(read.prior[rows], own, read_general(folded, read.language[rows]))
        found = None if self.encoder_ is None or not len(rows) else vectors(self.encoder_, folded)
        return Said(listed, prior, read.romanian[rows], found)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        tags.target_tags.required = False
        return tags


def _languages_with_labels(language: np.ndarray) -> np.ndarray:
    """Those with labels of their own to go by; a few labels of one language beside many of the other are put aside."""
    names, n = np.unique(language, return_counts=True)
    return np.asarray(names[n >= min(LEAST_OF_LANGUAGE, len(language) / 2)])


def _at_most(labelled: Flags, seed: int) -> tuple[Flags, int]:
    """The labelled texts that are learned from, and how many are not: beyond so many, labels cost time and teach little."""
    rows = np.flatnonzero(labelled)
    if len(rows) <= MOST_LABELS:
        return labelled, 0
    kept = np.zeros(len(labelled), dtype=bool)
    kept[np.random.default_rng(seed).choice(rows, MOST_LABELS, replace=False)] = True
    return kept, len(rows) - MOST_LABELS


def _some(read: Texts) -> Texts:
    if not read.folded:
        raise TextError("0 texts came; expected at least one. Choose a table or a period that holds comments.")
    return read


def _one_each(given: Rows, texts: int, what: str) -> np.ndarray:
    rows = np.asarray(given, dtype=object)
    if len(rows) != texts:
        raise TextError(f"{len(rows)} {what} came for {texts} texts; expected one each.")
    return rows


def _named(groups: Rows, labelled: Flags) -> np.ndarray:
    rows = _one_each(groups, len(labelled), "groups")[labelled]
    missing = sum(is_missing(one) for one in rows)
    if missing:
        raise TextError(f"{missing} labelled texts have no group; expected one each. Name them, or leave groups out.")
    return rows


def _both_sides(positive: Floats, given: Floats) -> None:
    """Raises TextError where labels are of one class only."""
    for labels, which in ((given[~np.isnan(given)], ""), (positive, " of texts that can be scored")):
        if len(labels) and len(np.unique(labels)) < 2:
            side = "positive" if labels[0] else "negative"
            raise TextError(
                f"all {len(labels)} labels{which} are {side}: one class only; expected both. Label some of the other class "
                "too, or leave labels out: the model then goes by the prior alone."
            )
