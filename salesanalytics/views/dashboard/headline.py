"""The strip of numbers at the top of a page."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from salesanalytics.show.blocks import Strip, Tile, Tone
from salesanalytics.show.words import Unit, Words

if TYPE_CHECKING:
    pass


class Number(Protocol):
    """What a headline number has to offer."""

    @property
    def key(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def unit(self) -> Unit: ...
    @property
    def detail(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def tone(self) -> Tone: ...


def headline_strip(numbers: Iterable[Number], words: Words) -> Strip:
    """The strip of `numbers`, in their order."""
    return Strip(tuple(_tile(number, words) for number in numbers))


def _tile(number: Number, words: Words) -> Tile:
    value = (
        words.number(number.value, digits=1) + "×"
        if number.unit == "number" and number.value is not None
        else words.value(number.value, number.unit)
    )
    detail = words.say(f"headline.{number.detail}", **number.values) if number.detail else ""
    return Tile(words.say(f"headline.label.{number.key}"), value, detail, number.tone)
