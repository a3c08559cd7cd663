"""Pages put in their place whole, or not at all; what is left of broken runs; and the day a page was made.

In: a path and text. Out: the file. When anything fails, what was there before is still there.
"""

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
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


def day_of(page: Path) -> date | None:
    """The day a page that is there was made, as it says itself; the file's own day where it does not; None without a file."""
    try:
        with page.open(encoding="utf-8", errors="replace") as file:
            said = re.search(r'<meta name="date" content="(\d{4}-\d\d-\d\d)">', file.read(2000))
        if said:
            return date.fromisoformat(said[1])
        return datetime.fromtimestamp(page.stat().st_mtime, UTC).astimezone().date()
    except (OSError, ValueError):
        return None
