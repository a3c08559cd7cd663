"""The prose of notebooks in the reader's language.

Notebooks are written in English. A heading or paragraph of one also stands in `words`, as its question's `heading` or
`prose`, in every language; what is known there is shown translated, anything else stays as it is.
"""

import re
from functools import cache

from salesanalytics.show.words import Words, prose

_HEADING = re.compile(r"#+ +")


def translate_markdown(source: str, words: Words) -> str:
    """The markdown `source` in the language of `words`, paragraph by paragraph."""
    known = _translations(words.locale)
    return "\n\n".join(_translated(part, known) for part in re.split(r"\n[ \t]*\n", source)) if known else source


def _translated(part: str, known: dict[str, str]) -> str:
    heading = _HEADING.match(part)
    marks = heading[0] if heading else ""
    text = known.get(" ".join(part[len(marks) :].split()))
    return part if text is None else marks + text


@cache
def _translations(locale: str) -> dict[str, str]:
    """From the English of every heading and paragraph to that of `locale`; line breaks within make no difference."""
    if locale == "en":
        return {}
    english = prose("en")
    return {" ".join(english[key].split()): text for key, text in prose(locale).items() if key in english}
