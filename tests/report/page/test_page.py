"""A team's page: what to do first, then the evidence, the method last; nothing that acts, nothing for analysts."""

import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from salesanalytics.report.page.page import Head, compose
from salesanalytics.report.page.section import chapter_title
from salesanalytics.report.plan import About
from salesanalytics.show.blocks import Blocks, Missing
from tests.report.report_parts import figure, finding, md, notebook, shown, snapshot, strip

DASHBOARD = notebook(
    md("# How are we doing?\n\nThe quarter so far."),
    shown(strip("€2.3M"), tags=("headline",)),
    shown(
        finding("Seven deals are stuck", "act", 400),
        finding("Coverage is thin", "watch", 200),
        finding("Renewals hold", "good", 1),
    ),
    md("## Pace\n\n#### Too deep"),
    shown(figure("Bookings are behind pace")),
)
FUNNEL = notebook(
    md("# Where do we lose deals?"),
    shown(finding("Demos are late", "watch", 900), finding("Ana loses most", "act", 999, audience="analyst")),
    md("# A second main heading"),
    shown(figure("Half are lost at demo")),
)
BARE = notebook(shown(Missing("No table training_event.")))


def about(**quality) -> About:
    return About(date(2026, 9, 30), "crm <export>", "EUR", {**snapshot("a").quality, **quality})


def page(*chapters, name="North", locale="en", audience="leader", facts=None) -> str:
    named = chapters or (("3_training", BARE), ("5_evaluating", FUNNEL), ("6_dashboard", DASHBOARD))
    head = Head(name, locale, date(2026, 9, 30), (date(2026, 7, 1), date(2026, 9, 30)), audience)
    return compose(head, list(named), facts or about())


