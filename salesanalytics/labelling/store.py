"""Labels of texts in one file beside the snapshots, so that every snapshot to come knows them: one line per decision.

In: decisions of people (positive, negative, or neither). Out: `labels.csv` with feedback_id, label, by, at. It holds no texts.
A decision is appended whole or not at all; taking one back removes this person's last line. Who labels at the same time in
another window loses nothing: the file is read anew before each write.
"""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pandas as pd

from salesanalytics.base.whole_file import write_whole
from salesanalytics.errors import TextError

COLUMNS = ("feedback_id", "label", "by", "at")
Label = Literal["positive", "negative", "neither"]
AS_NUMBER = {"positive": 1.0, "negative": 0.0, "neither": float("nan")}


@dataclass(frozen=True, slots=True)
class LabelStore:
    """The labels in `file`, set by `by`."""

    file: Path
    by: str = ""

    def read(self) -> pd.DataFrame:
        """Every decision, oldest first: feedback_id, label (text), by, at."""
        try:
            return labels_in(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return labels_in("")

    def add(self, feedback_id: str, label: Label) -> None:
        """Append a decision."""
        if label not in AS_NUMBER:
            raise TextError(f"the label is {label!r}; expected one of {', '.join(AS_NUMBER)}.")
        at = datetime.now(UTC).isoformat(timespec="seconds")
        row = dict(zip(COLUMNS, (feedback_id, label, self.by, at), strict=True))
        self._write(pd.concat([self.read(), pd.DataFrame([row])], ignore_index=True))

    def undo(self) -> str:
        """Take back this person's last decision; the id of its text, empty where there is none."""
        rows = self.read()
        mine = rows.index[rows["by"] == self.by]
        if not len(mine):
            return ""
        self._write(rows.drop(index=mine[-1]))
        return str(rows.loc[mine[-1], "feedback_id"])

    def _write(self, rows: pd.DataFrame) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.file, rows.to_csv(index=False, lineterminator="\n"))


def labels_in(text: str) -> pd.DataFrame:
    """The decisions of a file's text. Raises TextError where it is no such file, with the line that is wrong."""
    if not text.strip():
        return pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows or set(rows[0]) != set(COLUMNS):
        found = ", ".join(map(str, rows[0])) if rows else "none"
        raise TextError(f"the labels have the columns {found}; expected {', '.join(COLUMNS)}.")
    for number, row in enumerate(rows, start=2):
        if row["label"] not in AS_NUMBER or not row["feedback_id"]:
            raise TextError(f"labels, line {number}: the label is {row['label']!r}; expected one of {', '.join(AS_NUMBER)}.")
    return pd.DataFrame(rows, columns=list(COLUMNS))


def decided(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per text, for `sentiment`: feedback_id and label (1, 0; missing: neither). The last decision counts, of several
    people the one most of them share; where they are split, the text teaches nothing.
    """
    last = rows.drop_duplicates(["feedback_id", "by"], keep="last")
    number = last["label"].map(AS_NUMBER)
    mean = number.groupby(last["feedback_id"]).mean()
    return mean.where(mean != 0.5).round().rename("label").rename_axis("feedback_id").reset_index()
