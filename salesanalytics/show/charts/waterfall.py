"""A waterfall: from one total to the next through what was added and taken away; it sums exactly or is not drawn.

In: one row per step in order, its amount and its role. Out: a Figure block. Rows run downwards, so that names may be long.
"""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack

from salesanalytics.show.blocks import Figure, Nothing
from salesanalytics.show.charts import _rows
from salesanalytics.show.charts._canvas import Canvas, fit, widest
from salesanalytics.show.charts._scale import Scale, column, raw
from salesanalytics.show.theme import BAD, BAD_FILL, GOOD, GOOD_FILL, GREY, INK, INK_2, WIDTH, Caption

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.base.finding import Unit
    from salesanalytics.show.words import Words

_ROW, _THICK = 26.0, 15.0
_ROLES = ("total", "change", "neutral")
_Step = tuple[str, float, float, str]  # name, from, to, role


def waterfall(
    frame: "pd.DataFrame",
    label: str,
    delta: str,
    role: str,
    *,
    words: "Words",
    unit: "Unit" = "money",
    **caption: Unpack[Caption],
) -> Figure | Nothing:
    """One row per step: `role` is "total" (drawn from zero), "change" (drawn from where the row above ended, blue up and orange
    down) or "neutral" (a change that is neither good nor bad, such as deals that left the pipeline because they were won).

    `delta` is the change, or the total itself. ValueError where a total differs from the sum of what stands above it, a
    number is missing, or a role is unknown.
    """
    if not len(frame):
        return Nothing(audience=caption.get("audience", "leader"))
    names = [words.text(name) for name in raw(frame, label)]
    steps = _steps(names, column(frame, delta), [str(kind) for kind in raw(frame, role)])
    texts = [words.value(b, unit) if kind == "total" else _signed(b - a, unit, words) for _, a, b, kind in steps]
    canvas = Canvas(_ROW * len(steps) + 2)
    along = _along(steps, _rows.label_room(names, bold=True), widest(texts, most=0.35 * WIDTH, bold=True) + 6)
    for place, (step, text) in enumerate(zip(steps, texts, strict=True)):
        _row(canvas, place, step, text, along, last=place == len(steps) - 1)
    canvas.line([along(0), along(0)], [0, _ROW * len(steps)], color=INK)
    return canvas.block(**caption)


def from_sum_to_sum(before: tuple[str, float], parts: Iterable[tuple[str, float]], after: tuple[str, float]) -> "pd.DataFrame":
    """The frame of a difference taken apart: a sum, its parts and the sum they come to; columns label, delta, role."""
    import pandas as pd

    steps = [(*before, "total"), *((*part, "change") for part in parts), (*after, "total")]
    return pd.DataFrame(steps, columns=["label", "delta", "role"])


def _steps(names: list[str], deltas: list[float], roles: list[str]) -> list[_Step]:
    steps: list[_Step] = []
    changes: list[float] = []
    for name, number, role in zip(names, deltas, roles, strict=True):
        if role not in _ROLES:
            raise ValueError(f"the step {name!r} has the role {role!r}; expected one of {', '.join(_ROLES)}")
        if math.isnan(number):
            raise ValueError(f"the step {name!r} has no finite number; a waterfall with a hole does not sum")
        level = math.fsum(changes)
        if role != "total":
            changes.append(number)
            steps.append((name, level, math.fsum(changes), role))
            continue
        _check(name, number, level, changes)
        changes = [number]
        steps.append((name, 0.0, number, role))
    return steps


def _check(name: str, total: float, level: float, changes: list[float]) -> None:
    if changes and abs(total - level) > 1e-9 * math.fsum(abs(change) for change in changes):
        raise ValueError(
            f"the total {name!r} is {total!r}, but the steps above it sum to {level!r}: {total - level:+g} unexplained"
        )


def _along(steps: list[_Step], room: float, end: float) -> Scale:
    ends = [number for _, start, stop, _ in steps for number in (start, stop)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    high = high if high > low else low + 1.0
    falls = any(_leftwards(step) and min(step[1], step[2]) - low < 0.2 * (high - low) for step in steps)
    return Scale(low, high, room + (end if falls else 4), WIDTH - end)


def _leftwards(step: _Step) -> bool:
    """Whether the number stands left of its bar: below zero, where the bar ends on its left."""
    return step[2] < step[1] and step[2] < 0


def _signed(change: float, unit: "Unit", words: "Words") -> str:
    text = words.value(change, unit)
    return f"+{text}" if change > 0 else text


def _row(canvas: Canvas, place: int, step: _Step, text: str, along: Scale, *, last: bool) -> None:
    name, start, stop, role = step
    y, total = _ROW * (place + 0.5), role == "total"
    plain = role != "change" or stop == start
    color = INK_2 if total else GREY if plain else GOOD_FILL if stop > start else BAD_FILL
    canvas.text(0, y, fit(name, along.start - 6, bold=total), bold=total)
    canvas.bar(along(start), along(stop), y, _THICK, color=color)
    if not last:
        canvas.line([along(stop)] * 2, [y + _THICK / 2, y + _ROW - _THICK / 2], color=GREY)
    ink = INK if plain else GOOD if stop > start else BAD
    if _leftwards(step):
        canvas.text(along(stop) - 5, y, text, side="right", color=ink, bold=total)
    else:
        canvas.text(along(max(start, stop)) + 5, y, text, color=ink, bold=total)
