"""What every page of a company wears: its name, its colour, its logo."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from salesanalytics.base.brand import DARK, READABLE, WHITE, Brand, contrast
from salesanalytics.params import company_params, load_params
from salesanalytics.report.page.failure_page import failure_page
from salesanalytics.report.page.index import index_page
from salesanalytics.report.page_result import PageResult
from salesanalytics.report.plan import Plan
from salesanalytics.show.render import stylesheet
from tests.report.page.test_page import about, page
from tests.report.report_parts import snapshot

LOGO = "<svg xmlns='http://www.w3.org/2000/svg'/>"


def pages(brand: Brand) -> list[str]:
    worn = replace(about(), brand=brand)
    plan = Plan(snapshot("a"), None, (), Path("/out"), worn)
    result = PageResult("a", "A", Path("/out/a.html"))
    return [page(facts=worn), index_page(plan, None, [result]), failure_page(result, plan, "en")]


def test_every_page_names_the_company_and_shows_its_logo_in_its_head(tmp_path):
    (tmp_path / "our logo.svg").write_text(LOGO)
    (tmp_path / "_defaults.yaml").write_text("company: A & <B>\nlogo: our logo.svg\n")
    for html in pages(company_params(tmp_path).brand):
        head = html[html.index("<header") : html.index("<main")]
        assert re.search(r'<img src="data:image/svg\+xml;base64,[\w=]+" alt="A &amp; &lt;B&gt;">', head)
        assert " · A &amp; &lt;B&gt;</title>" in html
    for html in pages(Brand(company="A & <B>")):
        assert "<bdi>A &amp; &lt;B&gt;</bdi>" in html
        assert "<img" not in html


def test_pages_of_nobody_in_particular_stay_as_they_are():
    assert all("sa-brand" not in html.split("</style>")[1] for html in pages(Brand()))


@pytest.mark.parametrize("accent", ["#00707a", "#000000", "#7a1fa2", "#0000ff", "#767676"])
def test_a_colour_is_read_on_white_and_lightened_until_it_is_on_dark(accent):
    brand = Brand(accent=accent)
    assert [brand.on_white[0], contrast(accent, WHITE) >= READABLE] == [accent, True]
    assert contrast(brand.on_dark[0], DARK) >= READABLE
    for html in pages(brand):
        assert f"--sa-us: {accent};" in html
        assert f"{{ .sa-page {{ --sa-us: {brand.on_dark[0]};" in html


def test_contrast_is_that_of_the_guidelines_and_papers_are_those_of_the_style():
    assert [round(contrast(one, WHITE), 2) for one in ("#000000", "#767676", "#ffffff")] == [21.0, 4.54, 1.0]
    assert re.findall(r"--sa-paper: (#\w+)", stylesheet())[::2] == [WHITE, DARK]


def test_what_cannot_be_worn_is_refused_with_what_was_found_and_needed(tmp_path):
    (tmp_path / "big.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100_000))
    (tmp_path / "note.png").write_text("no picture")

    def told(text: str) -> str:
        (tmp_path / "_defaults.yaml").write_text(text)
        with pytest.raises(Exception, match="problem") as raised:
            company_params(tmp_path)
        return str(raised.value)

    assert "line 1: accent: #ffcc00 has a contrast of 1.51 with white; expected 4.5 or more" in told('accent: "#ffcc00"\n')
    assert 'accent is "teal"; expected a colour in quotes, such as "#00707a"' in told("accent: teal\n")
    assert "accent is empty; expected a colour in quotes" in told("accent: #00707a\n")
    assert "big.png has 100,008 bytes; expected 100,000 at most" in told("company: A\nlogo: big.png\n")
    assert "note.png is no PNG, JPEG or SVG picture" in told("company: A\nlogo: note.png\n")
    assert "nowhere.png cannot be read (No such file or directory)" in told("company: A\nlogo: nowhere.png\n")
    (tmp_path / "logo.svg").write_text(LOGO)
    assert "line 1: logo is given without company" in told("logo: logo.svg\n")


def test_a_teams_own_file_cannot_dress_its_page_otherwise(tmp_path):
    (tmp_path / "_defaults.yaml").write_text("company: A\n")
    (tmp_path / "north.yaml").write_text("company: B\n")
    with pytest.raises(Exception, match=r"north\.yaml, line 1: company is one for all pages; put it into _defaults\.yaml"):
        load_params(tmp_path)
    (tmp_path / "north.yaml").write_text("")
    (north,) = load_params(tmp_path)
    assert north.set_by_files == set()
