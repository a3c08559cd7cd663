"""What people write: feedback in English and Romanian, put together from clauses that fit each other.

In: per answer a language, who writes, two aspects and their moods. Out: texts, no two alike. The words lie in
phrases_en.yaml and phrases_ro.yaml; a text is a clause with an adjunct, mostly a second clause on another aspect, and
mostly a closing line.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from salesanalytics.base.types import Ints
from salesanalytics.demo import frames
from salesanalytics.demo.planted.sentiment import POLARITY

LANGUAGES = ("en", "ro")
ASPECTS = {
    "buyer": ("price", "product", "service", "delivery", "salesperson"),
    "employee": ("manager", "pay", "tools", "training", "workload"),
}
ONE_SENTENCE, NO_CLOSING = 0.10, 0.22
COUNTS = range(2, 12)
ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Grammar:
    """Pools of one language and kind of author; `starts` and `sizes` place the clauses of an aspect (row) and mood (column)."""

    clauses: pa.Array
    starts: Ints
    sizes: Ints
    adjuncts: pa.Array
    shorts: pa.Array
    closings: pa.Array
    closings_each: int


@cache
def grammar(language: str, kind: str) -> Grammar:
    """The grammar for `language` (en, ro) and `kind` of author (buyer, employee)."""
    words = frames.words(f"phrases_{language}")
    groups = [words[kind][aspect][mood] for aspect in ASPECTS[kind] for mood in POLARITY]
    sizes = np.array([len(group) for group in groups])
    shape = (len(ASPECTS[kind]), len(POLARITY))
    closings = [line for mood in POLARITY for line in words["closings"][kind][mood]]
    return Grammar(
        clauses=frames.texts([clause for group in groups for clause in group]),
        starts=(np.cumsum(sizes) - sizes).reshape(shape),
        sizes=sizes.reshape(shape),
        adjuncts=frames.texts([text for pattern in words["adjuncts"][kind] for text in _filled(pattern, words["cities"])]),
        shorts=frames.texts(words["short"]),
        closings=frames.texts([" " + line for line in closings] + [""]),
        closings_each=len(closings) // len(POLARITY),
    )


def _filled(pattern: str, cities: list[str]) -> list[str]:
    """Every way to fill an adjunct's gap."""
    if "{city}" in pattern:
        return [pattern.format(city=city) for city in cities]
    return [pattern.format(n=count) for count in COUNTS] if "{n}" in pattern else [pattern]


def compose(
    language: str, kind: str, aspects: Ints, moods: Ints, rng: np.random.Generator
) -> tuple[pa.Array, NDArray[np.bool_]]:
    """One text per row of `aspects` and `moods` (two columns each), and whether it speaks of the second aspect too.

    The first mood is also that of the closing line. Raises RuntimeError where the grammar is too small for so many
    different texts.
    """
    rules = grammar(language, kind)
    both = rng.random(len(aspects)) >= ONE_SENTENCE
    silent = rng.random(len(aspects)) < NO_CLOSING
    text = pd.Series(_draw(rules, aspects, moods, both, silent, rng).to_numpy(zero_copy_only=False), dtype=object)
    for _ in range(ROUNDS):
        again = np.flatnonzero(text.duplicated().to_numpy())
        if not len(again):
            return frames.texts(text.to_numpy()), both
        # the long form has by far the most variants
        both[again], silent[again] = True, False
        fresh = _draw(rules, aspects[again], moods[again], both[again], silent[again], rng)
        text.iloc[again] = fresh.to_numpy(zero_copy_only=False)
    raise RuntimeError(f"the {language} grammar of {kind} answers is too small for {len(text):,} different texts")


def _draw(
    rules: Grammar, aspects: Ints, moods: Ints, both: NDArray[np.bool_], silent: NDArray[np.bool_], rng: np.random.Generator
) -> pa.Array:
    count = len(aspects)
    first = frames.joined(_clause(rules, aspects[:, 0], moods[:, 0], rng), _any(rules.adjuncts, count, rng), ".")
    second = frames.joined(" ", _clause(rules, aspects[:, 1], moods[:, 1], rng), _any(rules.shorts, count, rng), ".")
    second = pc.if_else(pa.array(both), second, pa.scalar("", pa.large_string()))
    place = moods[:, 0] * rules.closings_each + rng.integers(0, rules.closings_each, count)
    closing = frames.taken(rules.closings, np.where(silent, len(rules.closings) - 1, place))
    return frames.joined(first, second, closing)


def _clause(rules: Grammar, aspect: Ints, mood: Ints, rng: np.random.Generator) -> pa.Array:
    size = rules.sizes[aspect, mood]
    return frames.taken(rules.clauses, rules.starts[aspect, mood] + (rng.random(len(aspect)) * size).astype(np.int64))


def _any(pool: pa.Array, count: int, rng: np.random.Generator) -> pa.Array:
    return frames.taken(pool, rng.integers(0, len(pool), count))
