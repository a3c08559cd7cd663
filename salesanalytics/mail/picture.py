"""A chart as a picture for mail: PNG of few colours, because no mail program shows SVG.

In: the SVG of a figure. Out: PNG bytes on white, so that a program that turns colours round in the dark leaves it readable.
"""

import io
import re
from functools import cache
from pathlib import Path

from salesanalytics.show.svg import clean_svg

WIDTH = 1120  # twice what is shown, for sharp screens
COLOURS = 64
FONT = "DejaVu Sans"
_VARIABLE = re.compile(r"var\(--[\w-]+,\s*([^()]*)\)")
_TIMES_ONE = re.compile(r"calc\(([\d.]+)px \* 1\)")


def png(svg: str) -> bytes:
    """The picture, at most 64 colours."""
    import resvg_py
    from PIL import Image

    drawn = resvg_py.svg_to_bytes(
        svg_string=_plain(clean_svg(svg, prefix="m-")),
        width=WIDTH,
        background="#ffffff",
        skip_system_fonts=True,
        font_dirs=[_fonts()],
        font_family=FONT,
        sans_serif_family=FONT,
    )
    few = Image.open(io.BytesIO(bytes(drawn))).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def _plain(svg: str) -> str:
    """Without what only browsers know: each variable becomes what it is where nobody sets it."""
    return _TIMES_ONE.sub(r"\1px", _VARIABLE.sub(r"\1", svg))


@cache
def _fonts() -> str:
    import matplotlib as mpl

    return str(Path(mpl.get_data_path()) / "fonts" / "ttf")
