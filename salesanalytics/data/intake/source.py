"""What every kind of source offers: the names of its tables, and the rows of one of them.

In: where the data is. Out: `Source`, which each kind inherits (a folder of files, a DuckDB file), and `RawTable`, the rows it
gives. A source is never changed, and its rows come as they are: names, types and rules are the business of mapping, parsing
and checking.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd

from salesanalytics.errors import SourceError


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """How to read a text file; None means: find out. Sources without text files pay no attention to it."""

    delimiter: str | None = None
    encoding: str | None = None
    header: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows as they came: `frame` (one row per row of the source), rows that could not be split into columns, remarks."""

    frame: pd.DataFrame
    broken: int = 0
    broken_sample: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source(ABC):
    """A place with tables: `names` maps what a mapping may write after `file:` to the plain table name.

    A new kind says which paths it takes, how one is opened and how a table is read, and joins the list in `open_source`.
    """

    path: Path
    names: Mapping[str, str]

    @staticmethod
    @abstractmethod
    def takes(path: Path) -> bool:
        """Whether `path` is of this kind, judged by what can be seen from outside."""

    @classmethod
    @abstractmethod
    def open(cls, path: Path) -> Self:
        """The source at a path it takes. Raises SourceError where it cannot be read or holds no table."""

    @abstractmethod
    def _rows(self, name: str, options: CsvOptions) -> RawTable:
        """The rows of a table that is in `names`. Raises SourceError where they cannot be read."""

    def read(self, name: str, options: CsvOptions | None = None) -> RawTable:
        """Rows of one table or file. Raises SourceError where it is missing or cannot be read."""
        if name not in self.names:
            known = ", ".join(sorted(self.names)) or "nothing"
            raise SourceError(f"{self.path} has no {name!r}. It holds: {known}.")
        return self._rows(name, options or CsvOptions())
