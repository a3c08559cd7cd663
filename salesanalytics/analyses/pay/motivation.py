"""What moves whom: which rewards people say they work for, whether those book more, and what a choice of rewards would cost.

In: `rep_trait` (motivators, as people score them), deals, and for the proposal `incentive_plan`, `payout` and `rep`. Out: one
row per motivator. Each person counts once: for the motivator scored highest, in parts where several are. Shares lean on an
even split with the weight of five people, so that two of three is no majority. That people who say one thing book more is an
association and never an effect; what a reward does, `incentives` asks. Who said what is for analysts alone.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import rep_months, sellers_on
from salesanalytics.stats.compare import holm
from salesanalytics.stats.intervals import wilson

LEVEL = 0.05
LEAST = 5  # people who answered; and on each side of a comparison
PRIOR = 5.0  # people: the weight of an even split
MOST_OLD = 2 * 365  # days after which an answer is not counted any more
LEAST_MONTHS = 6.0  # of presence in the last twelve, for results to be compared
WORKING_DAYS = 220
PAID_KINDS = ("bonus", "spiff")  # money that somebody decides on; commission is the plan's
REWARDS = {
    "money": ("money", "pay", "salary", "bonus", "bani", "salariu", "prime"),
    "recognition": ("recognition", "praise", "status", "recunoastere", "apreciere"),
    "time_off": ("time off", "free time", "days off", "timp liber", "zile libere"),
}
COLUMNS = [
    "motivator", "reward", "first", "share", "low", "high", "people", "result", "result_low", "result_high", "p", "differs",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Motivation(Result):
    """What sellers say moves them; money in the base currency.

    `table`: one row per motivator, most first: motivator, reward (money, recognition, time_off; "" where no incentive gives
    it), first (people for whom it comes first, in parts where several do), share of those who answered with low and high
    (95%; all three lean on an even split), people (compared), result (how much more those who put it first booked than the
    others in twelve months, as a share, shrunken) with result_low and result_high, p (Holm over the motivators), differs.
    What rests on fewer than five people is missing. `people`: one row per seller, for analysts: rep_id, first, said_on.
    `answered`, `sellers`: how many. `budget`: money paid for bonuses and SPIFFs in twelve months; `a_head`: of it, per
    seller; `days`: what that is in paid days off at the sellers' mean fixed pay (None where it is not known).
    """

    people: pd.DataFrame
    answered: int
    sellers: int
    budget: float
    a_head: float
    days: float | None


def motivation(tables: Tables, *, as_of: date) -> Motivation:
    """What the sellers of these tables say moves them, as known on `as_of`."""
    tables = known_on(tables, as_of)
    there = sellers_on(tables, pd.Timestamp(as_of))
    first = _first(tables, there, as_of)
    table = _table(first, _results(tables, as_of))
    budget = _budget(tables, trailing_year(as_of), there)
    a_head = budget / len(there) if len(there) else 0.0
    answer = Motivation(
        as_of=as_of,
        period=trailing_year(as_of),
        table=table,
        people=_people(first),
        answered=int(first["rep_id"].nunique()),
        sellers=len(there),
        budget=budget,
        a_head=a_head,
        days=_days(tables, there, a_head),
    )
    return answer.saying(*_findings(answer))


def _first(tables: Tables, there: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """One row per seller and motivator that comes first: rep_id, motivator, part (1, less where several do), said_on."""
    columns = ["rep_id", "motivator", "part", "said_on"]
    if "rep_trait" not in tables:
        return pd.DataFrame(columns=columns)
    said = tables["rep_trait"]
    since = pd.Timestamp(as_of) - pd.Timedelta(days=MOST_OLD)
    said = said[(said["kind"] == "motivator") & said["score"].notna() & said["rep_id"].isin(there["rep_id"])]
    said = said[said["observed_on"] > since].assign(motivator=said["name"].str.strip().str.casefold())
    said = said.sort_values("observed_on").drop_duplicates(["rep_id", "motivator"], keep="last")
    highest = said[said["score"] == said.groupby("rep_id")["score"].transform("max")]
    part = 1 / highest.groupby("rep_id")["motivator"].transform("size")
    return highest.assign(part=part, said_on=highest["observed_on"])[columns].sort_values(["rep_id", "motivator"])


def _people(first: pd.DataFrame) -> pd.DataFrame:
    rows = first.groupby("rep_id", sort=True).agg(first=("motivator", ", ".join), said_on=("said_on", "max"))
    return rows.reset_index()[["rep_id", "first", "said_on"]]


def _results(tables: Tables, as_of: date) -> "pd.Series[float]":
    """Bookings per month of presence in the last twelve, relative to the sellers' mean; of those there for half a year."""
    months = rep_months(tables, as_of)
    since = pd.Timestamp(as_of) - pd.DateOffset(months=12)
    recent = months[months["month"] >= since] if len(months) else months
    sums = recent.groupby("rep_id")[["booked", "part"]].sum()
    sums = sums[sums["part"] >= LEAST_MONTHS]
    speed = sums["booked"] / sums["part"]
    return speed / speed.mean() if len(speed) and speed.mean() > 0 else pd.Series(dtype="float64")


