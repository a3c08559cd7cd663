"""Texts made ready to be read: the same words give the same text, however they were typed.

In: one text per row, as a source holds it (str, None or NaN). Out: `Folded`. Markup goes, case and accents are folded, and ş
is ș is s, so none of them can change a score. A very long text is read from its beginning, and counted. Nothing here is for
display: texts are shown as they came, and escaped where they are shown.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags
from salesanalytics.errors import TextError

LONGEST = 5_000  # folded characters that are read; a page of text is about 3,000
RAW_LONGEST = 20 * LONGEST  # before markup is taken out
APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'"})
MARKUP = re.compile(r"<[a-zA-Z/!]")
BLOCKS = re.compile(r"<(?=br|/?(?:p|div|li|td|h\d)\b)", re.IGNORECASE)  # a new line, and so a new word, for who reads the page
SPACES = re.compile(r"[\s\x00-\x1f]+")

Rows: TypeAlias = Sequence[Any] | pd.Series | np.ndarray
"""One value per text, in order; an index is not looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """`texts`: one per row, "" where there is none. `missing`: rows that are None or NaN. `cut`: rows read in part."""

    texts: list[str]
    missing: Flags
    cut: Flags


def fold_all(texts: Rows) -> Folded:
    """Raises TextError where a row is neither a text nor missing, or where one text came instead of several."""
    rows = _rows(texts)
    missing = np.array([is_missing(row) for row in rows], dtype=bool)
    wrong = [row for row, gone in zip(rows, missing, strict=True) if not gone and not isinstance(row, str)]
    if wrong:
        raise TextError(
            f"texts hold {wrong[0]!r} ({len(wrong)} rows, {type(wrong[0]).__name__}); expected text, None or NaN. "
            "Choose the column that holds the comments."
        )
    raw = [row if isinstance(row, str) else "" for row in rows]
    folded = [fold(one) for one in raw]
    cut = [len(one) > LONGEST or len(before) > RAW_LONGEST for one, before in zip(folded, raw, strict=True)]
    return Folded([one[:LONGEST] for one in folded], missing, np.array(cut, dtype=bool))


def fold(text: str) -> str:
    """Lower-case, without accents, markup, invisible characters or repeated spaces."""
    # halves of characters are left where texts were cut carelessly
    whole = text[:RAW_LONGEST].encode("utf-8", "ignore").decode("utf-8").replace("\x00", " ")
    seen = without_markup(whole)
    if not seen.isascii():
        seen = _plain(_plain(seen.translate(APOSTROPHES)).upper())
    return SPACES.sub(" ", seen.translate(APOSTROPHES).lower()).strip()


def without_markup(text: str) -> str:
    """What a reader of a page sees: no tags, no scripts or styles, entities as characters."""
    seen = text
    if MARKUP.search(seen):
        import nh3

        seen = html.unescape(nh3.clean(BLOCKS.sub(" <", seen), tags=set()))
    return html.unescape(seen) if "&" in seen else seen


def _plain(text: str) -> str:
    """Without accents and cedillas (they are marks of their own once decomposed) and without invisible characters."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(one for one in apart if unicodedata.category(one) not in {"Mn", "Cf", "Cs"})


def _rows(texts: Rows) -> list[object]:
    if isinstance(texts, str | bytes):
        raise TextError(f"one text came where several were expected: {texts[:40]!r}. Put it in a list.")
    rows = np.asarray(texts, dtype=object) if isinstance(texts, pd.Series | np.ndarray) else np.empty(len(texts), dtype=object)
    if not isinstance(texts, pd.Series | np.ndarray):
        rows[:] = list(texts)
    if rows.ndim != 1:
        raise TextError(
            f"texts come in {rows.ndim} dimensions, shape {rows.shape}; expected one text per row. Choose one column."
        )
    return list(rows)


def is_missing(row: object) -> bool:
    """Whether a cell is None, NaN or one of pandas' own."""
    return row is None or row is pd.NA or row is pd.NaT or (isinstance(row, float) and bool(np.isnan(row)))
