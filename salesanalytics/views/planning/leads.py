"""Sources of leads: how they convert, as dots, and what they bring and cost, as a table.

In: a result with `table` (source, leads, conversion, low, high, per_lead, per_lead_low, per_lead_high, followed, spend,
cost_per_lead, payback, payback_low, payback_high, response, differs), `findings`, `window`, `leads`, `ownerless`, `nobodys`,
`owned_when_converted`, `unallocated`, `untold`, `missing`. Out: blocks.
"""

from collections.abc import Mapping
from typing import Any

from salesanalytics.analyses.planning.leads import ENOUGH, Leads
from salesanalytics.show._numbers import finite
from salesanalytics.show.blocks import Block, Blocks, Missing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def lead_sources(found: Leads, words: Words) -> Blocks:
    """How each source converts, what its leads bring and cost, and what the data cannot tell."""
    if found.nobodys and found.owned_when_converted:
        return Blocks((Missing(words.say("leads.owned_when_converted", n=found.nobodys, leads=found.leads)),))
    if not found.leads:
        return Blocks((Missing(f"{words.say('leads.missing')} {_nobodys(found, words)}".strip()),))
    blocks: list[Block] = []
    if len(found.table):
        blocks += [_picture(found, words), _costs(found, words)]
    if found.missing:
        names = [words.say(f"leads.lack.{name.replace('.', '_')}") for name in found.missing]
        blocks.append(Missing(f"{words.say('leads.lacks')} {', '.join(names)}."))
    return Blocks(tuple(blocks))


def _picture(found: Leads, words: Words) -> Block:
    rows = found.table
    pooled = (rows["conversion"] * rows["leads"]).sum() / rows["leads"].sum()
    return dots(
        rows,
        "source",
        "conversion",
        "low",
        "high",
        "leads",
        pooled,
        words=words,
        reference_text=words.say("leads.all", rate=pooled),
        better="high",
        marked="differs",
        title=chart_title(found.headline, words) if found.headline else words.say("leads.title.none"),
        subtitle=words.say("leads.subtitle", days=found.window, span=found.period.span),
        note=f"{words.say('leads.note', n=found.leads)} {_nobodys(found, words)}".strip(),
        alt=words.say("leads.alt"),
    )


def _nobodys(found: Leads, words: Words) -> str:
    """How many leads have no owner or no team, and where these are counted."""
    said = [words.say("leads.ownerless", n=found.ownerless)] if found.ownerless else []
    if found.nobodys is None:
        said.append(words.say("leads.nobodys_unknown"))
    elif found.nobodys:
        said.append(words.say("leads.nobodys", n=found.nobodys))
    return " ".join(said)


def _costs(found: Leads, words: Words) -> Block:
    rows = found.table
    shown = rows.assign(
        counted=[_counted(n, wait, words) for n, wait in zip(rows["leads"], rows["response"], strict=True)],
        brings=[_brings(row, words) for row in rows.to_dict("records")],
        pays=[_payback(row, words) for row in rows.to_dict("records")],
        range=[_range(row, words) for row in rows.to_dict("records")],
    )
    columns = [
        Col("source", words.say("leads.source"), detail="counted"),
        Col("per_lead", words.say("leads.per_lead"), "money", detail="brings"),
        Col("cost_per_lead", words.say("leads.cost"), "money"),
        Col("pays", words.say("leads.payback"), "figure", detail="range"),
    ]
    needs = {"pays": "spend", "cost_per_lead": "spend"}
    there = [col for col in columns if rows[needs.get(col.name, col.name)].notna().any()]
    notes = [words.say("leads.table_note")]
    notes += [words.say("leads.unallocated", amount=found.unallocated)] if found.unallocated else []
    notes += [words.say("leads.untold", n=found.untold)] if found.untold else []
    note = " ".join(notes)
    return table(shown, there, words=words, title=words.say("leads.table"), subtitle=words.period(found.period.span), note=note)


def _counted(n: int, wait: object, words: Words) -> str:
    if finite(wait) is None:
        return words.say("leads.leads", n=n)
    return words.say("leads.answered", n=n, wait=wait)


def _brings(row: Mapping[Any, Any], words: Words) -> str:
    """The interval of what a lead brings; where few leads are old enough, that it is a number so far."""
    if row["followed"] < ENOUGH:
        return words.say("leads.so_far")
    return words.interval(row["per_lead_low"], row["per_lead_high"], "money") if finite(row["per_lead_low"]) is not None else ""


def _payback(row: Mapping[Any, Any], words: Words) -> str:
    if finite(row["spend"]) is None:
        return words.text(None)
    months = finite(row["payback"])
    return words.say("leads.not_yet") if months is None else words.number(months, digits=1)


def _range(row: Mapping[Any, Any], words: Words) -> str:
    low, high = finite(row["payback_low"]), finite(row["payback_high"])
    if low is None:
        return ""
    if high is None:
        return words.say("leads.or_never", low=low)
    return words.interval(low, high, "number", digits=1)
