"""How a command fails: in one line on stderr, with an exit code, and with a traceback only where --debug asks for one.

    0    all is well                              3    some pages of a run failed
    1    data, mapping, params or a snapshot      4    all of them did
         cannot be used                           130  somebody pressed Ctrl-C
    2    the command was typed wrongly (click)

In: whatever a command raises. Out: a line that says what to do, and the end of the process.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from salesanalytics.errors import SalesAnalyticsError

CANNOT, STOPPED = 1, 130
DEBUG = "--debug"


class _Stopped(BaseException):
    """Somebody pressed Ctrl-C."""


@contextmanager
def in_one_line(*, debug: bool) -> Iterator[None]:
    """What is raised within becomes a line and an exit code; with `debug` it is raised as it is, but for Ctrl-C."""
    # click would take Python's own KeyboardInterrupt for itself, and say "Aborted"
    signal.signal(signal.SIGINT, _stop)
    try:
        yield
    except _Stopped:
        _end("Stopped.", STOPPED)
    except Exception as error:
        if debug:
            raise
        _end(f"Error: {_line(error)}", CANNOT)


def no_room(error: OSError) -> str:
    """What the system says when something cannot be written, and what can be done."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}. Choose another --out, or free space."


def _stop(*_: object) -> NoReturn:
    raise _Stopped


def _end(text: str, code: int) -> NoReturn:
    typer.echo(text, err=True)
    sys.exit(code)


def _line(error: Exception) -> str:
    if isinstance(error, SalesAnalyticsError):
        return str(error)
    if isinstance(error, OSError):
        return no_room(error)
    said = str(error).splitlines()[0] if str(error) else ""
    return f"{type(error).__name__}: {said} (this is a fault of salesanalytics; {DEBUG} shows where)"
