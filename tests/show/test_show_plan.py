"""Quotas and capacity as blocks."""

import datetime as dt
from xml.etree import ElementTree

import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.planning.capacity import capacity
from salesanalytics.analyses.planning.quota_plan import quota_plan
from salesanalytics.base.calendar import period_of
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.show import Missing, Words
from salesanalytics.show._catalogue import catalogue
from salesanalytics.views.planning import capacity as capacity_view
from salesanalytics.views.planning import quota_plan as quota_plan_view
from tests.conftest import DEMO_DAY

NEXT = period_of(DEMO_DAY).shift(1)
SPAN = (NEXT.start, NEXT.end)
WORDS = [Words("en"), Words("ro", "RON")]


@pytest.fixture(scope="module")
def plan(demo):
    return quota_plan(demo, as_of=DEMO_DAY, period=NEXT)


@pytest.fixture(scope="module")
def ahead(demo):
    return capacity(demo, as_of=DEMO_DAY)


def texts(figure):
    return [element.text for element in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("words", WORDS, ids=["en", "ro"])
def test_everything_is_said_in_both_languages(plan, ahead, words):
    blocks = [
        quota_plan_view.quota_plan_figure(plan, words, span=SPAN),
        quota_plan_view.quota_plan_table(plan, words, span=SPAN),
        capacity_view.capacity_figure(ahead, words, as_of=DEMO_DAY),
        capacity_view.capacity_table(ahead, words, as_of=DEMO_DAY),
        show.findings((*plan.findings, *ahead.findings), words),
    ]
    html = "".join(show.render_block(block) for block in blocks)
    assert "nan" not in html.replace("fina", "").lower().split()
    assert html.count("<figure") >= 2


def test_the_bullets_say_proposed_and_today_and_not_so_far(plan):
    drawn = texts(quota_plan_view.quota_plan_figure(plan, WORDS[0], span=SPAN))
    assert {"proposed", "today", "likely bookings (80%)"} <= set(drawn)
    assert "so far" not in drawn


def test_the_total_of_the_table_is_the_plans(plan):
    table = quota_plan_view.quota_plan_table(plan, WORDS[0], span=SPAN)
    assert table.rows[-1].role == "total"
    assert len(table.rows) == len(plan.table) + 1


def test_without_a_plan_it_says_what_it_takes(demo):
    nobody = {**demo, "rep": demo["rep"].assign(role="manager")}
    empty = quota_plan(nobody, as_of=DEMO_DAY, period=NEXT)
    assert quota_plan_view.quota_plan_figure(empty, WORDS[0], span=SPAN) == Missing(WORDS[0].say("missing.quota_plan"))
    assert isinstance(capacity_view.capacity_figure(capacity(nobody, as_of=DEMO_DAY), WORDS[0], as_of=DEMO_DAY), Missing)


@pytest.mark.parametrize("words", WORDS, ids=["en", "ro"])
@pytest.mark.parametrize("n", [1, 3, 25])
def test_every_finding_has_a_sentence_for_any_number(words, n):
    values = {
        "n": n, "all": 30, "rep": "Ana", "today": 1e5, "proposed": 9e4, "span": SPAN, "total": 1e6, "goal": 9e5, "over": 1.1,
        "p": 0.4,
        "landing": 8e5, "booked": 1e6, "heads": 9, "hires": 0, "leavers": 3, "productivity": 7e4, "ramp": 8, "target": 9e5,
        "median": 7e5, "gap": 2e5, "hires_80": 9.0, "start_by": dt.date(2027, 1, 1),
    }  # fmt: skip
    keys = {key.split(".")[1] for key in catalogue("en") if key.startswith(("finding.quota_", "finding.capacity_"))}
    assert len(keys) >= 17
    found = [Finding(key, "watch", values, Evidence(n, "reps", 1.0, 2.0, "money")) for key in sorted(keys)]
    assert len(list(show.leaves(show.findings(found, words)))) == len(keys)


def test_the_month_that_is_half_over_is_not_drawn_as_a_slump(ahead):
    assert ahead.table["part"].iloc[0] < 1
    assert "Nov" not in texts(capacity_view.capacity_figure(ahead, WORDS[0], as_of=DEMO_DAY))


def test_a_quarter_nobody_can_be_hired_for_asks_for_no_hires():
    told = {
        "start": SPAN[0],
        "end": SPAN[1],
        "target": 1e6,
        "source": "quota",
        "low": 1e5,
        "median": 2e5,
        "high": 3e5,
        "p": 0.0,
    }
    row = pd.DataFrame([{**told, "hires_50": None, "hires_80": None}])
    ahead = type("Ahead", (), {"quarters": row})()
    table = capacity_view.capacity_table(ahead, WORDS[0], as_of=dt.date(2025, 12, 31))
    assert table.rows[0].cells[-1].detail == ""
