"""Texts from data, made safe to set: one line, no control signs, no longer than the place allows.

In: any text (names of people, accounts, teams: emoji, right-to-left, 300 characters). Out: text that cannot turn, break or
stretch the sentence, cell or picture it stands in. Widths are estimates in ems: the reader's font is not known here.
"""

import re
import unicodedata

ELLIPSIS = "…"
_SPACES = re.compile("[ \t\r\n\f\v\x85\u2028\u2029]+")  # not the no-break spaces that hold numbers together
# embeddings, overrides, isolates and marks that would change the direction of what follows
_TURNS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SIGN = re.compile("[+−](?=[A-Z]{2,3}\u00a0|[$€£¥])")  # of money, before its currency
_NARROW, _SLIM, _WIDE = frozenset("iljI.,:;'|!()[]·’"), frozenset("frt-/ –"), frozenset("mwMW@%—…€")


def tidy(value: object) -> str:
    """`value` as one line without control characters or direction marks; what is left is shown literally."""
    line = _SPACES.sub(" ", _TURNS.sub("", str(value))).strip()
    return "".join(sign for sign in line if unicodedata.category(sign) not in ("Cc", "Cs", "Co", "Cn"))


def isolate(text: str) -> str:
    """`text` wrapped so that right-to-left writing inside it does not reorder the sentence around it."""
    turned = any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in text)
    return f"\u2068{text}\u2069" if turned else text


def width(text: str) -> float:
    """Estimated width of `text` in ems, for a usual sans-serif font; a little generous, so that labels rarely touch."""
    return sum(_advance(sign) for sign in text)


def shorten(value: object, ems: float) -> str:
    """`value` tidied and, where wider than `ems`, cut with an ellipsis at a word if one ends in the last third."""
    text = tidy(value)
    if width(text) <= ems:
        return text
    room, kept = ems - width(ELLIPSIS), 0
    for sign in text:
        room -= _advance(sign)
        if room < 0:
            break
        kept += 1
    return _whole(text, max(kept, 1)) + ELLIPSIS


def _whole(text: str, kept: int) -> str:
    """The first `kept` signs of `text`, ending at a word where that costs little, and never inside a joined sign."""
    while 0 < kept < len(text) and (_joins(text[kept]) or text[kept - 1] == "\u200d"):
        kept -= 1
    head = text[:kept]
    word_end = head.rfind(" ")
    if text[kept : kept + 1] != " " and word_end > kept * 2 / 3:
        head = head[:word_end]
    return head.rstrip(" ,;·-–")


def _joins(sign: str) -> bool:
    return sign == "\u200d" or unicodedata.combining(sign) > 0 or unicodedata.category(sign) in ("Mn", "Me", "Sk")


def _advance(sign: str) -> float:
    if sign in _NARROW:
        return 0.31
    if sign in _SLIM:
        return 0.4
    if sign in _WIDE:
        return 0.9
    if sign.isdigit():
        return 0.62
    if _joins(sign) or unicodedata.category(sign) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.2 if unicodedata.category(sign) == "So" else 1.0
    return 0.7 if sign.isupper() else 0.58


def with_sign(value: object) -> object:
    """A text in which no line ends between a sign and the currency it belongs to; anything else as it is."""
    return _SIGN.sub("\\g<0>\u2060", value) if type(value) is str else value
