"""The way from a page to the others of its run."""

from dataclasses import replace

from salesanalytics.report.page.links import alone, links
from salesanalytics.report.page.page import company_page
from salesanalytics.report.plan import About
from salesanalytics.show import Words
from tests.report.page.test_page import BARE, about

EN = Words("en", "EUR")


def test_a_team_leads_to_the_list_and_the_company_and_the_company_to_the_list() -> None:
    there: About = replace(about(), company="company.html")
    assert [file for file, _ in links(there, EN, whole=False)] == ["index.html", "company.html"]
    assert [file for file, _ in links(there, EN, whole=True)] == ["index.html"]
    assert [file for file, _ in links(about(), EN, whole=False)] == ["index.html"]


def test_a_page_sent_by_itself_leads_nowhere() -> None:
    page = company_page("en", about(), "0_company", BARE).encode()
    assert b'href="index.html"' in page
    assert b'href="index.html"' not in alone(page)
    assert len(page) - len(alone(page)) < 300
