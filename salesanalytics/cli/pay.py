"""`salesanalytics pay`: what a rep is due under a pay plan, what plans would cost, and locking a plan that was paid by.

In: plan files, a snapshot, a rep. Out: one CSV or XLSX file, and a line or two on it. What a plan pays is `models.payplan`'s
business, how a file is written `data.export`'s; here files are found and read, and names become ids.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesanalytics.cli.options import AsOfOption, SnapshotOption
from salesanalytics.cli.pay_inputs import (
    LOCK_FILE,
    company,
    drawn_bookings,
    in_force,
    known_names,
    open_deals,
    quotas_for,
    read_plans,
    refuse,
    rep_of,
    results_from,
    same_currency,
)
from salesanalytics.cli.pay_notes import not_counted, set_aside_unnamed

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.data.snapshot import View
    from salesanalytics.models.payplan.lock import LockedVersion
    from salesanalytics.models.payplan.plan import Plan
    from salesanalytics.models.payplan.settle import Payment
    from salesanalytics.models.payplan.simulate import Simulation

pay_app = typer.Typer(help="Pay plans: statements, what they would cost, locks.", no_args_is_help=True, rich_markup_mode=None)

NUMBERS = ("credit", "from", "rate", "amount", "chance", "if_won", "expected")
PlansOption = Annotated[
    list[Path], typer.Option("--plan", metavar="FILE", help="A pay plan (YAML); its earlier versions too, each with --plan.")
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
    from salesanalytics.models.payplan.aside import notes_of
    from salesanalytics.models.payplan.crediting import credited_under
    from salesanalytics.models.payplan.payouts import payouts
    from salesanalytics.models.payplan.settle import paid_elsewhere, payments, settled, within
    from salesanalytics.models.payplan.settle import statement as statement_of
    from salesanalytics.models.payplan.taking_part import eligible

    plans, locked = read_plans(plan, of_one=True)
    view, who, name = _asked(rep, plans, snapshot, as_of)
    strange = known_names(plans, view, locked)
    if not any(who in eligible(one, view.tables) for one in plans):
        refuse(f"{name} ({who}) takes no part in {plans[-1].label}; see eligible: in the plan.")
    found = credited_under(plans, view.tables, as_of=view.as_of, reps=[who])
    due = payouts(
        plans,
        found.credits,
        quotas_for(plans, view),
        until=view.as_of,
        reversals=found.reversals,
        results=results_from(results, plans),
        locked=locked,
    ).of(who)
    made = [one for one in payments(plans, view.tables, on=view.as_of) if one.rep == who]
    made, outside = within(plans, due, made)
    due = due.noting(
        *(note for note in found.notes if note.rep == who),
        *notes_of(who, view.tables, view.as_of),
        *paid_elsewhere(plans, view.tables, who, on=view.as_of),
        *outside,
    )
    rows = statement_of(plans[-1], due, made, who)
    names = view.tables["opportunity"].set_index("opportunity_id")["name"]
    rows.insert(rows.columns.to_list().index("opportunity_id") + 1, "deal", rows["opportunity_id"].map(names))
    write_file(_numbers(rows), out)
    sums = settled(plans[-1], due, made)
    typer.echo(f"{out}: {len(rows)} lines for {name}, as of {view.as_of}.")
    for one in sums[-2:]:
        typer.echo(
            f"{one.period.start} to {one.period.end}: earned {view.currency} {one.earned:,.2f}, paid {one.paid:,.2f}, due "
            f"{one.due:,.2f}; year to date earned {one.year_earned:,.2f}, paid {one.year_paid:,.2f}."
        )
    for said in (*strange, *not_counted(due.notes), *set_aside_unnamed(view), *_unlocked(plans, made, locked)):
        typer.echo(said)


@pay_app.command()
def estimate(
    rep: Annotated[str, typer.Argument(help="Id or name of the rep.")],
    plan: PlansOption,
    out: OutOption,
    snapshot: SnapshotOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Write what each open deal would add to a rep's pay of the running period, with its chance to be won."""
    from salesanalytics.data.export import write_file
    from salesanalytics.models.payplan.crediting import credited_under
    from salesanalytics.models.payplan.estimate import estimate as estimate_of
    from salesanalytics.models.payplan.taking_part import eligible

    plans, locked = read_plans(plan, of_one=True)
    view, who, name = _asked(rep, plans, snapshot, as_of)
    strange = known_names(plans, view, locked)
    now = in_force(plans, view.as_of)
    period = now.period_of(view.as_of)
    if who not in eligible(now, view.tables):
        refuse(f"{name} ({who}) takes no part in {now.label}; see eligible: in the plan.")
    found = credited_under(plans, view.tables, as_of=view.as_of, reps=[who])
    deals = open_deals(view, who, period)
    told = estimate_of(now, who, period, found.credits, quotas_for(plans, view), deals, reversals=found.reversals)
    write_file(_numbers(told.table), out)
    span = f"{period.start} to {period.end}"
    for said in strange + not_counted([note for note in found.notes if note.rep == who]):
        typer.echo(said)
    typer.echo(f"{out}: {len(told.table)} open deals of {name}; earned for {span} so far {view.currency} {told.earned:,.2f}.")
    if told.low is not None and told.middle is not None and told.high is not None:
        typer.echo(f"With the open deals {told.middle:,.2f}; 8 of 10 times between {told.low:,.2f} and {told.high:,.2f}.")


