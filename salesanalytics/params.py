"""What a report is made with, team by team: one small YAML file each, checked before anything runs.

In: a folder holding `_defaults.yaml` and one file per team with what differs from it, and which parameters of their own the
notebooks declare. Out: one `TeamParams` per team, and `Params` for the company, which goes by `_defaults.yaml`; or one
`ParamsError` that lists every problem of every file. The keys are the notebooks' parameters, but for `title`, which the page
alone needs, what pages wear (`company`, `accent`, `logo`; in `_defaults.yaml` alone), and what begins with `mail_`: so a team's
file also works with plain `papermill -f`.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from salesanalytics.base.brand import Brand, inline, readable
from salesanalytics.base.cell_type import fits, in_words
from salesanalytics.base.language import Language
from salesanalytics.base.strict_yaml import read_document
from salesanalytics.base.team import TeamInfo, find_team
from salesanalytics.errors import ParamsError

DEFAULTS = "_defaults.yaml"


def _a_day(value: object) -> object:
    # pydantic would take 20260930 for seconds since 1970
    if isinstance(value, int | float):
        raise ValueError("a number is not a day")  # pydantic collects ValueErrors only
    return value


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Day = Annotated[date, BeforeValidator(_a_day)]
Colour = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{6})?$"), AfterValidator(readable)]
Picture = Annotated[str, AfterValidator(inline)]


Own = Mapping[str, str]
"""Parameters of the notebooks' own: name to type, as a parameters cell writes it (`int`, `str | None`; empty: any)."""
NO_OWN: Own = {}
MAIL = frozenset({"mail_to", "mail_by", "mail_several", "mail_link", "mail_webhook", "mail_when", "mail_threshold"})
"""What only the mail reads: a page is the same whoever gets it."""
BRAND = frozenset({"company", "accent", "logo", "index"})
"""What all pages wear, and what the list of them says: one for all, so `_defaults.yaml` alone says it."""
NOT_FOR_NOTEBOOKS = MAIL | BRAND | {"team", "title", "own"}


class Params(BaseModel):
    """The parameters of the company's notebook; `own` are those that notebooks declare beside these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    snapshot: str = Field(default="", description="folder of the snapshot; empty for the newest")
    as_of: Day | None = Field(default=None, description="a day, YYYY-MM-DD; empty for the snapshot's own")
    locale: Language = Field(default="en", description="language of the page")
    period: Literal["quarter", "month"] = Field(default="quarter", description="what a goal covers")
    fiscal_year_start: int = Field(default=1, ge=1, le=12, strict=True, description="a month, 1 to 12")
    company: str = Field(default="", max_length=100, description="name of the company on every page")
    accent: Colour = Field(default="", description="colour of what is ours, as #rrggbb")
    logo: Picture = Field(default="", description="a picture beside the params, on every page; as a data URI once read")
    index: Literal["numbers", "names"] = Field(
        default="numbers", description="whether the list of pages says where each team lands, or its name alone"
    )
    mail_by: str = Field(default="", description="address of who set the mail up, and stops it")
    mail_several: tuple[str, ...] = Field(
        default=(), description="addresses, or slack or teams, that may get several teams' pages"
    )
    mail_link: str = Field(default="", pattern=r"^(https?://[^\s<>\"]+)?$", description="where the pages lie; empty: attached")
    mail_webhook: Literal["", "slack", "teams"] = Field(default="", description="whether a team's line is posted, and to what")
    mail_when: Literal["always", "changed", "alarm"] = Field(default="always", description="which letters leave")
    mail_threshold: float = Field(
        default=0.0, ge=0, le=1, strict=True, description="share by which the likely end has to move to be a change"
    )
    own: Mapping[str, Any] = Field(default_factory=dict, description="parameters of the notebooks' own")

    @property
    def brand(self) -> Brand:
        """What the pages wear."""
        return Brand(self.company.strip(), self.accent, self.logo)

    @property
    def set_by_files(self) -> set[str]:
        """The notebooks' parameters that a params file sets, a team's own or `_defaults.yaml`."""
        return self.model_fields_set - NOT_FOR_NOTEBOOKS


class TeamParams(Params):
    """The parameters of one team's notebooks."""

    team: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = Field(
        description="the team's id, slug or name, as the snapshot has it"
    )
    title: Name | None = Field(default=None, description="name of the team on its page, where it differs")
    mail_to: tuple[str, ...] = Field(default=(), description="addresses of those who get the team's page by mail")


