"""What is planted in twenty demo companies is found again; the benchmarks look at more of them."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))

import people
import training

pytestmark = [pytest.mark.planted, pytest.mark.slow]
SEEDS = 20


def test_who_leaves_and_how_newcomers_come_up_to_speed(capsys: pytest.CaptureFixture[str]) -> None:
    assert people.demo(SEEDS), capsys.readouterr().out


@pytest.mark.parametrize("first", [1000, 1000 + SEEDS // 2])
def test_what_a_training_did_and_that_one_did_nothing(first: int) -> None:
    marks = training.Marks()
    training.planted(range(first, first + SEEDS // 2), marks)
    assert marks.missed == 0, marks.lines
