"""Calls that are under way, each with what is to happen when it ends. Everything happens on the thread that runs them."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from typing import Any

from salesanalytics.report.workers import WorkerDied, Workers

Then = Callable[["Future[Any]"], None]


class PendingCalls:
    """Calls of `workers`. What to do after one may send others."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._pending: dict[Future[Any], Then] = {}

    def send(self, then: Then, function: Callable[..., Any], *args: Any, urgent: bool = False) -> None:  # noqa: ANN401
        """Call `function` on a worker, and `then` here with its future. Where a worker dies, it is called once more."""
        future = self._workers.submit(function, *args, urgent=urgent)
        self._pending[future] = partial(self._once_more, then, function, args)

    def cancel(self) -> None:
        """Take back the calls that have not begun."""
        for future in self._pending:
            future.cancel()

    def run(self) -> None:
        """Do what follows each call as it ends, until none is under way."""
        while self._pending:
            done, _ = wait(self._pending, return_when=FIRST_COMPLETED)
            for future in done:
                self._pending.pop(future)(future)

    def _once_more(self, then: Then, function: Callable[..., Any], args: tuple[Any, ...], future: "Future[Any]") -> None:
        if not future.cancelled() and isinstance(future.exception(), WorkerDied):
            self._pending[self._workers.submit(function, *args, urgent=True)] = then
        else:
            then(future)
