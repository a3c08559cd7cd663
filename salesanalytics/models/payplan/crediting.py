"""From a company's tables to what a plan is worked out from: credits and reversals.

In: a plan, tables as known on a day. Out: credits on the plan's base date:

    booked     the deal, on the day it was won
    margin     the deal less its lines' quantity × unit cost (never below zero), on the day it was won
    invoiced   each invoice, on the day it was written
    paid       each invoice, on the day it was paid; what came in where that is known. A credit note counts once it is paid back

A deal is credited by its revenue splits (largest remainder, so that they add up to the deal), to its owner where there are
none; overlay shares are credited beside. A deal whose split rows were set aside is withheld (`aside`), and no deal credits more
than itself: what invoices add to it is noted. Credit notes take back from whom the deal was credited to. Where the plan claws
back, a deal whose customer leaves within its days is taken back too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.schema.pay import SPLIT_OFF
from salesanalytics.data.tables.teams import spans, team_on
from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.aside import marked, withheld
from salesanalytics.models.payplan.credit import ALL, Credit, Note, Reversal, word
from salesanalytics.models.payplan.money import half_up, money, shared
from salesanalytics.models.payplan.plan import Plan
from salesanalytics.models.payplan.taking_part import eligible

Shares = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Credited:
    """Credits and reversals, in no order, and notes on what is not credited."""

    credits: list[Credit]
    reversals: list[Reversal]
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Deal:
    """A won deal: what a credit takes over from it, in cents, and who shares it."""

    deal: str
    day: date
    cents: int
    family: str
    type: str
    revenue: Shares
    overlay: Shares
    left_on: date | None


@dataclass(frozen=True, slots=True)
class _Event:
    """Money that is credited (above zero) or taken back on a day, in cents."""

    day: date
    item: str
    cents: int


def credited(plan: Plan, tables: Tables, *, as_of: date, reps: Collection[str] | None = None) -> Credited:
    """Everything known at the end of `as_of` that the plan pays on or takes back, for those who are eligible.

    `reps`: only the deals that one of these has a part in; the others' parts of them are there too, as they share SPIFFs.

    Raises PlanError where the plan's base needs a table or a column that is not there, or nobody is eligible.
    """
    tables = known_on(tables, as_of)
    paid = eligible(plan, tables)
    wanted = paid if reps is None else paid & set(reps)
    found, events = Credited([], []), _Events(plan, tables)
    unknown, missing = withheld(plan, tables, as_of), marked(tables, as_of)
    for deal in _deals(tables):
        rows = unknown.get(deal.deal, ())
        reps = dict.fromkeys([rep for rep, _ in (*deal.revenue, *deal.overlay)] + [row.rep for row in rows])
        mine = [rep for rep in reps if rep in wanted]
        if mine and rows:
            said, amount = "; ".join(dict.fromkeys(row.said for row in rows)), money(deal.cents)
            found.notes.extend(Note("withheld", rep, deal.deal, deal.day, amount, said) for rep in mine)
        elif mine:
            one = _of_deal(plan, deal, events(deal), as_of)
            found.credits.extend(credit for credit in one.credits if credit.rep in paid)
            found.reversals.extend(undo for undo in one.reversals if undo.rep in paid)
            found.notes.extend(note for note in one.notes if note.rep in wanted)
            for row in missing.get(deal.deal, ()):
                day = row.day or deal.day
                found.notes.extend(Note("invoice_set_aside", rep, deal.deal, day, money(0), row.said) for rep in mine)
    return _of_the_teams(plan, tables, found)


def _of_the_teams(plan: Plan, tables: Tables, found: Credited) -> Credited:
    """Of a plan for teams, what was credited while the rep was in one of them; a rep who moved is paid by the other's plan."""
    moved = [one for one in found.credits if one.rep not in plan.eligible.reps]
    if not plan.eligible.teams or not moved:
        return found
    days = pd.Series(pd.to_datetime([one.day for one in moved]))
    team = team_on(pd.Series([one.rep for one in moved]), days, spans(tables))
    out = {id(one) for one, inside in zip(moved, team.isin(plan.eligible.teams), strict=True) if not inside}
    kept = [one for one in found.credits if id(one) not in out]
    gone = {(one.deal, one.rep) for one in moved if id(one) in out} - {(one.deal, one.rep) for one in kept}
    undone = [undo for undo in found.reversals if (undo.deal, undo.rep) not in gone]
    return Credited(kept, undone, [note for note in found.notes if (note.deal, note.rep) not in gone])


def credited_under(plans: Sequence[Plan], tables: Tables, *, as_of: date, reps: Collection[str] | None = None) -> Credited:
    """`credited` under the versions of one plan, earliest first: each day by the version in force, later days by the last."""
    found = Credited([], [])
    for at, plan in enumerate(plans):
        ends = plans[at + 1].valid_from if at + 1 < len(plans) else date.max
        one = credited(plan, tables, as_of=as_of, reps=reps)
        found.credits.extend(credit for credit in one.credits if plan.holds(credit.day))
        found.reversals.extend(undo for undo in one.reversals if plan.valid_from <= undo.day < ends)
        found.notes.extend(note for note in one.notes if plan.holds(note.day))
    return found


