"""Whether something the plan rests on has changed: what, since when, from what to what, and which part of the plan it touches.

In: `opportunity`, and `lead`, `rep`, `product` where they are kept. Out: one row per watched quantity. Each is a series of
rolling months that end with `as_of` (with the 28th before it where its month has a later day than others have). A step that
began one to six months ago is fitted beside level, month of the quarter, season and growth where the data are long enough, and
its largest Student statistic over the six (a generalised likelihood ratio over the unknown day, after Page 1954) is held
against a threshold. The thresholds are those at which companies without any change, looked at once a week, raise `per_year`
alarms a year, all quantities together (found by simulation). Months count by their number of deals. Never says why it changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.monthly import LEAST_AFTER, LEAST_MONTHS, WatchedSeries, leavers_by_month, plan_series
from salesanalytics.stats.alarms import LATEST, Design, scan, threshold, threshold_of_events
from salesanalytics.stats.intervals import share_interval

SEASON_MONTHS = 24  # fewer months cannot tell a season from a change
LEVEL = 0.05
TOUCHES = {
    "win_rate": "goals",
    "deal_size": "quotas",
    "cycle": "goals",
    "lead_volume": "leads",
    "new_deals": "goals",
    "headcount": "hires",
    "product_mix": "quotas",
}
UNITS = {"win_rate": "share", "deal_size": "money", "cycle": "days", "product_mix": "share"}
COLUMNS = [
    "key", "detail", "unit", "watched", "before", "after", "low", "high", "n_before", "n_after", "since", "statistic",
    "threshold", "fired", "touches",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Replan(Result):
    """What is watched and what has fired.

    `table`: one row per quantity: key, detail (product family, where the mix is meant), unit, watched (False: too little data,
    then the rest is missing), before and after (win rate: share; deal_size: geometric mean of won amounts; cycle: geometric
    mean of days; lead_volume, new_deals: per month; headcount: leavers per year; product_mix: share of new deals), low and
    high (95% interval of `after`; the day was chosen for its size, so `after` leans outwards), n_before, n_after (deals, leads
    or leavers), since (estimated first day of the change, to the month), statistic, threshold, fired, touches (part of the
    plan). `alarms`: false alarms a year, all together. `unwatched`: keys without enough data.
    """

    alarms: float
    unwatched: tuple[str, ...]


def replan(tables: Tables, *, as_of: date, per_year: float = 1.0) -> Replan:
    """The quantities a plan rests on, each held against its own past. ValueError where `per_year` is not above 0."""
    if not per_year > 0:
        raise ValueError(f"per_year is {per_year}; expected more than 0, such as 1.0 for one false alarm a year")
    tables = known_on(tables, as_of)
    series = plan_series(tables, as_of)
    keys = {one.key for one in series}
    leavers = leavers_by_month(tables, as_of)
    each = per_year / max(len(keys) + (leavers is not None), 1)
    found = [_row(one, as_of, each / sum(other.key == one.key for other in series)) for one in series]
    rows = [row for row in found if row is not None]
    if leavers is not None:
        rows.append(_leaver_row(leavers, as_of, each))
    table = _table(rows)
    unwatched = tuple(table.loc[~table["watched"], "key"])
    answer = Replan(as_of=as_of, period=trailing_year(as_of), table=table, alarms=per_year, unwatched=unwatched)
    return answer.saying(*_findings(table, as_of, per_year))


def _table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row per quantity in the order of TOUCHES; of the product families the one that moved most against its threshold."""
    best: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        if row["key"] not in best or row["excess"] > best[row["key"]]["excess"]:
            best[row["key"]] = row
    blank = {"detail": "", "watched": False, "fired": False, "n_before": 0, "n_after": 0}
    listed = [
        {**blank, **best.get(key, {}), "key": key, "touches": touched, "unit": UNITS.get(key, "number")}
        for key, touched in TOUCHES.items()
    ]
    table = pd.DataFrame(listed).reindex(columns=COLUMNS)
    table["since"] = pd.to_datetime(table["since"]).astype("datetime64[us]")
    numbers = ["before", "after", "low", "high", "statistic", "threshold"]
    return table.astype(dict.fromkeys(numbers, "float64") | {"n_before": "int64", "n_after": "int64"})


def _row(one: WatchedSeries, as_of: date, per_year: float) -> dict[str, Any] | None:
    months = len(one.value)
    design = Design(months, season=months >= SEASON_MONTHS, trend=one.kind == "count" and months >= SEASON_MONTHS)
    found = scan(one.value, one.weight, design, one.n, LEAST_AFTER if one.kind != "count" else 0)
    if found is None:
        return None
    limit = threshold(design, round(per_year, 4))
    past, recent = slice(None, months - found.latest), slice(months - found.latest, None)
    before, after = (float(one.total[part].sum()) for part in (past, recent))
    n_before, n_after = (int(one.n[part].sum()) for part in (past, recent))
    values = _pooled(one, before, after, n_before, n_after, found.latest, found.noise)
    return {
        "key": one.key, "detail": one.detail, "watched": True, **values, "n_before": n_before, "n_after": n_after,
        "since": _begins(as_of, found.latest), "statistic": abs(found.statistic), "threshold": limit,
        "fired": abs(found.statistic) > limit, "excess": abs(found.statistic) / limit,
    }  # fmt: skip


