"""YAML read without surprises: what a person typed is what we get, or a line saying how to write it.

In: the path of a small file written by hand (params, mappings). Out: the value and a list of problems, each one line that
starts with the line number and ends with the remedy. A broken file never raises. Nothing but plain text, numbers, true/false,
null and ISO dates is ever built: tags are refused, not obeyed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from salesanalytics.base.plain_file import other_than_plain

MAX_BYTES = 256 * 1024
MAX_DEPTH = 30
MAX_REPEATED = 10_000

Value: TypeAlias = "str | int | float | date | list[Value] | dict[Value, Value] | None"
KeyPath = tuple[str | int, ...]
Event: TypeAlias = Any  # PyYAML's events share no useful base

_PLAIN_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_PLAIN_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?|[-+]?(0|[1-9][0-9]*)\.([eE][-+]?[0-9]+)?")
_HALF_NUMBER = re.compile(r"[-+]?0[0-9]+|0o[0-7]+|[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+")

_OWN_TAGS = "tag:yaml.org,2002:"

_REMEDIES = (
    ("mapping values are not allowed", 'a ":" stands where none can; put a text that holds ": " in quotes'),
    ("could not find expected ':'", 'a key without its ":"; write key: value'),
    ("expected <block end>", "the line does not fit the ones above; check the indentation"),
    ("unexpected end of stream", "a quote or bracket is opened here or above, and never closed"),
    ("found character '\\t'", "a tab; use spaces"),
    ("cannot start any token", "a text cannot start with this character; put it in quotes"),
    ("expected ',' or", "a bracket is opened here or above, and never closed; or a comma is missing"),
    ("undefined tag handle", "a tag (the word after !); tags are not used here, remove it"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds: `value`, its `problems`, and the line of every key by its path, counted from 1."""

    value: Any
    problems: list[str]
    lines: dict[KeyPath, int]


def load_yaml(path: Path) -> tuple[Any, list[str]]:
    """The value of a YAML file and its problems with line numbers; the value is what could be read in spite of them."""
    document = read_document(path)
    return document.value, document.problems


def read_document(path: Path) -> Document:
    """As `load_yaml`, and the line of every key, so that a caller's own problems can name lines too."""
    text, problem = _text(path)
    return Document(None, [problem], {}) if problem else document_of(text)


def texts_in(folder: Path) -> dict[str, str]:
    """The text of every YAML file of a folder, by the file's name; one that cannot be read is an empty text."""
    files = [file for file in sorted(folder.glob("*.y*ml")) if not file.name.startswith(("_", "."))] if folder.is_dir() else []
    return {file.name: _text(file)[0] for file in files}


def document_of(text: str) -> Document:
    """As `read_document`, of a text that was read already."""
    tabbed = [number for number, line in enumerate(text.splitlines(), 1) if "\t" in line[: len(line) - len(line.lstrip())]]
    reader = _Reader()
    value = reader.document(text, reported_lines=tabbed)
    reader.problems.extend((number, "indented with a tab; use spaces") for number in tabbed)
    problems = [f"line {line}: {text}" for line, text in sorted(dict.fromkeys(reader.problems))]
    return Document(value, problems, reader.lines)


def _text(path: Path) -> tuple[str, str]:
    """The file's text, or an empty text and the problem."""
    try:
        if what := other_than_plain(path):
            return "", f"cannot be read: it is no plain file, but {what}"
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        return "", f"cannot be read: {error.strerror or error}"
    if len(raw) > MAX_BYTES:
        return "", f"larger than {MAX_BYTES // 1024} kB; such files are written by hand and stay small. Is this the right file?"
    try:
        return raw.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return "", f"line {line}: not UTF-8 text (byte 0x{raw[error.start]:02x}); save the file as UTF-8"


class _StopReading(Exception):
    """Going on would make no sense; the problem is already noted."""


