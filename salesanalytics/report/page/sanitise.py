"""HTML from notebooks rebuilt from an allow-list: only tags and attributes named here come out, the rest is text or gone.

In: HTML that may hold anything. Out: balanced markup without script, style, ids, classes or requests. The result is built
anew, tag by tag, so what the parser does not understand cannot slip through.
"""

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser

from markupsafe import Markup, escape

Check = Callable[[str], bool]
Allowed = Mapping[str, Mapping[str, Check]]

_NUMBER: Check = lambda value: bool(re.fullmatch(r"[1-9]\d{0,2}", value))  # noqa: E731
_LINK: Check = lambda value: bool(re.match(r"(?i)(https?://|mailto:)[^\s]+$", value))  # noqa: E731
_PICTURE: Check = lambda value: bool(re.match(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$", value))  # noqa: E731
_TEXT: Check = lambda value: bool(value.strip())  # noqa: E731
_SCOPE: Check = lambda value: value in ("col", "row", "colgroup", "rowgroup")  # noqa: E731

_CELL = {"colspan": _NUMBER, "rowspan": _NUMBER}
TABLE: Allowed = {
    "table": {}, "caption": {}, "thead": {}, "tbody": {}, "tfoot": {}, "tr": {}, "td": _CELL, "th": {**_CELL, "scope": _SCOPE},
}  # fmt: skip
_PLAIN = "p h1 h2 h3 h4 h5 h6 ul ol li strong em b i del sub sup code pre blockquote hr br dl dt dd"
PROSE: Allowed = {
    **{tag: {} for tag in _PLAIN.split()}, **TABLE, "a": {"href": _LINK}, "img": {"src": _PICTURE, "alt": _TEXT},
}  # fmt: skip

_VOID = frozenset({"br", "hr", "img"})
# their content is not text to read
_NO_TEXT = (
    "script style template noscript iframe object svg math title head textarea select option button form audio video canvas"
)
_DROPPED = frozenset(_NO_TEXT.split())


def clean_prose(html: str) -> Markup:
    """Rendered markdown, with headings, lists, links (http, https, mailto), inline pictures with alt text and tables."""
    return _Rebuilder(PROSE).clean(html)


def clean_tables(html: str) -> Markup:
    """The tables in `html` and nothing around them; empty where there is none."""
    return _Rebuilder(TABLE, only_within="table").clean(html)


class _Rebuilder(HTMLParser):
    """Writes what is allowed, escapes texts, closes what was left open."""

    def __init__(self, allowed: Allowed, only_within: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self._allowed, self._only_within = allowed, only_within
        self._out: list[str] = []
        self._open: list[str] = []
        self._dropping: list[str] = []

    def clean(self, html: str) -> Markup:
        self.feed(html)
        self.close()
        self._out.extend(f"</{tag}>" for tag in reversed(self._open))
        return Markup("".join(self._out))  # noqa: S704 - every part is escaped or from the allow-list

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        # as browsers do; Python's own parser gives up on what is no section of a kind it knows
        return self.parse_bogus_comment(i, report)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._dropping.append(tag)
            return
        if self._dropping or tag not in self._allowed or (self._outside() and tag != self._only_within):
            return
        kept = {name: value for name, value in attrs if value is not None and self._fits(tag, name, value)}
        if tag == "img" and kept.keys() != {"src", "alt"}:
            return
        if tag == "th":
            kept.setdefault("scope", "col" if "thead" in self._open else "row")
        if tag == "a":
            kept["rel"] = "noopener noreferrer"
        written = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
        self._out.append(f"<{tag}{written}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            if tag in self._dropping:
                del self._dropping[self._dropping.index(tag) :]
            return
        if tag in self._open:
            while (last := self._open.pop()) != tag:
                self._out.append(f"</{last}>")
            self._out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._dropping and not self._outside():
            self._out.append(str(escape(data)))

    def _outside(self) -> bool:
        return bool(self._only_within) and self._only_within not in self._open

    def _fits(self, tag: str, name: str, value: str) -> bool:
        check = self._allowed[tag].get(name)
        return check is not None and check(value)
