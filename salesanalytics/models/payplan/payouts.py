"""What is due under a plan: exact amounts with a line for every step of the reckoning.

In: the versions of a plan, credits, reversals, quotas, results of objectives, and a day. Out: `Payouts`. For each rep and
period, in this order:

    tiers          each credit's pieces at their rates           rounded once per quota, shared over the pieces
    SPIFFs         per deal that fits
    cap per deal   on what a deal gets, over all its periods
    objectives     target × Σ weight × result
    cap per period on all of the above, taken from each deal in proportion
    reversals      credit notes and claw-backs of earlier periods' deals, at what was paid for them then
    draw           up to the guaranteed amount once the period is over; recovered from later pay above it

A reversal in the period of its credit lowers the credit before anything is paid. A later one takes back the share of the deal's
pay that its credit was, and the last one what is left, so a deal reversed whole has cost nothing, to the cent, and no deal ever
gives back more than it got. A credit note without credited invoice waits until there is one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from salesanalytics.base.calendar import Period
from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.account import Account
from salesanalytics.models.payplan.credit import ALL, Credit, Line, Note, Payouts, Quotas, Results, Reversal
from salesanalytics.models.payplan.lock import Locked, refuse_changed
from salesanalytics.models.payplan.net import Net, net_of, one_period
from salesanalytics.models.payplan.plan import Plan
from salesanalytics.models.payplan.spiffs import spiff_lines
from salesanalytics.models.payplan.versions import versions_of

NONE_KNOWN: Mapping[tuple[str, date, str], Decimal] = {}


def payouts(
    plans: Plan | Sequence[Plan],
    credits: Iterable[Credit],
    quotas: Quotas,
    *,
    until: date,
    reversals: Iterable[Reversal] = (),
    results: Results = NONE_KNOWN,
    locked: Locked | None = None,
) -> Payouts:
    """What is due for everything that happened by `until` (inclusive) under the versions of one plan.

    The order of `credits` and `reversals` does not matter: within a period they count by day, deal, rep and invoice. A credit
    on a day without a version in force is not paid, and noted; so is one whose quota is unknown or zero. Raises PlanError where
    versions overlap or a locked one was changed, credits have another currency or parts of a cent, or a deal lies in two
    periods.
    """
    versions = versions_of(plans)
    refuse_changed(versions, locked or {})
    seen = sorted(credit for credit in credits if credit.day <= until)
    _refuse_odd(versions, seen)
    undone = sorted((one for one in reversals if one.day <= until), key=Reversal.place)
    under, strangers = _by_version(versions, seen)
    placed = one_period(under)
    net = net_of(placed, undone, versions)
    spiffs = spiff_lines(net.credits)
    by_seat: dict[tuple[str, Period], list[tuple[Plan, Credit]]] = defaultdict(list)
    for plan, period, credit in net.credits:
        by_seat[credit.rep, period].append((plan, credit))
    accounts = {
        rep: _settled(rep, seats, by_seat, net, quotas, results, spiffs, until)
        for rep, seats in _seats(versions, by_seat, net, quotas, results, until).items()
    }
    lines = tuple(line for account in accounts.values() for line in account.lines)
    given = tuple(one for account in accounts.values() for one in account.given)
    notes = (*strangers, *net.notes, *(note for account in accounts.values() for note in account.notes))
    return Payouts(until, lines, given, notes)


def _settled(
    rep: str,
    seats: Sequence[tuple[Period, Plan]],
    by_seat: Mapping[tuple[str, Period], list[tuple[Plan, Credit]]],
    net: Net,
    quotas: Quotas,
    results: Results,
    spiffs: Mapping[tuple[str, Period], list[Line]],
    until: date,
) -> Account:
    """A rep's periods, one after the other."""
    account = Account(rep)
    for period, plan in seats:
        mine = [credit for _, credit in by_seat.get((rep, period), [])]
        theirs = {family: quotas.get((rep, period.start, family)) for family in {ALL, *(credit.family for credit in mine)}}
        account.open(plan, period)
        account.reverse(net.later.get((rep, period), ()))  # of earlier periods' pay alone
        account.tiers(mine, theirs)
        account.add(spiffs.get((rep, period), ()))
        account.cap_deals()
        account.objectives(results)
        account.cap_period()
        account.rewards(
            mine, {family: quota for (who, start, family), quota in quotas.items() if (who, start) == (rep, period.start)}
        )
        account.keep(mine)
        account.take_back()
        if period.end <= until:
            account.draw()
        account.close()
    return account


def _refuse_odd(versions: Sequence[Plan], credits: Sequence[Credit]) -> None:
    for plan in versions:
        other = sorted({credit.currency for credit in credits if credit.currency not in ("", plan.currency)})
        if other:
            first = next(credit for credit in credits if credit.currency == other[0])
            raise PlanError(
                f"Credits are in {', '.join(other)} (as deal {first.deal}) and {plan.label} pays in {plan.currency}. "
                "Convert them to one currency first (currency: in the mapping)."
            )
    for credit in credits:
        if credit.amount < 0 or credit.count < 0:
            said = f"Deal {credit.deal} credits {credit.rep} with {credit.amount}"
            raise PlanError(f"{said}; a credit is never negative: what is taken back is given as a reversal.")


def _by_version(versions: Sequence[Plan], credits: Iterable[Credit]) -> tuple[list[tuple[Plan, Credit]], tuple[Note, ...]]:
    """Each credit with the version in force on its day; notes for those without."""
    under: list[tuple[Plan, Credit]] = []
    notes: list[Note] = []
    for credit in credits:
        plan = next((one for one in versions if one.holds(credit.day)), None)
        if plan is None:
            notes.append(Note("no_plan", credit.rep, credit.deal, credit.day, credit.amount))
        elif plan.overlays or credit.kind == "revenue":
            under.append((plan, credit))
    return under, tuple(notes)


def _seats(
    versions: Sequence[Plan],
    by_seat: Mapping[tuple[str, Period], object],
    net: Net,
    quotas: Quotas,
    results: Results,
    until: date,
) -> dict[str, list[tuple[Period, Plan]]]:
    """For each rep the periods in which something happens or is guaranteed, in order, each with the version in force.

    Who has a quota takes part in its period; a reversal after the last version still goes by that one.
    """
    seats = {*by_seat, *net.later}
    for rep, start, _ in (*quotas, *results):
        plan = next((one for one in versions if one.holds(start)), None)
        if plan and start <= until:
            seats.add((rep, plan.period_of(start)))
    found: dict[str, list[tuple[Period, Plan]]] = defaultdict(list)
    for rep, period in sorted(seats):
        plan = next((one for one in versions if one.holds(period.start)), versions[-1])
        found[rep].append((period, plan))
    return found
