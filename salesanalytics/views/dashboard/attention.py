"""Deals that need a hand this week, as a table, and the rules the data cannot answer."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.analyses.dashboard.attention import Attention
from salesanalytics.facts.risk import REASONS
from salesanalytics.show.blocks import Blocks, Missing
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

OFTEN = 2  # a date pushed that often is no date


def attention_table(found: Attention, words: Words) -> Blocks:
    """The first deals that need a hand, why, and which rules the data could not answer."""
    if not found.open_deals:
        return Blocks((Missing(words.say("attention.missing")),))
    rows = found.shortlist
    shown = rows.assign(
        place=owner_and_stage(rows, words), why=[attention_reasons(row, words) for row in rows.to_dict("records")]
    )
    columns = [
        Col("deal", words.say("attention.deal"), detail="place", record="opportunity_id"),
        Col("amount", words.say("attention.amount"), "money"),
        Col("why", words.say("attention.why"), "said"),
    ]
    title = words.say("attention.title", n=len(rows))
    subtitle = words.say("attention.subtitle", day=found.as_of)
    listed = table(shown, columns, words=words, title=title, subtitle=subtitle, note=_attention_note(found, words))
    unasked = [words.say(f"attention.rule.{rule}") for rule in REASONS if rule not in found.rules]
    left_out = [Missing(f"{words.say('attention.rules')} {', '.join(unasked)}.")] if unasked else []
    return Blocks((listed, *left_out))


def _attention_note(found: Attention, words: Words) -> str:
    """In which order they stand, how many more have a reason, and how many of all the measure "deals at risk" counts."""
    flagged, shown = found.table, len(found.shortlist)
    notes = [words.say("attention.cut", n=shown, all=len(flagged))] if shown < len(flagged) else []
    if shown > 1:
        notes.append(words.say("attention.order_urgent" if flagged["urgent"].any() else "attention.order"))
    # that measure has a value only where the data can tell both silent and stuck deals
    at_risk = int(flagged["at_risk"].sum()) if {"silent", "stuck"} <= set(found.rules) else 0
    if at_risk:
        notes.append(words.say("attention.at_risk", n=at_risk, all=len(flagged)))
    return " ".join(notes)


def owner_and_stage(deals: pd.DataFrame, words: Words) -> list[str]:
    """Whose each deal is and where it stands, in one line each."""
    return [f"{words.text(owner)} · {words.text(stage)}" for owner, stage in zip(deals["owner"], deals["stage"], strict=True)]


def attention_reasons(row: Mapping[Any, Any], words: Words) -> str:
    """Why a deal needs a hand, in one line: of what `Attention.table` knows of one, as much as the row has."""
    told = [words.say("attention.urgent")] if row.get("urgent") else []
    if row["overdue"]:
        told.append(words.say("attention.overdue", n=row["days_overdue"]))
    if row.get("stuck"):
        told.append(words.say("attention.stuck", n=row["days_in_stage"], usual=row["usual_days"]))
    if row["silent"]:
        told.append(words.say("attention.silent", n=row["days_silent"]))
    if row.get("no_next_step"):
        told.append(words.say("attention.no_next_step"))
    if row["pushes"] >= OFTEN:
        told.append(words.say("attention.pushes", n=row["pushes"]))
    return ", ".join(told)
