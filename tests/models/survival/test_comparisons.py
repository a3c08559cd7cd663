"""What goes with leaving: published numbers, late entry, people with several stays, and traps of time."""

import numpy as np
import pandas as pd
import pytest
from lifelines.datasets import load_lung, load_rossi

from salesanalytics.errors import DataError
from salesanalytics.models.survival.cox import cox
from salesanalytics.models.survival.discrete import discrete_hazard, person_periods
from salesanalytics.models.survival.logrank import log_rank
from salesanalytics.models.survival.proportional import proportional
from salesanalytics.models.survival.spells import spells


@pytest.fixture(scope="module")
def rossi() -> pd.DataFrame:
    return load_rossi()


def test_cox_is_that_of_r(rossi: pd.DataFrame) -> None:
    x = rossi.drop(columns=["week", "arrest"])
    found = cox(spells(rossi["week"], rossi["arrest"]), x)
    assert found.table["coefficient"].iloc[[0, -1]].tolist() == pytest.approx([-0.3794222, 0.0914971], abs=5e-8)
    assert (found.people, found.ended) == (432, 114)


def test_proportional_hazards_are_tested_as_r_does(rossi: pd.DataFrame) -> None:
    x, rows = rossi.drop(columns=["week", "arrest"]), spells(rossi["week"], rossi["arrest"])
    found = proportional(rows, x, cox(rows, x).table["coefficient"].to_numpy(), "rank").set_index("name")["chi2"]
    told = {"fin": 1.38381, "age": 0.89642, "race": 2.25998, "wexp": 4.15968, "mar": 0.08959, "paro": 0.02185, "prio": 1.64080}
    assert found[list(told)].tolist() == pytest.approx(list(told.values()), abs=5e-6)
    assert found["all together"] == pytest.approx(11.02518, abs=5e-6)


def test_log_rank_is_the_published_one() -> None:
    lung = load_lung()
    found = log_rank(spells(lung["time"], lung["status"]), lung["sex"])
    assert found is not None
    assert (found.statistic, found.p, found.shuffled) == (
        pytest.approx(10.3267, abs=5e-5),
        pytest.approx(0.00131, abs=5e-6),
        False,
    )


def test_log_rank_with_late_entry_is_cox_score_test_without_ties() -> None:
    rng = np.random.default_rng(3)
    entry = rng.uniform(0, 1, 60)
    rows = spells(entry + rng.exponential(size=60), rng.random(60) < 0.8, entry)
    group = np.repeat([0.0, 1.0], 30)
    ranked = log_rank(rows, group)
    fit = cox(rows, pd.DataFrame({"group": group})).table.iloc[0]
    assert ranked is not None
    assert ranked.observed.sum() == pytest.approx(ranked.expected.sum())
    assert ranked.statistic == pytest.approx((fit["coefficient"] / fit["error"]) ** 2, rel=0.05)


def test_few_leavers_are_shuffled_person_by_person() -> None:
    rows = spells([1, 2, 3, 4, 5, 6, 7, 8], [True, True, True, False, False, False, False, False])
    found = log_rank(rows, list("aaabbbbb"))
    assert found is not None
    assert found.shuffled
    assert found.p == pytest.approx(1 / 56, abs=0.012)  # one of 56 ways to choose three of eight
    assert log_rank(rows, ["a"] * 8) is None


def test_errors_hold_where_one_person_has_several_rows() -> None:
    rng = np.random.default_rng(4)
    x, left = np.repeat(rng.normal(size=50), 2), rng.exponential(size=100) + 0.05
    once = cox(spells(left, np.full(100, True), subject=np.arange(100)), pd.DataFrame({"x": x})).table.iloc[0]
    doubled = spells(np.tile(left, 2), np.full(200, True), subject=np.tile(np.arange(100), 2))
    twice = cox(doubled, pd.DataFrame({"x": np.tile(x, 2)}), "breslow").table.iloc[0]
    single = cox(spells(left, np.full(100, True)), pd.DataFrame({"x": x}), "breslow").table.iloc[0]
    assert twice["error"] == pytest.approx(single["error"] / np.sqrt(2))  # rows taken for people: too sure
    assert twice["robust"] == pytest.approx(single["robust"])
    assert once["robust"] == pytest.approx(single["robust"])


