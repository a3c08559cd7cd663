"""Forecasts of series: they add up, their ranges hold, and what cannot be forecast is said."""

import numpy as np
import pandas as pd
import pytest

from salesanalytics.errors import DataError
from salesanalytics.models.forecast.backtest import backtest_series
from salesanalytics.models.forecast.conformal import Errors, half_widths, never_changed
from salesanalytics.models.forecast.series import SeriesForecast, forecast_series


def tidy(**series: object) -> pd.DataFrame:
    parts = []
    for name, values in series.items():
        y = np.asarray(values, dtype="float64")
        parts.append(pd.DataFrame({"unique_id": name, "ds": pd.date_range("2020-01-01", periods=len(y), freq="MS"), "y": y}))
    return pd.concat(parts, ignore_index=True)


def noisy(seed: int, n: int = 48, level: float = 100.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return level + 20 * np.sin(np.arange(n) * np.pi / 6) + rng.normal(0, 8, n)


def errors(scaled: np.ndarray, back: np.ndarray | None = None, length: int | np.ndarray = 48) -> Errors:
    """Of one series; without `back` of forecasts that do not overlap."""
    n = len(scaled)
    names, back = np.full(n, "s", dtype=object), np.arange(n) * 100 if back is None else back
    return Errors(scaled, names, np.full(n, "", dtype=object), back, np.broadcast_to(np.asarray(length), (n,)))


def test_a_score_has_to_be_the_nth_smallest_of_n_and_one() -> None:
    scores = errors(np.arange(1.0, 20.0)[:, None])  # 19 scores: the 16th of 20 at 80%, the 19th at 95%
    assert half_widths(scores, 1, 0.8, 48).tolist() == [16]
    assert half_widths(scores, 1, 0.95, 48).tolist() == [19]
    assert half_widths(scores, 4, 0.8, 48) == pytest.approx(16 * np.sqrt([1, 2, 3, 4]))
    assert half_widths(errors(scores.scaled[:5]), 1, 0.95, 48)[0] > 5  # too few for a rank: wider than any of them
    assert (never_changed(4, 0.8), np.isnan(never_changed(4, 0.95))) == (0.0, True)


def test_scores_of_histories_as_long_as_todays_count_most() -> None:
    scaled, length = np.r_[np.full(30, 1.0), np.full(30, 5.0)][:, None], np.repeat([120, 30], 30)
    both = errors(scaled, length=length)
    assert (half_widths(both, 1, 0.8, 120)[0], half_widths(both, 1, 0.8, 30)[0]) == (1, 5)


def test_sums_over_months_that_overlap_are_not_so_many_sums() -> None:
    rng = np.random.default_rng(3)
    scaled = rng.normal(0, 1, (12, 12))
    apart = half_widths(errors(scaled).added_up(), 12, 0.8, 48)
    together = half_widths(errors(scaled, back=np.arange(12, 24)).added_up(), 12, 0.8, 48)
    assert together[11] > apart[11]
    assert np.isfinite(together).all()


def test_a_series_that_erred_more_than_its_like_gets_a_wider_range() -> None:
    rng = np.random.default_rng(4)
    sizes = np.r_[np.ones(20), 3.0]
    scaled = np.concatenate([size * rng.normal(0, 1, (3, 6)) for size in sizes])
    names = np.repeat([f"s{at:02}" for at in range(21)], 3).astype(object)
    found = Errors(scaled, names, np.full(63, "", dtype=object), np.tile([6, 12, 18], 21), np.full(63, 48))
    _, own = found.in_own_units()
    assert own["s20"] > 1.3
    assert np.median([own[name] for name in own]) == pytest.approx(1, abs=0.2)


def test_every_awkward_series_gets_an_answer_and_a_reason() -> None:
    rng = np.random.default_rng(1)
    sparse = np.where(rng.random(36) < 0.3, 50.0, 0.0)
    shifted = np.r_[noisy(5, 24), 5 * noisy(6, 24)]
    history = tidy(
        one=[5], zeros=[0] * 20, same=[7] * 20, few=[1, 2], short=noisy(1, 15), sparse=sparse, long=noisy(2), shift=shifted
    )
    found = forecast_series(history, horizon=3, season_length=12)
    why = found.methods.set_index("unique_id")["why"].to_dict()
    assert {name: why[name] for name in ("one", "zeros", "same", "few")} == {
        "one": "few_values", "zeros": "all_zero", "same": "never_changed", "few": "few_values",
    }  # fmt: skip
    assert (why["sparse"], why["short"], why["long"]) == ("mostly_zero", "too_short", "enough")
    assert found.table["mean"].notna().all()
    zeros = found.table[found.table["unique_id"] == "zeros"]
    assert zeros[["mean", "lo_95", "hi_95"]].to_numpy().tolist() == [[0, 0, 0]] * 3
    there = found.table.dropna()
    assert ((there["lo_95"] <= there["lo_80"]) & (there["lo_80"] <= there["mean"]) & (there["mean"] <= there["hi_80"])).all()
    assert (there["lo_95"] >= 0).all()


def test_returns_may_make_a_range_negative() -> None:
    y = noisy(3, level=0.0)
    assert (forecast_series(tidy(a=y), horizon=2, season_length=12).table["lo_95"] < 0).all()


def test_gaps_are_filled_and_said() -> None:
    history = tidy(a=noisy(4)).drop(index=[5, 9])
    assert forecast_series(history, horizon=1, season_length=12).methods["filled"].tolist() == [2]


def test_a_hierarchy_adds_up() -> None:
    history = tidy(a=noisy(1), b=noisy(2), c=noisy(3))
    parents = pd.DataFrame({"unique_id": list("abc"), "region": ["x", "x", "y"], "company": "all"})
    wide = forecast_series(history, horizon=6, season_length=12, hierarchy=parents).table.pivot(
        index="ds", columns="unique_id", values="mean"
    )
    assert (wide["a"] + wide["b"] - wide["x"]).abs().max() < 1e-6
    assert (wide["x"] + wide["y"] - wide["all"]).abs().max() < 1e-6


def test_order_of_rows_and_currency_change_nothing() -> None:
    history = tidy(a=noisy(1), b=noisy(2))
    now = forecast_series(history, horizon=3, season_length=12).table
    shuffled = forecast_series(history.sample(frac=1, random_state=1), horizon=3, season_length=12).table
    pd.testing.assert_frame_equal(now, shuffled)
    cents = forecast_series(history.assign(y=history["y"] * 100), horizon=3, season_length=12).table
    assert cents["hi_80"].to_numpy() == pytest.approx(100 * now["hi_80"].to_numpy(), rel=0.02)


@pytest.mark.planted
def test_ranges_hold_as_often_as_they_say() -> None:
    series = {f"s{at:02}": noisy(100 + at, 60) for at in range(40)}
    history = tidy(**series)
    last = history["ds"].max() - pd.DateOffset(months=11)
    told = forecast_series(history[history["ds"] < last], horizon=12, season_length=12).table.merge(history)
    assert 0.74 <= told["y"].between(told["lo_80"], told["hi_80"]).mean() <= 0.87
    assert 0.91 <= told["y"].between(told["lo_95"], told["hi_95"]).mean() <= 0.99


def test_the_range_of_a_sum_is_narrower_than_the_sum_of_ranges() -> None:
    found = forecast_series(tidy(**{f"s{at}": noisy(at) for at in range(12)}), horizon=6, season_length=12)
    low, mean, high = found.total("s1", 6)
    mine = found.table[found.table["unique_id"] == "s1"]
    assert mean == pytest.approx(mine["mean"].sum())
    assert high - low < (mine["hi_80"] - mine["lo_80"]).sum()


def test_the_backtest_looks_from_the_past_only() -> None:
    history = tidy(a=noisy(1), b=noisy(2))
    result = backtest_series(history, horizon=3, season_length=12, origins=2)
    assert (result.origins, result.table["n"].tolist()) == (2, [4, 4, 4])
    assert (result.forecasts["origin"] < result.forecasts["ds"]).all()
    assert backtest_series(tidy(a=[1, 2, 3]), horizon=3, season_length=12).table.empty


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: pd.concat([rows, rows.head(1)]), "share a unique_id and ds"),
        (lambda rows: rows.drop(columns="y"), "lacks y"),
        (lambda rows: rows.assign(y="much"), "y holds 'much'"),
        (lambda rows: rows.assign(ds="soon"), "ds holds 'soon'"),
    ],
)
def test_a_history_that_cannot_be_used_says_why(change, message: str) -> None:
    with pytest.raises(DataError, match=message):
        forecast_series(change(tidy(a=noisy(1))), horizon=1, season_length=12)


