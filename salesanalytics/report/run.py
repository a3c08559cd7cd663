"""A run from plan to pages: the company's notebook first, then every team's, each page published as soon as it is complete.

In: a `Plan`. Out: pages in their places, the index, and a `RunResult`. One team's failure is reported and stops no other; a
page that cannot be made anew leaves the old one where it is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from .content import problems
from .kernels import TIMEOUT, CellError, Execution, execute, first_line
from .lanes import Execute, Lanes, cores
from .plan import About, Plan, TeamPlan, read_notebook
from .publish import day_of, publish
from .result import PageResult, Progress, RunResult

Publish = Callable[[Path, str], None]
PAGE = "the page"
INDEX = "the list of pages"


def run(
    plan: Plan,
    *,
    jobs: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    timeout: int = TIMEOUT,
    execute: Execute = execute,
    publish: Publish = publish,
) -> RunResult:
    """Execute `plan` on `jobs` lanes (default: one per core) and publish its pages and their index.

    `progress` is called in this process after every notebook. `timeout` is in seconds, for one cell. An index that cannot be
    written counts as a failed page.
    """
    steps = _Steps(plan, progress)
    log = plan.folder / "notebooks" / "kernels.log"
    log.unlink(missing_ok=True)
    with Lanes(min(jobs or cores(), plan.jobs), timeout=timeout, log=log, execute=execute) as lanes:
        company = _company(plan, lanes, steps, publish)
        teams = _teams(plan, lanes, steps, publish)
    index = plan.folder / "index.html"
    try:
        publish(index, _render_index(plan, company, teams))
    except OSError as error:  # the pages are there; that nothing lists them is told as a page that failed
        why = CellError(INDEX, None, type(error).__name__, first_line(str(error)))
        teams.append(PageResult("", INDEX, index, (why,)))
    return RunResult(company, tuple(teams), index)


class _Steps:
    """Counts notebooks that are through, and tells."""

    def __init__(self, plan: Plan, tell: Callable[[Progress], None] | None) -> None:
        self._total, self._tell, self._done = plan.jobs, tell, 0

    def through(self, execution: Execution, errors: Sequence[CellError]) -> None:
        self._done += 1
        if self._tell:
            job = execution.job
            self._tell(Progress(self._done, self._total, job.team, job.chapter, not errors, execution.seconds))


def _company(plan: Plan, lanes: Lanes, steps: _Steps, publish: Publish) -> PageResult | None:
    if plan.company is None:
        return None
    (execution,) = lanes.run([plan.company])
    errors = _errors(execution)
    steps.through(execution, errors)
    result = PageResult("", _company_name(plan), plan.folder / "company.html", tuple(errors), execution.seconds)
    return _finish(result, lambda: _render_company(plan), publish)


def _teams(plan: Plan, lanes: Lanes, steps: _Steps, publish: Publish) -> list[PageResult]:
    by_team = {team.team: team for team in plan.teams}
    found: dict[str, list[tuple[Execution, list[CellError]]]] = {team: [] for team in by_team}
    results: dict[str, PageResult] = {}
    for execution in lanes.run([job for team in plan.teams for job in team.jobs]):
        team = by_team[execution.job.team]
        errors = _errors(execution)
        found[team.team].append((execution, errors))
        steps.through(execution, errors)
        if len(found[team.team]) == len(team.jobs):
            results[team.team] = _publish_team(team, found[team.team], plan.about, publish)
    return [results[team.team] for team in plan.teams]


def _errors(execution: Execution) -> list[CellError]:
    """What the engine reports; where it reports success, what its output lacks."""
    if execution.error or not execution.ok:
        return [execution.error or CellError(execution.job.chapter, None, "failed", "")]
    try:
        return problems(execution.job.chapter, read_notebook(execution.job.output))
    except Exception as error:  # the engine said yes and left nothing readable
        return [CellError(execution.job.chapter, None, "no executed notebook", first_line(str(error)))]


def _publish_team(
    team: TeamPlan, found: Iterable[tuple[Execution, list[CellError]]], about: About, publish: Publish
) -> PageResult:
    places = {job.chapter: place for place, job in enumerate(team.jobs)}
    in_order = sorted(found, key=lambda one: places[one[0].job.chapter])
    errors = tuple(error for _, errors in in_order for error in errors)
    seconds = sum(execution.seconds for execution, _ in in_order)
    return _finish(PageResult(team.team, team.name, team.page, errors, seconds), lambda: _render_team(team, about), publish)


def _finish(result: PageResult, render: Callable[[], str], publish: Publish) -> PageResult:
    """The page rendered and published, or the reason why not and the day of the page that stays."""
    started = monotonic()
    if result.ok:
        try:
            html = render()
            publish(result.page, html)
            return replace(result, bytes=len(html.encode()), seconds=result.seconds + monotonic() - started)
        except Exception as error:  # whatever it is, the other teams' pages are not to blame
            result = replace(result, errors=(CellError(PAGE, None, type(error).__name__, first_line(str(error))),))
    return replace(result, kept=day_of(result.page))


# the renderer is loaded while the first kernels are at work, not before


def _render_team(team: TeamPlan, about: About) -> str:
    from .render import team_page

    return team_page(team, about)


def _render_company(plan: Plan) -> str:
    from .render import company_page

    return company_page(plan)


def _render_index(plan: Plan, company: PageResult | None, teams: Sequence[PageResult]) -> str:
    from .index import index_page

    return index_page(plan, company, teams)


def _company_name(plan: Plan) -> str:
    from ..show.words import Words

    return Words(plan.locale, plan.about.currency).say("page.company")
