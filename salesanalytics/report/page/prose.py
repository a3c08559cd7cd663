"""The prose of notebooks in the reader's language.

Notebooks are written in English. `words/prose/<locale>.yaml` holds, under `prose`, a list of {en: …, <locale>: …};
a cell or paragraph that is in it is shown translated, anything else stays as it is.
"""

import re
from functools import cache
from pathlib import Path

import yaml

from salesanalytics.show import words as show_words
from salesanalytics.show.words import Words

FOLDER = Path(show_words.__file__).parent.parent / "words" / "prose"


def translate_markdown(source: str, words: Words, *, folder: Path = FOLDER) -> str:
    """The markdown `source` in the language of `words`: the whole cell where it is known, else paragraph by paragraph."""
    known = _pairs(folder, words.locale)
    if not known or _same(source) in known:
        return known.get(_same(source), source)
    return "\n\n".join(known.get(_same(part), part) for part in re.split(r"\n[ \t]*\n", source))


@cache
def _pairs(folder: Path, locale: str) -> dict[str, str]:
    file = folder / f"{locale}.yaml"
    if locale == "en" or not file.is_file():
        return {}
    content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    return {_same(pair["en"]): str(pair[locale]).strip() for pair in content.get("prose", [])}


def _same(text: str) -> str:
    """Line breaks inside a paragraph and spaces around it make no difference."""
    return " ".join(text.split())
