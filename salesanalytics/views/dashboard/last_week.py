"""What changed since a week ago: what moved the likely end, that end part by part, and the deals that moved, as tables."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.analyses.dashboard.last_week import LastWeek
from salesanalytics.show.blocks import Blocks, Missing, Nothing, TableBlock
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

MOST_DEALS = 8
EACH = 2  # of what happened, so many are shown before the largest of the rest


def last_week_tables(found: LastWeek, words: Words) -> Blocks | Missing:
    """Why the likely end moved and where, and the largest deals that did; a line of words where nothing moved."""
    if found.table.empty and found.parts.empty:
        return Missing(words.say("last_week.missing", since=found.since))
    return Blocks((_causes(found, words), _parts(found, words), _deals(found, words)))


def _causes(found: LastWeek, words: Words) -> TableBlock | Nothing:
    rows = found.causes
    columns = [
        Col("name", words.say("last_week.what"), "said"),
        Col("n", words.say("last_week.deals"), "count"),
        Col("amount", words.say("last_week.amount"), "money"),
        Col("effect", words.say("last_week.effect"), "money_signed"),
    ]
    return table(
        rows.assign(name=[words.say(f"last_week.causes.{cause}") for cause in rows["cause"]]),
        columns,
        words=words,
        title=words.say("last_week.causes_title"),
        subtitle=words.say("last_week.between", since=found.since, as_of=found.as_of),
        note=words.say("last_week.causes_note"),
        total_row={"name": words.say("last_week.parts.total"), "effect": found.change},
    )


def _parts(found: LastWeek, words: Words) -> TableBlock | Nothing:
    rows = found.parts
    columns = [
        Col("name", words.say("last_week.part"), "said"),
        Col("before", words.say("last_week.before"), "money"),
        Col("now", words.say("last_week.now"), "money"),
        Col("change", words.say("last_week.change"), "money_signed"),
    ]
    return table(
        rows.assign(name=[words.say(f"last_week.parts.{part}") for part in rows["part"]]),
        columns,
        words=words,
        title=words.say("last_week.parts_title"),
        subtitle=words.say("last_week.between", since=found.since, as_of=found.as_of),
        note=words.say("last_week.parts_note"),
        total_row={
            "name": words.say("last_week.parts.total"),
            "before": found.middle_before,
            "now": found.middle,
            "change": found.change,
        },
    )


def _deals(found: LastWeek, words: Words) -> TableBlock | Nothing:
    rows = _shown(found.table)
    what = [_said(row, words) for row in rows.to_dict("records")]
    columns = [
        Col("deal", words.say("last_week.deal"), detail="owner", record="opportunity_id"),
        Col("said", words.say("last_week.what"), "said"),
        Col("amount", words.say("last_week.amount"), "money"),
    ]
    cut = words.say("last_week.cut", shown=len(rows), n=len(found.table)) if len(rows) < len(found.table) else ""
    no_dates = "" if found.dates else words.say("last_week.no_dates")
    undated = words.say("last_week.undated", undated=found.undated) if found.undated and found.parts.empty else ""
    return table(
        rows.assign(said=what),
        columns,
        words=words,
        title=words.say("last_week.deals_title", n=len(found.table)),
        subtitle=words.say("last_week.sums", **found.happened),
        note=" ".join(one for one in (cut, no_dates, undated) if one),
    )


def _shown(moved: pd.DataFrame) -> pd.DataFrame:
    """The largest of each kind of move, then the largest of all; in their order."""
    largest = moved.sort_values("amount", ascending=False)
    first = largest.groupby("what", observed=True).head(EACH)
    rest = largest.drop(first.index)
    return moved.loc[sorted([*first.index, *rest.index][:MOST_DEALS])]


def _said(row: Mapping[Any, Any], words: Words) -> str:
    """What happened to a deal, in a few words."""
    what = str(row["what"])
    if what == "lost" and isinstance(row["reason"], str):
        return words.say("last_week.happened.lost_to", reason=row["reason"])
    return words.say(f"last_week.happened.{what}", **{name: row[name] for name in ("close", "amount_before")})
