"""Contribution: why a team booked more or less than in an earlier period, and why a seller did than peers.

In: `opportunity`, `rep`, `rep_assignment` where it is kept. Out: one row per comparison and factor. Bookings are, exactly,
people × opportunities per person × share decided × share won of the decided × mean deal won: opportunities are those open at
any time in the days looked at (activity), the share decided is speed, the share won conversion. The difference of two such
products is split into one part per factor (Shapley, `stats.shapley`), which add up to the cent. A factor that cannot be told,
because nothing was decided or won, is named and taken as on the other side, so that its part is nothing. Intervals redraw the
deals (Poisson bootstrap). It says what the difference is made of, never why a factor differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.facts.people import NOT_SELLING
from salesanalytics.facts.quotas import presence
from salesanalytics.stats.shapley import product_parts, to_cents

FACTORS = ("people", "activity", "speed", "conversion", "size")
REDRAWS = 299
SEED = 17
LEAST_PEERS = 3  # other sellers of the same role; with fewer all other sellers of the team are the peers
COLUMNS = ["against", "rep_id", "name", "factor", "mine", "other", "part", "low", "high", "told"]
SUMS = ["against", "rep_id", "name", "start", "end", "booked", "usual", "worked", "won"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Contribution(Result):
    """`table`: one row per comparison and factor: against (before: the period before, year: the one a year before, peers),
    rep_id and name (peers only), factor (people, activity, speed, conversion, size), its value here (mine) and there (other),
    part of the difference in money, low and high (95%), told (False where either value cannot be told and the part is nothing).
    `sums`: one row per comparison: against, rep_id, name, start and end of the days it is held against, booked, usual (what was
    booked there), worked (opportunities), won (deals).
    The parts of a comparison add up to booked − usual. Money in the base currency.
    """

    sums: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Side:
    """What bookings are made of on one side: people, opportunities, decided, won, and money in cents; arrays for redraws."""

    people: Floats
    worked: Floats
    decided: Floats
    won: Floats
    money: Floats

    def factors(self) -> Floats:
        """The five factors along the last axis, missing where they cannot be told."""
        tops = (self.people, self.worked, self.decided, self.won, self.money)
        below = (np.ones_like(self.people), *tops[:-1])
        pairs = zip(tops, below, strict=True)
        return np.stack([np.divide(a, b, out=np.full_like(b, np.nan), where=b > 0) for a, b in pairs], axis=-1)


def contribution(tables: Tables, *, as_of: date, period: Period) -> Contribution:
    """The bookings of `period` up to `as_of`, beside as much of the period before, of the year before, and seller by seller
    beside peers.
    """
    tables = known_on(tables, as_of)
    days = _days(period, period, as_of)
    now = _deals(tables, days)
    weights = _weights(len(now), 0)
    here = _presence(tables, days)
    parts = [_of_team(tables, now, weights, here, against, days, period, steps, as_of) for against, steps in _earlier(period)]
    parts += _of_sellers(tables, now, weights, here, days)
    rows = [row for part, _ in parts for row in part]
    numbers = dict.fromkeys(("mine", "other", "part", "low", "high"), "float64")
    table = pd.DataFrame(rows, columns=COLUMNS).astype(numbers)
    sums = pd.DataFrame([total for _, total in parts if total], columns=SUMS)
    answer = Contribution(as_of=as_of, period=period.until(as_of), table=table, sums=sums)
    return answer.saying(*_findings(answer))


def _earlier(period: Period) -> tuple[tuple[str, int], ...]:
    return ("before", -1), ("year", {"month": -12, "quarter": -4, "year": -1}[period.kind])


def _days(period: Period, running: Period, as_of: date) -> Period:
    """As large a part of a period as has passed of the running one."""
    passed = round(running.elapsed(as_of) * period.days)
    return Period(period.start, period.start + timedelta(days=max(passed, 1) - 1), period.kind)


def _deals(tables: Known, days: Period) -> pd.DataFrame:
    """One row per opportunity open at any time in `days`: rep_id, decided, won (in them), cents."""
    deals = tables["opportunity"]
    first, last = pd.Timestamp(days.start), pd.Timestamp(days.end)
    begun = ~(deals["created_on"] > last)  # one whose creation is unknown has been there
    rows = deals[begun & ~(deals["closed_on"] < first)]
    decided = rows["is_closed"] & days.holds(rows["closed_on"])
    won = decided & rows["is_won"]
    cents = (rows["amount"].where(won, 0.0).fillna(0.0) * 100).round()
    kept = {
        "opportunity_id": rows["opportunity_id"],
        "rep_id": rows["owner_rep_id"],
        "decided": decided,
        "won": won,
        "cents": cents,
    }
    return pd.DataFrame(kept).sort_values("opportunity_id", ignore_index=True)


def _presence(tables: Known, days: Period) -> "pd.Series[float]":
    """Share of the days each seller was there; managers and SDRs count where they own deals, through their deals alone."""
    role = tables["rep"].set_index("rep_id")["role"]
    there = presence(tables, days)
    selling = ~role.reindex(there.index).isin(NOT_SELLING)
    return there[(there > 0) & selling]


def _weights(rows: int, more: int) -> Floats:
    """How often each deal is drawn: once in the first row, which is what was seen, then as Poisson says."""
    drawn = np.random.default_rng(SEED + more).poisson(1.0, (REDRAWS, rows)).astype(np.float64)
    return np.vstack([np.ones((1, rows)), drawn])


def _side(deals: pd.DataFrame, weights: Floats, people: float) -> _Side:
    columns = deals[["decided", "won", "cents"]].to_numpy(dtype=np.float64)
    sums = weights @ np.column_stack([np.ones(len(deals)), columns])
    return _Side(np.full(len(weights), people), *(sums[:, at] for at in range(4)))


def _of_team(
    tables: Known, now: pd.DataFrame, weights: Floats, here: "pd.Series[float]", against: str, days: Period, period: Period,
    steps: int, as_of: date,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:  # fmt: skip
    """The team now and earlier; nothing where the data do not reach back so far."""
    before = _days(period.shift(steps), period, as_of)
    known_since = tables["opportunity"]["closed_on"].min()
    there = _presence(tables, before)
    if not known_since <= pd.Timestamp(before.start) or not here.sum() or not there.sum():
        return [], {}
    then = _deals(tables, before)
    sides = _side(now, weights, float(here.sum())), _side(then, _weights(len(then), 1), float(there.sum()))
    return _split(*sides, {"against": against, "rep_id": "", "name": ""}, before)


def _of_sellers(
    tables: Known, now: pd.DataFrame, weights: Floats, here: "pd.Series[float]", days: Period
) -> list[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Each seller beside the mean of the others of the same role, where there are three, else of all others."""
    rep = tables["rep"].set_index("rep_id")
    found = []
    for who in here.index:
        others = here.drop(who)
        alike = others[others.index.map(rep["role"]) == rep.loc[who, "role"]]
        others = alike if len(alike) >= LEAST_PEERS else others
        if len(others) < LEAST_PEERS - 1:
            continue
        mine, theirs = now["rep_id"].eq(who).to_numpy(), now["rep_id"].isin(others.index).to_numpy()
        of_others = _side(now[theirs], weights[:, theirs] / len(others), float(others.mean()))
        key = {"against": "peers", "rep_id": who, "name": rep.loc[who, "name"]}
        found.append(_split(_side(now[mine], weights[:, mine], float(here[who])), of_others, key, days))
    return found


