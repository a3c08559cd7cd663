"""The open deals that decide the period, as a table: chance and money of each, its date, and what speaks against it."""

from collections.abc import Mapping
from typing import Any

from salesanalytics.analyses.dashboard.deciding_deals import DecidingDeals
from salesanalytics.show.blocks import Missing, Nothing, TableBlock
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words
from salesanalytics.views.dashboard.attention import attention_reasons, owner_and_stage


def deciding_deals_table(found: DecidingDeals, words: Words) -> TableBlock | Missing | Nothing:
    """The deals, most expected money first; a line of words where chances are not known."""
    if not found.foretold:
        return Missing(words.say("deciding_deals.unknown")) if found.open_deals else Nothing()
    rows = found.table
    columns = [
        Col("name", words.say("deciding_deals.deal"), detail="place", record="opportunity_id"),
        Col("amount", words.say("deciding_deals.amount"), "money"),
        Col("p_won_in_period", words.say("deciding_deals.chance"), "percent", detail="like_it"),
        Col("closes", words.say("deciding_deals.closes"), "said", detail="but"),
    ]
    records = rows.to_dict("records")
    return table(
        rows.assign(
            place=owner_and_stage(rows, words),
            like_it=[_like_it(row, words) for row in records],
            closes=[words.date(row["expected_close_date"]) for row in records],
            but=[attention_reasons(row, words) for row in records],
        ),
        columns,
        words=words,
        title=words.say("deciding_deals.title"),
        subtitle=words.say("deciding_deals.subtitle", day=found.period.end),
        note=_note(found, words),
    )


def _like_it(row: Mapping[Any, Any], words: Words) -> str:
    return words.say("deciding_deals.alike", n=row["alike"], won=row["alike_won"]) if row["alike"] else ""


def _note(found: DecidingDeals, words: Words) -> str:
    """Which deals these are, and which of the past stood like them."""
    note = words.say("deciding_deals.note", n=found.open_deals, shown=len(found.table))
    left = (found.period.end - found.as_of).days
    return f"{note} {words.say('deciding_deals.alike_note', n=left, periods=found.periods)}" if found.periods else note
