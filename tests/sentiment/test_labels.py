"""Labels on several scales: read where they can only mean one thing, else an error that says how to name them."""

import numpy as np
import pytest

from salesanalytics.errors import TextError
from salesanalytics.models.sentiment.labels import read_labels


@pytest.mark.parametrize(
    ("labels", "positive", "classes"),
    [
        ([0, 1, None, 1], [0, 1, np.nan, 1], [0, 1]),
        ([True, False], [1, 0], [False, True]),
        (["neg", "pos", "neutral"], [0, 1, np.nan], ["negative", "positive"]),
        (["Negativ", "POZITIV"], [0, 1], ["Negativ", "POZITIV"]),
        ([-1, 0, 1], [0, np.nan, 1], ["negative", "positive"]),
        ([-1, 1], [0, 1], [-1, 1]),
        ([1, 2, 3, 4, 5], [0, 0, np.nan, 1, 1], ["negative", "positive"]),
        (["pos", "", "neg"], [1, np.nan, 0], ["neg", "pos"]),
        ([1.0, "0", True], [1, 0, 1], ["negative", "positive"]),
        (["1", "5", "4"], [0, 1, 1], ["negative", "positive"]),
        ([0, 6, 7, 8, 9, 10], [0, 0, np.nan, np.nan, 1, 1], ["negative", "positive"]),
    ],
)
def test_a_scale_that_can_only_be_one_is_read(labels: list, positive: list, classes: list) -> None:
    found = read_labels(labels)
    np.testing.assert_array_equal(found.positive, positive)
    assert found.classes.tolist() == classes


def test_the_middle_is_counted() -> None:
    assert read_labels([1, 3, 3, 5]).neutral == 2


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ([1, 2, 3, 4], r"labels hold 1, 2, 3, 4;.*could be several.*scale=\"stars\""),
        ([1, 8, 10], r"labels hold 1, 8, 10;.*\"nps\""),
        ([1, 2], r"labels hold 1, 2;"),
        ([0, 100], r"labels hold 0, 100;"),
        ([0.2, 0.9], r"labels are continuous \(0.2, 0.9\)"),
        (["yes", "perhaps"], r"labels hold 'perhaps'; expected words such as 'pos' and 'neg'"),
    ],
)
def test_a_scale_that_could_be_several_is_an_error_that_says_how(labels: list, told: str) -> None:
    with pytest.raises(TextError, match=told):
        read_labels(labels)


def test_a_named_scale_is_taken_and_held_to() -> None:
    assert read_labels([1, 2, 4], "stars").positive.tolist() == [0, 0, 1]
    with pytest.raises(TextError, match=r"labels hold 7 \(1 rows\); scale 'stars' expects stars from 1 to 5"):
        read_labels([1, 7], "stars")
    with pytest.raises(TextError, match=r"scale is 'percent'; expected auto, binary"):
        read_labels([1, 7], "percent")  # type: ignore[arg-type]
