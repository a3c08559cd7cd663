import datetime as dt
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from salesanalytics.show import Missing, Words
from salesanalytics.views.dashboard import calls as calls_view
from salesanalytics.views.dashboard import landing as landing_view
from salesanalytics.views.dashboard import landing_backtest as landing_backtest_view

EN, RO = Words("en", "EUR"), Words("ro", "EUR")
SPAN = (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
AS_OF = dt.date(2026, 11, 22)


def landed(*, goal=900_000.0, known=True):
    days = pd.date_range(*SPAN)
    booked = pd.Series(np.linspace(0, 400_000, len(days))).where(days <= pd.Timestamp(AS_OF))
    course = pd.DataFrame({"day": days, "booked": booked, "low": np.nan, "middle": np.nan, "high": np.nan})
    if known:
        ahead = days >= pd.Timestamp(AS_OF)
        course.loc[ahead, ["low", "middle", "high"]] = [500_000.0, 600_000.0, 700_000.0]
    deals = pd.DataFrame(
        {
            "opportunity_id": ["o1", "o2"],
            "name": ["Big <one>", "Small"],
            "owner": ["Ana", None],
            "stage": ["Offer", "Lead"],
            "amount": [90_000.0, np.nan],
            "p_won_in_period": [0.7, 0.05],
            "expected": [63_000.0, 500.0],
        }
    )
    rows = [("won", 4e5, 4e5, 4e5, 4e5), ("open", 1e5, 2e5, 3e5, 2e5), ("new", 0, 0, 0, 0), ("total", 5e5, 6e5, 7e5, 6e5)]
    ends = (500_000.0, 600_000.0, 700_000.0) if known else (None, None, None)
    return SimpleNamespace(
        table=deals,
        course=course,
        parts=pd.DataFrame(rows if known else [], columns=["part", "low", "middle", "high", "mean"]),
        goal=goal,
        booked=400_000.0,
        low=ends[0],
        middle=ends[1],
        high=ends[2],
        p_hit=None if goal is None else 0.02,
        periods=8,
    )


def texts(figure):
    return [element.text for element in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_title_says_the_chance_to_reach_the_goal():
    figure = landing_view.landing_figure(landed(), EN, span=SPAN, as_of=AS_OF)
    assert figure.title == "2% chance to reach €900K; the end lies near €600K"
    assert "Tint: 80% likely" in figure.note
    assert any("likely" in (text or "") for text in texts(figure))


def test_without_a_goal_the_range_is_the_title():
    assert landing_view.landing_figure(landed(goal=None), EN, span=SPAN, as_of=AS_OF).title.endswith("between €500K and €700K")


def test_without_past_periods_there_is_no_fan_and_it_is_said():
    figure = landing_view.landing_figure(landed(known=False), EN, span=SPAN, as_of=AS_OF)
    assert figure.note == EN.say("landing.note_none")
    assert landing_view.landing_deals(landed(known=False), EN, end=SPAN[1]) == Missing(EN.say("landing_deals.unknown"))


def test_the_parts_end_with_the_total_and_a_sure_part_has_no_range():
    block = landing_view.landing_parts(landed(), EN, span=SPAN)
    assert [row.role for row in block.rows] == ["body", "body", "body", "total"]
    assert block.rows[0].cells[2].text in ("", "–")


@pytest.mark.parametrize("words", [EN, RO])
def test_deals_show_their_chance(words):
    block = landing_view.landing_deals(landed(), words, end=SPAN[1])
    assert block.rows[0].cells[2].text.replace("\xa0", "").replace(" ", "") == "70%"
    assert "nan" not in str(block)


def backtested():
    starts = pd.to_datetime(["2026-01-01", "2026-04-01", "2026-01-01", "2026-04-01"])
    table = pd.DataFrame(
        {
            "period_start": starts,
            "week": [1, 1, 5, 5],
            "low": 80.0,
            "middle": 100.0,
            "high": 120.0,
            "came": [110.0, 130.0, 110.0, 130.0],
            "inside": [True, False, True, False],
        }
    )
    weeks = pd.DataFrame({"week": [1, 5], "n": [2, 2], "wape": [0.1, 0.1], "bias": [-0.1, 0.0], "coverage": [0.5, 0.5]})
    return SimpleNamespace(table=table, by_week=weeks, brier=0.1, brier_base=0.2)


def test_past_ranges_say_how_many_held():
    chart, by_week = landing_backtest_view.past_landings(backtested(), EN, week=5).items
    assert chart.title == "1 of 2 past forecasts held what came"
    assert [row.cells[0].text for row in by_week.rows] == ["1", "5"]
    assert "0.1" in by_week.note


def test_no_past_is_one_line():
    empty = backtested()
    empty.table = empty.table.iloc[:0]
    assert landing_backtest_view.past_landings(empty, EN).items == (Missing(EN.say("missing.landing_past")),)


def said(**changes):
    row = {
        "name": "Ana",
        "source": "rep",
        "said": 100_000.0,
        "corrected": 80_000.0,
        "corrected_low": 70_000.0,
        "corrected_high": 90_000.0,
        "optimism": 0.25,
        "low": 0.1,
        "high": 0.4,
        "enough": True,
    }
    return pd.DataFrame([row, {**row, "name": "Dan", "source": "manager", "enough": False, "optimism": np.nan, **changes}])


def test_calls_are_shown_with_their_usual_error_or_that_there_is_too_little():
    ana, dan = calls_view.calls_table(said(corrected=np.nan, corrected_low=np.nan, corrected_high=np.nan), EN, span=SPAN).rows
    assert ana.cells[3].text == "+25%"
    assert dan.cells[0].text == "Dan (manager)"
    assert dan.cells[3].text == "not known yet"
    assert calls_view.calls_table(said().assign(said=np.nan), EN, span=SPAN) == Missing(EN.say("missing.calls"))
