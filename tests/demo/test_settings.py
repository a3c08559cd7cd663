"""Sizes, seeds and folders."""

import hashlib
from datetime import date

import pandas as pd
import pytest

from salesanalytics.data.tables.schema import TABLES
from salesanalytics.demo import build_demo, write_demo
from salesanalytics.demo.settings import Settings, quarters
from salesanalytics.errors import DataError

SMALL = {"teams": 2, "reps": 6, "months": 3}


def _digests(folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes(tmp_path, kind):
    for name in ("one", "two"):
        write_demo(tmp_path / name, **SMALL, format=kind)
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")
    assert {f"{table}.{kind}" for table in TABLES} | {"truth.json", "truth_feedback.parquet"} == set(_digests(tmp_path / "one"))


def test_another_seed_gives_another_company(tmp_path):
    write_demo(tmp_path / "one", **SMALL)
    write_demo(tmp_path / "two", **SMALL, seed=8)
    one, two = _digests(tmp_path / "one"), _digests(tmp_path / "two")
    assert {name for name in one if one[name] == two[name]} == {"product.csv", "stage.csv", "team.csv"}


def test_random_numbers_depend_on_seed_and_name_only():
    draw = Settings(seed=7).rng("leads").random()
    assert draw == Settings(seed=7, teams=3, months=5).rng("leads").random()
    assert draw != Settings(seed=7).rng("activities").random()
    assert draw != Settings(seed=8).rng("leads").random()


def test_csv_and_parquet_hold_the_same(tmp_path):
    write_demo(tmp_path / "c", **SMALL)
    write_demo(tmp_path / "p", **SMALL, format="parquet")
    for table in ("opportunity", "feedback", "quota"):
        text = pd.read_csv(tmp_path / "c" / f"{table}.csv", dtype=str, keep_default_na=False)
        typed = pd.read_parquet(tmp_path / "p" / f"{table}.parquet")
        assert list(text.columns) == list(typed.columns)
        assert len(text) == len(typed)
        for column in ("amount", "score"):
            if column in text:
                assert (pd.to_numeric(text[column]).fillna(-1) == typed[column].fillna(-1)).all()


def test_a_summary_counts_the_rows_written(tmp_path):
    summary = write_demo(tmp_path, **SMALL)
    assert summary.rows["opportunity"] == len(pd.read_csv(tmp_path / "opportunity.csv"))
    assert summary.path == tmp_path
    assert summary.history_from == date(2026, 8, 1)


def test_an_earlier_demo_is_replaced_whole(tmp_path):
    write_demo(tmp_path, **SMALL)
    write_demo(tmp_path, **SMALL, format="parquet")
    assert not list(tmp_path.glob("*.csv"))


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "team.csv").write_text("mine")
    with pytest.raises(DataError, match=r"no demo company.*new or empty folder"):
        write_demo(tmp_path, **SMALL)
    assert (tmp_path / "team.csv").read_text() == "mine"


@pytest.mark.parametrize(
    "size",
    [
        {"teams": 1, "reps": 1, "months": 1},
        {"teams": 1, "reps": 1, "months": 1, "deals": 1},
        {"teams": 3, "reps": 4, "months": 2, "as_of": date(2024, 2, 29)},
        {"teams": 2, "reps": 5, "months": 5, "as_of": date(2026, 1, 1), "seed": 3},
        {"teams": 43, "reps": 50, "months": 14, "deals": 700, "seed": 2},
    ],
)
def test_odd_sizes_give_valid_companies(size):
    tables, truth = build_demo(**size)
    for name, schema in TABLES.items():
        schema.to_schema().validate(tables[name], lazy=True)
    assert len(tables["team"]) == size["teams"]
    assert tables["team"]["team_id"].is_unique
    assert list(truth["stage_conversion"]["by_team"]) == list(tables["team"]["team_id"])


@pytest.mark.parametrize("deals", [1, 777, 3_000])
def test_deals_are_as_many_as_asked_for(deals):
    tables, _ = build_demo(**SMALL, deals=deals)
    assert len(tables["opportunity"]) == deals


def test_the_six_teams_are_those_of_the_params(company):
    assert list(company.tables["team"]["team_id"]) == ["north", "south", "east", "west", "enterprise", "romania"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"teams": 0}, "teams is 0; expected a whole number from 1 to 400"),
        ({"months": 500}, "months is 500; expected"),
        ({"teams": 9, "reps": 3}, "3 reps cannot fill 9 teams"),
        ({"deals": 0}, "deals is 0; expected"),
        ({"as_of": date(1850, 1, 1)}, "as_of is 1850-01-01; expected"),
    ],
)
def test_impossible_sizes_are_refused_with_the_bounds(wrong, message):
    with pytest.raises(DataError, match=message):
        build_demo(**wrong)


def test_quarters_reach_from_the_first_full_one_to_the_present_one():
    spans = quarters(date(2026, 5, 1), date(2026, 11, 22))
    assert spans == [(date(2026, 7, 1), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 12, 31))]
    assert quarters(date(2026, 11, 1), date(2026, 11, 22)) == spans[1:]
