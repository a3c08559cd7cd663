"""Who sells, since when, and how long sellers stay: what plans of quotas and of hires both rest on.

In: `rep`, `rep_assignment` where there is one, `opportunity`. Out: stays (one row per seller and stay in the team), months
(one row per seller and calendar month), the ramp by month of tenure, and the rate at which sellers leave. Leavers stay in.
People who left before the records begin are not in them, so everybody counts from the first recorded deal on and not from the
hire (delayed entry). Never anything about one person's chance to leave.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.first_values import first_values
from salesanalytics.data.tables.once import once
from salesanalytics.data.tables.teams import spans, team_on
from salesanalytics.facts.employment import in_teams, stays
from salesanalytics.stats.intervals import rate_interval

Outcome = Literal["opened", "won"]

NOT_SELLING = ("manager", "sdr")
MONTH_DAYS = 30.4375
YEAR_DAYS = 365.25
TENURED = 12  # completed months after which a seller counts as up to speed
USUAL_RAMP = 6  # without data: rising evenly to full speed over half a year
PRIOR_DEALS = 5.0  # the usual ramp weighs as much as so many deals in each month of tenure
ENOUGH_DEALS = 30.0


@once
def team_stays(tables: Tables, as_of: date) -> pd.DataFrame:
    """One row per seller and stay in these tables' team: rep_id, hired, since, until, left.

    `since` is the first day in the team on which the records could have shown a leaving, `until` the last one, at most
    `as_of`. `left`: the stay ended because the person left the company. Who moved to another team has not left.
    """
    tables = known_on(tables, as_of)
    begin, today = records_begin(tables, as_of), pd.Timestamp(as_of)
    employed = stays(tables)
    employed = employed[~employed["role"].isin(NOT_SELLING)]
    stay = in_teams(tables, employed[["rep_id", "hired", "left"]], begin, today)
    return stay[["rep_id", "hired", "since", "until", "left"]]


@once
def records_begin(tables: Tables, as_of: date) -> pd.Timestamp:
    """The day of the first deal opened or closed; `as_of` where there is none."""
    deals = known_on(tables, as_of)["opportunity"]
    first = pd.concat([deals["created_on"], deals["closed_on"]]).min()
    return pd.Timestamp(as_of) if pd.isna(first) else pd.Timestamp(first)


@once
def bookings_settled(tables: Tables, as_of: date) -> pd.Timestamp:
    """From when on bookings hold deals of every length: as long after the records begin as nine tenths of the money take to
    be won, and not before the first deal closed. Months before are no bad months of the season. A year is left where there is
    one.
    """
    won = known_on(tables, as_of)["opportunity"]
    won = won[won["is_won"]]
    begin, today = records_begin(tables, as_of), pd.Timestamp(as_of)
    timed = won.assign(days=(won["closed_on"] - won["created_on"]).dt.days).dropna(subset=["days"]).sort_values("days")
    if timed.empty:
        return begin
    money = timed["amount"].fillna(0.0).cumsum().to_numpy() if timed["amount"].sum() > 0 else np.arange(1.0, len(timed) + 1)
    days = float(timed["days"].to_numpy()[np.searchsorted(money, 0.9 * money[-1])])
    settled = max(begin + pd.Timedelta(days=days), pd.Timestamp(won["closed_on"].min()))
    latest = today - pd.Timedelta(days=YEAR_DAYS + MONTH_DAYS)
    return max(begin, min(settled, latest))


def present(stay: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The stays that last: sellers who are in the team at the end of `as_of`."""
    return stay[(stay["until"] >= pd.Timestamp(as_of)) & ~stay["left"]].drop_duplicates("rep_id", keep="last")


@once
def sellers_on(tables: Tables, day: pd.Timestamp) -> pd.DataFrame:
    """One row per seller with the company on a day: rep_id, role, team_id."""
    rows = stays(tables)
    there = ~(rows["hired"] > day) & ~(rows["left"] <= day) & ~rows["role"].isin(NOT_SELLING)
    found = rows.loc[there, ["rep_id", "role"]].drop_duplicates("rep_id").reset_index(drop=True)
    return found.assign(team_id=team_on(found["rep_id"], pd.Series(day, index=found.index), spans(tables)))


