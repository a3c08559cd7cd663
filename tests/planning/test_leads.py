"""Leads by source: conversion with the young ones left open, what they bring and cost, and what the planted truth is."""

import math
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.planning.leads import ENOUGH, _paying, leads
from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.demo import build_demo
from salesanalytics.demo.planted.lead_quality import CONVERSION
from salesanalytics.facts.leads import campaign_leads
from salesanalytics.show import Words
from salesanalytics.views.planning import leads as leads_view
from tests.answers import answer, texts
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, tables
from tests.tiny import Rows, deal

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


def test_money_told_later_of_a_campaign_that_ran_on_is_not_known_on_the_day() -> None:
    later, answers = date(2026, 10, 15), []
    for spent in (1230, 9999):
        ran_on = [{**FAIR, "end_date": end, "start_date": "2026-05-01", "spend": spent} for end in ("", "2026-09-30")]
        for one in ran_on:
            found = leads(company(ROWS, campaign=[one]), as_of=AS_OF, period=YEAR, exported_on=later)
            answers.append(only(found.table))
            assert "campaign.spend" in found.missing
    assert all(np.isnan([row["spend"], row["payback"], row["p_pays"]]).all() for row in answers)  # type: ignore[call-overload]
    ended = leads(company(ROWS, campaign=[FAIR]), as_of=AS_OF, period=YEAR, exported_on=later)
    assert (only(ended.table)["spend"], ended.missing) == (600, ())


def test_one_campaign_whose_cost_nobody_knows_leaves_its_source_without_a_cost() -> None:
    rows = [*ROWS, lead(7, "2026-06-02", campaign_id="c2"), lead(8, "2026-06-02", campaign_id="c1", source="Fair")]
    found = leads(company(rows, campaign=[FAIR, {**FAIR, "campaign_id": "c2", "spend": ""}]), as_of=AS_OF, period=YEAR)
    spend = found.table.set_index("source")["spend"]
    assert np.isnan(spend["Web"])
    assert spend["Fair"] == pytest.approx(600 / 5)
    assert found.missing == ("campaign.spend",)


def test_leads_that_became_one_deal_share_its_worth() -> None:
    rows = [lead(1, "2026-06-01", "o1"), lead(2, "2026-06-02", "o1", source="Fair")]
    table = leads(company(rows), as_of=AS_OF, period=YEAR).table
    assert table["won_amount"].tolist() == [500, 500]


def paid(wins: int, spend: float, *, open_deal: int = 0, source: str = "Fair") -> tuple[list[dict[str, object]], Rows, Rows]:
    """200 leads of a fair in January, of which so many were won within weeks, for 900 to 1,100; its cost; and its deals."""
    amounts = [900 + 200 * at / max(wins - 1, 1) for at in range(wins)]
    deals = [deal(at, "r1", "Won", amount, "2026-01-25", "2026-02-20") for at, amount in enumerate(amounts)]
    deals += [deal(wins, "r1", "Offer", open_deal, "2026-01-25")] if open_deal else []
    rows = [lead(at, "2026-01-15", f"o{at}" if at < len(deals) else "", source, campaign_id="c1") for at in range(200)]
    return rows, [{**FAIR, "start_date": "2026-01-01", "end_date": "2026-01-31", "spend": spend}], deals


def verdicts(wins: int, spend: float, **more: int) -> list[str]:
    rows, campaign, deals = paid(wins, spend, **more)
    found = leads(tables(lead=rows, campaign=campaign, opportunity=deals), as_of=AS_OF, period=YEAR)
    return [one.key for one in found.findings]


def test_a_campaign_is_stopped_only_where_its_leads_surely_do_not_pay() -> None:
    assert verdicts(10, 40_000) == ["leads.unpaid"]  # brought 10,000
    assert verdicts(10, 14_000) == []  # by chance alone ten wins may be what fourteen usually are
    assert verdicts(4, 400_000) == []  # four wins say nothing
    assert verdicts(10, 40_000, open_deal=30_000) == []  # what is still open may pay for it


