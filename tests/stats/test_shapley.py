"""Parts of a difference between two products: Das Gupta's numbers, sums, symmetry, and cents."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics.stats.shapley import product_parts, to_cents


def test_birth_rates_of_austria_and_chile() -> None:
    """Das Gupta (1993), table 2.2: births per woman of 15 to 49, their share of women, women's share of all, 1981."""
    austria, chile = np.array([51.78746, 0.45919, 0.52638]), np.array([84.90502, 0.75756, 0.51065])
    assert product_parts(austria, chile) == pytest.approx([10.4340333, 10.5608476, -0.6670084], abs=5e-8)


def test_four_factors_of_births() -> None:
    """Das Gupta (1993), table 2.3: the United States, 1971 and 1979."""
    before, after = np.array([25.3, 0.214, 0.279, 0.949]), np.array([32.7, 0.290, 0.473, 0.986])
    assert product_parts(before, after) == pytest.approx([0.6889411, 0.8125381, 1.3829055, 0.1047547], abs=5e-8)


FACTORS = st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)), min_size=1, max_size=5)


@settings(deadline=None, max_examples=50)
@given(FACTORS)
def test_parts_are_the_difference_and_their_order_is_irrelevant(pairs: list[tuple[float, float]]) -> None:
    before, after = np.array(pairs).T
    parts = product_parts(before, after)
    scale = max(before.prod(), after.prod(), np.maximum(before, after).prod(), 1.0)
    assert parts.sum() == pytest.approx(after.prod() - before.prod(), abs=1e-9 * scale)
    assert product_parts(before[::-1], after[::-1])[::-1] == pytest.approx(parts, abs=1e-9 * scale)
    assert product_parts(after, before) == pytest.approx(-parts, abs=1e-9 * scale)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-1e7, 1e7), min_size=1, max_size=5))
def test_rounded_parts_add_up_to_the_cent(parts: list[float]) -> None:
    total = round(sum(parts) * 100) / 100
    cents = to_cents(parts, total)
    assert sum(round(part * 100) for part in cents) == round(total * 100)
    assert all(abs(a - b) <= 0.011 + abs(b) * 1e-12 for a, b in zip(cents, parts, strict=True))
