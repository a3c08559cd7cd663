"""A sheet for one person's eyes: a title and blocks in the frame of a page, self-contained, without script or request.

In: blocks, and what is known of their data. Out: one HTML document. Every text is escaped by the blocks' own templates.
"""

from collections.abc import Iterable

from markupsafe import Markup

from salesanalytics.report.page.frame import environment, page_style
from salesanalytics.report.page.page import Head, Section, about_data
from salesanalytics.report.plan import About
from salesanalytics.show.blocks import Block
from salesanalytics.show.render import render_block, stylesheet
from salesanalytics.show.words import Words


def sheet_page(head: Head, title: str, blocks: Iterable[Block], about: About) -> str:
    """The document: `head` says whose it is and of which day, `title` what the blocks are."""
    words = Words(head.locale, about.currency)
    shown = (render_block(block, audience="analyst", scope=str(place)) for place, block in enumerate(blocks))
    section = Section("sheet", title, Markup("\n").join(shown))
    return environment().get_template("page.html.j2").render(
        head=head,
        source=about.source,
        words=words,
        style=Markup(stylesheet() + page_style()),  # noqa: S704 - our own files
        headline=[],
        findings=[],
        sections=[section],
        about=about_data(about, words, head.audience),
    )  # fmt: skip
