"""From tables to credits: bases, splits, credit notes, claw-backs, quotas, and what is due when some was paid."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics.base.types import Tables
from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.credit import Payouts
from salesanalytics.models.payplan.crediting import credited
from salesanalytics.models.payplan.money import money, shared
from salesanalytics.models.payplan.payouts import payouts
from salesanalytics.models.payplan.plan import Plan
from salesanalytics.models.payplan.settle import payments, settled, statement
from salesanalytics.models.payplan.taking_part import eligible, quotas_of
from tests.conftest import DEMO_DAY
from tests.models.payplan.plans import credit, plan
from tests.tables import AS_OF, tables
from tests.tiny import OPPORTUNITY

QUOTA = [
    {"scope": "rep", "scope_id": f"r{at}", "amount": 1000, "period_start": "2026-07-01", "period_end": "2026-09-30"}
    for at in (1, 2, 3)
]


def invoice(number: str, deal: str, day: str, amount: float, paid_on: str = "", paid: object = "") -> dict[str, object]:
    row = {"invoice_id": number, "opportunity_id": deal, "invoiced_on": day, "amount": amount}
    return {**row, "paid_on": paid_on, "paid_amount": paid}


PAID = [
    invoice("i1", "o1", "2026-07-12", 1000, "2026-08-20", 980),
    invoice("i2", "o3", "2026-08-03", 3000),
]


def company(**more: object) -> Tables:
    return tables(quota=QUOTA, **more)  # type: ignore[arg-type]


def owed(one: Plan, have: Tables, on: date = AS_OF) -> Payouts:
    found = credited(one, have, as_of=on)
    return payouts(one, found.credits, quotas_of(one, have, as_of=on), until=on, reversals=found.reversals)


def amounts(one: Plan, have: Tables) -> dict[tuple[str, str], Decimal]:
    return {(credit.deal, credit.rep): credit.amount for credit in credited(one, have, as_of=AS_OF).credits}


def test_booked_deals_are_credited_on_the_day_they_were_won() -> None:
    assert amounts(plan(), company()) == {("o1", "r1"): 1000, ("o3", "r2"): 3000, ("o5", "r3"): 700}


def test_who_moved_is_paid_by_the_plan_of_the_team_they_sold_in() -> None:
    spans = [("north", "2024-01-01", "2026-07-31"), ("south", "2026-08-01", "")]
    moved = [{"rep_id": "r2", "team_id": team, "valid_from": since, "valid_to": until} for team, since, until in spans]
    deals = [*OPPORTUNITY, {**OPPORTUNITY[2], "opportunity_id": "o7", "closed_at": "2026-07-20"}]  # o3 was won on 1 August
    have = company(rep_assignment=moved, opportunity=deals)
    north, south = (amounts(plan(eligible={"teams": [team]}), have) for team in ("north", "south"))
    assert {deal for deal, rep in north if rep == "r2"} == {"o7"}
    assert {deal for deal, rep in south if rep == "r2"} == {"o3"}
    assert {deal for deal, _ in amounts(plan(eligible={"teams": ["north"], "reps": ["r2"]}), have)} >= {"o3", "o7"}


def test_on_paid_invoices_nothing_is_credited_before_the_money_came() -> None:
    assert amounts(plan(base="paid"), company(invoice=PAID)) == {("o1", "r1"): 980}
    assert amounts(plan(base="invoiced"), company(invoice=PAID)) == {("o1", "r1"): 1000, ("o3", "r2"): 3000}
    assert owed(plan(base="paid"), company(invoice=PAID), date(2026, 8, 19)).total() == 0


INVOICED = plan(base="invoiced", deal_in_two_periods="each", tiers={"over": "money", "steps": [{"from": 0, "rate": 0.1}]})


def test_invoices_of_more_than_the_deal_credit_the_deal_and_no_more_and_it_is_noted() -> None:
    """VAT of 19% stood in the invoices: 1,190 counted for a deal of 1,000, in silence."""
    halves = [invoice("i1", "o1", "2026-07-12", 595), invoice("i2", "o1", "2026-08-12", 595)]
    found = credited(INVOICED, company(invoice=halves), as_of=AS_OF)
    assert [credit.amount for credit in found.credits] == [595, 405]
    assert sum(credit.count for credit in found.credits) == 1
    assert [(note.what, note.rep, note.deal, note.amount) for note in found.notes] == [("over_invoiced", "r1", "o1", 190)]


def test_a_credit_note_takes_what_did_not_count_first_and_then_what_did() -> None:
    billed = [invoice("i1", "o1", "2026-07-12", 1190), invoice("n1", "o1", "2026-07-20", -190)]
    whole = owed(INVOICED, company(invoice=billed))
    assert whole.total(deal="o1") == 100
    nothing = owed(INVOICED, company(invoice=[*billed, invoice("n2", "o1", "2026-08-20", -1000)]))
    assert (nothing.total(deal="o1"), nothing.notes) == (0, ())


def test_the_tax_in_invoices_is_taken_out_where_the_plan_names_its_rate() -> None:
    one = plan(base="invoiced", invoices_include_tax="19%", tiers={"over": "money", "steps": [{"from": 0, "rate": 0.1}]})
    thirds = [invoice(f"i{at}", "o1", f"2026-07-1{at}", amount) for at, amount in enumerate((396.67, 396.67, 396.67))]
    found = credited(one, company(invoice=thirds), as_of=AS_OF)
    assert (sum(credit.amount for credit in found.credits), found.notes) == (1000, [])  # the third cent is rounding


def test_margin_is_what_the_lines_leave_after_their_cost() -> None:
    product = [{"product_id": "p", "family": "Core", "unit_cost": 60}]
    lines = [{"opportunity_id": deal, "line_no": 1, "product_id": "p", "quantity": 10} for deal in ("o1", "o3", "o5")]
    have = company(product=product, opportunity_line=lines)
    assert amounts(plan(base="margin"), have) == {("o1", "r1"): 400, ("o3", "r2"): 2400, ("o5", "r3"): 100}
    with pytest.raises(PlanError, match="cost of deal o5 is unknown"):
        credited(plan(base="margin"), company(product=product, opportunity_line=lines[:2]), as_of=AS_OF)


def test_splits_credit_each_with_their_share_and_overlays_come_on_top() -> None:
    rows = [("r1", 0.7, "revenue"), ("r2", 0.3, "revenue"), ("r3", 0.5, "overlay")]
    split = [{"opportunity_id": "o1", "rep_id": rep, "share": share, "kind": kind} for rep, share, kind in rows]
    found = amounts(plan(), company(opportunity_split=split))
    assert [found["o1", rep] for rep in ("r1", "r2", "r3")] == [700, 300, 500]
    note = [invoice("n1", "o1", "2026-08-02", -1000)]
    without = owed(plan(overlays=False), company(opportunity_split=split, invoice=note))
    assert (without.total("r3", deal="o1"), without.notes) == (0, ())


def test_shares_of_more_than_the_deal_pay_nobody() -> None:
    have = dict(company(opportunity_split=[{"opportunity_id": "o1", "rep_id": "r1", "share": 1, "kind": "revenue"}]))
    twice = pd.concat([have["opportunity_split"], have["opportunity_split"].assign(rep_id="r2", share=0.2)])
    with pytest.raises(PlanError, match=r"revenue shares of deal o1 add up to 120\.00%"):
        credited(plan(), {**have, "opportunity_split": twice}, as_of=AS_OF)


@settings(deadline=None)
@given(cents=st.integers(0, 10**12), weights=st.lists(st.integers(1, 10_000), min_size=1, max_size=7))
def test_the_parts_of_a_split_deal_add_up_to_it(cents: int, weights: list[int]) -> None:
    parts = shared(cents, [Fraction(weight, sum(weights)) for weight in weights])
    assert sum(parts) == cents
    assert all(abs(part - Fraction(cents * weight, sum(weights))) < 1 for part, weight in zip(parts, weights, strict=True))


def test_a_credit_note_of_the_whole_deal_leaves_nothing_paid_whoever_shares_it() -> None:
    split = [{"opportunity_id": "o1", "rep_id": f"r{at}", "share": 0.3333, "kind": "revenue"} for at in (1, 2, 3)]
    back = (-333.35, -333.35, -333.30)
    notes = [invoice(f"n{at}", "o1", f"2026-08-1{at}", amount) for at, amount in enumerate(back)]
    monthly = plan(period="month", tiers={"over": "money", "steps": [{"from": 0, "rate": 0.0777}]})
    found = owed(monthly, company(opportunity_split=split, invoice=notes))
    assert [found.total(f"r{at}", deal="o1") for at in (1, 2, 3)] == [0, 0, 0]
    july = monthly.period_of(date(2026, 7, 1))
    assert found.total(period=july, deal="o1") == money(3 * 2590)


def test_a_customer_who_leaves_in_time_costs_the_share_the_plan_says() -> None:
    account = [{"account_id": "a1", "churned_on": "2026-08-30"}]
    deals = [{**row, "account_id": "a1" if row["opportunity_id"] in ("o1", "o3") else ""} for row in OPPORTUNITY]
    monthly = {"period": "month", "tiers": {"over": "money", "steps": [{"from": 0, "rate": 0.1}]}}
    have = company(account=account, opportunity=deals)
    found = owed(plan(clawback={"days": 60, "share": 0.5}, **monthly), have)
    assert (found.total(deal="o1"), found.total(deal="o3")) == (50, 150)  # o3: the same month, so its credit is halved
    assert owed(plan(clawback={"days": 40, "share": 0.5}, **monthly), have).total(deal="o1") == 100


def test_a_plan_for_nobody_says_whom_it_asked_for_and_who_is_there() -> None:
    with pytest.raises(PlanError, match=r"names nobody in the data \(eligible: teams: T-99; roles: ae\).*3 reps"):
        credited(plan(eligible={"teams": ["T-99"], "roles": ["ae"]}), company(), as_of=AS_OF)
    assert eligible(plan(eligible={"teams": ["north"]}), company()) == {"r1", "r2"}


def test_named_reps_come_on_top_of_teams_and_a_role_narrows_the_teams() -> None:
    assert eligible(plan(eligible={"teams": ["north"], "reps": ["r3"]}), company()) == {"r1", "r2", "r3"}
    assert eligible(plan(eligible={"teams": ["north"], "roles": ["nobody's"], "reps": ["r3"]}), company()) == {"r3"}
    assert eligible(plan(), company()) == {"r1", "r2", "r3"}


def test_a_base_without_its_table_says_what_is_missing() -> None:
    with pytest.raises(PlanError, match="no table invoice"):
        credited(plan(base="paid"), company(), as_of=AS_OF)


def test_quotas_of_numbers_and_of_families_are_those_of_exactly_the_period() -> None:
    rows = [
        {**QUOTA[0], "amount": 4, "metric": "deals", "product_family": "*"},
        {**QUOTA[0], "amount": 500, "metric": "bookings", "product_family": "Core"},
    ]
    have = tables(quota=rows)  # fmt: skip
    assert quotas_of(plan(quota={"measure": "count"}), have, as_of=AS_OF) == {("r1", date(2026, 7, 1), "*"): 4}
    assert quotas_of(plan(quota={"by": "family"}), have, as_of=AS_OF) == {("r1", date(2026, 7, 1), "Core"): 500}


def test_nothing_that_comes_later_changes_what_was_due() -> None:
    later = [*OPPORTUNITY, {**OPPORTUNITY[0], "opportunity_id": "o9", "closed_at": "2026-08-31"}]
    day = date(2026, 8, 30)
    assert owed(plan(), company(opportunity=later), day).lines == owed(plan(), company(), day).lines


# ── what would settle

PAYOUT = {
    "payout_id": "y1",
    "plan_id": "p",
    "rep_id": "r1",
    "period_start": "2026-07-01",
    "amount": 30,
    "paid_on": "2026-08-15",
}


def test_what_would_settle_is_what_is_due_less_what_was_paid_and_settles_nothing() -> None:
    have = company(incentive_plan=[{"plan_id": "p", "name": "Sellers", "valid_from": "2026-01-01"}], payout=[PAYOUT])
    one = plan()
    for _ in range(2):
        (first, *_) = settled(one, owed(one, have), payments([one], have, on=AS_OF))
        assert (first.rep, first.earned, first.paid, first.due) == ("r1", 50, 30, 20)
    assert payments([one], have, on=date(2026, 8, 14)) == []
    assert payments([plan(paid_as=["other"])], have, on=AS_OF) == []


def test_pay_for_nothing_is_to_be_taken_back() -> None:
    have = company(
        payout=[{**PAYOUT, "rep_id": "r3", "amount": 100}], incentive_plan=[{"plan_id": "p", "valid_from": "2026-01-01"}]
    )
    one = plan(paid_as=["p"])
    assert [row.due for row in settled(one, owed(one, have), payments([one], have, on=AS_OF)) if row.rep == "r3"] == [-65]


def test_a_statement_adds_up_line_by_line() -> None:
    have = company(payout=[{**PAYOUT, "amount": "30.01"}], incentive_plan=[{"plan_id": "p", "valid_from": "2026-01-01"}])
    one = plan(paid_as=["p"], caps={"per_deal": 45})
    rows = statement(one, owed(one, have), payments([one], have, on=AS_OF), "r1")
    sums = rows.groupby("line")["amount"].sum()
    assert sums["earned"] + sums["paid"] == sums["due"] == Decimal("14.99")
    assert set(rows["opportunity_id"].dropna()) <= {"o1", ""}


def test_what_the_demo_company_paid_by_code_of_its_own_is_what_is_due(demo: Tables) -> None:
    """An independent reckoning: the demo pays commission on bookings to owners alone, in floats."""
    have = {name: frame for name, frame in demo.items() if name not in ("opportunity_split", "invoice")}
    steps = [{"from": 0, "rate": 0.045}, {"from": 1, "rate": 0.07}, {"from": 1.25, "rate": 0.09}]
    one = plan(valid_from=date(2025, 1, 1), tiers={"steps": steps}, paid_as=["COM-2025", "COM-2026"])
    rows = settled(one, owed(one, have, DEMO_DAY), payments([one], have, on=DEMO_DAY))
    past = [row for row in rows if row.period.end < date(2026, 10, 1)]
    # the demo paid on the first version of a quota, whole, whatever was revised later and whoever left within the quarter
    first = have["quota"][(have["quota"]["version"] == 1) & (have["quota"]["scope"] == "rep")]
    whole = {
        (rep, start.date()): amount
        for rep, start, amount in zip(first["scope_id"], first["period_start"], first["amount"], strict=True)
    }
    ours = quotas_of(one, have, as_of=DEMO_DAY)
    paid = [row for row in past if row.paid and ours.get((row.rep, row.period.start, "*")) == whole[row.rep, row.period.start]]
    assert len(paid) > 50
    assert {abs(row.due) for row in paid} <= {0, Decimal("0.01")}  # a cent where floats miss the half of one
    assert sum(row.due == 0 for row in paid) > 0.9 * len(paid)


def test_the_year_to_date_begins_with_the_fiscal_year() -> None:
    one = plan(valid_from=date(2025, 1, 1), fiscal_year_start=4, tiers={"over": "money", "steps": [{"from": 0, "rate": 0.1}]})
    sold = [credit(100, date(2026, 1, 5)), credit(200, date(2026, 4, 5)), credit(400, date(2026, 7, 5))]
    rows = settled(one, payouts(one, sold, {}, until=AS_OF), [])
    assert [(row.earned, row.year_earned) for row in rows] == [(10, 10), (20, 20), (40, 60)]


def test_two_halves_of_a_credit_note_take_back_every_cent_from_everybody() -> None:
    split = [{"opportunity_id": "o1", "rep_id": f"r{at}", "share": 0.3333, "kind": "revenue"} for at in (1, 2, 3)]
    notes = [invoice(f"n{at}", "o1", f"2026-08-1{at}", -500) for at in (1, 2)]
    found = owed(
        plan(period="month", tiers={"over": "money", "steps": [{"from": 0, "rate": 0.1}]}),
        company(opportunity_split=split, invoice=notes),
    )
    assert [found.total(f"r{at}", deal="o1") for at in (1, 2, 3)] == [0, 0, 0]
    assert sum(line.credit for line in found.lines if line.deal == "o1") == 0


def test_who_takes_no_part_has_no_quota_and_so_no_draw() -> None:
    one = plan(draw={"amount": 40}, eligible={"reps": ["r1"]})
    assert {rep for rep, _, _ in quotas_of(one, company(), as_of=AS_OF)} == {"r1"}
    assert owed(one, company(), date(2026, 9, 30)).total() == owed(one, company(), date(2026, 9, 30)).total("r1")
