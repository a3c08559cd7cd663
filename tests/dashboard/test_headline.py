"""The strip of numbers: coverage is judged by the model that says where the period lands, and by no rule of thumb."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from salesanalytics.analyses.dashboard.headline import Number, headline
from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.show import Words
from salesanalytics.views.dashboard.headline import headline_strip
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, QUARTER, tables

SPAN = {"scope": "team", "amount": 10_000, "period_start": QUARTER.start, "period_end": QUARTER.end}
GOAL = [{**SPAN, "scope_id": team} for team in ("north", "south")]


def ends(p_hit: float | None, more: float = 3000.0, amount: float = 2000.0, *, foretells: bool = True) -> Any:
    """Where the period lands, as far as the strip asks."""
    table = pd.DataFrame({"amount": [amount]})
    return SimpleNamespace(p_hit=p_hit, needed={0.8: more}, table=table, foretells=foretells, middle=17_000.0)


def coverage(where: Any) -> Number:
    found = headline(tables(quota=GOAL), as_of=AS_OF, period=QUARTER, ends=where)
    return next(one for one in found.numbers if one.key == "coverage")


def test_more_pipeline_that_makes_the_goal_likely_is_told_in_coverage() -> None:
    found = coverage(ends(0.5))
    assert found.detail == "coverage_needed"
    assert found.value is not None
    assert found.values["needed"] == pytest.approx(found.value * (1 + 3000 / 2000), abs=0.05)
    assert found.tone == "neutral"


@pytest.mark.parametrize(
    ("where", "detail", "tone"),
    [
        (ends(0.86), "coverage_enough", "good"),
        (ends(0.1), "coverage_needed", "bad"),
        (ends(0.1, more=float("inf")), "coverage_late", "bad"),
        (ends(0.4, amount=0.0), "coverage_late", "neutral"),
        (ends(None), "coverage_plain", "neutral"),
        (ends(0.9, foretells=False), "coverage_plain", "neutral"),
        (None, "coverage_plain", "neutral"),
    ],
)
def test_the_colour_is_that_of_the_chance(where: Any, detail: str, tone: str) -> None:
    found = coverage(where)
    assert (found.detail, found.tone) == (detail, tone)


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_every_way_to_say_it_is_said(locale: str) -> None:
    for where in (ends(0.86), ends(0.1), ends(0.1, more=float("inf")), None):
        found = headline(tables(quota=GOAL), as_of=AS_OF, period=QUARTER, ends=where)
        assert "coverage" not in str(headline_strip(found, Words(locale, "EUR"))).replace("Coverage", "")


def test_red_coverage_and_a_likely_goal_never_stand_together(demo: Tables) -> None:
    quarter = period_of(DEMO_DAY)
    for back in (0, 2):
        for week in (3, 8):
            now = quarter.shift(-back)
            day = now.start + timedelta(days=7 * week)
            where = landing(demo, as_of=day, period=now, draws=500)
            told = next(
                (one for one in headline(demo, as_of=day, period=now, ends=where).numbers if one.key == "coverage"), None
            )
            if told is not None and where.p_hit is not None and told.tone == "bad":
                assert where.p_hit < 0.5 or told.detail == "no_pipeline"


@pytest.mark.parametrize(
    ("middle", "p_hit", "detail", "tone"),
    [(17_000.0, 0.1, "short", "bad"), (19_900.0, 0.45, "short", "neutral"), (22_000.0, 0.9, "above", "good")],
)
def test_the_likely_end_comes_first_with_what_it_misses(middle: float, p_hit: float, detail: str, tone: str) -> None:
    where = SimpleNamespace(**vars(ends(p_hit)) | {"middle": middle})
    first = headline(tables(quota=GOAL), as_of=AS_OF, period=QUARTER, ends=where).numbers[0]
    assert (first.key, first.value, first.detail, first.tone) == ("likely", middle, detail, tone)
    assert first.values["gap"] == abs(20_000 - middle)
    over = headline(tables(quota=GOAL), as_of=AS_OF, period=QUARTER, ends=ends(0.9, foretells=False))
    assert over.numbers[0].key == "won"


@pytest.mark.parametrize("p_hit", [0.0, 0.1, 0.29, 0.74, 0.86, 1.0])
def test_one_forecast_colours_the_strip_and_pace_stands_there_only_without_one(p_hit: float) -> None:
    found = headline(tables(quota=GOAL), as_of=AS_OF, period=QUARTER, ends=ends(p_hit))
    assert [one.key for one in found.numbers] == ["likely", "won", "attainment", "gap", "chance", "coverage"]
    assert len({one.tone for one in found.numbers if one.key in ("likely", "chance", "coverage")}) == 1
    assert "100%" not in str(headline_strip(found, Words("en", "EUR")))
    without = headline(tables(quota=GOAL), as_of=AS_OF, period=QUARTER)
    assert "pace" in [one.key for one in without.numbers]
    assert "chance" not in [one.key for one in without.numbers]
