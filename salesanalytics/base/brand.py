"""What makes pages a company's own: its name, its colour and its logo.

In: what `_defaults.yaml` says. Out: a `Brand`, its colour in the shades that white and dark pages need, its logo inline. A
colour that cannot be read on white, and a file that is no picture, are ValueErrors that say what was found and what is needed.
"""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from salesanalytics.base.plain_file import plain

WHITE, DARK = "#ffffff", "#111111"
"""The papers of light and dark pages."""
READABLE = 4.5
"""The least contrast of text with its paper (WCAG 2.2, 1.4.3)."""
MOST_BYTES = 100_000
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_TINT, _STEPS = 0.24, 20


@dataclass(frozen=True, slots=True)
class Brand:
    """`company` is its name, `accent` a colour as `#rrggbb`, `logo` a data URI; each is empty where none was given."""

    company: str = ""
    accent: str = ""
    logo: str = ""

    @property
    def on_white(self) -> tuple[str, str]:
        """The colour on white, and its tint."""
        return self.accent, mixed(self.accent, WHITE, _TINT)

    @property
    def on_dark(self) -> tuple[str, str]:
        """The colour on a dark page, as light as it has to be to be read, and its tint."""
        lighter = (mixed(WHITE, self.accent, step / _STEPS) for step in range(_STEPS + 1))
        accent = next(shade for shade in lighter if contrast(shade, DARK) >= READABLE)
        return accent, mixed(accent, DARK, _TINT)


def readable(accent: str) -> str:
    """`accent`, where text in it can be read on white."""
    if accent and (found := contrast(accent, WHITE)) < READABLE:
        raise ValueError(f"{accent} has a contrast of {found:.2f} with white; expected {READABLE} or more, so a darker colour")
    return accent


def inline(logo: str) -> str:
    """The picture in the file `logo` as a data URI; no path gives none."""
    if not logo or logo.startswith("data:"):
        return logo
    file = Path(logo)
    try:
        size = plain(file).stat().st_size
        content = file.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise ValueError(f"{file} cannot be read ({error.strerror}); expected a PNG, JPEG or SVG file") from error
    if size > MOST_BYTES:
        raise ValueError(f"{file} has {size:,} bytes; expected {MOST_BYTES:,} at most, as every page holds it")
    kind = next((kind for begin, kind in _KINDS.items() if content.startswith(begin)), "")
    kind = kind or ("image/svg+xml" if b"<svg" in content[:2000] else "")
    if not kind:
        raise ValueError(f"{file} is no PNG, JPEG or SVG picture; save it as one of these")
    return f"data:{kind};base64,{b64encode(content).decode()}"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """`other` with a `share` of `one` in it."""
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in zip(_rgb(one), _rgb(other), strict=True))


def _luminance(colour: str) -> float:
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in _rgb(colour)))
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
