"""How often deals are won, why more or less was won than a year ago, and against whom.

In: closed deals with amounts, and competitors where owners write them down. Out: the share won counted three ways, because
losses close sooner than wins: of deals closed in the period, of those closed within twelve months, and of those opened long
enough ago to be over. The difference to the same days of the year before in exact parts. Each competitor beside the other
ones, among deals that name any: whoever writes a name down only when a deal is lost would else make every competitor look
strong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period, days_between, trailing_year
from salesanalytics.base.finding import Evidence, Finding, Says, Severity, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.competitors import competitors
from salesanalytics.models.winning.change import Change, change_of_won
from salesanalytics.stats.compare import false_discoveries, fisher
from salesanalytics.stats.intervals import share_interval, weighted_share_interval

LEAST_DEALS = 5  # closed in the period, and on the same days a year before, for the difference to be taken apart
LEAST_MET = 10  # deals that name a competitor, and deals that name others only, before they are compared
LEVEL = 0.05
LATE = 0.9  # of wins have come by the time after which a cohort counts as over
MOSTLY = 0.7  # of lost deals have an amount, else a share by amount would be of wins alone
SOONER = 1.25  # from so many times as long on, it is said that wins take longer than losses
LEAST_EITHER = 20
COLUMNS = ["which", "start", "end", "won", "decided", "open", "rate", "low", "high", "by_amount", "amount_low", "amount_high"]
RIVALS = ["competitor", "deals", "won", "rate", "low", "high", "others", "p", "differs"]
KINDS = ("type", "product_id", "lead_source")  # the first that tells kinds of deals apart is the mix
DEALS: tuple[Subject, str] = ("team", "")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WinLoss(Result):
    """`table`: one row per way to count: which (period, year, cohort), start and end of its days, won, decided, open (of a
    cohort, not decided yet), rate with low and high (95%, Wilson), by_amount with its range (Kish; missing where lost deals
    have no amounts).

    `change`: parts of the difference to the same days of the year before (`before`), None where either has under 5 deals.
    `rivals`: one row per competitor met ten times within twelve months, beside deals that name others only: rate, range, p
    (Fisher; Benjamini and Hochberg over the rows) and differs. `won_days`, `lost_days`: median days from opening to closing
    within twelve months; missing with under 20 of either. `named_lost`, `named_won`: share of lost and won deals that name
    one.
    """

    change: Change | None
    before: Period
    rivals: pd.DataFrame
    won_days: float
    lost_days: float
    named_won: float
    named_lost: float


def winloss(tables: Tables, *, as_of: date, period: Period, rivals: pd.DataFrame | None = None) -> WinLoss:
    """Of deals closed by `as_of`. `rivals`: the table `rivals` of the handover, judged over all teams' looks; without it those
    of these tables alone. ValueError where `as_of` lies before the period.
    """
    if as_of < period.start:
        raise ValueError(f"as_of is {as_of}; expected a day of the period or a later one, and it begins on {period.start}")
    deals = known_on(tables, as_of)["opportunity"]
    lately = closed_lately(deals, as_of)
    until, year = period.until(as_of), trailing_year(as_of)
    before = until.year_before(period)
    closed = deals[deals["is_closed"]]
    now, then = (closed[span.holds(closed["closed_on"])] for span in (until, before))
    reaches_back = bool(closed["closed_on"].min() <= pd.Timestamp(before.start))
    won_days, lost_days = _days(lately)
    named = lately["opportunity_id"].isin(competitors(lately)["opportunity_id"])
    found = WinLoss(
        as_of=as_of,
        period=period,
        table=pd.DataFrame([*_rates(deals, until, year)], columns=COLUMNS),
        change=_change(then, now) if reaches_back else None,
        before=before,
        rivals=judged(rivals_of(lately)) if rivals is None else rivals[RIVALS].reset_index(drop=True),
        won_days=won_days,
        lost_days=lost_days,
        named_won=float(named[lately["is_won"]].mean()),
        named_lost=float(named[~lately["is_won"]].mean()),
    )
    return found.saying(*_findings(found, until))


def _rates(deals: pd.DataFrame, until: Period, year: Period) -> list[dict[str, Any]]:
    """The three ways; a cohort is shown where wins tell how long it takes to be over."""
    closed = deals[deals["is_closed"]]
    rows = [
        _rate("period", until, closed[until.holds(closed["closed_on"])]),
        _rate("year", year, closed[year.holds(closed["closed_on"])]),
    ]
    took = days_between(closed["created_on"], closed["closed_on"])[closed["is_won"] & year.holds(closed["closed_on"])].dropna()
    if len(took) < LEAST_EITHER:
        return rows
    end = year.end - timedelta(days=int(np.ceil(took.quantile(LATE))))
    cohort = trailing_year(end)
    return [*rows, _rate("cohort", cohort, deals[cohort.holds(deals["created_on"])])]


def _rate(which: str, days: Period, deals: pd.DataFrame) -> dict[str, Any]:
    decided = deals[deals["is_closed"]]
    won, n = int(decided["is_won"].sum()), len(decided)
    row: dict[str, Any] = {
        "which": which,
        "start": days.start,
        "end": days.end,
        "won": won,
        "decided": n,
        "open": len(deals) - n,
    }
    row["rate"] = won / n if n else np.nan
    row["low"], row["high"] = share_interval(won, n) or (np.nan, np.nan)
    amount = decided["amount"].fillna(0.0).to_numpy(dtype=np.float64)
    total, lost = float(amount.sum()), ~decided["is_won"].to_numpy(dtype=bool)
    known = total > 0 and float((amount[lost] > 0).mean() if lost.any() else 1.0) >= MOSTLY
    share = float(amount[~lost].sum()) / total if known else np.nan
    row["by_amount"] = share
    row["amount_low"], row["amount_high"] = (weighted_share_interval(share, amount) if known else None) or (np.nan, np.nan)
    return row


def _days(closed: pd.DataFrame) -> tuple[float, float]:
    """Median days from opening to closing of wins and of losses; missing where either are few."""
    took = days_between(closed["created_on"], closed["closed_on"])
    won, lost = took[closed["is_won"]].dropna(), took[~closed["is_won"]].dropna()
    return (float(won.median()), float(lost.median())) if min(len(won), len(lost)) >= LEAST_EITHER else (np.nan, np.nan)


def _change(then: pd.DataFrame, now: pd.DataFrame) -> Change | None:
    if min(len(then), len(now)) < LEAST_DEALS:
        return None
    both = pd.concat([then, now])
    kind = next((name for name in KINDS if name in both and both[name].nunique() > 1), None)
    sides = [side.assign(won=side["is_won"].astype(int), amount=side["amount"].fillna(0.0)) for side in (then, now)]
    return change_of_won(*sides, won="won", amount="amount", kind=kind)


def closed_lately(deals: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Those closed within the twelve months up to a day, of deals as known on it."""
    return deals[deals["is_closed"] & trailing_year(as_of).holds(deals["closed_on"])]


