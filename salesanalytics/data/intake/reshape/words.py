"""Words a mapping lists, held against the words the rows hold: what is spelled in another way is told, never lost.

In: a column as text and the listed words. Out: remarks. A listed word in no row is worth knowing; a row's word that differs
from a listed one only in case or spaces decides what a row counts as, and has to be settled first.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

import pandas as pd

from salesanalytics.data.intake.quality import SAMPLES, shorten
from salesanalytics.data.intake.reshape.shaped import Remark


def listed(written: "pd.Series[Any]", words: Iterable[str], place: str, *, needed: bool = False) -> Iterator[Remark]:
    """Remarks on the words under `place`. `needed`: rows count as something else where they hold none of them."""
    words = list(words)
    values = [str(value) for value in written.dropna().unique()]
    missing = [word for word in words if word not in set(values)] if values else []
    if missing:
        yield _missing(missing, values, place, needed=needed and len(missing) == len(words))
    yield from _nearly(written, words, values, place, needed=needed)


def _missing(missing: list[str], values: list[str], place: str, *, needed: bool) -> Remark:
    few = ", ".join(map(shorten, missing[:5])) + (", …" if len(missing) > 5 else "")
    near = dict.fromkeys(match for word in missing[:5] for match in _nearest(word, values))
    # an export without a single won deal is no mistake; one that holds nearly the word is
    if needed and near:
        return Remark(f"none of the words under {place} stands in any row: {few}", _few(near), fatal=True)
    return Remark(f"listed under {place}, and no row holds it: {few}", _few(near))


def _nearly(written: "pd.Series[Any]", words: list[str], values: list[str], place: str, *, needed: bool) -> Iterator[Remark]:
    folded = {_folded(word) for word in words}
    strangers = [value for value in values if value not in set(words) and _folded(value) in folded]
    if not strangers:
        return
    rows = int(written.isin(strangers).sum())
    remedy = f"List every spelling under {place}"
    yield Remark(f"differs from a word under {place} only in case or spaces", _few(strangers), needed, rows, remedy)


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())


def _nearest(word: str, values: list[str]) -> list[str]:
    folded = {value.casefold(): value for value in values[:1000]}
    return [folded[match] for match in get_close_matches(word.casefold(), folded, 1)]


def _few(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(shorten(value) for value in list(values)[:SAMPLES])
