"""The rows of a table's files, one below the other, each file by its own column names.

In: a source and where a table comes from. Out: its rows. A column that the mapping needs and that only some of the files have
is an error that names the file; where a mapping lists several names, each file gives the one it has.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from salesanalytics.data.intake.mapping import Mapping, TableRule
from salesanalytics.data.intake.quality import shorten
from salesanalytics.data.intake.reshape.shaped import Remark
from salesanalytics.data.intake.source import CsvOptions, RawTable, Source
from salesanalytics.errors import MappingError

FileKey = tuple[str | None, str | None, tuple[str, ...] | None]


@dataclass(slots=True)
class Files:
    """Files of a source, each read once however many tables use it."""

    source: Source
    mapping: Mapping
    _read: dict[tuple[str, FileKey], RawTable] = field(default_factory=dict)

    def raw(self, file: str, options: TableRule | None = None) -> RawTable:
        """One file, read as `options` say, else as the table that comes from it says."""
        rule = options or next((other for other in self.mapping.tables.values() if file in other.places), TableRule(file=file))
        header = tuple(rule.header) if rule.header else None
        key = (file, (rule.delimiter, rule.encoding, header))
        if key not in self._read:
            self._read[key] = self.source.read(file, CsvOptions(rule.delimiter, rule.encoding, header))
        return self._read[key]


def picked(name: str) -> str:
    """The column in which the rows carry what each file has of the names listed for our column `name`."""
    return f"\0{name}"


def stacked(table: str, rule: TableRule, raws: list[RawTable]) -> tuple[pd.DataFrame, list[Remark]]:
    """The rows of all files. Raises MappingError where one of them lacks a column that the mapping needs by that name."""
    if len(raws) == 1:
        return raws[0].frame, []
    held = [set(map(str, raw.frame.columns)) for raw in raws]
    for place, columns in zip(rule.places, held, strict=True):
        lacking = sorted(name for name in _named(rule) - columns if any(name in other for other in held))
        if lacking:
            raise MappingError(
                f"{place} has no column {shorten(lacking[0])!r}, which other files of tables.{table} have. "
                f"List the names it goes by, as in from: [{shorten(lacking[0])}, its other name]"
            )
    lists = {name: made.source for name, made in rule.columns.items() if isinstance(made.source, list)}
    frames, remarks = [], []
    for place, raw in zip(rule.places, raws, strict=True):
        own = {name: _first(names, raw.frame) for name, names in lists.items()}
        empty = [name for name, found in own.items() if found is None and any(set(lists[name]) & other for other in held)]
        if empty and len(raw.frame):
            said = f"{place} has none of the columns listed for {', '.join(empty)}: left empty"
            remarks.append(Remark(said, rows=len(raw.frame)))
        frames.append(raw.frame.assign(**{picked(name): raw.frame[found] for name, found in own.items() if found is not None}))
    return pd.concat(frames, ignore_index=True), remarks


def _first(names: Iterable[str], frame: pd.DataFrame) -> str | None:
    return next((name for name in names if name in frame.columns), None)


def _named(rule: TableRule) -> set[str]:
    """Columns of the files that the mapping needs by one name."""
    named = {*rule.where, *(rule.group_by or ()), *(column for join in rule.join for column in join.by)}
    for made in rule.columns.values():
        single = made.source if isinstance(made.source, str) else None
        named |= {name for name in (single, made.when, made.number_within) if name} | set(made.when_in or ())
        named |= {made.lookup.by} if made.lookup else set()
    return named
