"""Writes a demo company to a folder: CSV or Parquet, and the truth beside it.

In: settings. Out: files whose bytes depend on the settings only. A folder that holds anything but an earlier demo is left
alone.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet

from salesanalytics.data.tables.schema import TABLES, columns
from salesanalytics.demo.build import Demo
from salesanalytics.demo.settings import Format, Settings
from salesanalytics.errors import DataError

TRUTH, FEEDBACK_TRUTH = "truth.json", "truth_feedback.parquet"


def write(build: Callable[[Settings], Demo], settings: Settings, path: Path, kind: Format) -> dict[str, int]:
    """Builds and writes; gives rows per table. Raises DataError where the folder is not ours to write to."""
    if kind not in get_args(Format):
        raise DataError(f"format is {kind!r}; expected csv or parquet.")
    _make_ready(path)
    demo = build(settings)
    rows = {}
    for name in list(demo.tables):
        # each table is dropped once it is written, so that memory only holds what is still to come
        table = demo.tables.pop(name)
        rows[name] = len(table)
        _write_table(_arrow(name, table), path / f"{name}.{kind}", kind)
    parquet.write_table(_plain(demo.feedback_truth), path / FEEDBACK_TRUTH)
    (path / TRUTH).write_text(json.dumps(demo.truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return rows


def _make_ready(path: Path) -> None:
    """Makes the folder, or clears an earlier demo out of it."""
    if path.exists() and not path.is_dir():
        raise DataError(f"{path} is a file; expected a folder to write the demo company to.")
    path.mkdir(parents=True, exist_ok=True)
    if not any(path.iterdir()):
        return
    if not (path / TRUTH).exists():
        raise DataError(
            f"{path} holds files that are no demo company. Name a new or empty folder, so that nothing of yours is overwritten."
        )
    for name in TABLES:
        for kind in get_args(Format):
            (path / f"{name}.{kind}").unlink(missing_ok=True)


def _write_table(table: pa.Table, file: Path, kind: Format) -> None:
    if kind == "csv":
        csv.write_csv(table, file)
    else:
        parquet.write_table(table, file)


def _arrow(name: str, table: pd.DataFrame) -> pa.Table:
    """The table with plain dates and whole seconds, without notes of pandas."""
    kinds = {column.name: column.kind for column in columns(name).values()}
    fields = [(column, {"day": pa.date32(), "moment": pa.timestamp("s", "UTC")}.get(kinds[column])) for column in table.columns]
    arrays: list[Any] = []
    for column, dtype in fields:
        array = pa.array(table[column], from_pandas=True)
        arrays.append(array.cast(dtype) if dtype else array)
    return pa.Table.from_arrays(arrays, names=list(table.columns))


def _plain(table: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
