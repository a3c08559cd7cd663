"""One run at a time per output folder. In: a folder. Out: a lock that ends with its process, however that ends."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from salesanalytics.base.held import is_same, take
from salesanalytics.errors import RunError

FILE = ".run.lock"


@contextlib.contextmanager
def only_run(folder: Path) -> Iterator[Callable[[], None]]:
    """Hold the folder's lock. Raises RunError where another run does.

    Yields a check that raises RunError once the folder, and the lock with it, is no longer there: then another run may be at
    work in a new folder of that name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
    try:
        if not take(handle):
            raise RunError(f"Another run is at work in {folder}{_holder(handle)}. Wait for its end, or choose another --out.")
        _say(handle, json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}))
        yield partial(_require, handle, folder)
        _say(handle, "")
    finally:
        os.close(handle)


def is_running(folder: Path) -> bool:
    """Whether a run holds the folder's lock now."""
    try:
        handle = os.open(folder / FILE, os.O_RDWR)
    except OSError:
        return False
    try:
        return not take(handle)
    finally:
        os.close(handle)


def _require(handle: int, folder: Path) -> None:
    if not is_same(handle, folder / FILE):
        raise RunError(f"{folder} was removed or replaced while the run was at work. Run again.")


def _say(handle: int, text: str) -> None:
    with contextlib.suppress(OSError):  # on a full disk the lock holds all the same
        os.ftruncate(handle, 0)
        os.pwrite(handle, text.encode(), 0)


def _holder(handle: int) -> str:
    try:
        said = json.loads(os.pread(handle, 1000, 0))
        return f" (process {said['pid']}, since {said['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
