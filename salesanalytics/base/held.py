"""Files and folders that one living process holds, and what dead ones have left behind.

In: open files, or folders. Out: locks of the system, which end with their process, however that ends. A folder made here is
held by who made it; so who finds one that nobody holds may remove it, whatever numbers processes have had since.
"""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path


def take(handle: int) -> bool:
    """Lock an open file or folder for this process alone; False where another has it. Raises OSError where nothing locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_same(handle: int, path: Path) -> bool:
    """Whether an open file is still the one at `path`."""
    try:
        here, there = os.fstat(handle), path.stat()
    except OSError:
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


@contextlib.contextmanager
def held_folder(parent: Path, prefix: str, suffix: str = "") -> Iterator[Path]:
    """A new private folder in `parent`, held until the block ends, and then removed unless it was renamed. Raises OSError."""
    folder, handle = _new(parent, prefix, suffix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def remove_unheld(folders: Iterable[Path]) -> None:
    """Remove those folders whose maker is dead; those of other users, and what cannot be locked, stay."""
    for folder in folders:
        with contextlib.suppress(OSError):
            if folder.is_symlink() or not folder.is_dir() or not _is_ours(folder):
                continue
            handle = os.open(folder, os.O_RDONLY)
            try:
                if take(handle):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def _new(parent: Path, prefix: str, suffix: str) -> tuple[Path, int | None]:
    while True:
        folder = parent / f"{prefix}{secrets.token_hex(4)}{suffix}"
        folder.mkdir(mode=0o700)
        try:
            handle = os.open(folder, os.O_RDONLY)
        except OSError:  # Windows opens no folders
            return folder, None
        with contextlib.suppress(OSError):  # some disks on a network lock nothing; then nobody else removes it either
            take(handle)
        if is_same(handle, folder):  # nobody has swept it away between its making and its lock
            return folder, handle
        os.close(handle)


def _is_ours(folder: Path) -> bool:
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
