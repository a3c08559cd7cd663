"""What bad data gets: a named fatal problem, a counted quarantine or a note; never silence, never a traceback."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesanalytics.data.intake.check import Dataset, check_source, usable
from salesanalytics.errors import CheckError, SourceError
from tests.tiny import OPPORTUNITY, REP, STAGE, TEAM, deal, write_csv, write_source

TODAY = date(2026, 9, 1)


def checked(folder: Path, **changes: object) -> Dataset:
    dataset = check_source(write_source(folder, changes), today=TODAY)
    for name, count in dataset.quality.counts.items():
        if not dataset.quality.fatal:
            assert count.read == count.used + count.quarantined, name
            assert count.used == len(dataset.tables[name]), name
    return dataset


def problem(dataset: Dataset, level: str) -> str:
    (found,) = dataset.quality.level(level)  # type: ignore[arg-type]
    return found.line()


def test_clean_data_has_no_problems_at_all(tmp_path: Path) -> None:
    dataset = checked(tmp_path)
    assert dataset.quality.problems == []
    assert dataset.quality.total().read == 2 + 3 + 4 + 6
    assert list(dataset.tables["opportunity"]["is_won"]) == [True, False, True, False, True, False]


def test_a_team_id_too_long_for_a_files_name_is_told(tmp_path: Path) -> None:
    long = "north-" * 60
    reps = [{**row, "team_id": long} if row["team_id"] == "north" else row for row in REP]
    dataset = checked(
        tmp_path,
        team=[{"team_id": long, "name": "North"}, {"team_id": "s" * 60, "name": "South"}],
        rep=[{**row, "team_id": "s" * 60} if row["team_id"] == "south" else row for row in reps],
    )
    said = problem(dataset, "note")
    assert "team_id has more than 60 characters: its page and its folder are called by a shorter name (1 row, e.g." in said
    assert dataset.quality.counts["team"].used == 2


def test_duplicate_ids_are_fatal_and_named(tmp_path: Path) -> None:
    dataset = checked(tmp_path, opportunity=[*OPPORTUNITY, deal(3, "r1", "Lead", 1, "2026-08-01")])
    assert "same opportunity_id stands in several rows (2 rows, e.g. o3)" in problem(dataset, "fatal")
    with pytest.raises(CheckError, match="o3"):
        usable(dataset)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (deal(7, "r1", "closed-ish", 1, "2026-08-01"), "stage is none of Lead, Offer, Won, Lost (1 row, e.g. o7 = closed-ish)"),
        (
            deal(7, "r9", "Lead", 1, "2026-08-01"),
            "owner_rep_id is not among the usable rows of rep (1 row, e.g. o7 = r9)",
        ),
        (deal(7, "r1", "Lead", -5, "2026-08-01"), "amount is negative (1 row, e.g. o7 = -5.0)"),
        (deal(7, "r1", "Lead", "NaN", "2026-08-01"), "amount is not a finite number"),
        (deal(7, "r1", "Lead", "inf", "2026-08-01"), "amount is not a finite number"),
        (deal(7, "r1", "Lead", "-inf", "2026-08-01"), "amount is not a finite number"),
        (deal(7, "r1", "Won", 1, "2026-08-01", "2026-07-01"), "closed before created"),
        (deal(7, "r1", "Won", "", "2026-06-01", "2026-07-01"), "won without amount"),
        (deal(7, "r1", "Won", 1, "2026-06-01", ""), "closed without a closing date"),
        (deal(7, "", "Lead", 1, "2026-06-01"), "owner_rep_id is empty"),
        (deal(7, "r1", "Lead", 1, "2026-06-01", is_deleted="true"), "deleted in the source"),
    ],
)
def test_a_broken_row_is_set_aside_and_counted(tmp_path: Path, row: dict[str, object], said: str) -> None:
    dataset = checked(tmp_path, opportunity=[*OPPORTUNITY, row])
    assert said in problem(dataset, "quarantine")
    assert dataset.quality.counts["opportunity"].quarantined == 1
    assert "o7" not in set(dataset.tables["opportunity"]["opportunity_id"])


@pytest.mark.parametrize(
    ("cell", "column"), [("3999-12-31", "expected_close_date"), ("1899-12-30", "created_at"), ("0001-01-01", "created_at")]
)
def test_a_far_day_in_an_optional_column_empties_the_cell_and_keeps_the_row(tmp_path: Path, cell: str, column: str) -> None:
    dataset = checked(tmp_path, opportunity=[*OPPORTUNITY, deal(7, "r1", "Lead", 50_000, "2026-05-01") | {column: cell}])
    assert f"{column} lies outside 1990–2036 (left empty) (1 row, e.g. o7 = {cell}" in problem(dataset, "note")
    kept = dataset.tables["opportunity"].set_index("opportunity_id").loc["o7"]
    assert pd.isna(kept[column])
    assert kept["amount"] == 50_000


def test_an_exact_copy_counts_once(tmp_path: Path) -> None:
    dataset = checked(tmp_path, opportunity=[*OPPORTUNITY, OPPORTUNITY[2]])
    assert "an exact copy of another row (1 row, e.g. o3)" in problem(dataset, "quarantine")
    assert len(dataset.tables["opportunity"]) == 6


def test_a_planned_day_on_an_open_deal_is_no_closing(tmp_path: Path) -> None:
    dataset = checked(tmp_path, opportunity=[*OPPORTUNITY, deal(7, "r1", "Lead", 1, "2026-08-25", "2026-08-31")])
    assert "closed_at stands on deals that are not closed (left empty) (1 row, e.g. o7)" in problem(dataset, "note")
    assert "when_in" in problem(dataset, "note")
    assert dataset.last_day(TODAY) == date(2026, 8, 25)


def test_salesforce_ids_of_15_and_18_characters_are_one(tmp_path: Path) -> None:
    people = [{**REP[0], "rep_id": "005A00000012abC"}, {**REP[1], "rep_id": "005A00000012abD"}]
    deals = [deal(1, "005A00000012abCIAQ", "Lead", 1, "2026-08-01"), deal(2, "005A00000012abDIAQ", "Lead", 1, "2026-08-01")]
    quota = [
        {"scope_id": "005A00000012abCIAQ", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 5},
        {"scope_id": "005A00000012abc", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 5},
    ]
    dataset = checked(tmp_path, rep=people, opportunity=deals, quota=quota)
    assert list(dataset.tables["opportunity"]["owner_rep_id"]) == ["005A00000012abC", "005A00000012abD"]
    assert list(dataset.tables["quota"]["scope_id"]) == ["005A00000012abC"], "capitals are part of an id"
    assert any("ids of 15 and of 18 characters" in one.rule for one in dataset.quality.level("note"))


def test_an_unknown_team_sets_the_assignment_aside(tmp_path: Path) -> None:
    spans = [
        {"rep_id": "r1", "valid_from": "2024-01-01", "valid_to": "", "team_id": "west"},
        {"rep_id": "r1", "valid_from": "2025-01-01", "valid_to": "", "team_id": "north"},
    ]
    dataset = checked(tmp_path, rep_assignment=spans)
    said = "team_id is not among the usable rows of team (1 row, e.g. r1 / 2024-01-01 = west)"
    assert said in problem(dataset, "quarantine")


def test_a_deal_whose_owner_never_had_a_team_is_set_aside(tmp_path: Path) -> None:
    loner = {"rep_id": "r4", "name": "No Team", "team_id": "", "hire_date": "2024-01-01"}
    dataset = checked(tmp_path, rep=[*REP, loner], opportunity=[*OPPORTUNITY, deal(7, "r4", "Lead", 1, "2026-06-01")])
    assert "its owner was never in a team (1 row, e.g. o7 = r4)" in problem(dataset, "quarantine")


def test_what_hangs_on_a_row_set_aside_is_set_aside_with_it(tmp_path: Path) -> None:
    history = [{"opportunity_id": "o7", "changed_at": "2026-08-01", "field": "stage", "old_value": "", "new_value": "Lead"}]
    broken = deal(7, "r1", "Lead", -5, "2026-08-01")
    dataset = checked(tmp_path, opportunity=[*OPPORTUNITY, broken], opportunity_history=history)
    assert dataset.quality.counts["opportunity_history"].quarantined == 1


def test_an_unknown_optional_reference_is_cleared_and_the_row_stays(tmp_path: Path) -> None:
    rows = [{**OPPORTUNITY[0], "account_id": "ghost"}, *OPPORTUNITY[1:]]
    dataset = checked(tmp_path, opportunity=rows, account=[{"account_id": "a1"}])
    assert "account_id is not among the usable rows of account" in problem(dataset, "note")
    assert len(dataset.tables["opportunity"]) == 6


def test_two_problems_at_once_are_both_reported(tmp_path: Path) -> None:
    deals = [{**OPPORTUNITY[0], "amount": "abc"}, {**OPPORTUNITY[1], "created_at": "01/02/2026"}]
    folder = write_source(tmp_path, {"opportunity": deals, "rep": None})
    fatal = [one.line() for one in check_source(folder, today=TODAY).quality.level("fatal")]
    assert any("there is no rep table" in line for line in fatal)
    assert any("amount cannot be read" in line and "abc" in line for line in fatal)
    assert any("created_at cannot be read" in line and "set format:" in line for line in fatal)


def test_a_missing_required_column_says_what_was_found(tmp_path: Path) -> None:
    rows = [{name: value for name, value in row.items() if name != "owner_rep_id"} for row in OPPORTUNITY]
    line = problem(check_source(write_source(tmp_path, {"opportunity": rows}), today=TODAY), "fatal")
    assert "required column owner_rep_id is missing; found opportunity_id, stage" in line
    assert "tables.opportunity.columns" in line


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    folder = write_source(tmp_path)
    (folder / "rep.csv").write_text("")
    assert "rep.csv is empty" in problem(check_source(folder, today=TODAY), "fatal")


def test_a_header_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    folder = write_source(tmp_path)
    (folder / "opportunity.csv").write_text("opportunity_id,owner_rep_id,stage,amount,created_at,closed_at\n")
    dataset = check_source(folder, today=TODAY)
    assert not dataset.quality.fatal
    assert len(dataset.tables["opportunity"]) == 0


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_any_usual_delimiter_and_encoding_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    folder = write_source(tmp_path)
    teams = [{"team_id": "north", "name": "Nörd, Ost"}, {"team_id": "south", "name": "Süd"}]
    write_csv(folder / "team.csv", teams, encoding, delimiter)
    dataset = check_source(folder, today=TODAY)
    assert list(dataset.tables["team"]["name"]) == ["Nörd, Ost", "Süd"]
    assert len(dataset.quality.level("note")) == (1 if encoding == "latin-1" else 0)


def test_a_line_with_too_many_cells_is_counted_not_lost(tmp_path: Path) -> None:
    folder = write_source(tmp_path)
    with (folder / "team.csv").open("a") as file:
        file.write("west,West,extra,cells,here,and,more\n")
    dataset = check_source(folder, today=TODAY)
    assert "does not have as many cells as the header (1 row, e.g. west,West,extra" in problem(dataset, "quarantine")
    assert dataset.quality.counts["team"].read == 3


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    folder = write_source(tmp_path)
    (folder / "team.csv").write_text("team_id,name,name\nnorth,a,b\n")
    assert "names a column twice: name" in problem(check_source(folder, today=TODAY), "fatal")


def test_corrupt_parquet_is_named(tmp_path: Path) -> None:
    folder = write_source(tmp_path, {"team": None})
    (folder / "team.parquet").write_bytes(b"PAR1 this is not parquet PAR1")
    assert "team.parquet is not readable as Parquet" in problem(check_source(folder, today=TODAY), "fatal")


def test_parquet_and_csv_give_the_same_tables(tmp_path: Path) -> None:
    text = check_source(write_source(tmp_path / "csv"), today=TODAY).tables
    (tmp_path / "parquet").mkdir()
    for name, frame in text.items():
        frame.to_parquet(tmp_path / "parquet" / f"{name}.parquet")
    typed = check_source(tmp_path / "parquet", today=TODAY).tables
    for name, frame in text.items():
        pd.testing.assert_frame_equal(frame, typed[name])


def test_a_duckdb_file_is_a_source(tmp_path: Path) -> None:
    import duckdb

    tables = check_source(write_source(tmp_path / "csv"), today=TODAY).tables
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as connection:
        for name, frame in tables.items():
            connection.register("given", frame.astype(dict.fromkeys(frame.select_dtypes("string"), object)))
            connection.sql(f'create table "{name}" as select * from given')
    found = check_source(tmp_path / "crm.duckdb", today=TODAY)
    assert found.quality.level("fatal") == []
    assert found.tables["opportunity"]["amount"].sum() == tables["opportunity"]["amount"].sum()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "crm.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(SourceError, match="not readable as a DuckDB file"):
        check_source(tmp_path / "crm.duckdb", today=TODAY)


def test_mixed_offsets_are_one_moment_in_utc(tmp_path: Path) -> None:
    rows = [
        deal(1, "r1", "Lead", 1, "2026-03-01T12:00:00+02:00"),
        deal(2, "r1", "Lead", 1, "2026-03-01T10:00:00Z"),
        deal(3, "r1", "Lead", 1, "2026-03-01 05:00:00-0500"),
    ]
    created = checked(tmp_path, opportunity=rows).tables["opportunity"]["created_at"]
    assert created.nunique() == 1
    assert str(created.iloc[0]) == "2026-03-01 10:00:00+00:00"


def test_an_open_end_in_the_year_9999_means_still_there(tmp_path: Path) -> None:
    dataset = checked(tmp_path, rep=[{**row, "leave_date": "9999-12-31"} for row in REP])
    assert "taken as still lasting" in problem(dataset, "note")
    assert dataset.tables["rep"]["leave_date"].isna().all()


def test_every_row_may_be_broken(tmp_path: Path) -> None:
    dataset = checked(tmp_path, opportunity=[{**row, "amount": -1} for row in OPPORTUNITY], team=TEAM, stage=STAGE)
    assert dataset.quality.counts["opportunity"].used == 0
