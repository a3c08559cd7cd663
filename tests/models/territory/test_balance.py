"""A fair split is found, certified, and where there is none the reason is named with a number that works."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesanalytics.errors import DataError
from salesanalytics.models.territory.balance import balance


def company(n: int, r: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    here, home = rng.uniform(0, 100, (n, 2)), rng.uniform(0, 100, (r, 2))
    accounts = pd.DataFrame(
        {
            "account_id": [f"a{at:03}" for at in range(n)],
            "workload": rng.lognormal(0, 0.5, n),
            "rep_id": [f"r{at}" for at in rng.integers(0, r, n)],
            "x": here[:, 0],
            "y": here[:, 1],
        }
    )
    return accounts, pd.DataFrame({"rep_id": [f"r{at}" for at in range(r)], "x": home[:, 0], "y": home[:, 1]})


def plain(workloads: list[float], reps: int, **more: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    accounts = pd.DataFrame({"account_id": [f"a{at}" for at in range(len(workloads))], "workload": workloads})
    return accounts, pd.DataFrame({"rep_id": [f"r{at}" for at in range(reps)], **more})


def cheapest(accounts: pd.DataFrame, reps: pd.DataFrame, tolerance: float, move_cost: float) -> float:
    """The optimum by trying every assignment."""
    work, fair = accounts["workload"].to_numpy(), accounts["workload"].sum() / len(reps)
    way = np.hypot(
        accounts["x"].to_numpy()[:, None] - reps["x"].to_numpy(), accounts["y"].to_numpy()[:, None] - reps["y"].to_numpy()
    )
    away = accounts["rep_id"].to_numpy()[:, None] != reps["rep_id"].to_numpy()
    cost, rows, least = way + move_cost * away, np.arange(len(work)), np.inf
    for who in product(range(len(reps)), repeat=len(work)):
        loads = np.bincount(who, work, len(reps))
        if np.abs(loads / fair - 1).max() <= tolerance + 1e-9:
            least = min(least, cost[rows, list(who)].sum())
    return float(least)


def test_one_account_moves_where_one_is_enough() -> None:
    accounts, reps = plain([1.0] * 6, 2)
    found = balance(accounts.assign(rep_id=["r0"] * 4 + ["r1"] * 2), reps)
    assert (found.moved, found.objective, found.bound, found.gap) == (1, 1.0, 1.0, 0.0)
    assert found.reps["before"].tolist() == [4.0, 2.0]
    assert found.reps["after"].tolist() == [3.0, 3.0]
    assert found.before.cv == pytest.approx(1 / 3)
    assert found.before.gini == pytest.approx(1 / 6)
    assert found.price == 1.0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("move_cost", [0.0, 15.0])
def test_nothing_tried_by_brute_force_is_cheaper(seed: int, move_cost: float) -> None:
    accounts, reps = company(8, 3, seed)
    found = balance(accounts, reps, tolerance=0.25, move_cost=move_cost)
    assert found.objective == pytest.approx(cheapest(accounts, reps, 0.25, move_cost))
    assert found.gap == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("seed", [2, 7, 19, 29])
def test_handovers_that_cost_alike_are_as_few_as_can_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    accounts, reps = plain(rng.lognormal(0, 0.6, 10).tolist(), 3, x=0.0, y=0.0)
    accounts = accounts.assign(rep_id=[f"r{at}" for at in rng.choice(3, 10)], x=0.0, y=0.0)
    fewest = cheapest(accounts, reps, 0.1, 1.0)
    found = balance(accounts[["account_id", "workload", "rep_id"]], reps[["rep_id"]], tolerance=0.1)
    assert (found.objective, found.bound, found.moved) == (fewest, fewest, fewest)


def test_every_account_has_one_rep_within_the_tolerance_and_the_bound_is_below() -> None:
    accounts, reps = company(150, 6)
    found = balance(accounts, reps, tolerance=0.05, move_cost=5.0)
    assert sorted(found.table["account_id"]) == sorted(accounts["account_id"])
    loads = found.table.groupby("to_rep")["workload"].sum()
    assert (loads / (accounts["workload"].sum() / 6) - 1).abs().max() <= 0.05 + 1e-9
    assert found.bound <= found.objective
    assert found.gap <= 0.01
    paid = found.table["cost"].sum() + 5.0 * (found.table["from_rep"] != found.table["to_rep"]).sum()
    assert found.objective == pytest.approx(paid)
    assert found.unbalanced_cost <= found.bound + 1e-9


def test_the_order_of_rows_and_the_unit_of_workload_change_nothing() -> None:
    accounts, reps = company(60, 4)
    one = balance(accounts, reps, move_cost=5.0)
    shuffled = accounts.sample(frac=1, random_state=1).assign(workload=lambda frame: frame["workload"] * 37.0)
    other = balance(shuffled, reps.iloc[::-1], move_cost=5.0)
    assert other.objective == pytest.approx(one.objective)
    pd.testing.assert_series_equal(
        one.table.set_index("account_id")["to_rep"].sort_index(), other.table.set_index("account_id")["to_rep"].sort_index()
    )


def test_more_tolerance_never_costs_more() -> None:
    accounts, reps = company(40, 4, seed=3)
    costs = [balance(accounts, reps, tolerance=tolerance).objective for tolerance in (0.05, 0.1, 0.2, 0.4)]
    assert costs == sorted(costs, reverse=True)


def test_capacity_fixed_and_forbidden_accounts_are_respected() -> None:
    accounts, reps = plain([1.0] * 9, 2, capacity=[2.0, 1.0], fixed=[None, ["a0"]], forbidden=[["a1"], None])
    found = balance(accounts, reps).table.set_index("account_id")["to_rep"]
    assert found.value_counts().to_dict() == {"r0": 6, "r1": 3}
    assert (found["a0"], found["a1"]) == ("r1", "r1")


def advised(error: pytest.ExceptionInfo[DataError]) -> float:
    return float(str(error.value).split("tolerance of ")[1].split()[0])


@pytest.mark.parametrize(
    ("workloads", "reps", "more", "message"),
    [
        ([10.0, 1, 1, 1, 1], 2, {}, r"account 'a0' with a workload of 10 is larger than any rep may hold"),
        ([1.0] * 6, 2, {"fixed": [["a0", "a1", "a2", "a3"], None]}, r"rep 'r0' has 4 fixed accounts .* free at least 0.85"),
        ([1.0] * 6, 2, {"forbidden": [None, ["a0", "a1", "a2", "a3"]]}, r"rep 'r1' can reach a workload of 2 .* at least 2.85"),
        ([1.0] * 5, 2, {}, r"5 accounts cannot be split over 2 reps within ±5%.*rep 'r[01]' holds"),
        ([1.0] * 2, 3, {}, r"holds 0% of the fair share|larger than any"),
    ],
)
def test_says_what_is_in_the_way_and_which_tolerance_would_do(
    workloads: list[float], reps: int, more: dict[str, Any], message: str
) -> None:
    accounts, sellers = plain(workloads, reps, **more)
    with pytest.raises(DataError, match=message) as error:
        balance(accounts, sellers)
    found = balance(accounts, sellers, tolerance=advised(error))
    assert found.after.largest <= advised(error) + 1e-9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a, r: (a, r.iloc[:0]), "there are no reps to hold 4 accounts"),
        (lambda a, r: (a.iloc[:0], r), "there are no accounts"),
        (lambda a, r: (a.assign(workload=0.0), r), "every workload is 0"),
        (lambda a, r: (a.assign(workload=[1, 1, 1, -1]), r), "workload of account 'a3' is .*-1"),
        (lambda a, r: (pd.concat([a, a]), r), "account_id 'a0' stands more than once"),
        (lambda a, r: (a, r.assign(fixed=[["a0"], ["a0"]])), "'a0' is fixed to two reps, 'r0' and 'r1'"),
        (lambda a, r: (a, r.assign(fixed=[["a0"], []], forbidden=[["a0"], []])), "both fixed to and forbidden for rep 'r0'"),
        (lambda a, r: (a, r.assign(forbidden=[["a0"], ["a0"]])), "'a0' is forbidden for every one of 2 reps"),
        (lambda a, r: (a, r.assign(fixed=[["zz"], []])), "fixed accounts nobody knows: 'zz'"),
        (lambda a, r: (a, r.assign(capacity=[1.0, 0.0])), "rep 'r1' has a capacity of 0"),
        (lambda a, r: (a.drop(columns="workload"), r), "no column workload"),
        (lambda a, r: (a.assign(x=[1, 2, 3, None], y=1), r.assign(x=1, y=1)), "account 'a3' has no place"),
    ],
)
def test_names_what_cannot_be_used(change: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        balance(*change(*plain([1.0] * 4, 2)))