def rivals_of(closed: pd.DataFrame) -> pd.DataFrame:
    """Competitors beside the other ones, most met first; p is not adjusted yet, and nothing differs."""
    met = competitors(closed)
    named = closed[closed["opportunity_id"].isin(met["opportunity_id"])]
    rows = []
    for name, theirs in met.groupby("competitor", sort=True):
        against = named["opportunity_id"].isin(theirs["opportunity_id"])
        mine, others = named.loc[against, "is_won"], named.loc[~against, "is_won"]
        if min(len(mine), len(others)) < LEAST_MET:
            continue
        won, n, others_won = int(mine.sum()), len(mine), int(others.sum())
        low, high = share_interval(won, n) or (np.nan, np.nan)
        p = fisher(won, n - won, others_won, len(others) - others_won)
        rows.append((name, n, won, won / n, low, high, others_won / len(others), p, False))
    table = pd.DataFrame(rows, columns=RIVALS).astype({"p": "float64"})
    return table.sort_values(["deals", "competitor"], ascending=[False, True], ignore_index=True)


def judged(rivals: pd.DataFrame) -> pd.DataFrame:
    """The same rows with p adjusted over all of them (Benjamini and Hochberg 1995), and whether they differ."""
    if rivals.empty:
        return rivals
    p = false_discoveries(rivals["p"].to_numpy())
    return rivals.assign(p=p, differs=p < LEVEL)


