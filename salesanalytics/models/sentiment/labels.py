"""Labels as people give them: negative or positive, by words, by marks from −1 to 1, by stars, or by the 0..10 of an NPS.

In: one label per text, or None where nobody labelled it. Out: `Labels`. A scale is taken for granted only where the values
leave no other reading; else the error says how to name it. The neutral middle of a scale teaches neither side and is counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from sklearn.utils import column_or_1d

from salesanalytics.base.types import Floats
from salesanalytics.errors import TextError
from salesanalytics.models.sentiment.folding import Rows, fold, is_missing

Scale: TypeAlias = Literal["auto", "binary", "signed", "stars", "nps"]

NEGATIVE = frozenset(
    ["neg", "negative", "negativ", "negativa", "bad", "unhappy", "detractor", "no", "nu", "-", "prost", "nemultumit"]
)
POSITIVE = frozenset(
    ["pos", "positive", "pozitiv", "pozitiva", "poz", "good", "happy", "promoter", "yes", "da", "+", "bun", "multumit"]
)
NEUTRAL = frozenset(["neu", "neutral", "neutru", "neutra", "mixed", "passive", "pasiv"])
HOW = (
    'Hand over 0 for negative and 1 for positive, or name the scale: SentimentModel(scale="stars"), "nps", "signed", "binary".'
)
SIGNS: dict[str, tuple[float, float, float, float, str]] = {  # least, most, negative up to, positive from
    "binary": (0, 1, 0, 1, "0 and 1"),
    "signed": (-1, 1, -1e-9, 1e-9, "numbers from -1 to 1"),
    "stars": (1, 5, 2, 4, "stars from 1 to 5"),
    "nps": (0, 10, 6, 9, "answers from 0 to 10"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """`positive`: 1, 0 or NaN (not labelled, or neutral) per text. `neutral`: so many were. `classes`: negative, positive."""

    positive: Floats
    neutral: int
    classes: np.ndarray


def read_labels(labels: Rows, scale: Scale = "auto") -> Labels:
    """Raises TextError where values fit no scale, or more than one."""
    given = list(column_or_1d(np.asarray(labels, dtype=object), warn=True))
    known = np.array([not is_missing(one) and one != "" for one in given], dtype=bool)
    values = [one for one, there in zip(given, known, strict=True) if there]
    side = _sides(values, scale) if values else np.array([])
    positive = np.full(len(given), np.nan)
    positive[known] = side
    return Labels(positive, int(np.isnan(side).sum()), _classes(values, side))


def _sides(values: list[Any], scale: Scale) -> Floats:
    """1, 0 or NaN (neutral) per value."""
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
    if np.isnan(numbers).any():
        return _of_words([fold(str(one)) for one in values])
    return _of_numbers(numbers, scale)


def _of_words(words: list[str]) -> Floats:
    strange = sorted(set(words) - NEGATIVE - POSITIVE - NEUTRAL)
    if strange:
        raise TextError(f"labels hold {', '.join(map(repr, strange[:5]))}; expected words such as 'pos' and 'neg'. {HOW}")
    return np.array([0.0 if one in NEGATIVE else 1.0 if one in POSITIVE else np.nan for one in words])


def _of_numbers(numbers: Floats, scale: Scale) -> Floats:
    named = _named(numbers) if scale == "auto" else scale
    if named not in SIGNS:
        raise TextError(f"scale is {scale!r}; expected auto, {', '.join(SIGNS)}.")
    least, most, low, high, expected = SIGNS[named]
    outside = numbers[(numbers < least) | (numbers > most) | ~np.isfinite(numbers)]
    if len(outside):
        raise TextError(f"labels hold {outside[0]:g} ({len(outside)} rows); scale {named!r} expects {expected}. {HOW}")
    return np.where(numbers <= low, 0.0, np.where(numbers >= high, 1.0, np.nan))


def _named(numbers: Floats) -> str:
    """The one scale that these values can be of."""
    found = np.unique(numbers)
    rules: dict[str, Callable[[], bool]] = {
        "binary": lambda: set(found) <= {0, 1},
        "signed": lambda: set(found) <= {-1, 0, 1} and found[0] == -1,
        "stars": lambda: set(found) <= {1, 2, 3, 4, 5} and found[0] <= 2 and found[-1] == 5,
        "nps": lambda: set(found) <= set(range(11)) and found[0] == 0 and found[-1] >= 9,
    }
    for name, holds in rules.items():
        if holds():
            return name
    seen = ", ".join(f"{one:g}" for one in found[:11])
    if not np.array_equal(found, np.round(found)):
        raise TextError(f"labels are continuous ({seen}); expected a class or a mark per text. {HOW}")
    raise TextError(
        f"labels hold {seen}; expected 0 and 1, -1 to 1, stars from 1 to 5 or 0 to 10, and these could be several. "
        f"Only binary classification is supported. {HOW}"
    )


def _classes(values: list[Any], side: Floats) -> np.ndarray:
    """The labels' own two values where there are two, and sort as scikit-learn wants classes to; else two words."""
    both = [{one for one, at in zip(values, side, strict=True) if at == where} for where in (0, 1)]
    if all(len(one) == 1 for one in both) and not np.isnan(side).any() and len({isinstance(one, str) for one in values}) == 1:
        own = np.array([next(iter(one)) for one in both])
        if np.array_equal(np.unique(own), own):
            return own
    return np.array(["negative", "positive"])
