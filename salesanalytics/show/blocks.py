"""What a chapter says to its page: the blocks that notebooks display, and that pages and mails collect from them.

In: plain texts, numbers already formatted, and SVG pictures. Out: frozen blocks which turn into JSON (carried in the notebook's
output under `MIME`), into HTML and into plain text. Nothing here knows an analysis, a frame or a chart library, so that
a page can be put together in a process that never imports one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, cast

from markupsafe import Markup

from salesanalytics.base.finding import Audience, Horizon, Severity
from salesanalytics.errors import DataError
from salesanalytics.show._codec import decode, encode
from salesanalytics.show._width import Column, least_width
from salesanalytics.show.render import render_block, render_fragment

MIME = "application/vnd.salesanalytics.block+json"

Tone = Literal["good", "bad", "neutral"]
Align = Literal["left", "right"]
Role = Literal["body", "total", "group"]


class _Shown:
    """What every block can do: become JSON, HTML and plain words."""

    __slots__ = ()
    kind: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """The block as JSON values; `load_block` reads it back."""
        return {"kind": self.kind, **encode(self)}

    def __str__(self) -> str:
        return ""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """What Jupyter shows and stores: our JSON, the HTML a page would show, and words for a terminal."""
        return {MIME: self.to_json(), "text/html": render_fragment(cast("Block", self)), "text/plain": str(self)}

    def __html__(self) -> Markup:
        return render_block(cast("Block", self), audience="analyst")


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline number: `value` as shown, `detail` (a comparison, with its sign or word) coloured by `tone`."""

    label: str
    value: str
    detail: str = ""
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Strip(_Shown):
    """The headline numbers of a page, side by side."""

    kind: ClassVar[str] = "strip"
    items: tuple[Tile, ...]
    audience: Audience = "leader"

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))

    def __str__(self) -> str:
        return "\n".join(_join(f"{tile.label}: {tile.value}", tile.detail, by=" – ") for tile in self.items)


@dataclass(frozen=True, slots=True)
class FindingBlock(_Shown):
    """One thing to know and to do. `headline` says it in at most 90 characters (empty: the sentence does). `label` and `owner`
    are the severity and the doer in the reader's words.

    `weight` is the money at stake in the base currency; it orders findings and is not shown. Nor are what it is `about`
    (`kind:id`), what its next step `says`, what it `rests_on` and its `horizon`: by them findings are held against each other.
    """

    kind: ClassVar[str] = "finding"
    key: str
    severity: Severity
    sentence: str
    evidence: str = ""
    next_step: str = ""
    owner: str = ""
    weight: float = 0.0
    label: str = ""
    headline: str = ""
    audience: Audience = "leader"
    about: str = ""
    says: str = ""
    rests_on: tuple[str, ...] = ()
    horizon: Horizon = "now"

    def __post_init__(self) -> None:
        object.__setattr__(self, "rests_on", tuple(self.rests_on))

    @property
    def severity_word(self) -> str:
        """The severity as a reader sees it: the given `label`, or English where none was given."""
        return self.label or {"act": "Act", "watch": "Watch", "good": "Going well"}[self.severity]

    def __str__(self) -> str:
        todo = _join(self.next_step, self.owner and f"({self.owner})", by=" ")
        return _join(
            f"[{self.severity_word}] {self.headline or self.sentence}",
            self.headline and self.sentence,
            self.evidence,
            todo and f"→ {todo}",
            by="\n  ",
        )


