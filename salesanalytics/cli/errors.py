"""How a command fails: in one line on stderr, with an exit code, and with a traceback only where --debug asks for one.

    0    all is well                              3    some pages of a run failed
    1    data, mapping, params or a snapshot      4    all of them did
         cannot be used                           130  somebody pressed Ctrl-C or Ctrl-\\
    2    the command was typed wrongly (click)    143  another program ended it, or its terminal was closed
    5    no report is due today (schedule due)

In: whatever a command raises. Out: a line that says what to do, and an exit code.
"""

import errno
import sys
import traceback
from collections.abc import Callable

from salesanalytics.base.redact import shown
from salesanalytics.errors import SalesAnalyticsError

CANNOT = 1
DEBUG = "--debug"
_SPACE, _ELSEWHERE = "Free space, or choose another place.", "Choose another place."
_RIGHTS = "Choose another place, or ask for the right to use this one."
_REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EIO), _SPACE),
    **dict.fromkeys((errno.EROFS, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG), _ELSEWHERE),
    **dict.fromkeys((errno.EACCES, errno.EPERM), _RIGHTS),
    errno.EINVAL: "Move it away, or choose another place.",
    errno.EMFILE: "Raise the limit, as with ulimit -n 1024.",
    errno.ENFILE: "The whole system has too many files open; try again later.",
    errno.EAGAIN: "There is no room for another process or thread: raise the limit, as with ulimit -u, or try fewer --jobs.",
    errno.ENOMEM: "There is too little memory; try fewer --jobs.",
}


def end_of(command: Callable[[], None], *, debug: bool) -> int:
    """Run a command; the exit code it ends with. What it raises becomes a line; with `debug`, a traceback."""
    try:
        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else CANNOT
    except Exception as error:
        if debug:
            traceback.print_exc()
        else:
            say_error(_line(error))
        return CANNOT
    return 0


def say_error(text: str) -> None:
    """One line on stderr, if anybody reads there."""
    print(f"Error: {shown(text)}", file=sys.stderr, flush=True)


def no_room(error: OSError) -> str:
    """What the system says when a file cannot be used, and what can be done."""
    place = f"{error.filename}: " if error.filename else ""
    remedy = _REMEDIES.get(error.errno or 0, "")
    return f"{place}{error.strerror or error}. {remedy}".rstrip()


def _line(error: Exception) -> str:
    if isinstance(error, SalesAnalyticsError):
        return str(error)
    if isinstance(error, OSError):
        return no_room(error)
    if isinstance(error, MemoryError):
        return _REMEDIES[errno.ENOMEM]
    said = str(error).splitlines()[0] if str(error) else ""
    return f"{type(error).__name__}: {said} (this is a fault of salesanalytics; {DEBUG} shows where)"
