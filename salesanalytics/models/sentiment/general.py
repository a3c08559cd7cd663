"""What sales people, buyers and employees usually mean: learned from thousands of sentences that we wrote and labelled.

In: folded texts and their languages. Out: log-odds of positive per text. Lexicons know feelings, and notes on deals mostly tell
events ("went dark after the demo", "asked for the contract"), whose meaning is in words and pairs that no lexicon lists. The
sentences lie in `examples/`, a line each: + or −, or = where it is neither, and the text; they are no users', and none is a
test's. What they teach lies beside them (`general.npz`), written by `scripts/write_general.py`, because learning takes seconds.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from salesanalytics.base.types import Floats
from salesanalytics.models.sentiment.folding import fold
from salesanalytics.models.sentiment.reading import READ, by_language
from salesanalytics.models.sentiment.words import TOKEN, Weighing, as_listed, terms

FOLDER = Path(__file__).parent / "examples"
LEARNT = Path(__file__).with_name("general.npz")
LETTERS = 5
PENALTY = 4.0  # the inverse of its strength (scikit-learn's C)
FURTHEST = 4.0
Text: TypeAlias = tuple[str, list[str]]
"""A folded text and its `words.terms`, which whoever asks has made already."""


@dataclass(frozen=True, slots=True, eq=False)
class General:
    """Of one language: the place of each term, how rare it is, its weight in the regression, and the constant."""

    place: Mapping[str, int]
    rare: Floats
    weight: Floats
    constant: float

    def log_odds(self, texts: Sequence[Text]) -> Floats:
        """Per text, from −4 to 4."""
        return np.asarray(np.clip([self._one(text) for text in texts], -FURTHEST, FURTHEST), dtype=np.float64)

    def _one(self, text: Text) -> float:
        """The regression on tf-idf (sublinear, of length 1), as it was learned."""
        met = [(self.place[term], count) for term, count in Counter(general_terms(*text)).items() if term in self.place]
        if not met:
            return self.constant
        at = np.array([place for place, _ in met])
        value = (1 + np.log([count for _, count in met])) * self.rare[at]
        return float(value @ self.weight[at] / np.sqrt(value @ value)) + self.constant


def general_log_odds(folded: Sequence[str], listed: Sequence[list[str]], language: np.ndarray) -> Floats:
    """(texts,): by each text and its `words.terms`; 0 for a text in no language that is read."""
    tells = {name: general(name).log_odds for name in READ if (language == name).any()}
    return by_language(list(zip(folded, listed, strict=True)), language, tells)


def general_terms(folded: str, listed: list[str]) -> list[str]:
    """`listed`, the text's `words.terms`, and pairs of beginnings, neighbours and with a word between: "asked … contract"."""
    begun = [word[:LETTERS] for word in TOKEN.findall(folded)]
    next_to = [f"{one}~{other}" for one, other in pairwise(begun)]
    return [*listed, *next_to, *(f"{one}~~{other}" for one, other in zip(begun, begun[2:], strict=False))]


@cache
def general(language: str) -> General:
    """What our sentences taught, read when a text of the language asks for it."""
    with np.load(LEARNT) as kept:
        names = bytes(kept[f"{language}_terms"]).decode().split("\n")
        rare, weight = (kept[f"{language}_{name}"].astype(np.float64) for name in ("rare", "weight"))
        constant = float(kept[f"{language}_constant"])
    return General({name: at for at, name in enumerate(names)}, rare, weight, constant)


def examples(language: str) -> tuple[list[str], Floats]:
    """Our sentences in a language, and 1 or 0 for each; one that is neither stands there once with each."""
    lines = (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    rows = [(line[2:], side) for line in lines for side in {"+": (1.0,), "-": (0.0,)}.get(line[0], (1.0, 0.0))]
    return [text for text, _ in rows], np.array([side for _, side in rows])


def fitted(folded: Sequence[str], positive: Floats, penalty: float = PENALTY) -> General:
    """The model of some sentences: terms met in two of them, a ridge logistic regression on their tf-idf."""
    found = CountVectorizer(analyzer=as_listed, dtype=np.float64)
    counts = found.fit_transform([general_terms(one, terms(one)) for one in folded])
    weighing = Weighing(counts)
    regression = LogisticRegression(C=penalty, solver="liblinear", intercept_scaling=10.0, random_state=0)
    regression.fit(weighing.of(counts), positive)
    names = found.get_feature_names_out()[weighing.kept].tolist()
    place = {name: at for at, name in enumerate(names)}
    return General(place, weighing.tfidf.idf_, regression.coef_[0], float(regression.intercept_[0]))


def learnt() -> bytes:
    """`general.npz`, learned anew."""
    kept: dict[str, np.ndarray] = {"of": np.frombuffer(fingerprint().encode(), np.uint8)}
    for language in READ:
        texts, positive = examples(language)
        model = fitted([fold(text) for text in texts], positive)
        kept[f"{language}_terms"] = np.frombuffer("\n".join(model.place).encode(), np.uint8)
        kept[f"{language}_rare"] = model.rare.astype(np.float32)
        kept[f"{language}_weight"] = model.weight.astype(np.float16)
        kept[f"{language}_constant"] = np.array(model.constant)
    file = BytesIO()
    np.savez_compressed(file, allow_pickle=False, **kept)
    return file.getvalue()


def fingerprint() -> str:
    """Of all that is learned from, and how terms are read."""
    code = [Path(__file__).with_name(name) for name in ("words.py", "folding.py")]
    files = [*(FOLDER / f"{language}.txt" for language in READ), *code]
    whole = hashlib.sha256(f"{LETTERS} {PENALTY}".encode())
    for file in files:
        whole.update(file.read_bytes())
    return whole.hexdigest()


def fingerprint_of_learnt() -> str:
    """What `general.npz` was learned from."""
    with np.load(LEARNT) as kept:
        return bytes(kept["of"]).decode()
