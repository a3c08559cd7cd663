"""Texts as the model reads them: folded, with their language, how they lean by the prior, and why one is not scored.

In: one text per row and, where it is known, its language. Out: `Texts`, as many rows as came in: rows = scored + not scored,
each of these with its reason.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from salesanalytics.base.types import Flags, Floats
from salesanalytics.errors import TextError
from salesanalytics.models.sentiment.folding import Rows, fold_all, is_missing
from salesanalytics.models.sentiment.language import languages
from salesanalytics.models.sentiment.prior import lean

READ = ("en", "ro")
REASONS = {"none": "no letters", "other": "other language"}
# marks by which people say that they mean the opposite; folded, in both languages
SARCASM = re.compile(
    r"(?:^|\s)/s(?:\s|$)|#(?:sarcas|ironi|not\b)|\((?:sarcas\w*|ironic?|not)\)|🙄|\b(?:yeah|ya|da),? (?:right|sigur)\b"
    r"|\b(?:just|exact) (?:what we needed|ce ne (?:trebuia|mai trebuia|lipsea))\b"
    r"|\b(?:oh|wow|vai),? (?:just )?(?:great|ce bine|ce frumos)\b"
)
NEGATION = re.compile(
    r"\b(?:not|no|never|without|nor|neither|nothing|cannot|none|nobody|hardly|nu|n-\w+|fara|nici|niciodata|nimic|nimeni)\b|n't\b"
    r"|\b(?:do|does|did|was|is|wo|ca|have|has|had|could|would|should|are|were)nt\b"
)
T = TypeVar("T")
MOST_NEGATIONS = 3
STRONG = 3.0  # of one strong word: long texts hold many, and are not that much surer


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """`folded`, `language` and `prior` per row; `reason`: why a row is not scored, "" where it is.

    `prior`, (texts, 4): lean, strength 0..1 of the positive and of the negative words (from `prior.lean`), negations.
    `sarcastic`: rows that say they mean the opposite. `cut`: rows read in part, because they are very long.
    """

    folded: list[str]
    language: np.ndarray
    prior: Floats
    reason: np.ndarray
    sarcastic: Flags
    cut: Flags

    @property
    def scored(self) -> Flags:
        """Rows that have no reason against it."""
        return np.asarray(self.reason == "", dtype=bool)

    @property
    def romanian(self) -> Flags:
        """Rows in Romanian."""
        return np.asarray(self.language == "ro", dtype=bool)

    def at(self, rows: Flags) -> "Texts":
        """These rows only."""
        folded = [text for text, kept in zip(self.folded, rows, strict=True) if kept]
        return Texts(
            folded, self.language[rows], self.prior[rows], self.reason[rows], self.sarcastic[rows], np.asarray(self.cut[rows])
        )

    def counts(self) -> dict[str, int]:
        """Rows that came in, that are scored, and that are not by each reason; they add up."""
        reasons, n = np.unique(self.reason[~self.scored], return_counts=True)
        return {
            "texts": len(self.folded),
            "scored": int(self.scored.sum()),
            **dict(zip(reasons.tolist(), n.tolist(), strict=True)),
        }


def read_texts(texts: "Rows | Texts", language: str | Rows | None = None) -> Texts:
    """`language`: "en" or "ro" for all texts, one per text, or None: found in each. Raises TextError where it is another. Texts
    that were read already come back as they are.
    """
    if isinstance(texts, Texts):
        return texts
    folded = fold_all(texts)
    found = languages(folded.texts) if language is None else _told(folded.texts, language)
    reason = np.array([REASONS.get(one, "") for one in found], dtype=object)
    reason[folded.missing] = "missing"
    return Texts(
        folded.texts,
        found,
        _prior(folded.texts, found),
        reason.astype(str),
        np.array([SARCASM.search(one) is not None for one in folded.texts], dtype=bool),
        folded.cut,
    )


def by_language(
    texts: Sequence[T], language: np.ndarray, tells: Mapping[str, Callable[[list[T]], Floats]], columns: tuple[int, ...] = ()
) -> Floats:
    """(texts, *columns): by the teller of each text's language, asked for all its texts at once; 0 where there is none."""
    found = np.zeros((len(texts), *columns))
    for name, tell in tells.items():
        rows = np.flatnonzero(language == name)
        if len(rows):
            found[rows] = tell([texts[int(row)] for row in rows])
    return found


def _prior(folded: list[str], found: np.ndarray) -> Floats:
    """The columns that need no labels. Negative texts negate more, whatever they negate (Potts 2011)."""
    told = np.asarray(lean(folded, found.tolist()), dtype=np.float64).reshape(-1, 3)
    strength = np.maximum(told[:, 1:], 0.0)
    negations = np.array([float(min(len(NEGATION.findall(one)), MOST_NEGATIONS)) for one in folded])
    return np.column_stack([np.clip(told[:, 0], -1.0, 1.0), strength / (strength + STRONG), negations])


def _told(folded: list[str], language: str | Rows) -> np.ndarray:
    """The languages given, found where one is missing; a text without letters has none."""
    told = [language] * len(folded) if isinstance(language, str) else list(language)
    if len(told) != len(folded):
        raise TextError(f"{len(told)} languages came for {len(folded)} texts; expected one each, or one for all.")
    strange = sorted({str(one) for one in told if not is_missing(one)} - {*READ, *REASONS})
    if strange:
        raise TextError(f"language holds {strange[0]!r}; expected 'en', 'ro', 'other', or None where it is to be found.")
    found = languages(folded)
    return np.array(
        [own if is_missing(one) or own == "none" else one for own, one in zip(found, told, strict=True)], dtype="<U5"
    )
