"""Which sources of leads become deals, how fast they are answered, and whether their campaigns pay back.

In: `lead`, `opportunity`, and `campaign` where it is kept. Out: one row per source (and per campaign with a cost). Leads that
had no time yet are not failures: conversion is that of Kaplan & Meier at the end of a window (`stats.survival`); the naive rate
stands beside it. Won amount is weighted by the inverse of the chance to have been seen for long enough (Bang & Tsiatis 2000). A
difference between sources is an association, not a cause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.calendar import Period, days_between
from salesanalytics.base.finding import Evidence, Finding, Severity
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.stats.compare import estimates_differ, holm
from salesanalytics.stats.intervals import bootstrap_interval
from salesanalytics.stats.survival import share_ended, waiting_time

WINDOW_DAYS = 90
VALUE_DAYS = 180  # how long a lead's deals are followed for won amounts and payback
MONTH = 365.25 / 12
ENOUGH = 20  # fewer leads say nothing about a source
LEVEL = 0.05
FIT = ["leads", "opportunities", "naive", "conversion", "low", "high", "won", "won_amount"]
VALUE = ["per_lead", "per_lead_low", "per_lead_high"]
PAID = ["spend", "cost_per_lead", "cost_per_won", "payback", "payback_low", "payback_high"]
WAIT = ["response", "response_low", "response_high", "answered"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Leads(Result):
    """Leads that came in `period`, by source.

    `table`: one row per source, most leads first: source, leads, opportunities, naive (opportunities / leads), conversion with
    low, high (share that becomes an opportunity within `window` days), won, won_amount (so far), per_lead with per_lead_low and
    per_lead_high (won amount per lead within 180 days of its arrival), spend, cost_per_lead, cost_per_won (spend per unit of
    currency won), payback (months until won amounts cover the spend; missing where they do not within the time seen) with its
    interval (a missing `payback_high` is "not within the time seen"), response (median days to the first answer) with its
    interval, answered (share of leads), p (of "converts like the others", Holm-adjusted), differs. Missing where unknown.
    `campaigns`: the same for each campaign with a spend, with campaign_id and name. `unallocated`: spend of campaigns without
    a lead in the period. `missing`: tables or columns that would say more.
    """

    campaigns: pd.DataFrame
    window: int
    leads: int
    unallocated: float
    missing: tuple[str, ...]


def leads(
    tables: Tables,
    *,
    as_of: date,
    period: Period,
    window: int = WINDOW_DAYS,
    company: pd.DataFrame | None = None,
    exported_on: date | None = None,
    seed: int = 0,
) -> Leads:
    """Leads of `period` known on `as_of`, by source and by campaign.

    `company`: `campaign_leads` of all teams. Campaigns work for all of them, so that a team's own leads carry only their part
    of the spend; without it a campaign's whole spend is put on the leads in `tables`. Spend is the amount the source told on
    `exported_on` (default: `as_of`), spread evenly over the campaign's days up to then; a campaign without an end still runs.
    """
    tables = known_on(tables, as_of)
    rows = _rows(tables, as_of, period)
    spend = _spend(tables, rows, as_of, period, company, exported_on or as_of)
    table = _by(rows, "source", spend, window, seed)
    if len(table):
        table = _compared(table, rows, window)
    campaigns = _by(rows[rows["campaign_id"].isin(spend.index)], "campaign_id", spend, window, seed)
    if len(campaigns):
        campaigns.insert(1, "name", campaigns["campaign_id"].map(tables["campaign"].set_index("campaign_id")["name"]))
    idle = float(spend[~spend.index.isin(rows["campaign_id"])].sum())
    answer = Leads(
        as_of=as_of,
        period=period,
        table=table,
        campaigns=campaigns,
        window=window,
        leads=len(rows),
        unallocated=idle,
        missing=_missing(tables, rows),
    )
    return answer.saying(*_findings(answer, as_of))


def campaign_leads(tables: Tables, *, as_of: date, period: Period) -> pd.DataFrame:
    """One row per campaign that brought a lead in `period`: campaign_id, leads. Made for all teams together."""
    rows = _rows(known_on(tables, as_of), as_of, period)
    counted = rows["campaign_id"].dropna().value_counts().sort_index()
    return counted.rename("leads").rename_axis("campaign_id").reset_index()


def _rows(tables: Tables, as_of: date, period: Period) -> pd.DataFrame:
    """One row per lead: source, campaign, age in days, days to opportunity, answer and win (infinite: not yet), won amount."""
    if "lead" not in tables:
        nothing = pd.DataFrame({"source": pd.Series(dtype="str"), "campaign_id": pd.Series(dtype="str")})
        return nothing.assign(**{name: pd.Series(dtype="float64") for name in ("age", "converts", "answer", "wins", "amount")})
    lead = tables["lead"]
    lead = lead[period.holds(lead["created_on"])].sort_values("lead_id").reset_index(drop=True)
    end = pd.Series(getattr(tables, "end", pd.Timestamp(as_of, tz="UTC")), index=lead.index)
    deals = tables["opportunity"].set_index("opportunity_id")
    of = lead["converted_opportunity_id"]
    won = of.map(deals["is_won"]).eq(True)
    return pd.DataFrame(
        {
            "source": lead["source"],
            "campaign_id": lead["campaign_id"],
            "age": days_between(lead["created_at"], end).clip(lower=0.0),
            # a source that keeps no day of conversion still tells when the deal was opened
            "converts": _after(lead["created_at"], lead["converted_at"].fillna(of.map(deals["created_at"]))),
            "answer": _after(lead["created_at"], lead["first_response_at"]),
            "wins": _after(lead["created_at"], of.map(deals["closed_at"]).where(won)),
            "amount": of.map(deals["amount"]).where(won).fillna(0.0).astype("float64"),
            "has_deal": of.notna(),
        }
    )


def _after(came: "pd.Series[Any]", happened: "pd.Series[Any]") -> "pd.Series[float]":
    days: pd.Series[float] = days_between(came, happened.astype(came.dtype)).clip(lower=0.0).fillna(np.inf)
    return days


def _spend(
    tables: Tables, rows: pd.DataFrame, as_of: date, period: Period, company: pd.DataFrame | None, exported_on: date
) -> "pd.Series[float]":
    """Spend of each campaign that falls on days of the period up to `as_of`, and on these leads."""
    if "campaign" not in tables:
        return pd.Series(dtype="float64")
    campaign = tables["campaign"].dropna(subset=["spend", "start_date"]).sort_values("campaign_id").set_index("campaign_id")
    known_until = pd.Timestamp(max(as_of, exported_on))
    last = campaign["end_date"].fillna(known_until)
    last = last.where(last < known_until, known_until)
    days = (last - campaign["start_date"]).dt.days + 1
    begins, ends = pd.Timestamp(period.start), pd.Timestamp(min(period.end, as_of))
    first, end = campaign["start_date"].where(campaign["start_date"] > begins, begins), last.where(last < ends, ends)
    part = ((end - first).dt.days + 1).clip(lower=0) / days.clip(lower=1)
    spend: pd.Series[float] = (campaign["spend"] * part)[part > 0]
    if company is None:
        return spend
    everyone = company.set_index("campaign_id")["leads"]
    mine = rows["campaign_id"].value_counts()
    share = mine.reindex(spend.index, fill_value=0) / everyone.reindex(spend.index)
    return (spend * share.clip(upper=1.0)).dropna()[lambda money: money > 0]


def _by(rows: pd.DataFrame, key: str, spend: "pd.Series[float]", window: int, seed: int) -> pd.DataFrame:
    """One row per value of `key`, most leads first; a campaign's spend lies evenly on its leads."""
    per_campaign = rows["campaign_id"].value_counts()
    cost = rows["campaign_id"].map(spend / per_campaign.reindex(spend.index)).astype("float64")
    records = [{key: name, **_one(part, cost[part.index], window, seed)} for name, part in rows.groupby(key, sort=True)]
    columns = [key, *FIT, *VALUE, *PAID, *WAIT]
    table = pd.DataFrame(records, columns=columns).astype(dict.fromkeys(columns[1:], "float64"))
    table = table.astype({"leads": "int64", "opportunities": "int64", "won": "int64"})
    return table.sort_values(["leads", key], ascending=[False, True], ignore_index=True)


