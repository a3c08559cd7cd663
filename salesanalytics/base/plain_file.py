"""Only plain files are opened: a pipe without a writer would hold a run for ever, and a device has no end.

In: a path somebody named, or where we write. Out: the same path, or an OSError that says what lies there.
"""

import errno
import stat
from pathlib import Path

_KINDS = {
    stat.S_IFDIR: "a folder", stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}  # fmt: skip


def plain(path: Path) -> Path:
    """`path`, where it is a plain file or nothing is there. Raises OSError where it is something else."""
    what = other_than_plain(path)
    if what:
        raise OSError(errno.EINVAL, f"this is {what}, where a file is expected", str(path))
    return path


def other_than_plain(path: Path) -> str:
    """What `path` is, where it is something and no plain file; else nothing. Raises OSError where it cannot be told."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return ""
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "something else")
