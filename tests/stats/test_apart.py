"""Who ends apart from the others: exact where that can be counted, the right level under censoring, and Holm's promise."""

from itertools import product

import numpy as np
import pytest

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.stats.apart import apart


def leads(
    sizes: list[int], shares: list[float], draw: np.random.Generator, *, young: bool = False, slow: bool = False
) -> tuple[Ints, Floats, Flags]:
    """Leads of a year of which a share ends after 20 days on average. The first group is `young`, or twice as `slow`."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    first = group == 0
    age = draw.uniform(0, np.where(first & young, 150.0, 365.0))
    mean = np.where(first & slow, 40.0, 20.0)
    ends = draw.random(len(group)) < np.array(shares)[group] / (1 - np.exp(-90 / mean))
    takes = np.where(ends, draw.exponential(mean), np.inf)
    return group, np.minimum(takes, age), takes <= age


def alarms(sizes: list[int], share: float, runs: int = 300, **more: bool) -> float:
    """How often any group of alike ones is said to differ at 5%."""
    draw, every = np.random.default_rng(7), np.arange(len(sizes))
    found = 0
    for _ in range(runs):
        p = apart(*leads(sizes, [share] * len(sizes), draw, **more), 90.0, every)
        found += bool((p < 0.05).any())
    return found / runs


@pytest.mark.planted
@pytest.mark.parametrize(
    ("sizes", "share", "more"),
    [
        ([60, 60, 60, 60], 0.1, {}),
        ([30, 40, 60, 150, 300], 0.03, {}),
        ([30, 40, 60, 80], 0.4, {"young": True}),
        ([30, 400], 0.1, {"young": True}),
        ([60, 60, 60], 0.4, {"slow": True}),
    ],
    ids=["alike", "few ends", "one is young", "two groups", "one is slow"],
)
def test_groups_that_are_alike_are_seldom_told_apart(sizes: list[int], share: float, more: dict[str, bool]) -> None:
    """At 5%: within 3.2 errors of 300 runs. Normal tails of a difference of shares gave up to 14% in such cells."""
    assert 0.01 < alarms(sizes, share, **more) < 0.09


def test_a_group_that_differs_is_found() -> None:
    draw, every = np.random.default_rng(3), np.arange(3)
    found = np.array([apart(*leads([80, 150, 150], [0.45, 0.15, 0.15], draw), 90.0, every) < 0.05 for _ in range(60)])
    assert found[:, 0].mean() > 0.9


def test_two_groups_of_few_match_all_ways_to_share_out_the_ends() -> None:
    """Nobody is censored before the ends, which come at once: then every way has the chance that can be counted."""
    group = np.array([0] * 6 + [1] * 14)
    ended = np.zeros(20, dtype=bool)
    ended[[0, 1, 2, 3, 10]] = True
    waited = np.where(ended, 5.0, 100.0)
    (p,) = apart(group, waited, ended, 90.0, np.array([0]))
    chance = dict.fromkeys(range(6), 0.0)
    for way in product((0, 1), repeat=5):
        chance[sum(way)] += 0.3 ** sum(way) * 0.7 ** (5 - sum(way))
    tail = {
        k: min(sum(chance[j] for j in chance if j > k), sum(chance[j] for j in chance if j < k)) + chance[k] / 2 for k in chance
    }
    by_hand = sum(chance[k] for k in chance if tail[k] <= tail[4])
    assert p == pytest.approx(by_hand, abs=0.01)


def test_rows_in_another_order_and_a_group_alone_or_without_ends() -> None:
    draw = np.random.default_rng(1)
    group, waited, ended = leads([40, 50, 60], [0.3, 0.2, 0.1], draw)
    every = np.arange(3)
    turned = np.random.default_rng(2).permutation(len(group))
    assert apart(group[turned], waited[turned], ended[turned], 90.0, every) == pytest.approx(
        apart(group, waited, ended, 90.0, every), abs=0.03
    )
    assert np.isnan(apart(group, waited, np.zeros(150, dtype=bool), 90.0, every)).all()
    assert np.isnan(apart(np.zeros(150, dtype="int64"), waited, ended, 90.0, np.array([0]))).all()
    assert apart(group, waited, ended, 90.0, np.array([], dtype="int64")).shape == (0,)
