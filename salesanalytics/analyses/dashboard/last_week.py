"""What changed since a week ago: deals won, lost, opened and moved, and what that did to where the period will land.

In: deals with their change log, and where the period lands as seen on either day. Out: one row per deal that moved, the likely
end part by part, then and now, and what moved it: a lost deal takes off what it was likely to bring, not all it was worth, and
a won one adds what was not expected of it. Parts and causes add up. What was known a week ago comes from the log alone: where
no dates are logged, nothing is said of deals that moved into the period or out of it. Never says why a deal moved, but for the
reason its owner wrote down.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding, running
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.open_deals import CATEGORIES, UNSET, deal_names, owner_names
from salesanalytics.models.forecast.book import FAR, Book, book, day_number

MOVES = ("won", "lost", "pushed_out", "pulled_in", "new", "grew", "shrank")
"""What happened to a deal; of two things at once, the first is told."""
PARTS = ("won", *CATEGORIES, UNSET, "closed", "new")
SLIGHT = 0.02  # of the likely end; what moved it by less did not move it,
LIKELIER = 0.05  # unless the chance of the goal went with it
CAUSES = ("won", "lost", "pushed_out", "pulled_in", "new", "resized", "chances", "later")
"""What the likely end moves by: as in `MOVES`, other amounts, likelier or less likely open deals, deals not yet opened."""
TELLING = 0.1  # of the cause that moved most; what moved less is no reason
DEALS = ["opportunity_id", "deal", "owner", "what", "amount", "amount_before", "close", "close_before", "reason", "effect"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LastWeek(Result):
    """What changed between the ends of `since` and of `as_of`; money in the base currency.

    `table`: one row per deal that moved, by what happened and then by amount: opportunity_id, deal, owner, what (see `MOVES`),
    amount and amount_before, close and close_before (expected; missing where unknown), reason (of a lost one), effect (on the
    likely end). `parts`: one row per part of the likely end: part, before, now, change; open deals under the forecast category
    they have today, `closed`: those that closed since, `new`: business not yet opened. `causes`: one row per cause of `CAUSES`
    that moved it: cause, n, amount (of the deals; missing where it is of none in particular), effect; they add up to the
    change. Both are empty, and effects missing, where one of the two days has no landing.
    `middle`, `p_hit` and `middle_before`, `p_hit_before`: the likely end and the chance of the goal; None: not told. `dates`:
    whether moved dates are known. `undated`: what open deals without a creation day bring to the likely end: nobody knows
    whether they were open then, so where it is more than a little the two ends are not compared.
    """

    since: date
    parts: pd.DataFrame
    causes: pd.DataFrame
    middle: float | None
    middle_before: float | None
    p_hit: float | None
    p_hit_before: float | None
    dates: bool
    undated: float

    @property
    def change(self) -> float | None:
        """By how much the likely end rose; None where it cannot be told."""
        return None if self.middle is None or self.middle_before is None else self.middle - self.middle_before

    def money(self, what: str) -> float | None:
        """The amounts of the deals this happened to, as far as they are known; None where none of them is."""
        amounts = self.table.loc[self.table["what"] == what, "amount"]
        return float(amounts.sum()) if amounts.empty or amounts.notna().any() else None

    @property
    def happened(self) -> dict[str, float | int | None]:
        """By what happened, the money, and the number of deals as `n_` and its name."""
        counts = self.table["what"].value_counts()
        return {what: self.money(what) for what in MOVES} | {f"n_{what}": int(counts.get(what, 0)) for what in MOVES}


def compared_with(named: str, as_of: date) -> date:
    """The day a page compares `as_of` with: the one `named` (YYYY-MM-DD), else a week before. ValueError: no day before it."""
    try:
        day = date.fromisoformat(named) if named else as_of - timedelta(days=7)
    except ValueError as error:
        raise ValueError(f"since is {named!r}; expected a day as YYYY-MM-DD, or nothing for a week before") from error
    if day >= as_of:
        raise ValueError(f"since is {day}; expected a day before as_of, {as_of}")
    return day


def last_week(
    tables: Tables, *, as_of: date, period: Period, since: date, now: Landing | None = None, before: Landing | None = None
) -> LastWeek:
    """What changed from the end of `since` to the end of `as_of`. `now` and `before`: where `period` lands as seen on these
    days. ValueError where `since` is not before `as_of`.
    """
    if since >= as_of:
        raise ValueError(f"since is {since}; expected a day before as_of, {as_of}")
    tables = known_on(tables, as_of)
    deals = book(tables, as_of)
    moved = _moved(tables, deals, day_number(since), day_number(as_of), day_number(period.end))
    ends = (now, before) if now and before and now.foretells and before.foretells else None
    undated = _bring(now, deals.ids[deals.undated]) if ends and now else 0.0
    if now and undated > SLIGHT * (now.middle or 0.0):
        ends = None  # that they are not in the pipeline of then is no change
    parts = _parts(*ends) if ends else pd.DataFrame(columns=["part", "before", "now", "change"])
    moved["effect"] = _effects(moved, *ends) if ends else np.nan
    answer = LastWeek(
        as_of=as_of,
        period=period,
        since=since,
        table=moved,
        parts=parts,
        causes=_causes(moved, parts) if ends else pd.DataFrame(columns=["cause", "n", "amount", "effect"]),
        middle=ends[0].middle if ends else None,
        middle_before=ends[1].middle if ends else None,
        p_hit=ends[0].p_hit if ends else None,
        p_hit_before=ends[1].p_hit if ends else None,
        dates=deals.has_dates,
        undated=undated,
    )
    return answer.saying(*_findings(answer))


def _moved(tables: Tables, deals: Book, since: int, today: int, end: int) -> pd.DataFrame:
    """One row per deal that closed, was opened, or changed its amount or its side of the period's end."""
    old, new = deals.open_on(since), deals.open_on(today)
    rows = pd.DataFrame(index=np.arange(len(deals.ids)))
    rows["amount_before"] = pd.Series(old.amount, index=old.deal)
    rows["amount"] = pd.Series(new.amount, index=new.deal)
    rows["due_before"] = pd.Series(old.expected, index=old.deal)
    rows["due"] = pd.Series(new.expected, index=new.deal)
    closed = (deals.closed > since) & (deals.closed <= today)
    rows.loc[closed, "amount"] = np.where(deals.amount[closed] > 0, deals.amount[closed], np.nan)
    known = rows["due"].lt(FAR) & rows["due_before"].lt(FAR)
    more = rows["amount"] - rows["amount_before"]
    happened = {
        "won": closed & deals.won,
        "lost": closed & ~deals.won,
        "pushed_out": known & rows["due_before"].le(end) & rows["due"].gt(end),
        "pulled_in": known & rows["due_before"].gt(end) & rows["due"].le(end),
        "new": (deals.created > since) & (deals.created <= today) & ~deals.undated,
        "grew": more.gt(0),
        "shrank": more.lt(0),
    }
    which = [np.asarray(happened[what], dtype=bool) for what in MOVES]
    rows["what"] = np.select(which, MOVES, default="")
    rows = rows[rows["what"] != ""]
    of = tables["opportunity"].set_index("opportunity_id", drop=False).reindex(deals.ids[rows.index])
    table = pd.DataFrame(
        {
            "opportunity_id": of["opportunity_id"].to_numpy(dtype=object),
            "deal": deal_names(of, tables).to_numpy(dtype=object),
            "owner": owner_names(of["owner_rep_id"], tables).to_numpy(dtype=object),
            "what": pd.Categorical(rows["what"], MOVES, ordered=True),
            "amount": rows["amount"].to_numpy(),
            "amount_before": rows["amount_before"].to_numpy(),
            "close": _days(rows["due"]),
            "close_before": _days(rows["due_before"]),
            "reason": of["loss_reason"].where(rows["what"].eq("lost").to_numpy()).to_numpy(dtype=object),
        }
    )
    return table.sort_values(["what", "amount", "opportunity_id"], ascending=[True, False, True], ignore_index=True)


