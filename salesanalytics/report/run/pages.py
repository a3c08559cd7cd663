"""The pages of a run: each is put in place as soon as its chapters are through, or a page that says why it is not.

In: chapters as they end. Out: files, the ledger's rows, one `PageResult` per page, and the index.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from salesanalytics.report.failure import CellError, first_line
from salesanalytics.report.page.day import day_of
from salesanalytics.report.page_result import PageResult
from salesanalytics.report.plan import INDEX, Job, Plan, TeamPlan
from salesanalytics.report.run import reuse
from salesanalytics.report.run.ledger import Ledger, Made
from salesanalytics.report.run.result import RunResult
from salesanalytics.report.workers import WorkerDied
from salesanalytics.report.workers.calls import PendingCalls
from salesanalytics.report.workers.work import make_company_page, make_team_page

Publish = Callable[[Path, str], None]
PAGE = "the page"
THE_INDEX = "the list of pages"
NOT_MADE = CellError("the run", None, "not made", "an earlier page had failed, and --fail-fast was given")


@dataclass
class _Page:
    """A page under way: its jobs in page order, and per chapter the hash of its executed notebook."""

    result: PageResult
    jobs: Sequence[Job]
    team: TeamPlan | None
    hashes: dict[str, str] = field(default_factory=dict)
    through: int = 0


class Pages:
    """All pages of a plan; `again` finds an earlier one made from the same inputs, where it may be used again."""

    def __init__(
        self, plan: Plan, ledger: Ledger, calls: PendingCalls, publish: Publish, again: Callable[[str], Made | None]
    ) -> None:
        self._plan, self._ledger, self._calls, self._publish, self._again = plan, ledger, calls, publish, again
        self._pages = {page.result.team: page for page in _pages(plan)}
        self._notes: list[str] = []

    def add(self, job: Job, *, seconds: float = 0.0, errors: Sequence[CellError] = (), hash: str = "") -> None:
        """Note that a chapter has ended; after the page's last one, the page is made."""
        page = self._pages[job.team]
        result = page.result
        page.result = replace(result, errors=(*result.errors, *errors), seconds=result.seconds + seconds)
        page.hashes[job.chapter] = hash
        page.through += 1
        if page.through == len(page.jobs):
            self._make(page)

    def _make(self, page: _Page) -> None:
        order = {job.chapter: place for place, job in enumerate(page.jobs)}
        page.result = replace(
            page.result, errors=tuple(sorted(page.result.errors, key=lambda error: order.get(error.chapter, 0)))
        )
        if page.result.errors:
            self._failed(page)
            return
        key = self._key(page)
        made = self._again(key)
        if made and reuse.is_there(page.result.page, made.hash):
            page.result = replace(page.result, reused=True, bytes=page.result.page.stat().st_size)
            self._settled(page, "reused", key=key, hash=made.hash)
            return
        then = partial(self._made, page, key, monotonic())
        try:
            texts = {job.chapter: job.output.read_text("utf-8") for job in page.jobs}
        except OSError as error:
            self._failed(page, error)
            return
        if page.team:
            self._calls.send(then, make_team_page, page.team, self._plan.about, texts, urgent=True)
        else:
            (text,) = texts.values()
            chapter = page.jobs[0].chapter
            self._calls.send(then, make_company_page, self._plan.locale, self._plan.about, chapter, text, urgent=True)

    def _key(self, page: _Page) -> str:
        hashes = [page.hashes[job.chapter] for job in page.jobs]
        if page.team:
            return reuse.page_key(page.team, self._plan.about, hashes)
        return reuse.company_key(self._plan.locale, self._plan.about, *hashes)

    def _made(self, page: _Page, key: str, began: float, future: "Future[Any]") -> None:
        try:
            html: str = future.result()
            self._publish(page.result.page, html)
        except (Exception, CancelledError) as error:  # whatever it is, it must not stop the other teams' pages
            self._failed(page, error)
            return
        seconds = page.result.seconds + monotonic() - began
        page.result = replace(page.result, bytes=len(html.encode()), seconds=seconds)
        self._settled(page, "done", key=key, hash=reuse.hash_text(html))

    def _settled(self, page: _Page, state: str, *, key: str, hash: str) -> None:
        told, result = _told(page.result), page.result
        try:
            told.unlink(missing_ok=True)
        except OSError as error:
            self._notes.append(f"{told} tells of an earlier failure and could not be removed ({error.strerror}).")
        self._ledger.page(
            result.team, state, key=key, hash=hash, bytes=result.bytes, seconds=result.seconds, kept=None, errors=[]
        )

    def _failed(self, page: _Page, error: BaseException | None = None) -> None:
        """The old page stays; another file says what happened, where that can be written."""
        if error is not None:
            page.result = replace(page.result, errors=(_why(error),))
        page.result = replace(page.result, kept=day_of(page.result.page))
        try:
            from salesanalytics.report.page.failure_page import failure_page

            told = _told(page.result)
            self._publish(
                told, failure_page(page.result, self._plan, page.team.params.locale if page.team else self._plan.locale)
            )
            page.result = replace(page.result, told=told)
        except OSError:
            pass
        result = page.result
        errors = [str(one) for one in result.errors]
        kept = result.kept.isoformat() if result.kept else None
        self._ledger.page(result.team, "failed", seconds=result.seconds, kept=kept, errors=errors)

    def finish(self) -> RunResult:
        """Write the index; where that fails, it counts as a page that failed. So does a page that was removed since."""
        from salesanalytics.report.page.index import index_page

        for page in self._pages.values():
            if page.result.ok and not page.result.page.is_file():
                self._failed(page, FileNotFoundError(f"{page.result.page} was removed while the run was at work"))
        company = self._pages[""].result if "" in self._pages else None
        teams = [page.result for page in self._pages.values() if page.team]
        index = self._plan.folder / INDEX
        try:
            self._publish(index, index_page(self._plan, company, teams))
        except OSError as error:
            why = CellError(THE_INDEX, None, type(error).__name__, first_line(str(error)))
            teams.append(PageResult("", THE_INDEX, index, (why,)))
        return RunResult(company, tuple(teams), index, notes=tuple(self._notes))


def _pages(plan: Plan) -> Iterator[_Page]:
    """A page under way for every page of the plan, the company's first."""
    teams = {team.team: team for team in plan.teams}
    for place in plan.pages:
        jobs = [job for job in plan.all_jobs if job.team == place.team]
        yield _Page(PageResult(place.team, place.name, place.page), jobs, teams.get(place.team))


def _told(page: PageResult) -> Path:
    return page.page.with_name(f"{page.page.stem}.failed.html")


def _why(error: BaseException) -> CellError:
    if isinstance(error, CancelledError):
        return NOT_MADE
    kind = "the worker process died" if isinstance(error, WorkerDied) else type(error).__name__
    return CellError(PAGE, None, kind, first_line(str(error)))
