"""The chapters of a run: the company's first, then every team's; what has not changed since an earlier run is used again.

In: a plan. Out: executed notebooks beside the pages, the ledger's rows, and word to the pages.
"""

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Any

from salesanalytics.report.chapter import COMPANY
from salesanalytics.report.failure import CellError, first_line
from salesanalytics.report.kernels import Limits
from salesanalytics.report.plan import Job, Plan, TeamPlan
from salesanalytics.report.run import reuse
from salesanalytics.report.run.ledger import Ledger, Made
from salesanalytics.report.run.pages import NOT_MADE, Pages, Publish
from salesanalytics.report.run.result import Progress
from salesanalytics.report.workers import WorkerDied
from salesanalytics.report.workers.calls import PendingCalls
from salesanalytics.report.workers.work import Execute, ExecutedChapter, run_chapter


class Chapters:
    """All chapters of a plan, executed within `limits` (asked for when the first is); `again` finds an earlier one made from
    the same inputs, where it may be used again.
    """

    def __init__(
        self,
        plan: Plan,
        ledger: Ledger,
        calls: PendingCalls,
        pages: Pages,
        *,
        limits: Callable[[Job], Limits],
        keep_going: bool,
        again: Callable[[str], Made | None],
        execute: Execute,
        publish: Publish,
        tell: Callable[[Progress], None] | None,
    ) -> None:
        self._plan, self._ledger, self._calls, self._pages = plan, ledger, calls, pages
        self._limits, self._keep_going, self._again = limits, keep_going, again
        self._execute, self._publish, self._tell = execute, publish, tell
        self._teams = {team.team: team for team in plan.teams}
        self._stamps = {team: plan.snapshot.stamp(team) for team in ("", *(one.team for one in plan.teams))}
        self._handed_over: dict[str, dict[str, str]] = {}
        self._through, self._stopped = 0, False

    def start(self) -> None:
        """Send the company's chapter off, or, where there is none to make, the teams'."""
        job = self._plan.company
        if job is None:
            self._without_tables()
            self._start_teams()
            return
        key = reuse.chapter_key(job, self._plan.snapshot.fingerprint(), {})
        made = self._made_before(job, key)
        if made and self._tables() == made.made:
            self._use_again(job, key, made)
            self._start_teams()
        else:
            self._without_tables()
            self._send(job, key)

    def _start_teams(self) -> None:
        for team in self._plan.teams:
            data = self._plan.snapshot.fingerprint(team.team, team.as_of)
            tables = self._handed_over[team.team] = self._tables(team)
            for job in team.jobs:
                key = reuse.chapter_key(job, data, tables)
                made = self._made_before(job, key)
                if made:
                    self._use_again(job, key, made)
                else:
                    self._send(job, key)

    def _made_before(self, job: Job, key: str) -> Made | None:
        made = self._again(key)
        return made if made and reuse.is_there(job.output, made.hash) else None

    def _use_again(self, job: Job, key: str, made: Made) -> None:
        self._ledger.chapter(job.team, job.chapter, "reused", key=key, hash=made.hash, made=made.made, errors=[])
        self._pages.add(job, hash=made.hash)
        self._count(job, 0.0, ok=True)

    def _send(self, job: Job, key: str) -> None:
        if self._stopped:
            self._failed(ExecutedChapter(job, (NOT_MADE,)))
        else:
            self._calls.send(partial(self._ended, job, key), run_chapter, job, self._limits(job), self._execute)

    def _ended(self, job: Job, key: str, future: "Future[Any]") -> None:
        chapter = _outcome(job, future)
        if not chapter.errors:
            chapter = self._kept(chapter)
        if chapter.errors and not job.team:
            self._without_tables()
        if chapter.errors:
            self._failed(chapter)
        else:
            self._done(chapter, key)
        if not job.team:
            self._start_teams()

    def _tables(self, team: TeamPlan | None = None) -> dict[str, str]:
        """Name and hash of the tables handed over in this run; with a team, of those it may read on its day."""
        day, whose = (team.as_of, team.team) if team else (self._plan.about.as_of, None)
        return self._plan.snapshot.handed_over(self._plan.handover, day, whose)

    def _without_tables(self) -> None:
        """Begin with no tables, so that none of an earlier run, or of half a notebook, is taken for one of this run.

        Tables handed over, and executed notebooks with what only analysts may see, lie beside the pages for their owner alone.
        """
        if self._plan.handover.exists():
            rmtree(self._plan.handover)
        for folder in (self._plan.handover, self._plan.notebooks):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)

    def _kept(self, chapter: ExecutedChapter) -> ExecutedChapter:
        """The executed notebook put beside the page, if it was made from the snapshot that was planned for."""
        job = chapter.job
        if self._plan.snapshot.stamp(job.team) != self._stamps[job.team]:
            what = f"{self._plan.snapshot.place} is not what it was when the run began; run again"
            return replace(chapter, errors=(CellError(job.chapter, None, "the snapshot changed", what),))
        if job.team and self._tables(self._teams[job.team]) != self._handed_over[job.team]:
            what = f"{self._plan.handover} is not what {COMPANY} handed over; run again"
            return replace(chapter, errors=(CellError(job.chapter, None, "the company's tables changed", what),))
        try:
            self._publish(job.output, chapter.notebook)
        except OSError as error:
            return replace(chapter, errors=(CellError(job.chapter, None, type(error).__name__, first_line(str(error))),))
        with suppress(OSError):  # an old one does no harm
            _failed_notebook(job).unlink(missing_ok=True)
        return chapter

    def _done(self, chapter: ExecutedChapter, key: str) -> None:
        job, hash = chapter.job, reuse.hash_text(chapter.notebook)
        made = {} if job.team else self._tables()
        used = {"seconds": chapter.seconds, "cpu": chapter.cpu, "peak": chapter.peak}
        self._ledger.chapter(job.team, job.chapter, "done", key=key, hash=hash, made=made, errors=[], **used)
        self._pages.add(job, seconds=chapter.seconds, hash=hash)
        self._count(job, chapter.seconds, ok=True)

    def _failed(self, chapter: ExecutedChapter) -> None:
        job = chapter.job
        if chapter.notebook:
            with suppress(OSError):  # it is there to help; the error is told without it
                self._publish(_failed_notebook(job), chapter.notebook)
        told = [str(error) for error in chapter.errors]
        self._ledger.chapter(job.team, job.chapter, "failed", seconds=chapter.seconds, cpu=chapter.cpu, errors=told)
        self._pages.add(job, seconds=chapter.seconds, errors=chapter.errors)
        if not self._keep_going and not self._stopped:
            self._stopped = True
            self._calls.cancel()
        self._count(job, chapter.seconds, ok=False)

    def _count(self, job: Job, seconds: float, *, ok: bool) -> None:
        self._through += 1
        if self._tell:
            self._tell(Progress(self._through, self._plan.jobs, job.team, job.chapter, ok, seconds))


def _outcome(job: Job, future: "Future[Any]") -> ExecutedChapter:
    try:
        chapter: ExecutedChapter = future.result()
    except WorkerDied as death:
        return ExecutedChapter(job, (CellError(job.chapter, None, "the worker process died", first_line(str(death))),))
    except CancelledError:
        return ExecutedChapter(job, (NOT_MADE,))
    except Exception as error:  # a bug of ours fails this page, and not the others
        return ExecutedChapter(job, (CellError(job.chapter, None, type(error).__name__, first_line(str(error))),))
    return chapter


def _failed_notebook(job: Job) -> Path:
    return job.output.with_name(f"{job.output.stem}.failed.ipynb")
