"""Stored tables: one Parquet file each, written whole and read when first looked at.

In: frames and places, or folders. Out: files, or frames with text as our text dtype. Knows no table by name.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from salesanalytics.base.whole_file import whole_file
from salesanalytics.data.snapshot.access import require_file
from salesanalytics.data.tables.schema import TEXT
from salesanalytics.errors import SnapshotError

LARGE = 16_000_000  # bytes of a file that several threads read faster; below, starting them takes longer than reading


class Frames(Mapping[str, pd.DataFrame]):
    """Stored tables by name, read when first looked at."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        self._read: dict[str, pd.DataFrame] = {}

    @classmethod
    def within(cls, *folders: Path) -> "Frames":
        """The tables of some folders; the first folder that has a table gives it."""
        return cls({file.stem: file for folder in reversed(folders) for file in sorted(folder.glob("*.parquet"))})

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = read_table(self._files[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._files  # a Mapping would read the table

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table into a folder that nobody reads yet."""
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")


def put_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table that takes the place of an older one whole."""
    with whole_file(path, durable=False) as temporary:  # it is made again where the power fails
        write_table(frame, temporary)


def read_table(path: Path) -> pd.DataFrame:
    """One stored table, text as our text dtype. Raises SnapshotError where this notebook may not read it (see `access`)."""
    import pyarrow as pa
    from pyarrow import parquet

    require_file(path)
    try:
        large = path.stat().st_size > LARGE
        with parquet.ParquetFile(path, memory_map=True) as file:
            table = file.read(use_threads=large)
    except (OSError, pa.ArrowException) as error:
        raise SnapshotError(f"{path} cannot be read ({str(error).splitlines()[0]}). Take the snapshot again.") from error
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.string(): TEXT, pa.large_string(): TEXT}.get, use_threads=large)
    return frame
