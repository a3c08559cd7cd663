"""Where the work of a run is done: in processes of this machine, or of a Dask cluster.

    work         what a worker does: execute a chapter, put a page together   in: job, notebooks   out: `Chapter`, HTML
    lanes        worker processes of this machine, side by side               in: function calls   out: futures
    dask         workers of a Dask cluster, here or anywhere                  in: function calls   out: futures
    dask_worker  what happens within one of those                             in: a pickled call   out: its answer
    parcel       a chapter that travels to another machine                    in: job              out: `Chapter`

The process of the run itself neither executes nor renders anything, and workers write nothing into the output folder.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol


class WorkerDied(Exception):
    """The process that did the work ended before it was done; the text says what is known of it."""


class Workers(Protocol):
    """Something that calls functions elsewhere. A call that was `urgent` goes before those that wait."""

    def submit(self, function: Callable[..., Any], *args: Any, urgent: bool = False) -> Future[Any]:  # noqa: ANN401
        """Call `function` with `args` on the next free worker. The future raises WorkerDied where that one died."""
        ...
