"""The same words are one text, however they were typed; markup is not read; very long texts are cut and counted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics.errors import TextError
from salesanalytics.models.sentiment.folding import LONGEST, fold, fold_all

ROMANIAN = st.text("aăâbcdeiîșşsțţtzABÂÎȘŞȚŢ ,.!'-", max_size=60)
CEDILLAS = str.maketrans("șțȘȚ", "şţŞŢ")
BARE = str.maketrans("ăâîșțşţĂÂÎȘȚŞŢ", "aaiststAAISTST")


@given(ROMANIAN)
@settings(max_examples=60)
def test_diacritics_cedillas_and_case_make_no_difference(text: str) -> None:
    assert fold(text.translate(CEDILLAS)) == fold(text.translate(BARE)) == fold(text.upper()) == fold(text)


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_a_folded_text_stays_as_it_is(text: str) -> None:
    once = fold(text.replace("<", "").replace("&", ""))
    assert fold(once) == once or "&" in once or "<" in once


def test_composed_and_decomposed_letters_are_one() -> None:
    assert fold("mulţumesc, a\u0306sta da!") == "multumesc, asta da!"


def test_markup_scripts_and_entities_are_not_read() -> None:
    page = "<p>Great&nbsp;demo</p><script>alert('awful')</script><style>.bad{}</style><br>thanks &amp; see you"
    assert fold(page) == "great demo thanks & see you"


def test_an_arrow_or_a_heart_is_no_markup() -> None:
    assert fold("I <3 it, price < 5 and > 2") == "i <3 it, price < 5 and > 2"


def test_a_text_of_ten_megabytes_is_cut_and_counted() -> None:
    found = fold_all(["very good " * 1_000_000, "<b>" * 3_000_000, "fine"])
    assert [len(one) <= LONGEST for one in found.texts] == [True, True, True]
    assert found.cut.tolist() == [True, True, False]


def test_halves_of_characters_and_control_characters_are_left_out() -> None:
    assert fold("\ud83d <b>good</b>\x00call\ufeff") == "good call"


def test_missing_texts_are_told_from_empty_ones() -> None:
    found = fold_all(pd.Series([None, np.nan, pd.NA, "", "fine"], dtype=object))
    assert found.missing.tolist() == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["fine", 7], r"texts hold 7 \(1 rows, int\); expected text"),
        ("fine", "one text came"),
        (np.zeros((2, 2)), "one text per row"),
    ],
)
def test_what_is_no_text_is_an_error_that_says_so(texts: object, told: str) -> None:
    with pytest.raises(TextError, match=told):
        fold_all(texts)