_TEAMS_OWN = TeamParams.model_fields.keys() - Params.model_fields.keys()
_MAY_BE_SECRET = frozenset({"mail_webhook"})  # where a webhook's address may have been put
# what to write instead, by key; the model's own messages speak of types
_EXPECTED = {
    "team": 'the name of a team, in quotes where it is a number (team: "7")',
    "snapshot": "the path of a snapshot folder, or nothing for the newest",
    "as_of": "a day written YYYY-MM-DD",
    "locale": "en or ro",
    "period": "quarter or month",
    "fiscal_year_start": "a month as a number from 1 to 12",
    "company": "the company's name, as text of 100 letters at most",
    "accent": 'a colour in quotes, such as "#00707a"',
    "logo": "a PNG, JPEG or SVG file beside the params, such as logo.png",
    "index": "numbers or names",
    "title": "the name to show, as text",
    "mail_to": "a list of addresses, such as [ana@example.com]",
    "mail_by": "an address, such as ops@example.com",
    "mail_several": "a list of addresses, such as [head@example.com]",
    "mail_link": "the address of the folder where the pages lie, such as https://reports.example.com/sales",
    "mail_webhook": "slack or teams; the webhook's address is a secret and stands in the environment",
    "mail_when": "always, changed or alarm",
    "mail_threshold": "a share from 0 to 1, such as 0.05",
}


@dataclass(frozen=True, slots=True)
class _File:
    """One params file as read: its values, the line of each key, and what is wrong with it so far."""

    path: Path
    values: dict[str, Any]
    lines: dict[str, int]
    problems: tuple[str, ...]

    def where(self, key: str) -> str:
        line = self.lines.get(key)
        return f"{self.path.name}, line {line}" if line else self.path.name


def load_params(folder: Path, own: Own = NO_OWN) -> list[TeamParams]:
    """One `TeamParams` per team file in `folder`, ordered by file name; none where there is only `_defaults.yaml`.

    `team` defaults to the file's name without its ending. Raises ParamsError with all problems of all files.
    """
    return [params for _, params in _load(folder, own=own)]


def company_params(folder: Path | None, own: Own = NO_OWN) -> Params:
    """The parameters of the company's notebook: what `_defaults.yaml` says. Raises ParamsError with all its problems."""
    if folder is None or not folder.is_dir():
        return Params()
    defaults = _defaults(folder)
    if problems := [*defaults.problems, *_check_defaults(defaults, own)]:
        raise _params_error(folder, problems)
    return Params(**_split(defaults.values, own))


def params_for(folder: Path | None, teams: Sequence[TeamInfo], *, strict: bool, own: Own = NO_OWN) -> list[TeamParams]:
    """Parameters of the teams to report on, out of the `teams` there are; `team` is the id, however a file names the team.

    strict, for a folder the user named: its files are the list, and a file for an unknown team is a ParamsError that names the
    nearest one. Not strict: every team of `teams`, with its file where there is one. Either way, no files means all teams.
    """
    if folder is None or (not strict and not folder.is_dir()):
        return [TeamParams(team=team.team_id) for team in teams]
    files = _load(folder, teams, strict=strict, own=own)
    if strict and files:
        return [params for _, params in files]
    by_team = {params.team: params for _, params in files}
    defaults = _split(_defaults(folder).values, own)
    return [by_team.get(team.team_id) or TeamParams(**{**defaults, "team": team.team_id}) for team in teams]


def _load(
    folder: Path, teams: Sequence[TeamInfo] = (), *, strict: bool = False, own: Own = NO_OWN
) -> list[tuple[_File, TeamParams]]:
    """Every team file with what it says, or one error with all problems; strict: a team not in `teams` is one of them."""
    if not folder.is_dir():
        raise ParamsError(f"The params folder {folder} does not exist. Make it, or name another one with --params.")
    defaults = _defaults(folder)
    problems = [*defaults.problems, *_check_defaults(defaults, own)]
    found: list[tuple[_File, TeamParams]] = []
    for file in map(_read, _team_files(folder)):
        params, wrong = _team(file, defaults, own)
        problems += [*file.problems, *wrong]
        if params:
            info = find_team(teams, params.team)
            found.append((file, params.model_copy(update={"team": info.team_id}) if info else params))
    problems += _named_twice(found)
    if strict:
        problems += _unknown_teams(found, [team.team_id for team in teams])
    if problems:
        raise _params_error(folder, problems)
    return found


def _defaults(folder: Path) -> _File:
    path = folder / DEFAULTS
    return _read(path) if path.exists() else _File(path, {}, {}, ())


def _team_files(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir()
        if path.suffix in (".yaml", ".yml") and not path.name.startswith(("_", ".")) and path.is_file()
    )  # fmt: skip


def _read(path: Path) -> _File:
    document = read_document(path)
    problems = [f"{path.name}, {problem}" for problem in document.problems]
    values = {} if document.value is None else document.value
    if not isinstance(values, dict):
        problems.append(f"{path.name}: holds {_kind(values)}; expected lines of key: value")
        values = {}
    if isinstance(logo := values.get("logo"), str) and logo:
        values = {**values, "logo": str(path.parent / logo)}
    lines = {str(key[0]): line for key, line in document.lines.items() if len(key) == 1}
    return _File(path, {str(key): value for key, value in values.items()}, lines, tuple(problems))