@dataclass(frozen=True, slots=True)
class Figure(_Shown):
    """One picture. `title` is its finding as a sentence; `alt` tells what can be seen to those who cannot see it."""

    kind: ClassVar[str] = "figure"
    title: str
    svg: str
    alt: str
    subtitle: str = ""
    note: str = ""
    audience: Audience = "leader"

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError(f"the figure {self.title!r} has no alt text; say in one sentence what it shows")

    def __str__(self) -> str:
        return _join(self.title, self.subtitle, f"[{self.alt}]", self.note, by="\n")


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """The head of one table column: its label (with the unit) and how its cells are aligned."""

    label: str
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell as shown; `spark` is a tiny SVG drawn before the text, `detail` a quieter second line, `link` a web
    address that the text leads to.
    """

    text: str
    tone: Tone = "neutral"
    spark: str = ""
    detail: str = ""
    link: str = ""

    def __post_init__(self) -> None:
        if self.link and not self.link.startswith(("https://", "http://")):
            raise ValueError(f"a cell leads to {self.link!r}; expected a web address")


@dataclass(frozen=True, slots=True)
class Row:
    """One table row; a `total` is set apart, a `group` heads the rows below it."""

    cells: tuple[Cell, ...]
    role: Role = "body"

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", tuple(self.cells))


@dataclass(frozen=True, slots=True)
class TableBlock(_Shown):
    """A table whose cells are already words; `title` is its finding as a sentence."""

    kind: ClassVar[str] = "table"
    title: str
    columns: tuple[ColumnHead, ...]
    rows: tuple[Row, ...]
    subtitle: str = ""
    note: str = ""
    audience: Audience = "leader"

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "rows", tuple(self.rows))
        for number, row in enumerate(self.rows, start=1):
            if len(row.cells) != len(self.columns):
                found = f"row {number} of the table {self.title!r} has {len(row.cells)} cells"
                raise ValueError(f"{found}; expected {len(self.columns)}, one per column")

    @property
    def least_width(self) -> int:
        """How many characters it is wide at least."""
        cells = zip(*(row.cells for row in self.rows), strict=True) if self.rows else ((),) * len(self.columns)
        return least_width(
            Column(
                column.label,
                tuple(text for cell in found for text in (cell.text, cell.detail)),
                column.align == "left",
                any(cell.spark for cell in found),
            )
            for column, found in zip(self.columns, cells, strict=True)
        )

    def __str__(self) -> str:
        head = " | ".join(column.label for column in self.columns)
        body = (" | ".join(_join(cell.text, cell.detail, by=", ") for cell in row.cells) for row in self.rows)
        return _join(self.title, self.subtitle, head, *body, self.note, by="\n")


@dataclass(frozen=True, slots=True)
class Missing(_Shown):
    """What a chapter lacks, and what it would show, in one line."""

    kind: ClassVar[str] = "missing"
    text: str
    audience: Audience = "leader"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Standing(_Shown):
    """Where a team's running period lands, in one line to pass on, and as numbers for the list of pages and for mails.

    Money in the base currency; `chance` of reaching `goal`, and `change` of the likely end since the day `since` (ISO), None
    where it is not known; `moved`: the change in words. A page has at most one.
    """

    kind: ClassVar[str] = "standing"
    line: str
    likely: float
    low: float | None = None
    high: float | None = None
    goal: float | None = None
    chance: float | None = None
    change: float | None = None
    since: str = ""
    moved: str = ""
    audience: Audience = "leader"

    @property
    def missing(self) -> float:
        """The money between the goal and the likely end; 0 where it is reached, or there is no goal."""
        return max((self.goal or 0.0) - self.likely, 0.0)

    def __str__(self) -> str:
        return self.line


@dataclass(frozen=True, slots=True)
class Nothing(_Shown):
    """Stands for a picture of no data: nothing is shown."""

    kind: ClassVar[str] = "nothing"
    audience: Audience = "leader"


@dataclass(frozen=True, slots=True)
class Blocks(_Shown):
    """Several blocks shown one under the other, as one output."""

    kind: ClassVar[str] = "group"
    items: tuple["Block", ...] = ()
    audience: Audience = "leader"

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))

    def __iter__(self) -> Iterator["Block"]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __str__(self) -> str:
        return _join(*(str(block) for block in self.items), by="\n\n")

    def to_json(self) -> dict[str, Any]:
        """The group as JSON values, each member with its own kind."""
        return {"kind": self.kind, "items": [block.to_json() for block in self.items], "audience": self.audience}


Block = Strip | FindingBlock | Figure | TableBlock | Missing | Standing | Nothing | Blocks
KINDS: dict[str, type[Block]] = {
    block.kind: block for block in (Strip, FindingBlock, Figure, TableBlock, Missing, Standing, Nothing, Blocks)
}


def load_block(data: Mapping[str, Any]) -> Block:
    """The block that `to_json` wrote. DataError names what does not fit: unknown kind, unknown or missing key, wrong type."""
    if not isinstance(data, Mapping):
        raise DataError(f"a block is an object with a kind; found {type(data).__name__}")
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise DataError(f"a block has the kind {kind!r}; expected one of {', '.join(KINDS)}")
    content = {key: value for key, value in data.items() if key != "kind"}
    if kind == Blocks.kind:
        return _load_group(content)
    return decode(KINDS[kind], content, where=kind)


def _load_group(content: Mapping[str, Any]) -> Blocks:
    items = content.get("items")
    if not isinstance(items, list):
        raise DataError(f"group.items is {type(items).__name__}; expected a list of blocks")
    frame = decode(Blocks, {**content, "items": []}, where=Blocks.kind)
    return replace(frame, items=tuple(load_block(item) for item in items))


def leaves(block: Block, *, audience: Audience = "analyst") -> Iterator[Block]:
    """Every single block inside `block`, in order; with audience="leader" without what only analysts may see."""
    if audience == "leader" and block.audience != "leader":
        return
    if isinstance(block, Blocks):
        for item in block.items:
            yield from leaves(item, audience=audience)
    elif not isinstance(block, Nothing):
        yield block


def _join(*parts: str, by: str) -> str:
    return by.join(part for part in parts if part)
