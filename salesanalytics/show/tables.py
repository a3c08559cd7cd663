"""Frames as tables a leader can read: figures right-aligned with their unit in the head, dashes instead of holes.

In: a tidy frame, one row per table row, and a list of columns. Out: a TableBlock of plain texts. A number that may not be shown
because too few people stand behind it is the marker `SUPPRESSED`.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, get_args

from salesanalytics.base.finding import Audience
from salesanalytics.show._numbers import DASH, finite
from salesanalytics.show.blocks import Cell, ColumnHead, Nothing, Role, Row, TableBlock, Tone
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal[
    "text",
    "money",
    "money_exact",
    "money_signed",
    "percent",
    "percent_signed",
    "points_signed",
    "count",
    "count_signed",
    "number",
    "days",
    "date",
    "figure",
    "said",
    "spark",
]
_STEPS = ((2e10, 1e9), (2e7, 1e6), (2e4, 1e3))  # from this size on, counted in steps of that


class _Marker(Enum):
    SUPPRESSED = "suppressed"


SUPPRESSED = _Marker.SUPPRESSED
"""Stands in a frame for a number that is hidden because it rests on fewer than five people."""


@dataclass(frozen=True, slots=True)
class Col:
    """One column: which of the frame, its head, how its values are written, and which values are good or bad.

    Money, days and points have their unit in the head; `money_exact` keeps it at every number. "figure" is text already
    written as a number, right-aligned; "said" is our own words, never shortened as names from data are. `tone` gets the raw
    number and says whether it is good or bad.
    `detail` names a column of texts shown as a quieter second line, `record` one of ids of deals, whose records in the CRM the
    texts then lead to.
    """

    name: str
    label: str
    kind: Kind = "text"
    tone: Callable[[float], Tone] | None = None
    detail: str = ""
    record: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(
                f"the column {self.name!r} has the kind {self.kind!r}; expected one of {', '.join(get_args(Kind))}"
            )


@dataclass(frozen=True, slots=True)
class _Written:
    """A column made ready: its head, and the way from a raw value to a cell."""

    col: Col
    head: str
    cell: Callable[[object], Cell]


def table(
    frame: "pd.DataFrame",
    columns: Sequence[Col],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    note: str = "",
    total_row: Mapping[str, object] | None = None,
    role: str | None = None,
    audience: Audience = "leader",
) -> TableBlock | Nothing:
    """`frame` as a table with `columns`. An empty frame gives a Nothing block; KeyError names a column that is not there.

    `total_row` maps column names to the values of a last row that is set apart. `role` names a column that says for each row
    whether it is a "body", "total" or "group" row.
    """
    details = [name for col in columns for name in (col.detail, col.record) if name]
    for name in [*(col.name for col in columns), *details, *([role] if role else [])]:
        if name not in frame.columns:
            raise KeyError(f"the frame has no column {name!r}; it has {', '.join(map(str, frame.columns))}")
    if not len(frame):
        return Nothing(audience=audience)
    ready = [_ready(col, frame[col.name], words) for col in columns]
    roles: Iterable[Role] = frame[role] if role else ["body"] * len(frame)
    rows = [
        Row(tuple(_detailed(one, values, words) for one in ready), kind)
        for kind, values in zip(roles, frame.to_dict("records"), strict=True)
    ]
    if total_row is not None:
        rows.append(_total(ready, total_row, words))
    heads = tuple(ColumnHead(one.head, "left" if one.col.kind in ("text", "said", "spark") else "right") for one in ready)
    return TableBlock(title=title, columns=heads, rows=tuple(rows), subtitle=subtitle, note=note, audience=audience)


def _detailed(one: _Written, row: Mapping[Any, Any], words: Words) -> Cell:
    cell = one.cell(row[one.col.name])
    if one.col.record:
        cell = replace(cell, link=words.record(row[one.col.record]))
    return replace(cell, detail=words.text(row[one.col.detail])) if one.col.detail and row[one.col.detail] else cell


def _total(ready: Sequence[_Written], values: Mapping[str, object], words: Words) -> Row:
    unknown = set(values) - {one.col.name for one in ready}
    if unknown:
        raise KeyError(f"total_row has {', '.join(sorted(unknown))}, which the table does not show")
    cells = [one.cell(values[one.col.name]) if one.col.name in values else Cell("") for one in ready]
    if ready[0].col.name not in values:
        cells[0] = Cell(words.say("table.total"))
    return Row(tuple(cells), "total")


def _ready(col: Col, values: Iterable[object], words: Words) -> _Written:
    if col.kind == "spark":
        return _Written(col, col.label, _spark)
    write, head = _writer(col, values, words)

    def cell(value: object) -> Cell:
        if value is SUPPRESSED:
            return Cell(words.say("table.suppressed"))
        number = finite(value)
        tone = col.tone(number) if col.tone is not None and number is not None else "neutral"
        return Cell(write(value), tone)

    return _Written(col, head, cell)


def _writer(col: Col, values: Iterable[object], words: Words) -> tuple[Callable[[object], str], str]:
    """How to write a value of the column, and the column's head with the unit."""
    numbers = [abs(number) for value in values if (number := finite(value)) is not None]
    most, kind, signed = max(numbers, default=0.0), col.kind.removesuffix("_signed"), col.kind.endswith("_signed")
    if kind == "money":
        return _money(col, most, words, signed)
    if kind in ("days", "points"):
        factor, head = (100.0, "table.points") if kind == "points" else (1.0, "table.days")
        digits = int(most * factor < 9.95)
        return _scaled(factor, digits, words, signed), words.say(head, label=col.label)
    if kind == "percent":
        return _percent(int(most < 0.0995), words, signed), col.label
    if kind == "count":
        return lambda value: words.count(value, signed=signed), col.label
    plain: dict[str, Callable[..., str]] = {
        "said": str,
        "money_exact": _exact(words),
        "number": words.number,
        "date": words.date,
    }
    return plain.get(kind, words.text), col.label


