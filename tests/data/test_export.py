"""Frames as files: what was text stays text, what was a number stays a number, and a file is whole or not there."""

import csv
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics.data import export
from salesanalytics.data.export import RISKY, plain_text, write_frame
from salesanalytics.errors import DataError

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ATTACKS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "＝1", "＋1", "－1", "＠x",
    '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0",
]  # fmt: skip
FINE = ["Ștefan Țîrlea", "a=b", "1-2", "", "Müller & Söhne", 'say "hi", then go', "two\nlines"]


def frame() -> pd.DataFrame:
    texts = [*ATTACKS, *FINE]
    return pd.DataFrame(
        {"name": texts, "amount": [-5.25] * len(texts), "n": range(-1, len(texts) - 1), "day": date(2026, 9, 30)}
    )


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def read_xlsx(path: Path) -> list[list[tuple[str, str]]]:
    """Type and value of each cell, as the file's XML has them."""
    with zipfile.ZipFile(path) as book:
        strings = ["".join(node.itertext()) for node in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert sheet.findall(f".//{SHEET}f") == []  # not one formula
    assert sheet.findall(f".//{SHEET}hyperlink") == []
    rows = []
    for row in sheet.iter(f"{SHEET}row"):
        cells = [(cell.get("t", "n"), cell.findtext(f"{SHEET}v") or "") for cell in row]
        rows.append([(kind, strings[int(value)]) if kind == "s" else (kind, value) for kind, value in cells])
    return rows


def test_csv_puts_an_apostrophe_before_what_a_spreadsheet_would_run(tmp_path: Path) -> None:
    rows = read_csv(write_frame(frame(), tmp_path, "plan"))[1:]
    within = {"\t=1": "'\t'=1", "\r=1": "'\r'=1", "\n=1": "'\n'=1"}
    assert [row[0] for row in rows] == [within.get(text, f"'{text}") for text in ATTACKS] + FINE


def test_a_reader_whose_lists_have_another_separator_finds_no_formula_either(tmp_path: Path) -> None:
    names = pd.DataFrame({"id": ["7"], "name": ["Ana;=1+1;x"], "n": [-5]})
    written = write_frame(names, tmp_path, "plan").read_bytes().decode("utf-8-sig")
    assert written == '"id","name","n"\r\n"7","Ana;\'=1+1;x","-5"\r\n'
    cells = [cell.strip('"') for line in written.split("\r\n") for cell in line.split(";")]
    assert not [cell for cell in cells if cell.startswith(RISKY)]


def test_numbers_below_zero_stay_numbers(tmp_path: Path) -> None:
    rows = read_csv(write_frame(frame(), tmp_path, "plan"))[1:]
    assert {row[1] for row in rows} == {"-5.25"}
    assert rows[0][2:] == ["-1", "2026-09-30"]
    cells = read_xlsx(write_frame(frame(), tmp_path, "plan", "xlsx"))[1]
    assert cells[1:3] == [("n", "-5.25"), ("n", "-1")]


def test_in_xlsx_every_text_is_a_string_cell_as_it_was(tmp_path: Path) -> None:
    cells = [row[0] for row in read_xlsx(write_frame(frame(), tmp_path, "plan", "xlsx"))[1:]]
    kept = [text for text in [*ATTACKS, *FINE] if text]
    assert {kind for kind, value in cells if value} == {"s"}
    assert [value for _, value in cells if value] == [text.replace("\r", "_x000D_") for text in kept]


def test_heads_are_text_as_well(tmp_path: Path) -> None:
    risky = pd.DataFrame({"=evil()": [1]})
    assert read_csv(write_frame(risky, tmp_path, "plan"))[0] == ["'=evil()"]


def test_romanian_letters_reach_excel(tmp_path: Path) -> None:
    written = write_frame(pd.DataFrame({"nume": ["Ștefan Țîrlea"]}), tmp_path, "plan").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    assert "Ștefan Țîrlea" in written.decode("utf-8-sig")


def test_what_is_missing_is_an_empty_cell(tmp_path: Path) -> None:
    gaps = pd.DataFrame(
        {"a": [1.5, None], "b": pd.Series(["x", None], dtype="string"), "c": [pd.NaT, pd.Timestamp("2026-01-01")]}
    )
    assert read_csv(write_frame(gaps, tmp_path, "plan"))[2][:2] == ["", ""]
    assert read_xlsx(write_frame(gaps, tmp_path, "plan", "xlsx"))[2] == [("n", "46023")]


def test_two_columns_of_one_name_are_both_written(tmp_path: Path) -> None:
    twice = pd.DataFrame([[1, "=2"]], columns=["a", "a"])
    assert read_csv(write_frame(twice, tmp_path, "plan")) == [["a", "a"], ["1", "'=2"]]


def test_a_name_never_leaves_the_folder(tmp_path: Path) -> None:
    path = write_frame(frame(), tmp_path / "out", "../../quotas ÎN nord")
    assert path.parent == tmp_path / "out"
    assert list((tmp_path / "out").iterdir()) == [path]


def test_the_same_plan_is_the_same_file(tmp_path: Path) -> None:
    once, again = (write_frame(frame(), tmp_path / name, "plan", "csv").read_bytes() for name in ("a", "b"))
    assert once == again


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_frame(frame(), tmp_path, "plan")
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(export, "_csv", full)
    with pytest.raises(OSError, match="No space left"):
        write_frame(frame().head(1), tmp_path, "plan")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_more_rows_than_a_sheet_holds_are_an_error_that_names_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 3)
    with pytest.raises(DataError, match="--format csv"):
        write_frame(frame(), tmp_path, "plan", "xlsx")


@settings(deadline=None)
@given(st.text())
def test_no_text_starts_a_formula_and_all_can_be_read_back(text: str) -> None:
    safe = str(plain_text(text))
    assert not safe.lstrip().startswith(("=", "+", "-", "@"))
    for separator in ";,|\t\n":
        assert not [part for part in safe.split(separator) if part.lstrip().startswith(("=", "+", "-", "@"))]
    assert safe.replace("'", "") == text.replace("'", "")
