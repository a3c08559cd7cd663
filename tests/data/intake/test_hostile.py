"""Files nobody would write on purpose: each gets a clear line, none a traceback, and no row is lost in silence."""

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from salesanalytics.base.slug import slug, slugs
from salesanalytics.data import snapshot
from salesanalytics.data.intake import csv_file
from salesanalytics.data.intake.cells.text import text
from salesanalytics.data.intake.check import Dataset, check_source, usable
from salesanalytics.data.intake.csv_file import read_csv
from salesanalytics.data.intake.mapping import load_mapping
from salesanalytics.errors import DataError, MappingError, SourceError
from tests.tiny import OPPORTUNITY, REP, STAGE, deal, write_csv, write_source

TODAY = date(2026, 9, 1)


def fatal(folder: Path) -> str:
    return "\n".join(one.line() for one in check_source(folder, today=TODAY).quality.level("fatal"))


def checked(folder: Path, **changes: object) -> Dataset:
    return check_source(write_source(folder, changes), today=TODAY)  # type: ignore[arg-type]


def test_two_files_for_one_table_are_refused_and_named(tmp_path: Path) -> None:
    folder = write_source(tmp_path)
    write_csv(folder / "opportunity.2024.csv", [deal(9, "r1", "Lead", 1, "2026-06-01")])
    said = fatal(folder)
    assert "opportunity.2024.csv, opportunity.csv would all be the table opportunity" in said
    assert "tables.opportunity.files: [opportunity.2024.csv, opportunity.csv]" in said


def test_a_quote_never_closed_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = write_source(tmp_path)
    (folder / "team.csv").write_text('team_id,name\nnorth,North\nsouth,"South\nwest,West\n')
    assert 'team.csv, line 3: a quote (") opens here and is never closed' in fatal(folder)


def test_a_quote_that_closes_before_its_cell_ends_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = write_source(tmp_path)
    (folder / "team.csv").write_text('team_id,name\nnorth,"No"rth\nsouth,South\n')
    assert 'team.csv, line 2: a quote (") closes before the cell ends' in fatal(folder)


def test_a_file_that_may_have_been_cut_off_is_told(tmp_path: Path) -> None:
    file = tmp_path / "team.csv"
    file.write_text("team_id,name\nnorth,North\nsouth,So")
    assert read_csv(file).remarks == ("team.csv ends without a line end: if it was cut off, its last row may be too",)


def test_quotes_inside_a_cell_are_letters(tmp_path: Path) -> None:
    file = tmp_path / "team.csv"
    file.write_text('team_id,name\nnorth,5" pipes\nsouth,"a ""b"", c\nd"\n')
    assert list(read_csv(file).frame["name"]) == ['5" pipes', 'a "b", c\nd']


def test_lines_swallowed_by_a_broken_row_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "team.csv"
    file.write_text('team_id,name\nnorth,"N\nsouth,S\nwest",W,x\n')
    assert read_csv(file).broken == 3


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xef\xbb\xbfteam_id,name\nn,caf\xe9\n", "begins as utf-8-sig text, but line 2 is none"),
        ("team_id,name\nn,x\n".encode("utf-16")[:-1], "begins as utf-16 text"),
        (b'"' + b"x" * 200_000 + b'",b\n1,2\n', "cannot be read as CSV"),
    ],
)
def test_broken_text_is_one_line(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "team.csv").write_bytes(raw)
    with pytest.raises(SourceError, match=said):
        read_csv(tmp_path / "team.csv")


def test_a_damaged_archive_is_one_line(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b"team_id\n" + bytes(range(65, 91)) * 50))
    packed[15:25] = b"\xff" * 10
    (tmp_path / "team.csv.GZ").write_bytes(packed)
    with pytest.raises(SourceError, match="cannot be read"):
        read_csv(tmp_path / "team.csv.GZ")


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "team.csv.gz").write_bytes(gzip.compress(b"team_id\n" + b"north\n" * 1000))
    assert len(read_csv(tmp_path / "team.csv.gz").frame) == 1000
    monkeypatch.setattr(csv_file, "LARGEST", 5000)
    with pytest.raises(SourceError, match=r"team\.csv\.gz unpacks to more than"):
        read_csv(tmp_path / "team.csv.gz")


