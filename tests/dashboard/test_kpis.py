"""All measures as one table."""

import math

import pandas as pd
import pytest

from salesanalytics.show import Words
from salesanalytics.show._catalogue import catalogue
from salesanalytics.views.dashboard import kpis as kpis_view
from tests.answers import answer

EN = Words("en", "EUR")


def measures(*rows):
    columns = ["key", "unit", "value", "low", "high", "n", "counted", "missing", "reason"]
    return pd.DataFrame([(*row, 30, "deals", "", "") for row in rows], columns=columns)


NONE = math.nan


def kpi_rows(frame, company=None):
    block = next(iter(kpis_view.kpi_table(answer(table=frame, company=company, then={}), EN)))
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
    assert (alone.title, alone.subtitle, alone.note) == ("The numbers in detail", "Oct–Dec 2026", "")
    company = pd.DataFrame({"key": ["win_rate"], "value": [0.25]})
    beside = kpi_rows(measures(rate, ("velocity", "money", 9.0, NONE, NONE)), company=company)[0]
    assert beside.subtitle == "Oct–Dec 2026; velocity over the last 12 months"
    assert beside.note.endswith("“Company” is all teams together.")
    assert len(beside.columns) == 3
    assert len(kpi_rows(measures(gap), company=company)[0].columns) == 2


def test_measures_that_cannot_be_worked_out_name_the_tables_they_rest_on():
    lacking = measures(("slippage", "share", NONE, NONE, NONE)).assign(missing="opportunity_history, quota")
    told = [str(block) for block in kpis_view.kpi_table(answer(table=lacking, company=None, then={}), EN)]
    assert told[-1].endswith("Slippage, last full period – stage history (opportunity_history), quotas (quota).")


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_every_table_of_the_schema_has_a_name_in_words(locale):
    from salesanalytics.data.tables.schema import TABLES

    assert [name for name in TABLES if f"table_name.{name}" not in catalogue(locale)] == []
