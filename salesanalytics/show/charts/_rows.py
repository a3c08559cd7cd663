"""What charts of labelled rows share: a column of names, rows of equal height, a value axis below.

In: row labels and values. Out: positions. Names are shortened to the room they get; the name of "us" is bold.
"""

from collections.abc import Sequence

from salesanalytics.show.charts._canvas import Canvas, em, fit, widest
from salesanalytics.show.charts._scale import Scale
from salesanalytics.show.theme import FAINT, INK, INK_2, LINE, TEXT, US, WIDTH

LABEL_ROOM = 0.36 * WIDTH
GAP = 10.0
AXIS = 22.0


def label_room(labels: Sequence[str], *, bold: bool = False) -> float:
    """Units the column of names takes, with the gap after it."""
    return widest(labels, most=LABEL_ROOM, bold=bold) + GAP


def names(canvas: Canvas, labels: Sequence[str], ys: Sequence[float], room: float, us: str | None) -> None:
    """The names of the rows, at the left edge."""
    for label, y in zip(labels, ys, strict=True):
        ours = us is not None and label == us
        canvas.text(0, y, fit(label, room - GAP + 1, bold=ours), color=US if ours else INK, bold=ours)


def axis(canvas: Canvas, scale: Scale, marks: Sequence[float], texts: Sequence[str], top: float, bottom: float) -> None:
    """Faint vertical lines at round values with labels below; labels that would touch are left out, the zero line is darker."""
    free = -1e9
    for mark, text in zip(marks, texts, strict=True):
        x = scale(mark)
        canvas.line([x, x], [top, bottom], color=LINE if mark == 0 else FAINT)
        left = x - em(text) / 2
        if left > free and x + em(text) / 2 <= WIDTH + 4:
            canvas.text(x, bottom + 6, text, color=INK_2, side="center", level="top")
            free = x + em(text) / 2 + TEXT * 0.6


def key(canvas: Canvas, y: float, entries: Sequence[tuple[str, str]], x: float = 0.0) -> None:
    """A line of coloured squares with their names, for what cannot be labelled in place."""
    for color, text in entries:
        short = fit(text, WIDTH - x - 16)
        canvas.bar(x, x + 9, y, 9, color=color)
        canvas.text(x + 13, y, short, color=INK_2)
        x += 13 + em(short) + 14
