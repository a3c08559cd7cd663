"""Workers of a Dask cluster, in the place of lanes: `local:N` starts N worker processes here, `tcp://…` uses those of a
scheduler that runs already.

In: calls of module-level functions. Out: futures. A chapter is sent with its notebook (see `parcel`); everything else comes and
goes as plain values. When a worker dies, Dask gives its calls to another; a call that has killed several is dropped
with WorkerDied. The workers a run has started end with it, however it ends; of those it has not, only its calls do.
"""

import contextlib
import logging
import os
import pickle
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, InvalidStateError
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from salesanalytics.base.plain_file import plain
from salesanalytics.errors import RunError
from salesanalytics.report.kernels.server import alone
from salesanalytics.report.scratch import in_scratch, scratch
from salesanalytics.report.workers import WorkerDied, dask_worker
from salesanalytics.report.workers.parcel import Returned, pack, run_parcel, unpack
from salesanalytics.report.workers.work import run_chapter

PATIENCE = 60.0  # seconds without any worker until calls are dropped
ANSWER = 20.0  # seconds a scheduler may take to say which workers it has
CONNECT = 20.0
_EXTRA = "--dask needs the extra `dask`: pip install 'salesanalytics[dask]', here and on every machine that works"


def started_here(where: str) -> int:
    """How many workers `where` (as given to --dask) starts on this machine: N of local:N, 0 for a scheduler's address.

    Raises RunError where it is neither, or Dask is not installed.
    """
    local = re.fullmatch(r"local:([1-9]\d{0,2})", where)
    if not local and not re.fullmatch(r"(tcp|tls|ws|wss|ucx)://\S+", where):
        raise RunError(f"--dask is {where!r}; expected local:N for N workers here, or a scheduler, such as tcp://host:8786.")
    if find_spec("distributed") is None:
        raise RunError(f"{_EXTRA}.")
    return int(local[1]) if local else 0


class DaskWorkers:
    """The workers at `where`; use as a context. What Dask and workers started here say goes to the file `log`.

    A call that takes longer than `longest` seconds is ended together with its worker. Raises RunError on entering, where no
    worker can be had or they have other versions of what matters.
    """

    def __init__(self, where: str, *, log: Path, longest: float) -> None:
        self._where, self._log, self._longest = where, log, longest
        self._local = started_here(where)
        self._within = contextlib.ExitStack()
        self._calls: dict[Future[Any], Any] = {}
        self._over = threading.Event()
        self._client: Any = None
        self._cluster: Any = None

    def __enter__(self) -> "DaskWorkers":
        with contextlib.ExitStack() as within:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            within.enter_context(_settings())
            within.enter_context(_logged(self._log))
            if self._local:
                self._cluster = within.enter_context(_cluster(self._local, self._log))
            self._client = within.enter_context(_client(self._cluster or self._where))
            if not self._local:
                _check(self._client, self._where)
            thread = threading.Thread(target=self._mind, name="dask", daemon=True)
            within.callback(thread.join)
            within.callback(self._over.set)
            thread.start()
            self._within = within.pop_all()
        return self

    def __exit__(self, kind: object, *error: Any) -> None:  # noqa: ANN401
        if kind is not None:  # interrupted: all calls are cancelled
            for future in list(self._calls):
                future.cancel()
        self._within.close()

    def submit(self, function: Callable[..., Any], *args: Any, urgent: bool = False) -> "Future[Any]":  # noqa: ANN401
        """Call `function` with `args` on the next free worker; see `Workers`. One that is cancelled is stopped there too."""
        future: Future[Any] = Future()
        try:
            if function is run_chapter:
                job, *rest = args
                function, args = run_parcel, (pack(job), *rest)
            payload = pickle.dumps((function, args), protocol=5)
            call = self._client.submit(
                dask_worker.call, payload, self._longest, pure=False, priority=1 if urgent else 0, key=_name(function)
            )
        except (
            Exception
        ) as error:  # a notebook that cannot be read, a scheduler that has gone: this call fails, the run goes on
            future.set_exception(error)
            return future
        self._calls[future] = call
        future.add_done_callback(self._let_go)
        call.add_done_callback(lambda call: _pass_on(call, future))
        return future

    def _let_go(self, future: "Future[Any]") -> None:
        call = self._calls.pop(future)
        if future.cancelled():
            with contextlib.suppress(Exception):  # the connection may be what was lost
                call.cancel(force=True)

    def _mind(self) -> None:
        """Drop all calls when the scheduler has gone or is silent, or no worker has been seen, for PATIENCE seconds."""
        seen = time.monotonic()
        while not self._over.wait(1):
            if self._client.status == "closed":
                self._give_up("the scheduler has gone")
            elif not self._calls or self._workers():
                seen = time.monotonic()
            elif time.monotonic() - seen > PATIENCE:
                self._give_up(f"for {PATIENCE:g} seconds there has been no worker, or no answer")
                seen = time.monotonic()

    def _workers(self) -> int:
        with contextlib.suppress(Exception):  # the connection may be lost, and come back; a scheduler may be stopped
            found = self._client.sync(self._client.scheduler.identity, n_workers=-1, callback_timeout=ANSWER)
            return len(found["workers"])
        return 0

    def _give_up(self, why: str) -> None:
        for future, call in list(self._calls.items()):
            with contextlib.suppress(Exception):  # should it be heard after all, nobody waits for it any more
                call.cancel(force=True)
            _settle(future, error=WorkerDied(f"{self._where}: {why}"))


