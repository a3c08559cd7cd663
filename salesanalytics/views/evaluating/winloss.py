"""Why more or less was won: a waterfall from the year before, the share won counted three ways, and competitors."""

from salesanalytics.analyses.evaluating.winloss import WinLoss
from salesanalytics.models.winning.change import FACTORS
from salesanalytics.show.blocks import Block, Missing, Nothing
from salesanalytics.show.charts.waterfall import from_sum_to_sum, waterfall
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, money_ranges, table
from salesanalytics.show.words import Words

MOST_RIVALS = 8
NAMED_APART = 2.0  # times as often, from which on it is said that competitors are written down for one outcome


def winloss_figure(found: WinLoss, words: Words) -> Block:
    """From what was won on the same days a year before to what is won now; a line of words where either has too few deals."""
    change = found.change
    if change is None:
        return Missing(words.say("winloss.missing"))
    parts = change.table.set_index("factor")["part"]
    return waterfall(
        from_sum_to_sum(
            (words.period(found.before.span), change.before),
            [(words.say(f"winloss.factor.{one}"), parts[one]) for one in FACTORS],
            (words.period(found.period.until(found.as_of).span), change.after),
        ),
        "label",
        "delta",
        "role",
        words=words,
        title=chart_title(found.headline, words) if found.headline else words.say("winloss.title"),
        subtitle=words.say("winloss.subtitle", then=found.before.span),
        note=words.say("winloss.note", n=change.n_after, before=change.n_before),
        alt=words.say("winloss.alt"),
    )


def winloss_parts(found: WinLoss, words: Words) -> Block:
    """Each factor: what it was, what it is, and its part of the difference with its range."""
    if found.change is None:
        return Nothing()
    rows = found.change.table
    units = {"volume": words.count, "mix": lambda _: "", "conversion": words.percent, "size": words.money}
    every = rows.to_dict("records")
    shown = rows.assign(
        label=[words.say(f"winloss.factor.{one}") for one in rows["factor"]],
        then=[units[row["factor"]](row["before"]) for row in every],
        now=[units[row["factor"]](row["after"]) for row in every],
        range=money_ranges(rows["part"], rows["low"], rows["high"], words),
    )
    columns = [
        Col("label", words.say("winloss.what")),
        Col("then", words.say("winloss.then"), "figure"),
        Col("now", words.say("winloss.now"), "figure"),
        Col("part", words.say("winloss.part"), "money_signed", detail="range"),
    ]
    return table(shown, columns, words=words, title=words.say("winloss.parts"), note=words.say("winloss.parts_note"))


def winloss_rates(found: WinLoss, words: Words) -> Block:
    """The share won counted three ways."""
    rows = found.table[found.table["decided"] > 0]
    if rows.empty:
        return Nothing()
    every = rows.to_dict("records")
    shown = rows.assign(
        label=[words.say(f"winloss.way.{row['which']}", n=row["open"]) for row in every],
        days=[words.period((row["start"], row["end"])) for row in every],
        of=[words.say("winloss.of", won=row["won"], n=row["decided"]) for row in every],
        range=[words.interval(row["low"], row["high"]) for row in every],
        amounts=[words.interval(row["amount_low"], row["amount_high"]) for row in every],
    )
    columns = [
        Col("label", words.say("winloss.deals"), "said", detail="days"),
        Col("of", words.say("winloss.won"), "figure"),
        Col("rate", words.say("winloss.rate"), "percent", detail="range"),
        Col("by_amount", words.say("winloss.by_amount"), "percent", detail="amounts"),
    ]
    late = found.won_days == found.won_days
    note = words.say("winloss.rates_note", won=found.won_days, lost=found.lost_days) if late else ""
    return table(shown, columns, words=words, title=words.say("winloss.rates"), note=note)


def winloss_rivals(found: WinLoss, words: Words) -> Block:
    """How often deals against each competitor are won, beside deals against the other ones."""
    rows = found.rivals.head(MOST_RIVALS)
    if rows.empty:
        return Missing(words.say("winloss.no_rivals"))
    shown = rows.assign(
        share=[f"{words.percent(row['rate'])}{' *' if row['differs'] else ''}" for row in rows.to_dict("records")],
        range=[words.interval(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)],
    )
    columns = [
        Col("competitor", words.say("winloss.competitor")),
        Col("deals", words.say("winloss.met"), "count"),
        Col("share", words.say("winloss.rate"), "figure", detail="range"),
        Col("others", words.say("winloss.others"), "percent"),
    ]
    note = words.say("winloss.rivals_note")
    if found.named_lost > NAMED_APART * found.named_won:
        note = f"{note} {words.say('winloss.named_when_lost', lost=found.named_lost, won=found.named_won)}"
    return table(shown, columns, words=words, title=words.say("winloss.rivals"), note=note)
