"""Frozen dataclasses to JSON values and back, strictly: what comes back is what was written, or an error that names the place.

In: dataclasses whose fields are text, numbers, a choice of words, or tuples of such dataclasses. Never used for anything else.
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from salesanalytics.errors import DataError

T = TypeVar("T")


def encode(value: object) -> Any:  # noqa: ANN401 - JSON is any shape
    """`value` as JSON values; tuples become lists, numbers that JSON cannot hold become null."""
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    return float(value) if isinstance(value, float) else value


def decode(kind: type[T], data: object, *, where: str) -> T:
    """An object of the dataclass `kind` from JSON values. DataError says where something does not fit."""
    if not isinstance(data, Mapping):
        raise DataError(f"{where} is {_named(data)}; expected an object")
    shapes = _shapes(cast("Any", kind))
    for key in data:
        if key not in shapes:
            raise DataError(f"{where} has the unknown key {key!r}{_nearest(str(key), list(shapes))}")
    given = {key: _value(shapes[key], value, f"{where}.{key}") for key, value in data.items()}
    for name in _required(cast("Any", kind)):
        if name not in given:
            raise DataError(f"{where} lacks the key {name!r}")
    try:
        return kind(**given)
    except ValueError as error:
        raise DataError(f"{where}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a field holds: `of` is a class, or the words to choose from where it is a `choice`; `many`: a tuple of them."""

    of: Any
    choice: bool = False
    many: bool = False
    optional: bool = False


@cache
def _shapes(kind: Any) -> dict[str, _Shape]:  # noqa: ANN401 - a class with hints
    hints = get_type_hints(kind)
    return {field.name: _shape(hints[field.name]) for field in fields(kind)}


@cache
def _required(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - a class with fields
    return tuple(one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING)


def _shape(hint: Any) -> _Shape:  # noqa: ANN401 - type hints have no type
    if get_origin(hint) is UnionType:
        known = tuple(one for one in get_args(hint) if one is not NoneType)
        if len(known) > 1:
            return _Shape(known)
        return replace(_shape(known[0]), optional=True)  # a number that may be missing
    if get_origin(hint) is tuple:
        return replace(_shape(get_args(hint)[0]), many=True)
    return _Shape(get_args(hint), choice=True) if get_origin(hint) is Literal else _Shape(hint)


def _value(shape: _Shape, value: object, where: str) -> Any:  # noqa: ANN401 - of any shape
    if value is None and shape.optional:
        return None
    if not shape.many:
        return _one(shape, value, where)
    if not isinstance(value, list):
        raise DataError(f"{where} is {_named(value)}; expected a list")
    return tuple(_one(shape, item, f"{where}[{place}]") for place, item in enumerate(value))


def _one(shape: _Shape, value: object, where: str) -> Any:  # noqa: ANN401 - of any shape
    if shape.choice:
        if value not in shape.of:
            raise DataError(f"{where} is {value!r}; expected one of {', '.join(shape.of)}")
        return value
    if shape.of is float:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        raise DataError(f"{where} is {_named(value)}; expected a finite number")
    if isinstance(value, shape.of):
        return value
    if is_dataclass(shape.of):
        return decode(cast("type[Any]", shape.of), value, where=where)
    raise DataError(f"{where} is {_named(value)}; expected text")


def _named(value: object) -> str:
    return f"{type(value).__name__} {str(value)[:40]!r}"


def _nearest(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; expected {', '.join(known)}"
