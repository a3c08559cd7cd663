"""What sales people, buyers and employees usually mean: learned from thousands of sentences that we wrote and labelled.

In: folded texts and their languages. Out: log-odds of positive per text, and how much of it is made of words that our
sentences hold. Lexicons know feelings, and notes on deals mostly tell events ("went dark after the demo", "asked for the
contract"), whose meaning is in words and pairs that no lexicon lists. The sentences are short, so a text is read clause by
clause and what the clauses say is summed. They lie in `examples/`, a line each: + or −, or = where it is neither, and the text;
they are no users', and none is a test's. What they teach lies beside them (`general.npz`), written by
`scripts/write_general.py`, because learning takes seconds.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.sentiment.clauses import Clauses, Names
from salesanalytics.models.sentiment.folding import fold
from salesanalytics.models.sentiment.reading import READ, by_language

FOLDER = Path(__file__).parent / "examples"
LEARNT = Path(__file__).with_name("general.npz")
MET = 2  # sentences, from which a thing is learned by
PENALTY = 4.0  # the inverse of its strength (scikit-learn's C)
FURTHEST = 4.0
SHORTEST = 20.0  # a clause of less weight than nearly all our sentences says less; one word is no sentence


@dataclass(frozen=True, slots=True, eq=False)
class General:
    """Of one language: its names, what clauses are counted as (in order), how rare each of these is, its weight in the
    regression, and the constant.
    """

    names: Names
    counted: Ints
    rare: Floats
    weight: Floats
    constant: float

    def read(self, folded: Sequence[str]) -> Floats:
        """(texts, 2): log-odds from −4 to 4, summed over clauses, and the share of words that our sentences hold."""
        clauses = Clauses.of(folded)
        numbers = self.names.numbers(clauses.words)
        odds = np.clip(self._odds(clauses, numbers), -FURTHEST, FURTHEST)
        summed = np.bincount(clauses.text, odds, clauses.texts)
        return np.column_stack([np.clip(summed, -FURTHEST, FURTHEST), _known(clauses, numbers)])

    def _odds(self, clauses: Clauses, numbers: Ints) -> Floats:
        """The regression on tf-idf (sublinear, of length 1), as it was learned; 0 for a clause of which nothing is known."""
        clause, number = self.names.counted(clauses, numbers)
        at = np.minimum(np.searchsorted(self.counted, number), len(self.counted) - 1)
        met = self.counted[at] == number
        cell, times = np.unique(clause[met] * len(self.counted) + at[met], return_counts=True)
        row, at = np.divmod(cell, len(self.counted))
        value = (1 + np.log(times)) * self.rare[at]
        many = len(clauses.text)
        length, said = np.sqrt(np.bincount(row, value**2, many)), np.bincount(row, value * self.weight[at], many)
        return np.asarray((said + self.constant * length) / np.maximum(length, SHORTEST))


def _known(clauses: Clauses, numbers: Ints) -> Floats:
    """Per text the share of its words that stand in our sentences; 1 where it has none."""
    row, letters = clauses.text[clauses.clause], np.array([word[0].isalpha() for word in clauses.words], dtype=bool)
    many = np.bincount(row, letters, clauses.texts)
    return np.where(many > 0, np.bincount(row, letters & (numbers[:, 0] > 0), clauses.texts) / np.maximum(many, 1), 1.0)


def read_general(folded: Sequence[str], language: np.ndarray) -> Floats:
    """(texts, 2): log-odds and known share as in `General.read`; 0 and 0 for a text in no language that is read."""
    tells = {name: general(name).read for name in READ if (language == name).any()}
    return by_language(folded, language, tells, columns=(2,))


@cache
def general(language: str) -> General:
    """What our sentences taught, read when a text of the language asks for it."""
    with np.load(LEARNT) as kept:
        names = Names(bytes(kept[f"{language}_names"]).decode().split("\n"))
        rare, weight = (kept[f"{language}_{name}"].astype(np.float64) for name in ("rare", "weight"))
        return General(names, kept[f"{language}_counted"].cumsum(), rare, weight, float(kept[f"{language}_constant"]))


def examples(language: str) -> tuple[list[str], Floats]:
    """Our sentences in a language, and 1 or 0 for each; one that is neither stands there once with each."""
    lines = (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    rows = [(line[2:], side) for line in lines for side in {"+": (1.0,), "-": (0.0,)}.get(line[0], (1.0, 0.0))]
    return [text for text, _ in rows], np.array([side for _, side in rows])


def fitted(folded: Sequence[str], positive: Floats, penalty: float = PENALTY) -> General:
    """The model of some sentences: what is met in two of them, a ridge logistic regression on its tf-idf."""
    clauses = Clauses.whole(folded)
    names = Names.of(clauses.words)
    row, number = names.counted(clauses, names.numbers(clauses.words))
    every, at = np.unique(number, return_inverse=True)
    counts = sparse.csr_matrix((np.ones(len(at)), (row, at)), shape=(len(folded), len(every)))
    kept = np.flatnonzero(np.bincount(counts.indices, minlength=len(every)) >= MET)
    weighing = TfidfTransformer(sublinear_tf=True).fit(counts[:, kept])
    regression = LogisticRegression(C=penalty, solver="liblinear", intercept_scaling=10.0, random_state=0)
    regression.fit(weighing.transform(counts[:, kept]), positive)
    return General(names, every[kept], weighing.idf_, regression.coef_[0], float(regression.intercept_[0]))


def learnt() -> bytes:
    """`general.npz`, learned anew."""
    kept: dict[str, np.ndarray] = {"of": np.frombuffer(fingerprint().encode(), np.uint8)}
    for language in READ:
        texts, positive = examples(language)
        model = fitted([fold(text) for text in texts], positive)
        kept[f"{language}_names"] = np.frombuffer("\n".join(model.names.listed).encode(), np.uint8)
        kept[f"{language}_counted"] = np.diff(model.counted, prepend=0)  # steps are small, and zip well
        kept[f"{language}_rare"] = model.rare.astype(np.float32)
        kept[f"{language}_weight"] = model.weight.astype(np.float16)
        kept[f"{language}_constant"] = np.array(model.constant)
    file = BytesIO()
    np.savez_compressed(file, allow_pickle=False, **kept)
    return file.getvalue()


def fingerprint() -> str:
    """Of all that is learned from, and how terms are read."""
    code = [Path(__file__).with_name(name) for name in ("clauses.py", "words.py", "folding.py")]
    files = [*(FOLDER / f"{language}.txt" for language in READ), *code]
    whole = hashlib.sha256(f"{MET} {PENALTY}".encode())
    for file in files:
        whole.update(file.read_bytes())
    return whole.hexdigest()


def fingerprint_of_learnt() -> str:
    """What `general.npz` was learned from."""
    with np.load(LEARNT) as kept:
        return bytes(kept["of"]).decode()
