"""Where data comes from: a folder of CSV or Parquet files, or one DuckDB file.

In: a path. Out: a `Source` that lists its tables by name and reads one at a time. It changes nothing in the source, and
gives rows as they are: names, types and rules are the business of mapping, parsing and checking.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from salesanalytics.data.csvfile import CsvOptions, RawTable, read_csv
from salesanalytics.data.schema.columns import TEXT
from salesanalytics.errors import SourceError

TEXT_FILES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")
DUCKDB_FILES = (".duckdb", ".ddb", ".db")


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
    return RawTable(_from_arrow(table))


def _duckdb(path: Path) -> Source:
    import duckdb

    def query(sql: str) -> "duckdb.DuckDBPyRelation":
        return connection.sql(sql)

    try:
        connection = duckdb.connect(str(path), read_only=True)
        names = [
            row[0]
            for row in query(
                "select table_name from duckdb_tables() union select view_name from duckdb_views() where not internal"
            ).fetchall()
        ]
    except duckdb.Error as error:
        raise SourceError(f"{path} is not readable as a DuckDB file ({str(error).splitlines()[0]}).") from error

    def read(name: str, options: CsvOptions) -> RawTable:
        quoted = '"' + name.replace('"', '""') + '"'
        return RawTable(_from_arrow(query(f"select * from {quoted}").to_arrow_table()))  # noqa: S608 - the name is one the file itself lists

    return Source(path, {name: name.lower() for name in names}, read)


def _from_arrow(table: Any) -> pd.DataFrame:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa

    plain = {pa.string(): TEXT, pa.large_string(): TEXT, pa.string_view(): TEXT}
    frame: pd.DataFrame = table.to_pandas(types_mapper=plain.get, date_as_object=False)
    return frame
