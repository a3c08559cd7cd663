"""Horizontal bars: how much of each, from zero, with the number at the end of the bar; in parts where asked.

In: one row per bar (or per bar and part), in the order to be shown. Out: a Figure block. For comparing people or teams whose
numbers are estimates, use `dots`, which shows how sure they are.
"""

import math
from typing import TYPE_CHECKING, Unpack

from salesanalytics.show.blocks import Figure, Nothing
from salesanalytics.show.charts import _rows
from salesanalytics.show.charts._canvas import Canvas, em, fit, widest
from salesanalytics.show.charts._scale import Scale, column, known, raw, scale
from salesanalytics.show.theme import GREY, INK, INK_2, US, US_TINT, WIDTH, Caption

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.base.finding import Unit
    from salesanalytics.show.words import Words

_ROW, _THICK = 24.0, 15.0
_PARTS = (US, US_TINT, GREY, "#d5dbe1", INK_2)


def bars(
    frame: "pd.DataFrame",
    label: str,
    value: str,
    *,
    words: "Words",
    unit: "Unit" = "money",
    parts: str | None = None,
    value_text: str | None = None,
    us: str | None = None,
    **caption: Unpack[Caption],
) -> Figure | Nothing:
    """One bar per row of `frame`, first row on top; `value` in `unit` from zero.

    With `parts` the frame has one row per bar and part, and bars are stacked (negative parts to the left). `value_text` names a
    column with the text at the bar's end. `us` is the label drawn in the accent; without it every bar is.
    """
    if not len(frame):
        return Nothing(audience=caption.get("audience", "leader"))
    if parts is not None:
        return _stacked(frame, (label, parts, value), words, unit, us).block(**caption)
    return _plain(frame, (label, value, value_text), words, unit, us).block(**caption)


def _plain(frame: "pd.DataFrame", names: tuple[str, str, str | None], words: "Words", unit: "Unit", us: str | None) -> Canvas:
    label, value, value_text = names
    labels, values = [words.text(name) for name in raw(frame, label)], column(frame, value)
    texts = [words.text(text) for text in raw(frame, value_text)] if value_text else [words.value(v, unit) for v in values]
    mine = None if us is None else words.text(us)
    canvas, ys, along = _layout(labels, values, texts, mine)
    for y, name, number, text in zip(ys, labels, values, texts, strict=True):
        color = US if mine in (None, name) else GREY
        _bar(canvas, along, y, [(number, color)])
        _end(canvas, along, y, number, number, text)
    return canvas


def _stacked(frame: "pd.DataFrame", names: tuple[str, str, str], words: "Words", unit: "Unit", us: str | None) -> Canvas:
    label, parts, value = names
    rows: dict[str, dict[str, float]] = {}
    for name, part, number in zip(raw(frame, label), raw(frame, parts), column(frame, value), strict=True):
        row = rows.setdefault(words.text(name), {})
        row[words.text(part)] = row.get(words.text(part), 0.0) + (0.0 if math.isnan(number) else number)
    kinds = list(dict.fromkeys(part for row in rows.values() for part in row))
    colors = {part: _PARTS[min(place, len(_PARTS) - 1)] for place, part in enumerate(kinds)}
    totals = [math.fsum(row.values()) for row in rows.values()]
    sides = [math.fsum(n for n in row.values() if n * sign > 0) for row in rows.values() for sign in (1, -1)]
    texts = [words.value(total, unit) for total in totals]
    canvas, ys, along = _layout(list(rows), sides, texts, None if us is None else words.text(us), above=20)
    for y, row, total, text in zip(ys, rows.values(), totals, texts, strict=True):
        _bar(canvas, along, y, [(number, colors[part]) for part, number in row.items()])
        right = math.fsum(n for n in row.values() if n > 0)
        _end(canvas, along, y, right if right else total, total, text)
    first = next(iter(rows.values()))
    if not _direct(canvas, along, ys[0] - _THICK / 2 - 5, [(first.get(part, 0.0), part) for part in kinds]):
        _rows.key(canvas, 6, [(colors[part], part) for part in kinds])
    return canvas


def _layout(
    labels: list[str], values: list[float], texts: list[str], us: str | None, above: float = 0.0
) -> tuple[Canvas, list[float], Scale]:
    """A sheet with the names written, the middle of every row, and the value scale from zero."""
    ys = [above + _ROW * (place + 0.5) for place in range(len(labels))]
    canvas = Canvas(above + _ROW * len(labels) + 2)
    room, end = _rows.label_room(labels, bold=us is not None), widest(texts, most=0.35 * WIDTH) + 6
    there = known(values)
    left = room + (end if any(number < 0 for number in there) else 0)
    right = WIDTH - (end if any(number > 0 for number in there) or not there else 0)
    along = scale(values, left, right, zero=True)[0]
    along = Scale(min([0.0, *there]), max([0.0, *there]), left, right) if there and any(there) else along
    _rows.names(canvas, labels, ys, room, us)
    canvas.line([along(0), along(0)], [above, above + _ROW * len(labels)], color=INK, width=1)
    return canvas, ys, along


def _bar(canvas: Canvas, along: Scale, y: float, parts: list[tuple[float, str]]) -> None:
    ends = {True: 0.0, False: 0.0}
    for number, color in parts:
        if math.isnan(number) or number == 0:
            continue
        start = ends[number > 0]
        ends[number > 0] = start + number
        canvas.bar(along(start), along(start + number), y, _THICK, color=color)


def _end(canvas: Canvas, along: Scale, y: float, reach: float, number: float, text: str) -> None:
    leftwards = not math.isnan(number) and number < 0
    x = along(0.0 if math.isnan(reach) else reach)
    canvas.text(x - 5 if leftwards else x + 5, y, fit(text, 0.35 * WIDTH), side="right" if leftwards else "left")


def _direct(canvas: Canvas, along: Scale, y: float, first: list[tuple[float, str]]) -> bool:
    """Part names above the first bar, each over its part; False where they would not fit."""
    end, places = 0.0, []
    for number, part in first:
        places.append((along(end), along(end + max(number, 0.0)), part))
        end += max(number, 0.0)
    if any(em(part) + 8 > stop - start for start, stop, part in places):
        return False
    for start, _, part in places:
        canvas.text(start, y, part, color=INK_2, level="base")
    return True
