"""Sorted dots with their intervals: comparing people, teams or sources without mistaking noise for a ranking.

In: one row per dot with the ends of its interval and, if known, how much was counted. Out: a Figure block, highest on top. A
dot is coloured only where its whole interval lies on one side of the reference, or where the caller's own test marks it.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Unpack

from salesanalytics.show.blocks import Figure, Nothing
from salesanalytics.show.charts import _rows
from salesanalytics.show.charts._canvas import Canvas, em, fit, widest
from salesanalytics.show.charts._scale import Scale, column, floats, known, raw, scale, tick_texts
from salesanalytics.show.theme import BAD, BAD_FILL, GOOD, GOOD_FILL, GREY, INK, INK_2, TEXT, US, WIDTH, Caption

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.base.finding import Unit
    from salesanalytics.show.words import Words

_ROW, _TOP = 24.0, 22.0
Better = Literal["high", "low"]


@dataclass(frozen=True, slots=True)
class _Dot:
    name: str
    value: float
    low: float
    high: float
    n: float
    marked: bool | None  # None: its interval decides


def dots(
    frame: "pd.DataFrame",
    label: str,
    value: str,
    low: str,
    high: str,
    n: str | None = None,
    reference: float | None = None,
    *,
    words: "Words",
    unit: "Unit" = "share",
    reference_text: str = "",
    better: Better | None = None,
    us: str | None = None,
    marked: str | None = None,
    sort: bool = True,
    **caption: Unpack[Caption],
) -> Figure | Nothing:
    """One dot per row at `value` with a bar from `low` to `high` (in `unit`), `n` at the right, highest on top.

    `reference` is one number with its name (`reference_text`: "Company median 24%"). `better` says which side of it is
    good; without it nothing is coloured. `us` is the label drawn in the accent. `sort=False` keeps the order of the frame.
    `marked` names a column of True and False, such as the outcome of a test adjusted for the number of rows: then the dots
    where it is True are coloured, and no others.
    """
    if not len(frame):
        return Nothing(audience=caption.get("audience", "leader"))
    names = [words.text(name) for name in raw(frame, label)]
    marks = [None if marked is None else flag == 1.0 for flag in column(frame, marked)]
    numbers = zip(names, *(column(frame, name) for name in (value, low, high, n)), marks, strict=True)
    found = [_Dot(*numbers_) for numbers_ in numbers]
    if sort:
        found.sort(key=lambda dot: (math.isnan(dot.value), -dot.value if not math.isnan(dot.value) else 0.0))
    mark = math.nan if reference is None else floats([reference])[0]
    text = reference_text or (words.say("chart.reference", value=words.value(mark, unit)) if not math.isnan(mark) else "")
    mine = None if us is None else words.text(us)
    return _draw(found, mark, text, better, mine, unit, words, with_n=n is not None).block(**caption)


def _draw(
    found: list[_Dot],
    mark: float,
    text: str,
    better: Better | None,
    us: str | None,
    unit: "Unit",
    words: "Words",
    *,
    with_n: bool,
) -> Canvas:
    bottom = _TOP + _ROW * len(found)
    canvas = Canvas(bottom + _rows.AXIS)
    ys = [_TOP + _ROW * (place + 0.5) for place in range(len(found))]
    room = _rows.label_room([dot.name for dot in found], bold=us is not None)
    counts = [words.count(dot.n) for dot in found]
    margin = widest([*counts, words.say("chart.n")]) + 14 if with_n else 8.0
    ends = [end for dot in found for end in (dot.value, dot.low, dot.high)]
    along, marks = scale([*ends, mark], room + 6, WIDTH - margin, ticks=5, whole=unit == "count")
    _rows.axis(canvas, along, marks, tick_texts(marks, unit, words), _TOP, bottom)
    _rows.names(canvas, [dot.name for dot in found], ys, room, us)
    _reference(canvas, along, mark, text, bottom)
    for dot, y in zip(found, ys, strict=True):
        _one(canvas, along, dot, y, _colors(dot, mark, better, us), words)
    if with_n:
        canvas.text(WIDTH, _TOP - 8, words.say("chart.n"), color=INK_2, side="right", level="base")
        for count, y in zip(counts, ys, strict=True):
            canvas.text(WIDTH, y, count, color=INK_2, side="right")
    return canvas


def _one(canvas: Canvas, along: Scale, dot: _Dot, y: float, colors: tuple[str, str], words: "Words") -> None:
    color, bar = colors
    if known([dot.low, dot.high]) == [dot.low, dot.high]:
        # what is told by colour is told by width as well, for paper without colours
        canvas.line([along(dot.low), along(dot.high)], [y, y], color=bar, width=3 if bar == GREY else 5)
    if math.isnan(dot.value):
        canvas.text(along.start, y, words.number(None), color=INK_2)
    else:
        canvas.dot(along(dot.value), y, 4.5, color=color)


def _colors(dot: _Dot, mark: float, better: Better | None, us: str | None) -> tuple[str, str]:
    """Colour of the dot and of its interval bar."""
    low, high = (dot.low, dot.high) if dot.marked is None else (dot.value, dot.value) if dot.marked else (math.nan, math.nan)
    above, below = low > mark, high < mark  # both False where anything is unknown
    if better is not None and (above or below):
        good = above if better == "high" else below
        return (GOOD, GOOD_FILL) if good else (BAD, BAD_FILL)
    return (US if dot.name == us else INK_2), GREY


def _reference(canvas: Canvas, along: Scale, mark: float, text: str, bottom: float) -> None:
    if math.isnan(mark):
        return
    x = along(mark)
    canvas.line([x, x], [_TOP - 4, bottom], color=INK, width=1.2, dash=(4, 3))
    short = fit(text, WIDTH - 30)
    middle = min(max(x, em(short) / 2), WIDTH - 2 * TEXT - em(short) / 2)
    canvas.text(middle, _TOP - 8, short, color=INK, side="center", level="base")
