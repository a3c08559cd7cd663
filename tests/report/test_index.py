"""The page that lists the pages."""

from datetime import date
from pathlib import Path

import pytest

from salesanalytics.report.kernels import CellError
from salesanalytics.report.page.index import index_page
from salesanalytics.report.plan import About, Plan
from salesanalytics.report.run.result import PageResult, RunResult

from .report_parts import snapshot

OUT = Path("/out")
ERROR = CellError("6_dashboard", 4, "ValueError", "no <b>deals</b>")
NORTH = PageResult("north", "North", OUT / "north.html", seconds=12.34)
EAST = PageResult("east", "East & Co", OUT / "east.html", (ERROR,), 3.0)


def index(*teams, company=None, others=(), locale="en", aside=12, later=0) -> str:
    facts = About(date(2026, 9, 30), "crm", "EUR", {**snapshot("a").quality, "rows_quarantined": aside, "rows_later": later})
    return index_page(Plan(snapshot("a"), None, (), OUT, facts, locale, others), company, teams)


def test_a_page_that_is_ready_is_linked_with_its_time():
    html = index(NORTH)
    assert '<a href="north.html">North</a>' in html
    assert "12.3 s" in html
    assert "1 of 1 page is ready. 12 rows of the source were set aside." in html


def test_a_failed_page_says_where_and_why_and_leads_nowhere():
    html = index(NORTH, EAST)
    assert "1 of 2 pages are ready." in html
    assert "6_dashboard, cell 4: ValueError: no &lt;b&gt;deals&lt;/b&gt;" in html
    assert "East &amp; Co" in html
    assert "east.html" not in html


def test_an_older_page_that_was_kept_is_linked_with_its_day():
    html = index(PageResult("east", "East", OUT / "east.html", (ERROR,), 3.0, kept=date(2026, 9, 23)))
    assert '<a href="east.html">East</a>' in html
    assert "Failed; the page of 23 Sep 2026 was kept" in html


def test_the_company_page_comes_first():
    html = index(NORTH, company=PageResult("", "The whole company", OUT / "company.html"))
    assert html.index('<a href="company.html">The whole company</a>') < html.index("north.html")


def test_the_company_page_counts_as_a_page_and_later_rows_are_told():
    html = index(NORTH, company=PageResult("", "The whole company", OUT / "company.html"), later=3)
    assert "2 of 2 pages are ready." in html
    assert "3 rows are later than 30 Sep 2026 and were left out." in html


def test_pages_of_earlier_runs_are_listed_where_they_are_there(tmp_path):
    (tmp_path / "south.html").write_text("x")
    html = index(NORTH, others=(("South", tmp_path / "south.html"), ("West", tmp_path / "west.html")))
    assert '<a href="south.html">South</a>' in html
    assert "not part of this run" in html
    assert "West" not in html


def test_the_index_can_run_nothing_and_works_from_a_folder():
    html = index(NORTH, EAST)
    assert "default-src 'none'" in html
    assert "<script" not in html
    assert "http:" not in html
    assert 'href="/' not in html


def test_names_are_escaped():
    assert "<script" not in index(PageResult("x", "<script>alert(1)</script>", OUT / "x.html"))


def test_it_speaks_romanian():
    html = index(NORTH, EAST, locale="ro", aside=0)
    assert "Pagini gata: 1 din 2." in html
    assert "Niciun rând al sursei nu a trebuit lăsat deoparte." in html


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
