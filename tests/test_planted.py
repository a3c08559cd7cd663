"""What is planted in twenty demo companies is found again; the benchmarks look at more of them."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))

import people
import training

from salesanalytics.analyses.evaluating.sentiment import sentiment
from salesanalytics.analyses.evaluating.win_drivers import win_drivers
from salesanalytics.base.calendar import trailing_year
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.demo import DEFAULT_AS_OF, build_demo
from salesanalytics.facts.written_answers import written_answers

pytestmark = [pytest.mark.planted, pytest.mark.slow]
SEEDS = 20


def test_who_leaves_and_how_newcomers_come_up_to_speed(capsys: pytest.CaptureFixture[str]) -> None:
    assert people.demo(SEEDS), capsys.readouterr().out


@pytest.mark.parametrize("first", [1000, 1000 + SEEDS // 2])
def test_what_a_training_did_and_that_one_did_nothing(first: int) -> None:
    marks = training.Marks()
    training.planted(range(first, first + SEEDS // 2), marks)
    assert marks.missed == 0, marks.lines


@pytest.mark.parametrize("seeds", [range(SEEDS // 2), range(SEEDS // 2, SEEDS)])
def test_how_buyers_feel_and_the_product_that_disappoints(seeds: range) -> None:
    """Shares of texts that take a side are those of their authors' scores, and the planted product is the one that fell."""
    off, held, found, others = [], [], 0, 0
    for seed in seeds:
        tables, _ = build_demo(seed=seed, as_of=DEFAULT_AS_OF)
        answers = written_answers(known_on(tables, DEFAULT_AS_OF))
        year = answers[trailing_year(DEFAULT_AS_OF).holds(answers["on"])]
        felt = sentiment(tables, as_of=DEFAULT_AS_OF)
        for by in ("outcome", "product"):
            rows = felt.table[felt.table["by"] == by].set_index("group")
            true = year[year["author"] == "buyer"].groupby(by)["label"].mean().reindex(rows.index)
            off += list(rows["share"] - true)
            held += list((rows["low"] <= true) & (true <= rows["high"]))
        fell = [(row["by"], row["group"]) for row in felt.turns.to_dict("records")]
        found += ("product", "Helix Gateway") in fell
        others += len([one for one in fell if one != ("product", "Helix Gateway")])
    assert abs(np.mean(off)) <= 0.02
    assert np.mean(held) >= 0.93
    assert found >= 0.75 * len(seeds)
    assert others <= 0.1 * len(seeds)


def test_what_goes_with_winning_and_what_does_not() -> None:
    """The planted sources (log-odds +.55, +.45, -.40) and none of the columns without effect."""
    found, wrong = [], 0
    for seed in range(SEEDS):
        tables, _ = build_demo(seed=seed, as_of=DEFAULT_AS_OF)
        rows = win_drivers(tables, as_of=DEFAULT_AS_OF).table
        surely = set(rows.loc[rows["differs"].astype(bool), "band"])
        found.append(len({"Referral", "Customer", "Outbound"} & surely) / 3)
        wrong += bool(set(rows["column"]) & {"type", "product", "industry", "country"})
    assert np.mean(found) >= 0.9
    assert wrong <= 0.15 * SEEDS
