"""The goal ladder: how far each rung is, and what it takes from today on."""

from collections.abc import Mapping
from typing import Any

from salesanalytics.analyses.managing.goal_ladder import GoalLadder
from salesanalytics.show.blocks import Block, Missing, Nothing
from salesanalytics.show.charts.bullets import bullets
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

TAKES = ("deals", "opportunities", "activities")


def goal_ladder_figure(found: GoalLadder, words: Words) -> Block:
    """Won so far against the goal of each rung; a line of words where no goal is set at all."""
    rows = found.table[found.table["goal"].notna() & (found.table["rung"] != "day")]
    if rows.empty:
        return Missing(words.say("goal_ladder.missing"))
    shown = rows.assign(label=[words.say(f"goal_ladder.rung.{rung}") for rung in rows["rung"]])
    return bullets(
        shown,
        "label",
        "done",
        "goal",
        "expected_low",
        "expected_high",
        words=words,
        relative=True,
        says="goal_ladder.bullet",
        title=chart_title(found.headline, words) if found.headline else words.say("goal_ladder.title"),
        subtitle=words.say("goal_ladder.subtitle", day=found.as_of),
        note=words.say("goal_ladder.note", n=found.periods) if found.periods else words.say("goal_ladder.note_days"),
        alt=words.say("goal_ladder.alt"),
    )


def goal_ladder_table(found: GoalLadder, words: Words) -> Block:
    """One row per rung: what is still to be booked from tomorrow on, in money, deals, opportunities and activities."""
    if found.table["goal"].isna().all():
        return Nothing()
    records = found.table.to_dict("records")
    shown = found.table.assign(
        label=[words.say(f"goal_ladder.rung.{row['rung']}") for row in records],
        dates=[_dates(row, words) for row in records],
        state_said=[_state(row, words) for row in records],
        **{f"{name}_said": [_plain(row[name], words) for row in records] for name in TAKES},
        **{f"{name}_range": [_range(row, name, words) for row in records] for name in TAKES},
    )
    columns = [
        Col("label", words.say("goal_ladder.label"), "said", detail="dates"),
        Col("needed", words.say("goal_ladder.needed"), "money", detail="state_said"),
        *(
            Col(f"{name}_said", words.say(f"goal_ladder.{name}"), "figure", detail=f"{name}_range")
            for name in TAKES
            if found.table[name].notna().any()
        ),
    ]
    return table(shown, columns, words=words, title=words.say("goal_ladder.table"), note=_note(found, words))


def _dates(row: Mapping[Any, Any], words: Words) -> str:
    if row["start"] == row["end"]:
        return words.date(row["start"])
    return words.period((row["start"], row["end"]))


def _state(row: Mapping[Any, Any], words: Words) -> str:
    """How a goal that is set stands; one that is a part of another stands as that one does."""
    if row["state"] == "derived":
        return ""
    return words.say(f"goal_ladder.state.{row['state']}", expected=row["expected"])


def _plain(number: float, words: Words) -> str:
    """Deals as a leader counts them: whole ones, below ten with a tenth."""
    return words.number(number, digits=0 if number >= 9.95 else 1)


def _range(row: Mapping[Any, Any], name: str, words: Words) -> str:
    if row["needed"] != row["needed"] or row["needed"] <= 0 or row[name] != row[name]:
        return ""
    return words.interval(row[f"{name}_low"], row[f"{name}_high"], "number", digits=0 if row[name] >= 9.95 else 1)


def _note(found: GoalLadder, words: Words) -> str:
    """What the rates rest on, and how goals that nobody set were read off."""
    rates = found.rates.set_index("rate")
    told = [
        words.say(f"goal_ladder.rate.{key}", value=row["value"], each=1 / row["value"] if row["value"] else None, n=row["n"])
        for key, row in rates.iterrows()
    ]
    how = [key for key in ("course", "season", "days") if (found.table["how"] == key).any()]
    return " ".join([*(told or [words.say("goal_ladder.rate.none")]), *(words.say(f"goal_ladder.how.{key}") for key in how)])