def tenure_months(hired: "pd.Series[pd.Timestamp]", day: "pd.Timestamp | pd.Series[pd.Timestamp]") -> Floats:
    """Months from hire to `day`; infinite where the hire date is unknown: such people count as up to speed."""
    months = (day - hired).dt.total_seconds() / 86_400 / MONTH_DAYS
    return np.asarray(months.fillna(np.inf).clip(lower=0), dtype=np.float64)


@once
def rep_months(tables: Tables, as_of: date) -> pd.DataFrame:
    """One row per seller and calendar month since the records begin: rep_id, month, part, tenure, opened, won, booked.

    `part` is the share of the month's days the seller was in the team, `tenure` the months since the hire in the middle of
    these days; `opened` counts deals by who opened them, `won` and `booked` (base currency) by who owned them when won.
    """
    tables = known_on(tables, as_of)
    stay = team_stays(tables, as_of)
    if stay.empty:
        return pd.DataFrame(columns=["rep_id", "month", "part", "tenure", "opened", "won", "booked"])
    months = pd.date_range(stay["since"].min().to_period("M").start_time, pd.Timestamp(as_of), freq="MS", unit="us")
    grid = stay.merge(pd.DataFrame({"month": months}), how="cross")
    ends = grid["month"] + pd.offsets.MonthEnd(0)
    first, last = (
        grid["since"].where(grid["since"] > grid["month"], grid["month"]),
        grid["until"].where(grid["until"] < ends, ends),
    )
    days = (last - first).dt.days + 1
    tenure = tenure_months(grid["hired"], first + (last - first) / 2)
    grid = grid.assign(days=days, part=days / grid["month"].dt.days_in_month, tenure=tenure)[days > 0]
    grid["tenure"] = grid["tenure"].where(np.isfinite(grid["tenure"]), 999.0)
    rows = grid.groupby(["rep_id", "month"], as_index=False).agg(part=("part", "sum"), tenure=("tenure", "mean"))
    for name, made in _made(tables).items():
        rows = rows.merge(made.rename(name).reset_index(), on=["rep_id", "month"], how="left")
    return rows.fillna({"opened": 0.0, "won": 0.0, "booked": 0.0})


def _made(tables: Tables) -> "dict[str, pd.Series[float]]":
    """What each rep opened, won and booked per calendar month."""
    deals = tables["opportunity"]
    opener = first_values(tables, "owner_rep_id").fillna(deals["owner_rep_id"])
    won = deals[deals["is_won"]]
    by = {"rep_id": won["owner_rep_id"], "month": won["closed_on"].dt.to_period("M").dt.start_time}
    opened_by = pd.DataFrame({"rep_id": opener, "month": deals["created_on"].dt.to_period("M").dt.start_time}).dropna()
    return {
        "opened": opened_by.groupby(["rep_id", "month"]).size(),
        "won": won.assign(**by).groupby(["rep_id", "month"]).size(),
        "booked": won.assign(**by).groupby(["rep_id", "month"])["amount"].sum(),
    }


@dataclass(frozen=True, slots=True, eq=False)
class Ramp:
    """How new sellers come up to speed.

    `table`: one row per completed month of tenure up to a year: month, share (of a seller with more than a year), low, high
    (95%), deals, years (person-years looked at). `known`: whether at least 30 deals were to be expected of the newcomers'
    months; where not, the curve leans on the usual one, an even rise over half a year. `reps`: newcomers seen.
    """

    table: pd.DataFrame
    known: bool
    reps: int

    def at(self, tenure: Floats) -> Floats:
        """Share of full speed at a tenure in months."""
        month = np.clip(np.nan_to_num(tenure, posinf=TENURED), 0, TENURED).astype(np.int64)
        return np.asarray(np.append(self.table["share"].to_numpy(), 1.0)[month])

    @property
    def months_to(self) -> int:
        """Completed months of tenure from which at least 80% is reached."""
        return int(np.argmax(np.append(self.table["share"].to_numpy(), 1.0) >= 0.8))


