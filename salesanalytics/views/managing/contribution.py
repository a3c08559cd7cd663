"""What made the difference: a waterfall of the team against an earlier period, and for analysts each seller beside peers."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.analyses.managing.contribution import FACTORS, Contribution
from salesanalytics.show.blocks import Block, Blocks, Missing, Nothing
from salesanalytics.show.charts.waterfall import from_sum_to_sum, waterfall
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, money_ranges, table
from salesanalytics.show.words import Words

UNITS = {"people": "number", "activity": "number", "speed": "share", "conversion": "share", "size": "money"}


def contribution_figure(found: Contribution, words: Words) -> Block:
    """From what was booked then to what is booked now, factor by factor; a line of words where there is nothing before it."""
    team = found.sums[found.sums["against"] != "peers"]
    if team.empty:
        return Missing(words.say("contribution.missing"))
    total = team.sort_values("against").iloc[-1]
    rows = found.table[found.table["against"] == total["against"]]
    then = (total["start"].date(), total["end"].date())
    untold = [words.say(f"contribution.factor.{factor}") for factor in rows.loc[~rows["told"], "factor"]]
    note = words.say("contribution.note", n=total["worked"])
    return waterfall(
        from_sum_to_sum(
            (words.period(then), total["usual"]),
            [(words.say(f"contribution.factor.{row['factor']}"), row["part"]) for row in rows.to_dict("records")],
            (words.period(found.period.span), total["booked"]),
        ),
        "label",
        "delta",
        "role",
        words=words,
        title=chart_title(found.headline, words) if found.headline else words.say("contribution.title"),
        subtitle=words.say("contribution.subtitle", then=then),
        note=f"{note} {words.say('contribution.untold', factors=', '.join(untold))}" if untold else note,
        alt=words.say("contribution.alt"),
    )


def contribution_table(found: Contribution, words: Words) -> Blocks:
    """Per factor: what it was then and is now, and its part of the difference with its range; one table per earlier period."""
    parts = []
    for total in found.sums[found.sums["against"] != "peers"].to_dict("records"):
        rows = found.table[found.table["against"] == total["against"]]
        shown = _shown(rows, words)
        columns = _columns(words, words.say("contribution.then"), words.say("contribution.now"))
        sums = {"label": words.say("contribution.sum"), "part": total["booked"] - total["usual"]}
        title = words.say("contribution.table", then=(total["start"].date(), total["end"].date()))
        parts.append(table(shown, columns, words=words, title=title, total_row=sums))
    return Blocks(tuple(parts))


def contribution_reps(found: Contribution, words: Words) -> Block:
    """Each seller beside peers, one row with the part of every factor, for analysts."""
    sums = found.sums[found.sums["against"] == "peers"].sort_values(["name", "rep_id"])
    if sums.empty:
        return Nothing(audience="analyst")
    rows = found.table[found.table["against"] == "peers"]
    parts = rows.pivot(index="rep_id", columns="factor", values="part").reindex(sums["rep_id"])
    by_factor = [some.assign(range=_ranges(some, words)) for _, some in rows.groupby("factor")]  # a column has one step
    ranges = pd.concat(by_factor).pivot(index="rep_id", columns="factor", values="range").reindex(sums["rep_id"])
    shown = pd.DataFrame(
        {
            "name": sums["name"].to_numpy(),
            "gap": (sums["booked"] - sums["usual"]).to_numpy(),
            "seen": [words.say("counted.deals", n=n) for n in sums["worked"]],
            **{factor: parts[factor].to_numpy() for factor in FACTORS},
            **{f"{factor}_range": ranges[factor].to_numpy() for factor in FACTORS},
        }
    )
    columns = [
        Col("name", words.say("contribution.mine"), detail="seen"),
        Col("gap", words.say("contribution.sum"), "money_signed"),
        *(Col(name, words.say(f"contribution.factor.{name}"), "money_signed", detail=f"{name}_range") for name in FACTORS),
    ]
    title, note = words.say("contribution.reps"), words.say("contribution.reps_note")
    return table(shown, columns, words=words, title=title, note=note, audience="analyst")


def _ranges(rows: pd.DataFrame, words: Words) -> list[str]:
    """The range of each part; empty where the factor cannot be told, or nothing about it is chance."""
    known = rows["told"] & (rows["high"] > rows["low"])
    return money_ranges(rows["part"], rows["low"].where(known), rows["high"].where(known), words)


def _columns(words: Words, then: str, now: str) -> list[Col]:
    return [
        Col("label", words.say("contribution.of"), "said"),
        Col("then", then, "figure"),
        Col("now", now, "figure"),
        Col("part", words.say("contribution.part"), "money_signed", detail="range"),
    ]


def _shown(rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    records = rows.to_dict("records")
    return rows.assign(
        label=[words.say(f"contribution.factor.{row['factor']}") for row in records],
        then=[_value(row, "other", words) for row in records],
        now=[_value(row, "mine", words) for row in records],
        range=_ranges(rows, words),
    )[["label", "then", "now", "part", "range"]]


def _value(row: Mapping[Any, Any], side: str, words: Words) -> str:
    unit = UNITS[row["factor"]]
    return (
        words.percent(row[side]) if unit == "share" else words.money(row[side]) if unit == "money" else words.number(row[side])
    )
