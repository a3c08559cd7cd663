"""The frame all pages share: its templates and its style. The index and failure pages need no more."""

from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


@cache
def page_style() -> str:
    """CSS of the page around the blocks."""
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Our page templates; every text in them is escaped."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.globals["today"] = lambda: datetime.now().astimezone().date().isoformat()
    return found
