"""A page says itself on which day it was made."""

from datetime import date, datetime

from salesanalytics.report.page.day import day_of


def test_the_day_of_a_page_is_the_day_it_was_written(tmp_path):
    assert day_of(tmp_path / "x.html") is None
    (tmp_path / "x.html").write_text("x")
    assert day_of(tmp_path / "x.html") == datetime.now().astimezone().date()


def test_a_page_tells_its_day_itself_so_that_copying_it_changes_nothing(tmp_path):
    (tmp_path / "x.html").write_text('<head><meta name="date" content="2026-03-31"></head>')
    assert day_of(tmp_path / "x.html") == date(2026, 3, 31)
