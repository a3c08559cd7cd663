"""Capacity ahead: a fan per month beside the targets, and a table per quarter."""

from typing import Any

import pandas as pd

from salesanalytics.analyses.planning.capacity import Capacity
from salesanalytics.show.blocks import Figure, Missing, Nothing, TableBlock, Tone
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, money_step, table
from salesanalytics.show.words import Words


def capacity_figure(ahead: Capacity, words: Words) -> Figure | Missing | Nothing:
    """Capacity per month with its 80% range, beside what the targets ask for."""
    if ahead.headline is None or ahead.productivity is None:
        return Missing(words.say("capacity.missing"))
    rows = ahead.table.rename(columns={"median": "value"}).assign(who=words.say("capacity.line"))
    if len(rows) and "part" in rows and rows["part"].iloc[0] < 0.995:
        rows = rows.iloc[1:]  # the rest of a month would look like a slump
    asked = rows.dropna(subset=["target"]).assign(who=words.say("capacity.target"))
    asked = asked.assign(value=asked["target"], low=float("nan"), high=float("nan"))
    return lines(
        pd.concat([rows, asked], ignore_index=True),
        "month",
        "value",
        words=words,
        series="who",
        us=words.say("capacity.line"),
        low="low",
        high="high",
        title=chart_title(ahead.headline, words),
        subtitle=words.say("capacity.subtitle_hires", n=ahead.hires) if ahead.hires else words.say("capacity.subtitle"),
        note=words.say("capacity.note", n=ahead.sellers, worth=ahead.productivity, day=ahead.as_of),
        alt=words.say("capacity.alt"),
    )


def capacity_table(ahead: Capacity, words: Words) -> TableBlock | Missing | Nothing:
    """One row per quarter to come: target, likely bookings, chance, and how many more sellers it would take.

    Where the running quarter will land, its open deals tell better than its heads.
    """
    rows = ahead.quarters[[start > ahead.as_of for start in ahead.quarters["start"]]]
    if rows.empty:
        return Missing(words.say("capacity.missing"))
    step = money_step(float(rows["median"].max()))  # as in the head of the column
    shown = rows.assign(
        quarter=[words.period((start, end)) for start, end in zip(rows["start"], rows["end"], strict=True)],
        likely=[
            words.interval(low / step, high / step, "number", digits=int(step >= 1e6))
            for low, high in zip(rows["low"], rows["high"], strict=True)
        ],
        origin=[words.say(f"capacity.source.{source}") if source else "" for source in rows["source"]],
        more=[_more(row, words) for row in rows.to_dict("records")],
    )
    columns = [
        Col("quarter", words.say("capacity.quarter"), "said", detail="origin"),
        Col("target", words.say("capacity.goal"), "money"),
        Col("median", words.say("capacity.likely"), "money", detail="likely"),
        Col("p", words.say("capacity.chance"), "percent", tone=_tone, detail="more"),
    ]
    there = [col for col in columns if rows["target"].notna().any() or col.name in ("quarter", "median")]
    return table(shown, there, words=words, title=words.say("capacity.table_title"), note=words.say("capacity.table_note"))


def _tone(chance: float) -> Tone:
    return "good" if chance >= 0.8 else "bad" if chance < 0.5 else "neutral"


def _more(row: dict[Any, Any], words: Words) -> str:
    """Hires for an even chance and for four in five (hires: 2–5); nothing where none are needed, or none would help in time."""
    half, most = row["hires_50"], row["hires_80"]
    if row["target"] != row["target"] or half is None or half != half:
        return ""
    if most is None or most != most:
        return words.say("capacity.more", number=words.interval(half, None, "count"))
    number = words.count(half) if half == most else words.interval(half, most, "count")
    return words.say("capacity.more", number=number) if most else ""