def _team(file: _File, defaults: _File, own: Own) -> tuple[TeamParams | None, list[str]]:
    values = {"team": file.path.stem, **file.values}
    ours = [key for key in file.values if key in BRAND]
    usable = {key: value for key, value in defaults.values.items() if key not in _wrong_keys(defaults, own)}
    problems = list(_own_problems(file, own))
    problems += [f"{file.where(key)}: {key} is one for all pages; put it into {DEFAULTS}" for key in ours]
    try:
        params = TeamParams(**_split({**usable, **values}, own))
    except ValidationError as error:
        problems += _explain(error, file, own)
        return None, problems
    return None if problems else params, problems


def _split(values: Mapping[str, Any], own: Own) -> dict[str, Any]:
    """A file's values as the model takes them: those of the notebooks' own under `own`."""
    mine = {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items() if key in own}
    return {**{key: value for key, value in values.items() if key not in own}, **({"own": mine} if mine else {})}


def _own_problems(file: _File, own: Own) -> Iterator[str]:
    for key, value in file.values.items():
        if key in own and not fits(value, own[key]):
            expected = f"{in_words(own[key])}, as the notebooks' parameters cell has it"
            yield f"{file.where(key)}: {key} is {_shown(value)}; expected {expected}"
        elif key == "own":
            yield f"{file.where(key)}: {_unknown(key, own)}"


def _check_defaults(defaults: _File, own: Own) -> list[str]:
    problems = list(_own_problems(defaults, own))
    problems += _explain(_validation_error(_split({**defaults.values, "team": "any"}, own)), defaults, own)
    for key in sorted(_TEAMS_OWN & defaults.values.keys()):
        problems.append(f"{defaults.where(key)}: {key} is given for all teams at once; put it into a team's own file")
    if defaults.values.get("logo") and not defaults.values.get("company"):
        problems.append(
            f"{defaults.where('logo')}: logo is given without company, the name for those who cannot see it; add it"
        )
    return problems


def _wrong_keys(defaults: _File, own: Own) -> set[str]:
    error = _validation_error(_split({**defaults.values, "team": "any"}, own))
    return _TEAMS_OWN | ({str(one["loc"][0]) for one in error.errors()} if error else set())


def _validation_error(values: dict[str, Any]) -> ValidationError | None:
    try:
        TeamParams(**values)
    except ValidationError as error:
        return error
    return None


def _explain(error: ValidationError | None, file: _File, own: Own) -> list[str]:
    if error is None:
        return []
    found = {str(one["loc"][0]): one for one in reversed(error.errors())}
    keys = [key for key in dict.fromkeys(str(one["loc"][0]) for one in error.errors()) if key != "own"]
    return [f"{file.where(key)}: {_unfit(key, file, found[key]) if key in _EXPECTED else _unknown(key, own)}" for key in keys]


def _unfit(key: str, file: _File, found: ErrorDetails) -> str:
    if key in BRAND and "error" in found.get("ctx", {}):  # ours, which knows more than what is expected of all
        return f"{key}: {found['ctx']['error']}"
    shown = "something else" if key in _MAY_BE_SECRET else _shown(file.values.get(key, file.path.stem))
    return f"{key} is {shown}; expected {_EXPECTED[key]}"


def _unknown(key: str, own: Own) -> str:
    return f"{_shown(key)} is not a parameter; {_did_you_mean(key, [*_EXPECTED, *own])}"


def _unknown_teams(found: Iterable[tuple[_File, TeamParams]], teams: Sequence[str]) -> Iterator[str]:
    known = set(teams)
    for file, params in found:
        if params.team not in known:
            yield f"{file.where('team')}: team {_shown(params.team)} is not in the data; {_did_you_mean(params.team, teams)}"


def _named_twice(found: Sequence[tuple[_File, TeamParams]]) -> Iterator[str]:
    first: dict[str, _File] = {}
    for file, params in found:
        other = first.setdefault(params.team, file)
        if other is not file:
            yield f"{file.where('team')}: team {_shown(params.team)} has a file already, {other.path.name}; keep one"


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    names = list(known)
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {_shown(folded[near[0]])}?"
    listed = ", ".join(_bare(name) for name in names[:12])
    return f"expected one of {listed}{', …' if len(names) > 12 else ''}" if names else "there are no teams in the data"


def _params_error(folder: Path, problems: Sequence[str]) -> ParamsError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ParamsError("\n  ".join([f"{count} in {folder}; nothing was run:", *problems]))


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else "a single word or text"


def _bare(text: str) -> str:
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return text if len(text) <= 60 else text[:59] + "…"


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "several lines of key: value"
    return f'"{_bare(value)}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
