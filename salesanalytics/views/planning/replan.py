"""What the plan rests on and what of it has changed, as one compact table.

In: a result with `table` (key, detail, unit, watched, before, after, low, high, since, fired, touches) and `alarms`, the false
alarms a year that all rows together may raise. Out: a table, changed rows first; what is not watched stands below it.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.analyses.planning.replan import Replan
from salesanalytics.show.blocks import Block, Blocks, Missing
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def replan_table(found: Replan, words: Words) -> Blocks:
    """One row per watched quantity: before, now with its range, and since when where it has changed."""
    watched = found.table[found.table["watched"]].sort_values("fired", ascending=False, kind="stable")
    unwatched = found.table.loc[~found.table["watched"], "key"]
    blocks: list[Block] = []
    if len(watched):
        blocks.append(_table(watched, found, words))
    if len(unwatched):
        names = ", ".join(words.say(f"replan.key.{key}") for key in unwatched)
        text = words.say("replan.title.unwatched") + "." if not len(watched) else ""
        blocks.append(Missing(f"{text} {words.say('replan.unwatched')} {names}.".strip()))
    return Blocks(tuple(blocks))


def _table(rows: pd.DataFrame, found: Replan, words: Words) -> Block:
    told = rows.to_dict("records")
    shown = rows.assign(
        what=[_name(row, words) for row in told],
        touched=[words.say(f"replan.touches.{row['touches']}") for row in told],
        was=[words.value(row["before"], row["unit"]) for row in told],
        now=[_now(row, words) for row in told],
        range=[words.interval(row["low"], row["high"], row["unit"]) if row["fired"] else "" for row in told],
        begun=[words.month(row["since"]) if row["fired"] else words.say("replan.unchanged") for row in told],
    )
    columns = [
        Col("what", words.say("replan.what"), "said", detail="touched"),
        Col("was", words.say("replan.before"), "figure"),
        Col("now", words.say("replan.after"), "figure", detail="range"),
        Col("begun", words.say("replan.since"), "said"),
    ]
    fired = int(rows["fired"].sum())
    title = words.say("replan.title.fired", n=fired) if fired else words.say("replan.title.none")
    subtitle, note = words.say("replan.subtitle", day=found.as_of), words.say("replan.note", alarms=found.alarms)
    return table(shown, columns, words=words, title=title, subtitle=subtitle, note=note)


def _name(row: Mapping[Any, Any], words: Words) -> str:
    return (
        words.say("replan.key.product_mix_of", family=row["detail"]) if row["detail"] else words.say(f"replan.key.{row['key']}")
    )


def _now(row: Mapping[Any, Any], words: Words) -> str:
    sign = ("▲ " if row["after"] > row["before"] else "▼ ") if row["fired"] else ""
    return f"{sign}{words.value(row['after'], row['unit'])}"
