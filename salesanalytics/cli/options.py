"""Options that several commands share, and what they mean: a day, the teams asked for, and how a report is written.

In: words of the command line. Out: values, or an error that says what to write instead.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesanalytics.errors import ParamsError

if TYPE_CHECKING:
    from salesanalytics.base.team import TeamInfo
    from salesanalytics.data.snapshot import Snapshot
    from salesanalytics.params import Params, TeamParams


class Format(StrEnum):
    """How a report on the terminal is written."""

    TEXT = "text"
    JSON = "json"


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise typer.BadParameter(f"{written!r} is not a day; write 2026-06-30") from None


AsOfOption = Annotated[
    date | None,
    typer.Option("--as-of", parser=_day, metavar="DAY", help="Last day to know of. Default: the newest date in the data."),
]
SnapshotOption = Annotated[
    Path | None, typer.Option("--snapshot", metavar="FOLDER", help="Or demo. Default: the newest data under snapshots/.")
]
TeamsOption = Annotated[
    list[str] | None, typer.Option("--team", help="Only this team, by its id or name; may be given several times.")
]


PAY_PLANS = "pay_plans"
"""The notebooks' parameter for the pay plans of the params folder: JSON of file names and texts."""
LABELS = "labels"
"""The company notebook's parameter for the labels that people set: the text of the file beside the snapshots."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a command works on: a snapshot, the parameters of its teams, and those of the company."""

    snapshot: "Snapshot"
    teams: "list[TeamParams]"
    company: "Params"


def chosen_for(snapshot: Path | str | None, params: Path | None, wanted: Sequence[str], notebooks: Path) -> Chosen:
    """The snapshot (default: the one `_defaults.yaml` names, else the newest) and the parameters of its teams, or of `wanted`.

    `params` is the folder a user named; without one it is the project's own, which need not fit the snapshot. The chapters in
    `notebooks` say which parameters of their own a file may set. Raises ParamsError where a file names another snapshot.
    """
    from salesanalytics import workspace
    from salesanalytics.base.strict_yaml import texts_in
    from salesanalytics.params import company_params, params_for
    from salesanalytics.report.chapter import own_parameters

    folder, own = params or workspace.home() / "params", own_parameters(notebooks)
    company = company_params(folder, own)
    opened = workspace.snapshot_for(snapshot or company.snapshot)
    teams = only(params_for(folder, opened.teams, strict=params is not None, own=own), wanted, opened.teams)
    for one in teams:
        if one.snapshot and workspace.snapshot_for(one.snapshot).place != opened.place:
            raise ParamsError(
                f"{folder}: team {one.team!r} is to be reported from snapshot {one.snapshot}, and this command works on "
                f"{opened.place}. Leave out --snapshot, or the line snapshot: in the params file."
            )
    # as text, so that a page is made again where a plan or a label was changed
    plans = {PAY_PLANS: json.dumps(texts_in(folder / "pay"), ensure_ascii=False)} if PAY_PLANS in own else {}
    labels = {LABELS: workspace.labels_text()} if LABELS in own else {}
    teams = [one.model_copy(update={"own": {**plans, **one.own}}) for one in teams]
    return Chosen(opened, teams, company.model_copy(update={"own": {**plans, **labels, **company.own}}))


def params_folder(named: Path | None) -> Path:
    """The folder of params that was named, else the project's own, which need not be there. Raises ParamsError."""
    from salesanalytics import workspace

    if named is not None and not named.is_dir():
        raise ParamsError(f"{named} is no folder; expected one with a file per team. Leave out --params for the project's own.")
    return named or workspace.home() / "params"


def folder_of(out: str) -> Path:
    """The folder here that pages for `out`, a folder or a URL, are written to."""
    from salesanalytics.base.places import is_url

    if not is_url(out):
        return Path(out)
    from salesanalytics import workspace
    from salesanalytics.report.run.mirror import folder_for

    return folder_for(out, workspace.home())


def only(chosen: "list[TeamParams]", wanted: Sequence[str], teams: "Sequence[TeamInfo]") -> "list[TeamParams]":
    """Those of `chosen` that --team asks for (nothing: all). Raises ParamsError with every name that is not in `teams`."""
    from salesanalytics.base.team import find_team

    found = {name: find_team(teams, name) for name in wanted}
    unknown = [name for name, info in found.items() if info is None]
    if unknown:
        raise ParamsError("\n  ".join(_unknown(name, teams) for name in unknown))
    ids = {info.team_id for info in found.values() if info}
    return [params for params in chosen if not wanted or params.team in ids]


def _unknown(name: str, teams: "Sequence[TeamInfo]") -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, [*(team.team_id for team in teams), *(team.name for team in teams)], 1)
    known = ", ".join(team.team_id for team in teams[:12])
    return f"--team {name!r} is not in the snapshot; " + (f"did you mean {near[0]!r}?" if near else f"it has {known}.")
