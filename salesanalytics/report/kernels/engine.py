"""papermill's engine `salesanalytics`: notebooks executed as papermill does, by kernels that are forked.

Registered by entry point, so `papermill --engine salesanalytics nb.ipynb out.ipynb -f params.yaml` works by itself: the first
notebook of a process starts a fork server, its end stops it. The notebook is saved at its end and every `autosave_cell_every`
seconds meanwhile, not twice per cell. papermill imports this module while it loads; so import papermill first.
"""

import atexit
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.utils import remove_args

from salesanalytics.report.kernels.manager import ForkKernelManager
from salesanalytics.report.kernels.preload import imported
from salesanalytics.report.kernels.printed import Printed
from salesanalytics.report.kernels.record import Record
from salesanalytics.report.kernels.server import ForkRefused, ForkServer


class ForkEngine(NBClientEngine):
    """Executes with a kernel from `address`, from a server of this process's own where none is given."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,  # noqa: ANN401
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool = True,
        log_output: bool = False,
        autosave_cell_every: float = 30,
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """As papermill's, saving rarely."""
        make: Any = _Sparing
        manager = make(nb, output_path, log_output, progress_bar, autosave_cell_every)
        manager.notebook_start()
        try:
            cls.execute_managed_notebook(manager, kernel_name, log_output=log_output, **kwargs)
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,  # noqa: ANN401
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,  # noqa: ANN401
        stderr_file: Any = None,  # noqa: ANN401
        start_timeout: int = 60,
        execution_timeout: float | None = None,
        *,
        address: str | None = None,
        memory: int = 0,
        modules: tuple[str, ...] = (),
        notebook_timeout: float | None = None,
        env: Mapping[str, str] | None = None,
        record: Record | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """Execute. `notebook_timeout`: seconds for all cells together, `memory`: bytes, `env`: set beside this
        process's own variables; `record` learns what was used.
        """
        record = record or Record()
        record.nb = nb_man.nb
        at = _own_server(kwargs.get("input_path"), modules) if address is None else address
        client = _Client(
            nb_man,
            km=ForkKernelManager(kernel_name=kernel_name, address=at, memory=memory),
            ends=time.monotonic() + notebook_timeout if notebook_timeout else None,
            kernel_name=kernel_name,
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
            **remove_args(["input_path", "timeout", "startup_timeout"], **kwargs),
        )
        manager = client.km
        try:
            client.execute(cleanup_kc=True, env={**os.environ, **(env or {})})
        finally:
            record.kernel(manager)


class _Sparing(NotebookExecutionManager):
    """Saves at the end, and in between only when the last time was `autosave_cell_every` seconds ago."""

    def save(self, **kwargs: Any) -> None:  # noqa: ANN401
        """Save now, if it is time."""
        if self.end_time or (self.autosave_cell_every and self._age() >= self.autosave_cell_every):
            super().save(**kwargs)

    def _age(self) -> float:
        age: float = (self.now() - self.last_save_time).total_seconds()
        return age


class _Client(PapermillNotebookClient):
    """papermill's client, for a notebook that must be finished by `ends` (monotonic seconds)."""

    def __init__(self, *args: Any, ends: float | None, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._ends = ends
        self._printed = Printed()

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:  # noqa: ANN401
        """As nbclient's; of printed text no more is kept than `Printed` does."""
        out = super().output(outs, msg, display_id, cell_index)
        if out is not None and out["output_type"] == "stream":
            self._printed.keep(outs, cell_index)
        return out

    def _get_timeout(self, cell: Any) -> float | None:  # noqa: ANN401
        found: float | None = super()._get_timeout(cell)
        if self._ends is None:
            return found
        left = max(0.01, self._ends - time.monotonic())
        self.iopub_timeout = max(4, int(left))  # what a cell has put out may still be read a while after its end
        return left if found is None else min(left, found)


_own: dict[tuple[str, ...], ForkServer] = {}


def _own_server(notebook: str | None, modules: tuple[str, ...]) -> str:
    """The address of this process's own server, started with `modules`, else with what the first notebook imports."""
    if not any(server.alive for server in _own.values()) or (modules and modules not in _own):
        while _own:  # a worker that serves many runs keeps only its newest server
            _own.popitem()[1].stop()
        try:
            _own[modules] = server = ForkServer(modules or imported([Path(notebook)] if notebook else []))
        except ForkRefused:
            return ""
        atexit.register(server.stop)
    return next(iter(_own.values())).address