def _days(number: "pd.Series[Any]") -> "pd.Series[Any]":
    known = number.where(number < FAR).to_numpy(dtype=np.float64)
    return pd.Series(pd.Timestamp(1970, 1, 1) + pd.to_timedelta(known, unit="D")).astype("datetime64[us]")


def _parts(now: Landing, before: Landing) -> pd.DataFrame:
    """The likely end on either day; each open deal under today's category, so that only its worth moves."""
    category = now.table.set_index("opportunity_id")["category"]
    theirs = before.table["opportunity_id"].map(category).fillna("closed")
    columns = {"before": before.table.groupby(theirs)["likely"].sum(), "now": now.table.groupby("category")["likely"].sum()}
    for name, one in (("before", before), ("now", now)):
        whole = one.parts.set_index("part")["likely"]
        columns[name] = pd.concat([columns[name], whole[["won", "new"]]])
    table = pd.DataFrame(columns).reindex(list(PARTS)).fillna(0.0).rename_axis("part").reset_index()
    table = table[(table["before"] != 0) | (table["now"] != 0)].reset_index(drop=True)
    return table.assign(change=table["now"] - table["before"])


def _bring(now: Landing, deals: NDArray[Any]) -> float:
    return float(now.table.loc[now.table["opportunity_id"].isin(deals), "likely"].sum())


