"""What sales people, buyers and employees usually mean: learned from thousands of sentences that we wrote and labelled.

In: terms of texts (`words.terms`) and their languages. Out: log-odds of positive per text. Lexicons know feelings, and notes
on deals mostly tell events ("went dark after the demo", "asked for the contract"), whose meaning is in words and pairs that
no lexicon lists. The sentences lie in `examples/`, a line each: + or −, and the text; they are no users', and none is a
test's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from salesanalytics.base.types import Floats
from salesanalytics.models.sentiment.folding import fold
from salesanalytics.models.sentiment.words import Weighing, as_listed, terms

FOLDER = Path(__file__).parent / "examples"
PENALTY = 2.0  # the inverse of its strength (scikit-learn's C)
FURTHEST = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class General:
    """Of one language: which terms, how they are weighed, and the regression."""

    terms: CountVectorizer
    weighing: Weighing
    regression: LogisticRegression

    def log_odds(self, listed: Sequence[list[str]]) -> Floats:
        """Per text's terms, from −4 to 4."""
        told = self.regression.decision_function(self.weighing.of(self.terms.transform(listed)))
        return np.clip(np.asarray(told, dtype=np.float64), -FURTHEST, FURTHEST)


def general_log_odds(listed: Sequence[list[str]], language: np.ndarray) -> Floats:
    """(texts,): 0 for a text in no language that is read."""
    found = np.zeros(len(listed))
    for name in ("en", "ro"):
        rows = np.flatnonzero(language == name)
        if len(rows):
            found[rows] = general(name).log_odds([listed[int(row)] for row in rows])
    return found


def examples(language: str) -> tuple[list[str], Floats]:
    """Our sentences in a language, and 1 or 0 for each."""
    lines = (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    return [line[2:] for line in lines], np.array([float(line[0] == "+") for line in lines])


@cache
def general(language: str) -> General:
    """Learned once a process, when a text of the language asks for it."""
    texts, positive = examples(language)
    return fitted([terms(fold(text)) for text in texts], positive)


def fitted(listed: Sequence[list[str]], positive: Floats, penalty: float = PENALTY) -> General:
    """The model of some sentences' terms."""
    found = CountVectorizer(analyzer=as_listed, dtype=np.float64)
    counts = found.fit_transform(listed)
    weighing = Weighing(counts)
    regression = LogisticRegression(C=penalty, solver="liblinear", intercept_scaling=10.0, random_state=0)
    return General(found, weighing, regression.fit(weighing.of(counts), positive))