def test_cutting_a_stay_into_rows_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    left, ended, x = rng.exponential(size=80) + 0.6, rng.random(80) < 0.7, rng.normal(size=80)
    whole = cox(spells(left, ended), pd.DataFrame({"x": x})).table.iloc[0]
    entry, exit = np.r_[np.zeros(80), np.full(80, 0.5)], np.r_[np.full(80, 0.5), left]
    rows = spells(exit, np.r_[np.zeros(80, bool), ended], entry, np.tile(np.arange(80), 2))
    cut = cox(rows, pd.DataFrame({"x": np.tile(x, 2)})).table.iloc[0]
    assert [cut[name] for name in ("coefficient", "error", "robust")] == pytest.approx(
        [whole[name] for name in ("coefficient", "error", "robust")], abs=1e-8
    )


def test_who_cannot_be_told_is_named() -> None:
    rows = spells([1.0, 2.0, 3.0], [True, False, True])
    with pytest.raises(DataError, match=r"same is the same for everybody.*Leave it out"):
        cox(rows, pd.DataFrame({"same": [1, 1, 1]}))
    with pytest.raises(DataError, match="hole is unknown in some rows"):
        cox(rows, pd.DataFrame({"hole": [1, np.nan, 2]}))
    with pytest.raises(DataError, match="nobody left"):
        cox(rows.ending("other"), pd.DataFrame({"x": [1, 2, 3]}))


def test_people_count_only_in_stretches_they_were_watched_through() -> None:
    rows = spells([2.5, 3.5, 1.0], [True, False, True], entry=[0, 1.5, 0])
    found = person_periods(rows, 1.0)
    assert found.to_dict("list") == {
        "row": [0, 0, 0, 1, 2],
        "period": [0, 1, 2, 2, 0],
        "left": [False, False, True, False, True],
    }


def test_the_chance_of_each_stretch_is_the_share_that_left_in_it() -> None:
    periods = person_periods(spells([1, 1, 2, 2, 2, 3], [True, False, True, True, False, False]), 1.0)
    bands = pd.get_dummies(periods["period"], dtype=float).add_prefix("band ").iloc[:, :2]
    kept = periods["period"] < 2
    found = discrete_hazard(periods["left"][kept], bands[kept], periods["row"][kept])
    assert found.chance(pd.DataFrame({"band 0": [1.0, 0.0], "band 1": [0.0, 1.0]})) == pytest.approx([1 / 6, 2 / 4])
    with pytest.raises(DataError, match="nobody left, or everybody"):
        discrete_hazard([False, False], pd.DataFrame({"a": [1.0, 1.0]}), [0, 1])
    with pytest.raises(DataError, match="told wholly apart by a, b"):
        discrete_hazard([False, True] * 9, pd.DataFrame({"a": [0.0, 1.0] * 9, "b": [1.0] * 18}), range(18))


def test_nobody_earns_a_training_by_having_stayed() -> None:
    """Truth: the training changes nothing. `ever trained` taken as known from the first day says that it keeps people."""
    rng = np.random.default_rng(6)
    left = rng.exponential(12, 400) + 0.01
    trained_at = rng.uniform(0, 24, 400)
    ever = trained_at < left
    naive = cox(spells(left, left < 24), pd.DataFrame({"trained": ever.astype(float)})).table.iloc[0]
    entry = np.r_[np.zeros(400), trained_at[ever]]
    exit = np.r_[np.minimum(left, trained_at), left[ever]]
    rows = spells(exit, np.r_[~ever, np.full(ever.sum(), True)], entry, np.r_[np.arange(400), np.flatnonzero(ever)])
    honest = cox(rows, pd.DataFrame({"trained": np.r_[np.zeros(400), np.ones(ever.sum())]})).table.iloc[0]
    assert naive["high"] < 0.7
    assert abs(honest["coefficient"]) < 2 * honest["robust"]
