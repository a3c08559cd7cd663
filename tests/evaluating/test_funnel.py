"""The funnel counts cohorts by hand, shows what is still open, and finds the conversions planted in the demo company."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.evaluating.funnel import Funnel, funnel
from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.show import Words
from salesanalytics.views.evaluating import funnel as funnel_view
from tests.answers import answer
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import STAGE, deal

YEAR = trailing_year(AS_OF)


def moves(number: int, *steps: tuple[str, str]) -> list[dict[str, object]]:
    """Stage changes of one deal: (day, stage) in order."""
    before = ["", *(stage for _, stage in steps)]
    return [
        {"opportunity_id": f"o{number}", "changed_at": day, "field": "stage", "old_value": old, "new_value": new}
        for old, (day, new) in zip(before, steps, strict=False)
    ]


def found(deals: list[dict[str, object]], history: list[dict[str, object]], period: Period = YEAR, **more: object) -> Funnel:
    return funnel(tables(opportunity=deals, opportunity_history=history), as_of=AS_OF, period=period, **more)  # type: ignore[arg-type]


def counts(result: Funnel, stage: str) -> dict[str, int]:
    row = result.table.set_index("stage").loc[stage]
    return {name: int(row[name]) for name in ("entered", "went_on", "lost", "open")}


DEALS = [
    deal(1, "r1", "Won", 1000, "2026-05-01", "2026-07-10"),
    deal(2, "r1", "Lost", 500, "2026-05-01", "2026-07-20"),
    deal(3, "r2", "Offer", 1, "2026-06-01"),
    deal(4, "r2", "Lost", 1, "2026-06-01", "2026-06-20"),
    deal(5, "r2", "Lead", 1, "2026-08-01"),
    deal(6, "r2", "Won", 1, "2026-08-01", "2026-08-05"),
]


HISTORY = [
    *moves(1, ("2026-05-01", "Lead"), ("2026-06-10", "Offer"), ("2026-07-10", "Won")),
    *moves(2, ("2026-05-01", "Lead"), ("2026-07-02", "Offer"), ("2026-07-20", "Lost")),
    *moves(3, ("2026-06-01", "Lead"), ("2026-07-05", "Offer")),
    *moves(4, ("2026-06-01", "Lead"), ("2026-06-20", "Lost")),
    *moves(5, ("2026-08-01", "Lead")),
    *moves(6, ("2026-08-01", "Lead"), ("2026-08-05", "Won")),  # jumped over Offer
]


def test_each_deal_is_counted_in_every_stage_it_passed() -> None:
    result = found(DEALS, HISTORY)
    assert counts(result, "Lead") == {"entered": 6, "went_on": 4, "lost": 1, "open": 1}
    assert counts(result, "Offer") == {"entered": 4, "went_on": 2, "lost": 1, "open": 1}
    assert result.deals == 6


def test_deals_still_open_are_shown_and_not_held_against_the_stage() -> None:
    row = found(DEALS, HISTORY).table.set_index("stage").loc["Lead"]
    assert row["conversion"] == pytest.approx(4 / 5)
    assert (row["low_all"], row["high_all"]) == pytest.approx((4 / 6, 5 / 6))


def test_the_cohort_is_the_period_in_which_a_stage_was_entered() -> None:
    assert counts(found(DEALS, HISTORY, QUARTER), "Lead")["entered"] == 2
    assert counts(found(DEALS, HISTORY, QUARTER), "Offer")["entered"] == 3


def test_a_deal_that_stepped_back_and_came_up_again_is_one_entry() -> None:
    there = [("2026-05-01", "Lead"), ("2026-05-10", "Offer")]
    back = moves(1, *there, ("2026-05-20", "Lead"), ("2026-06-10", "Offer"), ("2026-07-10", "Won"))
    result = found(DEALS[:1], back)
    assert counts(result, "Offer") == {"entered": 1, "went_on": 1, "lost": 0, "open": 0}
    may = Period(date(2026, 5, 1), date(2026, 5, 31))
    assert counts(found(DEALS[:1], back, may), "Offer")["entered"] == 1


def test_the_parts_of_every_stage_add_up() -> None:
    table = found(DEALS, HISTORY).table
    assert (table["went_on"] + table["lost"] + table["open"] == table["entered"]).all()


def test_a_second_pipeline_with_the_same_stage_names_is_not_mixed_in() -> None:
    both = [{**row, "pipeline": name} for row in STAGE for name in ("new", "renewal")]
    deals = [{**row, "pipeline": "new"} for row in DEALS] + [{**deal(9, "r1", "Lead", 1, "2026-08-01"), "pipeline": "renewal"}]
    rows = tables(opportunity=deals, stage=both, opportunity_history=[*HISTORY, *moves(9, ("2026-08-01", "Lead"))])
    assert counts(funnel(rows, as_of=AS_OF, period=YEAR), "Lead")["entered"] == 6


def test_without_stage_history_it_says_so() -> None:
    result = funnel(tables(), as_of=AS_OF, period=YEAR)
    assert result.missing == ("opportunity_history",)
    assert result.table.empty


def test_a_handful_of_deals_is_not_enough() -> None:
    (finding,) = found(DEALS, HISTORY).findings
    assert finding.key == "funnel.too_few"


def many(number: int, won: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """`number` deals that reached Offer, of which `won` were won."""
    deals: list[dict[str, object]] = []
    history: list[dict[str, object]] = []
    for at in range(number):
        end = "Won" if at < won else "Lost"
        deals.append(deal(at, "r1", end, 1000, "2026-05-01", "2026-07-10"))
        history += moves(at, ("2026-05-01", "Lead"), ("2026-06-01", "Offer"), ("2026-07-10", end))
    return deals, history


def beside(days: Period) -> pd.DataFrame:
    """The company's funnel over these days as it is handed over."""
    table = pd.DataFrame({"stage": ["Lead", "Offer"], "went_on": [500, 300], "lost": [0, 200], "teams": 5})
    return table.assign(start=pd.Timestamp(days.start), end=pd.Timestamp(days.end))


