"""Bullet graphs: how far each has come (bar) against what was agreed (tick), with the likely landing as a tint.

In: one row per bullet, in the order to be shown. Out: a Figure block. Names stand above their bars, so that they may be long.
"""

import math
from typing import TYPE_CHECKING, Unpack

from salesanalytics.show.blocks import Figure, Nothing
from salesanalytics.show.charts._canvas import Canvas, em, fit
from salesanalytics.show.charts._scale import Scale, column, known, raw
from salesanalytics.show.theme import FAINT, INK, INK_2, US, US_TINT, WIDTH, Caption

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.base.finding import Unit
    from salesanalytics.show.words import Words

_ROW, _FOOT, _TRACK, _BAR = 42.0, 22.0, 14.0, 7.0
_Numbers = tuple[float, float, float, float]


def bullets(
    frame: "pd.DataFrame",
    label: str,
    value: str,
    target: str,
    low: str | None = None,
    high: str | None = None,
    *,
    words: "Words",
    unit: "Unit" = "money",
    relative: bool = False,
    us: str | None = None,
    says: str = "chart",
    **caption: Unpack[Caption],
) -> Figure | Nothing:
    """One bullet per row: `value` so far against `target`, `low`..`high` where it will likely land, all in `unit`.

    All rows share one scale; with `relative` each row is measured against its own target, so that targets of different
    size line up. A row without a target shows its bar and says so. `us` is the label drawn in bold.
    `says` is where the catalogue holds the words for value, target, range, of and no_target.
    """
    if not len(frame):
        return Nothing(audience=caption.get("audience", "leader"))
    names = [words.text(name) for name in raw(frame, label)]
    numbers = list(zip(*(column(frame, name) for name in (value, target, low, high)), strict=True))
    drawn = [_share(row) for row in numbers] if relative else numbers
    along = _along(drawn)
    has_range = any(not math.isnan(row[2]) and not math.isnan(row[3]) for row in drawn)
    canvas = Canvas(_ROW * len(frame) + _FOOT)
    for place, name in enumerate(names):
        y = _ROW * place
        _heading(canvas, y, name, _reading(numbers[place], unit, words, says), bold=us is not None and name == words.text(us))
        _bullet(canvas, y + 28, drawn[place], along)
    _key(canvas, _ROW * len(frame) + 10, words, says, has_range=has_range)
    return canvas.block(**caption)


def _share(row: _Numbers) -> _Numbers:
    value, target, low, high = row
    if math.isnan(target) or target <= 0:
        return (math.nan,) * 4
    return value / target, 1.0, low / target, high / target


def _along(rows: list[_Numbers]) -> Scale:
    """From zero to the largest number, with a little room so that the last tick is not on the edge."""
    there = known(number for row in rows for number in row)
    most, least = max([0.0, *there]), min([0.0, *there])
    return Scale(least, (most or 1.0) * 1.02, 0.0, WIDTH)


def _reading(row: _Numbers, unit: "Unit", words: "Words", says: str) -> str:
    value, target = row[0], row[1]
    if math.isnan(target) or target <= 0:
        return words.say(f"{says}.no_target", value=words.value(value, unit))
    return words.say(f"{says}.of", share=value / target, value=words.value(value, unit), target=words.value(target, unit))


def _heading(canvas: Canvas, y: float, name: str, reading: str, *, bold: bool) -> None:
    canvas.text(WIDTH, y + 15, reading, color=INK_2, side="right", level="base")
    canvas.text(0, y + 15, fit(name, WIDTH - em(reading) - 12, bold=bold), color=US if bold else INK, level="base", bold=bold)


def _bullet(canvas: Canvas, y: float, row: _Numbers, along: Scale) -> None:
    value, target, low, high = row
    canvas.bar(0, WIDTH, y, _TRACK, color=FAINT)
    if not math.isnan(low) and not math.isnan(high):
        canvas.bar(along(low), along(high), y, _TRACK, color=US_TINT)
    if not math.isnan(value):
        canvas.bar(along(0), along(value), y, _BAR, color=US)
    if not math.isnan(target):
        canvas.bar(along(target) - 1.25, along(target) + 1.25, y, _TRACK + 6, color=INK)


def _key(canvas: Canvas, y: float, words: "Words", says: str, *, has_range: bool) -> None:
    """What bar, tick and tint mean, once, below."""
    x = 0.0
    for kind in ("value", "target", "range")[: 3 if has_range else 2]:
        if kind == "value":
            canvas.bar(x, x + 16, y, _BAR, color=US)
        elif kind == "target":
            canvas.bar(x + 6.75, x + 9.25, y, 13, color=INK)
        else:
            canvas.bar(x, x + 16, y, 12, color=US_TINT)
        start = x + (14 if kind == "target" else 21)
        text = words.say(f"{says}.{kind}")
        canvas.text(start, y, text, color=INK_2)
        x = start + em(text) + 14
