"""Blocks to HTML: Jinja templates that escape every text, and the one stylesheet they need.

In: a block (anything with a `kind` and its fields). Out: markup without script and without any request. Pictures go in only
after `clean_svg`. `scope` keeps the ids of a page apart where the same block stands on it twice.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from salesanalytics.base.finding import Audience
from salesanalytics.show._text import with_sign
from salesanalytics.show._width import HALF, PHONE
from salesanalytics.show.svg import clean_svg

_TEMPLATES = Path(__file__).parent / "templates"


class Block(Protocol):
    """What every block has; its other fields are its template's business."""

    @property
    def kind(self) -> str: ...
    @property
    def audience(self) -> Audience: ...


def render_block(block: Block, *, audience: Audience = "leader", scope: str = "") -> Markup:
    """HTML of one block; what is marked for analysts renders as nothing unless audience="analyst".

    `scope` (any text, such as the place on the page) is needed only where equal blocks stand on one page.
    """
    if audience == "leader" and block.audience != "leader":
        return Markup()
    inner = ""
    if block.kind == "group":
        members = getattr(block, "items", ())
        inner = Markup().join(render_block(item, audience=audience, scope=f"{scope}.{n}") for n, item in enumerate(members))
    macro = getattr(_macros(), block.kind)
    return Markup(str(macro(block, prefix=_prefix(block, scope), inner=inner)).strip())  # noqa: S704 - Jinja escaped it


def render_fragment(block: Block) -> str:
    """HTML of one block for a notebook: with its style, and with everything an analyst may see."""
    body = render_block(block, audience="analyst")
    return f'<style>{stylesheet()}</style>\n<div class="sa-lab">{body}</div>' if body else ""


@cache
def stylesheet() -> str:
    """CSS for blocks and for the page around them (`.sa-page`); touches nothing outside classes that begin with `sa-`."""
    return (_TEMPLATES / "style.css").read_text(encoding="utf-8")


def _prefix(block: Block, scope: str) -> str:
    """The same block in the same place gets the same ids in every run; different pictures never share one."""
    content = f"{scope}\n{block!r}".encode("utf-8", "backslashreplace")
    return f"sa{sha256(content).hexdigest()[:10]}-"


@cache
def _macros() -> Any:  # noqa: ANN401 - a template module
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=with_sign,
    )
    environment.filters["svg"] = _inline
    environment.globals.update(PHONE=PHONE, HALF=HALF)
    return environment.get_template("blocks.html.j2").module


def _inline(svg: str, prefix: str, label: str = "") -> Markup:
    return Markup(clean_svg(svg, prefix=prefix, label=label))  # noqa: S704 - built from an allow-list only
