"""How work is split over reps: before and after a proposal, the moves it takes, and a map where places are known.

In: the fields of a territory result by name. Out: blocks. Reps are named with the workload of their accounts, never ranked.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from salesanalytics.show.blocks import Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts import _rows
from salesanalytics.show.charts._canvas import Canvas, em
from salesanalytics.show.charts._scale import Scale, column, scale, tick_texts
from salesanalytics.show.sentences import Found, table_names
from salesanalytics.show.tables import Col, table
from salesanalytics.show.theme import BAD_FILL, GOOD_FILL, GREY, INK, INK_2, LINE, US, WIDTH
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd

MOST_MOVES = 12
_ROW, _TOP = 24.0, 40.0
_COLOURS = (US, GOOD_FILL, BAD_FILL, INK_2, GREY, INK)
_MAP, _BETWEEN = 190.0, 20.0


class Certified(Protocol):
    """An assignment and how far it may be from the best."""

    @property
    def gap(self) -> float: ...


class Split(Protocol):
    """What is shown of a territory result."""

    @property
    def table(self) -> "pd.DataFrame": ...
    @property
    def reps(self) -> "pd.DataFrame": ...
    @property
    def findings(self) -> Sequence[Found]: ...
    @property
    def balance(self) -> Certified | None: ...
    @property
    def measures(self) -> Sequence[str]: ...
    @property
    def missing(self) -> Sequence[str]: ...


def territories_figure(split: Split, words: Words) -> Figure | Missing | Nothing:
    """Workload of each rep today (grey) and as proposed (accent), against the fair share; largest today on top."""
    told = split.findings[0]
    if split.balance is None:
        return Missing(words.say(f"finding.{told.key}.sentence", **told.values))
    uneven = told.key in ("territory_uneven", "territory_idle")
    even = "territory.title.even" if told.key != "territory_unowned" else "finding.territory_unowned.sentence"
    title = words.say("territory.title.uneven" if uneven else even, **told.values)
    rows = split.reps.sort_values(["before", "rep_id"], ascending=[False, True])
    return _paired(rows, words).block(
        title=title, subtitle=words.say("territory.subtitle"), note=_note(split, words), alt=words.say("territory.alt")
    )


def _note(split: Split, words: Words) -> str:
    measures = ", ".join(words.say(f"territory.measure.{one}") for one in split.measures)
    gap = split.balance.gap if split.balance is not None else 0.0
    notes = [words.say("territory.note", n=len(split.table), measures=measures)]
    if gap < float("inf"):
        notes.append(words.say("territory.gap", gap=gap) if gap > 0 else words.say("territory.certified"))
    if split.missing:
        notes.append(words.say("territory.missing", tables=table_names(split.missing, words)))
    return " ".join(notes)


def _paired(rows: "pd.DataFrame", words: Words) -> Canvas:
    """Two dots per rep joined by a line, and a tick at the rep's own fair share."""
    names = [words.text(name) for name in rows["name"]]
    before, after, target = (column(rows, name) for name in ("before", "after", "target"))
    bottom = _TOP + _ROW * len(rows)
    canvas = Canvas(bottom + _rows.AXIS)
    ys = [_TOP + _ROW * (place + 0.5) for place in range(len(rows))]
    room = _rows.label_room(names)
    along, marks = scale([*before, *after, *target], room + 6, WIDTH - 10, zero=True)
    _rows.key(canvas, 8, [(GREY, words.say("territory.now")), (US, words.say("territory.proposed"))])
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
    text = words.say("territory.fair", value=target[0])
    middle = min(max(along(target[0]), em(text) / 2), WIDTH - em(text) / 2)
    canvas.text(middle, _TOP - 6, text, side="center", level="base")


def territories_table(split: Split, words: Words) -> TableBlock | Nothing:
    """The accounts that would change hands or get an owner, largest first; cut with a note."""
    moves = split.table[split.table["moved"].astype(bool) | split.table["from_rep"].isna()]
    moves = moves.sort_values(["workload", "account_id"], ascending=[False, True])
    shown = moves.head(MOST_MOVES)
    shown = shown.assign(
        way=[_way(row, words) for row in shown.to_dict("records")],
        work=[words.number(load, digits=1) for load in shown["workload"]],
    )
    notes = [words.say("territory.moves.note")]
    if len(moves) > len(shown):
        notes.insert(0, words.say("territory.moves.cut", n=len(shown), all=len(moves)))
    columns = [
        Col("name", words.say("territory.moves.account"), detail="way"),
        Col("work", words.say("territory.moves.workload"), "figure"),
        Col("cost", words.say("territory.moves.cost"), "number"),
    ]
    return table(
        shown,
        columns,
        words=words,
        title=words.say("territory.moves.title", n=len(moves)),
        subtitle=words.say("territory.moves.subtitle"),
        note=" ".join(notes),
    )


def _way(row: Any, words: Words) -> str:  # noqa: ANN401 - a row of a frame
    here = row["from_name"] if isinstance(row["from_name"], str) else words.say("territory.moves.nobody")
    return words.say("territory.moves.way", **{"from": here, "to": row["to_name"]})


def territory_map(accounts: "pd.DataFrame", words: Words) -> Figure | Nothing:
    """Accounts where they are, by rep, today and as proposed; `accounts` has x, y, from_rep, to_rep. Nothing without places."""
    if not len(accounts) or not {"x", "y"} <= set(accounts):
        return Nothing()
    reps = sorted(set(accounts["to_rep"]) | set(accounts["from_rep"].dropna()))
    colour = {rep: _COLOURS[at % len(_COLOURS)] for at, rep in enumerate(reps)}
    xs, ys = column(accounts, "x"), column(accounts, "y")
    extent = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    canvas = Canvas(_MAP + 24)
    for left, by, head in ((0.0, "from_rep", "before"), (_MAP + _BETWEEN, "to_rep", "after")):
        canvas.text(left, 10, words.say(f"territory.map.{head}"), color=INK_2)
        across = Scale(min(xs), min(xs) + extent, left + 4, left + _MAP - 4)
        down = Scale(min(ys), min(ys) + extent, _MAP + 20, 28)
        for x, y, rep in zip(xs, ys, accounts[by], strict=True):
            canvas.dot(across(x), down(y), 2.2, color=colour.get(rep, LINE))
    return canvas.block(
        title=words.say("territory.map.title"), subtitle=words.say("territory.map.subtitle"), alt=words.say("territory.map.alt")
    )
