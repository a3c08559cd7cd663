"""The strip of numbers at the top of a page."""

from salesanalytics.analyses.dashboard.headline import Headline, Number
from salesanalytics.show.blocks import Strip, Tile
from salesanalytics.show.words import Words


def headline_strip(headline: Headline, words: Words) -> Strip:
    """The strip of the page's numbers, in their order."""
    return Strip(tuple(_tile(number, words) for number in headline.numbers))


def _tile(number: Number, words: Words) -> Tile:
    if number.key == "chance":
        value = words.chance(number.value)
    elif number.unit == "number" and number.value is not None:
        value = words.number(number.value, digits=1) + "×"
    else:
        value = words.value(number.value, number.unit)
    detail = words.say(f"headline.{number.detail}", **number.values) if number.detail else ""
    return Tile(words.say(f"headline.label.{number.key}"), value, detail, number.tone)
