"""A file put in its place whole, or not at all: a reader sees the old one or the new one, never half of one.

In: a path and its content, or a writer that takes a path. Out: the file. It never touches another file, and whatever fails,
the old file stays. Any number of processes may write the same path; the last one wins.
"""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

TEMPORARY = ".*.tmp"
"""What a process that was killed while it wrote leaves behind."""


def write_whole(path: Path, content: bytes | str, *, durable: bool = True) -> None:
    """Write `content` to `path` (text as UTF-8, line ends as they are). Options and errors are those of `whole_file`."""
    with whole_file(path, durable=durable) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def whole_file(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A temporary file beside `path` to write into; it takes `path`'s place when the block ends without an exception.

    For writers that take a path: `with whole_file(path) as temporary: frame.to_parquet(temporary)`. `durable` also waits until
    the disk has it, so that it survives a power cut; a copy that can be fetched again need not. Makes the folder where there is
    none. Raises OSError, which names `path`, and whatever the block raises; the old file then stays, and nothing is left beside
    it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    temporary = path.with_name(f".{path.stem[:40]}-{secrets.token_hex(8)}.tmp")
    try:
        temporary.touch(exist_ok=False)  # with the permissions of any new file
        yield temporary
        if durable:
            with temporary.open("rb+") as written:
                os.fsync(written.fileno())
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(temporary):
            error.filename, error.filename2 = str(path), None  # a person knows of no other name
        raise
    if durable:
        with contextlib.suppress(OSError):  # the renaming survives a power cut as well, where the system can do that
            flush(path.parent)


def flush(path: Path) -> None:
    """Wait until the disk has a file, or a folder's names. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
