"""The one place where a notebook is executed for a run; only this package knows how a kernel is started.

In: a `Job`. Out: an `Execution` that says whether it worked, and if not, which cell said what, with the notebook as far
as it was executed. Never raises for what a notebook does: a failing cell, a dead kernel and an endless cell are answers.
Writes nothing.
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from salesanalytics.data.snapshot import HANDED_OVER, ONLY_TEAM
from salesanalytics.report.failure import CellError, first_line
from salesanalytics.report.kernels.record import Record
from salesanalytics.report.plan import Job

TIMEOUT = 600
_NEVER_STARTED = "the kernel did not start"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a notebook may use: seconds for all its cells, bytes for its kernel (0: no limit), and where kernels come from.

    `address` is a fork server's; empty: kernels are started plainly; None: this process starts a server of its own, which
    imports `modules` (none: what its first notebook imports).
    """

    timeout: float = TIMEOUT
    memory: int = 0
    address: str | None = None
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Execution:
    """How the execution of one job went, as the engine itself tells it.

    `notebook` is the executed notebook as JSON, empty where it never began; `cpu` (seconds) and `peak` (bytes) are the
    kernel's, 0 where it was a plain one.
    """

    job: Job
    ok: bool
    error: CellError | None
    seconds: float
    notebook: str = field(default="", repr=False)
    cpu: float = 0.0
    peak: int = 0


def execute(job: Job, limits: Limits = Limits()) -> Execution:  # noqa: B008 - it cannot change
    """Execute a job's notebook with a kernel of its own, within `limits`."""
    started = time.monotonic()
    record = Record()
    error = _papermill(job, limits, record)
    if error and (error.kind == _NEVER_STARTED or (record.lost and error.kind == _DIED)):
        # the fork server is gone, which is not the notebook's fault: try once more with a plain kernel
        record = Record()
        error = _papermill(job, Limits(limits.timeout, limits.memory, ""), record)
    seconds = time.monotonic() - started
    return Execution(job, error is None, error, seconds, _json(record.nb), record.cpu, record.peak)


_DIED = "the kernel died"


def _papermill(job: Job, limits: Limits, record: Record) -> CellError | None:
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    try:
        _run_cells(job, limits, record)
    except PapermillExecutionError as error:
        return CellError(job.chapter, _source_cell(record.nb, error.cell_index), error.ename, first_line(error.evalue))
    except CellTimeoutError as error:
        if "IOPub" in str(error):
            why = "the cell put out more than could be read in time; let it print less"
            return CellError(job.chapter, _last_started(record), "its output was lost", why)
        return CellError(
            job.chapter, _last_started(record), "took too long", f"the notebook ran longer than {limits.timeout:g} seconds"
        )
    except RuntimeError as error:  # nbclient raises it for a kernel that died, and for one that never started
        if (cell := _last_started(record)) is None:
            return CellError(job.chapter, None, _NEVER_STARTED, first_line(str(error)))
        return CellError(job.chapter, cell, _DIED, _why_it_died(record.code))
    except Exception as error:  # a missing kernel, a full disk, a broken notebook: each fails this job and no other
        return CellError(job.chapter, None, type(error).__name__, first_line(str(error)))
    return None


def _run_cells(job: Job, limits: Limits, record: Record) -> None:
    from papermill import execute_notebook

    execute_notebook(
        str(job.notebook).replace("{", "{{").replace("}", "}}"),  # papermill fills {names} in paths
        None,
        parameters=dict(job.parameters),
        engine_name="salesanalytics",
        kernel_name="python3",
        language="python",
        progress_bar=False,
        log_output=False,
        autosave_cell_every=0,
        cwd=job.notebook.parent,
        notebook_timeout=limits.timeout,
        memory=limits.memory,
        address=limits.address,
        modules=limits.modules,
        record=record,
        env=_environment(job),
        shutdown_kernel="immediate",  # its work is done; an orderly shutdown takes half a second per notebook
    )


def _environment(job: Job) -> dict[str, str]:
    """What a kernel is told beside its notebook: whose rows it may read, and where the tables handed over lie."""
    team = {ONLY_TEAM: job.team} if job.team else {}
    return {**team, HANDED_OVER: str(job.handover)} if job.handover else team


def _why_it_died(code: int | None) -> str:
    import signal

    if code is None or code == -signal.SIGKILL:
        return "Python was killed within it, perhaps for want of memory; see kernels.log"
    if code < 0:
        return f"Python ended within it by signal {-code} ({signal.strsignal(-code)}); see kernels.log"
    return f"Python ended within it with exit code {code}; see kernels.log"


def _json(notebook: Any) -> str:  # noqa: ANN401
    return "" if notebook is None else json.dumps(notebook, ensure_ascii=False) + "\n"


def _source_cell(notebook: Any, index: int) -> int:  # noqa: ANN401
    """The number, from 1, that the executed notebook's cell `index` has in the notebook it was made from."""
    injected = sum("injected-parameters" in cell.metadata.get("tags", []) for cell in notebook.cells[: index + 1])
    return max(index + 1 - injected, 1)


def _last_started(record: Record) -> int | None:
    """The last cell that began, by the start times papermill notes as it goes.

    Good for saying where it ended, never whether it worked: after a kernel's death papermill marks every cell completed.
    """
    cells = record.nb.cells if record.nb is not None else []
    started = [place for place, cell in enumerate(cells) if cell.metadata.get("papermill", {}).get("start_time")]
    return _source_cell(record.nb, started[-1]) if started else None
