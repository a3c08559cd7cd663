"""Reads one CSV file as text, whatever its encoding and delimiter, and loses no row silently.

In: a path (`.csv`, `.tsv`, `.txt`, also `.gz`). Out: a frame of text columns, empty cells missing, and notes on what was
unusual. It never guesses types and never skips a line without counting it.
"""

import csv
import gzip
import io
import re
import zlib
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv as pacsv

from salesanalytics.data.intake.encoding import declared_encoding, decode_undeclared
from salesanalytics.data.intake.quality import sample, shorten
from salesanalytics.data.intake.source import CsvOptions, RawTable
from salesanalytics.data.tables.schema.columns import TEXT
from salesanalytics.errors import SourceError

DELIMITERS = ",;\t|"
LARGEST = 4 << 30  # bytes of text that a packed file may hold


def read_csv(path: Path, options: CsvOptions | None = None) -> RawTable:
    """Read `path` as text columns.

    Raises SourceError where the file is empty, has no header, names a column twice or cannot be decoded.
    """
    options = options or CsvOptions()
    text, remarks = _decode(path, options.encoding)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SourceError(
            f"{path.name}, line {line}: holds binary data or two encodings. "
            "Expected text columns in one encoding; export it again as CSV (UTF-8) or Parquet."
        )
    text, declared = _lines(text)
    if not text.strip():
        raise SourceError(f"{path.name} is empty. Expected a header line and rows; export it again or remove the file.")
    try:
        delimiter = options.delimiter or declared or _delimiter(text)
        _closed_quotes(path, text, delimiter)
        names, body = (list(options.header), text) if options.header else _header(path, text, delimiter)
        unnamed = [name for name in names if name.startswith("(column ")]
        remarks += [f"{path.name} has columns without a name, left aside"] if unnamed else []
        if not text.endswith(("\n", "\r")):
            remarks.append(f"{path.name} ends without a line end: if it was cut off, its last row may be too")
        frame, broken = _rows(body, names, delimiter)
    except (csv.Error, pa.ArrowException) as error:
        said = str(error).splitlines()[0][:120]
        raise SourceError(
            f"{path.name} cannot be read as CSV ({said}). Open it, and export it again as CSV (UTF-8)."
        ) from error
    # a broken row in quotes may run over several lines, each of which was a row to whoever wrote them
    return RawTable(frame, sum(len(row.splitlines()) or 1 for row in broken), sample(broken), tuple(remarks))


def _rows(body: str, names: list[str], delimiter: str) -> tuple[pd.DataFrame, list[str]]:
    """What the lines after the header hold, and the text of rows with another number of cells."""
    if not body.strip():
        return pd.DataFrame({name: pd.Series(dtype=TEXT) for name in names}), []
    broken: list[str] = []

    def set_aside(row: pacsv.InvalidRow) -> str:
        broken.append(row.text or f"line {row.number}")
        return "skip"

    table = pacsv.read_csv(
        pa.BufferReader(body.encode()),
        read_options=pacsv.ReadOptions(column_names=names, use_threads=False, block_size=_block(body)),
        parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=set_aside),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()),
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        ),
    )
    return table.to_pandas(types_mapper={pa.large_string(): TEXT}.get), broken


def _lines(text: str) -> tuple[str, str | None]:
    """The text with one kind of line end, and the delimiter Excel writes into a first line `sep=;`, without that line."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    first = re.match(r"(?:sep|SEP)=(.)\r?\n", text)
    return (text[first.end() :], first[1]) if first else (text, None)


def _closed_quotes(path: Path, text: str, delimiter: str) -> None:
    """A quote that is never closed would swallow every row after it, one too many a part of a cell: the file is refused."""
    if '"' not in text:
        return
    end = rf"[{re.escape(delimiter)}\r\n]|\Z"
    quoted = re.compile(
        rf'(?:\A|(?<=[{re.escape(delimiter)}\r\n]))"[^"]*+(?:""[^"]*+)*+(?:"(?={end})|(?P<open>\Z)|(?P<early>"))'
    )
    for cell in quoted.finditer(text):
        if cell.lastgroup:
            line = text.count("\n", 0, cell.start()) + 1
            what = (
                "opens here and is never closed. Close it"
                if cell.lastgroup == "open"
                else "closes before the cell ends. Double it"
            )
            raise SourceError(f'{path.name}, line {line}: a quote (") {what}, or remove it.')


def _decode(path: Path, encoding: str | None) -> tuple[str, list[str]]:
    raw = _bytes(path)
    if encoding:
        try:
            return raw.decode(encoding), []
        except (LookupError, UnicodeError) as error:
            raise SourceError(f"{path.name} is not {encoding} text ({error}). Correct encoding: in the mapping.") from error
    if declared := declared_encoding(raw):
        try:
            return raw.decode(declared), []
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise SourceError(
                f"{path.name} begins as {declared} text, but line {line} is none. Export it again, whole and in one encoding."
            ) from error
    text, assumed = decode_undeclared(raw)
    how = f"{path.name} is not valid UTF-8 and was read as {assumed}. If letters look wrong, set encoding: in the mapping"
    return text, [how] if assumed else []


def _bytes(path: Path) -> bytes:
    try:
        if path.suffix.lower() != ".gz":
            return path.read_bytes()
        with gzip.open(path) as packed:  # a few kilobytes may unpack to more than the machine can hold
            text = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{path.name} cannot be read ({error}). Check that the file is there, whole and readable.") from error
    if len(text) > LARGEST:
        raise SourceError(f"{path.name} unpacks to more than {LARGEST >> 30} GB. Split it, or export it as Parquet.")
    return text


def _delimiter(text: str) -> str:
    """The candidate that splits the first lines into the same number of columns, and into the most of them."""
    lines = text[:20_000].splitlines()[:20]

    def columns(candidate: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=candidate) if row]
        return (sum(width == widths[0] for width in widths) if widths[0] > 1 else 0, widths[0])

    return max(DELIMITERS, key=columns)


def _header(path: Path, text: str, delimiter: str) -> tuple[list[str], str]:
    """Names of the columns, and the text after them. A name may run over several lines; an empty one becomes its place."""
    stream = io.StringIO(text)
    written = next((row for row in csv.reader(stream, delimiter=delimiter) if row), [])
    names = [" ".join(name.split()) or f"(column {place})" for place, name in enumerate(written, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(
            f"{path.name} names a column twice: {', '.join(map(shorten, twice))}. Give every column its own name."
        )
    return names, text[stream.tell() :]


def _block(text: str) -> int:
    """A row must fit one block; large files are read in blocks of 16 MB, small ones at once."""
    return max(1, min(len(text) * 4, 1 << 24))
