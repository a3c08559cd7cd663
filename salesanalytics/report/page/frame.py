"""The frame all pages share: its templates, its style, and the brand they wear. The index and failure pages need no more."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from salesanalytics.base.brand import Brand
from salesanalytics.show.render import stylesheet

TEMPLATES = Path(__file__).parent / "templates"


def framed(brand: Brand) -> dict[str, Any]:
    """What the frame is rendered with, beside what it is around."""
    style = stylesheet() + _page_style() + (_in_colours(brand) if brand.accent else "")
    return {"style": Markup(style), "brand": brand}  # noqa: S704 - our own files


@cache
def _page_style() -> str:
    """CSS of the page around the blocks."""
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def _in_colours(brand: Brand) -> str:
    white, dark = (f".sa-page {{ --sa-us: {us}; --sa-us-tint: {tint}; }}" for us, tint in (brand.on_white, brand.on_dark))
    return f"{white}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n"


@cache
def environment() -> Environment:
    """Our page templates; every text in them is escaped."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.globals["today"] = lambda: datetime.now().astimezone().date().isoformat()
    return found
