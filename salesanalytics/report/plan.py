"""What a run will do, written down before anything runs: which notebook for whom, with which parameters, into which file.

In: a snapshot, one `TeamParams` per team, the folder of notebooks. Out: a frozen `Plan`, or one RunError with every problem.
Nothing is executed and nothing written.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from salesanalytics.base.language import Language
from salesanalytics.base.slug import slug
from salesanalytics.base.team import TeamInfo, find_team
from salesanalytics.errors import RunError
from salesanalytics.params import TeamParams

COMPANY = "0_company"
HANDOVER = "handover"
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
class Chapter:
    """A notebook of the report: its `name` is the file's, without the ending."""

    name: str
    notebook: Path


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
    """The data a run rests on, as its pages tell it. `quality` is the snapshot's own report."""

    as_of: date
    source: str
    currency: str
    quality: Mapping[str, Any]


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
    """A whole run: `company` first, then every team. `others` are teams with a page place but no part in this run."""

    snapshot: RunSnapshot
    company: Job | None
    teams: tuple[TeamPlan, ...]
    folder: Path
    about: About
    locale: Language = "en"
    others: tuple[tuple[str, Path], ...] = ()

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
    def pages(self) -> tuple[PagePlace, ...]:
        """Every page of the run, the company's first."""
        company = (PagePlace("", self._company_name, self.folder / "company.html"),) if self.company else ()
        return (*company, *(PagePlace(team.team, team.name, team.page) for team in self.teams))

    @property
    def _company_name(self) -> str:
        from salesanalytics.show.words import Words

        return Words(self.locale, self.about.currency).say("page.company")


def plan(snapshot: RunSnapshot, params: Sequence[TeamParams], notebooks: Path, out: Path) -> Plan:
    """The run of `notebooks` for the teams of `params` on `snapshot`, into `out`/<as_of>.

    Raises RunError, with every problem found: no chapters, an unreadable notebook, an unknown team, a day after the data.
    """
    folder = out.resolve() / snapshot.as_of.isoformat()
    chapters = find_chapters(notebooks)
    declared, broken = _declared(chapters)
    infos = [find_team(snapshot.teams, one.team) for one in params]
    problems = [*_nothing_to_do(chapters, params, notebooks), *broken, *_team_problems(infos, params, snapshot)]
    if problems:
        raise RunError("\n  ".join(["The run cannot start:", *problems]))
    locale: Language = params[0].locale if len({one.locale for one in params}) == 1 else "en"
    company = next((chapter for chapter in chapters if chapter.name == COMPANY), None)
    teams = [
        _team(info, one, [chapter for chapter in chapters if chapter.name != COMPANY], declared, snapshot, folder)
        for info, one in zip(infos, params, strict=True)
        if info
    ]
    return Plan(
        snapshot=snapshot,
        company=_company(company, declared[COMPANY], params[0], locale, snapshot, folder) if company else None,
        teams=tuple(teams),
        folder=folder,
        about=About(snapshot.as_of, snapshot.source, snapshot.currency, dict(snapshot.quality)),
        locale=locale,
        others=tuple((info.name, _page(folder, info)) for info in snapshot.teams if info not in infos),
    )


def find_chapters(notebooks: Path) -> list[Chapter]:
    """The chapters in a folder, in order: notebooks whose name starts with a digit and an underscore."""
    return [Chapter(path.stem, path.resolve()) for path in sorted(notebooks.glob("[0-9]_*.ipynb"))]


def declared_parameters(notebook: Path) -> frozenset[str]:
    """Names assigned in the cell tagged `parameters`; none where there is no such cell.

    Raises RunError where the file is not a notebook or the cell is not Python.
    """
    try:
        cells = read_cells(notebook)
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = str(error).strip() or type(error).__name__
        raise RunError(
            f"{notebook} is not a readable notebook ({said.splitlines()[0][:120]}). Open and save it in JupyterLab."
        ) from None
    source = next((source for tags, source in cells if "parameters" in tags), "")
    try:
        return frozenset(_assigned(ast.parse(source)))
    except SyntaxError as error:
        raise RunError(f"{notebook}: the parameters cell is not Python (its line {error.lineno}: {error.msg}).") from None


def read_cells(notebook: Path) -> list[tuple[frozenset[str], str]]:
    """Tags and source of every cell. Raises OSError, ValueError, KeyError or TypeError for what is no notebook of format 4."""
    content = json.loads(notebook.read_text("utf-8"))
    if content.get("nbformat") != 4:
        raise ValueError(f"its format is {content.get('nbformat')}, expected 4")
    return [(frozenset(cell["metadata"].get("tags", ())), "".join(cell["source"])) for cell in content["cells"]]


def _assigned(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _declared(chapters: Iterable[Chapter]) -> tuple[dict[str, frozenset[str]], list[str]]:
    declared, broken = {}, []
    for chapter in chapters:
        try:
            declared[chapter.name] = declared_parameters(chapter.notebook)
        except RunError as error:
            broken.append(str(error))
    return declared, broken


def _nothing_to_do(chapters: Sequence[Chapter], params: Sequence[TeamParams], notebooks: Path) -> Iterator[str]:
    if not chapters:
        yield f"{notebooks} holds no chapter; expected notebooks named like 6_dashboard.ipynb."
    elif all(chapter.name == COMPANY for chapter in chapters):
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
        if one.as_of and one.as_of > snapshot.as_of:
            yield f"Team {one.team!r}: as_of {one.as_of} is after the data, which ends on {snapshot.as_of}."
        if (other := seen.setdefault(info.slug, info.team_id)) != info.team_id:
            yield f"Teams {other!r} and {info.team_id!r} would share the page {info.slug}.html; rename one in the source."


def _team(
    info: TeamInfo,
    params: TeamParams,
    chapters: Sequence[Chapter],
    declared: Mapping[str, frozenset[str]],
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
            parameters=_only(declared[chapter.name], known),
            output=folder / "notebooks" / place / f"{chapter.name}.ipynb",
            handover=folder / HANDOVER,
        )
        for chapter in chapters
    )
    name = params.title or info.name or info.team_id
    return TeamPlan(info.team_id, name, place, params, params.as_of or snapshot.as_of, jobs, folder / f"{place}.html")


def _company(
    chapter: Chapter, declared: frozenset[str], params: TeamParams, locale: Language, snapshot: RunSnapshot, folder: Path
) -> Job:
    known = {**_parameters(params, "", snapshot), "locale": locale, "as_of": snapshot.as_of.isoformat()}
    output = folder / "notebooks" / "company" / f"{chapter.name}.ipynb"
    return Job("", "company", chapter.name, chapter.notebook, _only(declared, known), output, folder / HANDOVER)


def _parameters(params: TeamParams, team: str, snapshot: RunSnapshot) -> dict[str, Any]:
    return {
        "snapshot": str(Path(snapshot.path).resolve()),
        "team": team,
        "as_of": (params.as_of or snapshot.as_of).isoformat(),
        "locale": params.locale,
        "period": params.period,
        "fiscal_year_start": params.fiscal_year_start,
        "title": params.title or "",
    }


def _only(declared: frozenset[str], known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if name in declared}


def _page(folder: Path, info: TeamInfo) -> Path:
    # a snapshot's slugs are made by our own function; a forged one must not choose where we write
    safe = (
        info.slug
        if re.fullmatch(r"[a-z0-9][a-z0-9-]*", info.slug) and info.slug not in ("index", "company")
        else slug(info.slug)
    )
    return folder / f"{safe}.html"