def _one(rows: pd.DataFrame, cost: "pd.Series[float]", window: int, seed: int) -> dict[str, Any]:
    age, amount, wins = rows["age"].to_numpy(), rows["amount"].to_numpy(), rows["wins"].to_numpy()
    n, opened = len(rows), int(np.isfinite(rows["converts"]).sum())
    rate, low, high = _conversion(rows, window)
    answered = np.isfinite(rows["answer"].to_numpy())
    wait = waiting_time(np.where(answered, rows["answer"], age), answered)
    per_lead = _value(age, wins, amount)
    value_range = bootstrap_interval(n, lambda at: _value(age[at], wins[at], amount[at])) or (np.nan, np.nan)
    spend = float(cost.sum()) if cost.notna().any() else np.nan
    won_amount = float(amount.sum())
    return {
        "leads": n,
        "opportunities": opened,
        "naive": opened / n,
        "conversion": rate,
        "low": low,
        "high": high,
        "won": int(np.isfinite(wins).sum()),
        "won_amount": won_amount,
        "per_lead": per_lead,
        "per_lead_low": value_range[0],
        "per_lead_high": value_range[1],
        "spend": spend,
        "cost_per_lead": spend / n,
        "cost_per_won": spend / won_amount if won_amount else np.nan,
        **_paid_back(age, wins, amount, spend / n, seed),
        "response": wait.value,
        "response_low": wait.low,
        "response_high": wait.high,
        "answered": answered.mean(),
    }


