"""A file put in its place whole, or not at all: a reader sees the old page or the new one, never half of one.

In: a path and text. Out: the file. When anything fails, what was there before is still there.
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

Write = Callable[[IO[str], str], object]


def publish(path: Path, text: str, *, write: Write = lambda file, text: file.write(text)) -> None:
    """Write `text` to `path` through a temporary file in the same folder. Raises OSError; the old file then stays.

    `write` puts the text into the open temporary file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}-", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            write(file, text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def sweep(folder: Path) -> None:
    """Remove temporary files that a process killed while it wrote has left behind; only for who holds the folder's lock."""
    for file in folder.rglob(".*.tmp"):
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


def _umask() -> int:
    # temporary files are private; a published page is as readable as any new file
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _flush_folder(folder: Path) -> None:
    """Make the renaming itself survive a power cut, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
