"""What comes out of a notebook's HTML is tables and prose, balanced, and nothing that acts."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesanalytics.report.page.sanitise import PROSE, clean_prose, clean_tables

FRAME = """<div><style scoped>.dataframe td {color: red}</style><table border="1" class="dataframe" onclick="x()">
<thead><tr style="text-align: right"><th></th><th>won</th></tr></thead>
<tbody><tr><th>a &lt;b&gt;</th><td colspan="2">1</td></tr></tbody></table>
<p>2 rows</p></div>"""

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=//x>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt&#58;alert(1)'>x</a>",
    "<style>@import 'http://x'</style>",
    "<math><mi xlink:href='javascript:x'>",
    "<p style='background:url(http://x)'>",
    "<base href=http://x>",
    "<meta http-equiv=refresh>",
    "<link rel=stylesheet href=http://x>",
    "<form action=http://x><input></form>",
    "<object data=http://x>",
    "<table background=http://x>",
    "<img src='data:image/svg+xml;base64,eA==' alt=x>",
    "<img src='http://x/y.png' alt=x>",
    "<scr<script>ipt>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<!--><script>alert(1)</script>-->",
    "<p id=content class=sa-skip>",
    "<title></title><script>",
]


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def harmless(html: str) -> bool:
    found = _Tags(html)
    names = {name for tag, attrs in found.tags for name in attrs}
    links = [attrs["href"] or "" for _, attrs in found.tags if "href" in attrs]
    pictures = [attrs["src"] or "" for _, attrs in found.tags if "src" in attrs]
    return (
        found.open == []
        and {tag for tag, _ in found.tags} <= PROSE.keys()
        and names <= {"href", "rel", "src", "alt", "colspan", "rowspan", "scope"}
        and all(re.match("(?i)https?://|mailto:", link) for link in links)
        and all(re.match("data:image/(png|jpeg|gif|webp);base64,", picture) for picture in pictures)
    )


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_acts_or_asks_the_network_comes_out(html):
    assert harmless(clean_prose(html))
    assert "alert" not in clean_tables(html)
    assert harmless(clean_tables(f"<table><tr><td>{html}</td></tr></table>"))


@given(
    st.lists(st.sampled_from([*HOSTILE, "<table>", "</table>", "<td>", "</p>", "<", ">", "&lt;script&gt;", "x", '"', "<th>"]))
)
def test_no_mixture_of_markup_does_harm(parts):
    assert harmless(clean_prose("".join(parts)))
    assert harmless(clean_tables("".join(parts)))


@example("<![;")
@given(st.text("<>/abtdrhsciptl=\"' &;#x!-[]\n"))
def test_no_text_does_harm(text):
    assert harmless(clean_prose(text))


def test_a_frame_keeps_its_cells_and_loses_its_dress():
    assert clean_tables(FRAME) == (
        '<table>\n<thead><tr><th scope="col"></th><th scope="col">won</th></tr></thead>\n'
        '<tbody><tr><th scope="row">a &lt;b&gt;</th><td colspan="2">1</td></tr></tbody></table>'
    )


def test_html_without_a_table_leaves_nothing():
    assert clean_tables("<b>bold</b> text <p>more</p>") == ""


def test_prose_keeps_what_writers_use():
    html = "<p>a <em>b</em> <strong>c</strong> <code>d</code></p><ul><li>e</li></ul><h2>f</h2>"
    assert clean_prose(html) == html


def test_links_leave_without_telling_where_from():
    assert (
        clean_prose('<a href="https://x.org/?a=1&amp;b=2">x</a>')
        == '<a href="https://x.org/?a=1&amp;b=2" rel="noopener noreferrer">x</a>'
    )


def test_what_was_left_open_is_closed_so_that_it_cannot_swallow_the_page():
    assert clean_prose("<ul><li><strong>x") == "<ul><li><strong>x</strong></li></ul>"
    assert clean_prose("x</div></main></section></ul>") == "x"


def test_text_is_text():
    assert clean_prose("1 < 2 & {{ 7*7 }} &lt;b&gt;") == "1 &lt; 2 &amp; {{ 7*7 }} &lt;b&gt;"


def test_a_picture_needs_words():
    data = "data:image/png;base64,eA=="
    assert clean_prose(f'<img src="{data}">') == ""
    assert clean_prose(f'<img src="{data}" alt="A line">') == f'<img src="{data}" alt="A line">'


@pytest.mark.parametrize(
    ("attributes", "kept"),
    [("scope=colgroup", 'scope="colgroup"'), ("scope=x colspan=2", 'colspan="2" scope="row"'), ("rowspan=9999", 'scope="row"')],
)
def test_a_head_cell_says_what_it_heads(attributes, kept):
    assert f"<th {kept}>a</th>" in clean_tables(f"<table><tr><th {attributes}>a</th></tr></table>")


def test_after_a_table_within_a_head_the_head_goes_on():
    html = clean_tables(
        "<table><thead><tr><th><table><thead><tr><th>a</th></tr></thead></table></th><th>b</th></tr></thead></table>"
    )
    assert re.findall(r'<th scope="(\w+)">', html) == ["col", "col", "col"]


def test_cells_left_open_end_as_in_a_browser():
    assert clean_tables("<table><tr><th>a<td>b</table>") == (
        '<table><tbody><tr><th scope="row">a</th><td>b</td></tr></tbody></table>'
    )


def test_words_of_a_picture_are_words_whatever_they_hold():
    html = clean_prose("""<img src="data:image/png;base64,eA==" alt='a " src="x" <b>'><img alt=' src="data:x"'>""")
    assert html == '<img src="data:image/png;base64,eA==" alt="a &quot; src=&quot;x&quot; &lt;b&gt;">'


def test_a_rel_of_the_writers_own_is_replaced():
    assert clean_prose('<a href="https://x" rel="opener">x</a>') == '<a href="https://x" rel="noopener noreferrer">x</a>'


def test_half_a_character_does_not_stop_a_page():
    assert clean_prose("a\ud800b") == "a?b"


def test_a_space_that_does_not_break_stays_one_character():
    assert clean_tables("<table><tr><th>&nbsp;</th></tr></table>").count("\xa0") == 1
