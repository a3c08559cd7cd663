from types import SimpleNamespace

import pandas as pd

from salesanalytics import show
from salesanalytics.show import Words

EN = Words("en", "EUR")


def test_the_fan_shows_past_forecast_and_last_year():
    past = pd.DataFrame({"kind": "past", "ds": pd.date_range("2026-01-01", periods=6, freq="MS"), "booked": range(6)})
    ahead = pd.DataFrame({"kind": "forecast", "ds": pd.date_range("2026-07-01", periods=3, freq="MS"), "mean": 5.0})
    rows = pd.concat([past, ahead.assign(lo_80=3.0, hi_80=8.0, naive=4.0)]).reindex(
        columns=["kind", "ds", "booked", "mean", "lo_80", "hi_80", "naive"]
    )
    told = SimpleNamespace(key="year_open", values={"landing": 100.0, "goal": 110.0})
    figure = show.bookings_fan(rows, told, EN)
    assert figure.title == "The year leads to €100; the goal is €110"
    assert all(word in figure.svg for word in ("won", "forecast", "last year"))
