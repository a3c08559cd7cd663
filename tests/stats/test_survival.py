"""Waiting times: published trials, by hand, and intervals that hold where most are still waiting."""

import numpy as np
import pytest

from salesanalytics.stats.intervals import wilson
from salesanalytics.stats.survival import share_ended, waiting_time


def test_waiting_times_match_the_6_mp_trial() -> None:
    # Freireich et al. (1963): weeks to relapse; + is censored. Published medians: 23 and 8 weeks.
    treated = [6, 6, 6, 6.1, 7, 9.1, 10, 10.1, 11.1, 13, 16, 17.1, 19.1, 20.1, 22, 23, 25.1, 32.1, 32.1, 34.1, 35.1]
    ended = np.array([value == int(value) for value in treated])
    assert waiting_time(np.array(treated), ended).value == 23
    placebo = np.array([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23.0])
    found = waiting_time(placebo, np.ones(21, dtype=bool))
    assert (found.value, found.low, found.high) == (8, 4, 11)


def test_those_still_waiting_lengthen_the_wait() -> None:
    waited = np.array([1.0, 2.0, 3.0, 10.0, 10.0, 10.0])
    assert waiting_time(waited, np.array([1, 1, 1, 0, 0, 0], dtype=bool)).value == 3
    assert waiting_time(waited, np.array([1, 1, 0, 0, 0, 0], dtype=bool)).value is None
    assert waiting_time(waited, np.zeros(6, dtype=bool)).ended == 0


def test_the_share_that_has_ended_is_worked_out_by_hand() -> None:
    waited, ended = np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False])
    share, low, high = share_ended(waited, ended, 5.0)
    going, greenwood = 3 / 4 * 1 / 2, 1 / (4 * 3) + 1 / (2 * 1)
    assert share == pytest.approx(1 - going)
    assert (low, high) == pytest.approx(wilson(1 - going, going * (1 - going) / (going**2 * greenwood)))


def test_where_nothing_has_ended_the_time_followed_counts() -> None:
    _, low, high = share_ended(np.full(40, 2.0), np.zeros(40, dtype=bool), 4.0)
    assert (low, high) == pytest.approx(wilson(0.0, 20))


def test_what_ends_later_has_not_ended_by_then() -> None:
    waited, ended = np.array([1.0, 9.0, 9.0, 9.0]), np.ones(4, dtype=bool)
    assert share_ended(waited, ended, 5.0)[0] == 0.25


def test_the_interval_holds_the_truth_where_most_are_young() -> None:
    """Simulated: 30% convert, after 20 days on average; leads came evenly over 120 days. The naive rate is far too low."""
    draw = np.random.default_rng(5)
    held, naive, truth = 0, [], 0.3 * (1 - np.exp(-90 / 20))
    for _ in range(200):
        age = draw.uniform(0, 120, 150)
        goes = np.where(draw.random(150) < 0.3, draw.exponential(20, 150), np.inf)
        _, low, high = share_ended(np.minimum(goes, age), goes <= age, 90)
        held += low <= truth <= high
        naive.append((goes <= age).mean())
    assert 183 <= held <= 197
    assert np.mean(naive) < 0.9 * truth
