"""What moves whom: shares as dots, and for analysts who said what."""

from salesanalytics.analyses.pay.motivation import LEAST, Motivation
from salesanalytics.show.blocks import Block, Missing, Nothing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def motivation_figure(found: Motivation, words: Words) -> Block:
    """For how many each motivator comes first; a line of words where too few have said it."""
    if not found.answered:
        return Missing(words.say("motivation.missing"))
    if found.answered < LEAST:
        return Missing(words.say("motivation.too_few", n=found.answered, least=LEAST))
    return dots(
        found.table,
        "motivator",
        "share",
        "low",
        "high",
        reference=1 / len(found.table),
        words=words,
        reference_text=words.say("motivation.even", share=1 / len(found.table)),
        title=chart_title(found.headline, words) if found.headline else words.say("motivation.title"),
        subtitle=words.say("motivation.subtitle"),
        note=words.say("motivation.note", n=found.answered, sellers=found.sellers),
        alt=words.say("motivation.alt"),
    )


def motivation_table(found: Motivation, words: Words) -> Block:
    """One row per motivator: for whom it comes first, what gives it today, and whether results go with it."""
    if found.answered < LEAST:
        return Nothing()
    records = found.table.to_dict("records")
    shown = found.table.assign(
        gives=[words.say(f"motivation.reward.{row['reward'] or 'none'}") for row in records],
        range=[words.interval(row["low"], row["high"]) for row in records],
        apart=[words.percent(row["result"], signed=True) for row in records],
        apart_range=[words.interval(row["result_low"], row["result_high"]) if row["people"] else "" for row in records],
    )
    columns = [
        Col("motivator", words.say("motivation.motivator")),
        Col("share", words.say("motivation.share"), "percent", detail="range"),
        Col("gives", words.say("motivation.gives"), "said"),
        Col("apart", words.say("motivation.result"), "figure", detail="apart_range"),
    ]
    note = words.say("motivation.table_note")
    if not found.table["people"].any():  # too few on either side of each: nothing is compared
        columns, note = columns[:-1], ""
    return table(shown, columns, words=words, title=words.say("motivation.table"), note=note)


def motivation_people(found: Motivation, words: Words) -> Block:
    """Who said what comes first, for analysts."""
    if found.people.empty:
        return Nothing(audience="analyst")
    columns = [
        Col("rep_id", words.say("motivation.seller")),
        Col("first", words.say("motivation.motivator")),
        Col("said_on", words.say("motivation.said_on"), "date"),
    ]
    return table(found.people, columns, words=words, title=words.say("motivation.people"), audience="analyst")
