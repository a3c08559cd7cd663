"""Which language a text is written in: English, Romanian, another one, or none.

In: folded texts (`folding`), so that a missing accent cannot change the answer. Out: "en", "ro", "other" or "none" (no
letters: empty, digits, emoji) per text. Words that only English or only Romanian uses settle most texts; the rest is
py3langid's, whose model takes .4 CPU s to unpack and is therefore loaded by the first text that needs it.

A short text that could be several languages is read as English or Romanian, whichever is likelier: another language has to be
clearly likelier to be said (`MARGIN`).
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

Language: TypeAlias = Literal["en", "ro", "other", "none"]

READ = 200  # characters: a language is plain by then
MARGIN = 3.0  # so many times likelier than English and Romanian another language has to be
MARGIN_OF_ONE_WORD = 10.0
OWN_WORD = 3.0  # so many times likelier a word of its own makes a language
LEAST_SHARE = 0.1  # of a text's words that have to be one language's own
ENGLISH_WORDS = """
the and this that with have has they were been their there would which what your from but you it's don't didn't doesn't isn't
wasn't can't won't i'm i've we've very not how when because our she him them these than then could should just about after
before again only every any too much more most other never always really good great bad nice poor love loved thanks
"""
ROMANIAN_WORDS = """
nu pe din sunt pentru foarte care fost aceasta acest acesta daca cand nici doar chiar prin dupa fara atat sau pana imi iti isi
suntem sunteti avem aveti mult multe multi despre noastra nostru cea cele cei fiecare toate toti inca deja nimic ceva cineva
unde trebuie poate asta noi decat aici acolo atunci recomand multumim multumesc multumit bun buna bine rau slab scump
"""
OTHER_LANGUAGES = "af bg ca cs da de el es et fi fr hr hu is it lt lv nl no pl pt ru sk sl sq sr sv tr uk"
ENGLISH, ROMANIAN = (frozenset(one.split()) for one in (ENGLISH_WORDS, ROMANIAN_WORDS))
OTHERS = tuple(OTHER_LANGUAGES.split())
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def languages(folded: Sequence[str]) -> np.ndarray:
    """One of the four per text, as an array of str. The first 200 characters are looked at."""
    return np.array([language_of(one[:READ]) for one in folded], dtype="<U5")


def language_of(folded: str) -> Language:
    """The language of one folded text."""
    words = WORD.findall(folded)
    if not words:
        return "none"
    if not any(word.isascii() for word in words):
        return "other"  # another script
    different = set(words)
    english, romanian = len(different & ENGLISH), len(different & ROMANIAN)
    least = max(2, LEAST_SHARE * len(different))
    if english >= least and not romanian:
        return "en"
    if romanian >= least and not english:
        return "ro"
    return _by_model(folded, english, romanian)


def _by_model(folded: str, english: int, romanian: int) -> Language:
    chance = dict(_model().rank(folded))
    ours = {"en": chance["en"] * OWN_WORD**english, "ro": chance["ro"] * OWN_WORD**romanian}
    likelier: Language = "en" if ours["en"] >= ours["ro"] else "ro"
    margin = MARGIN if " " in folded else MARGIN_OF_ONE_WORD
    return "other" if max(chance[name] for name in OTHERS) > margin * ours[likelier] else likelier


@cache
def _model() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(["en", "ro", *OTHERS])
    return model
