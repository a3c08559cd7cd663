"""What changed since last week: every deal that moved is told once, and the likely end's parts add up on both days."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.last_week import LastWeek, compared_with, last_week
from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Tables
from salesanalytics.models.forecast.hazards import deal_hazards
from salesanalytics.show import Words
from salesanalytics.views.dashboard.last_week import last_week_tables
from tests.answers import QUARTER_SEEN, written
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, tables
from tests.tiny import deal

QUARTER = Period(date(2026, 7, 1), date(2026, 9, 30))
WEEK_AGO = AS_OF - timedelta(days=7)
EN = Words("en", "EUR")


def change(number: int, field: str, old: object, new: object, day: str) -> dict[str, object]:
    return {"opportunity_id": f"o{number}", "field": field, "old_value": old, "new_value": new, "changed_at": day}


DEALS = [
    deal(1, "r1", "Won", 1200, "2026-05-01", "2026-08-26"),
    deal(2, "r1", "Lost", 500, "2026-05-01", "2026-08-27", loss_reason="Price"),
    deal(3, "r2", "Offer", 900, "2026-08-25", name="Fresh"),
    deal(4, "r2", "Offer", 2000, "2026-06-01", expected_close_date="2026-11-01"),
    deal(5, "r3", "Lead", 70, "2026-06-01", expected_close_date="2026-09-20"),
    deal(6, "r3", "Offer", 300, "2026-06-01", expected_close_date="2026-09-01"),
    deal(7, "r3", "Offer", 400, "2026-06-01", expected_close_date="2026-09-01"),
    deal(8, "r3", "Won", 800, "2026-06-01", "2026-08-24"),
]
LOG = [
    change(4, "expected_close_date", "2026-09-10", "2026-11-01", "2026-08-26"),
    change(5, "expected_close_date", "2026-10-20", "2026-09-20", "2026-08-28"),
    change(6, "amount", 250, 300, "2026-08-29"),
    change(7, "amount", 500, 400, "2026-08-20"),
]


NO_DEALS = pd.DataFrame({"opportunity_id": [], "category": [], "likely": []})
ENDS = pd.DataFrame({"part": ["won", "new"], "likely": [5e5, 5e5]})


def asked() -> LastWeek:
    known = tables(opportunity=DEALS, opportunity_history=LOG)
    return last_week(known, as_of=AS_OF, period=QUARTER, since=WEEK_AGO)


def test_each_deal_that_moved_is_told_once_with_what_happened_first() -> None:
    told = asked().table[["opportunity_id", "what", "amount"]].to_numpy().tolist()
    assert told == [
        ["o1", "won", 1200],
        ["o2", "lost", 500],
        ["o4", "pushed_out", 2000],
        ["o5", "pulled_in", 70],
        ["o3", "new", 900],
        ["o6", "grew", 300],
    ]


def test_without_a_landing_the_page_says_what_moved_alone() -> None:
    found = asked()
    (finding,) = found.findings
    assert (finding.key, finding.values["won"], finding.values["pushed_out"]) == ("last_week.moved", 1200, 2000)
    assert (found.change, len(found.parts)) == (None, 0)
    said = written(last_week_tables(found, EN))
    for told in ("Lost: Price", "Moved out of the period, to 1 Nov 2026", "Larger than €250 before"):
        assert told in said


def test_where_no_dates_are_logged_nothing_is_said_of_moved_ones() -> None:
    known = tables(opportunity=DEALS, opportunity_history=[LOG[2]])
    found = last_week(known, as_of=AS_OF, period=QUARTER, since=WEEK_AGO)
    assert not found.dates
    assert not set(found.table["what"]) & {"pushed_out", "pulled_in"}
    assert "no log of close dates" in written(last_week_tables(found, EN))


def test_the_parts_add_up_to_the_likely_end_on_both_days(demo: Tables) -> None:
    since = compared_with("", DEMO_DAY)
    hazards = deal_hazards(demo, as_of=DEMO_DAY, period=QUARTER_SEEN)
    now, before = (landing(demo, as_of=day, period=QUARTER_SEEN, hazards=hazards) for day in (DEMO_DAY, since))
    found = last_week(demo, as_of=DEMO_DAY, period=QUARTER_SEEN, since=since, now=now, before=before)
    assert found.parts["before"].sum() == pytest.approx(before.middle)
    assert found.parts["now"].sum() == pytest.approx(now.middle)
    assert found.change == pytest.approx(found.parts["change"].sum())
    won = found.parts.set_index("part").loc["won", "change"]
    assert won == pytest.approx(found.money("won"))
    assert won > 0
    assert now.parts["likely"].iloc[:-1].sum() == pytest.approx(now.middle)
    assert np.isclose(now.table["likely"].sum(), now.parts.set_index("part").loc["open", "likely"])
    causes = found.causes.set_index("cause")
    assert causes["effect"].sum() == pytest.approx(found.change)
    assert causes.loc["won", "amount"] == pytest.approx(found.money("won"))


def test_a_deal_moves_the_likely_end_by_what_was_not_expected_of_it() -> None:
    """Of 1,200 won 700 had been expected, of 500 lost 50; an open deal is 40 likelier, and 90 less is still to be opened."""
    then = {"o1": 700.0, "o2": 50.0, "o4": 400.0, "o5": 0.0, "o6": 60.0, "o7": 200.0}
    today = {"o3": 100.0, "o4": 0.0, "o5": 20.0, "o6": 80.0, "o7": 240.0}
    before, now = ends(then, won=800.0, new=500.0), ends(today, won=2000.0, new=410.0)
    known = tables(opportunity=DEALS, opportunity_history=LOG)
    found = last_week(known, as_of=AS_OF, period=QUARTER, since=WEEK_AGO, now=now, before=before)
    assert found.causes[["cause", "effect"]].to_numpy().tolist() == [
        ["won", 500.0], ["lost", -50.0], ["pushed_out", -400.0], ["pulled_in", 20.0], ["new", 100.0], ["resized", 20.0],
        ["chances", 40.0], ["later", -90.0],
    ]  # fmt: skip
    assert found.change == found.causes["effect"].sum() == 140.0
    (finding,) = found.findings
    assert finding.key == "last_week.up_goal"
    assert finding.values["causes"] == (("won", 500.0), ("pushed_out", -400.0), ("rest", 40.0))
    assert finding.values["deal"] == "o1"
    said = written(last_week_tables(found, EN))
    for told in ("What moved the likely end", "Open deals, chances changed", "+500", "−400", "+140"):
        assert told in said
    assert EN.causes(finding.values["causes"]) == "wins +€500, slipped −€400, other +€40"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ((("lost", -107_400.0), ("won", 45_300.0), ("rest", 22_450.0)), "losses −€107K, wins +€45K, other +€22K"),
        ((("lost", -59_600.0), ("later", -9_700.0), ("rest", 56_500.0)), "losses −€60K, deals to come −€10K, other +€57K"),
        ((("won", 1_234_000.0), ("rest", -300.0)), "wins +€1.23M"),
    ],
)
def test_causes_add_up_as_they_are_written(told: tuple[tuple[str, float], ...], said: str) -> None:
    assert EN.causes(told) == said


def test_an_open_deal_without_a_creation_day_is_not_new_each_week_and_no_rise() -> None:
    deals = [*DEALS, deal(9, "r3", "Offer", 5000, "", expected_close_date="2026-09-20")]
    known = tables(opportunity=deals, opportunity_history=LOG)
    before, now = ends({"o4": 400.0}, won=800.0, new=500.0), ends({"o4": 380.0, "o9": 900.0}, won=800.0, new=500.0)
    found = last_week(known, as_of=AS_OF, period=QUARTER, since=WEEK_AGO, now=now, before=before)
    assert "o9" not in set(found.table["opportunity_id"])
    assert (found.undated, found.change) == (900.0, None)
    assert "Open deals without a creation day bring €900" in written(last_week_tables(found, EN))


def test_a_lost_deal_without_an_amount_is_not_one_of_nothing() -> None:
    known = tables(opportunity=[*DEALS, deal(9, "r3", "Lost", "", "2026-05-01", "2026-08-27")], opportunity_history=LOG)
    found = last_week(known, as_of=AS_OF, period=QUARTER, since=WEEK_AGO)
    assert found.table.loc[found.table["amount"].isna(), "opportunity_id"].tolist() == ["o9"]
    assert (found.money("lost"), found.happened["n_lost"]) == (500, 2)


def test_lost_deals_whose_amounts_nobody_keeps_are_counted_and_not_worth_nothing() -> None:
    unpriced = [{**one, "amount": "" if one["stage"] == "Lost" else one["amount"]} for one in DEALS]
    (finding,) = last_week(tables(opportunity=unpriced), as_of=AS_OF, period=QUARTER, since=WEEK_AGO).findings
    said = EN.say("last_week.findings.moved.headline", **finding.values)
    assert said == "Since 24 Aug: won 1 (€1.2K), lost 1, opened 1"
    assert "1 lost (–)" in EN.say("last_week.findings.moved.sentence", **finding.values)


def test_where_nothing_was_lost_nobody_is_asked_about_losses() -> None:
    kept = [one for one in DEALS if one["stage"] != "Lost"]
    (finding,) = last_week(tables(opportunity=kept), as_of=AS_OF, period=QUARTER, since=WEEK_AGO).findings
    assert finding.key == "last_week.moved_unlost"


def ends(likely: dict[str, float], won: float, new: float) -> Any:
    """Where a period lands: `likely` by deal."""
    deals = pd.DataFrame({"opportunity_id": list(likely), "category": "commit", "likely": list(likely.values())})
    parts = pd.DataFrame({"part": ["won", "new"], "likely": [won, new]})
    return SimpleNamespace(foretells=True, middle=won + new + sum(likely.values()), p_hit=0.5, table=deals, parts=parts)


def test_the_day_compared_with_is_a_week_before_unless_named() -> None:
    assert compared_with("", AS_OF) == WEEK_AGO
    assert compared_with("2026-08-01", AS_OF) == date(2026, 8, 1)
    with pytest.raises(ValueError, match="expected a day before"):
        compared_with("2026-08-31", AS_OF)
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        compared_with("1.8.2026", AS_OF)


@pytest.mark.parametrize(("middle", "p_hit", "key"), [
    (1_000_000.0, 0.50, "same_goal"), (1_010_000.0, 0.52, "same_goal"), (990_000.0, 0.39, "down_goal"),
    (1_030_000.0, 0.60, "up_goal"),
])  # fmt: skip
def test_a_chance_that_moved_is_a_change_even_where_the_likely_end_hardly_did(middle: float, p_hit: float, key: str) -> None:
    before = SimpleNamespace(foretells=True, middle=1e6, p_hit=0.5, table=NO_DEALS, parts=ENDS)
    now = SimpleNamespace(foretells=True, middle=middle, p_hit=p_hit, table=NO_DEALS, parts=ENDS)
    known = tables(opportunity=DEALS, opportunity_history=LOG)
    found = last_week(known, as_of=AS_OF, period=QUARTER, since=WEEK_AGO, now=now, before=before)  # type: ignore[arg-type]
    assert found.findings[0].key == f"last_week.{key}"
