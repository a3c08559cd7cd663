"""The one place where a notebook is executed; how a kernel comes to life is known here and nowhere else.

In: a `Job`. Out: an `Execution` that says whether it worked, and if not, which cell said what. Never raises for what a
notebook does: a failing cell, a dead kernel and a cell that never ends are answers. The executed notebook is kept.
"""

import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .plan import Job, read_notebook

TIMEOUT = 600
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SECRETS = (
    (re.compile(r"(?<=://)[^/\s@]*:[^/\s]*@"), "•••@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 •••"),
    (
        re.compile(
            r"(?i)([\w-]*(?:passwor[dt]|passwd|pwd|secret|token|api[_-]?key|access[_-]?key)[\w-]*[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&)]+)"
        ),
        r"\1•••",
    ),
    (
        re.compile(r"\b(?:eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|gh[pousr]_\w{16,}|sk-[\w-]{16,}|xox[abp]-[\w-]{10,}|AKIA[0-9A-Z]{16})"),
        "•••",
    ),
)


@dataclass(frozen=True, slots=True)
class CellError:
    """What went wrong in a chapter. `cell` counts the notebook's cells from 1 as a reader of it does; None: no one cell."""

    chapter: str
    cell: int | None
    kind: str
    text: str

    def __str__(self) -> str:
        where = f"{self.chapter}, cell {self.cell}" if self.cell else self.chapter
        return f"{where}: {self.kind}: {self.text}" if self.text else f"{where}: {self.kind}"


@dataclass(frozen=True, slots=True)
class Execution:
    """How the execution of one job went, as the engine itself tells it."""

    job: Job
    ok: bool
    error: CellError | None
    seconds: float


def execute(job: Job, *, timeout: int = TIMEOUT) -> Execution:
    """Execute a job's notebook with a kernel of its own; no cell may run longer than `timeout` seconds."""
    started = time.monotonic()
    _one_thread()
    error = _papermill(job, timeout)
    if error and error.kind == _NEVER_STARTED:
        # two kernels started at one moment can pick the same port; the second try finds another
        error = _papermill(job, timeout)
    return Execution(job, error is None, error, time.monotonic() - started)


_NEVER_STARTED = "the kernel did not start"


def _papermill(job: Job, timeout: int) -> CellError | None:
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    try:
        _run_cells(job, timeout)
    except PapermillExecutionError as error:
        return CellError(job.chapter, _source_cell(job, error.cell_index), error.ename, first_line(error.evalue))
    except CellTimeoutError:
        return CellError(job.chapter, _last_started(job), "took too long", f"the cell ran longer than {timeout} seconds")
    except RuntimeError as error:  # nbclient's word for a dead kernel, and for one that never lived
        if (cell := _last_started(job)) is None:
            return CellError(job.chapter, None, _NEVER_STARTED, first_line(str(error)))
        return CellError(
            job.chapter, cell, "the kernel died", "Python ended within it, perhaps for want of memory; see kernels.log"
        )
    except Exception as error:  # a missing kernel, a full disk, a notebook that is none: all end this job and no other
        return CellError(job.chapter, None, type(error).__name__, first_line(str(error)))
    return None


def _run_cells(job: Job, timeout: int) -> None:
    from papermill import execute_notebook

    job.output.parent.mkdir(parents=True, exist_ok=True)
    job.output.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="sa-") as sockets:
        execute_notebook(
            _literal(job.notebook),
            _literal(job.output),
            parameters=dict(job.parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            log_output=False,
            autosave_cell_every=0,
            cwd=job.notebook.parent,
            execution_timeout=timeout,
            shutdown_kernel="immediate",  # its work is done and saved; waiting for goodbyes costs half a second a notebook
            config=_transport(sockets),
        )


def _transport(folder: str) -> Any:  # noqa: ANN401
    """Sockets in a private folder where the system has such: no port to fight over, and nobody else can listen."""
    from traitlets.config import Config

    # a socket's path may have about 100 bytes
    usable = os.name == "posix" and len(os.fsencode(folder)) <= 80
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/kernel"}}) if usable else Config()


def first_line(text: str) -> str:
    """The first line of an error's text, at most 200 characters, without colours, passwords and tokens."""
    line = next((line.strip() for line in _ANSI.sub("", text).splitlines() if line.strip()), "")
    for pattern, stand_in in _SECRETS:
        line = pattern.sub(stand_in, line)
    return line if len(line) <= 200 else line[:199] + "…"


def _one_thread() -> None:
    # kernels inherit this: lanes already fill the machine, and BLAS threads of several kernels would fight over it
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")


def _literal(path: Path) -> str:
    # papermill fills {names} in paths
    return str(path).replace("{", "{{").replace("}", "}}")


def _source_cell(job: Job, index: int) -> int:
    """The number, from 1, that the executed notebook's cell `index` has in the notebook it was made from."""
    tags = [cell.metadata.get("tags", []) for cell in read_notebook(job.notebook).cells]
    if not job.parameters or any("injected-parameters" in tag for tag in tags):
        return index + 1
    injected = next((place + 1 for place, tag in enumerate(tags) if "parameters" in tag), 0)
    return index + 1 if index < injected else max(index, 1)


def _last_started(job: Job) -> int | None:
    """The last cell that began, by the start times papermill writes as it goes.

    Good for saying where it ended, never whether it worked: after a kernel's death papermill marks every cell completed.
    """
    try:
        cells = read_notebook(job.output).cells
    except (OSError, ValueError):
        return None
    started = [place for place, cell in enumerate(cells) if cell.metadata.get("papermill", {}).get("start_time")]
    return _source_cell(job, started[-1]) if started else None
