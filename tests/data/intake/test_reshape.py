"""What a mapping leaves open is asked or told: groups, joins, lookups, several files, words nearly the same."""

from datetime import date
from pathlib import Path

import pytest

from salesanalytics.data.intake.check import Dataset, check_source
from tests.tiny import STAGE, write_csv

TODAY = date(2026, 9, 1)
HEAD = """
tables:
  team: {file: team.csv, columns: {team_id: team_id}}
  rep: {file: rep.csv, columns: {rep_id: rep_id, team_id: team_id}}
  opportunity:
"""


def shaped(folder: Path, rule: str, **files: list[dict[str, object]]) -> Dataset:
    folder.mkdir(exist_ok=True)
    write_csv(folder / "team.csv", [{"team_id": "north"}])
    write_csv(folder / "rep.csv", [{"rep_id": "r1", "team_id": "north"}, {"rep_id": "r2", "team_id": "north"}])
    write_csv(folder / "stage.csv", STAGE)
    for name, rows in files.items():
        write_csv(folder / f"{name}.csv", rows)
    (folder / "map.yaml").write_text(HEAD + rule)
    return check_source(folder, folder / "map.yaml", today=TODAY)


def fatal(dataset: Dataset) -> str:
    return "\n".join(one.line() for one in dataset.quality.level("fatal"))


LINES: list[dict[str, object]] = [
    {"deal": "d1", "owner": "r1", "value": 100, "note": "a"},
    {"deal": "d1", "owner": "r1", "value": 250, "note": "b"},
    {"deal": "d2", "owner": "r2", "value": "", "note": "c"},
]
GROUPED = """    file: lines.csv
    group_by: [deal]
    columns: {opportunity_id: deal, owner_rep_id: owner, stage: {const: Won}, is_won: {const: true}, is_closed: {const: true},
              closed_at: {const: '2026-07-10'}, amount: AMOUNT, next_step: note}
"""


def test_amounts_that_differ_within_a_group_need_an_aggregate(tmp_path: Path) -> None:
    said = fatal(shaped(tmp_path, GROUPED.replace("AMOUNT", "value"), lines=LINES))
    assert "amount differs between the rows of one group (1 row, e.g. d1)" in said
    assert "tables.opportunity.columns.amount.agg" in said


def test_sums_are_scaled_once_and_a_sum_of_nothing_is_nothing(tmp_path: Path) -> None:
    dataset = shaped(tmp_path, GROUPED.replace("AMOUNT", "{from: value, agg: sum, times: 1000}"), lines=LINES)
    assert not dataset.quality.fatal
    assert list(dataset.tables["opportunity"]["amount"]) == [350_000], "d2 has no amount, and cannot be won without"
    assert "won without amount" in dataset.quality.to_text()
    said = "next_step differs between the rows of one group: the first was taken (1 row, e.g. d1)"
    assert said in dataset.quality.to_text()


def test_a_sum_of_two_currencies_is_refused(tmp_path: Path) -> None:
    lines = [{**LINES[0], "value": "€100"}, {**LINES[1], "value": "$250"}]
    said = fatal(shaped(tmp_path, GROUPED.replace("AMOUNT", "{from: value, agg: sum}"), lines=lines))
    assert "opportunity.amount adds up amounts in several currencies ($, €)" in said


WORDS: list[dict[str, object]] = [
    {"deal": name, "owner": "r1", "phase": phase, "value": 1} for name, phase in [("d1", "Won"), ("d2", "WON"), ("d3", "Lost")]
]
IN = """    file: deals.csv
    columns: {opportunity_id: deal, owner_rep_id: owner, stage: phase, is_won: {from: phase, in: [Won]},
              is_closed: {from: phase, in: [Won, WON, Lost]}, amount: value, closed_at: {const: '2026-07-10'}}
"""


def test_a_word_that_differs_only_in_case_is_never_lost(tmp_path: Path) -> None:
    said = fatal(shaped(tmp_path, IN, deals=WORDS))
    rule = "differs from a word under tables.opportunity.columns.is_won.in only in case or spaces (1 row, e.g. WON)"
    assert rule in said
    assert "is_closed" not in said


