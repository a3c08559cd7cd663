"""Lines over time (or over a number): each named at its end, with the likely range as a tint and the goal as a dashed line.

In: one row per x and series, already aggregated, any order. Out: a Figure block. A missing value leaves a gap in its line.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from salesanalytics.show.blocks import Figure, Nothing
from salesanalytics.show.charts._canvas import Canvas, Side, em, fit, widest
from salesanalytics.show.charts._scale import NAN, Scale, as_days, column, day_ticks, floats, known, raw, scale, tick_texts
from salesanalytics.show.theme import FAINT, GREY, INK, INK_2, INK_3, LINE, TEXT, US, US_TINT, WIDTH, Caption

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.base.finding import Unit
    from salesanalytics.show.words import Words

_HEIGHT, _TOP, _FOOT, _LABEL_STEP, _MOST_LABELS = 236.0, 22.0, 24.0, 16.0, 10


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    xs: list[float]
    ys: list[float]
    low: list[float]
    high: list[float]
    us: bool

    @property
    def end(self) -> tuple[float, float] | None:
        points = [(x, y) for x, y in zip(self.xs, self.ys, strict=True) if not math.isnan(y)]
        return points[-1] if points else None


def lines(
    frame: "pd.DataFrame",
    x: str,
    y: str,
    *,
    words: "Words",
    series: str | None = None,
    low: str | None = None,
    high: str | None = None,
    goal: float | None = None,
    goal_text: str = "",
    today: "dt.date | float | None" = None,
    today_text: str = "",
    us: str | None = None,
    unit: "Unit" = "money",
    zero: bool = True,
    **caption: Unpack[Caption],
) -> Figure | Nothing:
    """A line per `series` over `x` (dates or numbers), `y` in `unit`; `low` and `high` name the columns of its range.

    The series named `us` (default: the first) is drawn in the accent, others grey. `goal` is a level with its own label
    (`goal_text`, default "Goal …"); `today` marks a day (`today_text`, default
    "today"). `zero=False` lets the scale start above zero, for rates.
    """
    dates = as_days(raw(frame, x))
    places = floats(raw(frame, x)) if dates is None else dates
    if len(frame) and not known(places):
        raise ValueError(f"the column {x!r} holds neither dates nor numbers, such as {raw(frame, x)[0]!r}")
    if not len(frame):
        return Nothing(audience=caption.get("audience", "leader"))
    drawn = _split(frame, places, (y, series, low, high), words, us)
    canvas = Canvas(_HEIGHT)
    level = None if goal is None or math.isnan(floats([goal])[0]) else float(goal)
    up, marks = _upward(drawn, level, zero, whole=unit == "count")
    texts = tick_texts(marks, unit, words)
    right = _label_room(drawn, series is not None, unit, words)
    along = Scale(min(known(places)), max(known(places)), widest(texts) + 8, WIDTH - right)
    _grid(canvas, along, up, marks, texts)
    _x_axis(canvas, along, words, dated=dates is not None, whole_numbers=places)
    ours_last = sorted(drawn, key=lambda one: one.us)
    for line in ours_last:
        _range(canvas, line, along, up)
    for line in ours_last:
        _draw(canvas, line, along, up)
    _goal(canvas, level, goal_text or words.say("chart.goal", value=words.value(goal, unit)), along, up)
    _today(canvas, today, today_text or words.say("chart.today"), along)
    _labels(canvas, drawn, along, up, [_label(line, series is not None, unit, words) for line in drawn])
    return canvas.block(**caption)


def _split(
    frame: "pd.DataFrame",
    places: list[float],
    names: tuple[str, str | None, str | None, str | None],
    words: "Words",
    us: str | None,
) -> list[_Line]:
    y, series, low, high = names
    owners = [""] * len(frame) if series is None else [words.text(name) for name in raw(frame, series)]
    rows: dict[str, list[tuple[float, float, float, float]]] = {}
    for owner, *point in zip(owners, places, column(frame, y), column(frame, low), column(frame, high), strict=True):
        rows.setdefault(owner, []).append((point[0], point[1], point[2], point[3]))
    ours = next(iter(rows)) if us is None else words.text(us)
    found = []
    for owner, points in rows.items():
        there = sorted((point for point in points if not math.isnan(point[0])), key=lambda point: point[0])
        xs, ys, lows, highs = ([point[place] for point in there] for place in range(4))
        found.append(_Line(owner, xs, ys, lows, highs, owner == ours))
    return found


def _upward(drawn: Sequence[_Line], goal: float | None, zero: bool, *, whole: bool) -> tuple[Scale, list[float]]:
    values = [value for line in drawn for value in (*line.ys, *line.low, *line.high)]
    values += [] if goal is None else [goal]
    return scale(values, _HEIGHT - _FOOT, _TOP, zero=zero, ticks=4, whole=whole)


def _label(line: _Line, named: bool, unit: "Unit", words: "Words") -> str:
    if named:
        return line.name
    return "" if line.end is None else words.value(line.end[1], unit)


def _label_room(drawn: Sequence[_Line], named: bool, unit: "Unit", words: "Words") -> float:
    return widest((_label(line, named, unit, words) for line in drawn), most=0.28 * WIDTH, bold=True) + 10


def _grid(canvas: Canvas, along: Scale, up: Scale, marks: Sequence[float], texts: Sequence[str]) -> None:
    start, stop = along.start, along.stop
    for mark, text in zip(marks, texts, strict=True):
        base = mark == 0 or mark == marks[0]
        canvas.line([start, stop], [up(mark), up(mark)], color=LINE if base else FAINT)
        canvas.text(start - 8, up(mark), text, color=INK_2, side="right")


def _x_axis(canvas: Canvas, along: Scale, words: "Words", *, dated: bool, whole_numbers: Sequence[float]) -> None:
    if dated:
        ticks = day_ticks(along.low, along.high, words)
    else:
        whole = along.high - along.low >= 6 or all(number.is_integer() for number in known(whole_numbers))
        marks = scale([along.low, along.high], 0, 1, ticks=6, whole=whole)[1]
        ticks = [(mark, words.number(mark)) for mark in marks if along.low <= mark <= along.high]
    free = 0.0
    for value, text in ticks:
        left = min(max(along(value) - em(text) / 2, 0.0), WIDTH - em(text))
        if left >= free:
            canvas.line([along(value)] * 2, [_HEIGHT - _FOOT, _HEIGHT - _FOOT + 4], color=LINE)
            canvas.text(left + em(text) / 2, _HEIGHT - _FOOT + 7, text, color=INK_2, side="center", level="top")
            free = left + em(text) + TEXT * 0.6


def _range(canvas: Canvas, line: _Line, along: Scale, up: Scale) -> None:
    for run in _runs(line):
        xs = [along(line.xs[place]) for place in run]
        if len(run) > 1:
            canvas.area(
                xs, [up(line.low[i]) for i in run], [up(line.high[i]) for i in run], color=US_TINT if line.us else FAINT
            )


def _draw(canvas: Canvas, line: _Line, along: Scale, up: Scale) -> None:
    ys = [NAN if math.isnan(y) else up(y) for y in line.ys]
    canvas.line([along(x) for x in line.xs], ys, color=US if line.us else GREY, width=2.5 if line.us else 1.5)
    if line.end is not None and (line.us or len(known(line.ys)) == 1):
        canvas.dot(along(line.end[0]), up(line.end[1]), 3.5, color=US if line.us else GREY)


def _runs(line: _Line) -> list[list[int]]:
    """Stretches of places where the range is known at both ends."""
    runs: list[list[int]] = [[]]
    for place, (low, high) in enumerate(zip(line.low, line.high, strict=True)):
        if math.isnan(low) or math.isnan(high):
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def _goal(canvas: Canvas, goal: float | None, text: str, along: Scale, up: Scale) -> None:
    if goal is None:
        return
    canvas.line([along.start, along.stop], [up(goal), up(goal)], color=INK, width=1.2, dash=(4, 3))
    canvas.text(along.start + 2, up(goal) - 5, fit(text, 0.5 * WIDTH), level="base", halo=True)


def _today(canvas: Canvas, today: "dt.date | float | None", text: str, along: Scale) -> None:
    day = (as_days([today]) or floats([today]))[0]
    if math.isnan(day) or not along.low <= day <= along.high:
        return
    x = along(day)
    canvas.line([x, x], [_TOP - 6, _HEIGHT - _FOOT], color=INK_3, dash=(1.5, 2.5))
    x = min(max(x, em(text) / 2), WIDTH - em(text) / 2)
    canvas.text(x, _TOP - 10, text, color=INK_2, side="center", level="base")


def _labels(canvas: Canvas, drawn: Sequence[_Line], along: Scale, up: Scale, texts: Sequence[str]) -> None:
    """Names at the line ends, ours first and moved apart where they would touch; beyond ten only ours and the highest."""
    ends = [(line, text, line.end) for line, text in zip(drawn, texts, strict=True) if line.end is not None]
    ends = sorted(ends, key=lambda one: (not one[0].us, -one[2][1]))[:_MOST_LABELS]
    for line, text, end in [one for one in ends if _inside(one[2], along)]:
        x = along(end[0])
        side: Side = "left" if x - along.start < em(text, bold=True) and x < WIDTH / 2 else "right"
        short = fit(text, WIDTH - x if side == "left" else x, bold=True)
        y = up(end[1]) - 9
        if y - TEXT < _TOP - 10:  # the mark of today stands there
            y = up(end[1]) + 9 + TEXT
        canvas.text(x, y, short, color=US if line.us else INK_2, bold=line.us, side=side, level="base", halo=True)
    ends = sorted((one for one in ends if not _inside(one[2], along)), key=lambda one: up(one[2][1]))
    ys = _apart([up(end[1]) for _, _, end in ends], TEXT * 0.5, _HEIGHT - _FOOT)
    for (line, text, end), y in zip(ends, ys, strict=True):
        x = along(end[0]) + 7
        canvas.text(x, y, fit(text, WIDTH - x + 2, bold=line.us), color=US if line.us else INK_2, bold=line.us)


def _inside(end: tuple[float, float], along: Scale) -> bool:
    """Whether a line ends so far from the right edge that its name stands above its end."""
    return along.stop - along(end[0]) > 12


def _apart(wanted: Sequence[float], top: float, bottom: float) -> list[float]:
    """Positions (sorted) moved apart to one line height each, kept between `top` and `bottom`."""
    placed: list[float] = []
    ceiling = top
    for y in wanted:
        placed.append(max(y, ceiling))
        ceiling = placed[-1] + _LABEL_STEP
    floor = bottom
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], floor)
        floor = placed[place] - _LABEL_STEP
    return placed
