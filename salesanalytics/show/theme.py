"""Colours and sizes of the house, and the way to bring any matplotlib or seaborn picture into it.

In: nothing, or a finished matplotlib figure. Out: the palette every chart draws from, and Figure blocks. Colours are written
into pictures as CSS variables with these values behind them, so that a dark notebook can show its own.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NotRequired, Required, TypedDict

from salesanalytics.base.finding import Audience
from salesanalytics.show.blocks import Figure
from salesanalytics.show.svg import clean_svg

if TYPE_CHECKING:
    import matplotlib.figure

INK: Final = "#17202a"
INK_2: Final = "#47525d"
INK_3: Final = "#66717c"
LINE: Final = "#d5dbe1"
FAINT: Final = "#e8ecef"
PAPER: Final = "#ffffff"
GREY: Final = "#a3adb7"
US: Final = "#00707a"
US_TINT: Final = "#c4e0e1"
GOOD: Final = "#1f63ad"
GOOD_FILL: Final = "#3f82c9"
BAD: Final = "#b14a06"
BAD_FILL: Final = "#dd7a2c"
TOKENS: Final = {
    INK: "--sa-ink",
    INK_2: "--sa-ink-2",
    INK_3: "--sa-ink-3",
    LINE: "--sa-line",
    FAINT: "--sa-faint",
    PAPER: "--sa-paper",
    GREY: "--sa-grey",
    US: "--sa-us",
    US_TINT: "--sa-us-tint",
    GOOD: "--sa-good",
    GOOD_FILL: "--sa-good-fill",
    BAD: "--sa-bad",
    BAD_FILL: "--sa-bad-fill",
}

WIDTH: Final = 400.0
"""Width of every picture in its own units: about the CSS pixels of a phone's column."""
TEXT: Final = 12.5
"""Size of the text in a picture, in the same units; a wide page shrinks it through `--chart-text`."""

_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_TAG = re.compile(r"<[^>]*>")
_COLOUR = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
_SIZE = re.compile(r"\s(?:width|height)=\"[\d.]+pt\"")
_FONT_SIZE = re.compile(r"font-size:\s*([\d.]+)px")
_FONT_FAMILY = re.compile(r"font-family:[^;\"]*;?\s*")


class Caption(TypedDict):
    """What stands around a picture: the finding as title, measure, unit and period as subtitle, n and source as note."""

    title: Required[str]
    alt: Required[str]
    subtitle: NotRequired[str]
    note: NotRequired[str]
    audience: NotRequired[Audience]


def house_svg(raw: str) -> str:
    """matplotlib's SVG as the house shows it: real text that scales, colours by name, no fixed size, short numbers."""
    head, body = _SIZE.sub("", raw).split("<svg", 1)
    body = _TAG.sub(lambda tag: _NUMBER.sub(_short, tag[0]), body)  # texts keep theirs: 1.010 is a thousand and ten in Romanian
    body = _COLOUR.sub(lambda found: _token(found[0].lower()), body)
    body = _FONT_FAMILY.sub("", _FONT_SIZE.sub(r"font-size: calc(\1px * var(--chart-text, 1))", body))
    return clean_svg(f'{head}<svg stroke-linejoin="round" font-family="system-ui, sans-serif"{body}')


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _token(colour: str) -> str:
    return f"var({TOKENS[colour]}, {colour})" if colour in TOKENS else colour


def picture(
    figure: "matplotlib.figure.Figure",
    *,
    title: str,
    alt: str,
    subtitle: str = "",
    note: str = "",
    audience: Audience = "leader",
) -> Figure:
    """Any matplotlib or seaborn figure as a Figure block, for forms the house has none for. ValueError without alt text.

    Draw it about 400 points wide, inside `with house_style():`, and without a title: that stands above it as text.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "salesanalytics"}):
        FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None})  # type: ignore[no-untyped-call]
    svg = house_svg(out.getvalue())
    return Figure(title=title, svg=svg, alt=alt, subtitle=subtitle, note=note, audience=audience)


@contextmanager
def house_style() -> Iterator[None]:
    """seaborn and matplotlib in the colours and sizes of the house, for a picture drawn by hand in a notebook."""
    import matplotlib as mpl
    import seaborn as sns
    from cycler import cycler

    style = sns.axes_style("ticks") | {
        "figure.figsize": (WIDTH / 72, 240 / 72),
        "figure.dpi": 72,
        "figure.constrained_layout.use": True,
        "axes.edgecolor": LINE,
        "axes.labelcolor": INK_2,
        "xtick.color": INK_2,
        "ytick.color": INK_2,
        "text.color": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": FAINT,
        "font.size": TEXT,
        "axes.labelsize": TEXT,
        "xtick.labelsize": TEXT,
        "ytick.labelsize": TEXT,
        "legend.fontsize": TEXT,
        "axes.prop_cycle": cycler(color=[US, GREY, INK, GOOD_FILL, BAD_FILL]),
        "legend.frameon": False,
    }
    with mpl.rc_context(style):
        yield