@dataclass
class _Reader:
    """Builds the value from the parser's events, noting problems as it goes."""

    problems: list[tuple[int, str]] = field(default_factory=list)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    _anchors: dict[str, tuple[Value, int] | None] = field(default_factory=dict)
    _loader: Any = None
    _size: int = 0
    _repeated: int = 0

    def document(self, text: str, reported_lines: list[int]) -> Value:
        """The value of the only document in `text`."""
        value: Value = None
        try:
            # the pure-Python loader: the C one words its errors differently and is not everywhere
            self._loader = yaml.SafeLoader(text)
            events = iter(self._loader.get_event, None)
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent):
                    if self._size:
                        self._note(event, "a second document starts here (---); write one document a file")
                        raise _StopReading
                    value = self._node(next(events), events, ())
        except _StopReading:
            pass
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            self.problems.append((line, "a character that is not text (a control character); remove it, and save as UTF-8"))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            if line not in reported_lines:
                self.problems.append((line, _plain_words(error)))
        return value

    def _note(self, event: Event, text: str) -> None:
        self.problems.append((event.start_mark.line + 1, text))

    def _node(self, event: Event, events: Iterator[Event], path: KeyPath) -> Value:
        if len(path) > MAX_DEPTH:
            self._note(event, f"nested deeper than {MAX_DEPTH} levels")
            raise _StopReading
        self._size += 1
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if tag := getattr(event, "tag", None):
            self._note(
                event,
                f"the tag {_short(tag.replace(_OWN_TAGS, '!!'))}; tags are not used here: remove it, and put text in quotes",
            )
        anchor, before = event.anchor, self._size
        if anchor:
            self._anchors[anchor] = None
        value = self._value(event, events, path)
        if anchor:
            self._anchors[anchor] = (value, self._size - before + 1)
        return value

    def _value(self, event: Event, events: Iterator[Event], path: KeyPath) -> Value:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return self._scalar(event)

    def _sequence(self, events: Iterator[Event], path: KeyPath) -> list[Value]:
        items: list[Value] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[Event], path: KeyPath) -> dict[Value, Value]:
        values: dict[Value, Value] = {}
        first_line: dict[Value, int] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key, line = self._key(event, events, path), event.start_mark.line + 1
            self.lines.setdefault((*path, str(key)), line)
            value = self._node(next(events), events, (*path, str(key)))
            if key in values:
                self._note(event, f"{_short(key)} is given twice (first on line {first_line[key]}); keep one")
                continue
            values[key], first_line[key] = value, line
        return values

    def _key(self, event: Event, events: Iterator[Event], path: KeyPath) -> Value:
        key = self._node(event, events, path)
        if isinstance(key, list | dict):
            self._note(event, "a list or mapping is used as a key; a key is one word or a text in quotes")
            return f"key on line {event.start_mark.line + 1}"
        if key is None:
            self._note(event, 'an empty key; write key: value, and "null" in quotes where the word is meant')
        elif key == "<<" and event.implicit[0]:
            self._note(event, "merged mappings (<<) are not used here; write the lines out")
        return key

    def _alias(self, event: Event) -> Value:
        if event.anchor not in self._anchors:
            self._note(event, f"*{event.anchor} repeats &{event.anchor}, which is not in the file above")
            return None
        known = self._anchors[event.anchor]
        if known is None:
            self._note(event, f"*{event.anchor} repeats itself without end; write the value out")
            return None
        value, size = known
        self._size += size
        self._repeated += size
        if self._repeated > MAX_REPEATED:
            self._note(event, f"repeats (*{event.anchor}) blow up to more than {MAX_REPEATED:,} entries; write the values out")
            raise _StopReading
        return value

    def _scalar(self, event: Event) -> Value:
        if not event.implicit[0] or event.tag:
            return str(event.value)
        value, problem = _plain(event.value, self._loader.resolve(yaml.ScalarNode, event.value, (True, False)))
        if problem:
            self._note(event, problem)
        return value


def _plain(text: str, tag: str) -> tuple[Value, str]:
    """What an unquoted word means, given YAML 1.1's idea of it (`tag`); the word itself and a problem where that surprises."""
    match tag.rpartition(":")[2]:
        case "null":
            return None, ""
        case "bool":
            if text.lower() in ("true", "false"):
                return text.lower() == "true", ""
            return text, f'{text} would be read as true/false; write "{text}" in quotes, or true or false'
        case "int":
            return (int(text), "") if _PLAIN_INT.fullmatch(text) else (text, _not_as_typed(text))
        case "float":
            return (float(text), "") if _PLAIN_FLOAT.fullmatch(text) else (text, _not_as_typed(text))
        case "timestamp":
            return _day(text)
    if _HALF_NUMBER.fullmatch(text):
        return text, f'{text} could be a number or a text; write "{text}" in quotes for text, or the number plainly'
    return text, ""


def _not_as_typed(text: str) -> str:
    return f'{_short(text)} would be read as {_read_as(text)}; write "{_short(text)}" in quotes for text, or the number plainly'


def _read_as(text: str) -> str:
    """What an ordinary YAML reader makes of a number written in an odd way (012 is 10, 12:30 is 750)."""
    try:
        return f"the number {yaml.safe_load(text)}"
    except ValueError:
        return "a number too long to hold"


def _day(text: str) -> tuple[Value, str]:
    try:
        return (date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)), ""
    except ValueError:
        return text, f'{text} is not a day of the calendar; write YYYY-MM-DD, or "{text}" in quotes for text'


def _plain_words(error: yaml.MarkedYAMLError) -> str:
    said = " ".join(f"{error.problem or error.context}".split())
    return next((remedy for sign, remedy in _REMEDIES if sign in said), f"broken YAML: {said}")


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"
