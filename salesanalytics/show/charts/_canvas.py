"""The sheet a chart is drawn on: matplotlib artists in SVG units, y pointing down, and text that keeps its place at any size.

In: positions in units (400 wide, see `theme`). Out: one deterministic SVG text. No pyplot and no global state is touched, so
charts may be drawn in several threads.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Unpack, cast

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Sheet
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.text import Text

from salesanalytics.show import blocks, theme
from salesanalytics.show._text import shorten, width
from salesanalytics.show.theme import INK, PAPER, TEXT, WIDTH, Caption

Side = Literal["left", "center", "right"]
Level = Literal["top", "middle", "base", "bottom"]
# how far below its anchor the baseline lies, in ems: so the text stays in place when the page shrinks it
_DROP: dict[Level, float] = {"top": 0.74, "middle": 0.35, "base": 0.0, "bottom": -0.22}
_MATPLOTLIB_LEVEL: dict[Level, Literal["top", "center", "baseline", "bottom"]] = {
    "top": "top",
    "middle": "center",
    "base": "baseline",
    "bottom": "bottom",
}
_BOLD = 1.09  # how much wider bold text runs
_ANCHOR = {"left": "start", "center": "middle", "right": "end"}


class Label(Text):
    """Text written into the SVG as text. It is not measured with a font, as the reader's font is another one anyway."""

    def __init__(self, x: float, y: float, text: str, *, level: Level, **style: Any) -> None:  # noqa: ANN401 - matplotlib's own
        super().__init__(x, y, text, verticalalignment=_MATPLOTLIB_LEVEL[level], parse_math=False, **style)
        self.level = level
        self.halo = False

    def draw(self, renderer: Any) -> None:  # noqa: ANN401 - matplotlib has no type for renderers
        """Write the text where it is anchored; on other canvases than SVG as matplotlib does."""
        writer = getattr(renderer, "writer", None)
        if writer is None:
            super().draw(renderer)
            return
        x, y = self.get_transform().transform(self.get_position())
        style = {
            "font-size": f"{self.get_fontsize():g}px",
            "fill": self.get_color(),
            "text-anchor": _ANCHOR[self.get_horizontalalignment()],
            "font-weight": "650" if self.get_fontweight() == "bold" else "",
        }
        if self.halo:
            style |= {"paint-order": "stroke", "stroke": PAPER, "stroke-width": "4px"}
        attributes = {"x": f"{x:.2f}", "y": f"{renderer.height - y:.2f}", "dy": f"{_DROP[self.level]}em"}
        written = "; ".join(f"{name}: {value}" for name, value in style.items() if value)
        writer.element("text", self.get_text(), {**attributes, "style": written})


@dataclass(slots=True)
class Canvas:
    """One picture of `height` units. What is drawn later lies above."""

    height: float
    axes: Axes = field(init=False)
    _layer: int = 0

    def __post_init__(self) -> None:
        sheet = Sheet(figsize=(WIDTH / 72, self.height / 72), dpi=72, facecolor="none", edgecolor="none")
        sheet.patch.set_visible(False)
        self.axes = Axes(sheet, (0, 0, 1, 1))
        sheet.add_axes(self.axes)
        self.axes.set_xlim(0, WIDTH)
        self.axes.set_ylim(self.height, 0)
        self.axes.set_axis_off()

    def line(
        self, xs: Sequence[float], ys: Sequence[float], *, color: str, width: float = 1.0, dash: Sequence[float] = ()
    ) -> None:
        """A line through points; NaN leaves a gap."""
        style: Any = (0, tuple(dash)) if dash else "-"
        self._add(Line2D(xs, ys, color=color, linewidth=width, linestyle=style, marker="", solid_capstyle="round"))

    def bar(self, x0: float, x1: float, y: float, thick: float, *, color: str) -> None:
        """A horizontal bar from `x0` to `x1` with its middle at `y`."""
        left, right = sorted((x0, x1))
        self._add(Rectangle((left, y - thick / 2), right - left, thick, facecolor=color, edgecolor="none", linewidth=0))

    def area(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], *, color: str) -> None:
        """The space between two lines."""
        points = [*zip(xs, low, strict=True), *reversed(list(zip(xs, high, strict=True)))]
        self._add(Polygon(points, closed=True, facecolor=color, edgecolor="none", linewidth=0))

    def dot(self, x: float, y: float, radius: float, *, color: str, edge: str = "none") -> None:
        """A filled dot, with a thin ring in `edge`."""
        self._add(Circle((x, y), radius, facecolor=color, edgecolor=edge, linewidth=0 if edge == "none" else 1.5))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        color: str = INK,
        side: Side = "left",
        level: Level = "middle",
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """One line of text anchored at a point; `halo` keeps it legible where it lies on lines."""
        weight = "bold" if bold else "normal"
        label = Label(x, y, text, level=level, color=color, fontsize=TEXT, horizontalalignment=side, fontweight=weight)
        label.halo = halo
        self._add(label)

    def svg(self) -> str:
        """The picture as the house shows it."""
        out = io.StringIO()
        sheet = cast("Sheet", self.axes.figure)
        FigureCanvasSVG(sheet).print_svg(out, metadata={"Date": None})  # type: ignore[no-untyped-call]
        return theme.house_svg(out.getvalue())

    def block(self, **caption: Unpack[Caption]) -> blocks.Figure:
        """The picture with what stands around it. ValueError without alt text."""
        title, alt = caption.get("title", ""), caption.get("alt", "")
        around: Any = {name: text for name, text in caption.items() if name not in ("title", "alt")}
        return blocks.Figure(title=title, svg=self.svg(), alt=alt, **around)

    def _add(self, artist: Any) -> None:  # noqa: ANN401 - any artist
        self._layer += 1
        artist.set_zorder(self._layer)
        artist.set_clip_on(False)
        self.axes.add_artist(artist)


def em(text: str, *, bold: bool = False) -> float:
    """Estimated width of `text` in units."""
    return width(text) * TEXT * (_BOLD if bold else 1.0)


def fit(value: object, room: float, *, bold: bool = False) -> str:
    """`value` shortened to `room` units."""
    return shorten(value, room / TEXT / (_BOLD if bold else 1.0))


def widest(texts: Iterable[str], *, most: float = WIDTH, bold: bool = False) -> float:
    """Width in units of the widest text, each shortened to at most `most`."""
    return max((em(fit(text, most, bold=bold), bold=bold) for text in texts), default=0.0)
