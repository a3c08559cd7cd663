"""Whom to hire by when: a table of the quarters ahead, and what goes with staying and coming up to speed."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.analyses.recruiting.hiring import LEVEL, Hiring
from salesanalytics.show.blocks import Block, Missing
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def hiring_table(found: Hiring, words: Words) -> Block:
    """One row per quarter with a target: its chance, and who has to start and be decided on by when."""
    rows = found.table[found.table["target"].notna()]
    if rows.empty:
        return Missing(words.say("hiring.missing"))
    records = rows.to_dict("records")
    shown = rows.assign(
        quarter=[words.say("hiring.span", span=(row["start"], row["end"])) for row in records],
        source=[words.say(f"capacity.source.{row['source']}") for row in records],
        hires=[_hires(row, words) for row in records],
        by=[_by(row, words) for row in records],
    )
    columns = [
        Col("quarter", words.say("capacity.quarter")),
        Col("target", words.say("capacity.goal"), "money", detail="source"),
        Col("p", words.say("capacity.chance"), "percent"),
        Col("hires", words.say("hiring.hires"), "said", detail="by"),
    ]
    key = "note" if found.vacancies else "note_assumed"
    note = words.say(f"hiring.{key}", n=found.vacancies, days=round(found.vacant_days))
    return table(shown, columns, words=words, title=words.say("hiring.table"), note=note)


def _hires(row: Mapping[Any, Any], words: Words) -> str:
    if pd.isna(row["hires_50"]):
        return words.say("hiring.no_hiring_helps")
    if pd.isna(row["hires_80"]):
        return words.say("hiring.for_50" if row["hires_50"] else "hiring.none_for_50", n=int(row["hires_50"]))
    if not row["hires_50"]:
        return words.say("hiring.for_80" if row["hires_80"] else "hiring.none", n=int(row["hires_80"]))
    return words.say("hiring.for_both", n=int(row["hires_50"]), more=int(row["hires_80"]))


def _by(row: Mapping[Any, Any], words: Words) -> str:
    if pd.isna(row["decide_by"]) or not max(row["hires_50"], 0 if pd.isna(row["hires_80"]) else row["hires_80"]):
        return ""
    return words.say("hiring.too_late" if row["late"] else "hiring.by", start=row["start_by"], decide=row["decide_by"])


def newcomers_table(found: Hiring, words: Words) -> Block:
    """One row per group of newcomers: how often its people leave, and what they open in their first year."""
    if found.groups.empty:
        return Missing(words.say("hiring.no_groups"))
    rows = found.groups
    shown = rows.assign(
        name=[group_name(row, words) for row in rows.to_dict("records")],
        people=[words.say("counted.people", n=int(n)) for n in rows["people"]],
        **{what: [_times(row, what, words) for row in rows.to_dict("records")] for what in ("leaves", "opens")},
        **{f"{what}_range": [_range(row, what, words) for row in rows.to_dict("records")] for what in ("leaves", "opens")},
    )
    columns = [
        Col("name", words.say("hiring.group"), "said", detail="people"),
        Col("leaves", words.say("hiring.leaves"), "figure", detail="leaves_range"),
        Col("opens", words.say("hiring.opens"), "figure", detail="opens_range"),
    ]
    return table(
        shown, columns, words=words, title=words.say("hiring.groups"), note=words.say("hiring.groups_note", n=found.people)
    )


def group_name(row: Mapping[Any, Any], words: Words) -> str:
    """A group as it is read: how people were told apart, and which they are."""
    value = words.say(f"hiring.half.{row['group']}") if row["by"] == "first_rating" else words.text(row["group"])
    return words.say(f"hiring.by_what.{row['by']}", value=value)


def _times(row: Mapping[Any, Any], what: str, words: Words) -> str:
    if pd.isna(row[what]):
        return words.text(None)
    mark = words.say("hiring.stands_out") if row[f"{what}_p"] <= LEVEL else ""
    return f"{words.number(row[what], digits=2)}{mark}"


def _range(row: Mapping[Any, Any], what: str, words: Words) -> str:
    return "" if pd.isna(row[what]) else words.interval(row[f"{what}_low"], row[f"{what}_high"], "number", digits=2)
