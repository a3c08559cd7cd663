"""Waterfall, sources of leads and re-plan triggers as they are shown."""

import datetime as dt
import math
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from salesanalytics.show import Words
from salesanalytics.show._catalogue import catalogue
from salesanalytics.views.dashboard import pipeline_change as pipeline_change_view
from salesanalytics.views.planning import leads as leads_view
from salesanalytics.views.planning import replan as replan_view

EN = Words("en", "EUR")
AS_OF = dt.date(2026, 11, 22)
SPAN = (dt.date(2025, 11, 23), AS_OF)
NONE = math.nan


def texts(figure):
    return [element.text for element in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]


def change(rows, **more):
    table = pd.DataFrame(rows, columns=["step", "role", "amount", "deals"])
    usual = {"findings": (), "start": SPAN[0], "end": AS_OF, "period": None, "history": True, "without_amount": 0}
    return SimpleNamespace(table=table, **usual | more)


MOVED = [("open_start", "total", 100.0, 2), ("pushed_out", "change", -30.0, 1), ("open_end", "total", 70.0, 1)]


def test_the_waterfall_names_its_steps_and_what_the_data_cannot_tell():
    figure = pipeline_change_view.pipeline_change_figure(change(MOVED, history=False, without_amount=1), EN)
    assert [text for text in texts(figure) if text[0].isalpha()] == ["Open at start", "Pushed out", "Open at end"]
    assert figure.title == "The open pipeline did not move"
    assert figure.note.startswith("2 deals open at the start. 1 deal without amount counts as 0. The data keep no log")


def test_the_waterfall_of_a_period_says_until_when_deals_are_due():
    figure = pipeline_change_view.pipeline_change_figure(change(MOVED, period=SimpleNamespace(end=dt.date(2026, 12, 31))), EN)
    assert figure.subtitle.startswith("Pipeline due by 31 Dec 2026")


def test_no_deal_at_all_is_said_in_words():
    empty = [("open_start", "total", 0.0, 0), ("open_end", "total", 0.0, 0)]
    assert "no open deal" in str(pipeline_change_view.pipeline_change_figure(change(empty), EN))


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
    usual = {"findings": (), "window": 90, "leads": int(table["leads"].sum()), "unallocated": 0.0, "missing": ()}
    return SimpleNamespace(table=table, **usual | more)


def test_thousands_with_a_point_are_not_shortened_in_pictures():
    many = SOURCES.assign(leads=[1010, 100, 50])
    figure = next(iter(leads_view.lead_sources(sources(many), Words("ro", "EUR"), span=SPAN)))
    assert "1.010" in texts(figure)


def test_a_source_that_has_not_paid_back_is_not_given_a_number():
    _, costs = leads_view.lead_sources(sources(), EN, span=SPAN)
    assert [(row.cells[3].text, row.cells[3].detail) for row in costs.rows] == [
        ("1.2", "0.9–2.0"),
        ("not yet", "from 5, or not yet"),
        ("–", ""),
    ]
    assert costs.rows[0].cells[0].detail == "200 leads, half answered in 2.4 hours"
    assert costs.rows[2].cells[0].detail == "50 leads"


def test_without_spend_no_cost_is_shown_and_it_is_said():
    bare = SOURCES.assign(spend=NONE, cost_per_lead=NONE, payback=NONE)
    _, costs, lacks = leads_view.lead_sources(sources(bare, missing=("campaign", "lead.campaign_id")), EN, span=SPAN)
    assert [column.label for column in costs.columns] == ["Source", "Won per lead, €"]
    assert str(lacks).endswith("campaigns (campaign), which campaign brought a lead (lead.campaign_id).")


def test_without_leads_one_line_says_what_they_would_show():
    assert "Leads are not shown" in str(leads_view.lead_sources(sources(SOURCES.iloc[:0]), EN, span=SPAN))


def triggers(*rows, alarms=1.0):
    columns = ["key", "detail", "unit", "watched", "before", "after", "low", "high", "since", "fired", "touches"]
    return SimpleNamespace(table=pd.DataFrame(rows, columns=columns), alarms=alarms)


CALM = ("win_rate", "", "share", True, 0.3, 0.32, 0.28, 0.36, pd.NaT, False, "goals")
FIRED = ("lead_volume", "", "number", True, 280.0, 150.0, 128.0, 172.0, pd.Timestamp(2026, 7, 9), True, "leads")
BLIND = ("cycle", "", "days", False, NONE, NONE, NONE, NONE, pd.NaT, False, "goals")


def test_what_has_changed_comes_first_with_its_direction_and_day():
    listed, unwatched = replan_view.replan_table(triggers(CALM, FIRED, BLIND), EN, as_of=AS_OF)
    assert listed.title == "One thing the plan rests on has changed"
    assert [cell.text for cell in listed.rows[0].cells] == ["Leads a month", "280", "▼ 150", "Jul 2026"]
    assert [cell.text for cell in listed.rows[1].cells] == ["Win rate", "30%", "32%", "within chance"]
    assert "at most 1 a year, all rows together" in listed.note
    assert str(unwatched).endswith("too little data: Sales cycle, typical.")


def test_too_little_data_for_anything_is_said():
    (said,) = replan_view.replan_table(triggers(BLIND), EN, as_of=AS_OF)
    assert str(said).startswith("There is too little data to watch")


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_every_step_quantity_and_finding_has_its_words(locale):
    from salesanalytics.analyses.dashboard.pipeline_change import STEPS
    from salesanalytics.analyses.planning.replan import TOUCHES

    wanted = [f"waterfall.step.{step}" for step in STEPS]
    wanted += [f"replan.key.{key}" for key in TOUCHES] + [f"replan.touches.{part}" for part in TOUCHES.values()]
    ways = [(key, way) for key in TOUCHES for way in ("up", "down") if (key, way) != ("headcount", "down")]
    wanted += [f"finding.replan_{key}_{way}.sentence" for key, way in ways]
    assert [key for key in wanted if key not in catalogue(locale)] == []
