"""What a run works with: workers, and the fork server their kernels come from; started when the first work is there.

In: a plan and how much of the machine it may use, or where else the work is done. Out: futures. A run that has nothing to do
starts none of it.
"""

import contextlib
import errno
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from salesanalytics.base.plain_file import plain
from salesanalytics.report.kernels import TIMEOUT, Limits
from salesanalytics.report.kernels.preload import imported
from salesanalytics.report.kernels.server import ForkRefused, ForkServer
from salesanalytics.report.plan import Job, Plan
from salesanalytics.report.workers import Workers
from salesanalytics.report.workers.lanes import Lanes, cores

FILES, FILES_A_LANE = 56, 8  # open files that a process of a run may need: measured 40 and 4
GRACE = 120  # seconds a worker may take beyond what its notebook may


class Workshop:
    """`jobs` lanes (default: one per core) for a plan, or the workers at `dask` (see `DaskWorkers`); use as a context. What
    kernels print goes to notebooks/kernels.log. Raises RunError where `dask` says nothing that can be used.
    """

    def __init__(
        self, plan: Plan, *, jobs: int | None = None, timeout: float = TIMEOUT, memory: int | None = None, dask: str = ""
    ) -> None:  # fmt: skip
        self._plan, self._timeout, self._dask = plan, timeout, dask
        self._lanes = _started_here(dask) if dask else max(1, min(jobs or cores(), plan.jobs))
        self._memory = fair_share(self._lanes) if memory is None else memory
        self._log = plan.notebooks / "kernels.log"
        self._within = contextlib.ExitStack()
        self._workers: Workers | None = None
        self._limits: Limits | None = None

    def __enter__(self) -> "Workshop":
        return self

    def __exit__(self, *error: Any) -> None:  # noqa: ANN401
        self._within.__exit__(*error)

    def limits(self, job: Job) -> Limits:
        """What a job's notebook may use here; the company's runs alone, and may use what the others share.

        Asked for the first time, it starts the fork server, unless workers have their own.
        """
        if self._limits is None:
            let_open(FILES + FILES_A_LANE * self._lanes)
            modules = tuple(imported({job.notebook for job in self._plan.all_jobs}))
            address = None if self._dask else self._fork_server(modules)
            self._limits = Limits(self._timeout, self._memory, address, modules)
        return self._limits if job.team else replace(self._limits, memory=self._limits.memory * max(1, self._lanes))

    def submit(self, function: Callable[..., Any], *args: Any, urgent: bool = False) -> "Future[Any]":  # noqa: ANN401
        """Call `function` on a worker; see `Workers`."""
        if self._workers is None:
            self._workers = self._started()
        return self._workers.submit(function, *args, urgent=urgent)

    def _started(self) -> Workers:
        let_open(FILES + FILES_A_LANE * self._lanes)
        longest = self._timeout + GRACE
        if self._dask:
            from salesanalytics.report.workers.dask import DaskWorkers

            return self._within.enter_context(DaskWorkers(self._dask, log=self._log, longest=longest))
        return self._within.enter_context(Lanes(self._lanes, log=self._log, longest=longest))

    def _fork_server(self, modules: Sequence[str]) -> str:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(ForkRefused), plain(self._log).open("wb") as log:
            return self._within.enter_context(ForkServer(modules, log.fileno())).address
        return ""


def _started_here(dask: str) -> int:
    from salesanalytics.report.workers.dask import started_here

    return started_here(dask)


def let_open(files: int) -> None:
    """Raise how many files a process may have open to `files`. Raises OSError where that is not allowed."""
    try:
        import resource
    except ImportError:  # Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != hard < files:
        raise OSError(errno.EMFILE, f"a run needs {files} open files and may have {hard}")
    if resource.RLIM_INFINITY != soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))


def fair_share(kernels: int) -> int:
    """Bytes that each of so many kernels may allocate, so that a quarter of the machine is left; 0: not known."""
    known = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")] if hasattr(os, "sysconf") else []
    with contextlib.suppress(OSError, ValueError):
        known.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(known) * 3 // 4 // kernels if known and kernels else 0
