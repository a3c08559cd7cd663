"""Other plans beside today's: cost with its range, how many gain and lose, and what would have to be sold more."""

import math

from salesanalytics.analyses.pay.plans_compared import PlansCompared
from salesanalytics.show.blocks import Missing, Nothing, TableBlock
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words
from salesanalytics.stats.suppression import FEW


def plans_compared_table(found: PlansCompared, words: Words) -> TableBlock | Missing | Nothing:
    """One row per plan, today's first."""
    if found.table.empty:
        return Missing(words.say("plans_compared.missing" if found.given else "plans_compared.none_given"))
    records = found.table.to_dict("records")
    shown = found.table.assign(
        range=[words.interval(row["low"], row["high"], "money") for row in records],
        gains=["", *(_how_many(row["gain"], words) for row in records[1:])],  # today's plan changes nothing
        loses=["", *(_how_many(row["lose"], words) for row in records[1:])],
        more=["", *(_more(row["uplift"], words) for row in records[1:])],
        who=[words.say("plans_compared.people", n=row["people"]) for row in records],
    )
    columns = [
        Col("plan", words.say("plans_compared.plan"), detail="who"),
        Col("cost", words.say("plans_compared.cost"), "money", detail="range"),
        Col("rate", words.say("plans_compared.rate"), "percent"),
        Col("today", words.say("plans_compared.today"), "money"),
        Col("gains", words.say("plans_compared.gain"), "figure"),
        Col("loses", words.say("plans_compared.lose"), "figure"),
        *([Col("more", words.say("plans_compared.more"), "figure")] if found.margin is not None else []),
    ]
    left_out = sorted({part for row in records for part in str(row["left_out"]).split(", ") if part})
    note = [words.say("plans_compared.note", few=FEW)]
    note += [words.say("plans_compared.left_out", what="; ".join(left_out))] if left_out else []
    note += [
        words.say("plans_compared.margin", margin=found.margin)
        if found.margin is not None
        else words.say("plans_compared.no_margin")
    ]
    title = words.say("plans_compared.title", plan=found.plan)
    return table(shown, columns, words=words, title=title, note=" ".join(note), audience=found.audience)


def _how_many(n: float, words: Words) -> str:
    return words.say("plans_compared.few", least=FEW) if math.isnan(n) else words.count(int(n))


def _more(uplift: float, words: Words) -> str:
    return words.say("plans_compared.never") if math.isnan(uplift) else words.percent(uplift)
