"""Answers as views read them, made by hand: seen on 22 November 2026, about its quarter, unless a test says otherwise."""

from datetime import date
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

from salesanalytics.base.calendar import period_of

SEEN = date(2026, 11, 22)
QUARTER_SEEN = period_of(SEEN)


def answer(**fields: Any) -> SimpleNamespace:
    """An answer with these fields; without findings, as long as none are given."""
    return SimpleNamespace(**{"as_of": SEEN, "period": QUARTER_SEEN, "headline": None, "findings": (), **fields})


def texts(figure: Any) -> list[str | None]:
    """Everything that is written in a figure, in order."""
    return [element.text for element in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]
