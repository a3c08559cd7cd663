"""Rasch: difficulties and abilities planted in answers come back, and what tells nothing has none."""

import numpy as np
import pytest
from scipy.special import expit

from salesanalytics.models.skills.rasch import rasch

DIFFICULTY = np.array([-1.5, -0.5, 0.0, 0.5, 1.5])


def answers(people: int, slope: float = 1.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    ability = rng.standard_normal(people)
    chance = expit(slope * (ability[:, None] - DIFFICULTY))
    return (rng.random(chance.shape) < chance).astype(float), ability


def test_difficulties_and_discrimination_come_back() -> None:
    passed, ability = answers(2000)
    found = rasch(passed)
    assert found is not None
    assert np.abs(found.difficulty - DIFFICULTY).max() < 3 * found.difficulty_error.max()
    assert found.discrimination == pytest.approx(1.5, abs=0.2)
    inside = np.abs(found.ability - ability) < 1.96 * found.ability_error
    assert 0.93 < inside.mean() < 0.97


def test_who_passes_the_same_number_is_as_able() -> None:
    passed, _ = answers(300)
    found = rasch(passed)
    assert found is not None
    by_sum = [np.ptp(found.ability[passed.sum(axis=1) == total]) for total in range(6)]
    assert max(by_sum) < 1e-9


def test_a_test_that_everybody_passes_has_no_difficulty_and_missing_answers_count_for_nothing() -> None:
    passed, _ = answers(300)
    whole = np.column_stack([passed, np.ones(300)])
    whole[0] = np.nan
    found, alone = rasch(whole), rasch(passed[1:])
    assert found is not None
    assert alone is not None
    assert np.isnan(found.difficulty[5])
    assert found.difficulty[:5] == pytest.approx(alone.difficulty, abs=1e-4)
    assert (found.ability[0], found.ability_error[0]) == pytest.approx((0.0, 1.0), abs=1e-6)


@pytest.mark.parametrize("passed", [np.ones((50, 4)), np.zeros((0, 4)), np.eye(10), np.ones((50, 2))])
def test_too_little_is_no_answer(passed: np.ndarray) -> None:
    assert rasch(passed) is None


def test_answers_that_have_nothing_in_common_are_no_answer() -> None:
    rng = np.random.default_rng(1)
    assert rasch((rng.random((400, 4)) < 0.5).astype(float)) is None
