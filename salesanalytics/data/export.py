"""Frames as files that a spreadsheet opens: CSV and XLSX in which text from data stays text.

In: a frame, one row per row of the file. Out: one file, written whole or not at all. A text such as `=HYPERLINK(…)` would be
run by a spreadsheet: in XLSX it is a string cell, in CSV it gets an apostrophe before it (OWASP, "CSV injection"), and so does
what a reader with another separator than ours would take for a cell of its own. Numbers are never touched: -5 stays -5. Never
decides what is in the frame.
"""

import csv
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from salesanalytics.base.slug import slug
from salesanalytics.base.whole_file import whole_file
from salesanalytics.errors import DataError

ExportFormat = Literal["csv", "xlsx"]
RISKY = tuple("=+-@＝＋－＠")  # noqa: RUF001 - full-width signs start formulas too
# quotes end where a separator is not expected: in Romania or Germany a list is separated by ;
_CELL_WITHIN = re.compile(rf"([;,|\t\r\n]\s*)(?=[{re.escape(''.join(RISKY))}])")
MOST_ROWS, LONGEST = 1_048_575, 32_767  # of a sheet, of a cell
BORN = datetime(2000, 1, 1)  # noqa: DTZ001 - a sheet knows no zones; in every file, so that the same plan is the same file


def write_frame(frame: pd.DataFrame, folder: Path, name: str, format: ExportFormat = "csv") -> Path:
    """Write `frame` to `folder`/`name`.`format` and return the path; an older file there is replaced at the end.

    CSV is UTF-8 with the mark Excel knows it by. Raises DataError where a sheet cannot hold so many rows, OSError where the
    folder cannot be written.
    """
    if format == "xlsx" and len(frame) > MOST_ROWS:
        raise DataError(f"{name} has {len(frame):,} rows; an XLSX sheet holds {MOST_ROWS:,}. Write it as CSV: --format csv.")
    path = file_of(folder, name, format)
    _write(frame, path, format)
    return path


def write_file(frame: pd.DataFrame, path: Path) -> None:
    """Write `frame` to `path` as its ending says, .csv or .xlsx; an older file there is replaced at the end.

    Raises DataError for another ending and where a sheet cannot hold so many rows, OSError where the folder cannot be written.
    """
    endings: dict[str, ExportFormat] = {".csv": "csv", ".xlsx": "xlsx"}
    format = endings.get(path.suffix.lower())
    if format is None:
        raise DataError(f"{path} ends in {path.suffix or 'nothing'}; expected .csv or .xlsx.")
    if format == "xlsx" and len(frame) > MOST_ROWS:
        raise DataError(f"{path} would have {len(frame):,} rows; an XLSX sheet holds {MOST_ROWS:,}. Name it .csv.")
    _write(frame, path, format)


def _write(frame: pd.DataFrame, path: Path, format: ExportFormat) -> None:
    write = _csv if format == "csv" else _xlsx
    with whole_file(path) as part:
        write(frame, part)


def file_of(folder: Path, name: str, format: ExportFormat) -> Path:
    """Where a frame called `name` is written."""
    return folder / f"{slug(name)}.{format}"


def plain_text(value: object) -> object:
    """`value` as CSV may hold it: an apostrophe before text, or a part of it, that a spreadsheet would take for a formula."""
    if not isinstance(value, str):
        return value
    value = _CELL_WITHIN.sub(r"\1'", value)
    risky = value.lstrip().startswith(RISKY) or value.startswith(("\t", "\r", "\n", "\0"))
    return f"'{value}" if risky else value


def _csv(frame: pd.DataFrame, path: Path) -> None:
    safe = pd.DataFrame({at: _safe_column(frame.iloc[:, at]) for at in range(frame.shape[1])}, index=frame.index)
    safe.columns = [plain_text(str(name)) for name in frame.columns]
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_ALL)


def _safe_column(column: "pd.Series[Any]") -> "pd.Series[Any]":
    kinds = (pd.api.types.is_numeric_dtype, pd.api.types.is_datetime64_any_dtype)
    return column if any(kind(column) for kind in kinds) else column.astype(object).map(plain_text)


def _xlsx(frame: pd.DataFrame, path: Path) -> None:
    import xlsxwriter  # type: ignore[import-untyped]

    options: dict[str, Any] = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": BORN})
        sheet, head = book.add_worksheet(), book.add_format({"bold": True, "bottom": 1})
        forms = {"day": book.add_format({"num_format": "yyyy-mm-dd"}), "number": book.add_format({"num_format": "#,##0.00"})}
        sheet.freeze_panes(1, 0)
        for at, name in enumerate(frame.columns):
            sheet.write_string(0, at, str(name)[:LONGEST], head)
            cells = frame.iloc[:, at].astype(object).tolist()
            sheet.set_column(at, at, min(max([len(str(name)), *(len(str(cell)) for cell in cells[:200])]) + 2, 40))
            for row, cell in enumerate(cells, start=1):
                _cell(sheet, row, at, cell, forms)


def _cell(sheet: Any, row: int, at: int, value: Any, forms: dict[str, Any]) -> None:  # noqa: ANN401 - any kind of cell
    if value is None or pd.isna(value):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif isinstance(value, int):
        sheet.write_number(row, at, value)
    elif isinstance(value, float):
        if abs(value) != float("inf"):
            sheet.write_number(row, at, value, forms["number"])
    elif isinstance(value, datetime | date):
        sheet.write_datetime(row, at, value.replace(tzinfo=None) if isinstance(value, datetime) else value, forms["day"])
    else:
        sheet.write_string(row, at, str(value)[:LONGEST])