def _effects(moved: pd.DataFrame, now: Landing, before: Landing) -> "pd.Series[float]":
    """What each deal brings to the likely end today, less what it was likely to bring then."""
    then, today = (one.table.set_index("opportunity_id")["likely"] for one in (before, now))
    brings = moved["opportunity_id"].map(today).fillna(0.0).mask(moved["what"] == "won", moved["amount"].fillna(0.0))
    return brings - moved["opportunity_id"].map(then).fillna(0.0)


def _causes(moved: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """What moved the likely end, the deals that moved first; what is left of the change are chances of open deals."""
    cause = moved["what"].astype(object).replace({"grew": "resized", "shrank": "resized"})
    by = moved.groupby(cause).agg(n=("amount", "size"), amount=("amount", "sum"), effect=("effect", "sum"))
    change = parts.set_index("part")["change"]
    later = float(change.get("new", 0.0))
    by.loc["later", "effect"], by.loc["chances", "effect"] = later, float(change.sum() - later - by["effect"].sum())
    return by.reindex([one for one in CAUSES if one in by.index]).rename_axis("cause").reset_index()


def _findings(found: LastWeek) -> list[Finding]:
    """By how much the likely end moved and what happened meanwhile; without a landing, what happened alone."""
    span = (found.since + timedelta(days=1), found.as_of)
    evidence = Evidence(len(found.table), "moved_deals", period=span)
    values: dict[str, Any] = {**found.happened, "since": found.since}
    if found.change is None or found.middle is None:
        key = "last_week.moved" if values["n_lost"] else "last_week.moved_unlost"
        return [Finding(key, "watch", values, evidence).of(running(found.period))] if len(found.table) else []
    moved = abs(found.change)
    values |= {"change": moved, "net": found.change, "middle": found.middle, "before": found.middle_before}
    values |= {"p_hit": found.p_hit, "p_hit_before": found.p_hit_before}
    of = running(found.period)
    if found.table.empty:
        return [Finding("last_week.still", "watch", values, evidence).of(of)]
    sign = -1 if found.change < 0 else 1
    values |= _largest(found, sign) | {"causes": _telling(found.causes)}
    goal = "" if found.p_hit is None or found.p_hit_before is None else "_goal"
    likelier = 0.0 if not goal else (found.p_hit or 0.0) - (found.p_hit_before or 0.0)
    if moved < SLIGHT * found.middle and abs(likelier) < LIKELIER:
        return [Finding(f"last_week.same{goal}", "watch", values, evidence).of(of)]
    way = "down" if sign < 0 else "up"
    return [Finding(f"last_week.{way}{goal}", "watch" if way == "down" else "good", values, evidence, weight=moved).of(of)]


def _telling(causes: pd.DataFrame) -> tuple[tuple[str, float], ...]:
    """The two causes that moved most, whichever way, and what each did; and all others as one, where they matter too."""
    size = causes["effect"].abs()
    first = causes.loc[size[size > TELLING * size.max()].nlargest(2).index]
    rest = float(causes["effect"].sum() - first["effect"].sum())
    told = [(_signed(cause, effect), float(effect)) for cause, effect in first[["cause", "effect"]].to_numpy()]
    return (*told, *([("rest", rest)] if abs(rest) > SLIGHT * size.max() else []))


def _signed(cause: str, effect: float) -> str:
    return f"{cause}_{'up' if effect > 0 else 'down'}" if cause == "resized" else str(cause)


def _largest(found: LastWeek, sign: int) -> dict[str, Any]:
    """The deal to speak of: the one that moved the likely end most in its direction, else the largest that moved."""
    by = found.table.assign(pull=(found.table["effect"] * sign).clip(lower=0))
    top = by.sort_values(["pull", "amount", "opportunity_id"], ascending=[False, False, True]).iloc[0]
    return {"deal": top["deal"], "owner": top["owner"], "top": top["amount"]}
