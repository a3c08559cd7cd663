"""Ctrl-C and the system's ways to end a program: one answer to all of them, once, however often they come.

In: signals. Out: `Stopped`, raised wherever the program is, so that everything under way is undone as after an error. Signals
that follow are no news and break nothing. Should undoing hang, or somebody's code have caught what was raised, the program ends
all the same after PATIENCE seconds; processes it has started notice that it is gone and end too.
"""

import _thread
import contextlib
import os
import signal
import time
from typing import NoReturn

PATIENCE = 10.0
CODES = {"SIGINT": 130, "SIGQUIT": 130, "SIGTERM": 143, "SIGHUP": 143}
"""Exit codes: a key was pressed, or another program asked."""
SAID = b"Stopped.\n"
_code: int | None = None


class Stopped(BaseException):
    """Somebody wants the program to end, with this exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def listen() -> None:
    """From now on, the first of these signals raises Stopped. One that nohup has switched off stays so."""
    for number in _numbers():
        if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)


def deafen() -> None:
    """The program has done and is about to end: signals change nothing any more."""
    for number in _numbers():
        signal.signal(number, signal.SIG_IGN)


def say() -> None:
    """One line on stderr, if anybody reads there."""
    with contextlib.suppress(OSError):
        os.write(2, SAID)


def _numbers() -> list[signal.Signals]:
    return [getattr(signal, name) for name in CODES if hasattr(signal, name)]


def _stop(number: int, _frame: object) -> None:
    global _code
    if _code is None:
        _code = CODES[signal.Signals(number).name]
        _thread.start_new_thread(_end_anyway, (_code,))  # threading's own start could wait for what it has interrupted
        raise Stopped(_code)


def _end_anyway(code: int) -> NoReturn:
    time.sleep(PATIENCE)
    from salesanalytics.report.scratch import clear

    clear()
    say()
    os._exit(code)
