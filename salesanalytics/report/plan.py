"""What a run will do, written down before anything runs: which notebook for whom, with which parameters, into which file.

In: a snapshot, the company's `Params` and one `TeamParams` per team, the folder of notebooks. Out: a frozen `Plan`, or one
RunError with every problem. Nothing is executed and nothing written.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from salesanalytics.base.brand import Brand
from salesanalytics.base.calendar import period_of
from salesanalytics.base.language import Language
from salesanalytics.base.slug import slug
from salesanalytics.base.team import TeamInfo, find_team
from salesanalytics.errors import RunError
from salesanalytics.params import Params, TeamParams
from salesanalytics.report.chapter import ALWAYS, COMPANY, Chapter, find_chapters

HANDOVER, NOTEBOOKS = "handover", "notebooks"
INDEX, COMPANY_PAGE = "index.html", "company.html"
Notebook: TypeAlias = Any  # nbformat's dictionary with attributes


class RunSnapshot(Protocol):
    """What a run reads of a snapshot; everything else is the notebooks' business."""

    @property
    def path(self) -> Path: ...
    @property
    def place(self) -> str: ...
    @property
    def as_of(self) -> date: ...
    @property
    def source(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def teams(self) -> Sequence[TeamInfo]: ...
    @property
    def quality(self) -> Mapping[str, Any]: ...
    @property
    def manifest(self) -> Mapping[str, Any]: ...
    def fingerprint(self, team_id: str = "", as_of: date | None = None) -> str: ...
    def unchanged(self) -> bool: ...
    def stamp(self, team_id: str = "") -> str: ...
    def handed_over(self, place: Path, as_of: date, team_id: str | None = None) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook to execute for one team (`team` is empty for the company's own).

    `handover` is the run's own folder of the tables handed over; None: they lie with the snapshot.
    """

    team: str
    slug: str
    chapter: str
    notebook: Path
    parameters: Mapping[str, Any]
    output: Path
    handover: Path | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What the pages of a run tell of it. `as_of` is the report's day; `quality` is the snapshot's own report, and `data_to`
    the last day it speaks of, where that is another; `brand` is what the pages wear; `company` the file of the company's page,
    empty where there is none; `span` its running period.
    """

    as_of: date
    source: str
    currency: str
    quality: Mapping[str, Any]
    data_to: date | None = None
    brand: Brand = field(default_factory=Brand)
    company: str = ""
    span: tuple[date, date] | None = None

    @property
    def last_day(self) -> date:
        """The last day the snapshot speaks of."""
        return self.data_to or self.as_of


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """One team's page: its jobs in page order, and where the page goes."""

    team: str
    name: str
    slug: str
    params: TeamParams
    as_of: date
    jobs: tuple[Job, ...]
    page: Path


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A page and where it goes; `team` is empty for the company's."""

    team: str
    name: str
    page: Path


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run: `company` first, then every team. `others` are teams with a page place but no part in this run.
    `index`: whether the list of pages says where each team lands (numbers), or its name alone (names).
    """

    snapshot: RunSnapshot
    company: Job | None
    teams: tuple[TeamPlan, ...]
    folder: Path
    about: About
    locale: Language = "en"
    others: tuple[tuple[str, Path], ...] = ()
    index: str = "numbers"

    @property
    def all_jobs(self) -> tuple[Job, ...]:
        """Every notebook of the run, the company's first."""
        company = (self.company,) if self.company else ()
        return (*company, *(job for team in self.teams for job in team.jobs))

    @property
    def jobs(self) -> int:
        """How many notebooks the run executes."""
        return len(self.all_jobs)

    @property
    def handover(self) -> Path:
        """The run's own folder of the tables that the company's notebook hands over."""
        return self.folder / HANDOVER

    @property
    def notebooks(self) -> Path:
        """The run's own folder of executed notebooks, and of what their kernels print."""
        return self.folder / NOTEBOOKS

    @property
    def pages(self) -> tuple[PagePlace, ...]:
        """Every page of the run, the company's first."""
        company = (PagePlace("", self._company_name, self.folder / COMPANY_PAGE),) if self.company else ()
        return (*company, *(PagePlace(team.team, team.name, team.page) for team in self.teams))

    @property
    def _company_name(self) -> str:
        from salesanalytics.show.words import Words

        return Words(self.locale, self.about.currency).say("page.company")


def plan(
    snapshot: RunSnapshot, params: Sequence[TeamParams], notebooks: Path, out: Path, company: Params | None = None
) -> Plan:
    """The run of `notebooks` for the teams of `params` on `snapshot`, into `out`/<day>, the company's day and calendar being
    those of `company` (default: the snapshot's day and the usual calendar).

    Raises RunError, with every problem found: no chapters, an unreadable notebook, one that does not take what it is given, an
    unknown team, a day after the data.
    """
    company = company or Params()
    day = company.as_of or snapshot.as_of
    folder = Path(os.path.abspath(out)) / day.isoformat()  # noqa: PTH100 - resolve() fails on links that lead nowhere
    chapters, broken = find_chapters(notebooks)
    infos = [find_team(snapshot.teams, one.team) for one in params]
    problems = [
        *_nothing_to_do(chapters, broken, params, notebooks), *broken, *_undeclared(chapters, company, params),
        *_team_problems(infos, params, snapshot), *_beyond("_defaults.yaml", company, snapshot),
    ]  # fmt: skip
    if problems:
        raise RunError("\n  ".join(["The run cannot start:", *problems]))
    whole = next((chapter for chapter in chapters if chapter.name == COMPANY), None)
    teams = [
        _team(info, one, [chapter for chapter in chapters if chapter.name != COMPANY], snapshot, folder)
        for info, one in zip(infos, params, strict=True)
        if info
    ]
    running = period_of(day, company.period, company.fiscal_year_start)
    return Plan(
        snapshot=snapshot,
        company=_company(whole, company, snapshot, folder) if whole else None,
        teams=tuple(teams),
        folder=folder,
        about=About(
            day,
            snapshot.source,
            snapshot.currency,
            dict(snapshot.quality),
            snapshot.as_of,
            company.brand,
            COMPANY_PAGE if whole else "",
            (running.start, running.end),
        ),
        locale=company.locale,
        others=tuple((info.name, _page(folder, info)) for info in snapshot.teams if info not in infos),
        index=company.index,
    )


def _undeclared(chapters: Iterable[Chapter], company: Params, params: Sequence[TeamParams]) -> Iterator[str]:
    """Parameters that a run or a params file sets and a chapter does not take, which would run with its own default."""
    by_files = set().union(*(one.set_by_files for one in params))
    for chapter in chapters:
        whole = chapter.name == COMPANY
        wanted = {*ALWAYS, *(company.set_by_files if whole else by_files)} - ({"team"} if whole else set())
        missing = sorted(wanted - chapter.declares.keys(), key=[*Params.model_fields, "team"].index)
        if missing:
            yield (
                f"{chapter.notebook} does not declare {', '.join(missing)}, which the run sets"
                f"{'' if set(missing) <= set(ALWAYS) else ' or a params file does'}, so it would go by a default of its own. "
                f"Add {'it' if len(missing) == 1 else 'them'} to its cell tagged `parameters`."
            )


def _nothing_to_do(
    chapters: Sequence[Chapter], broken: Sequence[str], params: Sequence[TeamParams], notebooks: Path
) -> Iterator[str]:
    if not chapters and not broken:
        yield (
            f"{notebooks} holds no chapter; expected notebooks named like 6_dashboard.ipynb. Work in the project's folder, or "
            "name the folder of its notebooks with --notebooks."
        )
    elif not broken and all(chapter.name == COMPANY for chapter in chapters):
        yield f"{notebooks} holds only {COMPANY}.ipynb; expected at least one team chapter, such as 6_dashboard.ipynb."
    if not params:
        yield "There is no team to report on. Check that the data has teams, or that --team names one of them."


def _team_problems(infos: Sequence[TeamInfo | None], params: Sequence[TeamParams], snapshot: RunSnapshot) -> Iterator[str]:
    seen: dict[str, str] = {}
    for info, one in zip(infos, params, strict=True):
        if info is None:
            known = ", ".join(team.team_id for team in snapshot.teams[:12]) or "none"
            yield f"Team {one.team!r} is not in the snapshot; it has {known}."
            continue
        yield from _beyond(f"Team {one.team!r}", one, snapshot)
        if (other := seen.setdefault(info.slug, info.team_id)) != info.team_id:
            yield f"Teams {other!r} and {info.team_id!r} would share the page {info.slug}.html; rename one in the source."


def _beyond(whose: str, params: Params, snapshot: RunSnapshot) -> Iterator[str]:
    """What a params file asks of the data that this snapshot does not have."""
    if params.as_of and params.as_of > snapshot.as_of:
        yield f"{whose}: as_of {params.as_of} is after the data, which ends on {snapshot.as_of}."


def _team(
    info: TeamInfo,
    params: TeamParams,
    chapters: Sequence[Chapter],
    snapshot: RunSnapshot,
    folder: Path,
) -> TeamPlan:
    known = _parameters(params, info.team_id, snapshot)
    place = _page(folder, info).stem
    jobs = tuple(
        Job(
            team=info.team_id,
            slug=place,
            chapter=chapter.name,
            notebook=chapter.notebook,
            parameters=_only(chapter.declares, known),
            output=folder / NOTEBOOKS / place / f"{chapter.name}.ipynb",
            handover=folder / HANDOVER,
        )
        for chapter in chapters
    )
    name = params.title or info.name or info.team_id
    return TeamPlan(info.team_id, name, place, params, params.as_of or snapshot.as_of, jobs, folder / f"{place}.html")


def _company(chapter: Chapter, params: Params, snapshot: RunSnapshot, folder: Path) -> Job:
    known = _parameters(params, "", snapshot)
    output = folder / NOTEBOOKS / "company" / f"{chapter.name}.ipynb"
    return Job("", "company", chapter.name, chapter.notebook, _only(chapter.declares, known), output, folder / HANDOVER)


def _parameters(params: Params, team: str, snapshot: RunSnapshot) -> dict[str, Any]:
    return {
        **params.own,
        "snapshot": str(Path(snapshot.path).resolve()),
        "team": team,
        "as_of": (params.as_of or snapshot.as_of).isoformat(),
        "locale": params.locale,
        "period": params.period,
        "fiscal_year_start": params.fiscal_year_start,
        "title": (params.title or "") if isinstance(params, TeamParams) else "",
    }


def _only(declared: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if name in declared}


def _page(folder: Path, info: TeamInfo) -> Path:
    # a snapshot's slugs are made by our own function; a forged one must not choose where we write
    safe = (
        info.slug
        if re.fullmatch(r"[a-z0-9][a-z0-9-]*", info.slug) and info.slug not in ("index", "company")
        else slug(info.slug)
    )
    return folder / f"{safe}.html"
