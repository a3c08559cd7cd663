"""How work is split over reps: before and after a proposal, the moves it takes, and a map where places are known.

In: the fields of a territory result by name. Out: blocks. Reps are named with the workload of their accounts, never ranked.
"""

import math
from typing import Any

import pandas as pd

from salesanalytics.analyses.planning.territories import Territories
from salesanalytics.show.blocks import Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts import _rows
from salesanalytics.show.charts._canvas import Canvas, em
from salesanalytics.show.charts._scale import Scale, column, scale, tick_texts
from salesanalytics.show.sentences import finding, table_names
from salesanalytics.show.tables import Col, table
from salesanalytics.show.theme import GREY, INK, LINE, US, WIDTH
from salesanalytics.show.words import Words

MOST_MOVES = 12
_ROW, _TOP = 24.0, 40.0


def territories_figure(split: Territories, words: Words) -> Figure | Missing | Nothing:
    """Workload of each rep today (grey) and as proposed (accent), against the fair share; largest today on top."""
    headline = split.headline
    if headline is None:
        return Nothing()
    if split.balance is None:
        return Missing(finding(headline, words).sentence)
    uneven = headline.key in ("territories.uneven", "territories.idle")
    even = "territories.title.even" if headline.key != "territories.unowned" else "territories.findings.unowned.sentence"
    title = words.say("territories.title.uneven" if uneven else even, **headline.values)
    rows = split.reps.sort_values(["before", "rep_id"], ascending=[False, True])
    return _paired(rows, words).block(
        title=title, subtitle=words.say("territories.subtitle"), note=_note(split, words), alt=words.say("territories.alt")
    )


def _note(split: Territories, words: Words) -> str:
    measures = ", ".join(words.say(f"territories.measure.{one}") for one in split.measures)
    gap = split.balance.gap if split.balance is not None else 0.0
    notes = [words.say("territories.note", n=len(split.table), measures=measures)]
    if gap < float("inf"):
        notes.append(words.say("territories.gap", gap=_at_most(gap)) if gap > 0 else words.say("territories.certified"))
    if split.missing:
        notes.append(words.say("territories.lacking", tables=table_names(split.missing, words)))
    return " ".join(notes)


def _at_most(share: float) -> float:
    """`share` rounded up to what is shown of it, as what is certified must not be more than is known."""
    steps = 1000 if share < 0.0995 else 100
    return math.ceil(share * steps - 1e-9) / steps


def _paired(rows: pd.DataFrame, words: Words) -> Canvas:
    """Two dots per rep joined by a line, and a tick at the rep's own fair share."""
    names = [words.text(name) for name in rows["name"]]
    before, after, target = (column(rows, name) for name in ("before", "after", "target"))
    bottom = _TOP + _ROW * len(rows)
    canvas = Canvas(bottom + _rows.AXIS)
    ys = [_TOP + _ROW * (place + 0.5) for place in range(len(rows))]
    room = _rows.label_room(names)
    along, marks = scale([*before, *after, *target], room + 6, WIDTH - 10, zero=True)
    _rows.key(canvas, 8, [(GREY, words.say("territories.now")), (US, words.say("territories.proposed"))])
    _rows.axis(canvas, along, marks, tick_texts(marks, "number", words), _TOP, bottom)
    _rows.names(canvas, names, ys, room, None)
    for y, then, now, fair in zip(ys, before, after, target, strict=True):
        canvas.line([along(then), along(now)], [y, y], color=LINE, width=2)
        canvas.line([along(fair)] * 2, [y - _ROW / 2, y + _ROW / 2], color=INK, width=1.2, dash=(4, 3))
        canvas.dot(along(then), y, 4.5, color=GREY)
        canvas.dot(along(now), y, 4.5, color=US)
    _fair(canvas, along, target, words)
    return canvas


def _fair(canvas: Canvas, along: Scale, target: list[float], words: Words) -> None:
    """The fair share in figures, where it is the same for all."""
    if max(target) - min(target) > 1e-6 * max(target):
        return
    text = words.say("territories.fair", value=target[0])
    middle = min(max(along(target[0]), em(text) / 2), WIDTH - em(text) / 2)
    canvas.text(middle, _TOP - 6, text, side="center", level="base")


def territories_table(split: Territories, words: Words) -> TableBlock | Nothing:
    """The accounts that would get a new owner, a first one included, largest first; cut with a note."""
    moves = split.table[split.table["moved"].astype(bool) | split.table["from_rep"].isna()]
    moves = moves.sort_values(["workload", "account_id"], ascending=[False, True])
    shown = moves.head(MOST_MOVES)
    shown = shown.assign(
        way=[_way(row, words) for row in shown.to_dict("records")],
        work=[words.number(load, digits=1) for load in shown["workload"]],
    )
    notes = [words.say("territories.moves.note")]
    if len(moves) > len(shown):
        notes.insert(0, words.say("territories.moves.cut", n=len(shown), all=len(moves)))
    columns = [
        Col("name", words.say("territories.moves.account"), detail="way"),
        Col("work", words.say("territories.moves.workload"), "figure"),
        Col("cost", words.say("territories.moves.cost"), "number"),
    ]
    return table(
        shown,
        columns,
        words=words,
        title=words.say("territories.moves.title", n=len(moves)),
        subtitle=words.say("territories.moves.subtitle"),
        note=" ".join(notes),
    )


def _way(row: Any, words: Words) -> str:  # noqa: ANN401 - a row of a frame
    here = row["from_name"] if isinstance(row["from_name"], str) else words.say("territories.moves.nobody")
    return words.say("territories.moves.way", **{"from": here, "to": row["to_name"]})