def test_rows_left_out_by_where_are_counted(tmp_path: Path) -> None:
    dataset = shaped(tmp_path, IN + "    where: {deal: [d1, d3]}\n", deals=WORDS)
    assert "opportunity: left out by where: deal (1 row, e.g. d2)" in [one.line() for one in dataset.quality.level("note")]


OPEN = """    FILES
    columns: {opportunity_id: deal, owner_rep_id: owner, stage: {const: Lead}, is_won: {const: false},
              is_closed: {const: false}, amount: AMOUNT}
"""
FIRST: list[dict[str, object]] = [{"deal": "d1", "owner": "r1", "v": 1}]
SECOND: list[dict[str, object]] = [{"deal": "d2", "owner": "r2", "Value": 2}]


def test_each_of_several_files_gives_its_own_column(tmp_path: Path) -> None:
    rule = OPEN.replace("FILES", "files: [a.csv, b.csv]").replace("AMOUNT", "{from: [v, Value]}")
    dataset = shaped(tmp_path, rule, a=FIRST, b=SECOND)
    assert not dataset.quality.fatal
    assert list(dataset.tables["opportunity"]["amount"]) == [1, 2]


def test_a_column_that_one_file_lacks_is_named_with_the_file(tmp_path: Path) -> None:
    rule = OPEN.replace("FILES", "files: [a.csv, b.csv]").replace("AMOUNT", "v")
    assert "b.csv has no column 'v', which other files of tables.opportunity have" in fatal(
        shaped(tmp_path, rule, a=FIRST, b=SECOND)
    )


def test_a_file_with_none_of_the_listed_columns_is_told(tmp_path: Path) -> None:
    rule = OPEN.replace("FILES", "files: [a.csv, b.csv]").replace("AMOUNT", "{from: [v, w]}")
    dataset = shaped(tmp_path, rule, a=FIRST, b=SECOND)
    assert "b.csv has none of the columns listed for amount: left empty (1 row)" in dataset.quality.to_text()


PRICES: list[dict[str, object]] = [{"id": "d1", "price": 5}, {"id": "d1", "price": 7}, {"id": "d9", "price": 1}]
TWO: list[dict[str, object]] = [{"deal": "d1", "owner": "r1"}, {"deal": "d2", "owner": "r2"}]


def test_a_join_that_meets_different_rows_is_refused(tmp_path: Path) -> None:
    rule = OPEN.replace("FILES", "file: a.csv\n    join: [{file: prices.csv, by: {deal: id}}]").replace("AMOUNT", "price")
    said = fatal(shaped(tmp_path, rule, a=TWO, prices=PRICES))
    assert "prices.csv has several values of price for 1 of the joined keys (e.g. d1)" in said
    dataset = shaped(tmp_path / "one", rule, a=TWO, prices=PRICES[1:])
    assert not dataset.quality.fatal
    assert "their key stands in no row of prices.csv: left empty (1 row, e.g. d2)" in dataset.quality.to_text()


@pytest.mark.parametrize(("agg", "value"), [("", None), ("agg: sum", 12), ("agg: last", 7)])
def test_a_lookup_that_meets_several_values_says_which_holds(tmp_path: Path, agg: str, value: float | None) -> None:
    look = f"{{lookup: {{file: prices.csv, by: deal, key: id, value: price, {agg}}}}}"
    dataset = shaped(tmp_path, OPEN.replace("FILES", "file: a.csv").replace("AMOUNT", look), a=TWO, prices=PRICES)
    if value is None:
        assert "prices.csv has several values of price for 1 of the keys looked up (e.g. d1)" in fatal(dataset)
    else:
        assert dataset.tables["opportunity"]["amount"].iloc[0] == value


def test_a_flag_that_is_neither_true_nor_false_is_refused(tmp_path: Path) -> None:
    rows = [{**TWO[0], "v": 1, "paid": "yes"}, {**TWO[1], "v": 2, "paid": "partly"}]
    rule = OPEN.replace("FILES", "file: a.csv").replace("AMOUNT", "{from: v, when: paid}")
    assert (
        "paid, which tables.opportunity.columns.amount.when looks at, is neither true nor false (1 row, e.g. partly)"
        in fatal(shaped(tmp_path, rule, a=rows))
    )