def _exact(words: Words) -> Callable[[object], str]:
    return lambda value: words.money(value, exact=True)


def _percent(digits: int, words: Words, signed: bool) -> Callable[[object], str]:
    """Whole per cent down the column, but never a 0% or 100% that is not one."""

    def write(value: object) -> str:
        share = finite(value)
        false = share is not None and (0 < share < 0.005 or 0.995 <= share < 1)
        return words.percent(value, signed=signed, digits=None if false else digits)

    return write


def _money(col: Col, most: float, words: Words, signed: bool) -> tuple[Callable[[object], str], str]:
    """One unit for the whole column, named in its head, so that figures can be compared down the column."""
    step = money_step(most)
    head = words.say("table.money", label=col.label, unit=words.money_unit(step))
    return _scaled(1 / step, int(step >= 1e6), words, signed), head


def money_step(most: float) -> float:
    """The step in which a column of money is counted whose largest sum is `most`: 1, 1e3, 1e6 or 1e9."""
    return next((step for least, step in _STEPS if most >= least), 1.0)


def adding_up(amounts: Sequence[float], step: float | None = None) -> list[float]:
    """Parts, the last of which is their sum, rounded as a column of money shows them so that what is shown adds up as well.

    `step` is the column's own where the sum is no row of it: a table's total row has no say in the step.
    """
    step = step or money_step(max(map(abs, amounts), default=0.0))
    unit = step / 10 if step >= 1e6 else step
    parts, whole = [amount / unit for amount in amounts[:-1]], [round(amount / unit) for amount in amounts[-1:]]
    down = [math.floor(part) for part in parts]
    by_rest = sorted(range(len(parts)), key=lambda place: down[place] - parts[place])
    up = by_rest[: max(sum(whole) - sum(down), 0)]
    return [unit * (low + (place in up)) for place, low in enumerate(down)] + [unit * one for one in whole]


def money_ranges(amounts: Iterable[object], low: Iterable[object], high: Iterable[object], words: Words) -> list[str]:
    """Ranges that stand under a column of money, in the step that its head names; empty where an end is missing."""
    step = money_step(max((abs(one) for one in map(finite, amounts) if one is not None), default=0.0))
    ends = [(finite(one), finite(other)) for one, other in zip(low, high, strict=True)]
    return [
        "" if one is None or other is None else words.interval(one / step, other / step, "number", digits=int(step >= 1e6))
        for one, other in ends
    ]


def _scaled(factor: float, digits: int, words: Words, signed: bool) -> Callable[[object], str]:
    def write(value: object) -> str:
        number = finite(value)
        return DASH if number is None else words.number(number * factor, signed=signed, digits=digits)

    return write


def _spark(values: object) -> Cell:
    from salesanalytics.show.charts.spark import spark

    return Cell("", spark=spark(values) if isinstance(values, Iterable) and not isinstance(values, str) else "")
