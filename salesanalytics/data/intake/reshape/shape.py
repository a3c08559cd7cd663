"""Every table that a source can give, still as written, under our names.

In: a `Source` and a `Mapping` (or none: files and columns named like ours). Out: one `Shaped` per table, or the error that kept
it from being made.
"""

from collections.abc import Iterator

from salesanalytics.data.intake.mapping import Mapping
from salesanalytics.data.intake.quality import shorten
from salesanalytics.data.intake.reshape.files import Files
from salesanalytics.data.intake.reshape.shaped import Remark, Shaped
from salesanalytics.data.intake.reshape.table import Shaper
from salesanalytics.data.intake.source import Source
from salesanalytics.data.tables.schema import TABLES, columns
from salesanalytics.errors import DataError, SourceError


def shape(source: Source, mapping: Mapping | None) -> Iterator[tuple[str, Shaped | DataError]]:
    """Each table the source can give, by name; one that cannot be read comes as its error, so that all are reported at once."""
    files = Files(source, mapping) if mapping is not None else None
    for names, table in _wanted(source, mapping):
        shaped: Shaped | DataError
        try:
            if mapping is None or files is None:
                shaped = _as_is(source, names, table)
            else:
                shaped = Shaper(files, table, mapping.tables[table]).shaped()
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
