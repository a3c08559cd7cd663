"""Words, stems and phrases of one language, and what each says: a valence of −4 to 4, or a part it plays (negator, …).

In: `en.yaml` and `ro.yaml` beside this module, and for English the words of VADER (Hutto and Gilbert 2014). Out: what a
language knows of a folded word (lower case, no accents), looked up at once. It never sees a text.

An entry that ends with `*` is a stem and stands for every word that begins so; a whole word wins over a stem, a longer stem
over a shorter one. In a phrase `a|b` is either word, `#` any number, and `…` up to three words of any kind.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from string import digits
from typing import Any, Literal, TypeAlias, get_args

import yaml

Language = Literal["en", "ro"]
Part = Literal["negators", "boosters", "diminishers", "turns", "concessions", "ends", "skipped"]
"""What a word does to others: flips, strengthens or weakens what follows; makes the rest of a sentence count more (but) or
its own clause less (although); ends a negation's reach; or does not count as a step of that reach."""

GAP, NUMBER = "...", "#"  # three dots are what folding makes of …
WIDEST_GAP = 3
SHORTEST_STEM = 3
REMEMBERED_WORDS = 1 << 16

_COMBINING = re.compile("[\u0300-\u036f]+")
_LETTERS = re.compile("[a-z]+")
_WORDS = re.compile("[a-z]+( [a-z]+)*")

Place: TypeAlias = "tuple[frozenset[str], tuple[str, ...]] | None"
"""What may stand in one place of a phrase: whole words and stems; None is a gap."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What follows a phrase's first word, and what the whole says or does; `flipped` if it begins with a negator."""

    rest: tuple[Place, ...]
    valence: float
    part: Part | None
    flipped: bool


@dataclass(frozen=True, slots=True)
class Word:
    """What a word says or does by itself, and the phrases it begins: by the word that is next, and those where many can be."""

    valence: float
    part: Part | None
    phrases: dict[str, list[Phrase]]
    open_phrases: list[Phrase]


@dataclass(frozen=True, slots=True)
class Entries:
    """A language's entries, folded: what they say, and what part they play."""

    valences: dict[str, float]
    parts: dict[str, Part]


def fold(text: str) -> str:
    """A text in lower case without accents and cedillas: `Mulțumită`, `mulţumită` and `MULTUMITA` are one."""
    if text.isascii():
        return text.lower()
    return _COMBINING.sub("", unicodedata.normalize("NFKD", text.casefold()).casefold()).replace("’", "'")


@cache
def lexicon(language: Language) -> Callable[[str], Word]:
    """What a language knows of a folded word; an unknown word says nothing."""
    known = entries(language)
    single = {entry: valence for entry, valence in known.valences.items() if " " not in entry}
    phrases = _by_first_word(known)

    @lru_cache(maxsize=REMEMBERED_WORDS)
    def word(token: str) -> Word:
        stems = [token[:length] + "*" for length in range(len(token), SHORTEST_STEM - 1, -1)]
        valence = next((single[entry] for entry in (token, *stems) if entry in single), 0.0)
        begun = [phrase for entry in (token, *stems) if entry in phrases for phrase in phrases[entry]]
        part = known.parts.get(token, "negators" if token.endswith("n't") else None)
        return Word(valence, part, *(_by_next_word(begun) if begun else ({}, [])))

    return word


@cache
def emoji() -> dict[str, float]:
    """What each emoji says: our own list, then what VADER's English name of it says word by word."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    known = lexicon("en")
    named = SentimentIntensityAnalyzer().emojis
    said = {sign: sum(known(word).valence for word in _LETTERS.findall(fold(name))) for sign, name in named.items()}
    own = {sign: float(valence) for valence, signs in _file("emoji").items() for sign in signs.split()}
    return {sign: max(-3.0, min(3.0, valence)) for sign, valence in (said | own).items() if valence and len(sign) == 1}


@cache
def entries(language: Language) -> Entries:
    """Every entry of a language. Ours come before VADER's, and what plays a part says nothing by itself."""
    content = _file(language)
    valences = dict(written(language))
    parts = {entry: part for part in get_args(Part) for entry in _listed(content["parts"].get(part, ""), ",")}
    if language == "en":
        said, done = _vader()
        parts = {entry: part for entry, part in done.items() if entry not in valences} | parts
        valences = {entry: valence for entry, valence in said.items() if entry not in parts} | valences
    return Entries(valences, parts)


def written(language: Language) -> list[tuple[str, float]]:
    """The entries of our own file as they stand there, folded: words and stems, then phrases, each with its valence."""
    content = _file(language)
    return [
        (entry, float(valence))
        for topics, between in ((content["words"], None), (content["phrases"], ","))
        for by_valence in topics.values()
        for valence, listed in by_valence.items()
        for entry in _listed(listed, between)
    ]


def _listed(text: str, between: str | None) -> list[str]:
    return [fold(" ".join(entry.split())) for entry in text.split(between) if entry.strip()]


def _file(name: str) -> dict[Any, Any]:
    text = files(__package__).joinpath(f"{name}.yaml").read_text("utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - both are safe loaders


def _vader() -> tuple[dict[str, float], dict[str, Part]]:
    """VADER's words with their valence, and its boosters, dampeners and negations; emoticons are read as emoji here."""
    from vaderSentiment import vaderSentiment as vader

    said = {entry.replace("-", " "): valence for entry, valence in vader.SentimentIntensityAnalyzer().lexicon.items()}
    parts: dict[str, Part] = {
        word.replace("-", " "): "boosters" if by > 0 else "diminishers" for word, by in vader.BOOSTER_DICT.items()
    }
    parts |= dict.fromkeys((word for word in vader.NEGATE if "-" not in word), "negators")
    return {entry: valence for entry, valence in said.items() if _WORDS.fullmatch(entry)}, parts


def _by_first_word(known: Entries) -> dict[str, list[Phrase]]:
    """Phrases by each word or stem they can begin with."""
    found = defaultdict(list)
    for entry in [*known.valences, *known.parts]:
        first, *rest = entry.split()
        if rest:
            firsts = first.split("|")
            flipped = any(word.endswith("n't") or known.parts.get(word) == "negators" for word in firsts)
            phrase = Phrase(tuple(map(_place, rest)), known.valences.get(entry, 0.0), known.parts.get(entry), flipped)
            for word in firsts:
                found[word].append(phrase)
    return found


def _by_next_word(phrases: list[Phrase]) -> tuple[dict[str, list[Phrase]], list[Phrase]]:
    """Phrases by each word that can come next, and those where a gap or a stem comes next."""
    named, open_to_many = defaultdict(list), []
    for phrase in phrases:
        words, stems = phrase.rest[0] or ((), (GAP,))
        if stems:
            open_to_many.append(phrase)
        else:
            for word in words:
                named[word].append(phrase)
    return dict(named), open_to_many


def _place(written: str) -> Place:
    if written == GAP:
        return None
    words = written.split("|")
    stems = tuple(digits) if written == NUMBER else tuple(word[:-1] for word in words if word.endswith("*"))
    return frozenset(word for word in words if not word.endswith("*")), stems
