"""The world that promises are held against: unlike the demo, the same each time, and with what it says is in it."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))

from _world.company import SEATS, Kind, World, world
from _world.promises import promises

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def usual() -> World:
    return world(1, Kind(0.1))


def test_it_shares_no_code_with_the_demo() -> None:
    for file in (BENCHMARKS / "_world").glob("*.py"):
        assert "salesanalytics.demo" not in file.read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_world(usual: World) -> None:
    again = world(1, Kind(0.1))
    assert np.array_equal(usual.won, again.won)
    assert all(usual.tables[name].equals(again.tables[name]) for name in usual.tables)


def test_what_is_won_stands_in_the_tables(usual: World) -> None:
    deals = usual.tables["opportunity"]
    assert deals.loc[deals["is_won"], "amount"].sum() == pytest.approx(usual.won[:, 1].sum())
    assert 20 <= len(deals) / 48 <= 40


def test_amounts_are_edited_upwards_before_a_win_and_guesses_are_pushed(usual: World) -> None:
    log = usual.tables["opportunity_history"]
    edits = log[log["field"] == "amount"]
    assert len(edits) > 50
    assert (pd.to_numeric(edits["new_value"]) >= pd.to_numeric(edits["old_value"])).all()
    pushed = log[log["field"] == "expected_close_date"]
    assert (pd.to_datetime(pushed["new_value"]) > pd.to_datetime(pushed["old_value"])).all()


def test_people_leave_and_are_replaced_or_stay(usual: World) -> None:
    reps = usual.tables["rep"]
    left = reps["leave_date"].notna().sum()
    assert left > 2
    assert len(reps) - left in (SEATS - 2, SEATS - 1, SEATS)
    assert world(1, Kind(leavers=False)).tables["rep"]["leave_date"].isna().all()


def test_growth_and_a_whale_are_there_where_asked_for(usual: World) -> None:
    def of_the_last_year(one: World) -> int:
        return int((one.tables["opportunity"]["created_on"].dt.year == 2024).sum())

    assert of_the_last_year(world(1, Kind(0.1, growth=0.3))) > 1.5 * of_the_last_year(usual)
    whale = world(1, Kind(0.1, whale=True)).won[:, 1]
    assert whale.max() > 25 * np.median(whale)


@pytest.mark.planted
def test_a_shock_is_shared_by_a_quarter() -> None:
    """With a large one, numbers of wins a quarter scatter more than chance explains."""

    def scatter(shock: float) -> float:
        found = []
        for seed in range(6):
            won = world(seed, Kind(shock, leavers=False)).won
            n = np.bincount((won[won[:, 0] > 365, 0] // 91).astype(int))[5:15]
            found.append(n.var(ddof=1) / n.mean())
        return float(np.mean(found))

    assert scatter(0.4) > 2 * scatter(0.0)


def test_what_pages_promise_is_asked_of_past_days(usual: World) -> None:
    rows = promises(usual, ("quota",))
    assert len(rows) == 6
    assert (rows["low"] <= rows["middle"]).all()
    assert (rows["middle"] <= rows["high"]).all()
    assert rows["chance"].between(0, 1).all()