def _table(first: pd.DataFrame, results: "pd.Series[float]") -> pd.DataFrame:
    numbers = ("first", "share", "low", "high", "result", "result_low", "result_high", "p")
    kinds: dict[str, Any] = {**dict.fromkeys(numbers, "float64"), "people": "int64", "differs": "bool"}
    n = first["rep_id"].nunique()
    names = sorted(first["motivator"].unique())
    rows = [_row(name, first, n, len(names), results) for name in names]
    table = pd.DataFrame(rows, columns=COLUMNS)
    known = table["p"].notna()
    table.loc[known, "p"] = holm(table.loc[known, "p"].to_numpy(dtype=np.float64))
    table["differs"] = table["p"] <= LEVEL
    return _shrunken(table.astype(kinds)).sort_values(["first", "motivator"], ascending=[False, True], ignore_index=True)


def _row(name: str, first: pd.DataFrame, n: int, motivators: int, results: "pd.Series[float]") -> dict[str, Any]:
    mine = first[first["motivator"] == name]
    count = float(mine["part"].sum())
    row: dict[str, Any] = {"motivator": name, "reward": _reward(name), "first": count, "people": 0}
    if n < LEAST:
        return row
    share = (count + PRIOR / motivators) / (n + PRIOR)
    low, high = wilson(share, n + PRIOR)
    row |= {"share": share, "low": low, "high": high}
    sides = [results.reindex(pd.Index(who)).dropna() for who in (mine["rep_id"], set(first["rep_id"]) - set(mine["rep_id"]))]
    if min(len(side) for side in sides) < LEAST:
        return row
    compared = stats.ttest_ind(*sides, equal_var=False)
    interval = compared.confidence_interval(0.95)
    ends = {"result_low": float(interval.low), "result_high": float(interval.high)}
    apart = float(sides[0].mean() - sides[1].mean())
    return row | ends | {"people": len(sides[0]) + len(sides[1]), "result": apart, "p": float(compared.pvalue)}


def _reward(name: str) -> str:
    """The kind of incentive that gives what this motivator asks for; "" where none does."""
    plain = name.translate(str.maketrans("ăâîșşțţ", "aaisstt"))
    return next((reward for reward, names in REWARDS.items() if plain in names), "")


def _shrunken(table: pd.DataFrame) -> pd.DataFrame:
    """Differences pulled towards none by how little they differ beyond chance (moment estimator; Efron and Morris 1975)."""
    known = table["result"].notna()
    if not known.any():
        return table
    error: Floats = ((table["result_high"] - table["result_low"]) / 2 / 1.96)[known].to_numpy(dtype=np.float64)
    seen: Floats = table.loc[known, "result"].to_numpy(dtype=np.float64)
    true = max(float(np.mean(seen**2 - error**2)), 0.0)
    weight = true / (true + error**2)
    middle = seen * weight
    spread = 1.96 * error * np.sqrt(np.maximum(weight, 0.25))  # at least half of what was seen: the weight is a guess, too
    table.loc[known, "result"] = middle
    table.loc[known, "result_low"], table.loc[known, "result_high"] = middle - spread, middle + spread
    return table


def _budget(tables: Tables, year: Period, there: pd.DataFrame) -> float:
    """Money paid to present sellers for bonuses and SPIFFs within twelve months."""
    if "payout" not in tables or "incentive_plan" not in tables:
        return 0.0
    plans, paid = tables["incentive_plan"], tables["payout"]
    decided = plans.loc[plans["kind"].isin(PAID_KINDS), "plan_id"]
    paid = paid[paid["plan_id"].isin(decided) & paid["rep_id"].isin(there["rep_id"]) & year.holds(paid["paid_on"])]
    return float(paid["amount"].fillna(0.0).sum())


def _days(tables: Tables, there: pd.DataFrame, a_head: float) -> float | None:
    pay = tables["rep"].loc[tables["rep"]["rep_id"].isin(there["rep_id"]), "base_salary"].dropna()
    if len(pay) < LEAST or pay.mean() <= 0 or a_head <= 0:
        return None
    return a_head / (float(pay.mean()) / WORKING_DAYS)


def _findings(found: Motivation) -> list[Finding]:
    """What people ask for and do not get, whether anything goes with results, and what a choice would cost."""
    asked = Evidence(found.answered, "sellers", period=found.period.span)
    if not found.answered:
        return []
    if found.answered < LEAST:
        return [Finding("motivation.too_few", "watch", {"n": found.answered, "least": LEAST}, asked)]
    told = []
    top = found.table.iloc[0]
    evidence = Evidence(found.answered, "sellers", float(top["low"]), float(top["high"]), period=found.period.span)
    values = {"motivator": top["motivator"], "share": top["share"], "n": len(found.table)}
    if not top["low"] > 1 / len(found.table):
        told.append(Finding("motivation.mixed", "watch", values, asked))
    else:
        told.append(Finding("motivation.first" if top["reward"] else "motivation.uncovered", "watch", values, evidence))
    for row in found.table[found.table["differs"]].to_dict("records"):
        seen = Evidence(
            int(row["people"]), "sellers", float(row["result_low"]), float(row["result_high"]), period=found.period.span
        )
        told.append(Finding("motivation.goes_with", "watch", {"motivator": row["motivator"], "result": row["result"]}, seen))
    if found.budget > 0:
        key = "choice" if found.days is None else "choice_days"
        choice = {"budget": found.budget, "a_head": found.a_head, "days": found.days, "n": found.sellers}
        told.append(Finding(f"motivation.{key}", "watch", choice, asked, weight=found.budget))
    return told
