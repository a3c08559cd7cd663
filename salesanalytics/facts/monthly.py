"""What a plan rests on, month by month: win rate, deal size, cycle, leads, new deals, leavers and the mix of products.

In: tables as known on a day. Out: one series per quantity over rolling months that end with that day, oldest first, on the
scale on which noise has one size (arcsines of shares, square roots of counts, logarithms of sizes and days). A quantity with
too little behind it has no series.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import days_between
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.employment import stays
from salesanalytics.stats.alarms import LATEST

MOST_MONTHS, LEAST_MONTHS = 36, 12
WARM_UP = 4  # the first months of the data hold only deals that closed fast
LEAST = 30  # deals or leads before a change; fewer are not watched
LEAST_AFTER = 5
LEAST_LEAVERS = 3
FAMILIES = 3
Kind = Literal["share", "log", "count"]


@dataclass(frozen=True, slots=True)
class WatchedSeries:
    """One value per rolling month, oldest first, on the scale on which noise has one size, with the n behind it."""

    key: str
    kind: Kind
    value: Floats
    weight: Floats
    total: Floats  # what is pooled into `before` and `after`: successes, sums of logarithms or counts
    n: Floats
    detail: str = ""


def plan_series(tables: Tables, as_of: date) -> list[WatchedSeries]:
    """The quantities that can be watched; the product mix has one series for each of the largest families."""
    tables = known_on(tables, as_of)
    deals = tables["opportunity"].sort_values("opportunity_id", ignore_index=True)
    closed = deals[deals["is_closed"] & deals["closed_on"].notna()]
    decided = closed.assign(month=_month(closed["closed_on"], as_of))
    first = deals["created_on"].min()
    later = _months_since(first, as_of) - WARM_UP
    won = decided[decided["is_won"]]
    priced = won[won["amount"] > 0]
    timed = won.assign(cycle=days_between(won["created_at"], won["closed_at"])).dropna(subset=["cycle"])
    opened = deals.dropna(subset=["created_on"])
    opened = opened.assign(month=_month(opened["created_on"], as_of), family=_family(tables, opened))
    months = _months_since(first, as_of)
    series = [
        _shares("win_rate", decided["month"], decided["is_won"], later),
        _logs("deal_size", priced["month"], priced["amount"], later),
        _logs("cycle", timed["month"], timed["cycle"].clip(lower=0.5), later),
        _leads(tables, as_of),
        _counts("new_deals", opened["month"], months),
        *_mix(opened, months),
    ]
    return [one for one in series if one is not None]


def _leads(tables: Tables, as_of: date) -> WatchedSeries | None:
    if "lead" not in tables:
        return None
    created = tables["lead"]["created_on"].dropna()
    return _counts("lead_volume", _month(created, as_of), _months_since(created.min(), as_of))


def _family(tables: Tables, deals: pd.DataFrame) -> "pd.Series[Any]":
    """Product family of each deal: that of its main product."""
    product = deals["product_id"]
    if "product" in tables:
        family = tables["product"].set_index("product_id")["family"]
        return product.map(family).fillna(product)
    return product


def _mix(opened: pd.DataFrame, months: int) -> list[WatchedSeries | None]:
    """Shares of the largest families among new deals; nothing where there is only one."""
    known = opened.dropna(subset=["family"])
    sizes = known["family"].value_counts()
    sizes = sizes.sort_index().sort_values(ascending=False, kind="stable")
    if len(sizes) < 2:
        return []
    names = list(sizes.index[:FAMILIES] if len(sizes) > 2 else sizes.index[:1])
    return [_shares("product_mix", known["month"], known["family"].eq(name), months, str(name)) for name in names]


def _month(days: "pd.Series[Any]", as_of: date) -> "pd.Series[Any]":
    """How many whole months before the month that ends with `as_of`: 0 is that month itself."""
    today = pd.Timestamp(as_of)
    back: pd.Series[Any] = (today.year - days.dt.year) * 12 + today.month - days.dt.month
    # a day later in its month than as_of is in its own belongs to the rolling month after it
    last = min(today.day, 28) if not today.is_month_end else 31
    back -= (days.dt.day > last).astype("int64")
    return back


def _months_since(first: object, as_of: date) -> int:
    """Whole rolling months since `first`, a day or missing."""
    if not isinstance(first, pd.Timestamp):
        return 0
    return int(_month(pd.Series([first]), as_of).iloc[0])


def _per_month(month: "pd.Series[Any]", values: "pd.Series[Any]", months: int) -> Floats:
    """Sums per rolling month, oldest first."""
    inside = (month < months).to_numpy() & (month >= 0).to_numpy()
    place = months - 1 - month.to_numpy()[inside].astype(np.int64)
    sums: Floats = np.bincount(place, values.to_numpy(dtype=np.float64)[inside], months).astype(np.float64)
    return sums


def _usable(n: Floats, months: int) -> bool:
    return months >= LEAST_MONTHS and bool(n[-LATEST:].sum() >= LEAST_AFTER and n.sum() >= LEAST + LEAST_AFTER)


def _shares(key: str, month: "pd.Series[Any]", yes: "pd.Series[Any]", months: int, detail: str = "") -> WatchedSeries | None:
    months = min(months, MOST_MONTHS)
    if months < LEAST_MONTHS:
        return None
    total = _per_month(month, yes, months)
    n = _per_month(month, pd.Series(1.0, index=month.index), months)
    value = 2 * np.arcsin(np.sqrt((total + 0.375) / (n + 0.75)))  # Anscombe 1948
    return WatchedSeries(key, "share", value, n, total, n, detail) if _usable(n, months) else None


def _logs(key: str, month: "pd.Series[Any]", values: "pd.Series[Any]", months: int) -> WatchedSeries | None:
    months = min(months, MOST_MONTHS)
    if months < LEAST_MONTHS:
        return None
    total = _per_month(month, values.astype("float64").map(np.log), months)
    n = _per_month(month, pd.Series(1.0, index=month.index), months)
    return WatchedSeries(key, "log", total / np.maximum(n, 1), n, total, n) if _usable(n, months) else None


def _counts(key: str, month: "pd.Series[Any]", months: int) -> WatchedSeries | None:
    months = min(months, MOST_MONTHS)
    if months < LEAST_MONTHS:
        return None
    n = _per_month(month, pd.Series(1.0, index=month.index), months)
    value = 2 * np.sqrt(n + 0.375)
    return WatchedSeries(key, "count", value, np.ones(months), n, n) if n.sum() >= LEAST else None


def leavers_by_month(tables: Tables, as_of: date) -> Floats | None:
    """Leavers per rolling month, oldest first; None where fewer than 3 had left before the last six months."""
    if "rep" not in tables:
        return None
    tables = known_on(tables, as_of)
    left = stays(tables)["left"].dropna()
    months = min(_months_since(tables["opportunity"]["created_on"].min(), as_of), MOST_MONTHS)
    if months < LEAST_MONTHS or left.empty:
        return None
    counts = _per_month(_month(left, as_of), pd.Series(1.0, index=left.index), months)
    return counts if counts[:-LATEST].sum() >= LEAST_LEAVERS else None
