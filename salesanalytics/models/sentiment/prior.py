"""How a text leans with no labels at all: what its words and phrases say, in English and Romanian.

In: texts and the language of each. Out: one row per text. It learns nothing and knows nothing of who wrote what; what words
say is the lexicon's. The rules are VADER's (Hutto and Gilbert 2014), except that a negation ends where its clause does: a
negator flips what follows it and weakens it, "very" and "a bit" change a strength, what comes after "but" counts more than what
came before, and an exclamation mark adds a little. Case says nothing, as many notes are typed in capitals throughout.
"""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import copysign
from typing import get_args

import numpy as np

from salesanalytics.base.types import Floats
from salesanalytics.errors import DataError
from salesanalytics.models.sentiment.lexicon import WIDEST_GAP, Language, Part, Place, Word, emoji, fold, lexicon

LONGEST_READ = 20_000
"""Characters of a text that are read; what a text says it has said by then, and a pasted file costs no more."""

LONGEST_WORD = 40
REACH = 4
"""How many words that count a negator reaches."""
FLIP = {1.0: 0.75, -1.0: 0.5}
"""How strong a flipped word still is: not good is bad, not bad is less than good."""
BOOST, DIMINISH, NEGATED_BOOST = 1.3, 0.7, 0.8
BEFORE_BUT, AFTER_BUT, CONCEDED = 0.5, 1.5, 0.5
ASKED, CALLED = 0.6, 0.1
HALFWAY = 15.0
"""VADER's: a summed valence of √15 is a lean of .7."""

