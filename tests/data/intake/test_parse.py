"""Cells as people write them become numbers and days, or are said to be unreadable; nothing is guessed."""

from typing import Any

import pandas as pd
import pytest

from salesanalytics.data.intake.parse import Reading, parse
from salesanalytics.data.tables.schema import TEXT


def read(kind: str, *cells: str | None, **how: Any) -> list[Any]:
    """Values of the cells, with "?" for what could not be read and None for missing."""
    parsed = parse(pd.Series(list(cells), dtype=TEXT), kind, Reading(**how))
    cells_read = zip(parsed.column, parsed.unreadable, strict=True)
    return ["?" if bad else None if pd.isna(value) else value for value, bad in cells_read]


def test_money_is_read_with_signs_thousands_and_brackets() -> None:
    assert read("money", "$4,049.98", "(12.50)", "45 €", "1\u00a0234.50") == [4049.98, -12.5, 45, 1234.5]
    assert read("money", "1e3", "-3", "", None) == [1000, -3, None, None]


@pytest.mark.parametrize("cell", ["1,5", "1.234,50", "12,34,56", "abc", ".", "1-2", "--1"])
def test_a_number_that_could_mean_two_things_is_not_read(cell: str) -> None:
    assert read("money", cell) == ["?"]


def test_a_decimal_comma_has_to_be_declared() -> None:
    assert read("money", "1.234,50", "12,5", "7", "1.5", decimal=",") == [1234.5, 12.5, 7, "?"]


def test_percent_signs_and_percent_columns() -> None:
    assert read("number", "45%", "0.5") == [0.45, 0.5]
    assert read("number", "45", "45%", factor=0.01) == [0.45, 0.45]


def test_days_need_iso_or_a_format() -> None:
    days = read("day", "2026-01-02", "2026-01-02T23:00:00", "9999-12-31")
    assert [str(day)[:10] for day in days] == ["2026-01-02", "2026-01-02", "9999-12-31"]
    assert read("day", "01/02/2026", "2026-13-01") == ["?", "?"]
    assert [str(day)[:10] for day in read("day", "13/02/2026", "31/12/9999", format="%d/%m/%Y")] == ["2026-02-13", "9999-12-31"]


def test_a_quarter_has_a_first_and_a_last_day() -> None:
    assert [str(day)[:10] for day in read("day", "2020Q2", "2020-05", "2020-05-17", edge="quarter_start")] == ["2020-04-01"] * 3
    assert [str(day)[:10] for day in read("day", "2020Q2", edge="quarter_end")] == ["2020-06-30"]


def test_flags_and_whole_numbers() -> None:
    assert read("flag", "Yes", "0", "TRUE", "maybe") == [True, False, True, "?"]
    assert read("whole", "3", "3.0", "3.5", "x") == [3, 3, "?", "?"]


def test_text_of_numbers_with_gaps_keeps_no_decimals() -> None:
    assert list(parse(pd.Series([1.0, None, 3.0]), "text").column.dropna()) == ["1", "3"]
