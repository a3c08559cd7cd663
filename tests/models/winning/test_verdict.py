"""Scores of held-out chances: against scikit-learn's, by group, and what is luck; how numbers are encoded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from salesanalytics.models.winning.encoding import Numbers, Words, digits
from salesanalytics.models.winning.folds import folds_of, groups_of
from salesanalytics.models.winning.models import blend, chances
from salesanalytics.models.winning.verdict import base_rate, calibration, judged, ranked
from salesanalytics.stats.intervals import share_interval


def held_out(n: int = 800, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    chance = rng.beta(2, 3, n).round(2).clip(0.01, 0.99)
    return rng.random(n) < chance, chance


def test_scores_are_those_of_scikit_learn() -> None:
    won, chance = held_out()
    verdict = judged(won, chance, np.full(len(won), won.mean()), np.arange(len(won)), 0)
    assert verdict.auc is not None
    assert verdict.brier is not None
    assert verdict.auc.value == pytest.approx(roc_auc_score(won, chance))
    assert verdict.brier.value == pytest.approx(brier_score_loss(won, chance))
    assert verdict.base_brier == pytest.approx(won.mean() * (1 - won.mean()))
    assert verdict.auc.low < verdict.auc.value < verdict.auc.high


def test_each_deal_twice_tells_no_more_than_once() -> None:
    won, chance = held_out()
    once = ranked(won, chance, np.arange(800))
    twice = ranked(np.tile(won, 2), np.tile(chance, 2), np.tile(np.arange(800), 2))
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))
    assert base_rate(np.tile(won, 2), np.tile(np.arange(800), 2)).low == pytest.approx(
        base_rate(won, np.arange(800)).low, abs=1e-4
    )


def test_a_base_rate_of_independent_deals_has_wilsons_interval() -> None:
    won, _ = held_out(200)
    found = base_rate(won, np.arange(200))
    assert (found.low, found.high) == pytest.approx(share_interval(int(won.sum()), 200), abs=2e-4)


def test_right_chances_miss_by_no_more_than_luck_and_wrong_ones_do() -> None:
    won, chance = held_out(2000)
    right, luck = calibration(won, chance, np.arange(2000), 0)
    assert right.low == 0
    assert right.value < 2 * luck
    wrong, _ = calibration(won, np.clip(chance + 0.1, 0, 0.99), np.arange(2000), 0)
    assert wrong.low > 0.05


def test_chances_that_are_worse_than_the_base_rate_are_no_signal() -> None:
    won, chance = held_out()
    assert judged(won, chance, np.full(800, won.mean()), np.arange(800), 0).word == "signal"
    assert judged(won, 1 - chance, np.full(800, won.mean()), np.arange(800), 0).word == "no usable signal"


def test_groups_stay_in_one_fold_and_wins_are_spread() -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 150, 1000)
    won = rng.random(1000) < 0.3
    fold = folds_of(won, group, 0)
    assert all(len(np.unique(fold[group == one])) == 1 for one in range(150))
    assert np.bincount(fold).min() > 150
    assert max(won[fold == one].mean() for one in range(5)) - min(won[fold == one].mean() for one in range(5)) < 0.12


def test_a_row_without_group_is_its_own() -> None:
    assert groups_of(np.array(["a", None, "a", None], dtype=object), 4).tolist() == [0, 1, 0, 2]


def test_a_useless_model_is_not_listened_to() -> None:
    rng = np.random.default_rng(0)
    won = rng.random(4000) < 0.3
    weights = blend(rng.normal(0, 2, (4000, 2)), won)
    assert weights[1:] == pytest.approx([0, 0], abs=0.03)
    assert chances(np.zeros((1, 2)), weights)[0] == pytest.approx(won.mean(), abs=0.01)


@pytest.mark.parametrize(
    ("number", "expected"), [(50_000, 1), (12_300, 3), (499.99, 5), (0, 0), (-700, 1), (0.05, 1), (100.5, 4)]
)
def test_digits_before_the_zeros(number: float, expected: int) -> None:
    assert digits(np.array([float(number)])).tolist() == [expected]


@given(number=st.integers(1, 10**9), zeros=st.integers(0, 3))
def test_zeros_at_the_end_do_not_count(number: int, zeros: int) -> None:
    plain, longer = digits(np.array([float(number), float(number * 10**zeros)]))
    assert plain == longer == len(str(number).rstrip("0"))


def test_a_row_does_not_count_itself_among_those_with_its_value() -> None:
    values = np.repeat(np.arange(50.0), 2)
    column = Numbers(values)
    assert column.encode(values, True)[0][0, 2] == pytest.approx(np.log1p(1))
    assert column.encode(np.array([0.0, 99.0]), False)[0][:, 2] == pytest.approx([np.log1p(2), 0])


def test_rare_words_are_one_level_and_missing_another() -> None:
    column = Words(np.array([0.0] * 5 + [1.0] * 4 + [2.0, np.nan]))
    assert column.codes(np.array([0.0, 1.0, 2.0, 3.0, np.nan])).tolist() == [0, 1, 1, 1, 2]
