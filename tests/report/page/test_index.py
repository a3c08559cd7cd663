"""The page that lists the pages."""

from datetime import date
from pathlib import Path

from salesanalytics.report.failure import CellError
from salesanalytics.report.page.frame import environment
from salesanalytics.report.page.index import index_page
from salesanalytics.report.page.standing import written
from salesanalytics.report.page_result import PageResult
from salesanalytics.report.plan import About, Plan
from salesanalytics.show.blocks import Standing
from tests.report.report_parts import snapshot

OUT = Path("/out")
ERROR = CellError("6_dashboard", 4, "ValueError", "no <b>deals</b>")
NORTH = PageResult("north", "North", OUT / "north.html", seconds=12.34)
EAST = PageResult("east", "East & Co", OUT / "east.html", (ERROR,), 3.0)


def index(*teams, company=None, others=(), locale="en", aside=12, later=0, says="numbers") -> str:
    facts = About(date(2026, 9, 30), "crm", "EUR", {**snapshot("a").quality, "rows_quarantined": aside, "rows_later": later})
    return index_page(Plan(snapshot("a"), None, (), OUT, facts, locale, others, says), company, teams)


def test_a_page_that_is_ready_is_linked_with_its_time():
    html = index(NORTH)
    assert '<a href="north.html">North</a>' in html
    assert "12.3 s" in html
    assert "1 of 1 page is ready. 12 rows of the source were set aside." in html


def test_a_failed_page_says_where_and_why_and_leads_nowhere():
    html = index(NORTH, EAST)
    assert "1 of 2 pages are ready." in html
    assert "6_dashboard, cell 4<" in html
    assert "East &amp; Co" in html
    assert "east.html" not in html


def test_what_an_error_says_is_on_no_page_that_all_teams_read():
    told = CellError("the run", None, "KeyError", "'Ana Pop'")
    html = index(
        NORTH, PageResult("east", "East", OUT / "east.html", (ERROR, told)), company=PageResult("", "All", OUT, (told,))
    )
    assert all(text not in html for text in ("deals", "Ana", "KeyError", "ValueError"))
    assert html.count("the run") == 2


def test_an_older_page_that_was_kept_is_linked_with_its_day():
    html = index(PageResult("east", "East", OUT / "east.html", (ERROR,), 3.0, kept=date(2026, 9, 23)))
    assert '<a href="east.html">East</a>' in html
    assert "Failed; the page from 23 Sep 2026 was kept" in html


def test_the_company_page_comes_first():
    html = index(NORTH, company=PageResult("", "The whole company", OUT / "company.html"))
    assert html.index('<a href="company.html">The whole company</a>') < html.index("north.html")


def test_the_company_page_counts_as_a_page_and_later_rows_are_told():
    html = index(NORTH, company=PageResult("", "The whole company", OUT / "company.html"), later=3)
    assert "2 of 2 pages are ready." in html
    assert "3 rows are dated after 30 Sep 2026 and were left out." in html


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


def page_saying(folder, name, likely, goal, change=10_000.0):
    """A page that is there, and what it says of where its team lands."""
    said = Standing(f"{name} lands", likely, likely - 1, likely + 1, goal, 0.0004, change, "2026-09-23")
    head = environment().from_string('<meta name="standing" content="{{ said }}">').render(said=written(said))
    (folder / f"{name}.html").write_text(head, encoding="utf-8")
    return PageResult(name, name.title(), folder / f"{name}.html", reused=True)


def test_the_team_that_misses_most_money_comes_first_with_its_chance_and_change(tmp_path):
    pages = [page_saying(tmp_path, "a", 900_000.0, 1e6), page_saying(tmp_path, "b", 500_000.0, 1e6, -20_000.0), NORTH]
    html = index(*pages)
    assert html.index("b.html") < html.index("a.html") < html.index("north.html")
    for told in ("€500K", "of €1M", "under 1%", "−€20K", "Change since 23 Sep 2026."):
        assert told in html


def test_a_page_that_says_nothing_or_nonsense_of_itself_is_listed_all_the_same(tmp_path):
    (tmp_path / "odd.html").write_text('<meta name="standing" content="{&quot;kind&quot;: 1}">', encoding="utf-8")
    assert 'href="odd.html"' in index(PageResult("odd", "Odd", tmp_path / "odd.html"))


def test_a_company_may_keep_the_numbers_off_the_list(tmp_path):
    html = index(page_saying(tmp_path, "a", 500_000.0, 1e6), says="names")
    assert 'href="a.html"' in html
    assert "€500K" not in html
    assert "Change since" not in html
