"""The page that lists the pages: where each team lands against its goal, which page failed and where, which is an older one.

In: the plan, the results so far, and what the pages say of themselves. Out: one HTML document with relative links, good from a
file share as well. The team that misses most money comes first. Everybody who may open the folder reads it, so of an error it
says where, and never what: that may quote a team's data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from salesanalytics.report.failure import CellError
from salesanalytics.report.page.day import day_of
from salesanalytics.report.page.frame import environment, framed
from salesanalytics.report.page.standing import standing_of
from salesanalytics.report.page_result import PageResult
from salesanalytics.report.plan import Plan
from salesanalytics.show.blocks import Standing
from salesanalytics.show.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    """One team's line: `link` is empty where there is no page to open, `told` where no page says what failed; `standing` is
    what its page says of where its period lands.
    """

    name: str
    link: str
    state: str
    failed: bool = False
    old: bool = False
    seconds: float | None = None
    errors: tuple[str, ...] = ()
    told: str = ""
    standing: Standing | None = None

    @property
    def order(self) -> tuple[bool, float]:
        """The most money missing first; pages that say nothing of it last."""
        return self.standing is None, -(self.standing.missing if self.standing else 0.0)


def index_page(plan: Plan, company: PageResult | None, teams: Iterable[PageResult]) -> str:
    """The index of a run, in the run's language."""
    words = Words(plan.locale, plan.about.currency)
    results = list(teams)
    of_company = _line(company, words, plan) if company else None
    aside, later = (int(plan.about.quality.get(f"rows_{part}", 0)) for part in ("quarantined", "later"))
    lines = [_line(result, words, plan) for result in results]
    pages = [company, *results] if company else results
    rows = [words.say("index.set_aside" if aside else "index.set_aside_none", n=aside)]
    if later:
        rows.append(words.say("page.rows_later", n=later, day=plan.about.last_day))
    return environment().get_template("index.html.j2").render(
        words=words,
        **framed(plan.about.brand),
        source=plan.about.source,
        as_of=plan.about.as_of,
        summary=words.say("index.summary", n=len(pages), done=sum(page.ok for page in pages)),
        aside=" ".join(rows),
        company=of_company,
        lines=sorted([*lines, *_earlier(plan, words)], key=lambda line: line.order),
        since=_since([of_company, *lines] if of_company else lines),
        numbers=plan.index == "numbers",
    )  # fmt: skip


def _since(lines: Iterable[Line]) -> date | None:
    """The day that changes are told against; None where no page tells one, or they tell different ones."""
    days = {line.standing.since for line in lines if line.standing and line.standing.change is not None}
    return date.fromisoformat(days.pop()) if len(days) == 1 else None


def _line(result: PageResult, words: Words, plan: Plan) -> Line:
    if result.ok:
        state = words.say("index.reused" if result.reused else "index.done")
        seconds = None if result.reused else result.seconds
        said = standing_of(result.page) if plan.index == "numbers" else None
        return Line(result.name, result.page.name, state, seconds=seconds, standing=said)
    state = words.say("index.kept", day=result.kept) if result.kept else words.say("index.failed")
    errors = tuple(_where(error, words) for error in result.errors)
    told = result.told.name if result.told else ""
    link = result.page.name if result.kept else ""
    return Line(result.name, link, state, failed=True, seconds=result.seconds, errors=errors, told=told)


def _where(error: CellError, words: Words) -> str:
    return words.say("failed.cell", chapter=error.chapter, cell=error.cell) if error.cell else error.chapter


def _earlier(plan: Plan, words: Words) -> Iterable[Line]:
    """Pages in the same folder that this run did not touch."""
    for name, page in plan.others:
        if day := day_of(page):
            yield Line(name, page.name, words.say("index.earlier", day=day), old=True)
