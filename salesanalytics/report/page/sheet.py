"""A sheet for one person's eyes: a title and blocks in the frame of a page, self-contained, without script or request.

In: blocks, and what is known of their data. Out: one HTML document. Every text is escaped by the blocks' own templates.
"""

from collections.abc import Iterable

from markupsafe import Markup

from salesanalytics.report.page.page import Head, document
from salesanalytics.report.page.section import Section
from salesanalytics.report.plan import About
from salesanalytics.show.blocks import Block
from salesanalytics.show.render import render_block


def sheet_page(head: Head, title: str, blocks: Iterable[Block], about: About) -> str:
    """The document: `head` says whose it is and of which day, `title` what the blocks are."""
    shown = (render_block(block, audience="analyst", scope=str(place)) for place, block in enumerate(blocks))
    return document(head, about, [Section("sheet", title, Markup("\n").join(shown))])
