"""When what rows bring covers what one cost: by hand, and an interval that holds with few wins."""

import numpy as np
import pytest

from salesanalytics.stats.payback import MONTH, course, cover_interval, months_to_cover
from salesanalytics.stats.survival import share_and_n
from salesanalytics.stats.worth import LEAST, worth

NEVER = np.inf


def test_a_win_counts_for_the_rows_seen_as_long() -> None:
    age, wins = np.array([100.0, 100.0, 100.0, 10.0]), np.array([20.0, 50.0, NEVER, NEVER])
    days, brought = course(age, wins, np.array([30.0, 60.0, 0.0, 0.0]), 180)
    assert days.tolist() == [0, 20, 50]
    assert brought.tolist() == [0, 30 / 3, 30 / 3 + 60 / 3]


def test_what_comes_after_the_days_looked_at_or_is_not_seen_yet_is_left_out() -> None:
    age, wins = np.array([300.0, 300.0, 100.0]), np.array([200.0, 20.0, 120.0])
    assert course(age, wins, np.full(3, 9.0), 180)[0].tolist() == [0, 20]


@pytest.mark.parametrize(("cost", "months"), [(10, 20 / MONTH), (10.5, 50 / MONTH), (30, 50 / MONTH), (31, NEVER)])
def test_a_cost_is_covered_on_the_day_the_course_reaches_it(cost: float, months: float) -> None:
    assert months_to_cover(np.array([0.0, 20.0, 50.0]), np.array([0.0, 10.0, 30.0]), cost) == months


def test_the_interval_holds_the_months_until_a_cost_is_covered() -> None:
    """Simulated: 12 wins of 200 rows, evenly over the first 120 days; half of what a row brings covers the cost on day 60."""
    draw, held, infinite, runs = np.random.default_rng(4), 0, 0, 0
    for _ in range(200):
        wins = np.where(draw.random(200) < 0.06, draw.uniform(0, 120, 200), NEVER)
        won, age = np.isfinite(wins), np.full(200, 365.0)
        if won.sum() < LEAST:
            continue
        amount = np.where(won, draw.lognormal(0, 0.8, 200), 0.0)
        share, n = share_and_n(np.minimum(wins, age), won, 180)
        drawn = worth(share, n, amount[won], [], draw)
        low, high = cover_interval(age, wins, drawn, 180, 0.06 * np.exp(0.32) / 2, draw)
        runs, infinite = runs + 1, infinite + np.isinf(high)
        held += low <= 60 / MONTH <= high
    assert held / runs >= 0.9
    assert 0 < infinite < runs  # where twelve wins were small, covering it at all is open
