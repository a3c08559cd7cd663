"""What buyers and employees answer: points of recommendation as dots, all numbers with their change, and who answers at all."""

from collections.abc import Mapping
from typing import Any

from salesanalytics.analyses.evaluating.voice import Voice
from salesanalytics.show.blocks import Block, Missing, Nothing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words
from salesanalytics.stats.suppression import FEW


def voice_figure(found: Voice, words: Words) -> Block:
    """Points of recommendation per group with their range; a line of words where nobody was asked."""
    rows = found.table[(found.table["scale"] == "nps") & found.table["value"].notna()]
    if rows.empty:
        return Missing(words.say("voice.missing" if not found.hidden else "voice.hidden", least=FEW))
    return dots(
        rows.assign(label=[words.say(f"voice.group.{group}") for group in rows["group"]]),
        "label",
        "value",
        "low",
        "high",
        "n",
        0.0,
        words=words,
        unit="number",
        reference_text=words.say("voice.even"),
        better="high",
        sort=False,
        title=chart_title(found.headline, words) if found.headline else words.say("voice.title"),
        subtitle=words.say("voice.subtitle", span=found.period.span),
        note=words.say("voice.note"),
        alt=words.say("voice.alt"),
    )


def voice_table(found: Voice, words: Words) -> Block:
    """One row per group and scale: the number, a year before, and the change with its range."""
    rows = found.table[found.table["value"].notna()]
    if rows.empty:
        return Nothing()
    every = rows.to_dict("records")
    shown = rows.assign(
        label=[words.say(f"voice.group.{group}") for group in rows["group"]],
        on=[words.say(f"voice.scale.{scale}", n=n) for scale, n in zip(rows["scale"], rows["n"], strict=True)],
        now=[_written(row, "value", words) for row in every],
        range=[words.interval(row["low"], row["high"], "number", digits=0) for row in every],
        earlier=[_written(row, "before", words) for row in every],
        moved=[f"{words.number(row['change'], signed=True, digits=0)}{' *' if row['differs'] else ''}" for row in every],
        between=[_between(row, words) for row in every],
    )
    columns = [
        Col("label", words.say("voice.who"), detail="on"),
        Col("now", words.say("voice.now"), "figure", detail="range"),
        Col("earlier", words.say("voice.before"), "figure"),
        Col("moved", words.say("voice.change"), "figure", detail="between"),
    ]
    note = words.say("voice.table_note")
    note = f"{note} {words.say('voice.hidden', least=FEW)}" if found.hidden else note
    return table(shown, columns, words=words, title=words.say("voice.table"), note=note)


def voice_rates(found: Voice, words: Words) -> Block:
    """Who answers: of those who could have, how many did."""
    if found.rates.empty:
        return Nothing()
    rows = found.rates
    shown = rows.assign(
        label=[words.say(f"voice.group.{group}") for group in rows["group"]],
        range=[words.interval(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)],
    )
    columns = [
        Col("label", words.say("voice.who")),
        Col("asked", words.say("voice.asked"), "count"),
        Col("answered", words.say("voice.answered"), "count"),
        Col("rate", words.say("voice.rate"), "percent", detail="range"),
    ]
    return table(shown, columns, words=words, title=words.say("voice.rates"), note=words.say("voice.rates_note"))


def _written(row: Mapping[Any, Any], name: str, words: Words) -> str:
    return words.percent(row[name] / 100) if row["scale"] == "five" else words.number(row[name], signed=True, digits=0)


def _between(row: Mapping[Any, Any], words: Words) -> str:
    known = row["change"] == row["change"]
    return words.interval(row["change_low"], row["change_high"], "number", digits=0) if known else ""
