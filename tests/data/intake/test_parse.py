"""Cells as people write them become numbers and days, or are said to be unreadable; nothing is guessed."""

from typing import Any

import pandas as pd
import pytest

from salesanalytics.data.intake.cells.reading import Reading
from salesanalytics.data.intake.parse import parse
from salesanalytics.data.tables.schema import TEXT


def read(kind: str, *cells: str | None, **how: Any) -> list[Any]:
    """Values of the cells, with "?" for what could not be read and None for missing."""
    parsed = parse(pd.Series(list(cells), dtype=TEXT), kind, Reading(**how))
    cells_read = zip(parsed.column, parsed.unreadable, strict=True)
    return ["?" if bad else None if pd.isna(value) else value for value, bad in cells_read]


def test_money_is_read_with_signs_thousands_and_brackets() -> None:
    assert read("money", "$4,049.98", "(12.50)", "45 €", "1\u00a0234.50") == [4049.98, -12.5, 45, 1234.5]
    assert read("money", "1e3", "-3", "", None) == [1000, -3, None, None]


@pytest.mark.parametrize("cell", ["1,5", "1.234,50", "12,34,56", "0,125", "abc", ".", "1-2", "--1", "0x1f", "1_000", "٣"])
def test_a_number_that_could_mean_two_things_is_not_read(cell: str) -> None:
    assert read("money", cell) == ["?"]


@pytest.mark.parametrize(
    "cell", ["12 34", "5%5", "5%", "(500", "500)", "(-500)", "5€3", "53…", "€5€", "$5 EUR", "'500", "1.2M"]
)
def test_an_amount_has_one_form_or_is_not_read(cell: str) -> None:
    assert read("money", cell, "1") == ["?", 1]


def test_a_lone_point_before_three_digits_is_asked_for() -> None:
    cells = pd.Series(["12.500", "950", "€ 7.400"], dtype=TEXT)
    asked = parse(cells, "money")
    assert list(asked.unsure if asked.unsure is not None else ()) == [True, False, True]
    assert read("money", *cells, decimal=",") == [12500, 950, 7400]
    assert read("money", *cells, decimal=".") == [12.5, 950, 7.4]
    assert parse(pd.Series(["12.500", "0.125"], dtype=TEXT), "number").unsure is None, "0.125 groups no thousands"
    assert parse(pd.Series(["12.500", "3.75"], dtype=TEXT), "money").unsure is None, "3.75 shows what the point marks"
    assert parse(pd.Series([12.5, 3.75]), "money").unsure is None, "a number is no text"


def test_a_comma_before_three_digits_is_said_where_nothing_else_shows_what_it_marks() -> None:
    said = parse(pd.Series(["1,250", "980"], dtype=TEXT), "money").remarks
    assert list(said.values()) == [1]
    assert "comma before three digits" in next(iter(said))
    assert parse(pd.Series(["1,250", "980.50"], dtype=TEXT), "money").remarks == {}
    assert parse(pd.Series(["1,250", "1,250,000"], dtype=TEXT), "money").remarks == {}


def test_each_amount_keeps_the_currency_written_beside_it() -> None:
    marks = parse(pd.Series(["€5", "5 zł", "kr 5", "5 lei", "USD 5", "R$ 5", "5"], dtype=TEXT), "money").marks
    assert marks is not None
    assert [None if pd.isna(mark) else mark for mark in marks] == ["€", "zł", "kr", "lei", "usd", "r$", None]


def test_amounts_finer_than_cents_are_rounded_and_counted() -> None:
    parsed = parse(pd.Series(["0.004", "1.25", "413.1463"], dtype=TEXT), "money")
    assert list(parsed.column) == [0, 1.25, 413.15]
    assert list(parsed.remarks.values()) == [2]
    assert parse(pd.Series([0.1 + 0.2]), "money").remarks == {}


def test_a_decimal_comma_has_to_be_declared() -> None:
    assert read("money", "1.234,50", "12,5", "7", "1.5", decimal=",") == [1234.5, 12.5, 7, "?"]


def test_percent_signs_and_percent_columns() -> None:
    assert read("number", "45%", "0.5") == [0.45, 0.5]
    assert read("number", "45", "45%", factor=0.01) == [0.45, 0.45]
    assert read("number", "45", "(5%)") == [45, -0.05]
    assert read("number", "45", "5%", factor=1000) == [45000, "?"], "5% of thousands is neither"