def _deals(tables: Tables) -> Iterator[_Deal]:
    deals = tables["opportunity"]
    won = deals[deals["is_won"] & deals["closed_on"].notna()].sort_values("opportunity_id")
    shares = _splits(tables)
    families, left = _families(tables, won), _left(tables, won)
    columns = ("opportunity_id", "owner_rep_id", "closed_on", "amount", "type")
    for deal, owner, day, amount, kind in zip(*(won[name] for name in columns), strict=True):
        revenue, overlay = shares.get(deal, ((), ()))
        yield _Deal(
            deal, day.date(), round(amount * 100), families.get(deal, ALL), word(kind),
            revenue or ((owner, Fraction(1)),), overlay, left.get(deal),
        )  # fmt: skip


def _splits(tables: Tables) -> dict[str, tuple[Shares, Shares]]:
    """Revenue and overlay shares of each deal that has splits. Shares as written: 0.7 is seven tenths."""
    if "opportunity_split" not in tables:
        return {}
    found: dict[str, tuple[list[tuple[str, Fraction]], list[tuple[str, Fraction]]]] = defaultdict(lambda: ([], []))
    rows = tables["opportunity_split"].sort_values(["opportunity_id", "rep_id"])
    for deal, rep, kind, share in zip(*(rows[name] for name in ("opportunity_id", "rep_id", "kind", "share")), strict=True):
        found[deal][kind == "overlay"].append((rep, Fraction(repr(float(share)))))
    whole = {deal: sum((share for _, share in revenue), Fraction(0)) for deal, (revenue, _) in found.items()}
    for deal, total in whole.items():
        if total and abs(total - 1) > SPLIT_OFF:
            raise PlanError(f"The revenue shares of deal {deal} add up to {float(total):.2%}; correct them to 100%.")
    return {  # 33.33% three times is a third each
        deal: (tuple((rep, share / whole[deal]) for rep, share in revenue), tuple(overlay))
        for deal, (revenue, overlay) in found.items()
    }


def _families(tables: Tables, won: pd.DataFrame) -> dict[str, str]:
    """The product family of each deal: that of its largest line, else of its product."""
    if "product" not in tables:
        return {}
    family = tables["product"].set_index("product_id")["family"].dropna()
    found = dict(won.set_index("opportunity_id")["product_id"].map(family).dropna())
    if "opportunity_line" in tables:
        lines = tables["opportunity_line"].sort_values(["opportunity_id", "amount", "line_no"], ascending=[True, False, True])
        main = lines.drop_duplicates("opportunity_id").set_index("opportunity_id")["product_id"].map(family).dropna()
        found |= dict(main)
    return found


def families_of(tables: Tables, deals: "pd.Series[str]") -> dict[str, str]:
    """The product family of each of `deals`, where it is known."""
    return _families(tables, tables["opportunity"][tables["opportunity"]["opportunity_id"].isin(deals)])


def _left(tables: Tables, won: pd.DataFrame) -> dict[str, date]:
    """The day the customer of each deal left."""
    if "account" not in tables:
        return {}
    churned = tables["account"].set_index("account_id")["churned_on"].dropna()
    days = won.set_index("opportunity_id")["account_id"].map(churned).dropna()
    return {str(deal): day.date() for deal, day in days.items()}


class _Events:
    """Called with a deal: what is credited and taken back on which day. Looks at the tables once."""

    def __init__(self, plan: Plan, tables: Tables) -> None:
        self._plan = plan
        if plan.base in ("invoiced", "paid") and "invoice" not in tables:
            raise PlanError(
                f"{plan.label} pays on {plan.base} money, and the data have no table invoice. "
                "Bring invoices in (see the mapping), or write base: booked."
            )
        self._invoices = _invoices(tables, paid=plan.base == "paid", tax=Fraction(plan.invoices_include_tax or 0))
        self._margins = _margins(plan, tables) if plan.base == "margin" else {}

    def __call__(self, deal: _Deal) -> list[_Event]:
        billed = self._invoices.get(deal.deal, [])
        if self._plan.base in ("invoiced", "paid"):
            return billed
        notes = [event for event in billed if event.cents < 0]
        if self._plan.base == "booked":
            return [_Event(deal.day, "", deal.cents), *notes]
        margin = self._margins.get(deal.deal)
        if margin is None:
            raise PlanError(
                f"{self._plan.label} pays on margin, and the cost of deal {deal.deal} is unknown: it needs opportunity_line "
                "with quantity, and product with unit_cost. Fill these in, or write base: booked."
            )
        part = Fraction(margin, deal.cents) if deal.cents else Fraction(0)
        return [_Event(deal.day, "", margin), *(_Event(one.day, one.item, -half_up(-one.cents * part)) for one in notes)]


