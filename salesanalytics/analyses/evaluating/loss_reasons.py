"""Which reasons lose the most money in a period, against the same days of the year before.

In: `opportunity` with the reasons its owners wrote down. Out: one row per reason, capitals aside. A lost deal counts with its
amount on the day it was lost; one without amount counts as a deal and as no money. What was lost is a fact; the interval says
what a period like this one loses to a reason when luck is left aside. A reason is called different only where chance does not
explain it, all reasons looked at. It says what owners wrote, never why a buyer really said no.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.spelling import one_spelling
from salesanalytics.stats.compare import false_discoveries
from salesanalytics.stats.compound import difference_of_sums, p_alike, sum_interval

LEVEL = 0.05
ENOUGH = 10  # lost deals in both stretches of days before a reason is held against the year before
LEAST_DEALS = 5  # lost deals of the period; fewer are talked about one by one
UNRECORDED = ""
NO_LOSS = re.compile(r"\bduplic|\bdublur|\bdublat|\btest\b|\bby mistake\b|\bin error\b|\bdin greșeală\b", re.IGNORECASE)
"""A record taken back is no money lost to anybody: it stands among the reasons, and is never what to act on."""
MUCH = 0.3  # share without a reason: of the money, from which on it is said; of the deals, above which nothing is compared
COLUMNS = [
    "reason", "deals", "lost", "low", "high", "share", "deals_before", "lost_before", "change", "change_low", "change_high",
    "p", "differs",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LossReasons(Result):
    """Lost money by reason; money in the base currency.

    `table`: one row per reason, most money first, deals without a reason last (""): deals and lost (so far in the period), low
    and high (95% of what such days lose), share (of the money lost), deals_before and lost_before (same days a year earlier),
    change with change_low and change_high (95%), p (adjusted over the reasons; missing where too few deals were lost), differs.
    What concerns the year before is missing where the records do not reach back. `lost`, `lost_before`: sums; `deals`: lost in
    the period; `without_amount`: of these; `before`: the days held against; `recorded`: whether any reason is written down.
    """

    lost: float
    lost_before: float | None
    deals: int
    without_amount: int
    before: Period
    recorded: bool


def loss_reasons(tables: Tables, *, as_of: date, period: Period, seed: int = 0) -> LossReasons:
    """Deals lost in `period` up to `as_of`, by reason, beside those lost on the same days of the year before.

    ValueError where `as_of` lies before the period.
    """
    if as_of < period.start:
        raise ValueError(f"as_of is {as_of}; expected a day of the period or a later one, and it begins on {period.start}")
    deals = known_on(tables, as_of)["opportunity"]
    lost = deals[deals["is_closed"] & ~deals["is_won"]]
    lost = lost.assign(money=lost["amount"].fillna(0.0), reason=one_spelling(lost["loss_reason"].fillna(UNRECORDED)))
    until = period.until(as_of)
    before = until.year_before(period)
    now, then = lost[until.holds(lost["closed_on"])], lost[before.holds(lost["closed_on"])]
    reaches_back = bool(deals["closed_on"].min() <= pd.Timestamp(before.start))
    share = until.days / (until.days + before.days) if _mostly_recorded(now) and _mostly_recorded(then) else None
    table = _table(now, then if reaches_back else None, share, seed)
    answer = LossReasons(
        as_of=as_of,
        period=period,
        table=table,
        lost=float(now["money"].sum()),
        lost_before=float(then["money"].sum()) if reaches_back else None,
        deals=len(now),
        without_amount=int(now["amount"].isna().sum()),
        before=before,
        recorded=bool(lost["loss_reason"].notna().any()),
    )
    return answer.saying(*_findings(answer, until))


def _mostly_recorded(lost: pd.DataFrame) -> bool:
    """Whether reasons are written down often enough to be held against other days, whose habit may be another."""
    return bool((lost["reason"] == UNRECORDED).sum() <= MUCH * len(lost))


def _table(now: pd.DataFrame, then: pd.DataFrame | None, share: float | None, seed: int) -> pd.DataFrame:
    """One row per reason that either stretch of days knows; `share`: the period's part of all days; None: nothing is tested."""
    both = now if then is None else pd.concat([now, then])
    largest = float(both["money"].max()) if len(both) else 0.0
    rows = [
        _row(reason, _money(now, reason), None if then is None else _money(then, reason), largest, share, seed)
        for reason in sorted(both["reason"].unique())
    ]
    numbers = [name for name in COLUMNS if name not in ("reason", "deals", "differs")]
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(numbers, "float64") | {"deals": "int64"})
    tested = table["p"].notna()
    table["p"] = pd.Series(false_discoveries(list(table.loc[tested, "p"])), index=table.index[tested]).reindex(table.index)
    table["differs"] = table["p"] < LEVEL
    total = float(table["lost"].sum())
    table["share"] = table["lost"] / total if total else np.nan
    ordered = table.assign(last=table["reason"] == UNRECORDED)
    ordered = ordered.sort_values(["last", "lost", "reason"], ascending=[True, False, True], ignore_index=True)
    return ordered[COLUMNS]


