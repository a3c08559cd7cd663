"""What the commands of `pay` work on: plans and locks from files, a snapshot's company, a rep by id or name, drawn bookings.

In: words of the command line. Out: values; or PlanError that says what was found, what was expected and where to mend it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from decimal import Decimal

    import pandas as pd

    from salesanalytics.base.calendar import Period
    from salesanalytics.base.types import Ints
    from salesanalytics.data.snapshot import View
    from salesanalytics.models.payplan.credit import Results
    from salesanalytics.models.payplan.estimate import OpenDeal
    from salesanalytics.models.payplan.lock import LockedVersion
    from salesanalytics.models.payplan.plan import Plan

DRAWS = 4000
LOCK_FILE = "pay-plans.lock.json"


def read_plans(paths: Sequence[Path], *, of_one: bool = False) -> "tuple[list[Plan], dict[str, LockedVersion]]":
    """The plans in these files, earliest first, and what is locked beside them. `of_one`: they are versions of one plan.

    Raises PlanError with every problem of a file, and where plans of one name overlap.
    """
    from salesanalytics.base.strict_yaml import read_document
    from salesanalytics.models.payplan.lock import refuse_changed
    from salesanalytics.models.payplan.plan_file import plan_from
    from salesanalytics.models.payplan.versions import versions_of

    pairs = [(plan_from(read_document(path), str(path)), path) for path in paths]
    plans = sorted((one for one, _ in pairs), key=lambda one: one.valid_from)
    locked: dict[str, LockedVersion] = {}
    for file in dict.fromkeys(path.parent / LOCK_FILE for path in paths):
        locked |= locked_in(file)
    for name in [""] if of_one else dict.fromkeys(one.name for one in plans):
        versions_of([one for one in plans if name in ("", one.name)])
    refuse_changed(plans, locked, {one.label: path.name for one, path in pairs})
    return plans, locked


def locked_in(file: Path) -> "dict[str, LockedVersion]":
    """What a lock file holds; nothing where there is none. PlanError where something else stands in its place."""
    from salesanalytics.base.plain_file import other_than_plain
    from salesanalytics.models.payplan.lock import locked_from

    if not file.is_symlink() and not file.exists():
        return {}
    try:
        what = "a link that leads nowhere" if not file.exists() else other_than_plain(file)
        text = "" if what else file.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        what = f"not to be read ({error.strerror or error})"
    if what:
        refuse(f"{file} is {what}; expected the list of locked plans. Restore it from your records, or see why it is so.")
    return locked_from(text, str(file))


def in_force(plans: "Sequence[Plan]", day: date) -> "Plan":
    """The version in force on a day. Raises PlanError where there is none."""
    found = next((one for one in plans if one.holds(day)), None)
    if found is None:
        refuse(f"of {', '.join(one.label for one in plans)} none is in force on {day}; name the one that is with --plan.")
    return found


def open_deals(view: "View", rep: str, period: "Period") -> "list[OpenDeal]":
    """The rep's open deals with their chances to be won in the period, as the landing of the company has them."""
    from salesanalytics.analyses.dashboard.landing import landing
    from salesanalytics.models.payplan.crediting import families_of
    from salesanalytics.models.payplan.estimate import OpenDeal
    from salesanalytics.models.payplan.money import money

    deals = view.tables["opportunity"].set_index("opportunity_id")
    chances = landing(view.tables, as_of=view.as_of, period=period).table.dropna(subset=["p_won_in_period", "amount"])
    mine = chances[chances["opportunity_id"].map(deals["owner_rep_id"]) == rep]
    if mine.empty and (~deals["is_closed"] & (deals["owner_rep_id"] == rep)).any():
        refuse("the chances of open deals are unknown: too few past periods. An estimate takes at least three.")
    families, types = families_of(view.tables, mine["opportunity_id"]), dict(deals["type"].dropna())
    return [
        OpenDeal(deal, money(round(amount * 100)), float(chance), families.get(deal, "*"), types.get(deal, ""))
        for deal, amount, chance in zip(mine["opportunity_id"], mine["amount"], mine["p_won_in_period"], strict=True)
    ]


