"""The brief as a letter: the page's blocks in a form that mail programs show, and nothing of data that acts."""

import io
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from PIL import Image

from salesanalytics.errors import MailError
from salesanalytics.mail.letter import MOST_BYTES, Foot, Letter, letter
from salesanalytics.mail.message import Page, message
from salesanalytics.show.blocks import Standing
from tests.report.report_parts import figure, finding, notebook, shown, strip

FOOT = Foot("", "ops@example.com")
DAY = date(2026, 11, 22)
HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:x) ```mermaid\ngraph``` {{ 7*7 }} & \"'"


def written(*blocks: object, name: str = "North", foot: Foot = FOOT, locale: str = "en") -> Letter:
    return letter("n", name, [("6_dashboard", notebook(shown(*blocks)))], locale=locale, as_of=DAY, foot=foot)  # type: ignore[arg-type]


def test_it_holds_the_brief_and_its_first_picture() -> None:
    made = written(strip(), figure("42% chance of reaching €2M"), finding("Call them now", "act"))
    assert made.subject == "North, 22 Nov 2026: Call them now"
    for text in (made.text, made.html):
        assert "Call them now" in text
        assert "ops@example.com" in text
    assert 'src="cid:outlook"' in made.html
    picture = Image.open(io.BytesIO(made.pictures["outlook"]))
    assert (picture.format, picture.width) == ("PNG", 1120)
    colours = picture.convert("RGB").getcolors()
    assert colours is not None
    assert 2 <= len(colours) <= 64  # something is drawn


def test_nothing_from_data_acts() -> None:
    made = written(strip(HOSTILE), figure(HOSTILE, alt=HOSTILE, subtitle=HOSTILE), finding(HOSTILE), name=HOSTILE)
    assert "<script" not in made.html
    assert not re.search(r"<img(?! src=\"cid:)", made.html)
    assert "{{ 7*7 }}" in made.html
    assert "\n" not in made.subject
    assert len(made.html.encode()) < MOST_BYTES


# what Gmail, Outlook on Word's engine and Apple Mail all show as meant, and how it has to be written for that
PIXELS = r"0|[1-9]\d*px"
SIDES = r"(0|[1-9]\d*px)( (0|[1-9]\d*px)){0,3}"
COLOUR = r"#[0-9a-f]{6}"
EDGE = rf"0|[1-8]px solid {COLOUR}"
KNOWN = {
    "margin": SIDES, "padding": SIDES,
    "font-size": PIXELS, "line-height": PIXELS, "max-width": PIXELS,
    "font-weight": "bold|normal", "font-family": r"[\w ,'-]+", "mso-line-height-rule": "exactly",
    "color": COLOUR, "background-color": COLOUR, "border": EDGE, "border-top": EDGE,
    "display": "block", "width": "100%", "height": "auto",
}  # fmt: skip
ONLY_ON = {"padding": {"td", "body"}, "max-width": {"table", "img"}, "display": {"img"}, "width": {"img"}, "height": {"img"}}
TAGS = {"html", "head", "meta", "title", "body", "table", "tr", "td", "h1", "p", "span", "img", "a"}


class Unknown(HTMLParser):
    """What of a letter some mail program would leave out or show otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in TAGS or given.keys() & {"class", "id", "background"}:
            self.found.append(f"<{tag} {' '.join(given)}>")
        for name, value in (one.split(":", 1) for one in given.get("style", "").split(";") if one):
            if not re.fullmatch(KNOWN.get(name, "(?!)"), value) or tag not in ONLY_ON.get(name, {tag}):
                self.found.append(f"{name}: {value} on <{tag}>")
        if tag == "img" and not given.get("width", "").isdecimal():
            self.found.append("<img> without a width of its own, by which Outlook goes")


def test_only_what_mail_programs_know() -> None:
    made = written(strip(), figure(), finding("x"), foot=Foot("https://reports.example.com/n.html", "ops@example.com"))
    looked = Unknown()
    looked.feed(made.html)
    assert looked.found == []
    assert made.html.count("style=") > 10
    loaded = re.findall(r"(?:src|href)=\"([^\"]*)\"", made.html)
    assert loaded == ["cid:outlook", "https://reports.example.com/n.html"]  # no request without a link that was asked for


def test_a_link_takes_the_place_of_the_page() -> None:
    made = written(finding("x"), foot=Foot("https://reports.example.com/2026-11-22/north.html", "ops@example.com"))
    assert 'href="https://reports.example.com/2026-11-22/north.html"' in made.html
    assert "attached" not in made.text


def test_both_languages_and_no_finding() -> None:
    assert "Mesaj" in written(finding("x"), locale="ro").text or "mesaj" in written(finding("x"), locale="ro").text
    with pytest.raises(MailError, match="no finding"):
        written(strip())


def test_the_message_is_built_as_mail_programs_expect() -> None:
    made = written(strip(), figure(), finding("x"), name="Nord\r\nBcc: eve@evil.org\u202e\0")
    mail = message(
        made, sender="r@example.com", to="ana@example.com", key="k", stop="ops@example.com", page=Page("n.html", b"<p>")
    )
    shape = [part.get_content_type() for part in mail.walk()]
    assert shape == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "text/html",
    ]  # fmt: skip
    assert mail["Bcc"] is None
    assert str(mail["Subject"]).startswith(r"Nord Bcc: eve@evil.org\u202e\u0000, 22 Nov 2026: ")
    assert str(mail["To"]) == "ana@example.com"
    assert mail["Message-ID"] == "<k@example.com>"
    raw = mail.as_bytes()
    assert b"\r\nBcc:" not in raw.split(b"\r\n\r\n")[0]


def test_the_subject_says_what_changed_and_the_line_to_pass_on_is_in_it() -> None:
    line = Standing("North: likely 2M.", 2e6, change=-4e4, since="2026-11-15", moved="−€40K since 15 Nov 2026")
    made = written(strip(), finding("Likely to end near €2M"), line)
    assert made.subject == "North, 22 Nov 2026: Likely to end near €2M (−€40K since 15 Nov 2026)"
    assert made.summary == "North: likely 2M."
    for text in (made.text, made.html):
        assert "To pass on: North: likely 2M." in text