def _money(lost: pd.DataFrame, reason: str) -> Floats:
    """The amounts lost to a reason, smallest first, so that the order of rows makes no difference."""
    return np.sort(lost.loc[lost["reason"] == reason, "money"].to_numpy(dtype=np.float64))


def _row(reason: str, now: Floats, then: Floats | None, largest: float, share: float | None, seed: int) -> dict[str, object]:
    low, high = sum_interval(now, largest)
    row: dict[str, object] = {"reason": reason, "deals": len(now), "lost": now.sum(), "low": low, "high": high}
    if then is None:
        return row
    least, most = difference_of_sums(now, then, largest)
    p = np.nan
    if share is not None and reason != UNRECORDED and len(now) + len(then) >= ENOUGH:
        p = p_alike(now, then, share, seed)
    return row | {
        "deals_before": len(then),
        "lost_before": then.sum(),
        "change": now.sum() - then.sum(),
        "change_low": least,
        "change_high": most,
        "p": p,
    }


def _findings(found: LossReasons, until: Period) -> list[Finding]:
    """The reasons that changed beyond chance, or the largest one; and whether reasons are written down at all."""
    if not found.recorded:
        return []
    deals = Evidence(found.deals, "lost_deals", period=until.span)
    if found.deals < LEAST_DEALS:
        return [Finding("loss_reasons.too_few", "watch", {"n": found.deals}, deals)]
    named = found.table[(found.table["reason"] != UNRECORDED) & ~found.table["reason"].str.contains(NO_LOSS)]
    changed = named[named["differs"]].sort_values("change", key=abs, ascending=False)
    told = [_changed(row, until) for row in changed.to_dict("records")]
    if not told and len(named) and named["lost"].iloc[0] > 0:
        told = [_largest(named.iloc[0].to_dict(), until, compared=bool(named["p"].notna().any()))]
    silent = found.table.loc[found.table["reason"] == UNRECORDED, ["share", "lost", "deals"]]
    if len(silent) and silent["share"].iloc[0] >= MUCH:
        values = {"share": silent["share"].iloc[0], "lost": silent["lost"].iloc[0], "n": int(silent["deals"].iloc[0])}
        told.append(Finding("loss_reasons.unrecorded", "watch", values, deals, owner="rep"))
    return told


def _changed(row: Mapping[Any, Any], until: Period) -> Finding:
    change, n = float(row["change"]), int(row["deals"]) + int(row["deals_before"])
    values = {name: row[name] for name in ("reason", "lost", "lost_before")} | {"n": row["deals"]}
    evidence = Evidence(n, "lost_deals", float(row["low"]), float(row["high"]), "money", period=until.span)
    if change > 0:
        return Finding("loss_reasons.more", "act", values | {"change": change}, evidence, weight=change)
    return Finding("loss_reasons.fewer", "good", values | {"change": -change}, evidence)


def _largest(row: Mapping[Any, Any], until: Period, *, compared: bool) -> Finding:
    values = {name: row[name] for name in ("reason", "lost", "share")} | {"n": row["deals"]}
    evidence = Evidence(int(row["deals"]), "lost_deals", float(row["low"]), float(row["high"]), "money", period=until.span)
    return Finding("loss_reasons.largest" if compared else "loss_reasons.largest_alone", "watch", values, evidence)
