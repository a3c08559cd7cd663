"""Sources of leads: how they convert, as dots, and what they bring and cost, as a table.

In: a result with `table` (source, leads, conversion, low, high, per_lead, per_lead_low, per_lead_high, cost_per_lead, payback,
payback_low, payback_high, response, differs), `findings`, `window`, `leads`, `unallocated`, `missing`. Out: blocks.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from salesanalytics.show._numbers import finite
from salesanalytics.show.blocks import Block, Blocks, Missing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.sentences import Found
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd

Span = tuple[dt.date, dt.date]


class Sources(Protocol):
    """What is shown."""

    @property
    def table(self) -> "pd.DataFrame": ...
    @property
    def findings(self) -> Sequence[Found]: ...
    @property
    def window(self) -> int: ...
    @property
    def leads(self) -> int: ...
    @property
    def unallocated(self) -> float: ...
    @property
    def missing(self) -> Sequence[str]: ...


def lead_sources(found: Sources, words: Words, *, span: Span) -> Blocks:
    """How each source converts, what its leads bring and cost, and what the data cannot tell."""
    if not found.leads:
        return Blocks((Missing(words.say("missing.leads")),))
    blocks: list[Block] = []
    if len(found.table):
        blocks += [_picture(found, words, span), _costs(found, words, span)]
    if found.missing:
        names = [words.say(f"lead_sources.lack.{name.replace('.', '_')}") for name in found.missing]
        blocks.append(Missing(f"{words.say('lead_sources.lacks')} {', '.join(names)}."))
    return Blocks(tuple(blocks))


def _picture(found: Sources, words: Words, span: Span) -> Block:
    rows = found.table
    pooled = (rows["conversion"] * rows["leads"]).sum() / rows["leads"].sum()
    told = found.findings[0] if found.findings else None
    return dots(
        rows,
        "source",
        "conversion",
        "low",
        "high",
        "leads",
        pooled,
        words=words,
        reference_text=words.say("lead_sources.all", rate=pooled),
        better="high",
        marked="differs",
        title=words.say(f"lead_sources.title.{told.key}", **told.values) if told else words.say("lead_sources.title.none"),
        subtitle=words.say("lead_sources.subtitle", days=found.window, span=span),
        note=words.say("lead_sources.note", n=found.leads),
        alt=words.say("lead_sources.alt"),
    )


def _costs(found: Sources, words: Words, span: Span) -> Block:
    rows = found.table
    shown = rows.assign(
        counted=[_counted(n, wait, words) for n, wait in zip(rows["leads"], rows["response"], strict=True)],
        brings=[
            words.interval(low, high, "money") if finite(low) is not None else ""
            for low, high in zip(rows["per_lead_low"], rows["per_lead_high"], strict=True)
        ],
        pays=[_payback(row, words) for row in rows.to_dict("records")],
        range=[_range(row, words) for row in rows.to_dict("records")],
    )
    columns = [
        Col("source", words.say("lead_sources.source"), detail="counted"),
        Col("per_lead", words.say("lead_sources.per_lead"), "money", detail="brings"),
        Col("cost_per_lead", words.say("lead_sources.cost"), "money"),
        Col("pays", words.say("lead_sources.payback"), "figure", detail="range"),
    ]
    needs = {"pays": "spend", "cost_per_lead": "spend"}
    there = [col for col in columns if rows[needs.get(col.name, col.name)].notna().any()]
    idle = words.say("lead_sources.unallocated", amount=found.unallocated) if found.unallocated else ""
    note = f"{words.say('lead_sources.table_note')} {idle}".strip()
    return table(shown, there, words=words, title=words.say("lead_sources.table"), subtitle=words.period(span), note=note)


def _counted(n: int, wait: object, words: Words) -> str:
    if finite(wait) is None:
        return words.say("lead_sources.leads", n=n)
    return words.say("lead_sources.answered", n=n, wait=wait)


def _payback(row: Mapping[Any, Any], words: Words) -> str:
    if finite(row["spend"]) is None:
        return words.text(None)
    months = finite(row["payback"])
    return words.say("lead_sources.not_yet") if months is None else words.number(months, digits=1)


def _range(row: Mapping[Any, Any], words: Words) -> str:
    low, high = finite(row["payback_low"]), finite(row["payback_high"])
    if low is None:
        return ""
    if high is None:
        return words.say("lead_sources.or_never", low=low)
    return words.interval(low, high, "number", digits=1)
