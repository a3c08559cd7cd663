"""Who carries how much, what a fair split moves, and too little data as an answer of its own."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import salesanalytics
from salesanalytics.analyses.planning.territories import territories
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.show import Missing, Words
from salesanalytics.views.planning import territories as territories_view
from tests.answers import answer, texts
from tests.busy import busy
from tests.conftest import DEMO_DAY
from tests.data.snapshot.snapshot_parts import taken
from tests.tables import AS_OF, tables
from tests.tiny import deal


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


def test_what_is_said_to_get_a_new_owner_is_what_the_table_lists() -> None:
    gone = {**REP[0], "rep_id": "r3", "name": "Cy", "leave_date": "2026-06-30"}
    found = team(["r1"] * 7 + ["r2"] * 2 + ["r3"], [*REP, gone])
    assert found.balance is not None
    assert (found.balance.moved, found.unassigned) == (2, 1)
    listed = territories_view.territories_table(found, EN)
    sentence = EN.say("territories.findings.uneven.sentence", **found.findings[0].values)
    assert found.findings[0].values["n"] == len(listed.rows) == 3
    assert "A new owner for 3 of 10 accounts brings everybody" in sentence
    assert listed.title == "3 accounts would get a new owner"


def test_where_nobody_has_more_than_a_fair_share_nobody_is_said_to() -> None:
    gone = {**REP[0], "rep_id": "r3", "name": "Cy", "leave_date": "2026-06-30"}
    amounts = [6, 8, 5, 5, 6, 6, 5, 8, 3]  # so uneven that Ana, who is below the fair share, gives one for another
    deals = [{**deal(at, "r1", "Lead", n * n * 100, "2026-08-01"), "account_id": f"a{at}"} for at, n in enumerate(amounts)]
    found = team(["r1"] * 4 + ["r2"] * 3 + ["r3"] * 2, [*REP, gone], deals)
    assert found.balance is not None
    assert (found.reps["before"] < found.reps["target"]).all()
    assert found.balance.moved > 0
    assert [one.key for one in found.findings] == ["territories.unowned"]


def test_the_demo_company_is_uneven_as_planted_and_can_be_split_fairly(demo: Mapping[str, pd.DataFrame]) -> None:
    found = territories(demo, as_of=DEMO_DAY)
    assert found.balance is not None
    assert found.balance.before.largest > 0.2
    assert found.balance.after.largest <= 0.05 + 1e-9
    assert found.balance.after.gini < found.balance.before.gini / 3
    assert found.measures == ("accounts", "pipeline", "bookings", "activities")
    assert found.table["workload"].mean() == pytest.approx(1.0)


def test_beside_a_load_the_same_split_comes_out(demo: Mapping[str, pd.DataFrame]) -> None:
    alone = territories(demo, as_of=DEMO_DAY)
    with busy():
        beside = territories(demo, as_of=DEMO_DAY)
    assert beside.table.to_csv() == alone.table.to_csv()
    assert alone.balance is not None
    assert beside.balance is not None
    assert (beside.balance.objective, beside.balance.bound) == (alone.balance.objective, alone.balance.bound)


def test_nothing_that_a_page_shows_is_ended_by_the_clock() -> None:
    clocks = re.compile(r"time_limit|perf_counter|monotonic|process_time|time\.time\(")
    package = Path(salesanalytics.__file__).parent
    rooms = ("stats", "facts", "kpi", "models", "analyses", "views", "show")
    found = [file for room in rooms for file in (package / room).rglob("*.py") if clocks.search(file.read_text("utf-8"))]
    assert found == []


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


def test_the_title_is_the_finding_and_the_note_says_what_workload_is_and_lacks():
    figure = territories_view.territories_figure(split(), EN)
    assert figure.title == "Ana has 50% more than a fair share; proposal: all within 3%"
    assert "accounts looked after, open pipeline" in figure.note
    assert "needs fewer handovers" in figure.note
    assert "activities (activity)" in figure.note
    assert texts(figure).index("Ana") < texts(figure).index("Dan")
    assert "Fair share 10" in texts(figure)


def test_a_gap_that_is_left_is_said():
    assert (
        "more than 2% of these handovers"
        in territories_view.territories_figure(split(balance=SimpleNamespace(gap=0.02)), EN).note
    )


@pytest.mark.parametrize(("gap", "said"), [(0.0002, "0.1%"), (0.0131, "1.4%"), (0.1201, "13%")])
def test_a_gap_is_never_said_to_be_less_than_it_is(gap, said):
    note = territories_view.territories_figure(split(balance=SimpleNamespace(gap=gap)), EN).note
    assert f"saves more than {said} of these handovers" in note


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
