"""One executed notebook as HTML: prose and outputs, no code, nothing that acts."""

import re

import pytest
from nbformat import v4

from salesanalytics.report.page.fragment import Reader, fragment
from salesanalytics.show.blocks import Blocks
from salesanalytics.show.words import Words
from tests.report.report_parts import code, figure, finding, md, notebook, shown, strip

FRAME = '<div><style>td {}</style><table class="dataframe"><thead><tr><th></th><th>n</th></tr></thead></table></div>'


def html(*cells, **view) -> str:
    return str(fragment(notebook(*cells), Reader("6_dashboard", Words("en"), **view)))


def stream(text: str, *tags: str):
    return v4.new_code_cell("x", outputs=[v4.new_output("stream", name="stdout", text=text)], metadata={"tags": list(tags)})


def test_prose_and_outputs_come_in_order_and_code_does_not_come():
    page = html(md("## First"), shown(finding("second")), md("third"))
    assert page.index("First") < page.index("second") < page.index("third")
    assert "secret_source" not in page


def test_markdown_is_rendered():
    page = html(md("## A *b*\n\n- c\n\n| d | e |\n|---|---|\n| 1 | 2 |"))
    assert "<h2>A <em>b</em></h2>" in page
    assert "<li>c</li>" in page
    assert '<th scope="col">d</th>' in page


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](http://evil/x.png)",
        "![x](attachment:gone.png)", "```mermaid\n</pre><script>alert(1)</script>\n```", "<style>*{}</style>",
        "{{ 7*7 }}{% raw %}",
    ],
)  # fmt: skip
def test_markdown_cannot_act(text):
    page = html(md(text))
    assert "<script" not in page
    assert "<img" not in page
    assert "<style" not in page
    assert 'href="javascript' not in page
    assert "49" not in page


def test_markup_written_into_prose_is_shown_as_written():
    assert "&lt;b&gt;x&lt;/b&gt; {{ 7*7 }}" in html(md("<b>x</b> {{ 7*7 }}"))


def test_a_picture_pasted_into_a_cell_is_kept_with_its_words():
    cell = md("![A line](attachment:a.png)")
    cell["attachments"] = {"a.png": {"image/png": "eA=="}}
    assert '<img src="data:image/png;base64,eA==" alt="A line">' in html(cell)


def test_what_blocks_hold_is_escaped():
    page = html(shown(finding("<script>alert(1)</script> {{ 7*7 }}")))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in page


def test_analysts_see_what_a_leader_does_not():
    cells = [shown(Blocks((finding("named", audience="analyst"), finding("open")))), md("prose", "analyst")]
    assert "named" not in html(*cells)
    assert "prose" not in html(*cells)
    assert "named" in html(*cells, audience="analyst")
    assert "prose" in html(*cells, audience="analyst")


def test_what_is_lifted_does_not_come_twice():
    page = html(shown(strip(), Blocks((finding("up"), finding("stays")))), lifted=frozenset({(0, 0, 0), (0, 1, 0)}))
    assert "Coverage" not in page
    assert "up" not in page
    assert "stays" in page


def test_a_frame_becomes_a_plain_table_reachable_by_keyboard():
    page = html(shown({"text/html": FRAME, "text/plain": "n"}))
    assert '<div class="sa-plain" role="group" tabindex="0" aria-label="Table"><table>' in page
    assert "<td></td>" in page  # a head without words is no head
    assert "dataframe" not in page


@pytest.mark.parametrize(
    "bundle",
    [
        {"text/html": "<b>raw</b><script>alert(1)</script>", "text/plain": "<IPython.core.display.HTML object>"},
        {"application/javascript": "alert(1)", "text/plain": "<Javascript>"},
        {"text/vnd.mermaid": "graph", "text/plain": "Mermaid"},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "IntSlider()"},
        {"application/vnd.plotly.v1+json": {}, "text/html": "<table><tr><td>x</td></tr></table>", "text/plain": "Figure()"},
        {"text/plain": "   "},
    ],
)
def test_what_a_page_cannot_show_leaves_nothing(bundle):
    assert html(shown(bundle)) == ""


def test_printed_text_is_shown_as_text_without_colours():
    assert html(stream("\x1b[31m<b>12</b>\x1b[0m deals\n")) == '<pre class="sa-text">&lt;b&gt;12&lt;/b&gt; deals</pre>'


def test_a_value_at_the_end_of_a_cell_is_shown_as_text():
    assert html(shown({"text/plain": "42"})) == '<pre class="sa-text">42</pre>'


def test_a_quiet_cell_prints_nothing_yet_shows_its_blocks():
    quiet = shown(finding("heard"), {"text/plain": "42"}, tags=("quiet",))
    assert html(stream("noise", "quiet")) == ""
    assert "heard" in html(quiet)
    assert "42" not in html(quiet)


def test_text_without_end_is_cut():
    assert len(html(stream("x" * 100_000))) < 10_000


@pytest.mark.parametrize(("mime", "data", "source"), [
    ("image/png", "eA==\n", "data:image/png;base64,eA=="),
    ("image/svg+xml", "<svg onload='x'/>", "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9J3gnLz4="),
])  # fmt: skip
def test_a_plain_picture_is_put_into_the_page_with_its_words(mime, data, source):
    cell = shown({mime: data, "text/plain": "<Figure>"})
    cell.outputs[0].metadata = {mime: {"alt": 'A "line"'}}
    assert html(cell) == f'<figure class="sa-figure"><img src="{source}" alt="A &#34;line&#34;"></figure>'


def test_the_same_picture_twice_does_not_share_its_ids():
    clip = '<defs><clipPath id="a"><path d="M0 0"/></clipPath></defs><path clip-path="url(#a)" d="M0 0"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{clip}</svg>'
    ids = re.findall(r' id="([^"]+)"', html(shown(figure(svg=svg)), shown(figure(svg=svg))))
    assert ids
    assert len(ids) == len(set(ids))


def test_what_was_not_executed_leaves_nothing():
    assert html(code("x = 1")) == ""
