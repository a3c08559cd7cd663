"""Answers as views read them, made by hand: seen on 22 November 2026, about its quarter, unless a test says otherwise."""

from datetime import date
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

from salesanalytics.base.calendar import period_of
from salesanalytics.show import Figure, leaves
from salesanalytics.show.blocks import Block

SEEN = date(2026, 11, 22)
QUARTER_SEEN = period_of(SEEN)


def answer(**fields: Any) -> SimpleNamespace:
    """An answer with these fields; without findings, as long as none are given."""
    return SimpleNamespace(**{"as_of": SEEN, "period": QUARTER_SEEN, "headline": None, "findings": (), **fields})


def texts(figure: Any) -> list[str | None]:
    """Everything that is written in a figure, in order."""
    return [element.text for element in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]


def written(*blocks: Block) -> str:
    """All that can be read in blocks: their words, and what is written in their pictures (which `str` leaves out); every space
    a plain one.
    """
    pictures = [figure for block in blocks for figure in leaves(block) if isinstance(figure, Figure)]
    inside = [text for figure in pictures for text in texts(figure) if text]
    return "\n".join([*map(str, blocks), *inside]).replace("\u00a0", " ").replace("\u202f", " ")
