"""One worker process: it calls what it is sent, one call after the other, until nobody can send any more.

In: calls of module-level functions through a pipe. Out: whether each failed, and its answer. Processes that a call leaves
behind are killed after it. A worker is a fork of a server that has imported everything (see `kernels.zygote`); where nothing is
forked, it is a process that `multiprocessing` starts.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

from salesanalytics.base.plain_file import plain
from salesanalytics.report.kernels.zygote import adopt, kill_below


def prepare(modules: Sequence[str]) -> None:
    """What the server imports before it forks."""
    from salesanalytics.report.workers import warm  # noqa: F401


def become(request: Mapping[str, Any], server: int) -> int:
    """What a fork does: `request` has the folder, module path and environment of who sends calls, `log` and the pipe's end."""
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.path[:] = request["path"]
    serve(Connection(request["files"][0]), request["log"])
    return 0


def spawned(calls: "Connection[Any, Any]", log: str, env: Mapping[str, str]) -> None:
    """What a process does that was not forked: it watches by itself whether who started it lives."""
    for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT), getattr(signal, "SIGQUIT", signal.SIGINT)):
        signal.signal(number, signal.SIG_IGN)  # they are for the run, which ends its workers itself
    os.environ.update(env)
    adopt()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(calls, log)


def serve(calls: "Connection[Any, Any]", log: str) -> None:
    """Answer calls; what they print goes to the file `log`."""
    handle = os.open(plain(Path(log)), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.close(handle)
    while True:
        try:
            function, args = calls.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (False, function(*args))
        except Exception as error:
            answer = (True, error)
        sys.stdout.flush()
        kill_below()
        calls.send(answer)


def _end_with_parent() -> NoReturn:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
    kill_below()
    os._exit(1)