def _conversion(rows: pd.DataFrame, window: int) -> tuple[float, float, float]:
    """Share of leads that becomes an opportunity within `window` days of its arrival, with low and high."""
    ends, age = rows["converts"].to_numpy(), rows["age"].to_numpy()
    return share_ended(np.minimum(ends, age), ends <= age, window, 1 - LEVEL)


def _followed(rows: pd.DataFrame, window: int) -> int:
    """Leads that have been seen for the whole window: where they are few, the end of the curve rests on hardly anybody."""
    return int((rows["age"] >= window).sum())


def _value(age: Floats, wins: Floats, amount: Floats) -> float:
    """Won amount per lead within 180 days: each win counts for all leads of which as many days have been seen."""
    return float(_course(age, wins, amount)[1][-1]) if len(age) else float("nan")


def _course(age: Floats, wins: Floats, amount: Floats) -> tuple[Floats, Floats]:
    """Days since arrival, and the won amount per lead by then; begins with 0."""
    seen = np.flatnonzero((wins <= VALUE_DAYS) & (wins <= age))
    seen = seen[np.argsort(wins[seen], kind="stable")]
    old_enough = len(age) - np.searchsorted(np.sort(age), wins[seen], side="left")
    return np.append(0.0, wins[seen]), np.append(0.0, np.cumsum(amount[seen] / old_enough))


def _paid_back(age: Floats, wins: Floats, amount: Floats, cost: float, seed: int) -> dict[str, float]:
    """Months from arrival until won amounts per lead cover `cost`, with a bootstrap interval; missing where they never do."""
    if not np.isfinite(cost) or cost <= 0:
        return {"payback": np.nan, "payback_low": np.nan, "payback_high": np.nan}

    def months(at: NDArray[np.intp]) -> float:
        days, course = _course(age[at], wins[at], amount[at])
        place = int(np.searchsorted(course, cost))
        return float(days[place] / MONTH) if place < len(days) else np.inf

    everyone = np.arange(len(age))
    draw = np.random.default_rng(seed)
    drawn = [months(draw.integers(0, len(age), len(age))) for _ in range(199)] if len(age) >= ENOUGH else []
    low, high = np.quantile(drawn, [LEVEL / 2, 1 - LEVEL / 2], method="inverted_cdf") if drawn else (np.nan, np.nan)
    paid_back = {"payback": months(everyone), "payback_low": low, "payback_high": high}
    return {name: float(value) if np.isfinite(value) else np.nan for name, value in paid_back.items()}