def test_a_series_without_a_parent_is_named() -> None:
    with pytest.raises(DataError, match=r"not in the hierarchy, e.g. b"):
        forecast_series(
            tidy(a=noisy(1), b=noisy(2)),
            horizon=1,
            season_length=12,
            hierarchy=pd.DataFrame({"unique_id": ["a"], "all": ["x"]}),
        )


def with_errors(off: list[float]) -> SeriesForecast:
    """One series forecast at 100 for each period, whose past forecasts were all off by `off`, now above and now below."""
    past = errors(np.resize([1.0, -1.0], 40)[:, None] * np.array(off))
    table = pd.DataFrame({"unique_id": "s", "mean": [100.0] * len(off)})
    methods = pd.DataFrame({"unique_id": ["s"], "level": [""], "n": [48]})
    return SeriesForecast(table, methods, 40, past, {"s": 1.0}, {"s": 0.0})


def test_the_range_of_a_sum_rests_on_errors_of_the_same_periods_alone() -> None:
    found = with_errors([50, 50, *[1] * 12])
    assert found.total("s", 12, skip=2) == (1200 - 12, 1200, 1200 + 12)
    assert found.total("s", 2) == (100, 200, 300)
    assert found.total("s", 14) == (1400 - 112, 1400, 1400 + 112)


def test_errors_of_later_periods_offset_only_one_another() -> None:
    assert with_errors([30, -20, 20, 5]).total("s", 3, skip=1) == (295, 300, 305)


def test_where_no_past_forecast_reached_that_far_the_longer_sum_gives_the_range() -> None:
    low, mean, high = with_errors([4, 4, np.nan, np.nan]).total("s", 2, skip=2)
    assert (mean, high - mean, mean - low) == (200, pytest.approx(8 * 2**0.5), pytest.approx(8 * 2**0.5))