def _pass_on(call: Any, future: "Future[Any]") -> None:  # noqa: ANN401
    """Dask's answer as the future's."""
    from distributed.scheduler import KilledWorker

    try:
        answer = call.result()
        answer = unpack(answer) if isinstance(answer, Returned) else answer
    except KilledWorker as error:
        _settle(future, error=WorkerDied(f"it killed {error.allowed_failures + 1} Dask workers"))
    except CancelledError:
        _settle(future, error=WorkerDied("the scheduler has lost it"))
    except BaseException as error:
        _settle(future, error=error)
    else:
        _settle(future, answer)


def _settle(future: "Future[Any]", answer: Any = None, *, error: BaseException | None = None) -> None:  # noqa: ANN401
    """Settle the future, unless it is settled: a call may be dropped and answered at the same moment."""
    with contextlib.suppress(InvalidStateError):
        if error is None:
            future.set_result(answer)
        else:
            future.set_exception(error)


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__name__}-{os.urandom(8).hex()}"


@contextlib.contextmanager
def _settings() -> Iterator[None]:
    """Dask's settings for a run: a call is dropped once it has killed two workers, and a page may be large."""
    import dask
    import distributed  # noqa: F401 - adds its own settings, which must not be lost with ours

    ours: dict[str, Any] = {
        "temporary-directory": str(scratch()),
        "distributed.scheduler.allowed-failures": 1,
        "distributed.admin.large-graph-warning-threshold": "1GB",
    }
    quiet: dict[str, Any] = {f"distributed.{part}.http.routes": [] for part in ("scheduler", "worker", "nanny")}
    with dask.config.set({**ours, **quiet}):
        yield


@contextlib.contextmanager
def _logged(log: Path) -> Iterator[None]:
    """What Dask says in this process goes to `log`, and not to the terminal."""
    import distributed  # noqa: F401 - sets up its loggers

    handler = logging.FileHandler(plain(log), encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in ("distributed", "tornado")]
    loggers = [logging.getLogger(name) for name in names]
    before = [(one, one.handlers, one.propagate) for one in loggers]
    for one in loggers:
        one.handlers, one.propagate = [handler], False
    try:
        yield
    finally:
        for one, handlers, propagate in before:
            one.handlers, one.propagate = handlers, propagate
        handler.close()


@contextlib.contextmanager
def _cluster(count: int, log: Path) -> Iterator[Any]:
    """`count` worker processes of this machine; they speak by TLS with keys of their own, as ports are open to every user."""
    import distributed

    dask: Any = distributed  # half of it has no types
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        cluster = dask.LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            memory_limit=0,  # kernels have limits of their own, and Dask would not count them
            security=dask.Security.temporary(),
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            local_directory=folder,
            preload=[dask_worker.__name__],
            env={**_added(), dask_worker.LOG: str(log)},
            silence_logs=logging.WARNING,
        )
        with cluster:
            try:
                yield cluster
            finally:
                _kill(cluster)


def _added() -> dict[str, str]:
    return {name: value for name, value in in_scratch(alone(os.environ)).items() if os.environ.get(name) != value}


def _kill(cluster: Any) -> None:  # noqa: ANN401
    """Kill a cluster's workers: their work is no longer needed, and an orderly shutdown takes seconds."""
    for nanny in cluster.workers.values():
        nanny.auto_restart = False
        with contextlib.suppress(Exception):
            nanny.process.process._process.kill()


@contextlib.contextmanager
def _client(cluster: Any) -> Iterator[Any]:  # noqa: ANN401
    import distributed

    dask: Any = distributed
    try:
        client = dask.Client(cluster, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RunError(f"No Dask scheduler answers at {cluster} ({error}). Start one: dask scheduler --port 8786") from None
    with client:
        yield client


def _check(client: Any, where: str) -> None:  # noqa: ANN401
    """Whether a scheduler's workers can do our work. Raises RunError."""
    try:
        client.wait_for_workers(1, timeout=CONNECT)
    except TimeoutError:
        raise RunError(f"The scheduler at {where} has no worker. Start one: dask worker {where} --nthreads 1") from None
    many = [name for name, facts in client.scheduler_info(n_workers=-1)["workers"].items() if facts["nthreads"] > 1]
    if many:
        raise RunError(
            f"The Dask worker {many[0]} has several threads, of which one at a time can work: start it with --nthreads 1"
        )
    told = client.run(dask_worker.about, on_error="return")
    for name, said in told.items():
        if isinstance(said, BaseException):
            raise RunError(f"The Dask worker {name} cannot work: {said}. Install 'salesanalytics[dask]' in its environment.")
        if said != dask_worker.about():
            raise RunError(f"The Dask worker {name} has {_versions(said)}; expected {_versions(dask_worker.about())} as here.")


def _versions(told: tuple[str, tuple[int, int]]) -> str:
    return f"salesanalytics {told[0]} on Python {told[1][0]}.{told[1][1]}"