def _split(mine: _Side, other: _Side, key: dict[str, Any], days: Period) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """One row per factor, and the two sums they lie between."""
    here, there = mine.factors(), other.factors()
    told = np.isfinite(here[0]) & np.isfinite(there[0])
    a, b = _filled(here, there), _filled(there, here)
    parts = product_parts(b, a) / 100
    booked, usual = round(float(mine.money[0])) / 100, round(float(other.money[0])) / 100
    exact = to_cents(parts[0].tolist(), round(booked * 100 - usual * 100) / 100)
    low, high = np.quantile(parts[1:], [0.025, 0.975], axis=0)
    scale = np.array([1.0, 1.0, 1.0, 1.0, 0.01])  # the size counts cents
    shown = zip(FACTORS, here[0] * scale, there[0] * scale, exact, low, high, told, strict=True)
    rows = [
        key | {"factor": factor, "mine": x, "other": y, "part": part, "low": least, "high": most, "told": bool(known)}
        for factor, x, y, part, least, most, known in shown
    ]
    sums = {"booked": booked, "usual": usual, "worked": int(mine.worked[0]), "won": int(mine.won[0])}
    return rows, key | {"start": pd.Timestamp(days.start), "end": pd.Timestamp(days.end)} | sums


def _filled(values: Floats, other: Floats) -> Floats:
    """A factor that cannot be told is as on the other side; told by neither it is nothing, as all it multiplies is."""
    return np.nan_to_num(np.where(np.isfinite(values), values, other), nan=0.0)


def _findings(found: Contribution) -> list[Finding]:
    """The earlier period the season speaks for: the year before where the data reach back, else the period before."""
    team = found.sums[found.sums["against"] != "peers"]
    if team.empty:
        return [Finding("contribution.no_past", "watch", {}, Evidence(0, "deals", period=found.period.span))]
    against = "year" if (team["against"] == "year").any() else "before"
    total = team[team["against"] == against].iloc[0]
    rows = found.table[found.table["against"] == against]
    sure = rows[(rows["low"] > 0) | (rows["high"] < 0)]
    then = (total["start"].date(), total["end"].date())
    values = {"booked": total["booked"], "gap": float(total["booked"] - total["usual"]), "then": then}
    evidence = Evidence(int(total["worked"]), "deals", period=found.period.span)
    if sure.empty:
        return [Finding("contribution.unsure", "watch", values, evidence, about=("team", ""), says="keep")]
    largest = sure.sort_values("part", key=lambda part: part.abs(), kind="stable").iloc[-1]
    return [_largest(largest.to_dict(), values, evidence)]


def _largest(row: Mapping[Any, Any], values: dict[str, Any], evidence: Evidence) -> Finding:
    """The largest part that is beyond chance."""
    part, up = float(row["part"]), row["part"] > 0
    ends = replace(evidence, low=float(row["low"]), high=float(row["high"]), unit="money")
    values = values | {"part": part, "mine": row["mine"], "other": row["other"]}
    return Finding(
        f"contribution.{row['factor']}", "good" if up else "watch", values, ends,
        weight=0.0 if up else -part, about=("team", ""), says="keep" if up else "check",
    )  # fmt: skip
