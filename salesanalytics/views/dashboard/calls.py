"""What people call for the period, corrected by how far off they were before."""

from typing import Any

from salesanalytics.analyses.dashboard.calls import Calls
from salesanalytics.show.blocks import Missing, Nothing, TableBlock
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def _share_range(low: float, high: float, words: Words) -> str:
    """A range that may begin below zero, in few signs."""
    return f"{words.percent(low, signed=True, digits=0)} … {words.percent(high, signed=True, digits=0)}"


def calls_table(calls: Calls, words: Words) -> TableBlock | Missing | Nothing:
    """One row per person who called this period: the call, corrected, and how far off they usually are."""
    rows = calls.table
    there = rows[rows["call"].notna()].sort_values(["source", "call"], ascending=[False, False], kind="stable")
    if there.empty:
        return Missing(words.say("calls.missing"))
    told: list[dict[Any, Any]] = there.to_dict("records")
    shown = there.assign(
        who=[words.say("calls.manager", name=row["name"]) if row["source"] == "manager" else row["name"] for row in told],
        corrected_range=[words.money_range(row["corrected_low"], row["corrected_high"]) for row in told],
        off=[words.percent(row["optimism"], signed=True) if row["enough"] else words.say("calls.not_enough") for row in told],
        off_range=[_share_range(row["low"], row["high"], words) if row["enough"] else "" for row in told],
    )
    columns = [
        Col("who", words.say("calls.who")),
        Col("call", words.say("calls.call"), "money"),
        Col("corrected", words.say("calls.corrected"), "money", detail="corrected_range"),
        Col("off", words.say("calls.optimism"), "figure", detail="off_range"),
    ]
    return table(
        shown,
        columns,
        words=words,
        title=words.say("calls.title"),
        subtitle=words.say("calls.subtitle", span=calls.period.span),
        note=words.say("calls.note"),
    )
