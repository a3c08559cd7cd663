"""One series forecast by itself: which method fits what is known of it, its forecast, and how it fits the past.

In: the values of one series. Out: `BaseForecast`: forecast, fitted values, method, and the form the exponential smoothing
took. The mean of the dynamic optimised theta method (Fiorucci et al. 2016) and exponential smoothing chosen by AICc (Hyndman
et al. 2002), both by statsforecast; simpler methods where the series is too short, mostly zero or never changes. Knows nothing
of other series.
"""

import importlib
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Method = Literal["none", "zero", "constant", "mean", "smoothing", "short", "theta_ets", "seasonal_naive", "combined"]
Values = NDArray[np.float64]
FEW = 4  # values; below, nothing but their mean can be told
SHORT = 8  # values; below, only a level can be smoothed
GROWTH = 0.15  # a season to the next: how far sums usually go apart (sd of the logarithm)
REGULAR = 1 / 1.32  # share of periods with something in them; below, demand is intermittent (Syntetos and Boylan 2005)


@dataclass(frozen=True, slots=True, eq=False)
class BaseForecast:
    """Forecast of one series: `mean` (one per period ahead), `fitted` (one per past value; NaN where there is none)."""

    mean: Values
    fitted: Values
    method: Method
    form: str = ""  # error, trend, season, damped: what exponential smoothing chose


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
    return "short" if len(y) < 2 * season_length else "theta_ets"


def forecast(y: Values, horizon: int, season_length: int, form: str = "") -> BaseForecast:
    """The base forecast of `y`. With `form`, exponential smoothing is estimated anew but not chosen anew,
    which costs a twentieth.
    """
    method = method_for(y, season_length)
    if method in ("none", "zero", "constant", "mean"):
        level = float(y.mean()) if len(y) else np.nan
        return BaseForecast(np.full(horizon, level), np.full(len(y), level), method)
    if method == "smoothing":
        return _smoothing(y, horizon)
    try:
        return _theta_ets(y, horizon, season_length if method == "theta_ets" else 1, method, form)
    except (Exception, SystemError):  # the libraries raise bare exceptions where an optimiser finds no way
        return naive_base(y, horizon, season_length)


def naive_base(y: Values, horizon: int, season_length: int) -> BaseForecast:
    """The seasonal naive as a base forecast."""
    lag = season_length if len(y) > season_length else 1
    return BaseForecast(
        seasonal_naive(y, horizon, season_length), np.r_[np.full(lag, np.nan), y[:-lag]][: len(y)], "seasonal_naive"
    )


def with_last_season(y: Values, base: BaseForecast, season_length: int) -> BaseForecast:
    """The mean of a forecast and last season's values grown as seasons have: where neither has shown to be the better one."""
    grown = growth(y, season_length)
    horizon = len(base.mean)
    seasons = 1 + np.arange(horizon) // season_length if len(y) >= season_length else np.zeros(horizon)
    last = naive_base(y, horizon, season_length)
    return BaseForecast(
        (base.mean + last.mean * grown**seasons) / 2, (base.fitted + last.fitted * grown) / 2, "combined", base.form
    )


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
    return BaseForecast(_floats(smoothed["mean"]), _floats(smoothed["fitted"]), "smoothing")


def _theta_ets(y: Values, horizon: int, season_length: int, method: Method, form: str) -> BaseForecast:
    models = library("statsforecast.models")
    theta = models.DynamicOptimizedTheta(season_length=season_length).forecast(y=y, h=horizon, fitted=True)
    fixed: dict[str, Any] = {"model": form[:3], "damped": form[3] == "D"} if form else {}
    ets = models.AutoETS(season_length=season_length, **fixed).fit(y=y)
    mean = (_floats(theta["mean"]) + _floats(ets.predict(h=horizon)["mean"])) / 2
    fitted = (_floats(theta["fitted"]) + _floats(ets.predict_in_sample()["fitted"])) / 2
    if not np.isfinite(mean).all():
        raise ValueError("the forecast is not finite")
    return BaseForecast(mean, fitted, method, str(ets.model_["components"]))


def _floats(values: "ArrayLike") -> Values:
    return np.asarray(values, dtype="float64")
