"""Pictures that may stand inside a page: SVG is taken apart and put together again from an allow-list.

In: the text of any SVG, trusted or not. Out: an `<svg>` element without script, style sheet, event handler, embedded page,
link or outside reference, whose ids carry a prefix so that several pictures on a page never share one.
"""

import re
from collections.abc import Iterator
from html import escape
from xml.etree import ElementTree

from salesanalytics.errors import DataError

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELEMENTS = _words(
    "svg g defs title desc path rect circle ellipse line polyline polygon text tspan clipPath mask use symbol marker "
    "linearGradient radialGradient stop pattern"
)
_ATTRIBUTES = _words(
    "id x y x1 x2 y1 y2 cx cy r rx ry dx dy d points width height viewBox preserveAspectRatio transform fill stroke "
    "opacity fill-opacity stroke-opacity stroke-width stroke-dasharray stroke-dashoffset stroke-linecap "
    "stroke-linejoin stroke-miterlimit fill-rule clip-rule clip-path mask offset stop-color stop-opacity gradientUnits "
    "gradientTransform clipPathUnits patternUnits patternTransform maskUnits refX refY markerWidth markerHeight orient "
    "text-anchor dominant-baseline font-size font-weight font-style font-family letter-spacing role aria-label "
    "aria-hidden aria-labelledby direction unicode-bidi style href vector-effect paint-order textLength lengthAdjust"
)
_PROPERTIES = _words(
    "fill stroke opacity fill-opacity stroke-opacity stroke-width stroke-dasharray stroke-dashoffset stroke-linecap "
    "stroke-linejoin stroke-miterlimit fill-rule clip-rule clip-path mask font font-size font-weight font-style "
    "font-family font-variant font-variant-numeric font-stretch text-anchor dominant-baseline stop-color stop-opacity "
    "letter-spacing direction unicode-bidi vector-effect paint-order"
)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*>", re.IGNORECASE)
_URL = re.compile(r"url\(\s*['\"]?#([\w.:-]+)['\"]?\s*\)")
_UNSAFE = re.compile(r"[\\<>{}@\"']|/\*|://|javascript:", re.IGNORECASE)
_CALL = re.compile(r"([\w-]*)\s*\(")
_CALLS = _words("calc var rgb rgba hsl hsla rotate translate scale matrix skewX skewY")


def clean_svg(svg: str, *, prefix: str = "", label: str = "") -> str:
    """`svg` rebuilt from what is allowed, ids renamed to `prefix`0, 1, …; DataError where it is no SVG at all.

    An id nobody refers to is dropped, and so are groups that carry nothing. With a `label` the picture is announced as
    one image of that name; without, it keeps what it says about itself.
    """
    root = _parse(svg)
    if label:
        root.attrib.update({"role": "img", "aria-label": label})
        root.attrib.pop("aria-hidden", None)
    used = {target for element in root.iter() for target in _targets(element)}
    named = (element.get("id", "") for element in root.iter())
    names = {name: f"{prefix}{place}" for place, name in enumerate(dict.fromkeys(n for n in named if n in used))}
    return "".join(_written(root, names))


def _parse(svg: str) -> ElementTree.Element:
    text = _DOCTYPE.sub("", svg.strip(), count=1)
    # a document type with definitions of its own is how XML bombs and file readers are written: no picture needs one
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise DataError("the SVG defines entities of its own; expected a plain picture")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no document type left, so there is nothing to expand
    except (ElementTree.ParseError, ValueError) as error:
        raise DataError(f"the picture is not well-formed SVG: {error}") from error
    if _local(root) != "svg":
        raise DataError(f"the picture is a <{root.tag}>; expected an <svg>")
    return root


def _local(element: ElementTree.Element) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    space, _, name = tag.rpartition("}")
    return name if space in ("", "{" + _SVG) else ""


def _targets(element: ElementTree.Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        yield from _URL.findall(value)
        if name in ("href", _XLINK) and value.startswith("#"):
            yield value[1:]
        if name == "aria-labelledby":
            yield from value.split()


def _written(element: ElementTree.Element, names: dict[str, str]) -> Iterator[str]:
    tag = _local(element)
    if tag not in _ELEMENTS:
        return
    attributes = dict(_kept(element, names))
    bare = tag == "g" and not attributes
    if tag == "svg":
        attributes = {"xmlns": _SVG, **attributes}
    inner = "".join(_inside(element, names, text=tag in ("text", "tspan", "title", "desc")))
    if tag in ("g", "defs") and not inner:
        return
    given = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    yield inner if bare else f"<{tag}{given}>{inner}</{tag}>"


def _inside(element: ElementTree.Element, names: dict[str, str], *, text: bool) -> Iterator[str]:
    if text and element.text:
        yield escape(element.text, quote=False)
    for child in element:
        yield from _written(child, names)
        if text and child.tail:
            yield escape(child.tail, quote=False)


def _kept(element: ElementTree.Element, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    for full, value in element.attrib.items():
        name = "href" if full == _XLINK else full
        if name not in _ATTRIBUTES:
            continue
        if name == "id":
            value = names.get(value, "")
        elif name == "href":
            value = f"#{names[value[1:]]}" if value.startswith("#") and value[1:] in names else ""
        elif name == "aria-labelledby":
            value = " ".join(names[part] for part in value.split() if part in names)
        elif name == "style":
            value = ";".join(_declarations(value, names))
        elif name != "aria-label":
            value = _harmless(value, names)
        if value:
            yield name, value


def _declarations(style: str, names: dict[str, str]) -> Iterator[str]:
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        kept = _harmless(value, names)
        if name.lower() in _PROPERTIES and kept:
            yield f"{name.lower()}:{kept}"


def _harmless(value: str, names: dict[str, str]) -> str:
    """`value` with references renamed; empty where it refers outside the picture or is not a plain value."""
    rest = _URL.sub("", value)
    if (
        _UNSAFE.search(rest)
        or any(name not in _CALLS for name in _CALL.findall(rest))
        or any(target not in names for target in _URL.findall(value))
    ):
        return ""
    return _URL.sub(lambda found: f"url(#{names[found[1]]})", value)
