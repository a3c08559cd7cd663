"""All chapters of a team put together as one self-contained page: what to do first, then the evidence, the method last.

In: executed notebooks, and what the run knows of its data. Out: one HTML document without script or request. A leader's page
never holds what is marked for analysts.
"""

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from salesanalytics import __version__
from salesanalytics.base.calendar import period_of
from salesanalytics.base.finding import Audience
from salesanalytics.base.language import Language
from salesanalytics.report.page.brief import Brief, brief, friday_after
from salesanalytics.report.page.content import Placed, placed_blocks
from salesanalytics.report.page.fragment import Reader
from salesanalytics.report.page.frame import environment, framed
from salesanalytics.report.page.links import links
from salesanalytics.report.page.section import Section, section
from salesanalytics.report.page.standing import standing_in, written
from salesanalytics.report.plan import About, Notebook, TeamPlan
from salesanalytics.show.blocks import Figure, Missing, Standing
from salesanalytics.show.render import render_block
from salesanalytics.show.words import Words

MAX_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a page says: whose it is, in which language, for which days and readers; `linked`: whether the other
    pages of the run lie beside it.
    """

    name: str
    locale: Language
    as_of: date
    span: tuple[date, date] | None
    audience: Audience
    linked: bool = False


def team_page(team: TeamPlan, about: About, notebooks: Mapping[str, Notebook]) -> str:
    """The leader's page of one team, from its executed chapters by name."""
    params = team.params
    period = period_of(team.as_of, params.period, params.fiscal_year_start)
    head = Head(team.name, params.locale, team.as_of, (period.start, period.end), "leader", linked=True)
    return compose(head, [(job.chapter, notebooks[job.chapter]) for job in team.jobs], about)


def company_page(locale: Language, about: About, chapter: str, notebook: Notebook) -> str:
    """The company's own page; what is marked for analysts may be seen there."""
    words = Words(locale, about.currency)
    head = Head(words.say("page.company"), locale, about.as_of, about.span, "analyst", linked=True)
    return compose(head, [(chapter, notebook)], about)


def compose(head: Head, chapters: Sequence[tuple[str, Notebook]], about: About) -> str:
    """The page of executed `chapters`, each a name and a notebook; the dashboard comes first, the others in their order."""
    words = Words(head.locale, about.currency)
    ordered = sorted(chapters, key=lambda chapter: not chapter[0].endswith("dashboard"))
    placed = [one for name, notebook in ordered for one in placed_blocks(name, notebook, head.audience)]
    headline = _headline(placed)
    judged = brief([one for one in placed if one not in headline], words, friday_after(head.as_of))
    line = [one for one in placed if isinstance(one.block, Standing)]
    lifted = [*headline, *judged.top, *line]
    sections = {name: _section(name, notebook, head, words, placed, lifted, judged) for name, notebook in ordered}
    filled = {name: section for name, section in sections.items() if not section.empty}
    shown = [(one.block, render_block(one.block, audience=head.audience, scope="headline")) for one in headline]
    return document(
        head,
        about,
        list(filled.values()),
        headline=[block for of, block in shown if not isinstance(of, Figure)],
        pictures=[block for of, block in shown if isinstance(of, Figure)],
        findings=[
            (render_block(one.block, audience=head.audience, scope="week"), filled.get(one.chapter)) for one in judged.top
        ],
        standing=standing_in(line),
    )


def document(
    head: Head,
    about: About,
    sections: Sequence[Section],
    *,
    headline: Sequence[Markup] = (),
    pictures: Sequence[Markup] = (),
    findings: Sequence[tuple[Markup, Section | None]] = (),
    standing: Standing | None = None,
) -> str:
    """Sections in the frame of a page; above them the `headline`, findings, each with the chapter it is from, the `pictures`
    beside the first, and `standing`.
    """
    words = Words(head.locale, about.currency)
    return environment().get_template("page.html.j2").render(
        head=head,
        source=about.source,
        words=words,
        **framed(about.brand),
        headline=headline,
        pictures=pictures,
        findings=findings,
        standing=standing,
        carried=written(standing),
        sections=sections,
        links=links(about, words, whole=head.span is None) if head.linked else [],
        about=about_data(about, words, head.audience),
    )  # fmt: skip


def _headline(placed: Iterable[Placed]) -> list[Placed]:
    """The blocks of the first chapter that has a cell tagged `headline`; what is missing is told in its chapter."""
    tagged = [one for one in placed if one.headline and not isinstance(one.block, Missing)]
    return [one for one in tagged if one.chapter == tagged[0].chapter]


def _section(
    name: str, notebook: Notebook, head: Head, words: Words, placed: Sequence[Placed], lifted: Iterable[Placed], judged: Brief
) -> Section:
    elsewhere = frozenset(one.place for one in lifted if one.chapter == name)
    changed = {(cell, output, leaf): block for (mine, cell, output, leaf), block in judged.changed.items() if mine == name}
    mine = [one for one in placed if one.chapter == name]
    return section(name, notebook, Reader(name, words, head.audience, elsewhere, changed), mine, judged.answers.get(name, ""))


def about_data(about: About, words: Words, audience: Audience) -> dict[str, Any]:
    """What the page says of its data; row numbers of the source are shown to analysts only."""
    quality = about.quality
    total, used, aside = (int(quality.get(f"rows_{part}", 0)) for part in ("in", "used", "quarantined"))
    rows = words.say("page.rows", total=total, used=used, n=aside) if aside else words.say("page.rows_all", n=total)
    later = int(quality.get("rows_later", 0))
    rows = f"{rows} {words.say('page.rows_later', n=later, day=about.last_day)}" if later else rows
    found = sorted(quality.get("problems", ()), key=lambda problem: -int(problem.get("rows", 0)))
    lines = [_problem(problem, words, audience) for problem in found[:MAX_PROBLEMS]]
    if len(found) > MAX_PROBLEMS:
        lines.append(words.say("page.problems_more", n=len(found) - MAX_PROBLEMS))
    return {
        "source": words.say("page.source", source=about.source, day=about.last_day),
        "rows": rows,
        "problems": lines,
        "ranges": words.say("page.ranges"),
        "versions": words.say("page.versions", version=__version__, python=platform.python_version()),
    }


def _problem(problem: Mapping[str, Any], words: Words, audience: Audience) -> str:
    table, rule, rows = str(problem.get("table", "")), str(problem.get("rule", "")), int(problem.get("rows", 0))
    line = words.say("page.problem" if rows else "page.problem_whole", table=table, rule=rule, n=rows)
    sample = ", ".join(str(one) for one in problem.get("sample", ()))
    return f"{line}, {words.say('page.problem_examples', sample=sample)}" if sample and audience == "analyst" else line
