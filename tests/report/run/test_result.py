"""How a run went, in an exit code and a summary for a terminal."""

from datetime import date
from pathlib import Path

import pytest

from salesanalytics.report.failure import CellError
from salesanalytics.report.page_result import PageResult
from salesanalytics.report.run.result import RunResult

OUT = Path("/out")
ERROR = CellError("6_dashboard", 4, "ValueError", "no <b>deals</b>")
NORTH = PageResult("north", "North", OUT / "north.html", seconds=12.34)
EAST = PageResult("east", "East & Co", OUT / "east.html", (ERROR,), 3.0)


@pytest.mark.parametrize(
    ("pages", "company", "code"),
    [
        ((NORTH,), None, 0), ((NORTH, EAST), None, 3), ((EAST,), None, 4), ((NORTH,), EAST, 3), ((EAST,), EAST, 4),
        ((NORTH,), NORTH, 0),
    ],
)  # fmt: skip
def test_the_exit_code_says_all_some_or_none(pages, company, code):
    assert RunResult(company, pages, OUT / "index.html").exit_code == code


def test_the_summary_says_what_was_written_where_and_what_failed_why():
    assert RunResult(None, (NORTH, EAST), OUT / "index.html").summary().splitlines() == [
        "1 page written to /out; start at /out/index.html",
        "Failed: East & Co",
        "  6_dashboard, cell 4: ValueError: no <b>deals</b>",
    ]


def test_the_summary_tells_a_cause_that_many_share_once():
    west = PageResult("west", "West", OUT / "west.html", (ERROR,), kept=date(2026, 9, 23))
    assert RunResult(None, (EAST, west), OUT / "index.html").summary().splitlines() == [
        "No page could be written; /out/index.html says why.",
        "Failed: East & Co, West (the page of 2026-09-23 was kept)",
        "  6_dashboard, cell 4: ValueError: no <b>deals</b>",
    ]


def test_the_summary_warns_of_a_page_too_large_for_a_phone():
    large = PageResult("north", "North", OUT / "north.html", bytes=2_340_000)
    assert "North's page has 2.3 MB" in RunResult(None, (large,), OUT / "index.html").summary()
    assert "MB" not in RunResult(None, (NORTH,), OUT / "index.html").summary()
