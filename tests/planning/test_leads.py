"""Leads by source: conversion with the young ones left open, what they bring and cost, and what the planted truth is."""

import math
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.planning.leads import ENOUGH, campaign_leads, leads
from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.demo import build_demo
from salesanalytics.demo.planted.lead_quality import CONVERSION
from salesanalytics.show import Words
from salesanalytics.views.planning import leads as leads_view
from tests.answers import answer, texts
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, tables
from tests.tiny import deal

YEAR = trailing_year(AS_OF)


FAIR = {
    "campaign_id": "c1",
    "name": "Fair",
    "channel": "fair",
    "start_date": "2026-06-01",
    "end_date": "2026-06-30",
    "spend": 600,
}


def lead(number: int, came: str, deal_id: str = "", source: str = "Web", **more: object) -> dict[str, object]:
    return {"lead_id": f"l{number}", "created_at": came, "source": source, "owner_rep_id": "r1",
            "converted_opportunity_id": deal_id, **more}  # fmt: skip


def company(rows: list[dict[str, object]], **more: list[dict[str, object]] | None) -> Tables:
    deals = [deal(1, "r1", "Won", 1000, "2026-06-11", "2026-07-01"), deal(2, "r1", "Lost", 500, "2026-06-11", "2026-07-01")]
    return tables(lead=rows, opportunity=deals, **more)


# four leads of June, two of them converted after ten days; two of the last days of August, which had no time yet
ROWS = [
    lead(1, "2026-06-01", "o1", converted_at="2026-06-11", first_response_at="2026-06-01", campaign_id="c1"),
    lead(2, "2026-06-01", "o2", converted_at="2026-06-11", first_response_at="2026-06-03", campaign_id="c1"),
    lead(3, "2026-06-01", first_response_at="2026-06-02", campaign_id="c1"),
    lead(4, "2026-06-01", campaign_id="c1"),
    lead(5, "2026-08-29"),
    lead(6, "2026-08-29"),
]


def only(found: pd.DataFrame) -> Mapping[str, object]:
    (row,) = found.to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_leads_that_had_no_time_yet_are_no_failures() -> None:
    row = only(leads(company(ROWS, campaign=[FAIR]), as_of=AS_OF, period=YEAR).table)
    assert (row["leads"], row["opportunities"], row["won"]) == (6, 2, 1)
    assert row["naive"] == pytest.approx(2 / 6)
    assert row["conversion"] == pytest.approx(2 / 4)
    assert row["low"] < 0.5 < row["high"]  # type: ignore[operator]


def test_a_won_amount_counts_for_leads_seen_as_long() -> None:
    row = only(leads(company(ROWS, campaign=[FAIR]), as_of=AS_OF, period=YEAR).table)
    assert row["per_lead"] == pytest.approx(1000 / 4)  # the win came after 30 days, when only the four of June had been seen
    assert row["won_amount"] == 1000


def test_spend_pays_back_when_won_amounts_cover_it() -> None:
    found = leads(company(ROWS, campaign=[FAIR]), as_of=AS_OF, period=YEAR)
    row, campaign = only(found.table), only(found.campaigns)
    assert (row["spend"], row["cost_per_lead"], row["cost_per_won"]) == (600, 100, 0.6)
    assert row["payback"] == pytest.approx(30 / (365.25 / 12))
    assert (campaign["name"], campaign["cost_per_lead"], found.unallocated) == ("Fair", 150, 0)


def test_spend_that_was_never_covered_has_no_payback() -> None:
    row = only(leads(company(ROWS, campaign=[{**FAIR, "spend": 6000}]), as_of=AS_OF, period=YEAR).table)
    assert np.isnan(row["payback"])  # type: ignore[call-overload]


def test_a_campaign_that_still_runs_is_charged_for_the_days_so_far() -> None:
    running = {**FAIR, "end_date": "", "start_date": "2026-05-01", "spend": 1230}  # 123 days to the end of August
    august = Period(date(2026, 8, 1), date(2026, 8, 31), "month")
    rows = [lead(1, "2026-08-02", campaign_id="c1")]
    assert only(leads(company(rows, campaign=[running]), as_of=AS_OF, period=august).table)["spend"] == pytest.approx(310)


def test_a_campaign_without_leads_is_named_and_charged_to_nobody() -> None:
    found = leads(company(ROWS, campaign=[FAIR, {**FAIR, "campaign_id": "c2"}]), as_of=AS_OF, period=YEAR)
    assert (found.unallocated, only(found.table)["spend"]) == (600, 600)


def test_a_teams_leads_carry_their_part_of_a_campaign() -> None:
    whole = company(ROWS, campaign=[FAIR])
    counted = campaign_leads(whole, as_of=AS_OF, period=YEAR)
    assert counted.to_dict("records") == [{"campaign_id": "c1", "leads": 4}]
    part = company(ROWS[:1], campaign=[FAIR])
    assert only(leads(part, as_of=AS_OF, period=YEAR, company=counted).table)["spend"] == 150


def test_unanswered_leads_wait_on() -> None:
    row = only(leads(company(ROWS[:4], campaign=[FAIR]), as_of=AS_OF, period=YEAR).table)
    assert (row["answered"], row["response"]) == (0.75, 1.0)


