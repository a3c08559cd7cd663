"""Texts as clauses, and clauses as numbers: what our own sentences are learned by, made for thousands of texts at once.

In: folded texts. Out: one row per clause and thing that it is counted as: a word, its first four or six letters, a word that is
denied, two neighbours, and two words' first five letters in their order: next to each other, with one between ("asked …
contract"), or up to six apart. Each is one whole number, so that no string is made for a pair.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from salesanalytics.base.types import Flags, Ints
from salesanalytics.models.sentiment.words import BEGINNINGS, NEGATIONS, REACH, tokens

CLAUSE = re.compile(r"(?<=[.!?;])\s+|[,:]\s+|\s[-–]\s")
SHORT, LONG = BEGINNINGS  # letters; and of pairs
MIDDLE = 5
FURTHEST = 6  # words from the first of a pair to the second
WORD, BEGUN, BEGUN_LONGER, NOT, NEIGHBOURS, PAIR = range(
    6
)  # a pair's kind is PAIR and how far it is apart: 0, 1, or 2 and more
KINDS = PAIR + 3


@dataclass(frozen=True, slots=True, eq=False)
class Clauses:
    """One entry per word, in order: the word, and which clause it is in; `text`: which text each clause is of; `texts`."""

    words: list[str]
    clause: Ints
    text: Ints
    texts: int

    @classmethod
    def of(cls, folded: Sequence[str]) -> "Clauses":
        """Texts split at commas, dashes and ends of sentences; a clause that is repeated says it once."""
        found = [(row, tokens(clause)) for row, text in enumerate(folded) for clause in dict.fromkeys(CLAUSE.split(text))]
        return cls._of(found, len(folded))

    @classmethod
    def whole(cls, folded: Sequence[str]) -> "Clauses":
        """Each text as one clause."""
        return cls._of([(row, tokens(text)) for row, text in enumerate(folded)], len(folded))

    @classmethod
    def _of(cls, found: list[tuple[int, list[str]]], texts: int) -> "Clauses":
        clause = np.repeat(np.arange(len(found)), [len(words) for _, words in found])
        text = np.array([row for row, _ in found], dtype=np.int64)
        return cls([word for _, words in found for word in words], clause, text, texts)


@dataclass(frozen=True, eq=False)
class Names:
    """Words and beginnings of words in their order; a word's number is its place, from 1, and 0 is none of them."""

    listed: list[str]

    @classmethod
    def of(cls, words: Sequence[str]) -> "Names":
        """Of all these words, and their beginnings."""
        return cls(sorted({word[:letters] for word in set(words) for letters in (SHORT, MIDDLE, LONG, len(word))}))

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.listed, 1)}

    def numbers(self, words: Sequence[str]) -> Ints:
        """(words, 4): of the word, its first four letters and six (0 where it has no more), and its first five."""
        of = self._place.get
        different = {word: place for place, word in enumerate(dict.fromkeys(words))}
        each = [
            (
                of(word, 0),
                of(word[:SHORT], 0) if len(word) > SHORT else 0,
                of(word[:LONG], 0) if len(word) > LONG else 0,
                of(word[:MIDDLE], 0),
            )
            for word in different
        ]
        return np.array(each, dtype=np.int64).reshape(-1, 4)[[different[word] for word in words]]

    def counted(self, clauses: Clauses, numbers: Ints) -> tuple[Ints, Ints]:
        """What each clause is counted as, by the `numbers` of its words: its clause and its number, one row for each time."""
        word, short, long, middle = numbers.T
        parts = [
            (clauses.clause, self._number(WORD, word)),
            (clauses.clause, self._number(BEGUN, short)),
            (clauses.clause, self._number(BEGUN_LONGER, long)),
            (clauses.clause, self._number(NOT, np.where(_denied(clauses), word, 0))),
            *self._pairs(clauses.clause, NEIGHBOURS, word, 1),
        ]
        for apart in range(1, FURTHEST + 1):
            parts += self._pairs(clauses.clause, PAIR + min(apart, 3) - 1, middle, apart)
        clause, number = (np.concatenate(column) for column in zip(*parts, strict=True))
        known = number >= 0
        return clause[known], number[known]

    def _pairs(self, clause: Ints, kind: int, name: Ints, apart: int) -> Iterator[tuple[Ints, Ints]]:
        first, second = name[:-apart], name[apart:]
        number = self._number(kind, first, second)
        yield clause[apart:], np.where((clause[:-apart] == clause[apart:]) & (second > 0), number, -1)

    def _number(self, kind: int, first: Ints, second: Ints | int = 0) -> Ints:
        """One number for a kind and its one or two names, or −1 where the first is none."""
        many = len(self.listed) + 1
        return np.asarray(np.where(first > 0, (kind * many + first) * many + second, -1))


def _denied(clauses: Clauses) -> Flags:
    """Words that stand up to three after a negation, in one clause."""
    different = {word: word in NEGATIONS or word.endswith("n't") for word in set(clauses.words)}
    negation = np.array([different[word] for word in clauses.words], dtype=bool)
    found = np.zeros(len(negation), dtype=bool)
    for after in range(1, REACH + 1):
        found[after:] |= negation[:-after] & (clauses.clause[after:] == clauses.clause[:-after])
    return np.asarray(found & ~negation)