@pytest.mark.parametrize(
    "written",
    [
        "team_id,name\rnorth,North\r",
        "sep=;\nteam_id;name\nnorth;North\n",
        '"team\n_id",name\nnorth,North\n',
        "team_id,name,\nnorth,North,\n",
    ],
)
def test_odd_headers_and_line_ends_are_read(tmp_path: Path, written: str) -> None:
    (tmp_path / "team.csv").write_bytes(written.encode())
    assert list(read_csv(tmp_path / "team.csv").frame.iloc[0, :2]) == ["north", "North"]


def test_ids_stay_themselves() -> None:
    assert list(text(pd.Series([2.0**53 + 2, 1e20]))) == ["9007199254740994", "100000000000000000000"]
    assert list(text(pd.Series([Decimal("1.00"), Decimal("2.50")], dtype=object))) == ["1", "2.5"]


def test_an_index_pandas_kept_in_a_file_is_not_lost(tmp_path: Path) -> None:
    folder = write_source(tmp_path, {"team": None})
    pd.DataFrame({"team_id": ["north", "south"], "name": ["N", "S"]}).set_index("team_id").to_parquet(folder / "team.parquet")
    assert list(checked_only(folder).tables["team"]["team_id"]) == ["north", "south"]


def checked_only(folder: Path) -> Dataset:
    return usable(check_source(folder, today=TODAY))


def test_a_database_with_schemas_is_read_and_reaches_no_other_file(tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "secret.csv").write_text("team_id\nx\n")
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as connection:
        connection.sql("create schema hr")
        connection.sql("create table hr.rep as select 'r1' as rep_id, 'north' as team_id")
        connection.sql(f"create view team as select * from read_csv('{tmp_path}/secret.csv')")
        connection.sql("create table opportunity (opportunity_id varchar)")
    dataset = check_source(tmp_path / "crm.duckdb", today=TODAY)
    said = {one.table: one.line() for one in dataset.quality.level("fatal")}
    assert "team in crm.duckdb cannot be read" in said["team"]
    assert dataset.quality.counts["rep"].read == 1


def test_the_first_and_last_years_are_emptied(tmp_path: Path) -> None:
    written = ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"]
    rows = [deal(7 + at, "r1", "Lead", 1, day) for at, day in enumerate(written)]
    dataset = checked(tmp_path, opportunity=[*OPPORTUNITY, *rows])
    assert not dataset.quality.fatal
    assert dataset.tables["opportunity"]["created_at"].isna().sum() == 2


def test_a_stage_named_twice_is_told_and_breaks_nothing(tmp_path: Path) -> None:
    dataset = checked(tmp_path, stage=[*STAGE, {**STAGE[0], "sort_order": 9}])
    assert "same pipeline + stage stands in several rows" in dataset.quality.level("fatal")[0].line()


def test_words_of_the_source_stay_out_of_the_rule(tmp_path: Path) -> None:
    rows = [{**row, "forecast_category": "secret deal of Ana", "pet": "cat"} for row in OPPORTUNITY]
    problems = checked(tmp_path, opportunity=rows).quality.problems
    assert not [one for one in problems if "secret" in one.rule or "pet" in one.rule]
    assert [one for one in problems if "secret" in "".join(one.sample)]


def test_a_text_made_to_look_like_anothers_digits_gets_its_own_name() -> None:
    hostile = slug("EMEA/North")
    found = slugs(["EMEA/North", hostile])
    assert found[hostile] == hostile
    assert found["EMEA/North"] != hostile


def test_a_required_table_that_keeps_no_row_is_fatal(tmp_path: Path) -> None:
    assert "opportunity: no row can be used (6 rows)" in fatal(
        write_source(tmp_path, {"opportunity": [{**row, "amount": -1} for row in OPPORTUNITY]})
    )


