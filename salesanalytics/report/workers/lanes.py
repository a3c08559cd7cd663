"""Worker processes of this machine: each lane does one thing at a time, and all of them together keep the cores busy.

In: calls of module-level functions. Out: futures. A worker that dies takes its own call with it and no other, and is started
anew for the next one; when the process of the run dies, however it does, its workers end too.
"""

import contextlib
import itertools
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

from salesanalytics.report.kernels.server import alone
from salesanalytics.report.workers import WorkerDied

SAFE_PATH = "PYTHONSAFEPATH"
_PRELOAD = "salesanalytics.report.workers.warm"
_Call = tuple[int, int, Callable[..., Any] | None, tuple[Any, ...], "Future[Any]"]


class Lanes:
    """`count` workers; use as a context, so that they end with it.

    Whatever workers print goes to the file `log`. A call that takes longer than `longest` seconds is ended with its worker.
    """

    def __init__(self, count: int, *, log: Path, longest: float | None = None) -> None:
        self._calls: queue.PriorityQueue[_Call] = queue.PriorityQueue()
        self._order = itertools.count()
        self._lanes = [_Lane(log, longest) for _ in range(max(1, count))]
        self._threads = [threading.Thread(target=self._run, args=(lane,), name="lane", daemon=True) for lane in self._lanes]
        self._started = False

    def __enter__(self) -> "Lanes":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if not self._started:
            return
        if kind is not None:  # interrupted: calls that wait are cancelled, workers that are busy are killed
            with contextlib.suppress(queue.Empty):
                while True:
                    self._calls.get_nowait()[-1].cancel()
            for lane in self._lanes:
                lane.kill()
        for _thread in self._threads:
            self._calls.put((2, next(self._order), None, (), Future()))
        for thread in self._threads:
            thread.join()

    def submit(self, function: Callable[..., Any], *args: Any, urgent: bool = False) -> "Future[Any]":  # noqa: ANN401
        """Call `function` with `args` on the next free lane; see `Workers`."""
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()
        future: Future[Any] = Future()
        self._calls.put((0 if urgent else 1, next(self._order), function, args, future))
        return future

    def _run(self, lane: "_Lane") -> None:
        while True:
            _, _, function, args, future = self._calls.get()
            if function is None:
                lane.stop()
                return
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(lane.call(function, args))
                except BaseException as error:
                    future.set_exception(error)


class _Lane:
    """One worker process, started when first needed and again after it died."""

    def __init__(self, log: Path, longest: float | None) -> None:
        self._log, self._longest = log, longest
        self._worker: Any = None
        self._end: Connection[Any, Any] | None = None

    def call(self, function: Callable[..., Any], args: Sequence[Any]) -> Any:  # noqa: ANN401
        if self._end is None:
            self._end, self._worker = _worker(self._log)
        try:
            self._end.send((function, args))
            if not self._end.poll(self._longest):
                self.stop()
                raise WorkerDied(f"it had not answered after {self._longest:g} seconds and was stopped")
            failed, answer = self._end.recv()
        except (EOFError, OSError):
            self._worker.join(1)
            code = self._worker.exitcode
            self.stop()
            raise WorkerDied(_how(code)) from None
        if failed:
            raise answer
        return answer

    def kill(self) -> None:
        if self._worker is not None:
            self._worker.kill()

    def stop(self) -> None:
        if self._end is not None:
            self._end.close()  # an idle worker ends when its pipe closes
            self._worker.join(0.5)
            self._worker.kill()
            self._worker.join()
            self._worker.close()
            self._end = self._worker = None


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _how(code: int | None) -> str:
    if code == -signal.SIGKILL:
        return "it was killed; perhaps memory ran out: try fewer --jobs"
    return "it ended on its own" if not code else f"it ended with {'signal' if code < 0 else 'exit code'} {abs(code)}"


def _worker(log: Path) -> tuple["Connection[Any, Any]", Any]:
    log.parent.mkdir(parents=True, exist_ok=True)
    # not forked from this process, which has threads; a server of the standard library's imports once and forks
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context: Any = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([_PRELOAD])
    os.environ.update(alone(os.environ))
    safe = _start_server() if method == "forkserver" else False
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, str(log), safe), name="lane", daemon=False)
    process.start()
    theirs.close()
    return ours, process


def _start_server() -> bool:
    """Start the standard library's server so that modules in the working folder cannot hide ours.

    True where PYTHONSAFEPATH was set for that server only, and its forks have to unset it.
    """
    from multiprocessing import forkserver

    ours = SAFE_PATH not in os.environ
    os.environ.setdefault(SAFE_PATH, "1")
    forkserver.ensure_running()
    if ours:
        del os.environ[SAFE_PATH]
    return ours


def _serve(calls: "Connection[Any, Any]", log: str, safe: bool) -> None:
    if safe:
        os.environ.pop(SAFE_PATH, None)  # it was for this process only: a plain kernel may import what lies beside its notebook
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to handle; it ends its workers itself
    threading.Thread(target=_end_with_parent, daemon=True).start()
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
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
        calls.send(answer)


def _end_with_parent() -> NoReturn:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
    os._exit(1)
