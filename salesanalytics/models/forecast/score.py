"""How wrong forecasts were: every measure of error, defined once.

In: the actual bookings, what was forecast, and the history where a scale is needed, as plain arrays of one series or several
pooled. Out: floats (NaN where the measure has no denominator). Never fits anything.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEASONALITY_TEST = 1.645  # the M competitions test the seasonal lag at 90%, two-sided


def wape(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Sum of absolute errors ÷ sum of absolute actuals, 0..∞; Kolassa and Schütz (2007), as MAE ÷ mean."""
    y, f = _pair(actual, forecast)
    return _ratio(np.abs(y - f).sum(), np.abs(y).sum())


def bias(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Sum of (forecast - actual) ÷ sum of absolute actuals: above 0 the forecast promised too much."""
    y, f = _pair(actual, forecast)
    return _ratio((f - y).sum(), np.abs(y).sum())


def smape(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Mean of 2|y - f| ÷ (|y| + |f|), 0..2, a point where both are 0 counting 0; Makridakis (1993), as the M4 used it."""
    y, f = _pair(actual, forecast)
    size = np.abs(y) + np.abs(f)
    return float(np.mean(np.divide(2 * np.abs(y - f), size, out=np.zeros_like(size), where=size > 0)))


def seasonal_scale(history: ArrayLike, season_length: int) -> float:
    """Mean |y[t] - y[t - m]| of `history`; the last value's error (m = 1) where it is no longer than m. NaN: one value."""
    y = np.asarray(history, dtype="float64")
    lag = season_length if len(y) > season_length else 1
    return float(np.mean(np.abs(y[lag:] - y[:-lag]))) if len(y) > lag else float("nan")


def mase(actual: ArrayLike, forecast: ArrayLike, history: ArrayLike, season_length: int) -> float:
    """Mean absolute error ÷ the in-sample mean absolute error of the seasonal naive; Hyndman and Koehler (2006)."""
    y, f = _pair(actual, forecast)
    return _ratio(np.abs(y - f).mean(), seasonal_scale(history, season_length))


def owa(actual_smape: float, actual_mase: float, naive_smape: float, naive_mase: float) -> float:
    """Mean of the two ratios to Naive2, each of means over series (M4, Makridakis et al. 2020): below 1 is better.

    The arguments are means over series of `smape` and `mase`, of the method and of `naive2`.
    """
    return (_ratio(actual_smape, naive_smape) + _ratio(actual_mase, naive_mase)) / 2


def msis(
    actual: ArrayLike, low: ArrayLike, high: ArrayLike, history: ArrayLike, season_length: int, *, level: float = 0.95
) -> float:
    """Mean scaled interval score: width + 2/α × what lies outside, ÷ `seasonal_scale`; Gneiting and Raftery (2007), M4."""
    y, lo = _pair(actual, low)
    _, hi = _pair(actual, high)
    miss = np.maximum(lo - y, 0) + np.maximum(y - hi, 0)
    return _ratio((hi - lo + 2 / (1 - level) * miss).mean(), seasonal_scale(history, season_length))


def quantile_loss(actual: ArrayLike, forecast: ArrayLike, probability: float) -> float:
    """Mean pinball loss of a forecast of the `probability` quantile, in the unit of the data; Koenker and Bassett (1978)."""
    y, f = _pair(actual, forecast)
    return float(np.mean(np.maximum(probability * (y - f), (probability - 1) * (y - f))))


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Share of actuals within `low`..`high`, both included, 0..1; points without a range do not count. NaN: none has one."""
    y, lo = _pair(actual, low)
    _, hi = _pair(actual, high)
    there = ~(np.isnan(lo) | np.isnan(hi))
    return float(np.mean((lo[there] <= y[there]) & (y[there] <= hi[there]))) if there.any() else float("nan")


def naive2(history: ArrayLike, horizon: int, season_length: int) -> NDArray[np.float64]:
    """The M competitions' benchmark: the last value, seasonally adjusted where the season is there.

    The season is there if the history has 3 of them and the autocorrelation at its lag exceeds Bartlett's 90% limit; it is
    taken out by classical multiplicative decomposition (centred moving average), so the history has to be positive.
    """
    y = np.asarray(history, dtype="float64")
    index = _season_index(y, season_length) if _seasonal(y, season_length) else np.ones(season_length)
    level = y[-1] / index[(len(y) - 1) % season_length]
    return np.asarray(level * index[np.arange(len(y), len(y) + horizon) % season_length])


def _seasonal(y: NDArray[np.float64], m: int) -> bool:
    if m < 2 or len(y) < 3 * m or y.min() <= 0 or y.min() == y.max():
        return False
    e = y - y.mean()
    r = np.array([(e[lag:] * e[:-lag]).sum() for lag in range(1, m + 1)]) / (e * e).sum()
    return bool(abs(r[-1]) > SEASONALITY_TEST * np.sqrt((1 + 2 * (r[:-1] ** 2).sum()) / len(y)))


def _season_index(y: NDArray[np.float64], m: int) -> NDArray[np.float64]:
    window = np.ones(m) / m if m % 2 else np.r_[0.5, np.ones(m - 1), 0.5] / m
    middle = np.convolve(y, window, "valid")
    first = (len(window) - 1) // 2
    ratio, phase = y[first : first + len(middle)] / middle, np.arange(first, first + len(middle)) % m
    index = np.array([ratio[phase == at].mean() for at in range(m)])
    return np.asarray(index * m / index.sum())


def _pair(one: ArrayLike, other: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, f = np.asarray(one, dtype="float64"), np.asarray(other, dtype="float64")
    if y.shape != f.shape:
        raise ValueError(f"{y.shape} actual values and {f.shape} forecasts; expected one forecast per actual value")
    return y, f


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")
