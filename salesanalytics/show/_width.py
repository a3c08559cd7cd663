"""How wide a table is at least, told from its texts alone: a page without a script cannot measure itself.

In: columns of texts. Out: a number of characters, to be held against what stands side by side on a phone or in half a page.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

PHONE = 48
"""Characters of a table's text, a gap counted as one, on the 358 px of a phone; measured in the widest of our fonts."""
HALF = 70
"""The same on the 524 px that a column has where the page has two."""
GAP, LEAST_TEXT, PICTURE = 1, 9, 9


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head, its texts, whether these may be broken between words, and whether a small picture stands before them."""

    head: str
    texts: tuple[str, ...]
    breaks: bool
    drawn: bool = False

    @property
    def least(self) -> int:
        """The least width in characters."""
        longest = max((_longest_word(text) if self.breaks else len(text) for text in self.texts), default=0)
        return max(_longest_word(self.head), longest + PICTURE * self.drawn, LEAST_TEXT * self.breaks)


def least_width(columns: Iterable[Column]) -> int:
    """The least width of a table in characters."""
    return sum(column.least + GAP for column in columns) - GAP


def _longest_word(text: str) -> int:
    return max(map(len, re.split(r"[\s-]+", text)))
