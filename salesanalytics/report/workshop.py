"""What a run works with: workers, and the fork server their kernels come from; started when the first work is there.

In: a plan and how much of the machine it may use. Out: futures. A run that has nothing to do starts none of it.
"""

import contextlib
import os
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from .kernels import TIMEOUT, Limits
from .kernels.preload import imported
from .kernels.server import ForkRefused, ForkServer
from .plan import Plan
from .workers import Workers
from .workers.lanes import Lanes, cores

GRACE = 120  # seconds a worker may take beyond what its notebook may


class Workshop:
    """`jobs` lanes (default: one per core) for a plan; use as a context. Kernels' words go to notebooks/kernels.log."""

    def __init__(
        self, plan: Plan, *, jobs: int | None = None, timeout: float = TIMEOUT, memory: int | None = None
    ) -> None:  # fmt: skip
        self._plan, self._timeout = plan, timeout
        self._lanes = max(1, min(jobs or cores(), plan.jobs))
        self._memory = fair_share(self._lanes) if memory is None else memory
        self._log = plan.folder / "notebooks" / "kernels.log"
        self._within = contextlib.ExitStack()
        self._workers: Workers | None = None
        self._limits: Limits | None = None

    def __enter__(self) -> "Workshop":
        return self

    def __exit__(self, *error: Any) -> None:  # noqa: ANN401
        self._within.__exit__(*error)

    def limits(self) -> Limits:
        """What a notebook may use here; asked for the first time, it starts the fork server."""
        if self._limits is None:
            self._limits = Limits(self._timeout, self._memory, self._fork_server())
        return self._limits

    def submit(self, function: Callable[..., Any], *args: Any, urgent: bool = False) -> "Future[Any]":  # noqa: ANN401
        """Call `function` on a worker; see `Workers`."""
        if self._workers is None:
            self._workers = self._within.enter_context(Lanes(self._lanes, log=self._log, longest=self._timeout + GRACE))
        return self._workers.submit(function, *args, urgent=urgent)

    def _fork_server(self) -> str:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        modules = imported({job.notebook for job in self._plan.all_jobs})
        with contextlib.suppress(ForkRefused), self._log.open("wb") as log:
            return self._within.enter_context(ForkServer(modules, log.fileno())).address
        return ""


def fair_share(kernels: int) -> int:
    """Bytes that each of so many kernels may allocate, so that a quarter of the machine is left; 0 where that is not known."""
    known = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")] if hasattr(os, "sysconf") else []
    with contextlib.suppress(OSError, ValueError):
        known.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(known) * 3 // 4 // kernels if known else 0
