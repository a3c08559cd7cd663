"""What happens within a worker of a Dask cluster, between Dask and a function of ours.

In: a pickled call. Out: its answer. A call that nobody waits for any more is stopped, and so is one that takes far too long;
kernels of a worker that is killed end with it, because their fork server watches its parent.
"""

import contextlib
import os
import pickle
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from salesanalytics import __version__
from salesanalytics.base.plain_file import plain
from salesanalytics.report.kernels import Limits

LOG = "SALESANALYTICS_WORKER_LOG"
_one_at_a_time = threading.Lock()  # papermill changes the process's folder


def call(payload: bytes, longest: float) -> Any:  # noqa: ANN401
    """Call a pickled function with its arguments. One that takes longer than `longest` seconds ends this process."""
    from distributed import get_worker

    from salesanalytics.report.workers import warm  # noqa: F401

    function, args = pickle.loads(payload)  # noqa: S301 - from the run, which could send any function anyway
    worker = get_worker()
    with _one_at_a_time, _minded(worker, str(worker.get_current_task()), longest):
        return function(*(_within(arg, worker) for arg in args))


def about() -> tuple[str, tuple[int, int]]:
    """What has to be the same on every machine: this package's version, and Python's."""
    return __version__, sys.version_info[:2]


def dask_setup(_worker: object) -> None:
    """Dask calls it when a worker starts that was told to preload this module: as ours are on the run's own machine."""
    from salesanalytics.report.workers import warm  # noqa: F401

    log = os.environ.get(LOG)
    if log:
        handle = os.open(plain(Path(log)), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for stream in (1, 2):
            os.dup2(handle, stream)
        os.close(handle)


def _within(arg: Any, worker: Any) -> Any:  # noqa: ANN401
    """Limits as this machine has them: where none was given for memory, three quarters of what Dask gives the worker."""
    if isinstance(arg, Limits) and not arg.memory:
        return replace(arg, memory=int(worker.memory_manager.memory_limit or 0) * 3 // 4)
    return arg


@contextlib.contextmanager
def _minded(worker: Any, key: str, longest: float) -> Iterator[None]:  # noqa: ANN401
    ended = threading.Event()
    thread = threading.Thread(target=_mind, args=(worker, key, longest, ended), name="mind", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _mind(worker: Any, key: str, longest: float, ended: threading.Event) -> None:  # noqa: ANN401
    ends = time.monotonic() + longest
    while not ended.wait(0.5):
        task = worker.state.tasks.get(key)
        if task is None or task.state == "cancelled":
            _kill_kernels()  # which ends the call
        elif time.monotonic() > ends:
            print(f"The call {key} had not ended after {longest:g} seconds; its worker ends with it.", file=sys.stderr)
            os._exit(1)


def _kill_kernels() -> None:
    """Kill what runs below this process, but for its fork servers."""
    import psutil

    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            words = " ".join(child.cmdline())
            if "kernels.zygote" in words:
                for server in child.children():  # the child is its warden
                    for kernel in server.children(recursive=True):
                        kernel.kill()
            elif "ipykernel" in words:
                child.kill()
