"""A folder put in the place of another whole: whoever looks sees the old one or the new one, and never none.

In: a new folder, the place it is for, and a place for the old one, all on one disk. Out: the folders, exchanged.
"""

import ctypes
import os
import sys
from pathlib import Path

_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of linux/fcntl.h and linux/fs.h


def put_in_place(new: Path, place: Path, old: Path) -> None:
    """Move the folder `new` to `place`; what was there is then `new` or `old`. Raises OSError; `place` is then as it was."""
    if not place.exists():
        new.rename(place)
    elif not _exchanged(new, place):  # this system or disk cannot; for a moment there is nothing at `place`
        place.rename(old)
        try:
            new.rename(place)
        except BaseException:
            old.rename(place)
            raise


def _exchanged(one: Path, other: Path) -> bool:
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)  # the C library may be too old to have it
    return rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0
