"""Amounts of different currencies are never added: one currency, rates for the others, or a refusal that names them."""

from datetime import date
from pathlib import Path

import pytest

from salesanalytics.data.intake.check import Dataset, check_source
from tests.tiny import OPPORTUNITY, deal, write_source

TODAY = date(2026, 9, 1)
OURS = {
    "team": "{team_id: team_id}",
    "rep": "{rep_id: rep_id, team_id: team_id}",
    "stage": "{stage: stage, sort_order: sort_order, is_closed: is_closed, is_won: is_won}",
    "opportunity": "{opportunity_id: opportunity_id, owner_rep_id: owner_rep_id, stage: stage, amount: amount, "
    "created_at: created_at, closed_at: closed_at, currency: currency}",
    "opportunity_line": "{opportunity_id: opportunity_id, line_no: line_no, product_id: product_id, amount: amount}",
    "product": "{product_id: product_id}",
    "opportunity_history": "{opportunity_id: opportunity_id, changed_at: changed_at, field: field, old_value: old_value, "
    "new_value: new_value}",
}


def checked(folder: Path, amounts: list[str], head: str = "", codes: list[str] | None = None, **tables: object) -> Dataset:
    rows = [
        {**deal(at, "r1", "Won", amount, "2026-05-01", "2026-07-10"), "currency": codes[at] if codes else ""}
        for at, amount in enumerate(amounts)
    ]
    source = write_source(folder / "source", {"opportunity": rows, **tables})  # type: ignore[dict-item]
    if not head:
        return check_source(source, today=TODAY)
    named = [name for name in OURS if name in ("team", "rep", "stage", "opportunity") or name in tables]
    lines = [f"  {name}: {{file: {name}.csv, columns: {OURS[name]}}}" for name in named]
    (folder / "map.yaml").write_text(head + "\ntables:\n" + "\n".join(lines) + "\n")
    return check_source(source, folder / "map.yaml", today=TODAY)


def total(dataset: Dataset) -> float:
    assert not dataset.quality.fatal, dataset.quality.to_text()
    return float(dataset.tables["opportunity"]["amount"].sum())


def fatal(dataset: Dataset) -> str:
    return "\n".join(one.line() for one in dataset.quality.level("fatal"))


def test_signs_of_several_currencies_in_one_column_are_refused(tmp_path: Path) -> None:
    said = fatal(checked(tmp_path, ["€1000", "$1000", "¥1000", "1000 lei"]))
    assert "amount: not all amounts are in EUR, and different currencies cannot be added" in said
    assert "USD 1, JPY 1, RON 1" in said
    assert "rates: {USD: …}" in said


def test_the_column_of_currencies_is_held_against_the_base_currency(tmp_path: Path) -> None:
    said = fatal(checked(tmp_path, ["1000", "5000000", "20000"], codes=["EUR", "JPY", "RON"]))
    assert "(2 rows)" in said
    assert "JPY 1, RON 1" in said


def test_rates_convert_and_are_told(tmp_path: Path) -> None:
    head = "currency: EUR\nrates: {JPY: 0.006, RON: 0.2}"
    dataset = checked(tmp_path, ["1000", "5000000", "20000"], head, ["EUR", "JPY", "RON"])
    assert total(dataset) == 1000 + 30_000 + 4_000
    assert "amount: converted to EUR by the rates of the mapping (JPY 1, RON 1)" in dataset.quality.to_text()


def test_what_hangs_on_a_deal_is_in_the_deals_currency(tmp_path: Path) -> None:
    lines = [{"opportunity_id": "o0", "line_no": 1, "product_id": "p", "amount": 100}]
    log = [{"opportunity_id": "o0", "changed_at": "2026-06-01", "field": "amount", "old_value": "50", "new_value": "$100"}]
    head = "currency: EUR\nrates: {USD: 0.5}"
    tables = {"opportunity_line": lines, "opportunity_history": log, "product": [{"product_id": "p"}]}
    dataset = checked(tmp_path, ["100"], head, ["USD"], **tables)
    assert total(dataset) == 50
    assert dataset.tables["opportunity_line"]["amount"].sum() == 50
    assert list(dataset.tables["opportunity_history"][["old_value", "new_value"]].iloc[0].astype(float)) == [25, 50]


def test_one_currency_that_nobody_declared_is_taken_and_told(tmp_path: Path) -> None:
    dataset = checked(tmp_path, ["$1,000.50", "250"])
    assert (dataset.currency, total(dataset)) == ("USD", 1250.5)
    assert "every currency named is USD" in dataset.quality.to_text()
    assert checked(tmp_path / "lei", ["5 lei", "7"]).currency == "RON"


def test_another_sign_than_the_declared_currency_is_refused(tmp_path: Path) -> None:
    assert "not all amounts are in USD" in fatal(checked(tmp_path, ["€5", "7"], "currency: USD"))


def test_a_shared_sign_is_the_currency_that_fits(tmp_path: Path) -> None:
    assert total(checked(tmp_path, ["$5", "7"], "currency: CAD")) == 12
    assert total(checked(tmp_path / "rate", ["$5", "7"], "currency: EUR\nrates: {AUD: 0.5}")) == 9.5
    assert total(checked(tmp_path / "row", ["$5", "7"], "currency: EUR\nrates: {MXN: 0.5}", ["MXN", "EUR"])) == 9.5


@pytest.mark.parametrize("codes", [["Euro coins", "EUR"], ["RON", "EUR"]])
def test_a_currency_that_is_none_or_another_than_its_cell_is_refused(tmp_path: Path, codes: list[str]) -> None:
    assert "the currency of the row is no code such as EUR, or is another than the one in the cell" in fatal(
        checked(tmp_path, ["€5", "7"], "currency: EUR", codes)
    )


def test_a_deal_without_amount_needs_no_rate(tmp_path: Path) -> None:
    rows = [{**row, "currency": "EUR"} for row in OPPORTUNITY[:5]] + [{**OPPORTUNITY[5], "currency": "RON"}]
    assert not check_source(write_source(tmp_path, {"opportunity": rows}), today=TODAY).quality.fatal
