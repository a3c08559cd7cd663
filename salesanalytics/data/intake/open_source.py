"""Which kinds of source there are, and which of them a path is.

In: a path. Out: an open `Source`. A new kind (a module that inherits `Source`) is added to `KINDS`, and nowhere else.
"""

from pathlib import Path

from salesanalytics.data.intake.duckdb_file import DuckDBFile
from salesanalytics.data.intake.folder import Folder
from salesanalytics.data.intake.source import Source
from salesanalytics.errors import SourceError

KINDS: tuple[type[Source], ...] = (Folder, DuckDBFile)


def open_source(path: Path) -> Source:
    """The source at `path`. Raises SourceError where there is none, or of no known kind."""
    for kind in KINDS:
        if kind.takes(path):
            return kind.open(path)
    problem = "is a file of unknown kind" if path.is_file() else "does not exist"
    raise SourceError(f"{path} {problem}. Expected a folder of CSV or Parquet files, or a .duckdb file.")
