"""One series forecast by itself, in several ways: which fit what is known of it, their forecasts, how they fit the past.

In: the values of one series. Out: `BaseForecast`: forecast and fitted values of each way, method, and the form the exponential
smoothing took. The dynamic optimised theta method (Fiorucci et al. 2016) and exponential smoothing chosen by AICc (Hyndman et
al. 2002), both by statsforecast, a trend with a season that multiply, and last season grown as seasons have; one simpler way
where the series is too short, mostly zero or never changes. What they come to together is `rolling`'s to say. Knows nothing of
other series.
"""

import importlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesanalytics.models.forecast.trend import log_trend

Method = Literal["none", "zero", "constant", "mean", "smoothing", "short", "combined", "seasonal_naive"]
Values = NDArray[np.float64]
FEW = 4  # values; below, nothing but their mean can be told
SHORT = 8  # values; below, only a level can be smoothed
GROWTH = 0.15  # a season to the next: how far sums usually go apart (sd of the logarithm)
LONGEST = 24  # a season of more periods exponential smoothing leaves out; then only its trend is chosen
REGULAR = 1 / 1.32  # share of periods with something in them; below, demand is intermittent (Syntetos and Boylan 2005)


WAYS: Mapping[str, float] = {"theta": 3.0, "smoothing": 3.0, "trend": 2.0, "last_season": 2.0}
"""What each way weighs before its past errors are known. The order of the rows of a `BaseForecast`."""
ALONE = "alone"


@dataclass(frozen=True, slots=True, eq=False)
class BaseForecast:
    """Forecasts of one series: `mean` (ways × periods ahead), `fitted` (ways × past values; NaN where there is none), and the
    names of the `ways`.
    """

    mean: Values
    fitted: Values
    method: Method
    ways: tuple[str, ...] = (ALONE,)
    form: str = ""  # error, trend, season, damped: what exponential smoothing chose

    def weighted(self, weights: Values) -> "BaseForecast":
        """All ways as one; `weights` sum to 1. What one of them has not fitted, the others have."""
        there = weights[:, None] * ~np.isnan(self.fitted)
        share = np.where(there.sum(axis=0) > 0, there.sum(axis=0), np.nan)
        fitted = (there * np.nan_to_num(self.fitted)).sum(axis=0) / share
        return BaseForecast((weights @ self.mean)[None], fitted[None], self.method, form=self.form)


def seasonal_naive(y: Values, horizon: int, season_length: int) -> Values:
    """The value of the same period a season ago; the last value where there is no whole season, NaN where there is none."""
    if not len(y):
        return np.full(horizon, np.nan)
    last = y[-season_length:] if len(y) >= season_length else y[-1:]
    return np.resize(last, horizon).astype("float64")


def method_for(y: Values, season_length: int) -> Method:
    """The method a series calls for."""
    if not len(y):
        return "none"
    if not y.any():
        return "zero"
    if len(y) < FEW:
        return "mean"
    if y.min() == y.max():
        return "constant"
    if np.mean(y != 0) < REGULAR or len(y) < SHORT:
        return "smoothing"
    return "short" if len(y) < 2 * season_length else "combined"


def forecast(y: Values, horizon: int, season_length: int, form: str = "") -> BaseForecast:
    """The base forecasts of `y`. With `form`, exponential smoothing is estimated anew but not chosen anew,
    which costs a twentieth.
    """
    method = method_for(y, season_length)
    if method in ("none", "zero", "constant", "mean"):
        level = float(y.mean()) if len(y) else np.nan
        return BaseForecast(np.full((1, horizon), level), np.full((1, len(y)), level), method)
    if method == "smoothing":
        return _smoothing(y, horizon)
    try:
        ways, form = _theta_ets(y, horizon, season_length if method == "combined" else 1, form)
    except (Exception, SystemError):  # the libraries raise bare exceptions where an optimiser finds no way
        ways, method, form = {}, "seasonal_naive", ""
    trend = log_trend(y, horizon, season_length)
    if trend is not None:
        ways["trend"] = trend
    ways["last_season"] = last_season_grown(y, horizon, season_length)
    mean, fitted = (np.stack([way[at] for way in ways.values()]) for at in (0, 1))
    return BaseForecast(mean, fitted, method, tuple(ways), form)


def last_season_grown(y: Values, horizon: int, season_length: int) -> tuple[Values, Values]:
    """Last season's values, grown from season to season as seasons have; forecast and fitted values."""
    lag, grown = season_length if len(y) > season_length else 1, growth(y, season_length)
    seasons = 1 + np.arange(horizon) // season_length if len(y) >= season_length else np.zeros(horizon)
    fitted = np.r_[np.full(lag, np.nan), y[:-lag] * grown][: len(y)]
    return seasonal_naive(y, horizon, season_length) * grown**seasons, fitted


def growth(y: Values, season_length: int) -> float:
    """The last season's sum over that of the season before, shrunken: seasons that scatter say little of growth. 1 where there
    are no two seasons with something in them.
    """
    if len(y) < 2 * season_length or season_length < 2:
        return 1.0
    last, before = y[-season_length:], y[-2 * season_length : -season_length]
    if last.sum() <= 0 or before.sum() <= 0:
        return 1.0
    ratio = float(last.sum() / before.sum())
    noise = float(((last - ratio * before).var() * season_length) / last.sum() ** 2)
    return float(np.exp(np.log(ratio) * GROWTH**2 / (GROWTH**2 + noise)))


def library(name: str) -> Any:  # noqa: ANN401 - a module without types
    """A forecasting library, imported when needed and without what it says about progress bars in notebooks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


def _smoothing(y: Values, horizon: int) -> BaseForecast:
    """A smoothed level, zeros included: unbiased at a day that no sale chose, unlike Croston's ratio."""
    models = library("statsforecast.models")
    smoothed = models.SimpleExponentialSmoothingOptimized().forecast(y=y, h=horizon, fitted=True)
    return BaseForecast(_floats(smoothed["mean"])[None], _floats(smoothed["fitted"])[None], "smoothing")


def _theta_ets(y: Values, horizon: int, season_length: int, form: str) -> tuple[dict[str, tuple[Values, Values]], str]:
    models = library("statsforecast.models")
    theta = models.DynamicOptimizedTheta(season_length=season_length).forecast(y=y, h=horizon, fitted=True)
    fixed: dict[str, Any] = {"model": form[:3], "damped": form[3] == "D"} if form else {}
    if not form and season_length > LONGEST:
        fixed = {"model": "AZN"}
    ets = models.AutoETS(season_length=season_length, **fixed).fit(y=y)
    mean = {"theta": _floats(theta["mean"]), "smoothing": _floats(ets.predict(h=horizon)["mean"])}
    if not all(np.isfinite(one).all() for one in mean.values()):
        raise ValueError("the forecast is not finite")
    fitted = {"theta": _floats(theta["fitted"]), "smoothing": _floats(ets.predict_in_sample()["fitted"])}
    return {way: (mean[way], fitted[way]) for way in mean}, str(ets.model_["components"])


def _floats(values: "ArrayLike") -> Values:
    return np.asarray(values, dtype="float64")
