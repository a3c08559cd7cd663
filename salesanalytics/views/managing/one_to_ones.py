"""One-to-ones: for a leader who is due and what was agreed on, for analysts each person's agenda, and the sheet of one."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.analyses.managing.one_to_ones import OneToOnes
from salesanalytics.show.blocks import Block, Blocks, Missing, Nothing, Strip, Tile
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words
from salesanalytics.views.dashboard.attention import attention_reasons

MOST_COMMITMENTS, MOST_DEALS = 10, 8
STATES = ("overdue", "open", "done", "dropped")


def one_to_ones_table(found: OneToOnes, words: Words) -> Block:
    """One row per person: when they were last talked to, when it is due, what was agreed on, how many deals need help."""
    if found.table.empty:
        return Missing(words.say("one_to_ones.missing"))
    records = found.table.to_dict("records")
    shown = found.table.assign(
        rhythm=[_rhythm(row, found, words) for row in records],
        due=[words.date(row["due_on"]) for row in records],
        late=[_late(row, words) for row in records],
        agreed=[words.count(row["open"] + row["overdue"]) for row in records],
        agreed_late=[words.say("one_to_ones.late", n=row["overdue"]) if row["overdue"] else "" for row in records],
        worth=[words.money(row["amount"]) if row["deals"] else "" for row in records],
    )
    dated = [
        Col("due", words.say("one_to_ones.due"), "figure", detail="late"),
        Col("agreed", words.say("one_to_ones.open"), "figure", detail="agreed_late"),
    ]
    columns = [
        Col("name", words.say("one_to_ones.who"), detail="rhythm"),
        *(dated if found.recorded else []),
        Col("deals", words.say("one_to_ones.deals"), "count", detail="worth"),
    ]
    usual = int((~found.table["cadence_said"]).sum())
    note = words.say("one_to_ones.note")
    if usual:
        note = f"{note} {words.say('one_to_ones.usual', n=usual)}"
    title = chart_title(found.headline, words) if found.headline else words.say("one_to_ones.title")
    return table(shown, columns, words=words, title=title, note=note)


def one_to_ones_commitments(found: OneToOnes, words: Words) -> Block:
    """What was agreed on and is overdue, the longest first."""
    late = found.commitments[found.commitments["state"] == "overdue"]
    shown = _agreed(late.head(MOST_COMMITMENTS), words)
    columns = [
        Col("name", words.say("one_to_ones.who"), detail="by_said"),
        Col("what", words.say("one_to_ones.what"), detail="made"),
        Col("due", words.say("one_to_ones.by_when"), "figure", detail="told"),
    ]
    note = words.say("one_to_ones.cut", n=len(shown), all=len(late)) if len(late) > len(shown) else ""
    return table(shown, columns, words=words, title=words.say("one_to_ones.agreed_title", n=len(late)), note=note)


def one_to_ones_agenda(found: OneToOnes, words: Words) -> Block:
    """What to talk about with each person, for analysts."""
    parts = []
    for row in found.table.sort_values(["name", "rep_id"]).to_dict("records"):
        parts.append(pd.DataFrame([{"what": words.text(row["name"]), "said": "", "role": "group"}]))
        parts.append(pd.DataFrame(_topics(row, found, words)).assign(role="body"))
    if not parts:
        return Nothing(audience="analyst")
    columns = [Col("what", words.say("one_to_ones.topic"), "said"), Col("said", words.say("one_to_ones.say"), "said")]
    title = words.say("one_to_ones.agenda")
    return table(pd.concat(parts, ignore_index=True), columns, words=words, title=title, role="role", audience="analyst")


def one_to_one_sheet(found: OneToOnes, words: Words) -> Blocks:
    """The sheet of each person in `found` (see `OneToOnes.of`): when, what was agreed on, deals, and what to talk about."""
    return Blocks(
        tuple(block for row in found.table.to_dict("records") for block in _sheet(row, found.of(row["rep_id"]), words))
    )


def _sheet(row: Mapping[Any, Any], mine: OneToOnes, words: Words) -> list[Block]:
    last = words.date(row["last_on"]) if row["last_on"] == row["last_on"] else words.say("one_to_ones.none_yet")
    tiles = [
        Tile(words.say("one_to_ones.last"), last),
        Tile(
            words.say("one_to_ones.due"),
            words.date(row["due_on"]),
            _late(row, words),
            "bad" if row["days_overdue"] else "neutral",
        ),
        Tile(
            words.say("one_to_ones.rhythm"),
            _cadence(row, words),
            "" if row["cadence_said"] else words.say("one_to_ones.not_said"),
        ),
    ]
    columns = [Col("what", words.say("one_to_ones.topic"), "said"), Col("said", words.say("one_to_ones.say"), "said")]
    topics = table(pd.DataFrame(_topics(row, mine, words)), columns, words=words, title=words.say("one_to_ones.topics"))
    parts = [Strip(tuple(tiles if mine.recorded else tiles[2:])), _sheet_agreed(mine, words), _sheet_deals(mine, words), topics]
    return [part for part in parts if not isinstance(part, Nothing)]


def _sheet_agreed(mine: OneToOnes, words: Words) -> Block:
    if not mine.recorded:
        return Missing(words.say("one_to_ones.not_recorded"))
    if mine.commitments.empty:
        return Missing(words.say("one_to_ones.nothing_agreed"))
    columns = [
        Col("what", words.say("one_to_ones.what"), detail="by_said"),
        Col("due", words.say("one_to_ones.by_when"), "figure"),
        Col("told", words.say("one_to_ones.state"), "said"),
    ]
    return table(_agreed(mine.commitments, words), columns, words=words, title=words.say("one_to_ones.carried"))


def _sheet_deals(mine: OneToOnes, words: Words) -> Block:
    if mine.deals.empty:
        return Missing(words.say("one_to_ones.no_deals"))
    rows = mine.deals.head(MOST_DEALS)
    shown = rows.assign(why=[attention_reasons(row, words) for row in rows.to_dict("records")])
    columns = [
        Col("deal", words.say("attention.deal"), detail="stage"),
        Col("amount", words.say("attention.amount"), "money"),
        Col("why", words.say("attention.why"), "said"),
    ]
    note = words.say("one_to_ones.cut", n=len(rows), all=len(mine.deals)) if len(mine.deals) > len(rows) else ""
    return table(shown, columns, words=words, title=words.say("one_to_ones.deals_title"), note=note)


def _topics(row: Mapping[Any, Any], found: OneToOnes, words: Words) -> list[dict[str, str]]:
    """Form, strength, gap and question, each with what to say."""
    form = words.say(f"one_to_ones.form.{row['form']}")
    topics = {
        "how": form if row["form_said"] else words.say("one_to_ones.form_not_said", form=form),
        "strength": _card(row, "strength", found, words),
        "gap": _card(row, "gap", found, words),
        "ask": words.say(f"one_to_ones.question.{row['question']}", **_asked(row)),
    }
    return [{"what": words.say(f"one_to_ones.topic_{name}"), "said": said} for name, said in topics.items()]


def _asked(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "n": row["deals"] if row["question"] == "deals" else row["overdue"],
        "kpi": row["gap"] or row["strength"] or "win_rate",
    }


def _card(row: Mapping[Any, Any], side: str, found: OneToOnes, words: Words) -> str:
    """A strength or a gap beyond chance; else what can be said instead."""
    if not row[side]:
        key = f"no_{side}" if found.compared else "not_compared"
        if key == "no_strength" and not row["done"]:
            key = "nothing_kept"
        return words.say(f"one_to_ones.{key}", n=row["done"])
    return words.say(f"one_to_ones.{side}", kpi=row[side], apart=row[f"{side}_apart"])


def _agreed(rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    records = rows.to_dict("records")
    return rows.assign(
        by_said=[words.say(f"one_to_ones.by.{row['by'] if row['by'] in ('rep', 'manager') else 'rep'}") for row in records],
        made=[words.say("one_to_ones.made", day=row["made_on"]) for row in records],
        due=[words.date(row["due_on"]) for row in records],
        told=[words.say(f"one_to_ones.told.{row['state']}", n=row["days_overdue"]) for row in records],
    )


def _rhythm(row: Mapping[Any, Any], found: OneToOnes, words: Words) -> str:
    """How often a person wants to talk, and since when they have not: a phone has no room for one more column."""
    often = _cadence(row, words) if row["cadence_said"] else f"{_cadence(row, words)} *"
    if not found.recorded:
        return often
    last = words.date(row["last_on"]) if row["last_on"] == row["last_on"] else words.say("one_to_ones.none_yet")
    return words.say("one_to_ones.since_last", often=often, last=last)


def _cadence(row: Mapping[Any, Any], words: Words) -> str:
    return words.say(f"one_to_ones.cadence.{row['cadence']}")


def _late(row: Mapping[Any, Any], words: Words) -> str:
    return words.say("one_to_ones.days_late", n=row["days_overdue"]) if row["days_overdue"] else ""