def _findings(found: WinLoss, until: Period) -> list[Finding]:
    """What made the difference, what the rate of the period hides, and whom we lose to."""
    told = [] if found.change is None else _of_change(found, found.change, until)
    told += _of_speed(found)
    told += [_of_rival(row, found) for row in found.rivals[found.rivals["differs"]].to_dict("records")]
    if not told:
        row = found.table.iloc[0]
        evidence = Evidence(int(row["decided"]), "closed_deals", period=until.span)
        told = [Finding("winloss.too_few", "watch", {"n": int(row["decided"]), "least": LEAST_DEALS}, evidence, about=DEALS)]
    return told


def _of_change(found: WinLoss, change: Change, until: Period) -> list[Finding]:
    """The largest part whose range does not reach across zero; else that luck alone could have made the difference."""
    parts = change.table
    sure = parts[(parts["low"] > 0) | (parts["high"] < 0)]
    difference = change.after - change.before
    values: dict[str, Any] = {
        "after": change.after,
        "before": change.before,
        "difference": abs(difference),
        "n": change.n_after,
    }
    seen = change.n_before + change.n_after
    if sure.empty:
        evidence = Evidence(seen, "closed_deals", period=until.span)
        key = "winloss.more_by_luck" if difference > 0 else "winloss.less_by_luck"
        return [Finding(key, "watch", values, evidence, about=DEALS, says="keep")]
    row = max(sure.to_dict("records"), key=lambda one: abs(one["part"]))
    up = row["part"] > 0
    values |= {"part": abs(row["part"]), "was": row["before"], "is": row["after"]}
    evidence = Evidence(seen, "closed_deals", row["low"], row["high"], "money", period=until.span)
    severity: Severity = "good" if up else "act"
    says: Says = "keep" if up else "check"
    key = f"winloss.{'more' if up else 'less'}_{row['factor']}"
    return [Finding(key, severity, values, evidence, weight=0.0 if up else abs(row["part"]), about=DEALS, says=says)]


def _of_speed(found: WinLoss) -> list[Finding]:
    """That the period's rate lies below the year's beyond luck while wins take longer than losses: much of it is still open."""
    now, year = found.table.iloc[0].to_dict(), found.table.iloc[1].to_dict()
    if not (found.won_days >= SOONER * found.lost_days and now["high"] < year["rate"]):
        return []
    values = {"won": found.won_days, "lost": found.lost_days, "year": year["rate"], "period": now["rate"]}
    evidence = Evidence(int(year["decided"]), "closed_deals", year["low"], year["high"], period=(year["start"], year["end"]))
    return [Finding("winloss.late", "watch", values, evidence, about=DEALS, says="check")]


def _of_rival(row: Mapping[Any, Any], found: WinLoss) -> Finding:
    weaker = row["rate"] < row["others"]
    values = {name: row[name] for name in ("competitor", "rate", "others")} | {"n": row["deals"]}
    span = trailing_year(found.as_of).span
    evidence = Evidence(int(row["deals"]), "closed_deals", row["low"], row["high"], period=span)
    if weaker:
        return Finding("winloss.loses_to", "act", values, evidence, about=DEALS, says="train")
    return Finding("winloss.beats", "good", values, evidence, about=DEALS, says="keep")
