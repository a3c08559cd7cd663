"""The sellers' cards: for a leader whether they differ at all, for analysts who does on what."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.analyses.managing.rep_measures import BETTER, LOGS, PARTS
from salesanalytics.analyses.managing.scorecards import UNITS, Scorecards
from salesanalytics.show.blocks import Block, Missing, Nothing
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words
from salesanalytics.stats.suppression import FEW


def scorecards_summary(found: Scorecards, words: Words) -> Block:
    """One row per KPI: what is usual among the team's sellers, how far they truly lie apart, and whether anybody stands out."""
    if found.table.empty:
        return Missing(words.say("scorecards.missing"))
    rows = found.summary[found.summary["sellers"] >= FEW]
    if rows.empty:
        return Missing(words.say("scorecards.small", n=found.sellers, least=FEW))
    records = rows.to_dict("records")
    shown = rows.assign(
        label=[words.say(f"kpi.{row['kpi']}") for row in records],
        compared=[words.say("counted.sellers", n=row["sellers"]) for row in records],
        middle=[words.value(row["usual"], UNITS[row["kpi"]]) for row in records],
        apart=[_spread(row, words) for row in records],
        told=[words.say(f"scorecards.out.{_out(row)}", n=row["out"]) for row in records],
    )
    columns = [
        Col("label", words.say("scorecards.kpi"), "said", detail="compared"),
        Col("middle", words.say("scorecards.usual"), "figure"),
        Col("apart", words.say("scorecards.spread"), "figure"),
        Col("told", words.say("scorecards.stands"), "said"),
    ]
    title = chart_title(found.headline, words) if found.headline else words.say("scorecards.title")
    looks = int(found.table["looks"].max())
    note = words.say("scorecards.note", looks=looks, few=FEW)
    return table(shown, columns, words=words, title=title, subtitle=words.say("scorecards.subtitle"), note=note)


def scorecards_table(found: Scorecards, words: Words) -> Block:
    """Every seller's card, for analysts: the value with its range, peers beside it, the last four quarters."""
    if found.table.empty:
        return Nothing(audience="analyst")
    parts = []
    for _, mine in found.table.groupby(["name", "rep_id"], sort=True):
        head = pd.DataFrame([{"role": "group", "label": words.text(mine["name"].iloc[0])}])
        parts += [head, pd.DataFrame([_card(row, words) for row in mine.to_dict("records")])]
    shown = pd.concat(parts, ignore_index=True).fillna({"counted": "", "range": "", "seen": "", "middle": ""})
    shown["course"] = [course if isinstance(course, list) else [] for course in shown["course"]]
    columns = [
        Col("label", words.say("scorecards.kpi"), "said", detail="counted"),
        Col("seen", words.say("scorecards.value"), "figure", detail="range"),
        Col("middle", words.say("scorecards.peers"), "figure"),
        Col("course", words.say("scorecards.quarters"), "spark"),
    ]
    note = words.say("scorecards.table_note", looks=int(found.table["looks"].max()))
    title = words.say("scorecards.table")
    return table(shown, columns, words=words, title=title, note=note, role="role", audience="analyst")


def _card(row: Mapping[Any, Any], words: Words) -> dict[str, Any]:
    unit = UNITS[row["kpi"]]
    compared = row["value"] == row["value"]
    sign = ""
    if row["differs"]:
        sign = "◆ " if BETTER[row["kpi"]] == "neither" or row["good"] is pd.NA else "▲ " if row["good"] else "▼ "
    seen = words.value(row["value"] if compared else row["raw"], unit)
    return {
        "role": "body",
        "label": words.say(f"kpi.{row['kpi']}"),
        "counted": words.say("scorecards.raw", value=words.value(row["raw"], unit), n=row["n"]),
        "seen": f"{sign}{seen}",
        "range": words.interval(row["low"], row["high"], unit) if compared else words.say("scorecards.no_peers"),
        "middle": words.value(row["usual"], unit),
        "course": [row[part] for part in PARTS],
    }


def _spread(row: Mapping[Any, Any], words: Words) -> str:
    """One standard deviation between sellers, beyond chance; a dash where there is none to be seen."""
    if row["spread"] <= 0:
        return words.percent(None)
    return f"±{words.percent(row['spread']) if row['kpi'] in LOGS else words.points(row['spread'])}"


def _out(row: Mapping[Any, Any]) -> str:
    if not row["differ"]:
        return "none"
    return "many" if row["out"] == row["out"] and row["out"] > 0 else "some"
