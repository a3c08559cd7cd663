"""What each seller's own deals say of each KPI: a value with its error, for the last 12 months and for each quarter of them.

In: `rep` and `opportunity`, with `activity`, `quota`, `opportunity_history` and `forecast_submission` where they are kept. Out:
one row per present seller, KPI and stretch of days. Sizes and cycles are compared within the customers' segment; the months in
which somebody was new do not count among what is opened and done. Of managers and SDRs, who sell nothing themselves, nothing.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.facts.people import MONTH_DAYS, present, rep_months, team_stays
from salesanalytics.facts.quotas import rep_quotas_of
from salesanalytics.kpi.goals import past_calls
from salesanalytics.kpi.measure import Scope, keeps_losses
from salesanalytics.models.forecast.book import FAR, book, day_number

YEAR = "year"
PARTS = ("q1", "q2", "q3", "q4")
"""The four quarters of the last 12 months, the oldest first."""
SHARES = ("win_rate", "slippage")
LOGS = ("average_deal", "cycle", "opened", "activities")
"""Compared as ratios: their value and error are logarithms."""
BETTER = {
    "win_rate": "higher", "average_deal": "higher", "cycle": "lower", "opened": "higher", "activities": "neither",
    "attainment": "higher", "slippage": "lower", "forecast_bias": "neither",
}  # fmt: skip
SETTLED_MONTHS = 6  # of tenure; before, what somebody opens and does is the ramp's
LEAST = 3  # deals or periods behind a value
COLUMNS = ["rep_id", "role", "kpi", "part", "value", "error", "yes", "n"]


def rep_measures(tables: Tables, *, as_of: date, period: Period) -> pd.DataFrame:
    """One row per seller who is in the team on `as_of`, KPI and part (`year`, or a quarter of it, see PARTS).

    Columns: rep_id, role, kpi, part, value and error (logarithms for LOGS), yes (of shares), n (what it rests on: deals, months
    or periods). `period` says which full periods goals and forecasts are looked at: the last four.
    """
    tables = known_on(tables, as_of)
    there = present(team_stays(tables, as_of), as_of)["rep_id"]
    if there.empty:
        return pd.DataFrame(columns=COLUMNS)
    past = (
        [period.shift(step) for step in range(-4, 0)] if as_of < period.end else [period.shift(step) for step in range(-3, 1)]
    )
    frames = [*_of_deals(tables, as_of), *_of_months(tables, as_of), *_of_periods(tables, past, as_of)]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[rows["rep_id"].isin(there) & (rows["n"] >= np.where(rows["part"] == YEAR, LEAST, 1))]
    role = tables["rep"].set_index("rep_id")["role"]
    rows = rows.assign(role=rows["rep_id"].map(role))
    return rows.sort_values(["kpi", "part", "rep_id"], ignore_index=True)[COLUMNS]


def _of_deals(tables: Known, as_of: date) -> Iterator[pd.DataFrame]:
    """Win rate, size and cycle of the deals closed within 12 months."""
    year, deals = trailing_year(as_of), tables["opportunity"]
    closed = deals[deals["is_closed"] & year.holds(deals["closed_on"])]
    closed = closed.assign(rep_id=closed["owner_rep_id"], part=_quarter(closed["closed_on"], year))
    if keeps_losses(deals):
        yield _shares("win_rate", closed.assign(yes=closed["is_won"].astype("float64")))
    won = closed[closed["is_won"]]
    segment = pd.Series("", index=won.index)
    if "account" in tables:
        segment = won["account_id"].map(tables["account"].set_index("account_id")["segment"]).fillna("")
    days = (won["closed_at"] - won["created_at"]).dt.total_seconds() / 86_400
    yield _logs("average_deal", won.assign(x=won["amount"]), segment)
    yield _logs("cycle", won.assign(x=days.clip(lower=0.5)), segment)


def _of_months(tables: Known, as_of: date) -> Iterator[pd.DataFrame]:
    """Opportunities opened per month and activities per week of presence, of people past their first half year."""
    months = rep_months(tables, as_of)
    if months.empty:
        return
    last = pd.Timestamp(as_of).to_period("M").start_time
    ago = (last.year - months["month"].dt.year) * 12 + last.month - months["month"].dt.month
    months = months.rename(columns={"part": "there"}).assign(part=[PARTS[3 - min(back // 3, 3)] for back in ago])
    months = months[(ago < 12) & (months["tenure"] >= SETTLED_MONTHS)]
    yield _rates("opened", months, months["opened"])
    activity = tables.get("activity")
    if activity is None or not len(activity):
        return
    month = activity["occurred_on"].dt.to_period("M").dt.start_time
    done = activity.groupby([activity["rep_id"], month.rename("month")]).size().rename("done").reset_index()
    joined = months[["rep_id", "month"]].merge(done, how="left", on=["rep_id", "month"])["done"].fillna(0.0)
    weeks = months.assign(there=months["there"] * MONTH_DAYS / 7)
    yield _rates("activities", weeks, pd.Series(joined.to_numpy(), index=months.index))


def _of_periods(tables: Known, past: list[Period], as_of: date) -> Iterator[pd.DataFrame]:
    """Attainment, slippage and forecast bias over the last four full periods."""
    if "quota" in tables:
        yield _attainment(tables, past, as_of)
    yield _slippage(tables, past, as_of)
    if "forecast_submission" in tables:
        yield _bias(tables, past, as_of)


def _quarter(day: "pd.Series[pd.Timestamp]", year: Period) -> "pd.Series[str]":
    place = ((day - pd.Timestamp(year.start)).dt.days * 4 // year.days).clip(0, 3)
    return place.map(dict(enumerate(PARTS)))


def _both(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows for their own quarter, and once more for the year."""
    return pd.concat([rows, rows.assign(part=YEAR)], ignore_index=True)


