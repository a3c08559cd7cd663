"""What a worker does. In: a job, or the executed chapters of a page. Out: plain values; nothing is written."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from salesanalytics.base.language import Language
from salesanalytics.report.failure import CellError, first_line
from salesanalytics.report.kernels import Execution, Limits, execute
from salesanalytics.report.plan import About, Job, TeamPlan

if TYPE_CHECKING:
    from salesanalytics.report.plan import Notebook

Execute = Callable[[Job, Limits], Execution]


@dataclass(frozen=True, slots=True)
class ExecutedChapter:
    """One chapter as it went: what the engine reports and, where it reports success, what its output lacks.

    `notebook` is the executed notebook as JSON, empty where there is none; `cpu` (seconds) and `peak` (bytes) are the kernel's.
    """

    job: Job
    errors: tuple[CellError, ...]
    seconds: float = 0.0
    notebook: str = field(default="", repr=False)
    cpu: float = 0.0
    peak: int = 0


def run_chapter(job: Job, limits: Limits, execute: Execute = execute) -> ExecutedChapter:
    """Execute a job's notebook and look at what came out."""
    done = execute(job, limits)
    errors = (done.error or CellError(job.chapter, None, "failed", ""),) if done.error or not done.ok else ()
    return ExecutedChapter(job, errors or _problems(job, done.notebook), done.seconds, done.notebook, done.cpu, done.peak)


def make_team_page(team: TeamPlan, about: About, notebooks: Mapping[str, str]) -> str:
    """The HTML of a team's page; `notebooks` are its executed chapters as JSON, by name."""
    from salesanalytics.report.page.page import team_page

    return team_page(team, about, {chapter: _notebook(text) for chapter, text in notebooks.items()})


def make_company_page(locale: Language, about: About, chapter: str, notebook: str) -> str:
    """The HTML of the company's page, from its one executed chapter as JSON."""
    from salesanalytics.report.page.page import company_page

    return company_page(locale, about, chapter, _notebook(notebook))


def _problems(job: Job, notebook: str) -> tuple[CellError, ...]:
    from salesanalytics.report.page.content import problems

    try:
        return tuple(problems(job.chapter, _notebook(notebook)))
    except Exception as error:  # the engine reported success and left nothing readable
        return (CellError(job.chapter, None, "no executed notebook", first_line(str(error))),)


def _notebook(text: str) -> "Notebook":
    import nbformat

    read: Any = nbformat.from_dict
    return read(json.loads(text))
