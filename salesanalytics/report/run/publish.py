"""Pages put in their place whole, or not at all, and what is left of broken runs.

In: a path and text. Out: the file. When anything fails, what was there before is still there.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from salesanalytics.base.whole_file import TEMPORARY, whole_file

Write = Callable[[IO[str], str], object]


def publish(path: Path, text: str, *, write: Write = lambda file, text: file.write(text)) -> None:
    """Write `text` to `path` through a temporary file in the same folder. Raises OSError; the old file then stays.

    `write` puts the text into the open temporary file.
    """
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        write(file, text)


def sweep(folder: Path) -> None:
    """Remove temporary files that a process killed while it wrote has left behind; only for who holds the folder's lock."""
    for file in folder.rglob(TEMPORARY):
        with contextlib.suppress(OSError):
            file.unlink()
