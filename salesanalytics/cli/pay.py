"""`salesanalytics pay`: what a rep is due under a pay plan, what plans would cost, and locking a plan that was paid by.

In: plan files, a snapshot, a rep. Out: one CSV or XLSX file, and a line or two on it. What a plan pays is `models.payplan`'s
business, how a file is written `data.export`'s; here files are found and read, and names become ids.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesanalytics.cli.options import AsOfOption

if TYPE_CHECKING:
    from decimal import Decimal

    import pandas as pd

    from salesanalytics.data.snapshot import View
    from salesanalytics.models.payplan.credit import Payouts, Results
    from salesanalytics.models.payplan.lock import LockedVersion
    from salesanalytics.models.payplan.plan import Plan

pay_app = typer.Typer(help="Pay plans: statements, what they would cost, locks.", no_args_is_help=True, rich_markup_mode=None)

LOCK_FILE = "pay-plans.lock.json"
PlansOption = Annotated[
    list[Path], typer.Option("--plan", metavar="FILE", help="A pay plan (YAML); its earlier versions too, each with --plan.")
]
SnapshotOption = Annotated[
    Path | None, typer.Option("--snapshot", metavar="FOLDER", help="Or demo. Default: the newest data under snapshots/.")
]
OutOption = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it; ends in .csv or .xlsx.")]


@pay_app.callback()
def _pay() -> None:
    """Pay plans: statements, what they would cost, locks."""


@pay_app.command()
def statement(
    rep: Annotated[str, typer.Argument(help="Id or name of the rep.")],
    plan: PlansOption,
    out: OutOption,
    snapshot: SnapshotOption = None,
    as_of: AsOfOption = None,
    results: Annotated[
        Path | None,
        typer.Option("--results", metavar="FILE", help="CSV of objectives: rep_id, period_start, objective, result (0 to 1)."),
    ] = None,
) -> None:
    """Write what a rep earned deal by deal, what was paid already and what is due. Settles nothing."""
    from salesanalytics.data.export import write_file
    from salesanalytics.models.payplan.crediting import credited_under, eligible
    from salesanalytics.models.payplan.payouts import payouts
    from salesanalytics.models.payplan.settle import payments, settled
    from salesanalytics.models.payplan.settle import statement as statement_of

    plans, locked = read_plans(plan)
    view = _company(snapshot, as_of)
    _same_currency(plans, view)
    who, name = _rep(view, rep)
    if not any(who in eligible(one, view.tables) for one in plans):
        _refuse(f"{name} ({who}) takes no part in {plans[-1].label}; see eligible: in the plan.")
    found = credited_under(plans, view.tables, as_of=view.as_of, reps=[who])
    due = payouts(
        plans,
        found.credits,
        _quotas(plans, view),
        until=view.as_of,
        reversals=found.reversals,
        results=_results(results, plans),
        locked=locked,
    ).of(who)
    made = [one for one in payments(plans, view.tables, on=view.as_of) if one.rep == who]
    rows = statement_of(plans[-1], due, made, who)
    write_file(_numbers(rows), out)
    sums = settled(plans[-1], due, made)
    typer.echo(f"{out}: {len(rows)} lines for {name}, as of {view.as_of}.")
    for one in sums[-2:]:
        typer.echo(
            f"{one.period.start} to {one.period.end}: earned {view.currency} {one.earned:,.2f}, paid {one.paid:,.2f}, due "
            f"{one.due:,.2f}; year to date earned {one.year_earned:,.2f}, paid {one.year_paid:,.2f}."
        )
    for said in _said(due):
        typer.echo(said)


@pay_app.command()
def lock(plan: PlansOption) -> None:
    """Lock plans that are paid by: from now on a changed file needs a new version."""
    from salesanalytics.base.whole_file import write_whole
    from salesanalytics.models.payplan.lock import content_hash, text_of
    from salesanalytics.models.payplan.lock import lock as locked_with

    for path in plan:
        plans, locked = read_plans([path])
        write_whole(path.parent / LOCK_FILE, text_of(locked_with(plans, locked)))
        typer.echo(f"{path.parent / LOCK_FILE}: {plans[0].label} is locked as {content_hash(plans[0])[:12]}.")


def read_plans(paths: Sequence[Path]) -> "tuple[list[Plan], dict[str, LockedVersion]]":
    """The plans in these files, earliest first, and what is locked beside them.

    Raises PlanError with every problem of a file.
    """
    from salesanalytics.base.strict_yaml import read_document
    from salesanalytics.models.payplan.lock import locked_from, refuse_changed
    from salesanalytics.models.payplan.plan_file import plan_from

    plans = sorted((plan_from(read_document(path), str(path)) for path in paths), key=lambda one: one.valid_from)
    locked: dict[str, LockedVersion] = {}
    for file in dict.fromkeys(path.parent / LOCK_FILE for path in paths):
        if file.is_file():
            locked |= locked_from(file.read_text("utf-8"), str(file))
    refuse_changed(plans, locked)
    return plans, locked


def _company(snapshot: Path | None, as_of: date | None) -> "View":
    from salesanalytics import workspace

    return workspace.snapshot_for(snapshot or "").company(as_of)


def _refuse(said: str) -> None:
    from salesanalytics.errors import PlanError

    raise PlanError(said)


def _same_currency(plans: "Sequence[Plan]", view: "View") -> None:
    for one in plans:
        if one.currency != view.currency:
            _refuse(
                f"{one.label} pays in {one.currency} and the snapshot is in {view.currency}; write currency: {view.currency}."
            )


def _rep(view: "View", asked: str) -> tuple[str, str]:
    """Id and name of the rep that is asked for, by either. Raises PlanError where there is none, or several have the name."""
    from difflib import get_close_matches

    rep = view.tables["rep"][["rep_id", "name"]].astype(str)
    found = rep[(rep["rep_id"] == asked) | (rep["name"].str.casefold() == asked.casefold())]
    if len(found) > 1:
        _refuse(f"{len(found)} reps are called {asked!r}: {', '.join(found['rep_id'])}. Give the id of the one you mean.")
    if found.empty:
        near = get_close_matches(asked, [*rep["rep_id"], *rep["name"]], 1)
        _refuse(
            f"no rep {asked!r} is in the snapshot" + (f"; did you mean {near[0]!r}?" if near else "; give an id or a name.")
        )
    return str(found["rep_id"].iloc[0]), str(found["name"].iloc[0])


def _quotas(plans: "Sequence[Plan]", view: "View") -> "dict[tuple[str, date, str], Decimal]":
    from salesanalytics.models.payplan.crediting import quotas_of

    return {key: quota for one in plans for key, quota in quotas_of(one, view.tables, as_of=view.as_of).items()}


def _results(file: Path | None, plans: "Sequence[Plan]") -> "Results":
    """Results of objectives from a CSV file. Raises PlanError, with the row, where a cell cannot be one."""
    from decimal import Decimal, InvalidOperation

    import pandas as pd

    from salesanalytics.errors import PlanError

    if file is None:
        return {}
    columns = ["rep_id", "period_start", "objective", "result"]
    try:
        rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise PlanError(
            f"{file} cannot be read: {str(error).splitlines()[0]}. Expected CSV with {', '.join(columns)}."
        ) from None
    if missing := [name for name in columns if name not in rows]:
        raise PlanError(f"{file} has no column {', '.join(missing)}; expected {', '.join(columns)}.")
    known = {part.name for one in plans if one.mbo for part in one.mbo.parts}
    found: dict[tuple[str, date, str], Decimal] = {}
    for at, (rep, start, objective, result) in enumerate(rows[columns].itertuples(index=False), start=2):
        try:
            key, value = (rep, date.fromisoformat(start), objective), Decimal(result)
        except (ValueError, InvalidOperation):
            raise PlanError(f"{file}, line {at}: {start!r}, {result!r}; expected a day and a number from 0 to 1.") from None
        if objective not in known or not 0 <= value <= 1 or key in found:
            what = "is given twice" if key in found else f"with result {result}"
            raise PlanError(f"{file}, line {at}: {objective!r} {what}; expected one of {', '.join(known)} once, from 0 to 1.")
        found[key] = value
    return found


def _numbers(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Money and rates as numbers that a spreadsheet can add up, days as days; everything else stays text."""
    import pandas as pd

    exact = {name: pd.to_numeric(rows[name]).astype("float64") for name in ("credit", "from", "rate", "amount") if name in rows}
    return rows.assign(**exact)


def _said(due: "Payouts") -> list[str]:
    """What could not be paid or taken back, in a line for each reason."""
    told = {
        "no_plan": "on a day without a plan in force",
        "no_quota": "without a quota for the period, so that attainment is unknown",
        "nothing_to_reverse": "taken back beyond what was credited; it waits for credit of the same deal",
    }
    lines = []
    for what, why in told.items():
        notes = [note for note in due.notes if note.what == what]
        if notes:
            deals = list(dict.fromkeys(note.deal for note in notes))
            named = ", ".join(deals[:3]) + (", …" if len(deals) > 3 else "")
            lines.append(f"Not counted: {sum(note.amount for note in notes):,.2f} {why} ({len(deals)} deals: {named}).")
    return lines
