"""HTML from notebooks reduced to what a page may hold: only tags and attributes named here come out, the rest is text or gone.

In: HTML that may hold anything. Out: balanced markup without script, style, ids, classes or requests. nh3 reads it as a browser
does and builds it anew from the allow-list. Three rules that nh3 cannot express follow: every head cell has a scope, every
picture has alt text, and of a frame's output only the tables are kept.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import nh3
from markupsafe import Markup

Check = Callable[[str], object]
Allowed = Mapping[str, Mapping[str, Check]]

_NUMBER: Check = re.compile(r"[1-9]\d{0,2}").fullmatch
_LINK: Check = re.compile(r"(?i)(https?://|mailto:)\S+").fullmatch
_PICTURE: Check = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+").fullmatch
_REL = "noopener noreferrer"
_CELL = {"colspan": _NUMBER, "rowspan": _NUMBER}
_SCOPE: Check = re.compile("(col|row)(group)?").fullmatch
TABLE: Allowed = {
    "table": {}, "caption": {}, "thead": {}, "tbody": {}, "tfoot": {}, "tr": {}, "td": _CELL, "th": {**_CELL, "scope": _SCOPE},
}  # fmt: skip
_PLAIN = "p h1 h2 h3 h4 h5 h6 ul ol li strong em b i del sub sup code pre blockquote hr br dl dt dd"
PROSE: Allowed = {
    **{tag: {} for tag in _PLAIN.split()}, **TABLE, "a": {"href": _LINK}, "img": {"src": _PICTURE, "alt": str.strip},
}  # fmt: skip

# removed with all they hold, which is no text for a reader
_NO_TEXT = (
    "script style template noscript iframe object svg math title head textarea select option button form audio video canvas"
)
_TAG = re.compile(r'<(/?)(\w+)((?: [\w-]+="[^"]*")*)>')  # any tag as nh3 writes it; in a value, a quote is &quot;


def _cleaner(allowed: Allowed) -> nh3.Cleaner:
    def fitting(tag: str, name: str, value: str) -> str | None:
        # called for every attribute, allowed or not; must not raise, because nh3 would then keep the value
        check = _REL.__eq__ if name == "rel" else allowed.get(tag, {}).get(name)
        return value if check and check(value) else None

    return nh3.Cleaner(
        tags=set(allowed),
        clean_content_tags=set(_NO_TEXT.split()),
        attributes={tag: set(checks) for tag, checks in allowed.items()},
        attribute_filter=fitting,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=_REL,
    )


_PROSE, _TABLE = _cleaner(PROSE), _cleaner(TABLE)


def clean_prose(html: str) -> Markup:
    """Rendered markdown, with headings, lists, links (http, https, mailto), inline pictures with alt text and tables."""
    return Markup(_readable(_cleaned(_PROSE, html)))  # noqa: S704 - nh3 wrote it


def clean_tables(html: str) -> Markup:
    """The tables in `html` and nothing around them; empty where there is none."""
    return Markup("".join(_tables(_readable(_cleaned(_TABLE, html)))))  # noqa: S704 - nh3 wrote it


def _cleaned(cleaner: nh3.Cleaner, html: str) -> str:
    text = html.encode("utf-8", "replace").decode()  # nh3 refuses lone surrogates, which JSON may hold
    return cleaner.clean(text).replace("&nbsp;", "\xa0")


def _readable(html: str) -> str:
    """What a screen reader needs: a scope for every head cell (col within thead, else row), and no picture without alt text."""
    heads = 0

    def mend(tag: re.Match[str]) -> str:
        nonlocal heads
        closing, name, attributes = tag.groups()
        if name == "thead":
            heads += -1 if closing else 1
        elif name == "th" and not closing and ' scope="' not in attributes:
            return f'<th{attributes} scope="{"col" if heads else "row"}">'
        elif name == "img" and not (' src="' in attributes and ' alt="' in attributes):
            return ""
        return tag[0]

    return _TAG.sub(mend, html)


def _tables(html: str) -> Iterator[str]:
    """Every outermost table, with the tables inside it."""
    begin = depth = 0
    for tag in _TAG.finditer(html):
        if tag[2] == "table":
            begin = begin if depth else tag.start()
            depth += -1 if tag[1] else 1
            if not depth:
                yield html[begin : tag.end()]