def _invoices(tables: Tables, *, paid: bool, tax: Fraction) -> dict[str, list[_Event]]:
    """Invoices and credit notes by deal, in order, without the tax in them; `paid`: on the day and with the amount paid."""
    found: dict[str, list[_Event]] = defaultdict(list)
    if "invoice" not in tables:
        return found
    rows = tables["invoice"]
    if paid:
        rows = rows[rows["paid_on"].notna()]
        rows = rows.assign(invoiced_on=rows["paid_on"], amount=rows["paid_amount"].fillna(rows["amount"]))
    rows = rows.sort_values(["invoiced_on", "invoice_id"])
    for deal, item, day, amount in zip(
        *(rows[name] for name in ("opportunity_id", "invoice_id", "invoiced_on", "amount")), strict=True
    ):
        found[deal].append(_Event(day.date(), item, half_up(round(amount * 100) / (1 + tax))))
    return found


def _margins(plan: Plan, tables: Tables) -> dict[str, int]:
    """Cents of margin of each deal whose cost is known."""
    if "opportunity_line" not in tables or "product" not in tables:
        raise PlanError(
            f"{plan.label} pays on margin, and the data have no opportunity_line or no product; write base: booked."
        )
    lines = tables["opportunity_line"]
    cost = lines["product_id"].map(tables["product"].set_index("product_id")["unit_cost"]) * lines["quantity"]
    total = (
        cost.groupby(lines["opportunity_id"]).sum(min_count=1).where(cost.isna().groupby(lines["opportunity_id"]).sum() == 0)
    )
    amount = tables["opportunity"].set_index("opportunity_id")["amount"]
    margin = (amount.reindex(total.index) - total).dropna().clip(lower=0)
    return {str(deal): round(value * 100) for deal, value in margin.items()}


def _of_deal(plan: Plan, deal: _Deal, events: Sequence[_Event], as_of: date) -> Credited:
    """What a deal credits and takes back. It credits itself and no more: of invoices above its amount only what it is worth
    counts, the rest is noted, and a credit note takes that first.
    """
    found = Credited([], [])
    billed = counted = 0
    events = sorted(events, key=lambda one: (one.day, one.cents < 0, one.item))
    last = max((at for at, event in enumerate(events) if event.cents > 0), default=-1)
    most = deal.cents if plan.base in ("invoiced", "paid") else max((event.cents for event in events), default=0)
    for at, event in enumerate(events):
        billed += event.cents
        change = min(billed, most) - counted
        counted += change
        if event.cents > 0 and (over := event.cents - change) > _slack(plan, events):
            found.notes.extend(_over(deal, event, over))
        if change > 0 or event.cents == 0:
            credits = _credits(deal, replace(event, cents=change), plan.currency)
            found.credits.extend(credit for credit in credits if plan.overlays or credit.kind == "revenue")
        if change < 0:
            rest = at > last and billed == 0  # the last credit note takes back what is left, whatever was rounded before
            found.reversals.extend(
                Reversal(event.day, deal.deal, part.rep, "credit_note", event.item, None if rest else part.amount)
                for part in _parts(deal, -change)
                if plan.overlays or part.kind == "revenue"
            )
    first = min((credit.day for credit in found.credits), default=None)
    if plan.clawback and deal.left_on and first and first <= deal.left_on <= min(first + timedelta(plan.clawback.days), as_of):
        reps = dict.fromkeys(credit.rep for credit in found.credits)
        share = plan.clawback.share
        found.reversals.extend(Reversal(deal.left_on, deal.deal, rep, "clawback", share=share) for rep in reps)
    return found


def _slack(plan: Plan, events: Sequence[_Event]) -> int:
    """Cents that taking the tax out of each invoice may have added."""
    return len(events) if plan.invoices_include_tax else 0


def _over(deal: _Deal, event: _Event, over: int) -> Iterator[Note]:
    said = f"invoice {event.item} brings the invoices of a deal of {money(deal.cents)} above it"
    for rep in dict.fromkeys(rep for rep, _ in (*deal.revenue, *deal.overlay)):
        yield Note("over_invoiced", rep, deal.deal, event.day, money(over), said)


def _credits(deal: _Deal, event: _Event, currency: str) -> Iterator[Credit]:
    """One credit per rep who shares the deal; `count` is the rep's share of the part of the deal that the event is."""
    whole = Fraction(event.cents, deal.cents) if event.item and deal.cents else Fraction(1)
    for part in _parts(deal, event.cents):
        yield Credit(
            event.day, deal.deal, part.rep, event.item, part.amount, part.share * whole, part.kind, deal.family, deal.type,
            money(deal.cents), currency,
        )  # fmt: skip


class _Part(NamedTuple):
    rep: str
    kind: Literal["revenue", "overlay"]
    share: Fraction
    amount: Decimal


def _parts(deal: _Deal, cents: int) -> list[_Part]:
    """Each rep's part of an amount: revenue shares add up to it, overlay shares come on top."""
    revenue = shared(cents, [share for _, share in deal.revenue])
    parts = [_Part(rep, "revenue", share, money(cut)) for (rep, share), cut in zip(deal.revenue, revenue, strict=True)]
    return parts + [_Part(rep, "overlay", share, money(half_up(cents * share))) for rep, share in deal.overlay]
