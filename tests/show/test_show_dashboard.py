import datetime as dt
import math
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from salesanalytics.show import Missing, Words, theme
from salesanalytics.show._catalogue import catalogue
from salesanalytics.views.company import side_by_side as side_by_side_view
from salesanalytics.views.dashboard import attention as attention_view
from salesanalytics.views.dashboard import kpis as kpis_view
from salesanalytics.views.dashboard import pace as pace_view
from salesanalytics.views.dashboard import scoreboard as scoreboard_view
from salesanalytics.views.evaluating import funnel as funnel_view

EN = Words("en", "EUR")
SPAN = (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
AS_OF = dt.date(2026, 11, 22)
DAYS = pd.date_range(*SPAN)


def course(*, goal=100_000.0, usual=False, booked=40_000.0):
    so_far = pd.Series(range(len(DAYS)), dtype=float).where(pd.Timestamp(AS_OF) >= DAYS) * (booked / 52)
    past = pd.Series(range(len(DAYS)), dtype=float) * 1000 if usual else math.nan
    table = pd.DataFrame({"day": DAYS, "booked": so_far, "usual": past, "low": past, "high": past})
    found = SimpleNamespace(key="pace_early", values={"goal": goal, "booked": booked})
    return SimpleNamespace(table=table, findings=[found], goal=goal, booked=booked, periods=8 if usual else 0)


def pace(**given):
    return pace_view.pace_figure(course(**given), EN, span=SPAN, as_of=AS_OF)


def texts(figure):
    return [element.text for element in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]


def coloured(figure, colour):
    return len(re.findall(rf"fill:var\({theme.TOKENS[colour]},", figure.svg))


def test_the_pace_speaks_of_past_periods_only_where_there_is_a_usual_course():
    assert pace().note == "There are too few past periods to show a usual course."
    assert "usual" not in texts(pace())
    assert pace(usual=True).note.startswith("Grey: mean course of 8 past periods")
    assert "usual" in texts(pace(usual=True))


def test_the_pace_reaches_to_the_end_of_the_period_where_there_is_a_goal_to_reach():
    assert "Dec" in texts(pace())
    assert "Dec" not in texts(pace(goal=None))


def test_a_flat_line_at_zero_against_nothing_is_one_line_of_words():
    assert pace(goal=None, booked=0.0) == Missing(EN.say("missing.pace"))


REPS = pd.DataFrame(
    {
        "name": ["Ana", "Dan"],
        "left": [False, True],
        "booked": [10_000.0, 90_000.0],
        "won": [1, 6],
        "quota": [80_000.0, 60_000.0],
        "closed": [10, 12],
        "win_rate": [0.1, 0.5],
        "win_low": [0.0, 0.3],
        "win_high": [0.4, 0.7],
        "differs": [False, True],
        "open_amount": [5_000.0, 0.0],
    }
)
TOTAL = {"booked": 100_000.0, "quota": 140_000.0, "open_amount": 5_000.0}


def test_quotas_are_listed_as_the_team_is_by_what_was_booked():
    figure = scoreboard_view.scoreboard_figure(REPS, EN, span=SPAN)
    assert texts(figure).index("Dan") < texts(figure).index("Ana")
    assert figure.title == "1 of 2 reps with a quota has reached it so far"


@pytest.mark.parametrize(("rep", "title"), [(0, "has not reached it so far"), (1, "has reached it")])
def test_a_single_quota_is_not_counted_but_told(rep, title):
    assert scoreboard_view.scoreboard_figure(REPS.iloc[[rep]], EN, span=SPAN).title == f"The one rep with a quota {title}"


def test_the_teams_table_speaks_of_win_rates_only_where_it_shows_them():
    assert (
        scoreboard_view.scoreboard_table(REPS, TOTAL, EN, span=SPAN).subtitle
        == "Oct–Dec 2026; win rate over the last 12 months"
    )
    without = scoreboard_view.scoreboard_table(REPS.assign(win_rate=math.nan), TOTAL, EN, span=SPAN)
    assert (without.subtitle, without.note) == ("Oct–Dec 2026", "")


def test_signs_are_explained_only_where_somebody_is_marked():
    assert "▲" in scoreboard_view.scoreboard_table(REPS, TOTAL, EN, span=SPAN).note
    alike = scoreboard_view.scoreboard_table(REPS.assign(differs=False), TOTAL, EN, span=SPAN).note
    assert "no rep's differs" in alike
    assert "▲" not in alike


BOARD = pd.DataFrame(
    {
        "name": ["North", "South", "East"],
        "booked": [90.0, 30.0, 500.0],
        "goal": [100.0, 100.0, math.nan],
        "attainment": [0.9, 0.3, math.nan],
        "open": [10.0, 20.0, 30.0],
        "win_rate": [0.5, 0.1, 0.3],
        "low": [0.4, 0.05, 0.2],
        "high": [0.6, 0.2, 0.4],
        "n": [100, 100, 100],
    }
)


def test_all_teams_together_attain_what_those_with_a_goal_booked_of_it():
    listed, _ = side_by_side_view.side_by_side_blocks(BOARD, EN, span=SPAN)
    assert [cell.text for cell in listed.rows[-1].cells] == ["Total", "620", "200", "60%", "60"]


@pytest.mark.parametrize(
    ("differs", "bad", "note"),
    [
        (None, 0, ""),
        ([False, False, False], 0, EN.say("teams.rates_note_none")),
        ([False, True, False], 1, EN.say("teams.rates_note")),
    ],
)
def test_a_team_is_coloured_only_where_the_test_says_that_it_differs(differs, bad, note):
    board = BOARD if differs is None else BOARD.assign(differs=differs)
    _, picture = side_by_side_view.side_by_side_blocks(board, EN, span=SPAN)
    assert (coloured(picture, theme.GOOD), coloured(picture, theme.BAD), picture.note) == (0, bad, note)


def needs(n=12, *, rules=("overdue", "stuck", "silent", "no_next_step"), **columns):
    row = {"deal": "Acme", "owner": "Ana", "stage": "Demo", "amount": 10.0, "days_overdue": 0, "days_in_stage": 50}
    row |= {"usual_days": 20, "days_silent": 0, "pushes": 0, "overdue": False, "stuck": True, "silent": False}
    table = pd.DataFrame([row | {"no_next_step": False}] * n).assign(**columns)
    return SimpleNamespace(table=table, open_deals=40, rules=rules)


def listed(found):
    return next(iter(attention_view.attention_table(found, EN, as_of=AS_OF)))


def test_urgent_deals_are_marked_and_the_order_is_told():
    block = listed(needs(urgent=[True] + [False] * 11))
    assert [row.cells[2].text for row in block.rows[:2]] == [
        "due in this period, 50 days in stage (usual 20)",
        "50 days in stage (usual 20)",
    ]
    assert block.note == "The first 10 of 12 that need a hand. Those due in this period come first, then the largest."


def test_why_a_deal_is_listed_is_never_cut_short():
    every = {"urgent": True, "overdue": True, "silent": True, "no_next_step": True, "pushes": 4}
    why = listed(needs(1, **every)).rows[0].cells[2].text
    assert why.endswith("silent for 0 days, no next step, pushed 4 times")


def test_without_urgent_deals_the_largest_come_first_and_a_whole_list_is_not_called_cut():
    assert listed(needs(3)).note == "The largest come first."
    assert listed(needs(1)).note == ""


def test_the_list_and_the_measure_deals_at_risk_are_tied_together_where_both_are_shown():
    at_risk = [True] * 4 + [False] * 8
    assert "Of all 12, 4 are silent or stuck: the “deals at risk”" in listed(needs(at_risk=at_risk)).note
    assert "at risk" not in listed(needs(at_risk=at_risk, rules=("overdue", "stuck"))).note


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
    found = SimpleNamespace(table=STEPS, findings=(), missing=(), deals=200)
    block = funnel_view.funnel_table(found, EN)
    assert len(block.columns) == 5
    assert [(cell.text, cell.detail) for cell in block.rows[0].cells[:3]] == [
        ("Lead", "200 entered"),
        ("40", "50–70%"),
        ("62%", "54–70%"),
    ]


def test_what_is_missing_is_named_in_words_with_the_technical_name():
    found = SimpleNamespace(table=STEPS, findings=(), missing=("opportunity_history", "mine"), deals=0)
    told = funnel_view.funnel_figure(found, EN, span=SPAN, as_of=AS_OF).text
    assert "it needs the history of stages (opportunity_history), mine." in told


def measures(*rows):
    columns = ["key", "unit", "value", "low", "high", "n", "counted", "missing"]
    return pd.DataFrame([(*row, 30, "deals", "") for row in rows], columns=columns)


NONE = math.nan


def kpi_rows(frame, **more):
    block = next(iter(kpis_view.kpi_table(frame, EN, span=SPAN, **more)))
    return block, [(row.cells[1].text, row.cells[1].detail) for row in block.rows]


def test_both_ends_of_a_range_have_as_many_digits():
    _, rows = kpi_rows(
        measures(
            ("coverage", "number", 8.8, 8.2, 9.37),
            ("activities", "number", 41.23, 39.9, 42.5),
            ("nps", "number", 8.4, -3.2, 20),
        )
    )
    assert rows == [("8.8", "8.2–9.4"), ("41", "40–42"), ("8", "−3 to 20")]


def test_a_passed_goal_is_above_and_not_a_gap_below_zero():
    assert kpi_rows(measures(("gap", "money", -160_000.0, NONE, NONE)))[1] == [("€160K above", "")]


def test_captions_speak_only_of_what_is_in_the_table():
    gap = ("gap", "money", 160_000.0, NONE, NONE)
    rate = ("win_rate", "share", 0.3, 0.2, 0.4)
    alone = kpi_rows(measures(gap))[0]
    assert (alone.title, alone.subtitle, alone.note) == ("The numbers behind it", "Oct–Dec 2026", "")
    company = pd.DataFrame({"key": ["win_rate"], "value": [0.25]})
    beside = kpi_rows(measures(rate, ("velocity", "money", 9.0, NONE, NONE)), company=company)[0]
    assert beside.subtitle == "Oct–Dec 2026; velocity over the last 12 months"
    assert beside.note.endswith("“Company” is all teams together.")
    assert len(beside.columns) == 3
    assert len(kpi_rows(measures(gap), company=company)[0].columns) == 2


def test_measures_that_cannot_be_worked_out_name_the_tables_they_rest_on():
    lacking = measures(("slippage", "share", NONE, NONE, NONE)).assign(missing="opportunity_history, quota")
    told = [str(block) for block in kpis_view.kpi_table(lacking, EN, span=SPAN)]
    assert told[-1].endswith("Slippage, last full period – the history of stages (opportunity_history), quotas (quota).")


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_every_table_of_the_schema_has_a_name_in_words(locale):
    from salesanalytics.data.tables.schema import TABLES

    assert [name for name in TABLES if f"table_name.{name}" not in catalogue(locale)] == []
