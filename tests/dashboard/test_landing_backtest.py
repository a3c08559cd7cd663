"""How right such ranges were before, as it is shown."""

from itertools import pairwise

import pandas as pd

from salesanalytics.analyses.dashboard.landing_backtest import BANDS, CHANCES, landing_backtest
from salesanalytics.base.calendar import period_of
from salesanalytics.show import Missing, Words
from salesanalytics.views.dashboard import landing_backtest as landing_backtest_view
from tests.answers import answer
from tests.conftest import DEMO_DAY

EN, RO = Words("en", "EUR"), Words("ro", "EUR")


def backtested():
    starts = pd.to_datetime(["2026-01-01", "2026-04-01", "2026-01-01", "2026-04-01"])
    table = pd.DataFrame(
        {
            "period_start": starts,
            "week": [1, 1, 5, 5],
            "low": 80.0,
            "middle": 100.0,
            "high": 120.0,
            "actual": [110.0, 130.0, 110.0, 130.0],
            "inside": [True, False, True, False],
        }
    )
    weeks = pd.DataFrame({"week": [1, 5], "n": [2, 2], "wape": [0.1, 0.1], "bias": [-0.1, 0.0], "coverage": [0.5, 0.5]})
    bands = list(pairwise(BANDS))
    chances = [("goal", low, high, 2, (low + high) / 2, 1) for low, high in bands]
    chances += [("deal", low, high, 0 if high == 1 else 40, 0.5, 0 if high == 1 else 11) for low, high in bands]
    return answer(table=table, by_week=weeks, chances=pd.DataFrame(chances, columns=CHANCES), brier=0.1, brier_base=0.2)


def test_past_ranges_say_how_many_held():
    chart, _ = landing_backtest_view.past_landings(backtested(), EN).items
    assert chart.title == "Actual bookings were within 1 of 2 past ranges"


def test_chances_say_how_often_they_came_true():
    _, chances = landing_backtest_view.past_landings(backtested(), EN).items
    shown = [[cell.text for cell in row.cells] for row in chances.rows]
    assert shown[1] == ["20%–50%", "1 of 2", "11 of 40"]
    assert shown[3][2] == "–"


def test_every_forecast_and_every_open_deal_counts_once(demo):
    found = landing_backtest(demo, as_of=DEMO_DAY, period=period_of(DEMO_DAY), weeks=(5,), draws=200)
    by_kind = found.chances.groupby("kind")[["n", "came"]].sum()
    told = found.table.dropna(subset=["p_hit"])
    assert by_kind.loc["goal"].tolist() == [len(told), int(told["hit"].sum())]
    deals = found.chances[found.chances["kind"] == "deal"].query("n > 30")
    assert (deals["said"] - deals["came"] / deals["n"]).abs().max() < 0.15
    assert by_kind.loc["deal", "n"] > by_kind.loc["deal", "came"] > 0


def test_no_past_is_one_line():
    empty = backtested()
    empty.table = empty.table.iloc[:0]
    assert landing_backtest_view.past_landings(empty, EN).items == (Missing(EN.say("landing_backtest.missing")),)
