"""The catalogues of sentences: YAML files of one language merged into one mapping from dotted key to entry.

In: `catalogue/<locale>/*.yaml`, nested mappings of sentences. A sentence holds placeholders `{name:kind}`; a mapping of plural
forms (`one`, `few`, `other`, and `plural_by` where the number is not called `n`) stands for one
sentence. Out: entries, parsed once.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent.parent / "words"
FORMS = frozenset(("zero", "one", "two", "few", "many", "other"))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KINDS = _words(
    "text kpi driver deal_value voices theme causes count counted count_signed number number_signed money money_exact "
    "money_signed percent percent_signed chance points points_signed days day date month period"
)
_SLOT = re.compile(r"\{(\w*)(?::(\w*))?\}")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a sentence that the value `name` fills, written as its `kind` demands."""

    name: str
    kind: str


Sentence = tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One catalogue entry: a sentence per plural form (`other` alone where there is only one)."""

    key: str
    forms: Mapping[str, Sentence]
    plural_by: str = "n"

    @property
    def slots(self) -> frozenset[Slot]:
        """All places that values fill, over all forms."""
        return frozenset(part for sentence in self.forms.values() for part in sentence if isinstance(part, Slot))


@cache
def catalogue(locale: str, folder: Path = FOLDER) -> Mapping[str, Entry]:
    """Every entry of one language. ValueError names the file and key that is not well-formed or stands twice."""
    entries: dict[str, Entry] = {}
    for file in sorted((folder / locale).glob("*.yaml")):
        for entry in read(file):
            if entry.key in entries:
                raise ValueError(f"{file.name} ({locale}) repeats the key {entry.key}; each key has one home")
            entries[entry.key] = entry
    if not entries:
        raise ValueError(f"there is no catalogue for the language {locale!r} in {folder}")
    return entries


def read(file: Path) -> Iterator[Entry]:
    """The entries of one file, in order."""
    content = yaml.load(file.read_text(encoding="utf-8"), Loader=_Strict)  # noqa: S506 - a SafeLoader
    yield from _entries(content or {}, (), file.name)


def _entries(node: Mapping[Any, Any], above: tuple[str, ...], file: str) -> Iterator[Entry]:
    for name, value in node.items():
        path = (*above, str(name))
        key = ".".join(path)
        if not isinstance(name, str):
            raise ValueError(f"{file}: the key {key} is read as {type(name).__name__}; put it in quotes")
        if isinstance(value, str):
            yield Entry(key, {"other": parse(value, f"{file}: {key}")})
        elif isinstance(value, Mapping) and "other" in value and set(value) <= FORMS | {"plural_by"}:
            forms = {form: parse(text, f"{file}: {key}.{form}") for form, text in value.items() if form in FORMS}
            yield Entry(key, forms, value.get("plural_by", "n"))
        elif isinstance(value, Mapping):
            yield from _entries(value, path, file)
        else:
            raise ValueError(f"{file}: {key} is {value!r}; expected a sentence (put it in quotes) or plural forms with `other`")


def parse(text: object, where: str) -> Sentence:
    """A sentence taken apart into plain text and places to fill."""
    if not isinstance(text, str):
        raise ValueError(f"{where} is {text!r}; expected a sentence in quotes")
    parts: list[str | Slot] = []
    end = 0
    for found in _SLOT.finditer(text):
        name, kind = found[1], found[2] or ""
        if not name or kind not in KINDS:
            raise ValueError(f"{where} holds {found[0]}; expected {{name:kind}} with a kind of {', '.join(sorted(KINDS))}")
        parts += [text[end : found.start()], Slot(name, kind)]
        end = found.end()
    parts.append(text[end:])
    if any(brace in part for part in parts if isinstance(part, str) for brace in "{}"):
        raise ValueError(f"{where} has a brace outside a placeholder: {text}")
    return tuple(part for part in parts if part)


class _Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML where a key that stands twice is an error, not a silent loss; read by libyaml, where PyYAML has it."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{node.start_mark.name}: line {node.start_mark.line + 1} repeats the key {name}")
        return dict(super().construct_mapping(node, deep=deep))