class Outline(HTMLParser):
    """Headings, ids, links and landmarks of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        self.levels += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []


def order(html: str, *texts: str) -> bool:
    """Whether the main part holds `texts` one after the other."""
    place = html.index("<main")
    for text in texts:
        place = html.find(text, place)
        if place < 0:
            return False
    return True


def test_the_answer_comes_first_the_evidence_under_it_the_method_last():
    assert order(
        page(), "€2.3M", "This week", "Seven deals are stuck", "<details", "How are we doing?", "Bookings are behind pace",
        "No table training_event", "Where do we lose deals?", "Half are lost at demo", "About this page",
    )  # fmt: skip


def test_findings_of_all_chapters_compete_for_the_top():
    top = page().split("<details")[0]
    assert order(top, "Seven deals are stuck", "Demos are late", "Coverage is thin")
    assert "Renewals hold" not in top


def test_each_finding_at_the_top_has_its_evidence_next_step_and_owner():
    top = page().split("<details")[0]
    assert top.count("45 deals") == top.count("Call them") == top.count("Rep, by 2 Oct</span>") == 3


def test_what_is_at_the_top_is_not_repeated_and_the_rest_stays_in_its_chapter():
    html = re.sub(r'<p class="sa-answer">.*?</p>', "", page())
    assert [html.count(text) for text in ("€2.3M", "Seven deals are stuck", "Demos are late", "Renewals hold")] == [1, 1, 1, 1]
    assert order(html, "How are we doing?", "Renewals hold", "Where do we lose deals?")


def test_a_chapter_is_folded_and_says_what_it_answers():
    folded = re.findall(r"<details.*?</summary>", page(), re.DOTALL)
    told = [re.sub(r"<[^>]+>", "|", one) for one in folded]
    assert ["How are we doing?" in told[0], "Seven deals are stuck" in told[0]] == [True, True]
    assert "Demos are late" in next(one for one in told if "Where do we lose deals?" in one)
    assert "Ana loses most" not in "".join(told)
    assert " open>" not in "".join(folded)
    assert "<details" in page(("6_dashboard", DASHBOARD))
    assert " open>" in page(("6_dashboard", DASHBOARD))  # a lone chapter is what the page is


def test_a_leader_never_gets_what_is_for_analysts():
    assert "Ana loses most" not in page()
    assert "Ana loses most" in page(audience="analyst")


def test_what_a_leader_does_not_see_does_not_shift_what_is_at_the_top():
    group = Blocks((finding("named", audience="analyst"), finding("up", "act", 9), *[finding(f"more {n}") for n in range(5)]))
    html = re.sub(r'<p class="sa-answer">.*?</p>', "", page(("6_dashboard", notebook(shown(group)))))
    assert "named" not in html
    assert [html.count(text) for text in (">up<", ">more 0<", ">more 2<", ">more 3<")] == [1, 1, 1, 1]
    assert order(html, ">up<", ">more 2<", 'id="chapter-6-dashboard"', ">more 3<")


def test_a_week_without_findings_says_so():
    assert "Nothing needs your attention this week." in page(("6_dashboard", notebook(shown(strip()))))


def test_the_page_says_whose_it_is_and_how_fresh():
    html = page()
    assert "<title>North · Jul–Sep 2026</title>" in html
    assert "<h1><bdi>North</bdi></h1>" in html
    assert "crm &lt;export&gt;, data to 30 Sep 2026" in html


def test_rows_in_are_rows_used_and_set_aside():
    html = page()
    assert "Of 1,000 rows, 988 were used. 12 rows break a rule and were set aside" in html
    assert "opportunity: closed before created, 12 rows" in html
    assert "All 5 rows were used" in page(facts=about(rows_in=5, rows_used=5, rows_quarantined=0, problems=[]))


def test_row_numbers_of_the_source_are_for_analysts():
    assert "O-1" not in page()
    assert "such as O-1, O-2" in page(audience="analyst")


def test_a_long_list_of_problems_is_cut_with_a_count():
    many = [{"table": "t", "rule": f"rule {n}", "rows": n, "sample": []} for n in range(1, 15)]
    html = page(facts=about(problems=many))
    assert "rule 14, 14 rows" in html
    assert "rule 1, 1 row" not in html
    assert "and 4 more kinds of problem" in html


def test_chapters_are_called_by_their_first_heading_or_else_by_their_file():
    html = page()
    assert re.findall("<h2[^>]*>(.*?)</h2>", html) == [
        "This week", "How are we doing?", "Training", "Where do we lose deals?", "About this page",
    ]  # fmt: skip
    assert [chapter_title(name) for name in ("1_planning", "7_pay", "4_managing_people")] == [
        "Planning",
        "Pay",
        "Managing people",
    ]


def test_headings_never_skip_a_level():
    levels = Outline(page()).levels
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert max(levels) > 2


def test_links_lead_into_the_chapters():
    outline = Outline(page())
    targets = [link[1:] for link in outline.links if link.startswith("#")]
    assert set(targets) <= set(outline.ids)
    assert {"content", "chapter-5-evaluating"} <= set(targets)
    assert {"chapter-6-dashboard", "chapter-5-evaluating", "chapter-3-training", "about"} <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))


def test_the_page_has_landmarks_a_language_and_a_way_past_the_top():
    html = page()
    assert [Outline(html).tags.count(tag) for tag in ("header", "main", "footer")] == [1, 1, 1]
    assert '<html lang="en">' in html
    assert html.index('href="#content"') < html.index("<h1")


def test_the_page_can_run_nothing_and_ask_the_network_for_nothing():
    html = page().replace(' xmlns="http://www.w3.org/2000/svg"', "")  # a name, not an address
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in html
    assert "<script" not in html
    assert "http:" not in html
    assert "https:" not in html
    assert not re.search(r"url\(|@import|<link|<iframe| on\w+=", html)


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "EMEA/North & Söhne", "../x", "🚀", "\u05e9\u05dc\u05d5\u05dd", '"><img src=x>', "{{ 7*7 }}"],
)
def test_no_name_breaks_the_page(name):
    html = page(name=name)
    assert "<script" not in html
    assert "<img" not in html
    assert "49" not in html.split("<main")[0].split("</style>")[1]
    assert Outline(html).tags.count("h1") == 1


def test_a_source_is_named_as_it_is():
    assert "crm &lt;export&gt;" in page()


def test_a_romanian_page_speaks_romanian():
    html = page(locale="ro")
    assert '<html lang="ro">' in html
    for text in (
        "Săptămâna aceasta",
        "Despre această pagină",
        "crm &lt;export&gt;, date până la 30 sept. 2026",
    ):
        assert text in html
    assert "This week" not in html


def test_a_chapter_with_nothing_for_a_leader_is_left_out():
    html = page(("6_dashboard", DASHBOARD), ("7_pay", notebook(shown(finding("x", audience="analyst")))))
    assert "Pay" not in html


def test_a_heading_with_markup_is_text():
    html = page(("6_dashboard", notebook(md("# How *are* <b>we</b> & you?"), shown(strip(), figure()))), ("7_pay", BARE))
    assert "<h2>How are &lt;b&gt;we&lt;/b&gt; &amp; you?</h2>" in html


def test_the_same_notebooks_give_the_same_page():
    assert page() == page()


def test_a_page_of_many_charts_stays_small():
    big = '<svg xmlns="http://www.w3.org/2000/svg">' + '<path d="M0 0 L10 10"/>' * 1000 + "</svg>"
    html = page(("6_dashboard", notebook(*[shown(figure(str(n), svg=big)) for n in range(40)])))
    assert len(html.encode()) < 1_500_000
