"""A DuckDB file as a source: its tables and views.

In: the path of a database. Out: a `DuckDBFile` whose names are `table`, or `schema.table` outside the schema main. The file is
opened for reading only, and its views reach nothing outside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from salesanalytics.data.intake.arrow import frame_from_arrow
from salesanalytics.data.intake.source import CsvOptions, RawTable, Source
from salesanalytics.errors import SourceError

if TYPE_CHECKING:
    import duckdb

SUFFIXES = (".duckdb", ".ddb", ".db")

TABLES = """
    select schema_name, table_name from duckdb_tables() where not internal and database_name = current_database()
    union all
    select schema_name, view_name from duckdb_views() where not internal and database_name = current_database()
    order by 1, 2
"""


@dataclass(frozen=True)
class DuckDBFile(Source):
    """Tables and views of one database file; `_places` says which schema and table a name stands for."""

    _places: Mapping[str, tuple[str, str]] = field(repr=False)
    _connection: "duckdb.DuckDBPyConnection" = field(repr=False)

    @staticmethod
    def takes(path: Path) -> bool:
        """Whether `path` is a file that is named like a database."""
        return path.is_file() and path.suffix.lower() in SUFFIXES

    @classmethod
    def open(cls, path: Path) -> Self:
        """The database's tables. Raises SourceError where it cannot be read, or two names of tables would be the same."""
        import duckdb

        try:
            # a view may name any file of this machine or of the net; it gets none
            connection = duckdb.connect(str(path), read_only=True, config={"enable_external_access": False})
            listed = connection.sql(TABLES).fetchall()
        except duckdb.Error as error:
            raise SourceError(f"{path} is not readable as a DuckDB file ({str(error).splitlines()[0]}).") from error
        places = {(name if schema == "main" else f"{schema}.{name}"): (schema, name) for schema, name in listed}
        if len(places) < len(listed):
            raise SourceError(f"{path} has two tables that read alike (a dot in a table's name). Rename one.")
        return cls(path, {name: table.lower() for name, (_, table) in places.items()}, places, connection)

    def _rows(self, name: str, options: CsvOptions) -> RawTable:  # noqa: ARG002 - a database has no delimiters
        import duckdb

        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in self._places[name])
        try:
            relation = self._connection.sql(f"select * from {quoted}")  # noqa: S608 - a name the file itself lists
            table = relation.to_arrow_table()
        except duckdb.Error as error:
            said = str(error).splitlines()[0][:160]
            raise SourceError(f"{name} in {self.path.name} cannot be read ({said}). Correct the table or view.") from error
        return RawTable(frame_from_arrow(table, name))
