"""Types as a notebook's parameters cell writes them, and whether a value of a YAML file is of one.

In: `int`, `str | None`, `list[str]`, … and a value. Out: yes or no, and the type in words. A type this does not know fits all.
"""

from datetime import date

_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str, date), "int": (int,), "float": (int, float), "bool": (bool,), "list": (list,), "tuple": (list,),
    "dict": (dict,), "None": (type(None),), "date": (str, date),
}  # fmt: skip
_WORDS = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "list": "a list", "tuple": "a list",
    "dict": "lines of key: value", "None": "nothing", "date": "a day written YYYY-MM-DD",
}  # fmt: skip


def fits(value: object, written: str) -> bool:
    """Whether `value` is of the type `written`; true and false are no numbers."""
    parts = _parts(written)
    if not parts or any(part not in _KINDS for part in parts):
        return True
    return any(isinstance(value, _KINDS[part]) and (not isinstance(value, bool) or part == "bool") for part in parts)


def in_words(written: str) -> str:
    """The type as one says it to a person."""
    return " or ".join(_WORDS.get(part, part) for part in _parts(written))


def _parts(written: str) -> list[str]:
    return [part.split("[")[0].strip() for part in written.split("|") if part.strip()]
