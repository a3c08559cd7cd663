"""Every column of the schema in its dtype, out of a table that is still as written.

In: one `Shaped` table. Out: `Typed`, the same rows with our dtypes, and the currency written beside amounts. Cells that cannot
be read are a fatal problem of the quality report; nothing is dropped.
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from salesanalytics.data.intake.cells.reading import Parsed, Reading
from salesanalytics.data.intake.cells.text import text
from salesanalytics.data.intake.cells.times import COUNTED
from salesanalytics.data.intake.parse import parse
from salesanalytics.data.intake.quality import Level, Problem, Quality, TableCount, sample, shorten
from salesanalytics.data.intake.reshape.shaped import Shaped
from salesanalytics.data.tables.schema import TEXT, Column, columns
from salesanalytics.data.tables.schema.columns import DTYPES

COUNTS = f"{', '.join(COUNTED)} where days are counted"
HOW_WRITTEN = {
    "money": 'a number such as 1234.50 (set decimal: "," where commas mark cents)',
    "number": "a number",
    "whole": "a whole number",
    "flag": "true or false",
    "day": f'an ISO date such as 2026-03-31 (set format: for another order, e.g. "%d.%m.%Y", or {COUNTS})',
    "moment": f'an ISO time such as 2026-03-31T14:05:00Z (set format: for another order, e.g. "%d.%m.%Y %H:%M", or {COUNTS})',
}


@dataclass(slots=True)
class Typed:
    """A table of our dtypes before its rules are held against it.

    `marks`: by column of money, the currency written beside each amount; `readings`: how its columns were written.
    """

    frame: pd.DataFrame
    marks: "dict[str, pd.Series[Any]]" = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)


def typed(shaped: Shaped, quality: Quality) -> Typed | None:
    """Every column of the schema, in its dtype; None where a required one is missing. Problems go to `quality`."""
    table, wanted = shaped.table, columns(shaped.table)
    read = len(shaped.frame) + shaped.broken
    quality.counts[table] = TableCount(read=read, used=0, quarantined=shaped.broken, seen=shaped.seen)
    for remark in shaped.remarks:
        level: Level = "fatal" if remark.fatal else "note"
        quality.add(Problem(table, remark.text, remark.rows, level, remark.examples, remark.remedy))
    if shaped.broken:
        rule, remedy = "a line does not have as many cells as the header", "Put text that holds the delimiter in quotes"
        quality.add(Problem(table, rule, shaped.broken, "quarantine", shaped.broken_sample, remedy))
    derived = ("is_closed", "is_won") if table == "opportunity" else ()
    missing = [name for name, column in wanted.items() if column.required and name not in shaped.frame and name not in derived]
    if missing:
        given = ", ".join(map(shorten, (shaped.file_columns or tuple(shaped.frame.columns))[:12])) or "nothing"
        rule = f"required column {', '.join(missing)} is missing; found {given}"
        quality.add(Problem(table, rule, 0, "fatal", (), f"Name it under tables.{table}.columns in the mapping"))
        return None
    marks: dict[str, pd.Series[Any]] = {}
    made = {name: _column(shaped, column, quality, marks) for name, column in wanted.items()}
    frame = pd.DataFrame(made, index=shaped.frame.index).reset_index(drop=True)
    return Typed(frame, {name: mark.reset_index(drop=True) for name, mark in marks.items()}, shaped.readings)


def _column(shaped: Shaped, column: Column, quality: Quality, marks: "dict[str, pd.Series[Any]]") -> "pd.Series[Any]":
    """One column in its dtype, with what stands in for empty cells; cells that cannot be read are a fatal problem."""
    rows = shaped.frame.index
    if column.name not in shaped.frame:
        values = pd.Series(None, index=rows, dtype=DTYPES[column.kind])
    else:
        parsed = parse(shaped.frame[column.name], column.kind, shaped.readings.get(column.name))
        values = parsed.column
        quality.extend(unread(shaped.table, column.name, column.kind, shaped.frame[column.name], parsed))
        if column.name in shaped.marks:
            marks[column.name] = pd.Series(shaped.marks[column.name], index=rows, dtype=TEXT)
        elif parsed.marks is not None and parsed.marks.notna().any():
            marks[column.name] = parsed.marks
    if column.default is not None and column.name != "currency":
        values = values.fillna(column.default)
    if column.default_from:
        values = values.fillna(text(shaped.frame[column.default_from]))
    of_kind: pd.Series[Any] = values.astype(DTYPES[column.kind])
    return of_kind


def unread(table: str, name: str, kind: str, cells: "pd.Series[Any]", parsed: Parsed) -> list[Problem]:
    """What has to be said of the cells of one column: what could not be read, what means two things, what was adjusted."""
    place = f"tables.{table}.columns.{name}"
    problems = [Problem(table, f"{name}: {remark}", n, "note") for remark, n in parsed.remarks.items()]
    if parsed.unreadable.any():
        bad = sample(cells[parsed.unreadable].head(50))
        rule = f"{name} cannot be read; expected {HOW_WRITTEN.get(kind, kind)}"
        remedy = f"Correct the cells, or say how they are written under {place}"
        problems.append(Problem(table, rule, int(parsed.unreadable.sum()), "fatal", bad, remedy))
    if parsed.unsure is not None and parsed.unsure.any():
        bad = sample(cells[parsed.unsure].head(50))
        rule = f"{name}: the point before three digits may mark thousands or decimals, and no cell shows which"
        remedy = f'Set decimal: "," (thousands) or decimal: "." (decimals) under {place}'
        problems.append(Problem(table, rule, int(parsed.unsure.sum()), "fatal", bad, remedy))
    return problems
