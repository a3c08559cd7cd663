import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from salesanalytics import show
from salesanalytics.errors import DataError
from salesanalytics.show import theme
from salesanalytics.show.blocks import Cell, ColumnHead, Figure, FindingBlock, Row, Standing, TableBlock, leaves, load_block
from salesanalytics.show.render import render_block, stylesheet

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g id="a"><path id="p" d="M0 0"/><use href="#p"/></g></svg>'
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "شركة الأمل",
    "Zoë 🚀 &amp; Sons",
    "</style><b>x",
]


def every_kind(text="Won"):
    """One block of every kind, with `text` wherever data may stand."""
    return [
        show.Strip((show.Tile(text, text, text, "bad"),)),
        FindingBlock("slipped", "act", text, text, text, text, weight=12.5, label=text),
        Figure(text, SVG, text, text, text),
        show.TableBlock(
            text, (show.ColumnHead(text, "right"),), (show.Row((show.Cell(text, "good", SVG),), "total"),), text, text
        ),
        show.Missing(text, audience="analyst"),
        show.Nothing(),
        show.Blocks((show.Missing(text), show.Blocks((show.Missing(text),)))),
    ]


class Page(HTMLParser):
    """Tags and texts of rendered HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.texts, self.events = [], [], [], []
        self.feed(str(html))

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.texts += [value for name, value in attrs if name == "aria-label"]
        self.events += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("block", every_kind(), ids=lambda block: block.kind)
def test_a_block_comes_back_from_json_as_it_was(block):
    assert load_block(json.loads(json.dumps(block.to_json()))) == block


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", range(7))
def test_texts_from_data_come_out_literally_in_every_kind(place, text):
    block = every_kind(text)[place]
    page = Page(render_block(block, audience="analyst"))
    assert not {"script", "img", "b", "style"} & set(page.tags)
    assert not page.events
    assert block.kind == "nothing" or text in page.texts


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"kind": "gauge"}, "kind 'gauge'; expected one of strip, finding"),
        ({"text": "x"}, "kind None"),
        ({"kind": "missing", "text": "x", "colour": "red"}, "missing has the unknown key 'colour'"),
        ({"kind": "missing", "txet": "x"}, "unknown key 'txet'; did you mean 'text'"),
        ({"kind": "missing"}, "missing lacks the key 'text'"),
        ({"kind": "missing", "text": 3}, "missing.text is int '3'; expected text"),
        ({"kind": "missing", "text": "x", "audience": "all"}, "audience is 'all'; expected one of leader, analyst"),
        ({"kind": "strip", "items": [{"label": "a", "value": "b", "tone": "red"}]}, r"strip.items\[0\].tone is 'red'"),
        (
            {"kind": "finding", "key": "a", "severity": "act", "sentence": "b", "weight": float("nan")},
            "expected a finite number",
        ),
        ({"kind": "figure", "title": "t", "svg": SVG, "alt": " "}, "no alt text"),
        ({"kind": "group", "items": "x"}, "expected a list of blocks"),
        ({"kind": "group", "items": [{"kind": "gauge"}]}, "kind 'gauge'"),
        ([], "a block is an object"),
    ],
)
def test_a_stored_block_that_does_not_fit_is_named(data, message):
    with pytest.raises(DataError, match=message):
        load_block(data)


def test_a_notebook_gets_json_html_and_words():
    bundle = show.Missing("No training data.")._repr_mimebundle_()
    assert bundle[show.MIME] == {"kind": "missing", "text": "No training data.", "audience": "leader"}
    assert "No training data." in bundle["text/html"]
    assert "<style>" in bundle["text/html"]
    assert bundle["text/plain"] == "No training data."


def test_plain_words_say_the_same_as_the_page():
    finding = FindingBlock("k", "watch", "11 deals have no next step.", "11 open deals", "Ask for one.", "Rep")
    assert str(finding) == "[Watch] 11 deals have no next step.\n  11 open deals\n  → Ask for one. (Rep)"


def test_a_leader_never_gets_what_is_for_analysts():
    group = show.Blocks((show.Missing("team"), show.Blocks((show.Missing("Ana may leave", audience="analyst"),))))
    assert "Ana" not in render_block(group)
    assert "team" in render_block(group)
    assert "Ana" in render_block(group, audience="analyst")
    assert [str(block) for block in leaves(group, audience="leader")] == ["team"]


def test_a_picture_without_alt_text_is_refused():
    with pytest.raises(ValueError, match=r"'Pace' has no alt text; say in one sentence"):
        Figure("Pace", SVG, "")


def test_a_table_row_has_one_cell_per_column():
    with pytest.raises(ValueError, match=r"row 1 of the table 'T' has 2 cells; expected 1"):
        show.TableBlock("T", (show.ColumnHead("a"),), (show.Row((show.Cell("1"), show.Cell("2"))),))


def test_the_alt_text_is_announced_for_the_picture():
    html = render_block(Figure("Pace", SVG, 'Line at "80%"'))
    assert 'role="img" aria-label="Line at &quot;80%&quot;"' in html


def test_ids_never_collide_on_a_page():
    table = show.TableBlock("T", (show.ColumnHead("a"),), (show.Row((show.Cell("1", spark=SVG),)),) * 2)
    pictures = [Figure("Pace", SVG, "one"), Figure("Pace", SVG, "two"), table, show.Blocks((Figure("Pace", SVG, "one"),) * 2)]
    ids = Page("".join(render_block(block) for block in pictures)).ids
    assert len(ids) == 6
    assert len(set(ids)) == 6
    twice = Page("".join(render_block(pictures[0], scope=scope) for scope in "ab")).ids
    assert len(set(twice)) == 2
    assert twice == Page("".join(render_block(pictures[0], scope=scope) for scope in "ab")).ids


def test_a_wide_table_scrolls_in_a_region_that_the_keyboard_reaches():
    table = show.TableBlock("Reps by bookings", (show.ColumnHead("a"),), ())
    assert '<div class="sa-scroll" role="group" tabindex="0" aria-label="Reps by bookings">' in render_block(table)


def test_good_and_bad_carry_a_sign_beside_their_colour():
    html = render_block(show.Strip((show.Tile("Pace", "80%", "behind", "bad"), show.Tile("Won", "9", "ahead", "good"))))
    assert re.findall(r"[▲▼]</span>\w+", html) == ["▼</span>behind", "▲</span>ahead"]


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["light", "dark notebook", "dark page"])
def test_every_text_colour_has_enough_contrast(place):
    rules = re.findall(r"\{[^}]*--sa-ink:[^}]*\}", stylesheet())
    colours = dict(re.findall(r"(--sa-[\w-]+): (#\w{6});", rules[place]))
    for name in ("--sa-ink", "--sa-ink-2", "--sa-ink-3", "--sa-us", "--sa-good", "--sa-bad"):
        light, dark = sorted((luminance(colours[name]), luminance(colours["--sa-paper"])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def test_a_page_in_the_dark_has_the_colours_of_a_dark_notebook_and_prints_light():
    _, notebook, page = (
        re.findall(r"(--sa-[\w-]+): (#\w{6});", rule) for rule in re.findall(r"\{[^}]*--sa-ink:[^}]*\}", stylesheet())
    )
    assert page == notebook
    assert "@media screen and (prefers-color-scheme: dark)" in stylesheet()


def test_pictures_and_page_use_the_same_colours():
    light = dict(re.findall(r"(--sa-[\w-]+): (#\w{6});", stylesheet().split("}")[0]))
    assert light.items() >= {token: colour for colour, token in theme.TOKENS.items()}.items()


def test_the_stylesheet_requests_nothing_and_touches_only_our_own():
    css = re.sub(r"/\*.*?\*/", "", stylesheet(), flags=re.DOTALL)
    assert "url(" not in css
    assert "@import" not in css
    selectors = re.findall(r"(?:^|[{}])\s*([^{}@]+)\{", re.sub(r"@(media|container)[^{]*\{", "", css).replace("@page", "@"))
    assert selectors
    assert [one for rule in selectors for one in rule.split(",") if ".sa-" not in one] == []


def test_blocks_import_without_any_heavy_library():
    code = "import sys, salesanalytics.show.blocks as b; b.render_block(b.Missing('x')); print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
    assert "jinja2" in loaded
    assert not {"pandas", "numpy", "matplotlib", "seaborn", "babel", "yaml"} & loaded


def test_names_of_the_package_are_all_there():
    assert [name for name in show.__all__ if getattr(show, name) is None] == []
    with pytest.raises(AttributeError, match="attribute gauge"):
        _ = show.gauge


def test_a_standing_comes_back_with_what_it_does_not_know():
    block = Standing("North: likely 1M", 1e6, goal=2e6, chance=None, change=-3.0, since="2026-11-15")
    assert load_block(json.loads(json.dumps(block.to_json()))) == block
    assert (block.missing, Standing("x", 3.0).missing) == (1e6, 0.0)
    with pytest.raises(DataError, match="finite number"):
        load_block({"kind": "standing", "line": "x", "likely": "much"})


def test_a_table_too_wide_for_a_phone_says_at_each_cell_what_its_head_says():
    def made(*texts: str) -> str:
        heads = tuple(ColumnHead(f"Head {n}", "right" if n else "left") for n in range(len(texts)))
        return str(render_block(TableBlock("T", heads, (Row(tuple(map(Cell, texts))),))))

    assert "sa-stacked" not in made("Ana", "12", "13")
    assert 'role="table"' not in made("a name of many words that are set under each other", "12", "13")
    wide = made("Ana", *["1,234,567.89 EUR"] * 3)
    assert 'role="cell" data-head="Head 3"' in wide
    assert 'role="rowheader"' in wide
    assert ["sa-broad" in made("Ana", *["1,234,567.89 EUR"] * n) for n in (3, 4)] == [False, True]


def test_no_line_of_a_page_ends_between_a_sign_and_its_currency() -> None:
    block = FindingBlock(
        key="k", severity="watch", sentence="other +€31K, lost −RON\u00a02K, C+A, 5 − 3 = +2", evidence="", next_step=""
    )
    said = render_block(block, audience="leader", scope="s")
    assert "+\u2060€31K, lost −\u2060RON\u00a02K, C+A, 5 − 3 = +2" in said