@pay_app.command()
def simulate(
    plan: PlansOption,
    out: OutOption,
    snapshot: SnapshotOption = None,
    as_of: AsOfOption = None,
    margin: Annotated[
        float | None, typer.Option("--margin", min=0, max=1, help="Share of bookings left before pay; for the break-even.")
    ] = None,
    year: Annotated[bool, typer.Option("--year", help="A whole year instead of the running period at its landing.")] = False,
) -> None:
    """Write what plans would cost, who gains and loses against the first one, and what has to be sold for it."""
    import pandas as pd

    from salesanalytics.data.export import write_file
    from salesanalytics.models.payplan.simulate import compare, summary

    plans: list[Plan] = []
    locked: dict[str, LockedVersion] = {}
    for path in plan:
        more, kept = read_plans([path])
        plans += more
        locked |= kept
    view = company(snapshot, as_of)
    same_currency(plans, view)
    for said in known_names(plans, view, locked):
        typer.echo(said)
    booked, quota = drawn_bookings(plans, view, year=year)
    found = compare(plans, booked, quota, margin=margin)
    write_file(summary(found).round(4), out)
    by_rep = out.with_name(f"{out.stem}-reps{out.suffix}")
    rows = [one.table.assign(plan=one.plan.name, version=one.plan.version) for one in found]
    write_file(pd.concat(rows, ignore_index=True).round(2), by_rep)
    typer.echo(f"{out}, {by_rep}: {len(quota)} reps, {found[0].draws:,} draws, as of {view.as_of}.")
    for one in found:
        for said in _of_plan(one, float(quota.median()), view.currency, margin):
            typer.echo(said)


def _of_plan(one: "Simulation", quota: float, currency: str, margin: float | None) -> "Iterator[str]":
    """What a plan costs, where it jumps at a usual `quota`, and what it takes to pay for itself, in a line each."""
    from salesanalytics.models.payplan.curve import cliffs
    from salesanalytics.models.payplan.money import money

    rate = "" if one.rate is None else f", {one.rate:.1%} of bookings"
    yield f"{one.plan.label}: {currency} {one.cost:,.0f} ({one.low:,.0f} to {one.high:,.0f}, 80%){rate}."
    for cliff in cliffs(one.plan, money(round(quota * 100))):
        yield f"  pay jumps by {cliff.jump:,.2f} at {cliff.attainment:.0%} of a quota of {quota:,.0f}."
    if one.uplift:
        yield f"  bookings have to grow by {one.uplift:.1%} for it to pay for itself at a margin of {margin:.0%}."
    elif one.uplift is None and margin is not None:
        yield f"  no growth of bookings pays for it at a margin of {margin:.0%}."
    if one.left_out:
        yield f"  not simulated: {', '.join(one.left_out)}."


@pay_app.command()
def lock(plan: PlansOption) -> None:
    """Lock plans that are paid by: from now on a changed file needs a new version."""
    from salesanalytics.base.whole_file import write_whole
    from salesanalytics.models.payplan.lock import content_hash, text_of
    from salesanalytics.models.payplan.lock import lock as locked_with

    for path in plan:
        plans, locked = read_plans([path])
        kept = locked_with(plans, locked, {plans[0].label: path.name})
        write_whole((path.parent / LOCK_FILE).resolve(), text_of(kept))  # where it is a link, the file it leads to
        typer.echo(f"{path.parent / LOCK_FILE}: {plans[0].label} is locked as {content_hash(plans[0])[:12]}.")


def _asked(rep: str, plans: "Sequence[Plan]", snapshot: Path | None, as_of: AsOfOption) -> "tuple[View, str, str]":
    """The company, and the id and name of the rep who is meant."""
    view = company(snapshot, as_of)
    same_currency(plans, view)
    return view, *rep_of(view, rep)


def _numbers(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Money and rates as numbers that a spreadsheet can add up, days as days; everything else stays text."""
    import pandas as pd

    exact = {name: pd.to_numeric(rows[name]).astype("float64") for name in NUMBERS if name in rows}
    return rows.assign(**exact)


def _unlocked(plans: "Sequence[Plan]", made: "Sequence[Payment]", locked: "Mapping[str, LockedVersion]") -> list[str]:
    """A line for each version that was paid by and can still be changed."""
    used = {one.version for one in made}
    return [
        f"{one.label} was paid by and is not locked; lock it with: salesanalytics pay lock --plan FILE"
        for one in plans
        if str(one.version) in used and one.label not in locked
    ]
