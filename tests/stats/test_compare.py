"""Who differs from the others: p-values by hand and from textbooks, and nobody is compared with a total that holds them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from salesanalytics.stats.compare import against_the_rest, each_against_the_others, fisher, holm


def test_holm_matches_the_textbook() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_fisher_matches_the_lady_tasting_tea() -> None:
    assert fisher(3, 1, 1, 3) == pytest.approx(0.4857, abs=5e-5)


def test_each_group_is_held_against_all_others_together() -> None:
    won, lost = pd.Series({"a": 30, "b": 5, "c": 0, "d": 6}), pd.Series({"a": 10, "b": 20, "c": 0, "d": 24})
    p = each_against_the_others(won, lost)
    counts = ([[30, 10], [11, 44]], [[5, 20], [36, 34]], [[6, 24], [35, 30]])
    by_hand = [fisher_exact(both).pvalue for both in counts]
    assert p[["a", "b", "d"]].tolist() == holm(by_hand).tolist()
    assert np.isnan(p["c"])


@pytest.mark.parametrize("won", [[], [3], [3, 0], [3, np.nan]])
def test_one_group_alone_has_nobody_to_differ_from(won: list[float]) -> None:
    yes = pd.Series(won, dtype="float64")
    assert each_against_the_others(yes, yes * 2).isna().all()


def test_own_counts_are_taken_out_of_the_total_first() -> None:
    yes, n = pd.Series({"up": 30.0, "even": 20.0}), pd.Series({"up": 40.0, "even": 40.0})
    compared = against_the_rest(yes, n, pd.Series({"up": 50.0, "even": 70.0}), pd.Series({"up": 100.0, "even": 140.0}), 20)
    assert compared["usual"].to_dict() == {"up": 20 / 60, "even": 0.5}
    assert compared["p"].tolist() == holm([fisher(30, 10, 20, 40), fisher(20, 20, 50, 50)]).tolist()


@pytest.mark.parametrize(
    ("yes", "n", "total_yes", "total_n"),
    [(5, 19, 50, 100), (20, 40, 25, 59), (20, 40, 10, 100), (20, 40, 99, 100), (20, 40, np.nan, np.nan)],
    ids=["few own", "few others", "more than the total", "more failures than the total", "no total"],
)
def test_what_cannot_be_compared_is_missing_and_costs_the_others_nothing(
    yes: float, n: float, total_yes: float, total_n: float
) -> None:
    own, total = pd.DataFrame({"yes": [yes, 30], "n": [n, 40]}), pd.DataFrame({"yes": [total_yes, 50], "n": [total_n, 100]})
    compared = against_the_rest(own["yes"], own["n"], total["yes"], total["n"], 20)
    assert compared.loc[0].isna().all()
    assert compared.loc[1, "p"] == fisher(30, 10, 20, 40)
