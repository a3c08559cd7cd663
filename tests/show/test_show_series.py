from datetime import date
from types import SimpleNamespace

import pandas as pd

from salesanalytics.show import Words
from salesanalytics.views.planning import bookings as bookings_view

EN = Words("en", "EUR")


def test_the_fan_shows_past_months_and_the_forecast():
    past = pd.DataFrame({"kind": "past", "ds": pd.date_range("2026-01-01", periods=6, freq="MS"), "booked": range(6)})
    ahead = pd.DataFrame({"kind": "forecast", "ds": pd.date_range("2026-07-01", periods=3, freq="MS"), "mean": 5.0})
    rows = pd.concat([past, ahead.assign(lo_80=3.0, hi_80=8.0, naive=4.0)]).reindex(
        columns=["kind", "ds", "booked", "mean", "lo_80", "hi_80", "naive"]
    )
    year = (date(2026, 1, 1), date(2026, 12, 31))
    told = SimpleNamespace(key="year_open", values={"landing": 100.0, "goal": 110.0, "year": year})
    figure = bookings_view.bookings_figure(SimpleNamespace(table=rows, findings=[told]), EN)
    assert figure.title == "2026 leads to €100; the goal is €110"
    assert all(word in figure.svg for word in ("won", "forecast"))


def test_without_a_forecast_a_line_says_where_one_is_made():
    block = bookings_view.bookings_figure(SimpleNamespace(table=pd.DataFrame(), findings=()), EN)
    assert block.kind == "missing"
    assert "company's chapter" in block.text