def test_percent_beside_plain_numbers_is_told() -> None:
    assert list(parse(pd.Series(["45%", "0.5"], dtype=TEXT), "number").remarks.values()) == [1]
    assert parse(pd.Series(["45%", "5%"], dtype=TEXT), "number").remarks == {}


def test_days_need_iso_or_a_format() -> None:
    days = read("day", "2026-01-02", "2026-01-02T23:00:00", "9999-12-31")
    assert [str(day)[:10] for day in days] == ["2026-01-02", "2026-01-02", "9999-12-31"]
    assert read("day", "01/02/2026", "2026-13-01") == ["?", "?"]
    assert [str(day)[:10] for day in read("day", "13/02/2026", "31/12/9999", formats=("%d/%m/%Y",))] == [
        "2026-02-13",
        "9999-12-31",
    ]


@pytest.mark.parametrize(
    "cell", ["today", "now", "2026", "2026-05", "2026-W05", "2026-W05-1", "nat", "May 2026", "46082", "1767225600000"]
)
def test_what_names_no_day_is_no_day(cell: str) -> None:
    assert read("day", cell) == ["?"]
    assert read("moment", cell) == ["?"]
    assert read("day", cell, formats=("%d.%m.%Y",)) == ["?"]


def test_an_instant_has_the_companys_day() -> None:
    cells = ["2023-04-01T01:09:44Z", "2023-04-01T01:09:44.5+02:00", "2023-04-01 01:09:44", "2023-04-01", None]
    days = ["2023-03-31", "2023-03-31", "2023-04-01", "2023-04-01", "None"]
    assert [str(day)[:10] for day in read("day", *cells, timezone="America/Phoenix")] == days
    for layout in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%z"):
        assert str(read("day", cells[0], formats=(layout,), timezone="America/Phoenix")[0])[:10] == "2023-03-31"
        assert str(read("moment", cells[0], formats=(layout,), timezone="America/Phoenix")[0]) == "2023-04-01 01:09:44+00:00"


def test_days_that_were_written_as_midnight_utc_are_told_when_they_move() -> None:
    written = pd.Series(["2023-04-01T00:00:00Z"], dtype=TEXT)
    assert list(parse(written, "day", Reading(timezone="America/Phoenix")).remarks.values()) == [1]
    assert parse(written, "day", Reading(timezone="Europe/Bucharest")).remarks == {}


def test_counted_days_are_read_by_their_name() -> None:
    assert str(read("moment", "1767225600000", formats=("epoch_ms",))[0]) == "2026-01-01 00:00:00+00:00"
    assert str(read("moment", "1767225600", formats=("epoch_s",))[0]) == "2026-01-01 00:00:00+00:00"
    assert str(read("day", "1767225600", formats=("epoch_s",), timezone="America/Phoenix")[0])[:10] == "2025-12-31"
    serial = parse(pd.Series([46082.0, 46083.5]), "moment", Reading(("excel",), timezone="Europe/Bucharest")).column
    assert [str(one) for one in serial] == ["2026-02-28 22:00:00+00:00", "2026-03-02 10:00:00+00:00"]
    assert read("day", "1e400", "x", "9" * 30, formats=("excel",)) == ["?", "?", "?"]


def test_two_formats_in_one_column_and_a_cell_that_both_read() -> None:
    two = ("%d.%m.%Y", "%Y-%m-%d")
    assert [str(day)[:10] for day in read("day", "31.12.2026", "2026-12-31", "12/31/2026", formats=two)] == [
        "2026-12-31"
    ] * 2 + ["?"]
    assert read("day", "03/04/2026", formats=("%d/%m/%Y", "%m/%d/%Y")) == ["?"]
    assert [str(day)[:10] for day in read("day", "13/04/2026", formats=("%d/%m/%Y", "%m/%d/%Y"))] == ["2026-04-13"]


def test_a_quarter_has_a_first_and_a_last_day() -> None:
    assert [str(day)[:10] for day in read("day", "2020Q2", "2020-05", "2020-05-17", edge="quarter_start")] == ["2020-04-01"] * 3
    assert [str(day)[:10] for day in read("day", "2020Q2", edge="quarter_end")] == ["2020-06-30"]


def test_flags_and_whole_numbers() -> None:
    assert read("flag", "Yes", "0", "TRUE", "maybe") == [True, False, True, "?"]
    assert read("whole", "3", "3.0", "3.5", "x") == [3, 3, "?", "?"]


def test_text_of_numbers_with_gaps_keeps_no_decimals() -> None:
    assert list(parse(pd.Series([1.0, None, 3.0]), "text").column.dropna()) == ["1", "3"]
