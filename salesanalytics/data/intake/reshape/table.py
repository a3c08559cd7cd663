"""Makes one of our tables out of the files and rules a mapping names for it.

In: the files of a source and a table's rule. Out: `Shaped`, whose frame has our column names and unparsed values. It parses
only what it must add up; rules are checked later.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import pandas as pd

from salesanalytics.data.intake.cells.reading import Reading
from salesanalytics.data.intake.cells.text import text
from salesanalytics.data.intake.mapping import ColumnRule, Join, Lookup, Mapping, TableRule
from salesanalytics.data.intake.parse import parse
from salesanalytics.data.intake.quality import sample, shorten
from salesanalytics.data.intake.reshape.beside import joined, looked_up
from salesanalytics.data.intake.reshape.files import Files, picked, stacked
from salesanalytics.data.intake.reshape.groups import AS_WRITTEN, aggregate, differing, readable_values
from salesanalytics.data.intake.reshape.shaped import Remark, Shaped
from salesanalytics.data.intake.reshape.words import listed
from salesanalytics.data.tables.schema import TEXT, columns
from salesanalytics.errors import MappingError

ADDED_UP = ("sum", "min", "max")


@dataclass(slots=True)
class Shaper:
    """Makes one table; `remarks` grow as it goes."""

    files: Files
    table: str
    rule: TableRule
    remarks: list[Remark] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    def shaped(self) -> Shaped:
        """The table. Raises DataError where a file or a column is missing, or where the mapping leaves open what is meant."""
        self.readings = {name: reading(rule, self.files.mapping) for name, rule in self.rule.columns.items()}
        if self.rule.rows is not None:
            frame = pd.DataFrame(self.rule.rows)
            return Shaped(self.table, frame, self.readings, len(frame))
        raws = [self.files.raw(place, self.rule) for place in self.rule.places]
        rows, remarks = stacked(self.table, self.rule, raws)
        self.remarks += [Remark(remark) for raw in raws for remark in raw.remarks] + remarks
        for join in self.rule.join:
            rows = self._joined(rows, join)
        rows = self._wanted(rows).reset_index(drop=True)
        broken = sum(raw.broken for raw in raws)
        made = self._grouped(rows) if self.rule.group_by else self._mapped(rows)
        sample_of_broken = next((raw.broken_sample for raw in raws if raw.broken), ())
        names = tuple(str(name) for name in rows.columns if "\0" not in str(name))
        seen = len(rows) + broken
        return Shaped(self.table, made, self.readings, seen, broken, sample_of_broken, tuple(self.remarks), names, self.marks)

    def _wanted(self, rows: pd.DataFrame) -> pd.DataFrame:
        for column, values in self.rule.where.items():
            written = text(self._column(rows, column))
            self.remarks += listed(written, values, f"tables.{self.table}.where.{column}", needed=True)
            left_out = ~written.isin(values)
            if left_out.any():
                few = sample(written[left_out].dropna().unique()[:50])
                self.remarks.append(Remark(f"left out by where: {column}", few, rows=int(left_out.sum())))
            rows = rows[~left_out]
        return rows

    def _joined(self, rows: pd.DataFrame, join: Join) -> pd.DataFrame:
        other = self.files.raw(join.file).frame
        for column in join.by.values():
            self._column(other, column, join.file)
        ours = [self._column(rows, column) for column in join.by]
        rows, remarks = joined(rows, other, join, ours, set(self._used()))
        self.remarks += remarks
        return rows

    def _used(self) -> Iterator[str]:
        """Every column of the files that the rule names."""
        yield from (*self.rule.where, *(self.rule.group_by or ()), *(name for join in self.rule.join for name in join.by))
        for made in self.rule.columns.values():
            yield from ([made.source] if isinstance(made.source, str) else made.source or [])
            yield from (*(made.coalesce or ()), *(made.when_in or ()), *filter(None, (made.when, made.number_within)))
            yield from [made.lookup.by] if made.lookup else []

    def _mapped(self, rows: pd.DataFrame) -> pd.DataFrame:
        made = {name: self._made(rows, name, rule) for name, rule in self.rule.columns.items()}
        return pd.DataFrame({name: column for name, column in made.items() if column is not None}, index=rows.index)

    def _grouped(self, rows: pd.DataFrame) -> pd.DataFrame:
        keys = [text(self._column(rows, column)) for column in self.rule.group_by or ()]
        made = {}
        for name, rule in self.rule.columns.items():
            column = self._made(rows, name, rule)
            if column is None:
                continue
            if rule.agg is None:
                self._alike(column, name, keys)
            elif rule.agg in ADDED_UP:
                column = self._summable(column, name)
            made[name] = aggregate(column, keys, rule.agg or "first")
        return pd.DataFrame(made).reset_index(drop=True)

    def _alike(self, column: "pd.Series[Any]", name: str, keys: "list[pd.Series[Any]]") -> None:
        """Without an aggregate the rows of a group should agree; where amounts do not, the mapping has to say what is meant."""
        several, which = differing(text(column), keys)
        if several:
            number = columns(self.table)[name].kind in ("money", "number", "whole")
            rule = f"{name} differs between the rows of one group" + ("" if number else ": the first was taken")
            remedy = f"Name what holds under tables.{self.table}.columns.{name}.agg: sum, first, last, max, most_frequent, …"
            self.remarks.append(Remark(rule, which, fatal=number, rows=several, remedy=remedy))

    def _summable(self, column: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
        """Numbers and dates have to be read before they can be added up or compared."""
        kind = columns(self.table)[name].kind
        if kind in AS_WRITTEN:
            return column
        place = f"tables.{self.table}.columns.{name}"
        parsed = readable_values(column, kind, self.readings[name], f"{self.table}.{name}", place)
        self.remarks += [Remark(f"{name}: {said}", rows=count) for said, count in parsed.remarks.items()]
        self.readings[name] = Reading(timezone=self.files.mapping.timezone)  # it is read now, and must not be scaled again
        if parsed.marks is not None and parsed.marks.notna().any():
            self.marks[name] = str(parsed.marks.dropna().iloc[0])
        return parsed.column

    def _made(self, rows: pd.DataFrame, name: str, rule: ColumnRule) -> "pd.Series[Any] | None":
        column = self._origin(rows, name, rule)
        if column is None:
            return None
        column = self._translated(column, name, rule)
        if rule.when is not None:
            column = column.where(self._flags(rows, rule.when, name))
        for other, values in (rule.when_in or {}).items():
            written = text(self._column(rows, other))
            self.remarks += listed(written, values, f"tables.{self.table}.columns.{name}.when_in.{other}", needed=True)
            column = column.where(written.isin(values))
        if rule.default is not None:
            column = text(column).fillna(str(rule.default))
        return column

    def _flags(self, rows: pd.DataFrame, when: str, name: str) -> "pd.Series[bool]":
        parsed = parse(self._column(rows, when), "flag")
        if parsed.unreadable.any():
            bad = sample(text(rows.loc[parsed.unreadable, when]).head(50))
            rule = f"{when}, which tables.{self.table}.columns.{name}.when looks at, is neither true nor false"
            self.remarks.append(Remark(rule, bad, True, int(parsed.unreadable.sum()), "Use when_in: with the words meant"))
        return parsed.column.eq(True).fillna(False).astype(bool)

    def _origin(self, rows: pd.DataFrame, name: str, rule: ColumnRule) -> "pd.Series[Any] | None":
        if rule.const is not None:
            return pd.Series(str(rule.const), index=rows.index, dtype=TEXT)
        if rule.number_within:
            return rows.groupby(text(self._column(rows, rule.number_within)), sort=False).cumcount() + 1
        if rule.lookup:
            return self._looked_up(rows, name, rule.lookup)
        if rule.coalesce:
            parts = [text(self._column(rows, column)) for column in rule.coalesce]
            first = parts[0]
            for part in parts[1:]:
                first = first.fillna(part)
            return first
        if isinstance(rule.source, list):
            found = next((column for column in (picked(name), *rule.source) if column in rows.columns), None)
            return rows[found] if found is not None else None
        return self._column(rows, str(rule.source))

    def _looked_up(self, rows: pd.DataFrame, name: str, lookup: Lookup) -> "pd.Series[Any]":
        other = self.files.raw(lookup.file).frame
        value, key = (self._column(other, column, lookup.file) for column in (lookup.value, lookup.key))
        added_up = lookup.agg in ADDED_UP and columns(self.table)[name].kind not in AS_WRITTEN
        found, remarks = looked_up(
            self._column(rows, lookup.by), key, self._summable(value, name) if added_up else value, lookup
        )
        self.remarks += remarks
        return found if added_up else text(found)

    def _translated(self, column: "pd.Series[Any]", name: str, rule: ColumnRule) -> "pd.Series[Any]":
        place = f"tables.{self.table}.columns.{name}"
        if rule.empty:
            column = text(column)
            self.remarks += listed(column, rule.empty, f"{place}.empty")
            column = column.where(~column.isin(rule.empty))
        if rule.map is not None:
            written = text(column)
            self.remarks += listed(written, rule.map, f"{place}.map")
            words = {word: None if ours is None else str(ours) for word, ours in rule.map.items()}
            column = written.where(~written.isin(list(words)), written.map(words).astype(TEXT))
        if rule.is_in is not None:
            written = text(column)
            self.remarks += listed(written, rule.is_in, f"{place}.in", needed=True)
            column = written.isin(rule.is_in)
        return column

    def _column(self, rows: pd.DataFrame, name: str, file: str = "") -> "pd.Series[Any]":
        if name in rows.columns:
            return rows[name]
        file = file or ", ".join(self.rule.places)
        near = get_close_matches(name, [str(column) for column in rows.columns], 1)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(map(shorten, list(rows.columns)[:12]))}."
        raise MappingError(f"{file} has no column {name!r}, which tables.{self.table} needs; {hint}")


def reading(rule: ColumnRule, mapping: Mapping) -> Reading:
    """How the mapping says a column is written."""
    factor = 0.01 if rule.percent else rule.times or 1.0
    return Reading(tuple(rule.formats), rule.decimal, factor, rule.edge, mapping.timezone)
