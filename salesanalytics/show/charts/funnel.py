"""A cohort funnel: of those who entered each stage, how many went on, are still open, or were lost.

In: one row per stage in order of the process, with counts. Out: a Figure block. What is still open is shown as such, so that a
young cohort does not look like a bad one.
"""

import math
from typing import TYPE_CHECKING, Unpack

from salesanalytics.show.blocks import Figure, Nothing
from salesanalytics.show.charts import _rows
from salesanalytics.show.charts._canvas import Canvas, em, fit
from salesanalytics.show.charts._scale import column, known, raw
from salesanalytics.show.theme import GREY, INK, INK_2, US, US_TINT, WIDTH, Caption

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.show.words import Words

_KEY, _ROW, _THICK = 28.0, 61.0, 16.0
_COLORS = (US, US_TINT, GREY)


def funnel(
    frame: "pd.DataFrame",
    stage: str,
    entered: str,
    advanced: str,
    open: str,
    lost: str,
    *,
    rate: str | None = None,
    words: "Words",
    **caption: Unpack[Caption],
) -> Figure | Nothing:
    """One bar per stage of entry, as long as the number who entered, split into went on, still open and lost (counts).

    `rate` names the share that goes on of what is decided; where it is known, it stands beside the number who entered.
    Missing counts are taken as zero. ValueError where the parts of a stage are more than entered it, or a count is negative.
    """
    if not len(frame):
        return Nothing(audience=caption.get("audience", "leader"))
    stages = [words.text(name) for name in raw(frame, stage)]
    counts = [[0.0 if math.isnan(n) else n for n in column(frame, name)] for name in (entered, advanced, open, lost)]
    rows = list(zip(*counts, strict=True))
    for name, row in zip(stages, rows, strict=True):
        _check(name, row)
    most = max(known(row[0] for row in rows)) or 1.0
    canvas = Canvas(_KEY + _ROW * len(rows) - 6)
    kinds = [words.say(f"chart.{key}") for key in ("went_on", "still_open", "lost")]
    _rows.key(canvas, 8, list(zip(_COLORS, kinds, strict=True)))
    heads = [_head(row[0], share, words) for row, share in zip(rows, column(frame, rate), strict=True)]
    for place, (name, head, row) in enumerate(zip(stages, heads, rows, strict=True)):
        _stage(canvas, _KEY + _ROW * place, name, head, row, WIDTH / most, words)
    return canvas.block(**caption)


def _check(stage: str, row: tuple[float, ...]) -> None:
    entered, *parts = row
    if min(row) < 0:
        raise ValueError(f"the stage {stage!r} has a negative count: {min(row):g}")
    if math.fsum(parts) > entered * (1 + 1e-9):
        raise ValueError(f"of {entered:g} who entered the stage {stage!r}, {math.fsum(parts):g} went on, are open or were lost")


def _head(entered: float, share: float, words: "Words") -> str:
    if math.isnan(share):
        return words.say("chart.entered", n=entered)
    return words.say("chart.entered_rate", n=entered, share=share)


def _stage(canvas: Canvas, top: float, name: str, head: str, row: tuple[float, ...], per_unit: float, words: "Words") -> None:
    parts = row[1:]
    canvas.text(0, top + 13, fit(name, WIDTH - em(head) - 14, bold=True), bold=True, level="base")
    canvas.text(WIDTH, top + 13, head, color=INK_2, side="right", level="base")
    y, x = top + 27, 0.0
    for part, color in zip(parts, _COLORS, strict=True):
        if part > 0:
            canvas.bar(x, x + part * per_unit, y, _THICK, color=color)
        x += part * per_unit
    _readings(canvas, top + 48, [words.count(part) for part in parts])


def _readings(canvas: Canvas, y: float, texts: list[str]) -> None:
    """The count of each part under the bar, always at the same three places so that stages can be read down."""
    for text, x, color in zip(texts, (0.0, WIDTH / 3, 2 * WIDTH / 3), _COLORS, strict=True):
        canvas.bar(x, x + 7, y - 4, 7, color=color)
        canvas.text(x + 11, y, fit(text, WIDTH / 3 - 14), color=INK if color == US else INK_2, level="base")
