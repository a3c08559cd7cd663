"""`salesanalytics plan export`: the proposals for the period to come as files to work with.

In: a snapshot and the teams' params. Out: per team a file of quotas and one of territories, and a line for each file written.
What a plan says is the analyses' business, how it is written `data.export`'s; here they only meet.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesanalytics.cli.options import AsOfOption, SnapshotOption, TeamsOption, chosen_for

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.analyses.planning.quota_plan import QuotaPlan
    from salesanalytics.analyses.planning.territories import Territories
    from salesanalytics.data.snapshot import View
    from salesanalytics.params import TeamParams

plan_app = typer.Typer(help="Write plans for the period to come as files.", no_args_is_help=True, rich_markup_mode=None)

DECIMALS = {"change": 4, "capacity": 4, "p_reach": 4, "history": 2, "low": 2, "high": 2}  # decimals in the file


class ExportAs(StrEnum):
    """How a plan is written."""

    CSV = "csv"
    XLSX = "xlsx"


@plan_app.callback()
def _plan() -> None:
    """Write plans for the period to come as files."""


@plan_app.command()
def export(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the files; older ones of that name are replaced.")
    ],
    snapshot: SnapshotOption = None,
    team: TeamsOption = None,
    params: Annotated[Path | None, typer.Option("--params", help="Folder with _defaults.yaml and one file per team.")] = None,
    as_of: AsOfOption = None,
    target: Annotated[
        float | None,
        typer.Option(
            "--target",
            min=0.01,
            max=1e12,
            help="The target of the one --team. Default: its quota of the period, else last year's grown.",
        ),
    ] = None,
    over_assignment: Annotated[
        float, typer.Option("--over-assignment", min=0.5, max=3, help="What the quotas add up to, as a multiple of the target.")
    ] = 1.10,
    format: Annotated[ExportAs, typer.Option(help="How to write them.")] = ExportAs.CSV,
) -> None:
    """Write each team's proposed quotas and territories for the next period as CSV or XLSX."""
    from salesanalytics import workspace
    from salesanalytics.data.export import file_of, write_frame

    found = chosen_for(snapshot, params, team or (), workspace.chapters_folder())
    opened, chosen = found.snapshot, found.teams
    if target is not None and len(chosen) != 1:
        raise typer.BadParameter(f"--target is one team's, and {len(chosen)} are asked for; name the team with --team")
    slugs = {info.team_id: info.slug for info in opened.teams}
    for one in chosen:
        view = opened.team(one.team, as_of or one.as_of)
        for kind, frame, said in _proposals(view, one, target, over_assignment):
            if frame.empty:
                old = file_of(out, f"{kind}-{slugs[one.team]}", format.value)
                gone = f" The older {old.name} was removed." if old.is_file() else ""
                old.unlink(missing_ok=True)
                typer.echo(f"{view.name}: no {kind} written; {said}{gone}")
                continue
            path = write_frame(frame, out, f"{kind}-{slugs[one.team]}", format.value)
            typer.echo(f"{path}: {len(frame)} rows, {said}")


def _proposals(
    view: "View", params: "TeamParams", target: float | None, over_assignment: float
) -> "Iterator[tuple[str, pd.DataFrame, str]]":
    """File name, rows and a few words on them, for each plan of a team."""
    from salesanalytics.analyses.planning.quota_plan import quota_plan
    from salesanalytics.analyses.planning.territories import territories
    from salesanalytics.base.calendar import period_of

    coming = period_of(view.as_of, params.period, params.fiscal_year_start).shift(1)
    quotas = quota_plan(view.tables, as_of=view.as_of, period=coming, target=target, over_assignment=over_assignment)
    frame = quotas.table.drop(columns="verdict").dropna(subset=["proposed"]).round(DECIMALS)
    yield "quotas", frame.assign(period_start=coming.start, period_end=coming.end), _said(quotas, view.currency)
    split = territories(view.tables, as_of=view.as_of)
    yield "territories", split.table, _moves(split, view.currency)


def _moves(split: "Territories", currency: str) -> str:
    from salesanalytics.show.sentences import finding
    from salesanalytics.show.words import Words

    if split.table.empty:
        return finding(split.headline, Words("en", currency)).sentence if split.headline else "no account to share out."
    return f"{int(split.table['moved'].sum())} accounts to move, {split.unassigned} to be given an owner."


def _said(quotas: "QuotaPlan", currency: str) -> str:
    if quotas.table.empty:
        return "nobody sells here on this day."
    goal, span = quotas.target, f"{quotas.period.start} to {quotas.period.end}"
    if goal.amount is None or quotas.total is None:
        return f"no quota is set for {span} and no earlier year is recorded. Give one with --target."
    source = {
        "given": "as given",
        "quota": "the team's quota",
        "growth": f"last year's bookings x {goal.growth or 1:.2f}",
        "last_year": "last year's bookings",
    }[goal.source or "given"]
    return f"{currency} {quotas.total:,.2f} for {span} = {goal.amount:,.2f} ({source}) x {quotas.over_assignment:g}."
