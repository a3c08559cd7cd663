"""Carries out a mapping: raw files of a source become our tables, still as written, with our names.

In: a `Source` and a `Mapping` (or none: files and columns named like ours). Out: one `Shaped` per table, whose frame has our
column names and unparsed values, beside how each column is to be read. It parses only what it must add up; rules are checked
later.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import pandas as pd

from salesanalytics.data.intake.mapping import ColumnRule, Join, Lookup, Mapping, TableRule
from salesanalytics.data.intake.parse import FLAGS, Reading, parse, text
from salesanalytics.data.intake.quality import SAMPLES, shorten
from salesanalytics.data.intake.source import CsvOptions, RawTable, Source
from salesanalytics.data.tables.schema import TABLES, TEXT, columns
from salesanalytics.errors import DataError, MappingError, SourceError


@dataclass(frozen=True, slots=True)
class Remark:
    """A note on one table. `examples` quotes the source, for analysts only; `text`, which every team sees, never does."""

    text: str
    examples: tuple[str, ...] = ()
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Shaped:
    """One of our tables before parsing. `frame`: our columns, unparsed; `readings`: how each is to be read.

    `seen` counts the rows its files gave, after `where` and before grouping; `broken` of them could not be split into columns.
    `file_columns` are the columns of the files, under their own names.
    """

    table: str
    frame: pd.DataFrame
    readings: dict[str, Reading] = field(default_factory=dict)
    seen: int = 0
    broken: int = 0
    broken_sample: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    file_columns: tuple[str, ...] = ()


FileKey = tuple[str | None, str | None, tuple[str, ...] | None]


def shape(source: Source, mapping: Mapping | None) -> Iterator[tuple[str, Shaped | DataError]]:
    """Each table the source can give, by name; one that cannot be read comes as its error, so that all are reported at once."""
    cache: dict[tuple[str, FileKey], RawTable] = {}
    for names, table in _wanted(source, mapping):
        shaped: Shaped | DataError
        try:
            if mapping is None:
                shaped = _as_is(source, names, table)
            else:
                shaped = _Shaper(source, mapping, table, mapping.tables[table], cache).shaped()
        except DataError as error:
            shaped = error
        except Exception as error:  # whatever it is, the other tables' problems are still reported
            shaped = unexpected(error)
        yield table, shaped


def unexpected(error: Exception) -> DataError:
    """The error of a table that failed in a way nobody foresaw."""
    said = str(error).splitlines()[0][:160] if str(error) else ""
    return DataError(
        f"cannot be read ({type(error).__name__}: {shorten(said, 160)}). Check its file and its part of the mapping"
    )


def _wanted(source: Source, mapping: Mapping | None) -> list[tuple[list[str], str]]:
    """Names in the source and name of ours, of each table to make."""
    if mapping is not None:
        return [([], table) for table in mapping.tables]
    several: dict[str, list[str]] = {}
    for name, table in source.names.items():
        if table in TABLES:
            several.setdefault(table, []).append(name)
    return [(names, table) for table, names in several.items()]


def _as_is(source: Source, names: list[str], table: str) -> Shaped:
    if len(names) > 1:
        raise SourceError(
            f"{', '.join(names)} would all be the table {table}. Keep one, or list them in a mapping under "
            f"tables.{table}.files: [{', '.join(names)}]"
        )
    raw = source.read(names[0])
    known = [column for column in raw.frame.columns if column in columns(table)]
    strangers = [column for column in raw.frame.columns if column not in columns(table)]
    remarks = [Remark(remark) for remark in raw.remarks]
    if strangers:
        remarks.append(Remark("columns not of ours, left aside", tuple(map(shorten, strangers[:8]))))
    return Shaped(
        table,
        raw.frame[known],
        {},
        len(raw.frame) + raw.broken,
        raw.broken,
        raw.broken_sample,
        tuple(remarks),
        tuple(map(str, raw.frame.columns)),
    )


@dataclass(slots=True)
class _Shaper:
    """Makes one table. `cache` holds files already read, so that a file used by several tables is read once."""

    source: Source
    mapping: Mapping
    table: str
    rule: TableRule
    cache: dict[tuple[str, FileKey], RawTable]
    remarks: list[Remark] = field(default_factory=list)

    def shaped(self) -> Shaped:
        if self.rule.rows is not None:
            frame = pd.DataFrame(self.rule.rows)
            return Shaped(self.table, frame, self._readings(), len(frame))
        raws = [self._raw(place, self.rule) for place in self.rule.places]
        rows = pd.concat([raw.frame for raw in raws], ignore_index=True) if len(raws) > 1 else raws[0].frame
        for join in self.rule.join:
            rows = self._joined(rows, join)
        for column, values in self.rule.where.items():
            written = text(self._column(rows, column))
            self._listed(written, values, f"where.{column}")
            rows = rows[written.isin(values)]
        rows = rows.reset_index(drop=True)
        broken = sum(raw.broken for raw in raws)
        made = self._grouped(rows) if self.rule.group_by else self._mapped(rows)
        return Shaped(
            self.table,
            made,
            self._readings(),
            len(rows) + broken,
            broken,
            next((raw.broken_sample for raw in raws if raw.broken), ()),
            (*(Remark(remark) for raw in raws for remark in raw.remarks), *self.remarks),
            tuple(map(str, rows.columns)),
        )

    def _raw(self, file: str, options: TableRule | None = None) -> RawTable:
        rule = options or next((other for other in self.mapping.tables.values() if file in other.places), TableRule(file=file))
        header = tuple(rule.header) if rule.header else None
        key = (file, (rule.delimiter, rule.encoding, header))
        if key not in self.cache:
            self.cache[key] = self.source.read(file, CsvOptions(rule.delimiter, rule.encoding, header))
        return self.cache[key]

    def _joined(self, rows: pd.DataFrame, join: Join) -> pd.DataFrame:
        other = self._raw(join.file).frame
        for column in join.by.values():
            self._column(other, column, join.file)
        # compared as text: 7 in one file and "7" or 7.0 in the other are the same key
        ours = pd.DataFrame({str(at): text(self._column(rows, column)) for at, column in enumerate(join.by)})
        theirs = pd.DataFrame({str(at): text(other[column]) for at, column in enumerate(join.by.values())})
        theirs = theirs.assign(row=range(len(theirs))).dropna().drop_duplicates(list(ours))
        row = ours.merge(theirs, how="left", on=list(ours), validate="m:1")["row"]
        same = [] if join.prefix else [column for column, key in join.by.items() if column == key]
        beside = other.drop(columns=same).add_prefix(join.prefix).reset_index(drop=True).reindex(row).set_axis(rows.index)
        beside = beside.rename(columns={name: f"{name}_joined" for name in beside.columns if name in rows.columns})
        twice = [str(name) for name in beside.columns if name in rows.columns or list(beside.columns).count(name) > 1]
        if twice:
            raise MappingError(f"{join.file} and the rows beside it both have {', '.join(twice)}. Set prefix: for this join.")
        return pd.concat([rows, beside], axis=1)

    def _mapped(self, rows: pd.DataFrame) -> pd.DataFrame:
        made = {name: self._made(rows, name, rule) for name, rule in self.rule.columns.items()}
        return pd.DataFrame({name: column for name, column in made.items() if column is not None}, index=rows.index)

    def _grouped(self, rows: pd.DataFrame) -> pd.DataFrame:
        keys = [text(self._column(rows, column)) for column in self.rule.group_by or ()]
        made = {}
        for name, rule in self.rule.columns.items():
            column = self._made(rows, name, rule)
            if column is not None:
                made[name] = _aggregate(self._summable(column, name, rule), keys, rule.agg or "first")
        return pd.DataFrame(made).reset_index(drop=True)

    def _summable(self, column: "pd.Series[Any]", name: str, rule: ColumnRule) -> "pd.Series[Any]":
        """Numbers and dates have to be read before they can be added up or compared."""
        kind = columns(self.table)[name].kind
        if rule.agg not in ("sum", "min", "max") or kind in ("text", "choice"):
            return column
        parsed = parse(column, kind, self._reading(rule))
        if parsed.unreadable.any():
            bad = column[parsed.unreadable].iloc[0]
            place = f"tables.{self.table}.columns.{name}"
            raise MappingError(
                f"{self.table}.{name} adds up {bad!r}, which is not a {kind}. Set format: or decimal: under {place}."
            )
        return parsed.column

    def _made(self, rows: pd.DataFrame, name: str, rule: ColumnRule) -> "pd.Series[Any] | None":
        column = self._origin(rows, rule)
        if column is None:
            return None
        column = self._translated(column, name, rule)
        if rule.when is not None:
            column = column.where(text(self._column(rows, rule.when)).str.lower().map(FLAGS).eq(True))
        for other, values in (rule.when_in or {}).items():
            written = text(self._column(rows, other))
            self._listed(written, values, f"columns.{name}.when_in.{other}")
            column = column.where(written.isin(values))
        if rule.default is not None:
            column = text(column).fillna(str(rule.default))
        return column

    def _origin(self, rows: pd.DataFrame, rule: ColumnRule) -> "pd.Series[Any] | None":
        if rule.const is not None:
            return pd.Series(str(rule.const), index=rows.index, dtype=TEXT)
        if rule.number_within:
            return rows.groupby(text(self._column(rows, rule.number_within)), sort=False).cumcount() + 1
        if rule.lookup:
            return self._looked_up(rows, rule.lookup)
        if rule.coalesce:
            parts = [text(self._column(rows, column)) for column in rule.coalesce]
            first = parts[0]
            for part in parts[1:]:
                first = first.fillna(part)
            return first
        if isinstance(rule.source, list):
            first_present = next((column for column in rule.source if column in rows.columns), None)
            return rows[first_present] if first_present is not None else None
        return self._column(rows, str(rule.source))

    def _looked_up(self, rows: pd.DataFrame, lookup: Lookup) -> "pd.Series[Any]":
        other = self._raw(lookup.file).frame
        value, key = (self._column(other, name, lookup.file) for name in (lookup.value, lookup.key))
        values = _aggregate(value, [text(key)], lookup.agg)
        return text(self._column(rows, lookup.by)).map(values)

    def _listed(self, written: "pd.Series[Any]", words: Iterable[str], place: str, *, needed: bool = False) -> None:
        """Remark on words of the mapping that no row holds: most often the source spells them in another way."""
        values = [str(value) for value in written.dropna().unique()]
        missing = [word for word in words if word not in set(values)] if values else []
        if not missing:
            return
        few = ", ".join(map(shorten, missing[:5])) + (", …" if len(missing) > 5 else "")
        near = dict.fromkeys(match for word in missing[:5] for match in _nearest(word, values))
        place = f"tables.{self.table}.{place}"
        # an export without a single won deal is no mistake; one that holds nearly the word is
        if needed and near and len(missing) == len(list(words)):
            self.remarks.append(Remark(f"none of the words under {place} stands in any row: {few}", _few(near), fatal=True))
        else:
            self.remarks.append(Remark(f"listed under {place} but in no row: {few}", _few(near)))

    def _translated(self, column: "pd.Series[Any]", name: str, rule: ColumnRule) -> "pd.Series[Any]":
        if rule.empty:
            column = text(column)
            column = column.where(~column.isin(rule.empty))
        if rule.map is not None:
            written = text(column)
            self._listed(written, rule.map, f"columns.{name}.map")
            words = {word: None if ours is None else str(ours) for word, ours in rule.map.items()}
            column = written.where(~written.isin(list(words)), written.map(words).astype(TEXT))
        if rule.is_in is not None:
            written = text(column)
            self._listed(written, rule.is_in, f"columns.{name}.in", needed=True)
            column = written.isin(rule.is_in)
        return column

    def _column(self, rows: pd.DataFrame, name: str, file: str = "") -> "pd.Series[Any]":
        if name in rows.columns:
            return rows[name]
        file = file or ", ".join(self.rule.places)
        near = get_close_matches(name, [str(column) for column in rows.columns], 1)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(map(str, rows.columns[:12]))}."
        raise MappingError(f"{file} has no column {name!r}, which tables.{self.table} needs; {hint}")

    def _reading(self, rule: ColumnRule) -> Reading:
        return Reading(rule.format, rule.decimal, 0.01 if rule.percent else rule.times or 1.0, rule.edge, self.mapping.timezone)

    def _readings(self) -> dict[str, Reading]:
        return {name: self._reading(rule) for name, rule in self.rule.columns.items()}


def _nearest(word: str, values: list[str]) -> list[str]:
    folded = {value.casefold(): value for value in values[:1000]}
    return [folded[match] for match in get_close_matches(word.casefold(), folded, 1)]


def _few(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(shorten(value) for value in list(values)[:SAMPLES])


def _aggregate(column: "pd.Series[Any]", keys: "list[pd.Series[Any]]", how: str) -> "pd.Series[Any]":
    """One value per group, groups in order of first appearance."""
    groups = column.groupby(keys, sort=False, dropna=False)
    if how == "most_frequent":
        names = [f"key {at}" for at in range(len(keys))]
        counts = pd.DataFrame({"value": column, **dict(zip(names, keys, strict=True))}).value_counts().rename("n").reset_index()
        top = counts.sort_values(["n", "value"], ascending=[False, True]).drop_duplicates(names).set_index(names)["value"]
        return top.reindex(groups.first().index.set_names(names))
    return groups.agg(how)