_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]{0,1000}>", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_HAPPY, _SAD = re.compile(r"[:;=]['-]?[)\]]+|[:;=]-?[dp](?![a-z0-9])|<3"), re.compile(r":['-]?[(\[]+|:-?[/|](?![/a-z0-9])")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_TOKEN = re.compile(r"[a-z]+'t\b|[a-z]+|\d+|[!?]+|\.+(?!\d)|[;\n,:()]|[\u2190-\u2bff\U0001f000-\U0001faff]")
_CLOSE_A_GAP = frozenset([*",:()", "nu", "n", "no", "not", "never"])
_STOPS, _PAUSES = frozenset(".!?;\n"), frozenset(",:()")
_SPOKEN: dict[str, Language] = {language: language for language in get_args(Language)}


def lean(texts: Sequence[str], languages: Sequence[str]) -> Floats:
    """How texts lean, one row per text: the lean (−1 to 1; 0 says nothing, or cannot be told), and the summed strength of its
    positive and of its negative words (both ≥ 0, a strong word is about 3).

    `languages` holds "en" or "ro" per text; a text in any other is not read and its row is zeros. Of a text longer than
    `LONGEST_READ` characters the start is read. Raises DataError where there are more texts than languages, or fewer.
    """
    if len(texts) != len(languages):
        raise DataError(f"{len(texts)} texts came with {len(languages)} languages; expected one language for each text.")
    strengths = np.array([_strengths(text, language) for text, language in zip(texts, languages, strict=True)])
    positive, negative = strengths.reshape(-1, 2).T
    summed = np.round(positive - negative, 9)  # 1.3 × 2 against 2.6 is nothing
    return np.column_stack([summed / np.sqrt(summed**2 + HALFWAY), positive, negative])


def _strengths(text: str, language: str) -> tuple[float, float]:
    """The summed strength of a text's positive and of its negative words."""
    spoken = _SPOKEN.get(language)
    if spoken is None:
        return 0.0, 0.0
    known, signs = lexicon(spoken), emoji()
    positive = negative = 0.0
    for words, stop in _sentences(_plain(text[:LONGEST_READ]), spoken):
        weight = 1.0 + CALLED * min(stop.count("!"), 3) if "?" not in stop or "!" in stop else ASKED
        said = _Clause(known, signs, words).read()
        positive += weight * sum(value for value in said if value > 0)
        negative -= weight * sum(value for value in said if value < 0)
    return positive, negative


def _plain(text: str) -> str:
    """A text folded, without markup and links, emoticons as emoji."""
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub(" ", _SCRIPT.sub(" ", text)))
    folded = fold(text)
    if "://" in folded or "www." in folded:
        folded = _LINK.sub(" ", folded)
    if ":" in folded or ";" in folded or "=" in folded or "<3" in folded:
        folded = _SAD.sub(" ☹ ", _HAPPY.sub(" ☺ ", folded))
    return folded


def _sentences(text: str, language: Language) -> list[tuple[list[str], str]]:
    """The words of each sentence and the mark it ends with."""
    found: list[tuple[list[str], str]] = []
    words: list[str] = []
    for mark in _TOKEN.findall(_DRAWN_OUT.sub(r"\1\1" if language == "en" else r"\1", text)):
        if mark[0] not in _STOPS:
            words.append(mark[:LONGEST_WORD])
        elif words and not (mark == "." and len(words[-1]) == 1):  # "f. bun" is short for "foarte bun"
            found.append((words, mark))
            words = []
    return [*found, (words, "")] if words else found


@dataclass(slots=True)
class _Clause:
    """Reads one sentence from left to right and keeps what its words so far do to the next."""

    known: Callable[[str], Word]
    signs: dict[str, float]
    words: list[str]
    said: list[float] = field(default_factory=list)
    reach: int = 0
    flipping: float = 0.0
    boost: float = 1.0
    boost_left: int = 0
    weight: float = 1.0
    conceded: bool = False

    def read(self) -> list[float]:
        """What each word that says something says, weighted."""
        at, words = 0, self.words
        while at < len(words):
            word = words[at]
            if word in self.signs:
                self.said.append(self.signs[word])
            elif word in _PAUSES:
                self._pause()
            elif word[0].isalnum():
                at += self._take(self.known(word), at)
                continue
            at += 1
        return self.said

    def _take(self, entry: Word, at: int) -> int:
        """Takes the longest phrase that begins here, or the word; returns how many words that were."""
        following = self.words[at + 1] if at + 1 < len(self.words) else ""
        longest, found = at + 1, None
        for phrase in (*entry.phrases.get(following, ()), *entry.open_phrases):
            end = _end(phrase.rest, self.words, at + 1)
            if end > longest:
                longest, found = end, phrase
        if found:
            self._apply(found.valence, found.part, found.flipped)
        else:
            self._apply(entry.valence, entry.part, False)
        return longest - at

    def _apply(self, valence: float, part: Part | None, flipped: bool) -> None:
        if valence:
            self._say(valence, flipped)
        elif part is None:
            self._step()
        elif part == "negators":
            self.reach, self.flipping = REACH, 0.0
        elif part in ("boosters", "diminishers"):
            self.boost, self.boost_left = (BOOST if part == "boosters" else DIMINISH), 3
        elif part == "turns":
            self._turn()
        elif part == "concessions":
            self.conceded = True
        elif part == "ends":
            self.reach = 0

    def _say(self, valence: float, flipped: bool) -> None:
        """Adds what a word says here. A negator flips the first word in its reach and those that say the same."""
        sign = copysign(1.0, valence)
        if self.reach and not flipped and self.flipping in (0.0, sign):
            self.flipping = sign
            strength = -valence * FLIP[sign] * (NEGATED_BOOST if self.boost > 1.0 else self.boost)
        else:
            strength = valence * self.boost
        self.said.append(strength * self.weight * (CONCEDED if self.conceded else 1.0))
        self._step()
        self.boost = 1.0

    def _step(self) -> None:
        """One more word: what came before reaches less far."""
        self.reach = max(self.reach - 1, 0)
        self.boost_left -= 1
        if self.boost_left <= 0:
            self.boost = 1.0

    def _turn(self) -> None:
        """But: what was said in this sentence counts less, what follows more."""
        self.said = [value * BEFORE_BUT for value in self.said]
        self.reach, self.weight, self.conceded = 0, AFTER_BUT, False

    def _pause(self) -> None:
        self.reach, self.boost, self.conceded = 0, 1.0, False


def _end(rest: Sequence[Place], words: list[str], at: int) -> int:
    """Where a phrase ends whose remaining places begin at `at`, or 0 where the words are others."""
    for place, written in enumerate(rest):
        if written is None:
            return next((end for skip in range(WIDEST_GAP + 1) if (end := _over(rest[place + 1 :], words, at, skip))), 0)
        if at >= len(words) or not (words[at] in written[0] or words[at].startswith(written[1])):
            return 0
        at += 1
    return at


def _over(rest: Sequence[Place], words: list[str], at: int, skip: int) -> int:
    """Where a phrase ends after a gap of `skip` words, or 0; no gap goes over a pause or a denial."""
    return 0 if any(word in _CLOSE_A_GAP for word in words[at : at + skip]) else _end(rest, words, at + skip)
