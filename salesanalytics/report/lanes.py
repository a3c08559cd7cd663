"""Notebooks side by side: each lane is one worker process that executes one notebook at a time.

In: jobs. Out: their executions, as they end. A worker that dies takes its own job with it and no other; an interrupted run
leaves no process behind.
"""

import multiprocessing
import os
import queue
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from .kernels import CellError, Execution, execute
from .plan import Job

Execute = Callable[..., Execution]


class Lanes:
    """`count` lanes; use as a context, so that workers end with it.

    Whatever workers and their kernels print goes to the file `log`, not to the terminal.
    """

    def __init__(self, count: int, *, timeout: int, log: Path, execute: Execute = execute) -> None:
        self._count, self._timeout, self._execute = max(1, count), timeout, execute
        self._free: queue.SimpleQueue[_Lane] = queue.SimpleQueue()
        self._lanes = [_Lane(log) for _ in range(self._count)]
        for lane in self._lanes:
            self._free.put(lane)
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="lane")

    def __enter__(self) -> "Lanes":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for lane in self._lanes:
            lane.stop(at_once=kind is not None)
        self._threads.shutdown(wait=True)

    def run(self, jobs: Sequence[Job]) -> Iterator[Execution]:
        """Execute `jobs` in their order, as lanes become free; each execution is handed out as soon as it ends."""
        pending = {self._threads.submit(self._one, job) for job in jobs}
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()

    def _one(self, job: Job) -> Execution:
        lane = self._free.get()
        try:
            return lane.execute(self._execute, job, self._timeout)
        finally:
            self._free.put(lane)


class _Lane:
    """One worker process, started when first needed and again after it died."""

    def __init__(self, log: Path) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._log = log

    def execute(self, function: Execute, job: Job, timeout: int) -> Execution:
        started = time.monotonic()
        pool = self._pool = self._pool or _worker(self._log)
        try:
            future: Future[Execution] = pool.submit(function, job, timeout=timeout)
            return future.result()
        except BrokenProcessPool:
            self._pool = None
            pool.shutdown(wait=False)
            error = CellError(job.chapter, None, "the worker process died", "it may have run out of memory; try fewer --jobs")
        except Exception as failure:  # a bug of ours fails this page, and not the others
            error = CellError(job.chapter, None, type(failure).__name__, str(failure)[:200])
        return Execution(job, False, error, time.monotonic() - started)

    def stop(self, *, at_once: bool) -> None:
        """End the worker; `at_once` for an interrupted run: the signal makes it shut its kernel down."""
        if self._pool is None:
            return
        processes: dict[int, Any] = dict(getattr(self._pool, "_processes", None) or {})
        if at_once:
            for process in processes.values():
                process.terminate()
        self._pool.shutdown(wait=not at_once, cancel_futures=True)
        if at_once:
            for process in processes.values():
                process.join(10)
                process.kill()


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _worker(log: Path) -> ProcessPoolExecutor:
    log.parent.mkdir(parents=True, exist_ok=True)
    # spawned, not forked: the parent has threads
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_settle, initargs=(str(log),))


def _settle(log: str) -> None:
    # Ctrl-C is the run's to handle; it ends its workers itself, and they their kernels on the way out
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.close(handle)
