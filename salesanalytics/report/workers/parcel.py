"""A chapter that travels: what a worker on another machine needs to execute it, and what comes back.

In: a job. Out: a `Parcel` with the notebook, the modules beside it and the tables handed over so far. Back comes a `Returned`:
the chapter, with its paths as they are on the run's machine, and the tables the company's notebook hands over. A snapshot at a
URL is fetched by the worker itself; one in a folder is not sent: the workers have to see that folder.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from salesanalytics.data.snapshot import Origin, origin_of, put_tables, reopen, stand_for, tables_of
from salesanalytics.errors import SnapshotError
from salesanalytics.report.kernels import Limits
from salesanalytics.report.plan import Job
from salesanalytics.report.scratch import scratch
from salesanalytics.report.workers.work import Execute, ExecutedChapter, run_chapter


@dataclass(frozen=True, slots=True)
class Parcel:
    """A job, its notebook and the modules beside it by name, and the tables it may read; `origin`: its snapshot is at a URL."""

    job: Job
    files: Mapping[str, bytes] = field(repr=False)
    origin: Origin | None = None
    tables: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Returned:
    """An executed chapter, and the tables it hands over."""

    chapter: ExecutedChapter
    tables: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def pack(job: Job) -> Parcel:
    """What is needed to execute a job elsewhere. Raises OSError where the notebook cannot be read."""
    files = {file.name: file.read_bytes() for file in (job.notebook, *_modules(job.notebook.parent))}
    snapshot = str(job.parameters.get("snapshot") or "")
    origin = origin_of(snapshot) if snapshot else None
    tables = tables_of(job.handover, job.team) if job.handover and job.team else {}
    return Parcel(job, files, origin, tables)


def _modules(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.glob("*.py")) if file.is_file()]


def unpack(returned: Returned) -> ExecutedChapter:
    """The chapter, once the tables it hands over lie in the run's own folder. Raises OSError where they cannot."""
    job = returned.chapter.job
    if job.handover and not job.team and not returned.chapter.errors:
        put_tables(job.handover, returned.tables)
    return returned.chapter


def run_parcel(parcel: Parcel, limits: Limits, execute: Execute) -> Returned:
    """`run_chapter` in a temporary folder of this machine. Raises SnapshotError where the snapshot is not to be had here."""
    with TemporaryDirectory(dir=scratch()) as name:
        folder = Path(name).resolve()
        notebooks = folder / "notebooks"
        notebooks.mkdir()
        for file, content in parcel.files.items():
            (notebooks / file).write_bytes(content)
        snapshot = _snapshot(parcel, folder / "snapshot")
        parameters = {**parcel.job.parameters, **({"snapshot": snapshot} if snapshot else {})}
        handover = folder / "handover"
        put_tables(handover, parcel.tables)
        here = replace(parcel.job, notebook=notebooks / parcel.job.notebook.name, parameters=parameters, handover=handover)
        chapter = run_chapter(here, limits, execute)
        tables = {} if parcel.job.team else tables_of(handover)
    return Returned(_as_at_home(chapter, here, parcel.job), tables)


def _snapshot(parcel: Parcel, folder: Path) -> str:
    """The folder that opens as the job's snapshot here; empty where the notebook wants none."""
    wanted = str(parcel.job.parameters.get("snapshot") or "")
    if parcel.origin:
        # fetched here once for all later kernels, with the libraries that a worker has imported already
        return str(reopen(stand_for(parcel.origin, folder)).fetch(parcel.job.team))
    if wanted and not Path(wanted).exists():
        raise SnapshotError(f"This worker's machine has no {wanted}. Put the snapshot on a disk that all see, or at a URL.")
    return wanted


def _as_at_home(chapter: ExecutedChapter, here: Job, home: Job) -> ExecutedChapter:
    """The chapter with the paths of the run's machine: those of this one mean nothing there, and are gone by then."""
    paths = {str(here.notebook): str(home.notebook)}
    if "snapshot" in home.parameters:
        paths[str(here.parameters["snapshot"])] = str(home.parameters["snapshot"])
    notebook = chapter.notebook
    for ours, theirs in paths.items():
        if ours != theirs:
            notebook = notebook.replace(json.dumps(ours)[1:-1], json.dumps(theirs, ensure_ascii=False)[1:-1])
    return replace(chapter, job=home, notebook=notebook)
