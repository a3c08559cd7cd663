"""The brief of a team as a letter: the same blocks as the page's, in a form that mail programs can show.

In: a team's executed chapters. Out: `Letter`: subject, plain text, HTML with tables for layout and styles on each element, and
its pictures. No script, no address of anything to load; every text escaped.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from salesanalytics.base.finding import Severity
from salesanalytics.base.language import Language
from salesanalytics.base.redact import printable
from salesanalytics.errors import MailError
from salesanalytics.mail.picture import png
from salesanalytics.report.page.brief import brief, friday_after
from salesanalytics.report.page.content import Placed, placed_blocks
from salesanalytics.report.page.standing import standing_in
from salesanalytics.report.plan import Notebook
from salesanalytics.show.blocks import Figure, FindingBlock, Strip
from salesanalytics.show.words import Words

MOST_BYTES = 90_000  # Gmail cuts a longer body off
MOST_SUBJECT = 120
PICTURE = "outlook"
TONES = {"act": "#a34700", "watch": "#47525d", "good": "#00527a"}


@dataclass(frozen=True, slots=True)
class Letter:
    """One team's letter of a day; `pictures` by the name they have in `html`.

    `summary`: a line that can be passed on as it is. `severity`: of what it opens with. `gist`: equal where the same is said,
    whatever the numbers. `likely`: where the period lands, where that is told.
    """

    team: str
    subject: str
    summary: str
    severity: Severity
    gist: str
    likely: float | None
    text: str
    html: str
    pictures: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Foot:
    """What stands below: `link`, where the page lies (empty: attached), and `by`, who set the mail up and stops it."""

    link: str
    by: str


def letter(
    team: str, name: str, chapters: Sequence[tuple[str, Notebook]], *, locale: Language, as_of: date, foot: Foot
) -> Letter:
    """The letter of `team`, called `name`. Raises MailError where there is nothing to say, or too much for a mail."""
    words = Words(locale, "EUR")
    ordered = sorted(chapters, key=lambda chapter: not chapter[0].endswith("dashboard"))
    placed = [one for chapter, notebook in ordered for one in placed_blocks(chapter, notebook, "leader")]
    findings = [one.block for one in brief(placed, words, friday_after(as_of)).top if isinstance(one.block, FindingBlock)]
    if not findings:
        raise MailError(f"the page of {name} has no finding to write of; look at its chapters.")
    strip = next((one.block for one in placed if one.headline and isinstance(one.block, Strip)), None)
    figure = _first_figure(placed)
    line = standing_in(placed)
    moved = f" ({line.moved})" if line and line.moved else ""
    subject = _cut(_summary(name, as_of, findings[0].sentence + moved, words))
    summary = printable(line.line) if line else _summary(name, as_of, findings[0].sentence, words)
    told = {
        "name": name, "as_of": as_of, "words": words, "strip": strip, "figure": figure, "findings": findings, "foot": foot,
        "line": line, "tones": TONES, "picture": PICTURE, "subject": subject, "locale": locale,
    }  # fmt: skip
    html = _templates().get_template("letter.html.j2").render(told)
    if len(html.encode()) > MOST_BYTES:
        raise MailError(f"the letter of {name} has {len(html.encode()):,} bytes; a mail may have {MOST_BYTES:,}.")
    text = _templates().get_template("letter.txt.j2").render(told)
    pictures = {PICTURE: png(figure.svg)} if figure else {}
    return Letter(
        team, subject, summary, findings[0].severity, _gist(findings), line.likely if line else None, text, html, pictures
    )


def _first_figure(placed: Sequence[Placed]) -> Figure | None:
    return next((one.block for one in placed if isinstance(one.block, Figure)), None)


def _summary(name: str, as_of: date, said: str, words: Words) -> str:
    """The day is in it, so no two are the same; one line that reads from left to right, whatever a team is called."""
    return printable(" ".join(f"{name}, {words.date(as_of)}: {said}".split()))


def _cut(line: str) -> str:
    return line if len(line) <= MOST_SUBJECT else line[: MOST_SUBJECT - 1].rstrip() + "…"


def _gist(findings: Sequence[FindingBlock]) -> str:
    """Which findings, how urgent, about what, and what to do: by their marks, for sentences hold numbers that always move."""
    marks = [(one.key, one.severity, one.about, one.says, one.horizon) for one in findings]
    return sha256(json.dumps(marks).encode()).hexdigest()[:32]


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
