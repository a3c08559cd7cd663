"""A chapter on the page: its questions folded, each with its answer, and what could not be shown in one line at the end."""

import re

from markupsafe import Markup

from salesanalytics.report.page.content import placed_blocks
from salesanalytics.report.page.fragment import Reader
from salesanalytics.report.page.section import Section, section
from salesanalytics.show.blocks import Blocks, ColumnHead, Missing, TableBlock
from salesanalytics.show.words import Words
from tests.report.page.test_page import page
from tests.report.report_parts import figure, finding, md, notebook, shown

PACE = (md("## Pace & goal"), shown(figure("Bookings are behind <pace>")), shown(finding("Call the five largest")))
LIST = (md("## The list"), shown(TableBlock("All deals", (ColumnHead("Deal"),), ())))
EMPTY = md("## Nothing to see")


def chapter(*cells, lifted=frozenset()) -> Section:
    whole = notebook(md("# How are we doing?"), *cells)
    placed = list(placed_blocks("6_dashboard", whole, "leader"))
    return section("6_dashboard", whole, Reader("6_dashboard", Words("en", "EUR"), lifted=lifted), placed, "")


def test_each_question_is_told_by_its_first_sentence_and_one_without_anything_is_left_out():
    found = chapter(md("In short."), *PACE, EMPTY, *LIST)
    assert [(one.title, one.answer) for one in found.questions] == [
        ("Pace & goal", "Bookings are behind <pace>"),
        ("The list", "All deals"),
    ]
    assert "In short." in found.body
    assert "Call the five largest" in found.questions[0].body


def test_a_finding_that_stands_at_the_top_leaves_its_question_to_the_next_sentence():
    first = chapter(*PACE, *LIST).questions[0]
    lifted = chapter(*PACE, *LIST, lifted=frozenset({(2, 0, 0)})).questions[0]
    assert [first.answer, lifted.answer] == ["Bookings are behind <pace>", "Call the five largest"]


def test_a_lone_question_is_what_the_chapter_is():
    found = chapter(*PACE)
    assert found.questions == ()
    assert "<h3>Pace &amp; goal</h3>" in found.body


def test_text_that_looks_like_a_question_begins_none():
    found = chapter(md('<div class="sa-prose"><h3>A</h3>'), shown(figure('<div class="sa-prose"><h3>B</h3>')), *PACE, *LIST)
    assert [one.title for one in found.questions] == ["Pace & goal", "The list"]


def test_what_is_missing_stands_once_and_last_however_often_it_is_said():
    lacking = Missing("No table quota.")
    found = chapter(*PACE, shown(Blocks((lacking, figure("Half")))), *LIST, shown(lacking, Missing("No <day>.")))
    assert found.missing == ("No table quota.", "No <day>.")
    assert "sa-missing" not in Markup("").join((found.body, *(one.body for one in found.questions)))
    html = page(("6_dashboard", notebook(md("# How?"), shown(lacking), *PACE, *LIST, shown(Missing("No <day>.")))))
    assert re.findall(r'<p class="sa-missing">(.*?)</p>', html) == ["No table quota. No &lt;day&gt;."]
    assert html.index("sa-missing") < html.index('class="sa-missing"')
    assert html.rindex("All deals") < html.index('class="sa-missing"')


def test_a_picture_of_the_headline_stands_beside_the_first_finding_and_nowhere_else():
    cells = (shown(figure("Where we land"), tags=("headline",)), shown(finding("First", "act", 9), finding("Second", "act", 1)))
    html = page(("6_dashboard", notebook(md("# How?"), *cells, *PACE, *LIST)))
    assert html.count(">Where we land<") == 1
    assert html.index(">First<") < html.index(">Where we land<") < html.index(">Second<")
    bare = page(("6_dashboard", notebook(md("# How?"), cells[0])), audience="analyst")
    assert bare.count(">Where we land<") == 1
    assert "This week" not in bare
