"""A run from plan to pages: who may run, what is noted, which chapters and pages are made.

In: a `Plan`. Out: pages in their places, the index, the ledger's rows and a `RunResult`. Only this process writes into the
output folder. One team's failure is reported and stops no other; a page that cannot be made anew leaves the old one there.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from salesanalytics import __version__
from salesanalytics.errors import RunError
from salesanalytics.report.kernels import TIMEOUT, execute
from salesanalytics.report.plan import Plan
from salesanalytics.report.run.chapters import Chapters
from salesanalytics.report.run.ledger import Ledger, Made
from salesanalytics.report.run.lock import only_run
from salesanalytics.report.run.pages import Pages, Publish
from salesanalytics.report.run.publish import publish, sweep
from salesanalytics.report.run.result import Progress, RunResult
from salesanalytics.report.run.workshop import Workshop
from salesanalytics.report.workers.calls import PendingCalls
from salesanalytics.report.workers.work import Execute


@dataclass(frozen=True, slots=True)
class Options:
    """How a plan is run.

    `jobs`: lanes, default one per core; `dask`: a Dask cluster in their place (see `workers.dask`). `timeout`: seconds a
    notebook may take; `memory`: bytes its kernel may allocate, default a fair share of the machine. `force`: use nothing again.
    `resume`: go on with that run of the ledger. `keep_going`: whether others are made after one has failed. `asked`: what to
    note, so that the run can be asked for again.
    """

    jobs: int | None = None
    dask: str = ""
    timeout: float = TIMEOUT
    memory: int | None = None
    force: bool = False
    resume: int | None = None
    keep_going: bool = True
    asked: Mapping[str, Any] = field(default_factory=dict)


def run(
    plan: Plan,
    options: Options = Options(),  # noqa: B008 - it cannot change
    *,
    progress: Callable[[Progress], None] | None = None,
    execute: Execute = execute,
    publish: Publish = publish,
    within: AbstractContextManager[None] | None = None,
) -> RunResult:
    """Execute `plan` and publish its pages and their index. `progress` is called in this process after every notebook.

    `within` is entered once no other run can be at work, and left when all is made.

    Raises RunError where another run is at work in the same folder, or the snapshot is no longer the one that was planned for;
    OSError where nothing can be written there.
    """
    out = plan.folder.parent
    with only_run(out) as require, within or nullcontext():

        def put(path: Path, text: str) -> None:
            require()
            publish(path, text)

        sweep(plan.folder)
        if not plan.snapshot.unchanged():
            raise RunError(f"{plan.snapshot.place} was replaced while the run was being planned. Run again.")
        with closing(Ledger(out)) as ledger:
            workshop = Workshop(plan, jobs=options.jobs, timeout=options.timeout, memory=options.memory, dask=options.dask)
            with _noted(ledger, plan, options) as end, workshop:
                result = _make(plan, options, ledger, workshop, progress, execute, put)
                end(result.exit_code)
    return replace(result, trouble=ledger.trouble, notes=(*ledger.notes, *result.notes))


def _make(
    plan: Plan,
    options: Options,
    ledger: Ledger,
    workshop: Workshop,
    progress: Callable[[Progress], None] | None,
    execute: Execute,
    publish: Publish,
) -> RunResult:
    # with --force, a resumed run still uses again what it had made itself before
    fresh, only = options.force and not options.resume, options.resume if options.force else None

    def chapter_again(key: str) -> Made | None:
        return None if fresh else ledger.made_chapter(key, run=only)

    def page_again(key: str) -> Made | None:
        return None if fresh else ledger.made_page(key, run=only)

    calls = PendingCalls(workshop)
    pages = Pages(plan, ledger, calls, publish, page_again)
    Chapters(
        plan, ledger, calls, pages, limits=workshop.limits, keep_going=options.keep_going, again=chapter_again,
        execute=execute, publish=publish, tell=progress,
    ).start()  # fmt: skip
    calls.run()
    return pages.finish()


@contextmanager
def _noted(ledger: Ledger, plan: Plan, options: Options) -> Iterator[Callable[[int], None]]:
    """A row of the ledger from beginning to end, however it ends."""
    codes: list[int] = []
    try:
        if options.resume:
            ledger.resume(options.resume)
        else:
            snapshot = {"snapshot": plan.snapshot.place, "snapshot_hash": plan.snapshot.manifest["hash"]}
            facts = {"version": __version__, **snapshot, "as_of": str(plan.about.as_of), "folder": str(plan.folder)}
            ledger.begin(options.asked, facts)
        ledger.plan(plan.pages, [(job.team, job.chapter) for job in plan.all_jobs])
        yield codes.append
    finally:
        if codes:
            ledger.end("done", codes[0])
        else:
            ledger.stop()
