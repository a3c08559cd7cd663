"""What an error says, and what it must not say. Executions with real kernels are in run/test_run."""

import pytest

from salesanalytics.report.failure import CellError, first_line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no table\nmore\n", "no table"),
        ("\n\n  second  \n", "second"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("", ""),
        ("x" * 500, "x" * 199 + "…"),
    ],
)
def test_an_error_is_one_short_line(text, said):
    assert first_line(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "could not connect to postgresql://ana:hunter2@db:5432/crm", "https://:hunter2@host", "password=hunter2 rejected",
        "PGPASSWORD: hunter2", "{'api_key': 'hunter2'}", 'token="hunter2 hunter2"', "Authorization: Bearer hunter2hunter2",
        "key eyJhunter2hunter2.eyJhunter2.sig", "ghp_hunter2hunter2hunter2", "?access_token=hunter2&x=1",
        "client_secret = hunter2",
    ],
)  # fmt: skip
def test_an_error_gives_no_secret_away(text):
    assert "hunter2" not in first_line(text)
    assert "•••" in first_line(text)


def test_an_error_keeps_what_is_no_secret():
    assert first_line("https://host/path?x=1: column 'amount' not found") == "https://host/path?x=1: column 'amount' not found"


def test_an_error_names_chapter_cell_and_cause():
    assert str(CellError("5_evaluating", 4, "KeyError", "'amount'")) == "5_evaluating, cell 4: KeyError: 'amount'"
    assert str(CellError("5_evaluating", None, "took too long", "")) == "5_evaluating: took too long"
