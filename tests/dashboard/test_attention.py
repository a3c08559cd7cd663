"""Deals that need a hand, and why."""

import pandas as pd

from salesanalytics.analyses.dashboard.attention import attention
from salesanalytics.show import Words
from salesanalytics.views.dashboard import attention as attention_view
from tests.answers import answer
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import OPPORTUNITY, deal

QUOTA = {"scope": "company", "scope_id": "all", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 10_000}


def test_deals_in_need_are_named_with_their_reasons() -> None:
    deals = [
        deal(1, "r1", "Offer", 900, "2026-05-01", expected_close_date="2026-08-01", next_step="call"),
        deal(2, "r2", "Offer", 5, "2026-05-01", next_step=""),
    ]
    result = attention(tables(opportunity=deals), as_of=AS_OF, period=QUARTER)
    told = result.table[["opportunity_id", "owner", "days_overdue", "no_next_step"]]
    assert told.to_numpy().tolist() == [["o1", "Ana Pop", 30, False], ["o2", "Ben Roe", 0, True]]
    (finding,) = result.findings
    assert (finding.key, finding.values["amount"], finding.values["deal"]) == ("attention.need_help", 900, "o1")


def test_what_the_data_cannot_tell_is_not_called_well() -> None:
    deals = [{name: value for name, value in row.items() if name != "expected_close_date"} for row in OPPORTUNITY]
    result = attention(tables(opportunity=deals), as_of=AS_OF, period=QUARTER)
    assert (result.rules, result.findings) == ((), ())


def test_deals_that_do_not_decide_the_period_do_not_call_for_action() -> None:
    deals = [*OPPORTUNITY, deal(7, "r1", "Offer", 10, "2026-05-01", expected_close_date="2026-08-01")]
    (finding,) = attention(tables(opportunity=deals, quota=[QUOTA]), as_of=AS_OF, period=QUARTER).findings
    assert (finding.key, finding.severity) == ("attention.need_help", "watch")


EN = Words("en", "EUR")


def needs(n=12, *, rules=("overdue", "stuck", "silent", "no_next_step"), **columns):
    row = {"opportunity_id": "o1"}
    row |= {"deal": "Acme", "owner": "Ana", "stage": "Demo", "amount": 10.0, "days_overdue": 0, "days_in_stage": 50}
    row |= {"usual_days": 20, "days_silent": 0, "pushes": 0, "overdue": False, "stuck": True, "silent": False}
    table = pd.DataFrame([row | {"no_next_step": False, "urgent": False, "at_risk": False}] * n).assign(**columns)
    return answer(table=table, shortlist=table.head(8), open_deals=40, rules=rules)


def listed(found):
    return next(iter(attention_view.attention_table(found, EN)))


def test_urgent_deals_are_marked_and_the_order_is_told():
    block = listed(needs(urgent=[True] + [False] * 11))
    assert [row.cells[2].text for row in block.rows[:2]] == [
        "due in this period, 50 days in stage (usual 20)",
        "50 days in stage (usual 20)",
    ]
    assert block.note.startswith("The first 8 of 12 open deals with a sign that something is wrong.")
    assert block.note.endswith("Those due in this period come first, then the largest.")


def test_why_a_deal_is_listed_is_never_cut_short():
    every = {"urgent": True, "overdue": True, "silent": True, "no_next_step": True, "pushes": 4}
    why = listed(needs(1, **every)).rows[0].cells[2].text
    assert why.endswith("silent for 0 days, no next step, pushed 4 times")


def test_without_urgent_deals_the_largest_come_first_and_a_whole_list_is_not_called_cut():
    assert listed(needs(3)).note == "The largest come first."
    assert listed(needs(1)).note == ""


def test_the_list_and_the_measure_deals_at_risk_are_tied_together_where_both_are_shown():
    at_risk = [True] * 4 + [False] * 8
    assert "Of all 12, 4 are silent or stuck: the “open deals at risk”" in listed(needs(at_risk=at_risk)).note
    assert "at risk" not in listed(needs(at_risk=at_risk, rules=("overdue", "stuck"))).note
