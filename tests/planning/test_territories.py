"""A fair split is found, certified, and where there is none the reason is named with a number that works."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.planning.territories import territories
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.errors import DataError
from salesanalytics.models.territory.balance import balance
from salesanalytics.models.territory.pmedian import home_bases, p_median
from salesanalytics.show import Missing, Words
from salesanalytics.views.planning import territories as territories_view
from tests.answers import answer
from tests.conftest import DEMO_DAY
from tests.data.snapshot.test_snapshot import taken
from tests.tables import AS_OF, tables
from tests.tiny import deal


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


def test_p_median_finds_the_optimum_of_small_instances() -> None:
    for seed in range(4):
        places = np.random.default_rng(seed).uniform(0, 10, (14, 2))
        ways = np.hypot(places[:, None, 0] - places[None, :, 0], places[:, None, 1] - places[None, :, 1])
        best = min(ways[:, [a, b, c]].min(axis=1).sum() for a in range(14) for b in range(a) for c in range(b))
        medians, assignment, cost = p_median(ways, 3, seed=seed)
        assert cost == pytest.approx(best)
        assert set(assignment) <= set(medians)
        assert ways[np.arange(14), assignment].sum() == pytest.approx(cost)
    with pytest.raises(ValueError, match="p is 15; expected 1 to 14"):
        p_median(ways, 15)


def test_homes_are_in_the_towns_where_the_reps_already_sell() -> None:
    accounts = pd.DataFrame({"account_id": list("abcdef"), "workload": 1.0, "x": [0, 1, 2, 90, 91, 92], "y": 0.0})
    homes = home_bases(accounts.assign(rep_id=["s"] * 3 + ["r"] * 3), pd.DataFrame({"rep_id": ["r", "s"]}))
    assert homes.set_index("rep_id")["x"].to_dict() == {"r": 91.0, "s": 1.0}


def accounts_of(owners: list[str]) -> list[dict[str, object]]:
    return [{"account_id": f"a{at}", "name": f"Account {at}", "owner_rep_id": owner} for at, owner in enumerate(owners)]


REP = [
    {"rep_id": f"r{at}", "name": name, "team_id": "north", "hire_date": "2024-01-01"} for at, name in ((1, "Ana"), (2, "Ben"))
]


def team(owners: list[str], rep: list[dict[str, Any]] | None = None, deals: list[Any] | None = None) -> Any:
    deals = deals or [deal(1, "r1", "Lead", "", "2026-08-01")]
    known = tables(account=accounts_of(owners) or None, rep=rep or REP, opportunity=deals)
    return territories(known, as_of=AS_OF)


def test_says_who_carries_how_much_and_how_many_accounts_a_fair_split_moves() -> None:
    found = team(["r1"] * 6 + ["r2"] * 2)
    assert [one.key for one in found.findings] == ["territories.uneven"]
    values = found.findings[0].values
    assert (values["n"], values["all"], values["most"], values["least"]) == (2, 8, "Ana", "Ben")
    assert (values["over"], values["under"], values["after"]) == pytest.approx((0.5, 0.5, 0.0))
    assert found.table.loc[found.table["moved"], "to_name"].tolist() == ["Ben", "Ben"]


def test_an_even_split_is_left_alone() -> None:
    found = team(["r1"] * 4 + ["r2"] * 4)
    assert [(one.key, one.severity) for one in found.findings] == [("territories.balanced", "good")]
    assert not found.table["moved"].any()


@pytest.mark.parametrize(
    ("owners", "rep", "key"),
    [
        (["r1", "r2"], REP, "territories.too_few"),
        (["r1"] * 9, REP[:1], "territories.one_rep"),
        (["r1"] * 9, [{**one, "role": "manager"} for one in REP], "territories.no_reps"),
        ([], REP, "territories.no_accounts"),
    ],
)
def test_too_little_is_an_answer(owners: list[str], rep: list[dict[str, Any]], key: str) -> None:
    found = team(owners, rep)
    assert found.findings[0].key == key
    assert found.balance is None
    assert found.table.empty


def test_without_a_table_of_accounts_those_of_the_deals_count_and_it_is_said() -> None:
    deals = [{**deal(at, "r1" if at < 7 else "r2", "Lead", 100, "2026-08-01"), "account_id": f"a{at}"} for at in range(1, 9)]
    known = dict(tables(account=accounts_of(["r1"] * 9), rep=REP, opportunity=deals))
    found = territories({name: frame for name, frame in known.items() if name != "account"}, as_of=AS_OF)
    assert found.missing == ("account", "activity")
    assert (found.accounts, found.findings[0].key, found.balance.moved if found.balance else 0) == (8, "territories.uneven", 2)


def test_an_account_too_large_to_share_out_is_said_and_the_most_even_split_proposed() -> None:
    amounts = [1_000_000, *[1] * 8]
    deals = [{**deal(at, "r1", "Lead", amount, "2026-08-01"), "account_id": f"a{at}"} for at, amount in enumerate(amounts)]
    found = team(["r1"] * 9, [*REP, {**REP[0], "rep_id": "r3", "name": "Cy"}], deals)
    assert [one.key for one in found.findings] == ["territories.idle", "territories.lumpy"]
    assert found.tolerance > 0.05
    assert found.findings[1].values["account"] == "Account 0"


def test_accounts_of_somebody_who_left_get_an_owner() -> None:
    gone = {**REP[0], "rep_id": "r3", "name": "Cy", "leave_date": "2026-06-30"}
    found = team(["r1"] * 4 + ["r2"] * 4 + ["r3"] * 2, [*REP, gone])
    assert found.unassigned == 2
    assert [one.key for one in found.findings] == ["territories.unowned"]
    assert found.table["to_rep"].isin(["r1", "r2"]).all()


def test_the_demo_company_is_uneven_as_planted_and_can_be_split_fairly(demo: Mapping[str, pd.DataFrame]) -> None:
    found = territories(demo, as_of=DEMO_DAY)
    assert found.balance is not None
    assert found.balance.before.largest > 0.2
    assert found.balance.after.largest <= 0.05 + 1e-9
    assert found.balance.after.gini < found.balance.before.gini / 3
    assert found.measures == ("accounts", "pipeline", "bookings", "activities")
    assert found.table["workload"].mean() == pytest.approx(1.0)


def test_an_account_another_team_looks_after_is_left_to_it(tmp_path: Path) -> None:
    rep = [*REP, {**REP[0], "rep_id": "r3", "name": "Cy", "team_id": "south"}]
    sold = [{**deal(at, "r1", "Lead", 50, "2026-08-01"), "account_id": f"a{at}"} for at in range(9)]
    snap = taken(tmp_path, rep=rep, account=accounts_of(["r1"] * 4 + ["r2"] * 4 + ["r3"]), opportunity=sold)
    found = territories(snap.team("north").tables, as_of=snap.as_of)
    assert sorted(found.table["account_id"]) == [f"a{at}" for at in range(8)]
    assert found.unassigned == 0


EN = Words("en", "EUR")


VALUES = {"n": 2, "all": 20, "most": "Ana", "over": 0.5, "least": "Dan", "under": 0.5, "before": 0.5, "after": 0.03}


def split(key="territories.uneven", moves=2, **more):
    table = pd.DataFrame(
        {
            "account_id": [f"a{at:02}" for at in range(20)],
            "name": [f"Account {at}" for at in range(20)],
            "from_rep": "r1",
            "from_name": "Ana",
            "to_rep": "r2",
            "to_name": "Dan",
            "workload": [float(at) for at in range(20)],
            "cost": 1.0,
            "moved": [at < moves for at in range(20)],
        }
    )
    reps = pd.DataFrame(
        {"rep_id": ["r2", "r1"], "name": ["Dan", "Ana"], "before": [5.0, 15.0], "after": [9.8, 10.2], "target": [10.0, 10.0]}
    )
    found = Finding(key, "watch", VALUES, Evidence(20, "accounts"))
    fields = {"balance": SimpleNamespace(gap=0.0), "measures": ("accounts", "pipeline"), "missing": ("activity",)} | more
    return answer(table=table, reps=reps, headline=found, **fields)


def texts(figure):
    return [element.text for element in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_title_is_the_finding_and_the_note_says_what_workload_is_and_lacks():
    figure = territories_view.territories_figure(split(), EN)
    assert figure.title == "Ana carries 50% more than a fair share; the proposal brings everybody within 3%"
    assert "accounts looked after, open pipeline" in figure.note
    assert "takes less handing over" in figure.note
    assert "activities (activity)" in figure.note
    assert texts(figure).index("Ana") < texts(figure).index("Dan")
    assert "Fair share 10" in texts(figure)


def test_a_gap_that_is_left_is_said():
    assert "over 2% less" in territories_view.territories_figure(split(balance=SimpleNamespace(gap=0.02)), EN).note


def test_without_a_proposal_the_reason_is_a_line_of_words():
    shown = territories_view.territories_figure(split("territories.none_live", balance=None), EN)
    assert shown == Missing(EN.say("territories.findings.none_live.sentence"))


@pytest.mark.parametrize(("moves", "rows", "cut"), [(2, 2, False), (15, 12, True)])
def test_moves_are_listed_largest_first_and_cut_with_a_note(moves, rows, cut):
    block = territories_view.territories_table(split(moves=moves), EN)
    assert len(block.rows) == rows
    assert block.rows[0].cells[0].text == f"Account {moves - 1}"
    assert block.rows[0].cells[0].detail == "Ana → Dan"
    assert ("The first 12 of 15." in block.note) is cut
