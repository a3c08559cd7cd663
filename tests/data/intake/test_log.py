"""The change log as a CRM shows it: read like the deal's own columns, in order within a moment, and never fatal for a copy."""

from datetime import date
from pathlib import Path

import pytest

from salesanalytics.data.intake.check import Dataset, check_source
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.stages import stage_moves
from tests.tiny import Rows, deal, write_source

TODAY = date(2026, 9, 1)
DEALS = [deal(1, "r1", "Won", 200, "2026-05-01", "2026-05-20"), deal(2, "r1", "Won", 100, "2026-05-01", "2026-05-21")]
MAPPING = """
tables:
  team: {file: team.csv, columns: {team_id: team_id}}
  rep: {file: rep.csv, columns: {rep_id: rep_id, team_id: team_id}}
  stage: {file: stage.csv, columns: {stage: stage, sort_order: sort_order, is_closed: is_closed, is_won: is_won}}
  opportunity:
    file: opportunity.csv
    columns: {opportunity_id: opportunity_id, owner_rep_id: owner_rep_id, stage: stage, created_at: created_at,
              closed_at: closed_at, amount: amount, expected_close_date: {from: due, format: "%m/%d/%Y"}}
  opportunity_history:
    file: opportunity_history.csv
    columns: {opportunity_id: opportunity_id, changed_at: changed_at, field: field, old_value: OLD, new_value: NEW}
"""


def change(number: int, when: str, field: str, old: str, new: str) -> dict[str, object]:
    return {"opportunity_id": f"o{number}", "changed_at": when, "field": field, "old_value": old, "new_value": new}


def logged(folder: Path, *changes: dict[str, object], mapping: str = "") -> Dataset:
    rows: Rows = [{**row, "due": "05/20/2026"} for row in DEALS] if mapping else DEALS
    source = write_source(folder / "source", {"opportunity": rows, "opportunity_history": list(changes)})
    if mapping:
        (folder / "map.yaml").write_text(mapping)
    return check_source(source, folder / "map.yaml" if mapping else None, today=TODAY)


SHOWN = (
    change(1, "2026-05-10", "amount", "$1,725.94", "$3,451.89"),
    change(1, "2026-05-10", "expected_close_date", "02/25/2026", "03/11/2026"),
    change(1, "2026-05-10", "forecast_category", "Best Case", "Commit"),
)


@pytest.mark.parametrize(
    "mapping",
    [
        MAPPING.replace("OLD", "old_value").replace("NEW", "new_value"),
        MAPPING.replace("OLD", '{from: old_value, format: "%m/%d/%Y"}').replace("NEW", '{from: new_value, format: "%m/%d/%Y"}'),
    ],
    ids=["as the deal's column", "as the mapping says of the log"],
)
def test_values_are_read_as_they_are_shown(tmp_path: Path, mapping: str) -> None:
    dataset = logged(tmp_path, *SHOWN, mapping=mapping)
    assert not dataset.quality.fatal, dataset.quality.to_text()
    log = dataset.tables["opportunity_history"]
    assert list(log["old_value"]) == ["1725.94", "2026-02-25", "best_case"]
    assert list(log["new_value"]) == ["3451.89", "2026-03-11", "commit"]


def test_a_log_in_iso_beside_deals_in_another_order_is_read(tmp_path: Path) -> None:
    mapping = MAPPING.replace("OLD", "old_value").replace("NEW", "new_value")
    log = logged(tmp_path, change(1, "2026-05-10", "expected_close_date", "2026-02-25", "03/11/2026"), mapping=mapping)
    assert log.tables["opportunity_history"].loc[0, ["old_value", "new_value"]].to_list() == ["2026-02-25", "2026-03-11"]


@pytest.mark.parametrize(
    ("field", "value"), [("expected_close_date", "07/31/2026"), ("amount", "about 5"), ("amount", "12.500")]
)
def test_what_cannot_be_read_is_reported(tmp_path: Path, field: str, value: str) -> None:
    (said,) = logged(tmp_path, change(1, "2026-05-10", field, "", value)).quality.level("fatal")
    assert said.table == "opportunity_history"
    assert value in said.line()
    assert "new_value" in said.line()


def test_two_changes_of_one_day_follow_each_other_whatever_their_order(tmp_path: Path) -> None:
    steps = [
        change(1, "2026-05-10", "stage", "Offer", "Lost"),
        change(1, "2026-05-10", "stage", "Lead", "Offer"),
        change(1, "2026-05-01", "stage", "", "Lead"),
        change(1, "2026-05-20", "stage", "Lost", "Won"),
    ]
    dataset = logged(tmp_path, *steps)
    assert not dataset.quality.fatal
    assert dataset.quality.counts["opportunity_history"].used == 4
    moves = stage_moves(known_on(dataset.tables, TODAY))
    assert list(moves.loc[moves["opportunity_id"] == "o1", "stage"]) == ["Lead", "Offer", "Lost", "Won"]


def test_changes_that_do_not_follow_from_each_other_stay_as_in_the_file(tmp_path: Path) -> None:
    dataset = logged(
        tmp_path, change(1, "2026-05-10", "stage", "Lead", "Offer"), change(1, "2026-05-10", "stage", "Lead", "Lost")
    )
    assert list(dataset.tables["opportunity_history"]["new_value"]) == ["Offer", "Lost"]
    assert "do not follow from each other: taken in the order of the file (2 rows)" in dataset.quality.to_text()


def test_a_change_exported_twice_counts_once(tmp_path: Path) -> None:
    step = change(2, "2026-05-21", "stage", "Offer", "Won")
    dataset = logged(tmp_path, step, step)
    count = dataset.quality.counts["opportunity_history"]
    assert (count.read, count.used, count.quarantined) == (2, 1, 1)
    assert not dataset.quality.fatal
