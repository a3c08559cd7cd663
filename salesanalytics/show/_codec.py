"""Frozen dataclasses to JSON values and back, strictly: what comes back is what was written, or an error that names the place.

In: dataclasses whose fields are text, numbers, a choice of words, or tuples of such dataclasses. Never used for anything else.
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
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
    wanted = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for key in data:
        if key not in wanted:
            raise DataError(f"{where} has the unknown key {key!r}{_nearest(str(key), list(wanted))}")
    hints = _hints(cast("Any", kind))
    given = {key: _value(hints[key], value, f"{where}.{key}") for key, value in data.items()}
    for name, field in wanted.items():
        if name not in given and field.default is MISSING and field.default_factory is MISSING:
            raise DataError(f"{where} lacks the key {name!r}")
    try:
        return kind(**given)
    except ValueError as error:
        raise DataError(f"{where}: {error}") from error


@cache
def _hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a class with hints
    return get_type_hints(kind)


def _value(hint: Any, value: object, where: str) -> Any:  # noqa: ANN401 - type hints have no type
    if get_origin(hint) is UnionType:  # a number that may be missing
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
        return None if value is None else _value(hint, value, where)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise DataError(f"{where} is {_named(value)}; expected a list")
        return tuple(_value(get_args(hint)[0], item, f"{where}[{place}]") for place, item in enumerate(value))
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise DataError(f"{where} is {value!r}; expected one of {', '.join(get_args(hint))}")
        return value
    if is_dataclass(hint):
        return decode(hint, value, where=where)  # type: ignore[arg-type]
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if hint is not float and isinstance(hint, type) and isinstance(value, hint):
        return value
    raise DataError(f"{where} is {_named(value)}; expected {'a finite number' if hint is float else 'text'}")


def _named(value: object) -> str:
    return f"{type(value).__name__} {str(value)[:40]!r}"


def _nearest(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; expected {', '.join(known)}"