def test_a_company_funnel_of_other_days_is_no_measure() -> None:
    (finding,) = found(*many(60, 15), benchmark=beside(YEAR.shift(-1))).findings
    assert (finding.key, finding.values["stage"]) == ("funnel.most_lost", "Offer")


def test_names_the_step_that_is_weaker_than_elsewhere_and_what_it_costs() -> None:
    company = beside(YEAR)
    (finding,) = found(*many(60, 15), benchmark=company).findings
    assert (finding.key, finding.severity, finding.values["stage"]) == ("funnel.weak_step", "act", "Offer")
    assert finding.values["usual"] == pytest.approx((300 - 15) / (500 - 60))  # the team itself taken out
    # 15 of 60 go on: Wilson's ends are .158 and .372, and a point is worth 60 × 1000 / 100
    assert finding.values["least"] == pytest.approx((285 / 440 - 0.372) * 60_000, rel=0.01)
    assert finding.values["most"] == pytest.approx((285 / 440 - 0.158) * 60_000, rel=0.01)


def test_a_difference_that_chance_explains_is_not_called_one() -> None:
    company = beside(YEAR)
    assert [one.key for one in found(*many(60, 33), benchmark=company).findings] == ["funnel.alike"]


def test_looks_are_counted_over_all_teams() -> None:
    """What stands out on a page of its own may be one of thirty looks of a company with six pages."""
    alone, many_teams = beside(YEAR).assign(teams=1), beside(YEAR).assign(teams=30)
    assert found(*many(60, 26), benchmark=alone).findings[0].key == "funnel.weak_step"
    assert found(*many(60, 26), benchmark=many_teams).findings[0].key == "funnel.alike"


@pytest.mark.slow
@pytest.mark.planted
def test_the_conversions_planted_in_the_demo_are_found_over_20_seeds() -> None:
    from salesanalytics.data.tables.as_of import known_on
    from salesanalytics.data.tables.partition import partition
    from salesanalytics.demo import DEFAULT_AS_OF, build_demo

    held, errors = [], []
    looked_at = ("team", "rep", "rep_assignment", "stage", "opportunity", "opportunity_history")
    for seed in range(20):
        raw, truth = build_demo(seed=seed, teams=2, reps=16, months=22)
        known = known_on({name: raw[name] for name in looked_at}, DEFAULT_AS_OF)
        parts = partition({name: known[name] for name in looked_at}, DEFAULT_AS_OF, "UTC")
        for team, planted in truth["stage_conversion"]["by_team_last_12_months"].items():
            mine = {**parts[team], "stage": known["stage"]}
            steps = funnel(mine, as_of=DEFAULT_AS_OF, period=trailing_year(DEFAULT_AS_OF)).table
            for row in steps.itertuples():
                held.append(row.low <= planted[row.stage] <= row.high)
                errors.append(row.conversion - planted[row.stage])
    assert len(held) == 20 * 2 * 5
    assert 0.92 <= np.mean(held) <= 0.98
    assert abs(np.mean(errors)) < 0.005


def test_a_log_of_changes_only_gives_the_same_funnel() -> None:
    opened = {row["opportunity_id"]: row["created_at"] for row in DEALS}
    first = {move["opportunity_id"]: opened[str(move["opportunity_id"])] for move in HISTORY}
    assert {move["changed_at"] for move in HISTORY if not move["old_value"]} == set(first.values())
    changes = [move for move in HISTORY if move["old_value"]]
    pd.testing.assert_frame_equal(found(DEALS, changes).table, found(DEALS, HISTORY).table)


EN = Words("en", "EUR")


STEPS = pd.DataFrame(
    {
        "stage": ["Lead", "Demo"],
        "entered": [200, 100],
        "went_on": [100, 40],
        "open": [40, 30],
        "lost": [60, 30],
        "conversion": [0.625, 0.571],
        "low": [0.54, 0.45],
        "high": [0.70, 0.68],
        "low_all": [0.5, 0.4],
        "high_all": [0.7, 0.7],
        "days": [10.0, 20.0],
        "worth_of_a_point": [4000.0, 5000.0],
    }
)


def test_the_funnels_table_keeps_its_ranges_under_the_numbers_they_belong_to():
    found = answer(table=STEPS, missing=(), deals=200)
    block = funnel_view.funnel_table(found, EN)
    assert len(block.columns) == 4
    assert [(cell.text, cell.detail) for cell in block.rows[0].cells[:3]] == [
        ("Lead", "200 entered"),
        ("40", "50–70%"),
        ("62%", "54–70%"),
    ]


def test_what_is_missing_is_named_in_words_with_the_technical_name():
    found = answer(table=STEPS, missing=("opportunity_history", "mine"), deals=0)
    told = funnel_view.funnel_figure(found, EN).text
    assert "it needs stage history (opportunity_history), mine." in told