def drawn_bookings(plans: "Sequence[Plan]", view: "View", *, year: bool) -> "tuple[Ints, pd.Series[float]]":
    """Drawn bookings of the reps who take part in any of the plans, and their quotas per period."""
    from salesanalytics.analyses.dashboard.landing import landing
    from salesanalytics.base.calendar import MONTHS
    from salesanalytics.models.payplan.bookings import draw, history
    from salesanalytics.models.payplan.past import landing_draws, past_of
    from salesanalytics.models.payplan.taking_part import eligible

    if len({(one.period, one.fiscal_year_start) for one in plans}) > 1:
        refuse("the plans pay by different periods; only plans of the same period can be compared.")
    period = plans[0].period_of(view.as_of)
    past = past_of(view.tables, period, view.as_of, set().union(*(eligible(one, view.tables) for one in plans)))
    learnt = history(past.booked, past.quota)
    if learnt is None or past.now.empty:
        refuse("bookings cannot be drawn: that takes quotas, and at least two past periods with twelve of them.")
    if year:
        return draw(learnt, past.now, draws=DRAWS, seed=0, periods=12 // MONTHS[plans[0].period]), past.now
    ends = landing(view.tables, as_of=view.as_of, period=period)
    if ends.low is None or ends.middle is None or ends.high is None:
        return draw(learnt, past.now, draws=DRAWS, seed=0), past.now
    so_far = float(past.so_far.sum())
    shares = (so_far + past.paid_share * (mark - ends.booked) for mark in (ends.low, ends.middle, ends.high))
    total = landing_draws(*shares, least=so_far, draws=DRAWS, seed=0)
    return draw(learnt, past.now, draws=DRAWS, seed=0, landing=total, so_far=past.so_far), past.now


def company(snapshot: Path | None, as_of: date | None) -> "View":
    from salesanalytics import workspace

    return workspace.snapshot_for(snapshot or "").company(as_of)


def refuse(said: str) -> NoReturn:
    from salesanalytics.errors import PlanError

    raise PlanError(said)


def same_currency(plans: "Sequence[Plan]", view: "View") -> None:
    for one in plans:
        if one.currency != view.currency:
            refuse(
                f"{one.label} pays in {one.currency} and the snapshot is in {view.currency}; write currency: {view.currency}."
            )


def known_names(plans: "Sequence[Plan]", view: "View", locked: "Mapping[str, LockedVersion]") -> list[str]:
    """Refuse plans that name teams or reps the whole company does not have; a line for each other name, and for locked plans.

    The company of the snapshot's own day is asked, not that of an earlier one: whom a plan names may have come since.
    """
    from salesanalytics.models.payplan.names import in_words, unknown_names

    company, told = view.snapshot.company().tables, []
    for one in plans:
        unknown = unknown_names(one, company)
        hard = {key: names for key, names in unknown.items() if key in ("eligible.teams", "eligible.reps")}
        if hard and one.label not in locked:
            refuse(
                f"{one.label} names who is not in the data of the whole company ({len(company['team'])} teams, "
                f"{len(company['rep'])} reps): {in_words(hard, company)}. Correct eligible: in the plan."
            )
        if unknown:
            told.append(f"{one.label} names what the company's data do not have: {in_words(unknown, company)}.")
    return told


def rep_of(view: "View", asked: str) -> tuple[str, str]:
    """Id and name of the rep that is asked for, by either. Raises PlanError where there is none, or several have the name."""
    from difflib import get_close_matches

    rep = view.tables["rep"][["rep_id", "name"]].astype(str)
    found = rep[(rep["rep_id"] == asked) | (rep["name"].str.casefold() == asked.casefold())]
    if len(found) > 1:
        refuse(f"{len(found)} reps are called {asked!r}: {', '.join(found['rep_id'])}. Give the id of the one you mean.")
    if found.empty:
        near = get_close_matches(asked, [*rep["rep_id"], *rep["name"]], 1)
        refuse(f"no rep {asked!r} is in the snapshot" + (f"; did you mean {near[0]!r}?" if near else "; give an id or a name."))
    return str(found["rep_id"].iloc[0]), str(found["name"].iloc[0])


def quotas_for(plans: "Sequence[Plan]", view: "View") -> "dict[tuple[str, date, str], Decimal]":
    from salesanalytics.models.payplan.taking_part import quotas_of

    return {key: quota for one in plans for key, quota in quotas_of(one, view.tables, as_of=view.as_of).items()}


def results_from(file: Path | None, plans: "Sequence[Plan]") -> "Results":
    """Results of objectives from a CSV file. Raises PlanError, with the row, where a cell cannot be one."""
    from decimal import Decimal, InvalidOperation

    import pandas as pd

    from salesanalytics.errors import PlanError
    from salesanalytics.models.payplan.values import short

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
            key, value = (rep, date.fromisoformat(start), objective), short(Decimal(result))
        except (ValueError, InvalidOperation):
            raise PlanError(f"{file}, line {at}: {start!r}, {result!r}; expected a day and a number from 0 to 1.") from None
        if not any(one.holds(key[1]) and one.period_of(key[1]).start == key[1] for one in plans):
            raise PlanError(f"{file}, line {at}: no period of the plan begins on {start}; expected its first day.")
        if objective not in known or not value.is_finite() or not 0 <= value <= 1 or key in found:
            what = "is given twice" if key in found else f"with result {result}"
            raise PlanError(f"{file}, line {at}: {objective!r} {what}; expected one of {', '.join(known)} once, from 0 to 1.")
        found[key] = value
    return found
