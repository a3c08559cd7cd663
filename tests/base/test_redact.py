"""Text of others is shown without passwords and without what a terminal would obey, however long it is."""

import json

import pytest

from salesanalytics.base.redact import LONGEST, printable, shown, without_secrets


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ftp://u:pa/ss@h/crm.csv cannot be read", "ftp://•••@h/crm.csv cannot be read"),
        ("ftp://u:p@ss@h/x", "ftp://•••@h/x"),
        ("s3://bucket/a@b", "s3://bucket/a@b"),
        ("mail ana@crm.example about https://host/x", "mail ana@crm.example about https://host/x"),
        ("a https://u:x@h and https://v:y@g", "a https://•••@h and https://•••@g"),
        ("first\npassword=x\nlast", "first\npassword=•••\nlast"),
    ],
)
def test_passwords_are_masked_and_nothing_else_is(text, told):
    assert without_secrets(text) == told


@pytest.mark.parametrize("text", ["x", "password", "://", "token= ", "a@", "://a:", "eyJ"])
def test_an_endless_line_is_cut_before_it_is_searched(text):
    assert len(without_secrets(text * 1_000_000)) <= LONGEST + 10  # searched whole, some take hours


def test_a_url_that_the_cut_goes_through_shows_nothing_of_its_password():
    text = "x" * (LONGEST - 15) + " ftp://u:hunter2hunter2@h/x"
    assert without_secrets(text).endswith(" ftp://…")


def test_what_moves_the_cursor_or_turns_the_line_is_written_out():
    assert shown("a\x1b[2Jb\u202ec\rd\x9be\u2028") == r"a\u001b[2Jb\u202ec\u000dd\u009be\u2028"
    assert printable("tab\tand\nline, ș and 東") == "tab\tand\nline, ș and 東"
    assert json.loads(printable(json.dumps("\u202ex", ensure_ascii=False))) == "\u202ex"
