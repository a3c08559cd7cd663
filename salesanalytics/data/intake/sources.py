"""Where data comes from: a folder of CSV or Parquet files, or one DuckDB file.

In: a path. Out: a `Source` that lists its tables by name and reads one at a time. It changes nothing in the source, and
gives rows as they are: names, types and rules are the business of mapping, parsing and checking.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from salesanalytics.data.intake.csv_file import CsvOptions, RawTable, read_csv
from salesanalytics.data.tables.schema.columns import TEXT
from salesanalytics.errors import SourceError

TEXT_FILES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")
DUCKDB_FILES = (".duckdb", ".ddb", ".db")

DUCKDB_TABLES = """
    select schema_name, table_name from duckdb_tables() where not internal and database_name = current_database()
    union all
    select schema_name, view_name from duckdb_views() where not internal and database_name = current_database()
    order by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A place with tables: `names` maps what a mapping may write after `file:` to the plain table name."""

    path: Path
    names: Mapping[str, str]
    _read: Callable[[str, CsvOptions], RawTable]

    def read(self, name: str, options: CsvOptions | None = None) -> RawTable:
        """Rows of one table or file. Raises SourceError where it is missing or cannot be read."""
        if name not in self.names:
            known = ", ".join(sorted(self.names)) or "nothing"
            raise SourceError(f"{self.path} has no {name!r}. It holds: {known}.")
        return self._read(name, options or CsvOptions())


def open_source(path: Path) -> Source:
    """The source at `path`. Raises SourceError where there is none, or of no known kind."""
    if path.is_dir():
        return _folder(path)
    if path.is_file() and path.suffix.lower() in DUCKDB_FILES:
        return _duckdb(path)
    if path.is_file():
        raise SourceError(f"{path} is a file of unknown kind. Expected a folder of CSV or Parquet files, or a .duckdb file.")
    raise SourceError(f"{path} does not exist. Expected a folder of CSV or Parquet files, or a .duckdb file.")


def _folder(path: Path) -> Source:
    files = {
        file.relative_to(path).as_posix(): file
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name.lower().endswith((*TEXT_FILES, ".parquet"))
    }
    if not files:
        raise SourceError(f"{path} holds no CSV or Parquet file. Expected at least team, rep and opportunity.")

    def read(name: str, options: CsvOptions) -> RawTable:
        file = files[name]
        return _read_parquet(file) if file.suffix.lower() == ".parquet" else read_csv(file, options)

    return Source(path, {name: file.name.split(".")[0].lower() for name, file in files.items()}, read)


def _read_parquet(path: Path) -> RawTable:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise SourceError(
            f"{path.name} is not readable as Parquet ({str(error).splitlines()[0]}). Write the file again."
        ) from error
    return RawTable(_from_arrow(table, path.name))


def _duckdb(path: Path) -> Source:
    import duckdb

    try:
        # a view may name any file of this machine or of the net; it gets none
        connection = duckdb.connect(str(path), read_only=True, config={"enable_external_access": False})
        listed = connection.sql(DUCKDB_TABLES).fetchall()
    except duckdb.Error as error:
        raise SourceError(f"{path} is not readable as a DuckDB file ({str(error).splitlines()[0]}).") from error
    places = {(name if schema == "main" else f"{schema}.{name}"): (schema, name) for schema, name in listed}
    if len(places) < len(listed):
        raise SourceError(f"{path} has two tables that read alike (a dot in a table's name). Rename one.")

    def read(name: str, options: CsvOptions) -> RawTable:
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in places[name])
        try:
            table = connection.sql(f"select * from {quoted}").to_arrow_table()  # noqa: S608 - a name the file itself lists
        except duckdb.Error as error:
            said = str(error).splitlines()[0][:160]
            raise SourceError(f"{name} in {path.name} cannot be read ({said}). Correct the table or view.") from error
        return RawTable(_from_arrow(table, name))

    return Source(path, {name: table.lower() for name, (_, table) in places.items()}, read)


def _from_arrow(table: Any, name: str) -> pd.DataFrame:  # noqa: ANN401 - pyarrow has no types
    """Columns as pandas has them, bytes as the text they are; an index pandas noted in the file is not looked at."""
    import pyarrow as pa

    try:
        for place, column in enumerate(table.schema):
            if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
                table = table.set_column(place, column.name, table.column(place).cast(pa.large_string()))
        table.validate(full=True)
    except pa.ArrowException as error:
        said = str(error).splitlines()[0][:120]
        raise SourceError(f"{name} holds text that is not UTF-8 ({said}). Write it again as UTF-8.") from error
    twice = sorted({column for column in table.column_names if table.column_names.count(column) > 1})
    if twice:
        raise SourceError(f"{name} names a column twice: {', '.join(twice[:5])}. Give every column its own name.")
    plain = {pa.string(): TEXT, pa.large_string(): TEXT, pa.string_view(): TEXT}
    frame: pd.DataFrame = table.to_pandas(types_mapper=plain.get, date_as_object=False, ignore_metadata=True)
    return frame
