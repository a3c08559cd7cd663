"""Scorecards: chance is taken out, looks are counted, leaders are told no names, and every lack has its words."""

from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.company.pooling import may_be_told
from salesanalytics.analyses.managing.rep_measures import rep_measures
from salesanalytics.analyses.managing.scorecards import Scorecards, cards_of, scorecards
from salesanalytics.base.types import Tables
from salesanalytics.data.snapshot.handover import HANDOVER
from salesanalytics.show import Missing, TableBlock, Words, findings, leaves
from salesanalytics.views.managing.scorecards import scorecards_summary, scorecards_table
from tests.answers import written
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import deal


@cache
def team(rates: tuple[float, ...], role: str = "ae", deals: int = 120) -> Tables:
    """One team of sellers who win these shares of `deals` each over the last year."""
    reps = [
        {"rep_id": f"p{at}", "name": f"Person {at}", "team_id": "north", "hire_date": "2020-01-01", "role": role}
        for at in range(len(rates))
    ]
    rng, rows = np.random.default_rng(5), []
    for at, rate in enumerate(rates):
        for one in range(deals):
            day = AS_OF - timedelta(days=3 * one % 360)
            stage = "Won" if one % 100 < 100 * rate else "Lost"
            opened = str(day - timedelta(days=int(rng.integers(20, 60))))
            rows.append(deal(10_000 * at + one, f"p{at}", stage, round(float(rng.lognormal(9, 0.5)), 2), opened, str(day)))
    return tables(rep=reps, opportunity=rows, team=[{"team_id": "north", "name": "North"}])


def cards(mine: Tables, **more: Any) -> Scorecards:
    return scorecards(mine, as_of=AS_OF, period=QUARTER, **more)


def of(found: Scorecards, rep: str, kpi: str = "win_rate") -> pd.Series:
    rows = found.table[(found.table["rep_id"] == rep) & (found.table["kpi"] == kpi)]
    assert len(rows) == 1
    return rows.iloc[0]


EVEN = (0.3, 0.3, 0.31, 0.29, 0.3, 0.3)
ONE_UP = (0.3, 0.3, 0.31, 0.29, 0.3, 0.62)


def test_who_wins_twice_as_often_stands_out_and_luck_does_not() -> None:
    found = cards(team(ONE_UP))
    best = of(found, "p5")
    assert best["differs"]
    assert best["good"]
    assert best["usual"] < best["value"] < best["raw"]
    assert not of(found, "p0")["differs"]
    assert [(one.key, one.audience) for one in found.findings if one.audience == "analyst"] == [
        ("scorecards.strength", "analyst")
    ]


def test_sellers_who_are_alike_are_said_to_be() -> None:
    found = cards(team(EVEN))
    assert [one.key for one in found.findings] == ["scorecards.alike"]
    assert abs(of(found, "p3")["value"] - of(found, "p3")["usual"]) < 0.01


def test_a_leader_is_told_neither_a_name_nor_how_few_stand_out() -> None:
    found, words = cards(team(ONE_UP)), Words()
    shown = " ".join(
        written(block)
        for view in (scorecards_summary, scorecards_table)
        for block in leaves(view(found, words), audience="leader")
    )
    told = " ".join(written(block) for block in leaves(findings(found.findings, words), audience="leader"))
    assert "Person" not in shown + told
    assert "some" in shown
    assert found.summary.set_index("kpi").loc["win_rate", ["differ", "out"]].isna().to_list() == [False, True]
    assert "Person 5" in str(scorecards_table(found, words))


def test_every_look_of_every_team_is_counted_and_a_team_reads_its_own_cards() -> None:
    every = cards_of({"north": team(ONE_UP), "south": team(EVEN)}, as_of=AS_OF, period=QUARTER, together=may_be_told)
    assert set(every["looks"]) == {int(every["p"].notna().sum())}
    assert sorted(every.columns) == sorted(HANDOVER["scorecards"].columns)
    mine = every[every["team_id"] == "north"]
    assert of(cards(team(ONE_UP), company=mine), "p5")["looks"] == 2 * mine["p"].notna().sum()


