"""What an executed notebook holds for a page, and whether it is fit for one.

In: an executed notebook. Out: its blocks with their places, and the problems that keep it off a page. That a notebook ran to
its end is not enough: a chapter without its pictures is a failed chapter.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from salesanalytics.base.finding import Audience
from salesanalytics.errors import DataError
from salesanalytics.report.failure import CellError
from salesanalytics.report.plan import Notebook
from salesanalytics.show.blocks import MIME, Block, Figure, leaves, load_block

PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
_SHAPES = ("path", "text", "rect", "circle", "ellipse", "line", "polyline", "polygon", "use", "image")
_UNDRAWN = re.compile(r"<Figure size \d+x\d+ with \d+ Axes>")


@dataclass(frozen=True, slots=True)
class Placed:
    """A single block and where it stands: cell, output and place within it, counted from 0 in the executed notebook."""

    chapter: str
    cell: int
    output: int
    leaf: int
    block: Block
    headline: bool = False

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands in its chapter."""
        return self.cell, self.output, self.leaf


def tags(cell: Mapping[str, Any]) -> frozenset[str]:
    """The tags of a cell."""
    return frozenset(cell["metadata"].get("tags", ()))


def block_of(output: Mapping[str, Any]) -> Block | None:
    """The block an output carries, if any. Raises DataError where it is marked as one and cannot be read."""
    data = output.get("data", {}).get(MIME)
    return None if data is None else load_block(data)


def visible(cell: Mapping[str, Any], audience: Audience) -> bool:
    """Whether `audience` may see a cell: a leader sees neither prose nor outputs of one tagged `analyst`."""
    return audience == "analyst" or "analyst" not in tags(cell)


def placed_blocks(chapter: str, notebook: Notebook, audience: Audience) -> Iterator[Placed]:
    """Every single block that `audience` may see, in order."""
    for place, cell in enumerate(notebook.cells):
        if not visible(cell, audience):
            continue
        for number, output in enumerate(cell.get("outputs", ())):
            if (block := block_of(output)) is not None:
                for nth, leaf in enumerate(leaves(block, audience=audience)):
                    yield Placed(chapter, place, number, nth, leaf, "headline" in tags(cell))


def problems(chapter: str, notebook: Notebook) -> list[CellError]:
    """What keeps an executed chapter off a page: errors, broken or missing blocks, pictures without alt text."""
    found = [problem for place, cell in _code(notebook) for problem in _cell_problems(chapter, place, cell)]
    if not found and not any(MIME in output.get("data", {}) for _, cell in _code(notebook) for output in cell["outputs"]):
        found.append(CellError(chapter, None, "nothing to show", "no cell displays a chart, table, finding or line of ours"))
    return found


def _code(notebook: Notebook) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Code cells with their number, from 1, in the notebook as written; papermill's injected cell does not count."""
    number = 0
    for cell in notebook.cells:
        number += "injected-parameters" not in tags(cell)
        if cell["cell_type"] == "code":
            yield number, cell


def _cell_problems(chapter: str, place: int, cell: Mapping[str, Any]) -> Iterator[CellError]:
    for output in cell["outputs"]:
        if output["output_type"] == "error":
            yield CellError(
                chapter, place, str(output.get("ename", "error")), "the cell ended in an error, yet the notebook went on"
            )
            continue
        try:
            block = block_of(output)
        except DataError as error:
            yield CellError(chapter, place, "not a block of ours", str(error))
            continue
        if block is None:
            yield from (CellError(chapter, place, kind, text) for kind, text in _picture_problems(output))
        else:
            pictures = (leaf for leaf in leaves(block) if isinstance(leaf, Figure))
            yield from (CellError(chapter, place, "empty picture", leaf.title) for leaf in pictures if not _draws(leaf.svg))


def _draws(svg: str) -> bool:
    return "<svg" in svg and any(f"<{shape}" in svg for shape in _SHAPES)


def _picture_problems(output: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for mime in PICTURES:
        if mime in output.get("data", {}):
            if not alt_text(output, mime):
                yield "picture without alt text", "show it as a chart of ours, or give display(…, metadata) an alt"
            return
    if _UNDRAWN.match(str(output.get("data", {}).get("text/plain", ""))):
        yield "picture missing", "a figure left only its name; was a backend chosen that draws nothing here?"


def alt_text(output: Mapping[str, Any], mime: str) -> str:
    """The words for a plain picture, from the output's metadata; empty where there are none."""
    metadata = output.get("metadata", {})
    return str(metadata.get(mime, {}).get("alt") or metadata.get("alt") or "").strip()