def _compared(table: pd.DataFrame, rows: pd.DataFrame, window: int) -> pd.DataFrame:
    """Each source against all others together: p-values of the difference, Holm-adjusted over the sources with enough leads."""
    table = table.assign(p=np.nan, differs=False, others=np.nan)
    named = rows[rows["source"].notna()]
    chances = {}
    for at, row in table.iterrows():
        others = named[named["source"] != row["source"]]
        mine = named[named["source"] == row["source"]]
        if min(_followed(mine, window), _followed(others, window)) < ENOUGH:
            continue
        rest = _conversion(others, window)
        table.loc[at, "others"] = rest[0]
        chances[at] = estimates_differ((row["conversion"], row["low"], row["high"]), rest, 1 - LEVEL)
    table.loc[list(chances), "p"] = holm(list(chances.values()))
    return table.assign(differs=table["p"] < LEVEL)


def _missing(tables: Tables, rows: pd.DataFrame) -> tuple[str, ...]:
    """What the source lacks, by the name of the table or the column."""
    if "lead" not in tables:
        return ("lead",)
    lacks = {
        "lead.source": rows["source"].isna().all(),
        "lead.first_response_at": np.isinf(rows["answer"]).all(),
        "lead.converted_at": np.isinf(rows["converts"]).all(),
        "lead.converted_opportunity_id": not rows["has_deal"].any(),
        "lead.campaign_id": rows["campaign_id"].isna().all(),
        "campaign": "campaign" not in tables,
        "campaign.spend": "campaign" in tables and tables["campaign"]["spend"].isna().all(),
    }
    return tuple(name for name, lacking in lacks.items() if lacking) if len(rows) else ()


def _findings(found: Leads, as_of: date) -> list[Finding]:
    span = (found.period.start, min(found.period.end, as_of))
    enough = found.table[found.table["leads"] >= ENOUGH]
    if found.missing and found.missing[0] in ("lead", "lead.source", "lead.converted_at"):
        return []
    if enough.empty:
        return [
            Finding("leads.too_few", "watch", {"n": found.leads, "enough": ENOUGH}, Evidence(found.leads, "leads", period=span))
        ]
    return [*_sources(enough, found.window, span), *_paying(found.table, span)]


def _evidence(row: Mapping[Any, Any], span: tuple[date, date]) -> Evidence:
    return Evidence(int(row["leads"]), "leads", row["low"], row["high"], "share", 1 - LEVEL, span)


def _sources(table: pd.DataFrame, window: int, span: tuple[date, date]) -> list[Finding]:
    """The source that converts best and the one that converts worst, where they differ from the others beyond chance."""
    apart: Sequence[dict[Any, Any]] = table[table["differs"]].sort_values("conversion", ascending=False).to_dict("records")
    if not apart:
        n = int(table["leads"].sum())
        return [Finding("leads.even", "watch", {"n": len(table), "days": window}, Evidence(n, "leads", period=span))]
    told: list[Finding] = []
    ends: tuple[tuple[Mapping[Any, Any], str, Severity], ...]
    ends = ((apart[0], "leads.best", "good"), (apart[-1], "leads.worst", "watch"))
    for row, key, severity in ends:
        if (row["conversion"] > row["others"]) == (key == "leads.best"):
            values = {name: row[name] for name in ("source", "conversion", "others", "leads")} | {"days": window}
            told.append(Finding(key, severity, values, _evidence(row, span)))
    return told


def _paying(table: pd.DataFrame, span: tuple[date, date]) -> list[Finding]:
    """The largest paid source whose leads have surely not brought back what they cost."""
    paid = table[(table["spend"] > 0) & (table["leads"] >= ENOUGH)]
    never = paid[paid["payback"].isna() & (paid["per_lead_high"] < paid["cost_per_lead"])]
    told = []
    for row in never.sort_values("spend", ascending=False).head(1).to_dict("records"):
        values = {name: row[name] for name in ("source", "spend", "won_amount", "cost_per_lead", "per_lead")}
        short = max(float(row["spend"] - row["per_lead"] * row["leads"]), 0.0)
        told.append(Finding("leads.unpaid", "act", values, Evidence(int(row["leads"]), "leads", row["per_lead_low"],
                    row["per_lead_high"], "money", 1 - LEVEL, span), weight=short))  # fmt: skip
    return told
