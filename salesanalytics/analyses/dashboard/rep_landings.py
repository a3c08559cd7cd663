"""Where each seller's period will land, beside the own call and the quota; together they make the team's likely end.

In: where the team lands, with the chance of each open deal. Out: one row per seller. What is still to come is the seller's
own open deals, and of new business as large a part as of the bookings of a year, drawn to an equal one; whoever sells no more
brings none. All share one error, as the team has it. Never a ranking, and no word of why.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.open_deals import owner_names
from salesanalytics.facts.people import sellers_on
from salesanalytics.facts.quotas import rep_quotas
from salesanalytics.models.forecast.book import Book, book, day_number
from salesanalytics.models.forecast.owners import Owned, new_shares, new_size, owner_spread, simulate_owned
from salesanalytics.models.forecast.period_end import LEVEL

COLUMNS = ["rep_id", "name", "booked", "likely", "low", "high", "quota", "p_quota", "call"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RepLandings(Result):
    """`table`: one row per seller with deals or a quota, the largest likely end first: rep_id, name, booked (so far), likely
    (they add up to the team's), low and high (P10 to P90), quota and p_quota (chance to reach it; missing without one), call
    (the last commit for the period; missing without one). No rows where the team's end cannot be told.
    """


def rep_landings(
    tables: Tables,
    *,
    as_of: date,
    period: Period,
    ends: Landing | None = None,
    called: pd.DataFrame | None = None,
    draws: int = 4000,
) -> RepLandings:
    """Each seller's end of `period`. `ends`: the team's landing, where worked out already; `called`: what `calls` says of the
    period (scope, scope_id, call).
    """
    tables = known_on(tables, as_of)
    ends = ends or landing(tables, as_of=as_of, period=period)
    nothing = RepLandings(as_of=as_of, period=period, table=pd.DataFrame(columns=COLUMNS))
    if not ends.foretells or ends.basis is None or ends.middle is None or ends.by_deals is None:
        return nothing
    deals, today, basis = book(tables, as_of), day_number(as_of), ends.basis
    owned = _owned(tables, deals, as_of)
    states, shares = deals.open_on(today), new_shares(deals, owned, today)
    left = (period.end - as_of).days
    past = list(basis.past)
    spread, size = owner_spread(deals, owned, basis.cells, basis.seen, past, left), new_size(deals, past, left)
    rest = simulate_owned(basis.seen, owned.of[states.deal], shares, spread, size, 2, draws)
    alone, with_call = ends.by_deals - ends.booked, ends.middle - ends.booked
    rest *= with_call / alone if alone > 0 else 1.0
    mean = rest.mean(axis=0)
    likely = mean * (with_call / mean.sum()) if mean.sum() > 0 else mean
    mine = deals.won_between(day_number(period.start), today) & (owned.of >= 0)
    booked = np.bincount(owned.of[mine], deals.amount[mine], len(owned.names))
    quotas = rep_quotas(tables, period, as_of).set_index("rep_id")["quota"]
    reps = pd.Series(owned.names, dtype=object)
    quota = reps.map(quotas).to_numpy(dtype=np.float64)
    low, high = np.quantile(rest, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    table = pd.DataFrame(
        {
            "rep_id": owned.names,
            "name": owner_names(reps, tables).to_numpy(dtype=object),
            "booked": booked,
            "likely": booked + likely,
            "low": booked + np.minimum(low, likely),
            "high": booked + np.maximum(high, likely),
            "quota": quota,
            "p_quota": np.where(quota > 0, np.mean(booked + rest >= quota, axis=0), np.nan),
            "call": reps.map(_calls(called)).to_numpy(dtype=np.float64),
        }
    )
    table = table[(table[["booked", "likely"]] > 0).any(axis=1) | (table["quota"] > 0)]
    answer = replace(nothing, table=table.sort_values(["likely", "name"], ascending=[False, True], ignore_index=True))
    return answer.saying(*_findings(answer))


def _owned(tables: Tables, deals: Book, as_of: date) -> Owned:
    """Whose each deal is, and who still sells."""
    of = tables["opportunity"].set_index("opportunity_id")["owner_rep_id"].reindex(deals.ids)
    selling = set(sellers_on(tables, pd.Timestamp(as_of))["rep_id"])
    names = np.array(sorted({*of.dropna(), *selling}), dtype=object)
    place = pd.Index(names).get_indexer(pd.Index(of.to_numpy(dtype=object)))
    return Owned(names, place.astype(np.int64), np.isin(names, list(selling)))


def _calls(called: pd.DataFrame | None) -> "pd.Series[float]":
    if called is None or called.empty:
        return pd.Series(dtype="float64")
    reps = called[(called["scope"] == "rep") & (called["source"] == "rep")]
    return reps.drop_duplicates("scope_id").set_index("scope_id")["call"]


def _findings(found: RepLandings) -> list[Finding]:
    """How many are likely to reach their quota, and who misses most."""
    known = found.table.dropna(subset=["quota"])
    known = known[known["quota"] > 0]
    if known.empty:
        return []
    gap = (known["quota"] - known["likely"]).clip(lower=0)
    values = {"n": int((known["p_quota"] >= 0.5).sum()), "of": len(known)}
    evidence = Evidence(len(known), "sellers", period=found.period.span)
    if not (gap > 0).any():
        return [Finding("rep_landings.all", "good", values, evidence)]
    worst = known.iloc[int(gap.argmax())]
    named = {"rep": worst["name"], "gap": float(gap.max()), "quota": worst["quota"], "likely": worst["likely"]}
    told = Finding("rep_landings.short", "watch", values | named, evidence, weight=float(gap.sum()))
    return [told.of(("rep", str(worst["rep_id"])), "talk")]
