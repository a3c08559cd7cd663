"""How right such ranges were before, as it is shown."""

import pandas as pd

from salesanalytics.show import Missing, Words
from salesanalytics.views.dashboard import landing_backtest as landing_backtest_view
from tests.answers import answer

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
    return answer(table=table, by_week=weeks, brier=0.1, brier_base=0.2)


def test_past_ranges_say_how_many_held():
    chart, by_week = landing_backtest_view.past_landings(backtested(), EN).items
    assert chart.title == "Actual bookings were within 1 of 2 past ranges"
    assert [row.cells[0].text for row in by_week.rows] == ["1", "5"]
    assert "0.1" in by_week.note


def test_no_past_is_one_line():
    empty = backtested()
    empty.table = empty.table.iloc[:0]
    assert landing_backtest_view.past_landings(empty, EN).items == (Missing(EN.say("landing_backtest.missing")),)
