"""Splits, invoices and payouts as they come in: what breaks a rule is set aside, and pay stays with the rep's team."""

from datetime import date
from pathlib import Path

import pandas as pd

from salesanalytics.data.intake.check import Dataset, check_source, usable
from salesanalytics.data.tables.partition import partition
from tests.tables import tables
from tests.tiny import Rows, write_source

AS_OF = date(2026, 8, 31)
PLAN = [{"plan_id": "p", "valid_from": "2026-01-01"}]


def taken_in(folder: Path, **changes: Rows) -> Dataset:
    return usable(check_source(write_source(folder, changes), today=AS_OF))


def split(deal: str, rep: str, share: object, kind: str = "revenue") -> dict[str, object]:
    return {"opportunity_id": deal, "rep_id": rep, "share": share, "kind": kind}


def counted(dataset: Dataset, table: str) -> tuple[int, int, list[str]]:
    """Rows used, rows set aside, and the rules they broke."""
    aside = [problem for problem in dataset.quality.level("quarantine") if problem.table == table]
    return len(dataset.tables[table]), sum(problem.rows for problem in aside), [problem.rule for problem in aside]


def test_revenue_shares_over_or_short_of_100_percent_are_set_aside_whole(tmp_path: Path) -> None:
    rows = [
        split("o1", "r1", 0.7),
        split("o1", "r2", 0.5),
        split("o3", "r1", 0.4),
        split("o3", "r2", 0.5),
        split("o5", "r3", 1),
    ]
    used, aside, rules = counted(taken_in(tmp_path, opportunity_split=rows), "opportunity_split")
    assert (used, aside) == (1, 4)
    assert rules == ["revenue shares are not 100%: the revenue shares of the deal add up to more or less than 1"]


def test_overlays_may_add_up_to_anything(tmp_path: Path) -> None:
    rows = [split("o1", "r1", 1), split("o1", "r2", 1, "overlay"), split("o1", "r3", 0.8, "overlay")]
    assert counted(taken_in(tmp_path, opportunity_split=rows), "opportunity_split") == (3, 0, [])


def test_a_split_that_loses_a_rep_we_do_not_know_is_no_whole_any_more(tmp_path: Path) -> None:
    rows = [split("o1", "r1", 0.5), split("o1", "nobody", 0.5), split("o3", "r2", 1)]
    used, aside, rules = counted(taken_in(tmp_path, opportunity_split=rows), "opportunity_split")
    assert (used, aside, len(rules)) == (1, 2, 2)


def test_thirds_as_people_write_them_are_a_whole(tmp_path: Path) -> None:
    rows = [split("o1", rep, 0.3333) for rep in ("r1", "r2", "r3")]
    assert counted(taken_in(tmp_path, opportunity_split=rows), "opportunity_split") == (3, 0, [])


def test_pay_that_is_taken_back_is_negative_and_stays(tmp_path: Path) -> None:
    row = {"payout_id": "y1", "plan_id": "p", "rep_id": "r1", "period_start": "2026-07-01", "amount": "-120.50"}
    more = {"opportunity_id": "o1", "component": "clawback", "plan_version": "3"}
    payout = taken_in(tmp_path, incentive_plan=PLAN, payout=[{**row, **more}]).tables["payout"].iloc[0]
    assert (payout["amount"], payout["component"], payout["plan_version"]) == (-120.5, "clawback", "3")


def test_an_invoice_paid_before_it_was_written_or_the_other_way_is_set_aside(tmp_path: Path) -> None:
    good = {"invoice_id": "i1", "opportunity_id": "o1", "invoiced_on": "2026-07-12", "amount": 1000}
    rows = [
        {**good, "paid_on": "2026-08-01", "paid_amount": 900},
        {**good, "invoice_id": "i2", "amount": -200, "paid_on": "", "paid_amount": ""},
        {**good, "invoice_id": "i3", "paid_on": "2026-07-01"},
        {**good, "invoice_id": "i4", "amount": -200, "paid_on": "2026-08-01", "paid_amount": 200},
    ]
    dataset = taken_in(tmp_path, invoice=rows)
    assert dataset.tables["invoice"]["invoice_id"].tolist() == ["i1", "i2"]
    assert counted(dataset, "invoice")[1] == 2


def test_pay_for_another_teams_deal_stays_in_the_reps_team() -> None:
    row = {"payout_id": "y1", "plan_id": "p", "rep_id": "r3", "period_start": "2026-07-01", "amount": 5, "opportunity_id": "o1"}
    cut = partition(tables(incentive_plan=PLAN, payout=[row]), AS_OF, "UTC")
    assert {team: len(mine["payout"]) for team, mine in cut.items()} == {"north": 0, "south": 1}


def test_an_invoice_is_unpaid_until_the_day_it_was_paid() -> None:
    invoice = {"invoice_id": "i1", "opportunity_id": "o1", "invoiced_on": "2026-07-12", "amount": 1000, "paid_on": "2026-08-30"}
    company = tables(invoice=[{**invoice, "paid_amount": 1000}])
    from salesanalytics.data.tables.as_of import known_on

    before = known_on(company, date(2026, 8, 29))["invoice"].iloc[0]
    assert pd.isna(before["paid_on"])
    assert pd.isna(before["paid_amount"])
    assert len(known_on(company, date(2026, 7, 11))["invoice"]) == 0
