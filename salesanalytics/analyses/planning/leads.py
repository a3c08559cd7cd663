"""Which sources of leads become deals, how fast they are answered, and whether their campaigns pay back.

In: `lead`, `opportunity`, and `campaign` where it is kept. Out: one row per source (and per campaign with a cost). Leads that
had no time yet are not failures: conversion is that of Kaplan & Meier at the end of a window (`stats.survival`); the naive rate
stands beside it. Won amount is weighted by the inverse of the chance to have been seen for long enough (`stats.payback`); its
interval, and every verdict on what was spent, come from the chance of a win and log-normal amounts (`stats.worth`). A
difference between sources is an association, not a cause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding, Severity
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.leads import campaign_spend, lead_rows
from salesanalytics.stats.apart import apart
from salesanalytics.stats.compare import holm
from salesanalytics.stats.payback import course, cover_interval, months_to_cover
from salesanalytics.stats.survival import share_and_n, share_ended, waiting_time
from salesanalytics.stats.worth import LEAST, worth

WINDOW_DAYS = 90
VALUE_DAYS = 180  # how long a lead's deals are followed for won amounts and payback
ENOUGH = 20  # fewer leads say nothing about a source
LEVEL = 0.05
FIT = ["leads", "opportunities", "naive", "conversion", "low", "high", "won", "won_amount"]
VALUE = ["per_lead", "per_lead_low", "per_lead_high", "followed", "still_open"]
PAID = ["spend", "cost_per_lead", "cost_per_won", "payback", "payback_low", "payback_high", "p_pays"]
WAIT = ["response", "response_low", "response_high", "answered"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Leads(Result):
    """Leads that came in `period`, by source.

    `table`: one row per source, most leads first: source, leads, opportunities, naive (opportunities / leads), conversion with
    low, high (share that becomes an opportunity within `window` days), won, won_amount (so far), per_lead with per_lead_low and
    per_lead_high (won amount per lead within 180 days of its arrival; the interval is missing where fewer than 20 leads are so
    old, or fewer than 5 were won), followed (leads so old), still_open (amount per such lead of deals not closed yet), spend,
    cost_per_lead, cost_per_won (spend per unit of currency won), payback (months until won amounts cover the spend; missing
    where they do not within the time seen) with its interval (a missing `payback_high` is "not within the time seen"), p_pays
    (chance that a lead brings what it costs), response (median days to the first answer) with its interval, answered (share of
    leads), p (of "converts like the others", adjusted for the number of sources), differs. Missing where unknown.
    `campaigns`: the same for each campaign with a spend, with campaign_id and name. `leads`: how many came; `ownerless`: of
    these, without owner or queue. `unallocated`: spend of campaigns without a lead in the period. `untold`: campaigns whose
    cost per lead would tell a team of another team's leads, and is left out. `nobodys`: leads of no team, which are not among
    these (None: not known). `owned_when_converted`: leads get a team because they convert, so that a team's own conversion says
    nothing; tables are empty then. `missing`: tables or columns that would say more.
    """

    campaigns: pd.DataFrame
    window: int
    leads: int
    ownerless: int
    unallocated: float
    untold: int
    nobodys: int | None
    owned_when_converted: bool
    missing: tuple[str, ...]


def leads(
    tables: Tables,
    *,
    as_of: date,
    period: Period,
    window: int = WINDOW_DAYS,
    team: str = "",
    company: pd.DataFrame | None = None,
    without_team: pd.DataFrame | None = None,
    sold_elsewhere: pd.DataFrame | None = None,
    exported_on: date | None = None,
    seed: int = 0,
) -> Leads:
    """Leads of `period` known on `as_of`, by source and by campaign.

    For a `team` (its id; empty: `tables` are the whole company's), `company`, `without_team` and `sold_elsewhere` are what the
    company hands over: the leads of all teams from each campaign, as a team's own leads carry only their part of the spend;
    how many leads are nobody's; and what became of the team's leads whose deals another team sells. What was not handed over
    is left open. Spend is the amount the source told on `exported_on` (default: `as_of`): see `facts.leads.campaign_spend`.
    """
    tables = known_on(tables, as_of)
    if team and company is None:
        company = pd.DataFrame(columns=["campaign_id", "leads"])
    came = lead_rows(tables, as_of=as_of, period=period, sold_elsewhere=sold_elsewhere)
    nobodys, on_conversion = _nobodys(without_team, team)
    rows = came.iloc[:0] if on_conversion else came
    spent = campaign_spend(tables, as_of=as_of, period=period, exported_on=exported_on)
    spend = spent.set_index("campaign_id")["spend"]
    cost = _cost_per_lead(spend, rows, company)
    table = _by(rows, "source", cost, window, seed)
    if len(table):
        table = _compared(table, rows, window, seed)
    campaigns = _by(rows[rows["campaign_id"].isin(cost.index[cost.notna()])], "campaign_id", cost, window, seed)
    if len(campaigns):
        campaigns.insert(1, "name", campaigns["campaign_id"].map(tables["campaign"].set_index("campaign_id")["name"]))
    answer = Leads(
        as_of=as_of,
        period=period,
        table=table,
        campaigns=campaigns,
        window=window,
        leads=len(came),
        ownerless=int((~came["owned"]).sum()),
        unallocated=_unallocated(spend, came, company),
        untold=_untold(spend, rows, company),
        nobodys=nobodys,
        owned_when_converted=on_conversion,
        missing=_missing(tables, came, spend),
    )
    return answer.saying(*_findings(answer, as_of))


def _nobodys(without_team: pd.DataFrame | None, team: str) -> tuple[int | None, bool]:
    """Leads of no team (None: nobody told this team), and whether leads get a team because they convert."""
    if without_team is None or without_team.empty:
        return (None if team and without_team is None else 0), False
    row = without_team.iloc[0]
    return int(row["leads"]), bool(row["owned_when_converted"])


def _cost_per_lead(spend: "pd.Series[float]", rows: pd.DataFrame, company: pd.DataFrame | None) -> "pd.Series[float]":
    """What a lead of each campaign with a spend cost, by campaign_id; missing where that is not known or not told."""
    everyone = rows["campaign_id"].value_counts() if company is None else company.set_index("campaign_id")["leads"]
    brought = spend[spend.isna() | (spend > 0)]
    brought = brought[brought.index.isin(rows["campaign_id"])]
    cost: pd.Series[float] = brought / everyone.reindex(brought.index)
    return cost


def _unallocated(spend: "pd.Series[float]", rows: pd.DataFrame, company: pd.DataFrame | None) -> float:
    """Spend of campaigns without a lead. A team cannot know it: another team may have had leads of a campaign."""
    return 0.0 if company is not None else float(spend[~spend.index.isin(rows["campaign_id"])].sum())


def _untold(spend: "pd.Series[float]", rows: pd.DataFrame, company: pd.DataFrame | None) -> int:
    """Campaigns that brought these leads and cost something, but of which the company hands nothing over."""
    if company is None:
        return 0
    mine = spend[(spend > 0) & spend.index.isin(rows["campaign_id"])]
    return int((~mine.index.isin(company["campaign_id"])).sum())


def _by(rows: pd.DataFrame, key: str, cost: "pd.Series[float]", window: int, seed: int) -> pd.DataFrame:
    """One row per value of `key`, most leads first. A lead costs what the leads of its campaign cost (`cost`)."""
    paid = rows["campaign_id"].isin(cost.index)
    costs = rows["campaign_id"].map(cost).astype("float64")
    parts = dict(iter(rows.groupby(key, sort=True)))
    won = {name: _won_within(part) for name, part in parts.items()}
    records = []
    for name, part in parts.items():
        others = [amounts for other, amounts in won.items() if other != name]
        # where some of the leads cost nobody knows what, their sum is not known either
        spend = float(costs[part.index][paid[part.index]].sum(skipna=False)) if paid[part.index].any() else np.nan
        records.append({key: name, **_one(part, won[name], others, spend, window, np.random.default_rng(seed))})
    columns = [key, *FIT, *VALUE, *PAID, *WAIT]
    table = pd.DataFrame(records, columns=columns).astype(dict.fromkeys(columns[1:], "float64"))
    table = table.astype({"leads": "int64", "opportunities": "int64", "won": "int64"})
    return table.sort_values(["leads", key], ascending=[False, True], ignore_index=True)


def _won_within(rows: pd.DataFrame) -> Floats:
    """Amounts of the wins that came within 180 days."""
    return rows.loc[(rows["wins"] <= VALUE_DAYS) & (rows["wins"] <= rows["age"]) & (rows["amount"] > 0), "amount"].to_numpy()


def _one(
    rows: pd.DataFrame, won: Floats, others: Sequence[Floats], spend: float, window: int, draw: np.random.Generator
) -> dict[str, Any]:
    age, amount, wins = rows["age"].to_numpy(), rows["amount"].to_numpy(), rows["wins"].to_numpy()
    n, opened = len(rows), int(np.isfinite(rows["converts"]).sum())
    rate, low, high = _conversion(rows, window)
    answered = np.isfinite(rows["answer"].to_numpy())
    wait = waiting_time(np.where(answered, rows["answer"], age), answered)
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
        **_brings(rows, won, others, spend / n, draw),
        "spend": spend,
        "cost_per_lead": spend / n,
        "cost_per_won": spend / won_amount if won_amount else np.nan,
        "response": wait.value,
        "response_low": wait.low,
        "response_high": wait.high,
        "answered": answered.mean(),
    }


def _conversion(rows: pd.DataFrame, window: int) -> tuple[float, float, float]:
    """Share of leads that becomes an opportunity within `window` days of its arrival, with low and high."""
    ends, age = rows["converts"].to_numpy(), rows["age"].to_numpy()
    return share_ended(np.minimum(ends, age), ends <= age, window, 1 - LEVEL)


def _followed(rows: pd.DataFrame, days: int) -> int:
    """Leads that have been seen for so many days: where they are few, the end of the curve rests on hardly anybody."""
    return int((rows["age"] >= days).sum())


def _brings(
    rows: pd.DataFrame, won: Floats, others: Sequence[Floats], cost: float, draw: np.random.Generator
) -> dict[str, float]:
    """What a lead brings within 180 days, when that covers its cost, and what deals still open may add.

    An interval always holds the plain number beside it: what came is a fact, whatever the other sources are like.
    """
    age, amount, wins = rows["age"].to_numpy(), rows["amount"].to_numpy(), rows["wins"].to_numpy()
    old = _followed(rows, VALUE_DAYS)
    days, brought = course(age, wins, amount, VALUE_DAYS)
    paid = np.isfinite(cost) and cost > 0
    payback = months_to_cover(days, brought, cost) if paid else np.nan
    found = dict.fromkeys(["per_lead_low", "per_lead_high", "payback_low", "payback_high", "p_pays"], np.nan)
    found |= {"per_lead": float(brought[-1]), "followed": old, "payback": payback}
    found["still_open"] = float(rows.loc[rows["age"] >= VALUE_DAYS, "open_amount"].sum()) / old if old else np.nan
    if old >= ENOUGH and len(won) >= LEAST:
        share, n = share_and_n(np.minimum(wins, age), (wins <= age) & (amount > 0), VALUE_DAYS)
        drawn = worth(share, n, won, others, draw)
        found["per_lead_low"], found["per_lead_high"] = _holding(np.quantile(drawn, [LEVEL / 2, 1 - LEVEL / 2]), brought[-1])
        if paid:
            found["p_pays"] = float((drawn >= cost).mean())
            span = cover_interval(age, np.where(amount > 0, wins, np.inf), drawn, VALUE_DAYS, cost, draw, 1 - LEVEL)
            found["payback_low"], found["payback_high"] = _holding(span, payback)
    return {name: float(value) if np.isfinite(value) else np.nan for name, value in found.items()}


def _holding(span: Sequence[float] | Floats, value: float) -> tuple[float, float]:
    """The interval, wide enough to hold the value."""
    return min(span[0], value), max(span[1], value)


def _compared(table: pd.DataFrame, rows: pd.DataFrame, window: int, seed: int) -> pd.DataFrame:
    """Each source against all others together, where enough leads of both were seen for the whole window."""
    named = rows[rows["source"].notna()]
    codes, names = pd.factorize(named["source"], sort=True)
    old = np.bincount(codes[named["age"] >= window], minlength=len(names))
    tested = np.flatnonzero((old >= ENOUGH) & (old.sum() - old >= ENOUGH))
    ends, age = named["converts"].to_numpy(), named["age"].to_numpy()
    p = apart(codes.astype("int64"), np.minimum(ends, age), ends <= age, window, tested, seed)
    others = {name: _conversion(named[named["source"] != name], window)[0] for name in names[tested]}
    table = table.assign(
        p=table["source"].map(dict(zip(names[tested], p, strict=True))).astype("float64"),
        others=table["source"].map(others).astype("float64"),
    )
    return table.assign(differs=table["p"] < LEVEL)


def _missing(tables: Tables, rows: pd.DataFrame, spend: "pd.Series[float]") -> tuple[str, ...]:
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
        "campaign.spend": spend[spend.index.isin(rows["campaign_id"])].isna().any(),
    }
    return tuple(name for name, lacking in lacks.items() if lacking) if len(rows) else ()


def _findings(found: Leads, as_of: date) -> list[Finding]:
    span = (found.period.start, min(found.period.end, as_of))
    if found.nobodys and found.owned_when_converted:
        values = {"n": found.nobodys, "leads": found.leads}
        return [Finding("leads.owned_when_converted", "watch", values, Evidence(found.nobodys, "leads", period=span))]
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
        compared = table[table["p"].notna()]  # a source that is alone, or whose leads are young, was held against none
        n, counted = len(compared), int(compared["leads"].sum())
        return (
            [Finding("leads.even", "watch", {"n": n, "days": window}, Evidence(counted, "leads", period=span))] if n > 1 else []
        )
    told: list[Finding] = []
    ends: tuple[tuple[Mapping[Any, Any], str, Severity], ...]
    ends = ((apart[0], "leads.best", "good"), (apart[-1], "leads.worst", "watch"))
    for row, key, severity in ends:
        if (row["conversion"] > row["others"]) == (key == "leads.best"):
            values = {name: row[name] for name in ("source", "conversion", "others", "leads")} | {"days": window}
            told.append(Finding(key, severity, values, _evidence(row, span)))
    return told


def _paying(table: pd.DataFrame, span: tuple[date, date]) -> list[Finding]:
    """The largest paid source whose leads have surely not brought back what they cost.

    Surely: the chance that they do is below 2.5%, adjusted for the number of sources looked at (Holm), and even with every deal
    won that is still open after 180 days the upper end of their interval stays below the cost.
    """
    paid = table[table["p_pays"].notna()]
    sure = pd.Series(holm(paid["p_pays"].to_numpy()), index=paid.index) < LEVEL / 2
    never = paid[sure & (paid["per_lead_high"] + paid["still_open"] < paid["cost_per_lead"])]
    told = []
    for row in never.sort_values("spend", ascending=False).head(1).to_dict("records"):
        values = {name: row[name] for name in ("source", "spend", "won_amount", "cost_per_lead", "per_lead")}
        short = max(float(row["spend"] - row["per_lead"] * row["leads"]), 0.0)
        told.append(Finding("leads.unpaid", "act", values, Evidence(int(row["leads"]), "leads", row["per_lead_low"],
                    row["per_lead_high"], "money", 1 - LEVEL, span), weight=short))  # fmt: skip
    return told
