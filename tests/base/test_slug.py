"""Any team name becomes a safe file name, and two teams never share one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesanalytics.base.slug import slug, slugs

SAFE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
WINDOWS = {"con", "prn", "aux", "nul", "com1", "lpt9"}

names = st.text(st.characters(), max_size=400) | st.from_regex(r"[A-Za-z0-9 ./_-]{0,80}", fullmatch=True)


@given(names)
def test_every_text_becomes_a_safe_name(text):
    name = slug(text)
    assert SAFE.fullmatch(name)
    assert name not in WINDOWS | {"index", "company", "manifest"}


@given(names)
def test_a_safe_name_stays_as_it_is(text):
    assert slug(slug(text)) == slug(text)


@given(names, names)
def test_different_texts_get_different_names(one, other):
    assert (slug(one) == slug(other)) == (one == other)


@pytest.mark.parametrize("name", ["north", "emea-2", "7", "a" * 60])
def test_simple_names_are_not_touched(name):
    assert slug(name) == name


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("EMEA/North", "emea-north-"), ("../x", "x-"), ("", "team-"), ("🚀", "team-"), ("\u05e9\u05dc\u05d5\u05dd", "team-"),
        ("Iași & Brașov", "iasi-brasov-"),
        ("x" * 300, "x" * 51 + "-"), ("con", "con-"), ("NUL", "nul-"), ("index", "index-"), ("company", "company-"),
        ("manifest", "manifest-"), ("-rf", "rf-"), ("\x00", "team-"), ("\ud800", "team-"),
    ],
)  # fmt: skip
def test_other_names_keep_their_letters_and_get_eight_digits(text, start):
    assert re.fullmatch(re.escape(start) + r"[0-9a-f]{8}", slug(text))


def test_names_that_read_alike_stay_apart():
    assert len({slug(text) for text in ("EMEA/North", "EMEA North", "emea-north", "EMEA-North", "emea_north")}) == 5


def test_together_names_are_readable_where_no_two_read_alike():
    assert slugs(["Dustin Brinkmann", "North"]) == {"Dustin Brinkmann": "dustin-brinkmann", "North": "north"}


def test_together_names_that_read_alike_fall_back_to_digits():
    found = slugs(["EMEA North", "emea-north", "index", "../x"])
    assert found["emea-north"] == "emea-north"
    assert found["EMEA North"] == slug("EMEA North")
    assert found["index"] == slug("index")
    assert found["../x"] == slug("../x")


@given(st.lists(names, max_size=12))
def test_together_no_two_names_are_alike_and_all_are_safe(texts):
    found = slugs(texts)
    assert found.keys() == set(texts)
    assert len(set(found.values())) == len(found)
    assert all(SAFE.fullmatch(name) and name not in WINDOWS for name in found.values())
