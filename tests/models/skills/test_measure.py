"""True scores from scores with luck: Kelley by hand, two scales by regression, and what cannot be linked."""

import numpy as np
import pandas as pd
import pytest

from salesanalytics.models.skills.measure import Scale, measured, scales_of, together_of


def scored(score: np.ndarray, scale: str, skill: str = "closing", first: int = 0, block: int = 0) -> pd.DataFrame:
    reps = [f"r{first + at:03d}" for at in range(len(score))]
    return pd.DataFrame({"rep_id": reps, "skill": skill, "scale": scale, "score": score, "block": block})


def test_the_days_luck_is_what_scores_of_one_person_differ_by() -> None:
    one, other = np.arange(50, 70.0), np.arange(50, 70.0) + np.tile([2.0, -2.0], 10)
    scales = scales_of(pd.concat([scored(one, "test:100"), scored(other, "test:100")]), scored(other, "test:100"))
    assert scales["test:100"].twice == 20
    assert scales["test:100"].luck == pytest.approx(2.0)  # two scores 2 apart: a variance of 2
    assert scales["test:100"].true == pytest.approx(np.var(other, ddof=1) - 2.0)


def test_a_course_between_two_scores_is_no_luck() -> None:
    before, after = np.arange(50, 70.0), np.arange(60, 80.0)
    both = pd.concat([scored(before, "test:100"), scored(after, "test:100", block=1)])
    assert np.isnan(scales_of(both, scored(after, "test:100"))["test:100"].luck)


def test_one_score_is_kelleys_formula() -> None:
    latest = scored(np.array([40.0, 50, 55, 60, 45]), "test:100")
    found = measured(latest, {"test:100": Scale(25.0, 30, 75.0)}, {}, 5)
    assert found.reliability == pytest.approx(0.75)
    assert found.table["estimate"].tolist() == pytest.approx([50 + 0.75 * away for away in (-10, 0, 5, 10, -5)])
    assert found.table["error"].tolist() == pytest.approx([np.sqrt(75 * 0.25)] * 5)


def test_two_alike_scales_are_spearman_and_browns_formula() -> None:
    rng = np.random.default_rng(0)
    one = rng.normal(50, 10, 12)
    latest = pd.concat([scored(one, "test:100"), scored(one / 10, "rating:manager")])
    scales = {"test:100": Scale(50.0, 30, 50.0), "rating:manager": Scale(0.5, 30, 0.5)}
    found = measured(latest, scales, {("test:100", "rating:manager"): 9.0, ("rating:manager", "test:100"): 9.0}, 12)
    assert found.links["linked"].tolist() == ["reference", "people"]
    assert found.table["trust"].tolist() == pytest.approx([2 * 0.5 / (1 + 0.5)] * 12)


def world(seed: int = 1, n: int = 400, alike: float = 0.7) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Scores twice on both scales; half of the people on the rating alone. The scales measure what goes together by `alike`."""
    rng = np.random.default_rng(seed)
    true = rng.normal(60, 8, n)
    other = alike * (true - 60) / 8 + np.sqrt(1 - alike**2) * rng.standard_normal(n)
    tests = [scored((true + rng.normal(0, 6, n))[: n // 2], "test:100") for _ in range(2)]
    ratings = [scored(3 + 0.5 * other + rng.normal(0, 0.4, n), "rating:manager") for _ in range(2)]
    return pd.concat([*tests, *ratings]), pd.concat([tests[1], ratings[1]]), true


def test_intervals_hold_the_true_score_on_either_scale() -> None:
    inside, alone = [], []
    for seed in range(5):
        scores, latest, true = world(seed)
        found = measured(latest, scales_of(scores, latest), together_of(latest), 400)
        assert found.reference == "test:100"
        held = np.abs(found.table["estimate"].to_numpy() - true) < 1.96 * found.table["error"].to_numpy()
        inside.append(held[:200].mean())
        alone.append(held[200:].mean())
    assert 0.93 < np.mean(inside) < 0.97
    assert 0.93 < np.mean(alone) < 0.97


def test_scales_without_people_in_common_cannot_be_linked() -> None:
    rng = np.random.default_rng(2)
    latest = pd.concat([scored(rng.normal(50, 10, 20), "test:100"), scored(rng.normal(3, 1, 9), "rating:manager", first=50)])
    scales = {"test:100": Scale(25.0, 30, 75.0), "rating:manager": Scale(0.5, 30, 0.5)}
    found = measured(latest, scales, together_of(latest), 29)
    assert dict(zip(found.links["scale"], found.links["linked"], strict=True))["rating:manager"] == "cannot"
    assert found.left_out == 9
    assert len(found.table) == 20


def test_few_people_on_both_are_linked_where_both_cover_everybody() -> None:
    rng = np.random.default_rng(3)
    latest = pd.concat([scored(rng.normal(50, 10, 7), "test:100"), scored(rng.normal(3, 1, 7), "rating:manager")])
    scales = {"test:100": Scale(25.0, 30, 75.0), "rating:manager": Scale(0.5, 30, 0.5)}
    assert measured(latest, scales, together_of(latest), 7).links["linked"].tolist() == ["reference", "population"]
    assert measured(latest, scales, together_of(latest), 20).links["linked"].tolist() == ["reference", "cannot"]


def test_nothing_is_guessed_where_nobody_was_scored_twice() -> None:
    latest = scored(np.array([40.0, 50, 55, 60, 45]), "test:100")
    found = measured(latest, scales_of(latest, latest), {}, 5)
    assert found.table.empty
    assert np.isnan(found.reliability)
