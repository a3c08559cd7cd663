"""What sales people, buyers and employees usually mean: learned from thousands of sentences that we wrote and labelled.

In: folded texts and their languages. Out: log-odds of positive per text. Lexicons know feelings, and notes
on deals mostly tell events ("went dark after the demo", "asked for the contract"), whose meaning is in words and pairs that
no lexicon lists. The sentences lie in `examples/`, a line each: + or −, or = where it is neither, and the text; they are
no users', and none is a test's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from salesanalytics.base.types import Floats
from salesanalytics.models.sentiment.folding import fold
from salesanalytics.models.sentiment.words import TOKEN, Weighing, as_listed, terms

FOLDER = Path(__file__).parent / "examples"
LETTERS = 5
PENALTY = 4.0  # the inverse of its strength (scikit-learn's C)
FURTHEST = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class General:
    """Of one language: which terms, how they are weighed, and the regression."""

    terms: CountVectorizer
    weighing: Weighing
    regression: LogisticRegression

    def log_odds(self, folded: Sequence[str]) -> Floats:
        """Per text, from −4 to 4."""
        told = self.regression.decision_function(self.weighing.of(self.terms.transform([general_terms(one) for one in folded])))
        return np.clip(np.asarray(told, dtype=np.float64), -FURTHEST, FURTHEST)


def general_log_odds(folded: Sequence[str], language: np.ndarray) -> Floats:
    """(texts,): 0 for a text in no language that is read."""
    found = np.zeros(len(folded))
    for name in ("en", "ro"):
        rows = np.flatnonzero(language == name)
        if len(rows):
            found[rows] = general(name).log_odds([folded[int(row)] for row in rows])
    return found


def examples(language: str) -> tuple[list[str], Floats]:
    """Our sentences in a language, and 1 or 0 for each; one that is neither stands there once with each."""
    lines = (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    rows = [(line[2:], side) for line in lines for side in {"+": (1.0,), "-": (0.0,)}.get(line[0], (1.0, 0.0))]
    return [text for text, _ in rows], np.array([side for _, side in rows])


def general_terms(folded: str) -> list[str]:
    """`words.terms`, and pairs of beginnings, neighbours and with a word between: "went dark", "asked … contract"."""
    begun = [word[:LETTERS] for word in TOKEN.findall(folded)]
    next_to = [f"{one}~{other}" for one, other in pairwise(begun)]
    return [*terms(folded), *next_to, *(f"{one}~~{other}" for one, other in zip(begun, begun[2:], strict=False))]


@cache
def general(language: str) -> General:
    """Learned once a process, when a text of the language asks for it."""
    texts, positive = examples(language)
    return fitted([fold(text) for text in texts], positive)


def fitted(folded: Sequence[str], positive: Floats, penalty: float = PENALTY) -> General:
    """The model of some sentences."""
    found = CountVectorizer(analyzer=as_listed, dtype=np.float64)
    counts = found.fit_transform([general_terms(one) for one in folded])
    weighing = Weighing(counts)
    regression = LogisticRegression(C=penalty, solver="liblinear", intercept_scaling=10.0, random_state=0)
    return General(found, weighing, regression.fit(weighing.of(counts), positive))