def _shares(kpi: str, rows: pd.DataFrame) -> pd.DataFrame:
    sums = _both(rows[["rep_id", "part", "yes"]]).groupby(["rep_id", "part"])["yes"].agg(["sum", "size"]).reset_index()
    sums = sums.rename(columns={"sum": "yes", "size": "n"})
    return sums.assign(kpi=kpi, value=sums["yes"] / sums["n"], error=np.nan)


def _logs(kpi: str, rows: pd.DataFrame, segment: "pd.Series[str]") -> pd.DataFrame:
    """Mean logarithms beside those of the same segment, put back to the level of the whole; one spread of deals for all.

    The level is that of the arithmetic mean, which for log-normal values lies half their variance above.
    """
    rows = rows.assign(segment=segment)[rows["x"] > 0]
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    log = pd.Series(np.log(rows["x"].to_numpy(dtype=np.float64)), index=rows.index)
    rows = rows.assign(log=log - log.groupby(rows["segment"]).transform("mean") + log.mean())
    own = rows["log"] - rows.groupby("rep_id")["log"].transform("mean")
    spread = float(np.sqrt((own**2).sum() / max(len(rows) - rows["rep_id"].nunique(), 1)))
    sums = _both(rows[["rep_id", "part", "log"]]).groupby(["rep_id", "part"])["log"].agg(["mean", "size"]).reset_index()
    value = sums["mean"] + spread**2 / 2
    return sums.assign(kpi=kpi, value=value, error=max(spread, 1e-6) / np.sqrt(sums["size"]), yes=np.nan, n=sums["size"])


def _rates(kpi: str, months: pd.DataFrame, count: "pd.Series[float]") -> pd.DataFrame:
    """Logarithm of a count per month of presence; its error by how much months of one person scatter (quasi-Poisson)."""
    rows = months.assign(count=count.astype("float64"))
    if not rows["count"].sum():
        return pd.DataFrame(columns=COLUMNS)
    by = rows.groupby("rep_id")[["count", "there"]].transform("sum")
    expected = (by["count"] / by["there"] * rows["there"]).clip(lower=1e-9)
    free = max(len(rows) - rows["rep_id"].nunique(), 1)
    wide = max(float(((rows["count"] - expected) ** 2 / expected).sum()) / free, 1.0)
    sums = _both(rows[["rep_id", "part", "count", "there"]]).groupby(["rep_id", "part"]).sum().reset_index()
    months_of = _both(rows[["rep_id", "part"]]).groupby(["rep_id", "part"]).size().to_numpy()
    seen = sums["count"] + 0.5  # none has no logarithm
    return sums.assign(kpi=kpi, value=np.log(seen / sums["there"]), error=np.sqrt(wide / seen), yes=np.nan, n=months_of)


