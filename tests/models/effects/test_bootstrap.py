"""The wild cluster bootstrap says what other software says, stands beside other choices of the treated, and decides nothing."""

import numpy as np
import pytest

from salesanalytics.models.effects.bootstrap import weights_of, wild
from salesanalytics.models.effects.contrast import Contrast, Sums, contrast, sums_of

from .test_effect import BEFORE, asked, guard, long, sold

CHANGE = contrast(np.array([0]), np.array([1]), "difference")


def teams(groups: int, treated: int, seed: int = 12) -> tuple[Sums, np.ndarray]:
    """People in teams of three to six; their change has a part that the team shares."""
    rng = np.random.default_rng(seed)
    for n, k in ((12, 5), (13, 4)):
        team = np.repeat(np.arange(n), 3 + np.arange(n) % 4)
        change = rng.normal(size=len(team)) + 0.6 * rng.normal(size=n)[team] + 0.8 * (team < k)
        if (n, k) == (groups, treated):
            break
    return sums_of(np.column_stack([np.zeros(len(team)), change]), team), np.arange(groups) < treated


@pytest.mark.parametrize(("groups", "treated", "p"), [(12, 5, 0.00146484375), (13, 4, 0.055419921875)])
def test_all_signs_give_the_p_value_of_other_software(groups: int, treated: int, p: float) -> None:
    """wildboottest 0.3.2, a regression of the change on being treated, all signs; whether it counts those found is rounding."""
    found = wild(*teams(groups, treated), CHANGE, 0.95, 0)
    assert found.choices == 2**groups
    assert found.p - p == pytest.approx(0, abs=2 / 2**groups + 1e-9)


def test_few_groups_get_six_weights_and_more_get_signs() -> None:
    five, every = weights_of(5, 0)
    assert (five.shape, every, len(np.unique(five.round(9)))) == ((7776, 5), True, 6)
    ten, drawn = weights_of(10, 0)
    assert (len(np.unique(ten.round(9))), drawn) == (6, False)
    assert np.unique(weights_of(14, 0)[0]).tolist() == [-1, 1]
    assert (five**2).mean() == pytest.approx(1)


def test_the_interval_ends_where_the_test_begins_to_reject() -> None:
    sums, treated = teams(12, 5)
    found = wild(sums, treated, CHANGE, 0.95, 0)

    def p_of(effect: float) -> float:
        moved = sums.sums.copy()
        moved[treated, 1] -= effect * sums.n[treated]
        return wild(Sums(moved, sums.n), treated, CHANGE, 0.95, 0).p

    width = found.high - found.low
    for end, outwards in ((found.low, -1), (found.high, 1)):
        assert p_of(end + outwards * width / 100) <= 0.05 < p_of(end - outwards * width / 100)


def test_a_ratio_of_nearly_equal_months_is_its_difference_in_shares() -> None:
    sums, treated = teams(13, 4)
    level = sums.n[:, None] * 1000.0
    shares = wild(Sums(level + sums.sums, sums.n), treated, contrast(np.array([0]), np.array([1]), "ratio"), 0.95, 0)
    change = wild(sums, treated, CHANGE, 0.95, 0)
    assert shares.p == pytest.approx(change.p, abs=0.003)
    assert shares.estimate * 1000 == pytest.approx(change.estimate, rel=0.01)


def test_an_error_that_is_known_beside_it_makes_it_less_sure() -> None:
    sums, treated = teams(12, 5)
    blurred = Contrast(CHANGE.used, CHANGE.mark, CHANGE.time, "difference", blur=0.8)
    assert wild(sums, treated, blurred, 0.95, 0).p > 0.02 > 10 * wild(sums, treated, CHANGE, 0.95, 0).p


def test_one_group_alone_says_nothing() -> None:
    sums, _ = teams(12, 5)
    assert np.isnan(wild(sums, np.arange(12) < 1, CHANGE, 0.95, 0).p)


def test_both_are_told_where_teams_are_few_and_the_choices_decide() -> None:
    bookings, team = sold(5, teams=10, size=8)
    treated = np.isin(team, (2, 7))
    bookings[treated, BEFORE:] *= 2.2
    two = asked(long(bookings, team, treated), "clusters")
    assert list(two.inference["by"]) == ["choices", "bootstrap"]
    assert tuple(two.inference.loc[0, ["p", "low", "high"]]) == (two.p, two.low, two.high)
    agree = (two.p <= 0.05) == (two.inference.loc[1, "p"] <= 0.05)
    assert guard(two, "second_test") == ("passes" if agree else "unchecked")
    assert two.verdict == "effect"


def test_where_it_does_not_see_what_other_choices_see_that_is_told_and_changes_no_verdict() -> None:
    bookings, team = sold(25, teams=10, size=8)
    treated = np.isin(team, (2, 7))
    bookings[treated, BEFORE:] *= 1.7
    found = asked(long(bookings, team, treated), "clusters")
    assert found.verdict == "effect"
    assert found.inference.loc[1, "p"] > 0.05
    assert guard(found, "second_test") == "unchecked"
    assert not found.blocked
