from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.show import Missing, Words
from salesanalytics.views.planning import territories as territories_view

EN = Words("en", "EUR")
VALUES = {"n": 2, "all": 20, "most": "Ana", "over": 0.5, "least": "Dan", "under": 0.5, "before": 0.5, "after": 0.03}


def split(key="territory_uneven", moves=2, **more):
    table = pd.DataFrame(
        {
            "account_id": [f"a{at:02}" for at in range(20)],
            "name": [f"Account {at}" for at in range(20)],
            "from_rep": "r1",
            "from_name": "Ana",
            "to_rep": "r2",
            "to_name": "Dan",
            "workload": [float(at) for at in range(20)],
            "cost": 1.0,
            "moved": [at < moves for at in range(20)],
        }
    )
    reps = pd.DataFrame(
        {"rep_id": ["r2", "r1"], "name": ["Dan", "Ana"], "before": [5.0, 15.0], "after": [9.8, 10.2], "target": [10.0, 10.0]}
    )
    found = SimpleNamespace(key=key, values=VALUES)
    fields = {"balance": SimpleNamespace(gap=0.0), "measures": ("accounts", "pipeline"), "missing": ("activity",)} | more
    return SimpleNamespace(table=table, reps=reps, findings=[found], **fields)


def texts(figure):
    return [element.text for element in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_title_is_the_finding_and_the_note_says_what_workload_is_and_lacks():
    figure = territories_view.territories_figure(split(), EN)
    assert figure.title == "Ana carries 50% more than a fair share; the proposal brings everybody within 3%"
    assert "accounts looked after, open pipeline" in figure.note
    assert "takes less handing over" in figure.note
    assert "activities (activity)" in figure.note
    assert texts(figure).index("Ana") < texts(figure).index("Dan")
    assert "Fair share 10" in texts(figure)


def test_a_gap_that_is_left_is_said():
    assert "over 2% less" in territories_view.territories_figure(split(balance=SimpleNamespace(gap=0.02)), EN).note


def test_without_a_proposal_the_reason_is_a_line_of_words():
    shown = territories_view.territories_figure(split("territory_none_live", balance=None), EN)
    assert shown == Missing(EN.say("finding.territory_none_live.sentence"))


@pytest.mark.parametrize(("moves", "rows", "cut"), [(2, 2, False), (15, 12, True)])
def test_moves_are_listed_largest_first_and_cut_with_a_note(moves, rows, cut):
    block = territories_view.territories_table(split(moves=moves), EN)
    assert len(block.rows) == rows
    assert block.rows[0].cells[0].text == f"Account {moves - 1}"
    assert block.rows[0].cells[0].detail == "Ana → Dan"
    assert ("The first 12 of 15." in block.note) is cut


def test_a_map_is_drawn_only_where_places_are_known():
    assert territories_view.territory_map(split().table, EN) == show.Nothing()
    placed = split().table.assign(x=range(20), y=range(20))
    assert {"today", "as proposed"} <= set(texts(territories_view.territory_map(placed, EN)))