def _attainment(tables: Known, past: list[Period], as_of: date) -> pd.DataFrame:
    """Booked of the quota; its error is that of a sum of so many deals as the quota asks for, of the sizes they have."""
    won = tables["opportunity"]
    won = won[won["is_won"] & won["amount"].gt(0)]
    parts = []
    for part, period, quota in zip(PARTS, past, rep_quotas_of(tables, past, as_of), strict=True):
        booked = won[period.holds(won["closed_on"])].groupby("owner_rep_id")["amount"].sum()
        rows = quota.loc[quota["quota"] > 0, ["rep_id", "quota"]]
        parts.append(rows.assign(booked=rows["rep_id"].map(booked).fillna(0.0).astype("float64"), part=part))
    rows = pd.concat(parts, ignore_index=True)
    if rows.empty or not rows["booked"].sum():
        return pd.DataFrame(columns=COLUMNS)
    sums = _both(rows).groupby(["rep_id", "part"])[["quota", "booked"]].sum().reset_index()
    periods = _both(rows).groupby(["rep_id", "part"]).size().to_numpy()
    of_deals = float((won["amount"] ** 2).mean() / won["amount"].mean())
    usual = float(rows["booked"].sum() / rows["quota"].sum())
    error = np.sqrt(of_deals * usual * sums["quota"]) / sums["quota"]
    return sums.assign(kpi="attainment", value=sums["booked"] / sums["quota"], error=error, yes=np.nan, n=periods)


def _slippage(tables: Known, past: list[Period], as_of: date) -> pd.DataFrame:
    """Of the deals due in a period when it began, those that did not close in it; by today's owner."""
    if "opportunity_history" not in tables or not tables.logs_dates:
        return pd.DataFrame(columns=COLUMNS)
    deals = book(tables, as_of)
    owner = tables["opportunity"].set_index("opportunity_id")["owner_rep_id"].reindex(deals.ids).to_numpy(dtype=object)
    parts = []
    for part, period in zip(PARTS, past, strict=True):
        start, end = day_number(period.start), day_number(period.end)
        waiting = deals.open_on(start - 1)
        due = waiting.deal[(waiting.expected >= start) & (waiting.expected <= min(end, FAR - 1))]
        slipped = ~((deals.closed[due] >= start) & (deals.closed[due] <= end))
        parts.append(pd.DataFrame({"rep_id": owner[due], "part": part, "yes": slipped.astype("float64")}))
    return _shares("slippage", pd.concat(parts, ignore_index=True))


def _bias(tables: Known, past: list[Period], as_of: date) -> pd.DataFrame:
    """(Forecast − bookings) ÷ the seller's mean bookings, per period, four weeks before its end; one spread for all."""
    calls = past_calls(Scope(tables, past[-1].shift(1), as_of))  # those before it, so the last full period is in
    usual = calls.groupby("rep_id")["actual"].transform("mean")
    rows = calls.assign(off=(calls["forecast"] - calls["actual"]) / usual)[usual > 0]
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    own = rows["off"] - rows.groupby("rep_id")["off"].transform("mean")
    spread = float(np.sqrt((own**2).sum() / max(len(rows) - rows["rep_id"].nunique(), 1)))
    quarter = {pd.Timestamp(period.start): part for part, period in zip(PARTS, past, strict=True)}
    rows = pd.concat([rows.assign(part=rows["period_start"].map(quarter)), rows.assign(part=YEAR)], ignore_index=True)
    sums = rows.dropna(subset=["part"]).groupby(["rep_id", "part"])["off"].agg(["mean", "size"]).reset_index()
    error = max(spread, 1e-6) / np.sqrt(sums["size"])
    return sums.assign(kpi="forecast_bias", value=sums["mean"], error=error, yes=np.nan, n=sums["size"])
