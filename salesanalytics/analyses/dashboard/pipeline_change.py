"""What moved the open pipeline between the ends of two days: created, changed, pushed, won, lost. The steps sum to the cent.

In: `opportunity`, with `opportunity_history` where it is kept. Out: one row per step of a waterfall. Money is counted in whole
cents, and every deal's way from its first standing to its last is one chain in a fixed order, so nothing is left over: it
enters (was open, created, reopened, taken over) with the amount it had then; its amount changes; with a `period`, its expected
close moves into or out of it; it leaves (handed over, won, lost, vanished) with the amount it has at the end. A deal that went
and came back between the two days is seen at its ends only. Never says why a deal moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Flags, Tables
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.data.tables.teams import deal_team, spans

Cents = NDArray[np.int64]
STEPS: dict[str, str] = {
    "open_start": "total",
    "created": "change",
    "reopened": "change",
    "taken_over": "neutral",
    "undated": "neutral",
    "amount_up": "change",
    "amount_down": "change",
    "pulled_in": "change",
    "pushed_out": "change",
    "handed_over": "neutral",
    "won": "neutral",
    "lost": "change",
    "vanished": "change",
    "open_end": "total",
}
NOTABLE = 0.05  # a pipeline that moved by less than this share of itself has not moved


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PipelineChange(Result):
    """The waterfall from the end of `period`'s first day to the end of its last, `as_of`; money in the base currency.

    `table`: one row per step: step, role (total, change, neutral), amount (signed), deals. Steps no deal took are left out.
    `due_by`: only deals expected to close by then count, None: all of them. `history`: whether the source logs changes; without
    it amounts stand at both ends as they were exported, and their steps are empty. `dates`: whether it logs changes of the
    expected close; without, what was due on an earlier day is unknown and all deals count. `without_amount`: deals that add 0.
    """

    due_by: date | None
    history: bool
    dates: bool
    without_amount: int

    def amount(self, step: str) -> float:
        """The amount of one step; 0 where no deal took it."""
        return float(self.table.loc[self.table["step"] == step, "amount"].sum())

    def deals(self, step: str) -> int:
        """How many deals took the step."""
        return int(self.table.loc[self.table["step"] == step, "deals"].sum())


def pipeline_change(
    tables: Tables,
    *,
    as_of: date,
    start: date,
    period: Period | None = None,
    team: str | None = None,
    before: Tables | None = None,
) -> PipelineChange:
    """The steps from the pipeline open at the end of `start` to that at the end of `as_of`.

    `period`: only deals expected to close by its end count, overdue ones too and undated ones not; a deal won while dated
    later is pulled in by being won. `team`: of a company's tables only this team's deals count, and those that changed hands
    are steps; a team's own tables do not tell these. `before`: the tables of an earlier snapshot, in which deals that have
    been deleted since are still found. ValueError where `as_of` lies before `start`.
    """
    if as_of < start:
        raise ValueError(f"as_of is {as_of}, before start {start}; expected start <= as_of")
    later = known_on(tables, as_of)
    earlier = known_on(before if before is not None else later, start)
    dates = later.logs_dates
    due = period if dates else None
    deals = _standing(earlier, later, start, as_of, team, due)
    steps = _chain(deals, with_period=due is not None)
    table = _table(steps)
    named = deals["open_start"] | deals["open_end"] | deals["created"]
    logged = "opportunity_history" in later and len(later["opportunity_history"]) > 0
    answer = PipelineChange(
        as_of=as_of,
        period=Period(start, as_of, "quarter" if period is None else period.kind),
        table=table,
        due_by=None if due is None else due.end,
        history=logged,
        dates=dates,
        without_amount=int((deals["nameless"] & named).sum()),
    )
    return answer.saying(*_findings(answer))


def _standing(earlier: Known, later: Known, start: date, end: date, team: str | None, period: Period | None) -> pd.DataFrame:
    """One row per deal known on either day: how it stood on both, and how it first stood if it came between them."""
    old = earlier["opportunity"].set_index("opportunity_id")
    new = later["opportunity"].set_index("opportunity_id")
    ids = new.index.union(old.index)
    known_start, known_end = ids.isin(old.index), ids.isin(new.index)
    began, ended = old.reindex(ids), new.reindex(ids)
    ours_start = _ours(earlier, team, start).reindex(ids, fill_value=False).to_numpy(dtype=bool)
    ours_end = _ours(later, team, end).reindex(ids, fill_value=False).to_numpy(dtype=bool)
    closed_end = known_end & (ended["is_closed"].eq(True)).to_numpy(dtype=bool)
    won_end = known_end & ended["is_won"].eq(True).to_numpy(dtype=bool)
    open_start = known_start & ~began["is_closed"].eq(True).to_numpy(dtype=bool)
    back = _came_back(earlier, later, start).reindex(ids, fill_value=False).to_numpy(dtype=bool)
    reopened = known_start & known_end & ~closed_end & (~open_start | (open_start & back))
    undated = known_end & ~known_start & ~closed_end & ended["created_at"].isna().to_numpy(dtype=bool)
    created = known_end & ~known_start & ~undated
    last = ended["amount"].where(known_end, began["amount"])
    last_date = ended["expected_close_date"].where(known_end, began["expected_close_date"])
    first = began["amount"].where(known_start, _first(later, "amount", ids, last))
    first_date = began["expected_close_date"].where(known_start, _first(later, "expected_close_date", ids, last_date))
    until = pd.Timestamp(period.end) if period else None
    return pd.DataFrame(
        {
            "open_start": open_start & ~reopened,
            "open_end": known_end & ~closed_end,
            "created": created,
            "undated": undated,
            "reopened": reopened,
            "won": won_end,
            "lost": closed_end & ~won_end,
            "vanished": known_start & ~known_end,
            "ours_start": ours_start,
            "ours_end": ours_end,
            "first": _cents(first),
            "last": _cents(last),
            "due_first": True if until is None else (first_date <= until).to_numpy(),
            "due_last": True if until is None else (last_date <= until).to_numpy() | (won_end & last_date.notna().to_numpy()),
            "nameless": last.isna().to_numpy(),
        },
        index=ids,
    )


def _ours(tables: Known, team: str | None, day: date) -> "pd.Series[bool]":
    deals = tables["opportunity"]
    everyone = pd.Series(True, index=deals.index)
    ours = everyone if team is None else deal_team(deals, spans(tables), day, tables.timezone).eq(team)
    return pd.Series(ours.to_numpy(dtype=bool), index=deals["opportunity_id"].to_numpy())


def _came_back(earlier: Tables, later: Tables, start: date) -> "pd.Series[bool]":
    """Deals that stood in a closed stage on the first day and whose log says that they left it afterwards."""
    deals = earlier["opportunity"]
    none = pd.Series(False, index=deals["opportunity_id"].to_numpy())
    if "stage" not in later or "opportunity_history" not in later:
        return none
    closed = set(later["stage"].loc[later["stage"]["is_closed"], "stage"])
    log = later["opportunity_history"]
    left = log[(log["field"] == "stage") & log["old_value"].isin(closed) & (log["changed_on"] > pd.Timestamp(start))]
    there = deals["stage"].isin(closed) & deals["opportunity_id"].isin(left["opportunity_id"])
    return pd.Series(there.to_numpy(dtype=bool), index=deals["opportunity_id"].to_numpy())


def _first(tables: Tables, field: str, ids: pd.Index, otherwise: "pd.Series[Any]") -> "pd.Series[Any]":
    """The value a deal was opened with: what its first logged change replaced, or set where it replaced nothing."""
    if "opportunity_history" not in tables:
        return otherwise
    log = tables["opportunity_history"]
    log = log[log["field"] == field].sort_values("changed_at", kind="stable").drop_duplicates("opportunity_id")
    text = log["old_value"].fillna(log["new_value"]).set_axis(log["opportunity_id"].to_numpy()).reindex(ids)
    value: pd.Series[Any] = (
        pd.to_numeric(text, errors="coerce").astype("float64")
        if field == "amount"
        else pd.to_datetime(text.astype(object), errors="coerce", format="ISO8601").astype("datetime64[us]")
    )
    return value.where(value.notna(), otherwise)


def _cents(amount: "pd.Series[Any]") -> Cents:
    return np.asarray(np.rint(amount.astype("float64").fillna(0.0).to_numpy() * 100), dtype=np.int64)


def _chain(deals: pd.DataFrame, *, with_period: bool) -> dict[str, tuple[Cents, Flags]]:
    """Cents and deals of each step: enters, amount, date, leaves, in this order for every deal."""
    take = {name: deals[name].to_numpy() for name in deals}
    first, last = take["first"], take["last"]
    was_open = take["open_start"]
    mine = was_open & take["ours_start"]
    handed = mine & ~take["vanished"] & ~take["ours_end"]
    taken = was_open & ~take["ours_start"] & take["ours_end"]
    created, reopened, undated = (take[name] & take["ours_end"] for name in ("created", "reopened", "undated"))
    inside = mine | taken | created | reopened | undated
    stays = inside & ~handed
    due, due_last = inside & take["due_first"], take["due_last"]
    change = np.where(stays & due, last - first, 0)
    pulled, pushed = stays & ~due & due_last, stays & due & ~due_last
    left = stays & due_last  # in the pipeline once amount and date have moved
    steps = {
        "open_start": (first, mine & due),
        "created": (first, created & due),
        "reopened": (first, reopened & due),
        "taken_over": (first, taken & due),
        "undated": (first, undated & due),
        "amount_up": (change, change > 0),
        "amount_down": (change, change < 0),
        "pulled_in": (last, pulled & with_period),
        "pushed_out": (-last, pushed & with_period),
        "handed_over": (-first, handed & due),
        "won": (-last, left & take["won"]),
        "lost": (-last, left & take["lost"]),
        "vanished": (-last, left & take["vanished"]),
        "open_end": (last, left & take["open_end"]),
    }
    return {name: (np.where(who, cents, 0), who) for name, (cents, who) in steps.items()}


def _table(steps: Mapping[str, tuple[Cents, Flags]]) -> pd.DataFrame:
    rows = [(name, STEPS[name], int(cents.sum()) / 100, int(who.sum())) for name, (cents, who) in steps.items()]
    table = pd.DataFrame(rows, columns=["step", "role", "amount", "deals"])
    return table[(table["role"] == "total") | (table["deals"] > 0)].reset_index(drop=True)


def _findings(found: PipelineChange) -> list[Finding]:
    """Whether the pipeline grew or shrank and through what; with a period, whether more was pushed out of it than won.

    Neither is said where much of it came in on days that are unknown.
    """
    start, end = found.amount("open_start"), found.amount("open_end")
    touched = sum(found.deals(step) for step, role in STEPS.items() if role != "total")
    evidence = Evidence(sum(map(found.deals, ("open_start", "created", "undated"))), "deals", period=found.period.span)
    if not touched or not (start or end):
        return []
    values = {
        "start": start,
        "end": end,
        "net": abs(end - start),
        "created": found.amount("created"),
        "won": -found.amount("won"),
        "lost": -found.amount("lost"),
        "pushed": -found.amount("pushed_out"),
        "pulled": found.amount("pulled_in"),
        "undated": found.amount("undated"),
        "days": found.period.days - 1,
        "n": found.deals("pushed_out"),
    }
    if values["undated"] > NOTABLE * end:
        return [Finding("pipeline_change.undated", "watch", values, evidence, weight=values["undated"], owner="operations")]
    if found.due_by is not None:
        slipped = values["pushed"] - values["pulled"]
        if slipped > values["won"] and slipped > NOTABLE * start:
            return [Finding("pipeline_change.pushed_out", "act", values, evidence, weight=slipped)]
        return [Finding("pipeline_change.due_moved", "watch", values, evidence)]
    if abs(end - start) <= NOTABLE * start:
        return [Finding("pipeline_change.steady", "good", values, evidence)]
    if end > start:
        return [Finding("pipeline_change.grew", "good", values, evidence)]
    key = "pipeline_change.shrank_lost" if values["lost"] > values["won"] else "pipeline_change.shrank_won"
    return [Finding(key, "watch", values, evidence, weight=start - end)]