@pytest.mark.parametrize(
    ("column", "missing"),
    [("campaign_id", "lead.campaign_id"), ("first_response_at", "lead.first_response_at"), ("source", "lead.source")],
)
def test_a_column_that_is_not_kept_is_named(column: str, missing: str) -> None:
    rows = [{name: value for name, value in row.items() if name != column} for row in ROWS]
    assert missing in leads(company(rows, campaign=[FAIR]), as_of=AS_OF, period=YEAR).missing


def test_without_spend_or_campaigns_the_rest_is_still_told() -> None:
    bare = [{name: value for name, value in row.items() if name != "campaign_id"} for row in ROWS]
    found = leads(company(bare), as_of=AS_OF, period=YEAR)
    assert found.missing == ("lead.campaign_id", "campaign")
    assert np.isnan(only(found.table)["spend"])  # type: ignore[call-overload]
    unspent = company(ROWS, campaign=[{**FAIR, "spend": ""}])
    assert leads(unspent, as_of=AS_OF, period=YEAR).missing == ("campaign.spend",)


def test_without_days_of_conversion_the_deals_own_day_counts() -> None:
    rows = [{name: value for name, value in row.items() if name != "converted_at"} for row in ROWS]
    assert only(leads(company(rows), as_of=AS_OF, period=YEAR).table)["conversion"] == pytest.approx(0.5)


def test_without_leads_it_says_so() -> None:
    found = leads(tables(), as_of=AS_OF, period=YEAR)
    assert (found.leads, found.missing, found.findings) == (0, ("lead",), ())
    assert found.table.empty


def test_too_few_leads_are_an_answer() -> None:
    (finding,) = leads(company(ROWS), as_of=AS_OF, period=YEAR).findings
    assert (finding.key, finding.values) == ("leads.too_few", {"n": 6, "enough": ENOUGH})


def test_the_best_and_the_worst_source_are_named_only_beyond_chance(demo: Tables) -> None:
    found = leads(demo, as_of=DEMO_DAY, period=trailing_year(DEMO_DAY))
    told = {one.key: one.values["source"] for one in found.findings}
    assert told == {"leads.best": "Referral", "leads.worst": "Webinar"}
    alike = dict(demo)
    draw = np.random.default_rng(1)
    alike["lead"] = demo["lead"].assign(source=draw.choice(["A", "B", "C"], len(demo["lead"])))
    even = leads(alike, as_of=DEMO_DAY, period=trailing_year(DEMO_DAY))
    assert [one.key for one in even.findings] == ["leads.even"]


def test_the_planted_conversion_lies_in_the_interval() -> None:
    inside = []
    for seed in (1, 2, 3):
        made, _ = build_demo(seed=seed, teams=1, reps=6, months=14, as_of=DEMO_DAY)
        table = leads(made, as_of=DEMO_DAY, period=trailing_year(DEMO_DAY)).table.set_index("source")
        inside += [table.loc[name, "low"] <= truth <= table.loc[name, "high"] for name, truth in CONVERSION.items()]
    assert sum(inside) >= 17  # of 18; 95% would miss one


EN = Words("en", "EUR")


NONE = math.nan


SOURCES = pd.DataFrame(
    {
        "source": ["Web", "Fair", "Friends"],
        "leads": [200, 100, 50],
        "conversion": [0.2, 0.3, 0.5],
        "low": [0.15, 0.22, 0.37],
        "high": [0.26, 0.4, 0.63],
        "per_lead": [900.0, 20.0, 3000.0],
        "per_lead_low": [500.0, 0.0, 2000.0],
        "per_lead_high": [1400.0, 60.0, 4000.0],
        "spend": [4000.0, 9000.0, NONE],
        "cost_per_lead": [20.0, 90.0, NONE],
        "payback": [1.2, NONE, NONE],
        "payback_low": [0.9, 5.0, NONE],
        "payback_high": [2.0, NONE, NONE],
        "response": [0.1, 2.0, NONE],
        "differs": [True, False, False],
    }
)


def sources(table=SOURCES, **more):
    usual = {"window": 90, "leads": int(table["leads"].sum()), "unallocated": 0.0, "missing": ()}
    return answer(table=table, **usual | more)


def test_thousands_with_a_point_are_not_shortened_in_pictures():
    many = SOURCES.assign(leads=[1010, 100, 50])
    figure = next(iter(leads_view.lead_sources(sources(many), Words("ro", "EUR"))))
    assert "1.010" in texts(figure)


def test_a_source_that_has_not_paid_back_is_not_given_a_number():
    _, costs = leads_view.lead_sources(sources(), EN)
    assert [(row.cells[3].text, row.cells[3].detail) for row in costs.rows] == [
        ("1.2", "0.9–2.0"),
        ("not yet", "from 5, or not yet"),
        ("–", ""),
    ]
    assert costs.rows[0].cells[0].detail == "200 leads, half answered in 2.4 hours"
    assert costs.rows[2].cells[0].detail == "50 leads"


def test_without_spend_no_cost_is_shown_and_it_is_said():
    bare = SOURCES.assign(spend=NONE, cost_per_lead=NONE, payback=NONE)
    _, costs, lacks = leads_view.lead_sources(sources(bare, missing=("campaign", "lead.campaign_id")), EN)
    assert [column.label for column in costs.columns] == ["Source", "Won per lead, €"]
    assert str(lacks).endswith("campaigns (campaign), which campaign brought a lead (lead.campaign_id).")


def test_without_leads_one_line_says_what_they_would_show():
    assert "Leads are not shown" in str(leads_view.lead_sources(sources(SOURCES.iloc[:0]), EN))