def test_a_verdict_on_one_of_many_sources_has_to_be_surer() -> None:
    few = pd.DataFrame({"p_pays": [0.01], "per_lead_high": [5.0], "still_open": 0.0, "cost_per_lead": 9.0, "spend": 90.0})
    few = few.assign(source="A", won_amount=1.0, per_lead=1.0, per_lead_low=0.0, leads=50)
    assert [one.key for one in _paying(few, (AS_OF, AS_OF))] == ["leads.unpaid"]
    others = pd.concat([few.assign(p_pays=0.9, per_lead_high=99.0)] * 5)
    assert _paying(pd.concat([few, others], ignore_index=True), (AS_OF, AS_OF)) == []


def test_what_a_lead_brings_has_an_interval_where_wins_are_enough() -> None:
    for wins, known in ((4, False), (5, True)):
        rows, campaign, deals = paid(wins, 2_000)
        row = only(leads(tables(lead=rows, campaign=campaign, opportunity=deals), as_of=AS_OF, period=YEAR).table)
        low, high, value = (float(str(row[name])) for name in ("per_lead_low", "per_lead_high", "per_lead"))
        assert value == pytest.approx(wins * 1000 / 200)
        assert (low < value < high) == known
        assert np.isnan(low) == np.isnan(float(str(row["payback_low"]))) == (not known)


def test_a_source_alone_is_compared_with_nobody() -> None:
    assert verdicts(10, 5_000) == []


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
        "followed": [100, 50, 25],
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
    usual |= {"ownerless": 0, "nobodys": 0, "owned_when_converted": False, "untold": 0}
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


@pytest.mark.parametrize(
    ("locale", "more", "said"),
    [
        ("en", {"nobodys": 360}, "360 more leads belong to no team; they are on the company's page only."),
        ("ro", {"nobodys": 360}, "Alte 360 de leaduri nu aparțin niciunei echipe; apar numai pe pagina companiei."),
        ("en", {"ownerless": 1}, "One of them has no owner."),
        ("ro", {"ownerless": 5}, "5 dintre ele nu au responsabil."),
        ("en", {"nobodys": None}, "is not known here"),
        ("en", {"untold": 2}, "The cost of 2 campaigns is left out: fewer than five teams share their leads"),
        ("ro", {"untold": 1}, "Costul unei campanii nu se arată"),
    ],
)
def test_leads_without_team_and_costs_that_are_not_told_are_noted(locale, more, said):
    notes = [block.note for block in leads_view.lead_sources(sources(**more), Words(locale, "EUR"))]
    assert any(said in note for note in notes)


def test_leads_that_get_a_team_when_they_convert_are_not_compared():
    for locale, said in (("en", "get a team only when they become a deal"), ("ro", "abia când devin oportunități")):
        (block,) = leads_view.lead_sources(sources(nobodys=360, owned_when_converted=True), Words(locale, "EUR"))
        assert said in str(block)
        assert "360" in str(block)


def test_what_young_leads_brought_is_so_far():
    _, costs = leads_view.lead_sources(sources(SOURCES.assign(followed=[19, 50, 25], per_lead_low=[NONE, 0, NONE])), EN)
    assert [row.cells[1].detail for row in costs.rows] == ["so far; few leads are 180 days old", "€0–60", ""]


def test_without_spend_no_cost_is_shown_and_it_is_said():
    bare = SOURCES.assign(spend=NONE, cost_per_lead=NONE, payback=NONE)
    _, costs, lacks = leads_view.lead_sources(sources(bare, missing=("campaign", "lead.campaign_id")), EN)
    assert [column.label for column in costs.columns] == ["Source", "Won per lead, €"]
    assert str(lacks).endswith("campaigns (campaign), which campaign brought a lead (lead.campaign_id).")


def test_without_leads_one_line_says_what_they_would_show():
    assert "Leads are not shown" in str(leads_view.lead_sources(sources(SOURCES.iloc[:0]), EN))
