"""Reads one CSV file as text, whatever its encoding and delimiter, and loses no row silently.

In: a path (`.csv`, `.tsv`, `.txt`, also `.gz`). Out: a frame of text columns, empty cells missing, and notes on what was
unusual. It never guesses types and never skips a line without counting it.
"""

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv as pacsv

from salesanalytics.data.quality import sample, shorten
from salesanalytics.data.schema.columns import TEXT
from salesanalytics.errors import SourceError

DELIMITERS = ",;\t|"
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """How to read the file; None means: find out."""

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


def read_csv(path: Path, options: CsvOptions | None = None) -> RawTable:
    """Read `path` as text columns.

    Raises SourceError where the file is empty, has no header, names a column twice or cannot be decoded.
    """
    options = options or CsvOptions()
    text, remarks = _decode(path, options.encoding)
    if not text.strip():
        raise SourceError(f"{path.name} is empty. Expected a header line and rows; export it again or remove the file.")
    delimiter = options.delimiter or _delimiter(text)
    names = list(options.header) if options.header else _header(path, text, delimiter)
    broken: list[str] = []

    def set_aside(row: pacsv.InvalidRow) -> str:
        broken.append(shorten(row.text or f"line {row.number}"))
        return "skip"

    table = pacsv.read_csv(
        pa.BufferReader(text.encode()),
        read_options=pacsv.ReadOptions(
            column_names=names, skip_rows=0 if options.header else 1, use_threads=False, block_size=_block(text)
        ),
        parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=set_aside),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()),
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        ),
    )
    frame = table.to_pandas(types_mapper={pa.large_string(): TEXT}.get)
    return RawTable(frame, len(broken), sample(broken), tuple(remarks))


def _decode(path: Path, encoding: str | None) -> tuple[str, list[str]]:
    raw = _bytes(path)
    if encoding:
        try:
            return raw.decode(encoding), []
        except (LookupError, UnicodeDecodeError) as error:
            raise SourceError(f"{path.name} is not {encoding} text ({error}). Correct encoding: in the mapping.") from error
    for mark, name in BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw.decode(name, errors="strict"), []
    if b"\0" in raw[:4096]:
        raise SourceError(f"{path.name} holds binary data. Expected text columns; export it as CSV (UTF-8) or Parquet.")
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), [f"{path.name} is not UTF-8; read as Windows-1252 (Latin-1)"]


def _bytes(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        raise SourceError(f"{path.name} cannot be read ({error}). Check that the file is there, whole and readable.") from error


def _delimiter(text: str) -> str:
    """The candidate that splits the first lines into the same number of columns, and into the most of them."""
    lines = text[:20_000].splitlines()[:20]

    def columns(candidate: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=candidate) if row]
        return (sum(width == widths[0] for width in widths) if widths[0] > 1 else 0, widths[0])

    return max(DELIMITERS, key=columns)


def _header(path: Path, text: str, delimiter: str) -> list[str]:
    names = [name.strip() for name in next(csv.reader(io.StringIO(text), delimiter=delimiter))]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(
            f"{path.name} names a column twice: {', '.join(map(shorten, twice))}. Give every column its own name."
        )
    return names


def _block(text: str) -> int:
    """A row must fit one block; large files are read in blocks of 16 MB, small ones at once."""
    return max(1, min(len(text) * 4, 1 << 24))
