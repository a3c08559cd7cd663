"""KPIs of closed and open deals: bookings, win rate, deal size, cycle, velocity, slippage, deals at risk."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.calendar import Period, days_between
from salesanalytics.facts.risk import at_risk
from salesanalytics.kpi.measure import Measure, Scope, keeps_losses
from salesanalytics.stats.intervals import bootstrap_interval, mean_interval, share_interval, weighted_share_interval

MOST_WITHOUT_AMOUNT = 0.2  # of the lost deals; with more, a win rate by amount would be a win rate of record keeping


def bookings(scope: Scope) -> Measure:
    """Amount won in the period: a sum, so nothing is estimated."""
    won = scope.won
    return Measure(float(won["amount"].sum()), len(won), numerator=float(won["amount"].sum()))


def pipeline(scope: Scope) -> Measure:
    """Amount of the deals open on as_of; deals without amount count in n only."""
    amount = scope.open["amount"]
    if len(amount) and amount.isna().all():
        return Measure.absent("column_empty", len(amount))
    return Measure(float(amount.sum()), len(amount), numerator=float(amount.sum()))


def win_rate(scope: Scope) -> Measure:
    """won / (won + lost) by count, deals closed in the period."""
    closed = scope.closed
    won, n = int(closed["is_won"].sum()), len(closed)
    if n == 0:
        return Measure.absent("none_counted")
    if not keeps_losses(scope.deals):
        return Measure.absent("column_empty", n)
    return Measure.estimate(won / n, n, share_interval(won, n), numerator=won, denominator=n)


def win_rate_amount(scope: Scope) -> Measure:
    """Won amount / (won + lost amount), deals closed in the period."""
    closed = scope.closed
    if closed.empty:
        return Measure.absent("none_counted")
    lost = closed[~closed["is_won"]]
    if not keeps_losses(scope.deals) or (len(lost) and lost["amount"].isna().mean() > MOST_WITHOUT_AMOUNT):
        return Measure.absent("column_empty", len(closed))
    known = closed.dropna(subset=["amount"])
    amount, won = known["amount"].to_numpy(), known["is_won"].to_numpy()
    if amount.sum() == 0:
        return Measure.absent("none_counted", len(known))

    value = float(amount[won].sum() / amount.sum())
    interval = weighted_share_interval(value, amount)
    return Measure.estimate(value, len(known), interval, numerator=float(amount[won].sum()), denominator=float(amount.sum()))


def average_deal(scope: Scope) -> Measure:
    """Mean amount of the deals won in the period."""
    return _mean(scope.won["amount"])


def average_lost_deal(scope: Scope) -> Measure:
    """Mean amount of the deals lost in the period."""
    closed = scope.closed
    return _mean(closed.loc[~closed["is_won"], "amount"])


def cycle(scope: Scope) -> Measure:
    """Mean days from creation to winning."""
    return _mean(days_to_close(scope.won))


def cycle_lost(scope: Scope) -> Measure:
    """Mean days from creation to losing."""
    closed = scope.closed
    return _mean(days_to_close(closed[~closed["is_won"]]))


def velocity(scope: Scope) -> Measure:
    """Bookings per day that the open pipeline makes: open qualified deals × average won deal × win rate ÷ sales cycle.

    The last three are taken over 12 months; the interval redraws them, the number of open deals is a fact.
    """
    year = scope.trailing()
    closed = year.closed
    if closed.empty or not closed["is_won"].any():
        return Measure.absent("none_counted", len(closed))
    if win_rate(year).value is None or days_to_close(year.won).isna().all():
        return Measure.absent("column_empty", len(closed))
    won, amount = closed["is_won"].to_numpy(), closed["amount"].to_numpy()
    days = days_to_close(closed).to_numpy(dtype=float)
    waiting = len(qualified(scope))

    def per_day(rows: NDArray[np.intp]) -> float:
        drawn = won[rows]
        length = np.nanmean(days[rows][drawn]) if drawn.any() else np.nan
        return float(waiting * amount[rows][drawn].mean() * drawn.mean() / length) if length > 0 else np.nan

    value = per_day(np.arange(len(closed)))
    if not np.isfinite(value):
        return Measure.absent("none_counted", len(closed))
    return Measure.estimate(value, len(closed), bootstrap_interval(len(closed), per_day))


def slippage(scope: Scope) -> Measure:
    """Of the deals that at the start of the last full period were due in it, the share that did not close in it."""
    period = scope.period if scope.as_of >= scope.period.end else scope.period.shift(-1)
    if scope.deals["expected_close_date"].isna().all():
        return Measure.absent("column_empty")
    if not scope.tables.logs_dates:
        return Measure.absent("dates_not_logged")
    due = due_at_start(scope, period)
    later = scope.deals.set_index("opportunity_id").loc[due["opportunity_id"], "closed_on"]
    n, slipped = len(due), int((~period.holds(later)).sum())
    if n == 0:
        return Measure.absent("none_counted")
    measure = Measure.estimate(slipped / n, n, share_interval(slipped, n), numerator=slipped, denominator=n)
    return replace(measure, period=period)


def due_at_start(scope: Scope, period: Period) -> pd.DataFrame:
    """Deals open when `period` began and then expected to close in it."""
    before = scope.at((pd.Timestamp(period.start) - pd.Timedelta(days=1)).date()).open
    return before[period.holds(before["expected_close_date"])]


def at_risk_share(scope: Scope) -> Measure:
    """Share of the open deals that are at risk (see analyses.risk)."""
    deals = at_risk(scope.tables, as_of=scope.as_of)
    n, risky = len(deals), int(deals["at_risk"].sum())
    if n == 0:
        return Measure.absent("none_counted")
    return Measure.estimate(risky / n, n, share_interval(risky, n), numerator=risky, denominator=n)


def qualified(scope: Scope) -> pd.DataFrame:
    """Open deals beyond the first stage; all open ones where stages have no order."""
    if "stage" not in scope.tables:
        return scope.open
    stages = scope.tables["stage"]
    first = stages.loc[stages.groupby("pipeline")["sort_order"].idxmin(), ["pipeline", "stage"]]
    return scope.open.merge(first, how="left", on=["pipeline", "stage"], indicator=True).query("_merge == 'left_only'")


def days_to_close(deals: pd.DataFrame) -> "pd.Series[float]":
    """Days from creation to closing; missing where the creation is unknown."""
    return days_between(deals["created_at"], deals["closed_at"])


def _mean(values: "pd.Series[float]") -> Measure:
    known = np.asarray(values.dropna(), dtype=np.float64)
    if len(known) == 0:
        return Measure.absent("column_empty" if len(values) else "none_counted", len(values))
    return Measure.estimate(
        float(known.mean()), len(known), mean_interval(known), numerator=float(known.sum()), denominator=len(known)
    )