def test_of_few_teams_none_learns_how_far_the_others_people_lie_apart() -> None:
    two = {"north": team(ONE_UP), "south": team(EVEN)}
    apart = cards_of(two, as_of=AS_OF, period=QUARTER, together=may_be_told)
    alone = cards_of({"north": two["north"]}, as_of=AS_OF, period=QUARTER)
    north = apart[apart["team_id"] == "north"].reset_index(drop=True)
    pd.testing.assert_series_equal(north["value"], alone["value"])
    pooled = cards_of(two, as_of=AS_OF, period=QUARTER)
    assert not np.allclose(pooled.loc[pooled["team_id"] == "north", "value"], alone["value"])


def test_one_rep_has_no_peers_and_it_says_so() -> None:
    found = cards(team((0.3,)))
    assert [one.key for one in found.findings] == ["scorecards.too_few"]
    assert np.isnan(of(found, "p0")["value"])
    assert isinstance(scorecards_summary(found, Words()), Missing)
    assert "too few peers" in str(scorecards_table(found, Words()))


def test_a_card_shows_the_last_four_quarters() -> None:
    block = scorecards_table(cards(team(ONE_UP)), Words())
    assert isinstance(block, TableBlock)
    assert [bool(row.cells[-1].spark) for row in block.rows[:3]] == [False, True, True]


def test_another_role_is_no_peer() -> None:
    mine = dict(team(ONE_UP))
    mine["rep"] = mine["rep"].assign(role=["ae"] * 4 + ["am"] * 2)
    found = cards(mine)
    assert np.isnan(of(found, "p5")["p"])
    assert np.isfinite(of(found, "p0")["p"])


def test_no_deals_are_an_answer() -> None:
    nothing = tables(opportunity=[deal(1, "r1", "Offer", 100, "2026-08-01")])
    found = cards(nothing)
    assert [one.key for one in found.findings] == ["scorecards.too_few"]
    assert "nan" not in str(scorecards_summary(found, Words()))


def test_what_no_table_holds_is_no_measure() -> None:
    assert set(cards(team(EVEN)).table["kpi"]) == {"win_rate", "average_deal", "cycle", "opened"}


def test_who_left_has_no_card_and_who_came_back_has_one(demo: Tables) -> None:
    rows = rep_measures(demo, as_of=DEMO_DAY, period=QUARTER.shift(1))
    rep, stays = demo["rep"].set_index("rep_id"), demo["employment"]
    assert rep.loc[rows["rep_id"].unique(), "leave_date"].isna().all()
    back = set(stays.loc[stays["rep_id"].duplicated(), "rep_id"])
    assert back
    assert back <= set(rows["rep_id"])
    assert not set(rows["role"]) & {"manager", "sdr"}
    assert {"attainment", "slippage", "forecast_bias", "activities"} <= set(rows["kpi"])
    bias = rows[rows["kpi"] == "forecast_bias"]
    assert {"q1", "q4"} <= set(bias["part"])  # the last full period is among the four


SAID = {
    (ONE_UP, "en"): ("beyond chance on 1 of 4 measures", "Person 5", "Person 5 is better than peers in “Win rate”"),
    (ONE_UP, "ro"): (
        "peste întâmplare la 1 din 4 indicatori",
        "Person 5",
        "Person 5 este mai bun decât colegii la „Rata de câștig”",
    ),
    (EVEN, "en"): ("do not differ beyond chance", "€8.7K as counted, n = 50", "A ranking of them would rank luck."),
    (EVEN, "ro"): ("nu se deosebesc", "8,7 mii EUR numărat, n = 50", "Un clasament al lor ar fi unul al norocului."),
    ((0.3,), "en"): ("one seller has no peers", "too few peers", "nobody can be compared"),
    ((0.3,), "ro"): ("un singur agent nu are colegi", "prea puțini colegi", "nu are cu cine fi comparat"),
}


@pytest.mark.parametrize(("rates", "locale"), SAID)
def test_cards_are_told_in_both_languages(rates: tuple[float, ...], locale: str) -> None:
    found, words = cards(team(rates)), Words(locale, "EUR")
    blocks = scorecards_summary(found, words), scorecards_table(found, words), findings(found.findings, words)
    for block, part in zip(blocks, SAID[rates, locale], strict=True):
        assert part in written(block)
