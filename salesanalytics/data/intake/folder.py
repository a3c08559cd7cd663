"""A folder of CSV and Parquet files as a source: one table per file, folders below it included.

In: a folder. Out: a `Folder` whose names are the files' paths below it. It changes no file and looks into none until a table
is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from salesanalytics.base.plain_file import other_than_plain
from salesanalytics.data.intake.arrow import frame_from_arrow
from salesanalytics.data.intake.csv_file import read_csv
from salesanalytics.data.intake.source import CsvOptions, RawTable, Source
from salesanalytics.errors import SourceError

TEXT_FILES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")


@dataclass(frozen=True)
class Folder(Source):
    """CSV and Parquet files, by their path below the folder."""

    _files: Mapping[str, Path] = field(repr=False)

    @staticmethod
    def takes(path: Path) -> bool:
        """Whether `path` is a folder."""
        return path.is_dir()

    @classmethod
    def open(cls, path: Path) -> Self:
        """The folder's files. Raises SourceError where it holds no CSV or Parquet file, or a name of one that is none."""
        named = [file for file in sorted(path.rglob("*")) if file.name.lower().endswith((*TEXT_FILES, ".parquet"))]
        files = {file.relative_to(path).as_posix(): file for file in named if not file.is_dir()}
        lost = {name: what for name, file in files.items() if (what := _no_file(file))}
        files = {name: file for name, file in files.items() if name not in lost}
        strange = [f"{name} ({what})" for name, what in lost.items() if not Path(name).name.startswith(".")]  # editors' locks
        if strange:
            raise SourceError(f"{path}: {', '.join(strange[:5])}: no file to read. Put the file there, or remove the name.")
        if not files:
            raise SourceError(f"{path} holds no CSV or Parquet file. Expected at least team, rep and opportunity.")
        return cls(path, {name: file.name.split(".")[0].lower() for name, file in files.items()}, files)

    def _rows(self, name: str, options: CsvOptions) -> RawTable:
        file = self._files[name]
        return _read_parquet(file) if file.suffix.lower() == ".parquet" else read_csv(file, options)


def _no_file(path: Path) -> str:
    """What a name leads to that is no plain file: a table that is there in name is not left out in silence."""
    if path.is_file():
        return ""
    try:
        return other_than_plain(path) or "a link that leads nowhere"
    except OSError as error:
        return error.strerror or "it cannot be told what"


def _read_parquet(path: Path) -> RawTable:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise SourceError(
            f"{path.name} is not readable as Parquet ({str(error).splitlines()[0]}). Write the file again."
        ) from error
    return RawTable(frame_from_arrow(table, path.name))