def test_every_used_deal_is_on_a_team_page_whoever_owned_it_then(tmp_path: Path) -> None:
    history = [
        {"opportunity_id": "o4", "changed_at": "2026-08-01", "field": "owner_rep_id", "old_value": "gone", "new_value": "r2"}
    ]
    move = [{"rep_id": "r3", "valid_from": "2026-08-25", "valid_to": "", "team_id": "south"}]
    late = [*REP[:2], {"rep_id": "r3", "name": "Cy Dunn", "hire_date": "2026-08-25"}]
    dataset = usable(checked(tmp_path / "source", opportunity_history=history, rep_assignment=move, rep=late))
    snap = snapshot.write(dataset, tmp_path / "snap", date(2026, 7, 31))
    parts = [list(snap.team(info.team_id).tables["opportunity"]["opportunity_id"]) for info in snap.teams]
    assert parts == [["o1", "o2", "o3", "o4"], ["o5"]]
    assert len(snap.company().tables["opportunity"]) == snap.quality["tables"]["opportunity"]["used"] == 5


@pytest.mark.parametrize("day", [date(2026, 9, 2), date(1900, 1, 1)])
def test_a_day_out_of_reach_is_refused(tmp_path: Path, day: date) -> None:
    with pytest.raises(DataError, match=f"--as-of is {day}; expected a day from 1990-01-01 to today"):
        checked(tmp_path).last_day(TODAY, day)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("currency: euro", "currency: expected three capitals such as EUR"),
        ("tables: {team: {file: t.csv, delimiter: ';;'}}", "expected one character"),
        ("tables: {team: {file: t.csv, encoding: klingon}}", "expected the name of an encoding"),
        ("tables: {team: {file: t.csv, header: [a, a]}}", "expected every name once; a is there twice"),
        ("tables: {team: {files: []}}", "is empty; name at least one"),
        ("tables: {rep: {file: r.csv, columns: {hire_date: {from: d, format: dd.mm}}}}", "such as %d.%m.%Y"),
        ('tables: {rep: {file: r.csv, columns: {hire_date: {from: d, format: "%Y%Y%Y"}}}}', "such as %d.%m.%Y"),
        ('tables: {rep: {file: r.csv, columns: {hire_date: {from: d, format: "%m/%Y"}}}}', "names no whole date"),
        ("rates: {euro: 1}", "rates"),
        ("tables: {rep: {file: r.csv, columns: {name: {from: d, edge: month_end}}}}", "edge is for days"),
        ("tables: {opportunity: {file: r.csv, columns: {amount: {from: d, times: 0}}}}", "greater than 0"),
    ],
)
def test_what_a_mapping_may_not_say(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "map.yaml").write_text(line + ("" if line.startswith("tables") else "\ntables: {}") + "\n")
    with pytest.raises(MappingError, match=said):
        load_mapping(tmp_path / "map.yaml")


def test_a_join_compares_keys_as_text_and_words_in_no_row_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    pd.DataFrame({"rep_id": [1.0, 2.0], "boss": ["north", "North"]}).to_parquet(folder / "people.parquet")
    write_csv(folder / "names.csv", [{"id": "1", "name": "Ana"}, {"id": "2", "name": "Ben"}])
    (tmp_path / "map.yaml").write_text(
        "tables:\n  rep:\n    file: people.parquet\n    join: [{file: names.csv, by: {rep_id: id}}]\n"
        "    columns: {rep_id: rep_id, name: name, team_id: {from: boss, map: {Nroth: north}}}\n"
        "  opportunity: {file: names.csv, columns: {is_won: {from: name, in: [Anna]}}}\n"
    )
    dataset = check_source(folder, tmp_path / "map.yaml", today=TODAY)
    assert list(dataset.tables["rep"]["name"]) == ["Ana", "Ben"]
    lines = [one.line() for one in dataset.quality.problems]
    assert "rep: listed under tables.rep.columns.team_id.map, and no row holds it: Nroth (e.g. North)" in lines
    assert (
        "opportunity: none of the words under tables.opportunity.columns.is_won.in stands in any row: Anna (e.g. Ana)" in lines
    )
