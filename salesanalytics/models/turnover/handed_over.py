"""Which open deals are at risk when people leave, and what became of deals that leavers left behind.

In: open deals with their owners, and the log of owners. Out: the amount of open deals whose owner will have left before they
close, over all owners together; and the win rate of deals handed over by leavers beside deals that were open in the same stage
on the same day and were not handed over. Comparing with all deals would be wrong: a deal handed over had already lived so long.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.leaving import Staff, staff
from salesanalytics.facts.people import YEAR_DAYS
from salesanalytics.facts.stages import stage_stays
from salesanalytics.models.turnover.bands import EDGES, Level, tenure_years
from salesanalytics.stats.intervals import ratio_interval
from salesanalytics.stats.suppression import FEW

AROUND = (-7, 60)  # days around the last day in which a change of owner is the handing-over
LEAST = 20
LEAST_LEAVERS = 5


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Open deals of people who may leave: `pipeline` of `deals` of `owners`; `at_risk` of it with its 80% range, in the base
    currency; `days` that an open deal takes to close (mean). None of it names a person.
    """

    pipeline: float
    deals: int
    owners: int
    at_risk: float
    low: float
    high: float
    days: float


def pipeline_at_risk(
    tables: Tables, *, as_of: date, people: Staff | None = None, at: Level | None = None, seed: int = 0
) -> AtRisk | None:
    """None where fewer than five people own open deals, or how long deals take, or what people are up against, is not known."""
    tables = known_on(tables, as_of)
    people = people or staff(tables, as_of=as_of)
    if at is None:
        return None
    deals = tables["opportunity"]
    there = people.there(as_of).set_index("rep_id")
    mine = deals[~deals["is_closed"] & deals["owner_rep_id"].isin(there.index) & (deals["amount"] > 0)]
    mine = mine.sort_values("opportunity_id", kind="stable")
    days = _days_left(deals, pd.Timestamp(as_of))
    if mine["owner_rep_id"].nunique() < FEW or days is None:
        return None
    tenure = pd.Series(tenure_years(there, pd.Timestamp(as_of)), index=there.index).fillna(EDGES[-1])
    owners = np.sort(mine["owner_rep_id"].unique())
    amount = mine.groupby("owner_rep_id")["amount"].sum().reindex(owners).to_numpy(dtype=np.float64)
    since = np.asarray(tenure.reindex(owners), dtype=np.float64)
    chances = at.chances(since, days / YEAR_DAYS)
    gone = np.random.default_rng(seed + 2).random(chances.shape) < chances
    low, high = np.quantile(gone @ amount, [0.1, 0.9])
    mean = float((chances @ amount).mean())
    return AtRisk(float(amount.sum()), len(mine), len(owners), mean, float(low), float(high), days)


def _days_left(deals: pd.DataFrame, today: pd.Timestamp) -> float | None:
    """Mean days until deals that were open a year ago had closed; a deal still open counts for the year."""
    before = today - pd.Timedelta(days=365)
    open_then = deals[(deals["created_on"] <= before) & ~(deals["closed_on"] <= before)]
    if len(open_then) < LEAST:
        return None
    return float((open_then["closed_on"].fillna(today) - before).dt.days.mean())


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Deals of `leavers` that changed hands when they left and are decided: `won` of `deals`; `expected`: how many of them
    would have been won at the rate of deals open in the same stage on the same day. `difference`: of the win rates, with its
    95% interval over leavers (None with fewer than 5 leavers).
    """

    leavers: int
    deals: int
    won: int
    expected: float
    low: float | None
    high: float | None

    @property
    def difference(self) -> float:
        """Win rate less what was to be expected."""
        return (self.won - self.expected) / self.deals


def handed_over(tables: Tables, *, as_of: date, people: Staff | None = None) -> HandedOver | None:
    """None without a log of owners and stages, or with fewer than 20 such deals that are decided."""
    tables = known_on(tables, as_of)
    if "opportunity_history" not in tables:
        return None
    moved = _handed(tables, (people or staff(tables, as_of=as_of)).table)
    if len(moved) < LEAST:
        return None
    compared = _beside_others(moved, tables)
    if len(compared) < LEAST:
        return None
    by = compared.groupby("leaver").agg(deals=("won", "size"), won=("won", "sum"), expected=("expected", "sum"))
    won, size = (by[one].to_numpy(dtype=np.float64) for one in ("won", "deals"))
    interval = ratio_interval(won - by["expected"].to_numpy(), size) if len(by) >= LEAST_LEAVERS else None
    low, high = interval or (None, None)
    return HandedOver(len(by), int(size.sum()), int(won.sum()), float(by["expected"].sum()), low, high)


def _handed(tables: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """One row per deal that a leaver left open and somebody else took over: opportunity_id, leaver, day."""
    log = tables["opportunity_history"]
    log = log[log["field"] == "owner_rep_id"][["opportunity_id", "old_value", "changed_on"]]
    gone = people.loc[people["left"], ["rep_id", "until"]]
    rows = log.merge(gone, left_on="old_value", right_on="rep_id")
    apart = (rows["changed_on"] - rows["until"]).dt.days
    rows = rows[(apart >= AROUND[0]) & (apart <= AROUND[1])]
    rows = rows.sort_values(["changed_on", "opportunity_id"], kind="stable").drop_duplicates("opportunity_id")
    return rows.rename(columns={"rep_id": "leaver", "changed_on": "day"})[["opportunity_id", "leaver", "day"]]


def _beside_others(moved: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Decided deals handed over: leaver, won, and `expected`, the share won of others open in the same stage on that day."""
    deals = tables["opportunity"].set_index("opportunity_id")
    stays = stage_stays(tables)
    far = pd.Timestamp(2200, 1, 1)
    stays = stays.assign(left_on=stays["left_on"].fillna(far)).sort_values(["entered_on", "opportunity_id"], kind="stable")
    others = stays[~stays["opportunity_id"].isin(moved["opportunity_id"])]
    others = others[others["opportunity_id"].map(deals["is_closed"]).astype(bool)]
    won = others["opportunity_id"].map(deals["is_won"]).to_numpy(dtype=np.float64)
    mine = moved.merge(stays[["opportunity_id", "stage", "entered_on", "left_on"]], on="opportunity_id")
    mine = mine[(mine["entered_on"] <= mine["day"]) & (mine["left_on"] > mine["day"])].drop_duplicates("opportunity_id")
    mine = mine[mine["opportunity_id"].map(deals["is_closed"]).astype(bool)]
    expected = pd.Series(np.nan, index=mine.index)
    for stage, rows in mine.groupby("stage"):
        same = (others["stage"] == stage).to_numpy()
        expected[rows.index] = _share(others[same], won[same], rows["day"])
    result = mine.assign(won=mine["opportunity_id"].map(deals["is_won"]).astype(int), expected=expected)
    return result.dropna(subset=["expected"])


def _share(others: pd.DataFrame, won: Floats, day: "pd.Series[pd.Timestamp]") -> Floats:
    """Share won of others that were in the stage on each day; missing where they were fewer than five."""

    def so_far(when: "pd.Series[pd.Timestamp]") -> tuple[Floats, Floats]:
        order = np.argsort(when.to_numpy(), kind="stable")
        upto = np.searchsorted(when.to_numpy()[order], day.to_numpy(), side="right")
        return upto.astype(np.float64), np.append(0.0, np.cumsum(won[order]))[upto]

    (entered, won_in), (left, won_out) = so_far(others["entered_on"]), so_far(others["left_on"])
    there = entered - left
    return np.where(there >= LEAST_LEAVERS, (won_in - won_out) / np.maximum(there, 1), np.nan)
