"""What cells print, kept within bounds: a flood of text, or of small pieces of it, would make a notebook nobody can open.

In: a cell's outputs, each time a piece of printed text was added to them. Out: the same outputs, with small pieces put
together, and beyond LONGEST characters a count of the rest.
"""

from typing import Any

LONGEST = 1_000_000  # characters kept of what a cell prints
PIECE = 4_000  # characters; shorter outputs are put together with what follows
OVERHEAD = 100  # characters that an output costs beside its text


class Printed:
    """Minds one notebook, whose cells are executed one after the other."""

    def __init__(self) -> None:
        self._cell, self._room, self._cut = -1, LONGEST, 0
        self._rest: dict[str, Any] | None = None

    def keep(self, outputs: list[Any], cell: int) -> None:
        """Keep as much of the last of a cell's outputs, which is printed text, as there is room for."""
        if cell != self._cell or len(outputs) == 1:
            self._cell, self._room, self._cut, self._rest = cell, LONGEST, 0, None
        new = outputs.pop()
        kept, cut = new["text"][: self._room], len(new["text"][self._room :])
        if kept:
            self._add(outputs, new, kept)
        if cut:
            self._count(outputs, new, cut)

    def _add(self, outputs: list[Any], new: dict[str, Any], text: str) -> None:
        last = outputs[-1] if outputs else {}
        self._room -= len(text)
        if last.get("output_type") == "stream" and last["name"] == new["name"] and len(last["text"]) < PIECE:
            last["text"] += text
        else:
            new["text"] = text
            outputs.append(new)
            self._room -= OVERHEAD
        self._room = max(0, self._room)

    def _count(self, outputs: list[Any], new: dict[str, Any], cut: int) -> None:
        self._cut += cut
        if self._rest is None:
            self._rest = type(new)(new)
            outputs.append(self._rest)
        self._rest["text"] = f"\n[{self._cut:,} more characters were printed]\n"