def _pooled(
    one: WatchedSeries, before: float, after: float, n_before: int, n_after: int, latest: int, noise: float
) -> dict[str, float]:
    """Before and after in the quantity's own unit, and the interval of after."""
    z = float(stats.norm.ppf(1 - LEVEL / 2))
    if one.kind == "share":
        low, high = share_interval(int(after), n_after) or (np.nan, np.nan)
        return {"before": before / n_before, "after": after / n_after, "low": low, "high": high}
    if one.kind == "log":
        middle, half = after / n_after, z * noise / np.sqrt(n_after)
        return {"before": float(np.exp(before / n_before)), "after": float(np.exp(middle)),
                "low": float(np.exp(middle - half)), "high": float(np.exp(middle + half))}  # fmt: skip
    per_month = after / latest
    ends = [max(np.sqrt(per_month) + side * z * max(noise, 1.0) / 2 / np.sqrt(latest), 0.0) ** 2 for side in (-1, 1)]
    return {"before": before / (len(one.value) - latest), "after": per_month, "low": float(ends[0]), "high": float(ends[1])}


def _begins(as_of: date, latest: int) -> pd.Timestamp:
    """First day of the last `latest` rolling months."""
    return pd.Timestamp(as_of) - pd.DateOffset(months=latest) + pd.Timedelta(days=1)


def _leaver_row(counts: Floats, as_of: date, per_year: float) -> dict[str, Any]:
    """Leavers of the last months against the rate of the months before them: how unlikely so many are, as −log10 p."""
    months = len(counts)
    surprise = []
    for latest in range(1, LATEST + 1):
        rate = (counts[:-latest].sum() + 0.5) / (months - latest)
        surprise.append(-float(stats.poisson.logsf(counts[-latest:].sum() - 1, rate * latest)) / np.log(10))
    latest = int(np.argmax(surprise)) + 1
    before, after = float(counts[:-latest].sum()), float(counts[-latest:].sum())
    limit = threshold_of_events(round(float(counts.sum()) / months, 2), months, round(per_year, 4))
    yearly = 12 / latest
    low = float(stats.chi2.ppf(LEVEL / 2, 2 * after)) / 2 * yearly if after else 0.0
    high = float(stats.chi2.ppf(1 - LEVEL / 2, 2 * after + 2)) / 2 * yearly
    return {
        "key": "headcount", "detail": "", "watched": True, "before": before / (months - latest) * 12,
        "after": after / latest * 12, "low": low, "high": high, "n_before": int(before),
        "n_after": int(after), "since": _begins(as_of, latest), "statistic": surprise[latest - 1], "threshold": limit,
        "fired": surprise[latest - 1] > limit, "excess": surprise[latest - 1] / limit,
    }  # fmt: skip


def _findings(table: pd.DataFrame, as_of: date, per_year: float) -> list[Finding]:
    """One finding per trigger; where none fired, that; where nothing could be watched, that."""
    counted = {"win_rate": "closed_deals", "deal_size": "won_deals", "cycle": "won_deals", "lead_volume": "leads",
               "headcount": "leavers"}  # fmt: skip
    worse_up = {"cycle", "headcount"}
    told = []
    for row in table[table["fired"]].to_dict("records"):
        key, up = row["key"], row["after"] > row["before"]
        names = ("before", "after", "since", "n_after", "n_before", "detail")
        evidence = Evidence(row["n_after"], counted.get(key, "deals"), row["low"], row["high"], row["unit"], 1 - LEVEL,
                            (row["since"].date(), as_of))  # fmt: skip
        bad = up == (key in worse_up)
        severity: Literal["act", "watch"] = "watch" if key == "product_mix" or not bad else "act"
        told.append(Finding(f"replan.{key}_{'up' if up else 'down'}", severity, {name: row[name] for name in names}, evidence))
    watched = int(table["watched"].sum())
    if not watched:
        return [
            Finding(
                "replan.unwatched", "watch", {"months": LEAST_MONTHS}, Evidence(0, "watched"), owner="operations", says="record"
            )
        ]
    if not told:
        values = {"n": watched, "alarms": per_year}
        return [
            Finding(
                "replan.none", "good", values, Evidence(watched, "watched"), about=("plan", ""), says="keep", horizon="next"
            )
        ]
    return told