@once
def ramp_curve(tables: Tables, *, as_of: date, outcome: Outcome = "won") -> Ramp:
    """Deals per month of tenure beside those of sellers with more than a year, per day of presence.

    Counts are taken as Poisson with a gamma prior around the usual ramp (intervals widened by how much people differ), and
    the curve as never falling (isotonic regression weighted by what was to be expected; Barlow et al. 1972). Deals won follow
    the ones opened by a sales cycle.
    """
    months = rep_months(tables, as_of)
    usual = np.minimum((np.arange(TENURED) + 0.5) / USUAL_RAMP, 1.0)
    young = months[months["tenure"] < TENURED] if len(months) else months
    old = months[months["tenure"] >= TENURED] if len(months) else months
    full = float(old[outcome].sum() / old["part"].sum()) if len(old) else 0.0
    at = np.asarray(young["tenure"], dtype=np.int64) if len(young) else np.zeros(0, dtype=np.int64)
    deals = np.bincount(at, young[outcome].astype("float64"), minlength=TENURED)
    exposure = np.bincount(at, young["part"].astype("float64"), minlength=TENURED)
    expected = exposure * full
    shape, weight = deals + PRIOR_DEALS * usual, expected + PRIOR_DEALS
    if not full:
        shape, weight = PRIOR_DEALS * usual, np.full(TENURED, PRIOR_DEALS)
    share = np.minimum(optimize.isotonic_regression(shape / weight, weights=weight).x, 1.0)
    wide = _widened(
        young.assign(deals=young[outcome]) if len(young) else young, at, share, full, old["rep_id"].nunique() if len(old) else 0
    )
    low, high = (np.asarray(stats.gamma.ppf(tail, shape / wide) * wide / weight) for tail in (0.025, 0.975))
    table = pd.DataFrame(
        {
            "month": np.arange(TENURED),
            "share": share,
            "low": np.minimum(low, share),
            "high": np.maximum(high, share),
            "deals": deals.astype(np.int64),
            "years": exposure / 12,
        }
    )
    return Ramp(table, bool(expected.sum() >= ENOUGH_DEALS), int(young["rep_id"].nunique()) if len(young) else 0)


def _widened(young: pd.DataFrame, at: NDArray[np.int64], share: Floats, full: float, others: int) -> Floats:
    """How much more than Poisson's the variance of each month's deals is, because people differ (moment estimator)."""
    if not len(young) or not full:
        return np.ones(TENURED)
    expected = young["part"].astype("float64") * full * share[at]
    rows = pd.DataFrame({"rep_id": young["rep_id"], "at": at, "e": expected, "deals": young["deals"].astype("float64")})
    by_rep = rows.groupby("rep_id")[["e", "deals"]].sum()
    spread = float((((by_rep["deals"] - by_rep["e"]) ** 2) - by_rep["e"]).sum() / max((by_rep["e"] ** 2).sum(), 1e-9))
    cells = rows.groupby(["at", "rep_id"])["e"].sum()
    sums, squares = (part.groupby("at").sum().reindex(range(TENURED)).fillna(0.0) for part in (cells, cells**2))
    excess = max(spread, 0.0) * (squares / sums.clip(lower=1e-9) + sums / max(others, 1))
    return np.asarray(1 + excess, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Leaving:
    """How often sellers leave, all together: `leavers` in `years` person-years; `rate` a year with its 95% interval."""

    leavers: int
    years: float
    rate: float | None
    low: float | None
    high: float | None


def leaving(tables: Tables, *, as_of: date) -> Leaving:
    """Leavers per person-year with the exact Poisson interval (Garwood 1936), from the day the records begin.

    A rate, not a probability: .34 a year is a chance of 29%. `rate` is None without any person-year.
    """
    stay = team_stays(tables, as_of)
    leavers = int(stay["left"].sum())
    years = float(((stay["until"] - stay["since"]).dt.days + 1).sum() / YEAR_DAYS)
    if years <= 0:
        return Leaving(0, 0.0, None, None, None)
    low, high = rate_interval(leavers, years)
    return Leaving(leavers, years, leavers / years, low, high)
