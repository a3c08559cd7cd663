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
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from salesanalytics.base.plain_file import plain
from salesanalytics.report.kernels.server import ForkedKernel, ForkRefused, ForkServer, alone, ask
from salesanalytics.report.scratch import in_scratch
from salesanalytics.report.workers import WorkerDied, lane

_LANE = "salesanalytics.report.workers.lane"
_Call = tuple[int, int, Callable[..., Any] | None, tuple[Any, ...], "Future[Any]"]


class Lanes:
    """`count` workers; use as a context, so that they end with it.

    Whatever workers print goes to the file `log`. A call that takes longer than `longest` seconds is ended with its worker.
    """

    def __init__(self, count: int, *, log: Path, longest: float | None = None) -> None:
        self._calls: queue.PriorityQueue[_Call] = queue.PriorityQueue()
        self._order = itertools.count()
        self._nursery = _Nursery(log)
        self._lanes = [_Lane(self._nursery, longest) for _ in range(max(1, count))]
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
            self._nursery.stop()
            for lane in self._lanes:
                lane.kill()
        for _thread in self._threads:
            self._calls.put((2, next(self._order), None, (), Future()))
        for thread in self._threads:
            thread.join()
        self._nursery.stop()

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

    def __init__(self, nursery: "_Nursery", longest: float | None) -> None:
        self._nursery, self._longest = nursery, longest
        self._worker: ForkedKernel | _Spawned | None = None
        self._end: Connection[Any, Any] | None = None

    def call(self, function: Callable[..., Any], args: Sequence[Any]) -> Any:  # noqa: ANN401
        end, worker = self._sent((function, args))
        try:
            if not end.poll(self._longest):
                self.stop()
                raise WorkerDied(f"it had not answered after {self._longest:g} seconds and was stopped")
            failed, answer = end.recv()
        except (EOFError, OSError):
            code = _ended(worker)
            self.stop()
            raise WorkerDied(_how(code)) from None
        if failed:
            raise answer
        return answer

    def _sent(self, call: object) -> "tuple[Connection[Any, Any], ForkedKernel | _Spawned]":
        """The call sent to a worker; one that had died while it was idle has taken no call with it, and is replaced."""
        if self._worker is not None and self._worker.poll() is not None:
            self.stop()
        for last in (False, True):
            if self._end is None or self._worker is None:
                self._end, self._worker = self._nursery.worker()
            try:
                self._end.send(call)
            except OSError:
                code = _ended(self._worker)
                self.stop()
                if last:
                    raise WorkerDied(_how(code)) from None
            else:
                break
        assert self._end is not None  # noqa: S101
        assert self._worker is not None  # noqa: S101
        return self._end, self._worker

    def kill(self) -> None:
        if self._worker is not None:
            self._worker.kill()

    def stop(self) -> None:
        if self._end is not None and self._worker is not None:
            self._end.close()  # an idle worker ends when its pipe closes
            _ended(self._worker, within=0.5)
            self._worker.kill()
            _ended(self._worker)
            self._worker.close()
        self._end = self._worker = None


class _Nursery:
    """Where workers come from: a fork server, started when the first is wanted and again when it died; or plain processes."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._server: ForkServer | None = None
        self._over = False
        self._one = threading.Lock()

    def worker(self) -> "tuple[Connection[Any, Any], ForkedKernel | _Spawned]":
        """A new worker, and the end of its pipe. Raises WorkerDied once no more are wanted."""
        ours, theirs = multiprocessing.Pipe()
        env = in_scratch(alone(os.environ))
        request = {"env": env, "cwd": str(Path.cwd()), "path": sys.path, "log": str(self._log.resolve())}
        with theirs:
            try:
                return ours, ask(self._address(), request, [theirs.fileno()])
            except ForkRefused:
                if self._over:
                    raise WorkerDied("the run has ended") from None
                return ours, _Spawned(theirs, self._log.resolve(), env)

    def stop(self) -> None:
        """End the server, and workers with it."""
        with self._one:
            self._over = True
            if self._server:
                self._server.stop()

    def _address(self) -> str:
        """Raises ForkRefused."""
        with self._one:
            if self._over:
                raise ForkRefused("the run has ended")
            if self._server and not self._server.alive:
                self._server.stop()
                self._server = None
            if not self._server:
                self._log.parent.mkdir(parents=True, exist_ok=True)
                with plain(self._log).open("ab") as log:
                    self._server = ForkServer((), log.fileno(), becomes=_LANE)
            return self._server.address


class _Spawned:
    """A worker that was started and not forked."""

    def __init__(self, calls: "Connection[Any, Any]", log: Path, env: Mapping[str, str]) -> None:
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=lane.spawned, args=(calls, str(log), env), name="lane", daemon=False)
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """As `ForkedKernel.wait`."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.close()


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _ended(worker: "ForkedKernel | _Spawned", within: float = 2) -> int | None:
    """The exit code of a worker that has ended or is about to."""
    with contextlib.suppress(TimeoutError):
        return worker.wait(within)
    return None


def _how(code: int | None) -> str:
    if code == -signal.SIGKILL:
        return "it was killed; perhaps memory ran out: try fewer --jobs"
    return "it ended on its own" if not code else f"it ended with {'signal' if code < 0 else 'exit code'} {abs(code)}"
