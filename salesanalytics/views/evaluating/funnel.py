"""The funnel chapter's figure and table.

In: a funnel result (`table` with stage, entered, went_on, lost, open, conversion, low, high, low_all, high_all, days,
worth_of_a_point; `findings`; `missing`). Out: blocks; one line that says what is missing where the data keeps no stage history.
"""

from salesanalytics.analyses.evaluating.funnel import Funnel
from salesanalytics.show.blocks import Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts.funnel import funnel as funnel_chart
from salesanalytics.show.sentences import chart_title, table_names
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def funnel_figure(found: Funnel, words: Words) -> Figure | Missing | Nothing:
    """The cohorts as bars; the title is the first finding."""
    if found.missing:
        return Missing(words.say("funnel.missing", tables=table_names(found.missing, words)))
    if not found.deals or found.headline is None:
        return Nothing()
    return funnel_chart(
        found.table,
        "stage",
        "entered",
        "went_on",
        "open",
        "lost",
        words=words,
        rate="conversion",
        title=chart_title(found.headline, words),
        subtitle=words.say("funnel.subtitle", span=found.period.span, day=found.as_of),
        note=words.say("funnel.note", n=found.deals),
        alt=words.say("funnel.alt"),
    )


def funnel_table(found: Funnel, words: Words) -> TableBlock | Nothing:
    """Step by step: the conversion with its interval, and under the open deals what these can still make of it."""
    rows = found.table
    if found.missing or not found.deals:
        return Nothing()
    shown = rows.assign(
        range=[words.interval(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)],
        bounds=[words.interval(low, high) for low, high in zip(rows["low_all"], rows["high_all"], strict=True)],
        reached=[words.say("chart.entered", n=n) for n in rows["entered"]],
    )
    columns = [
        Col("stage", words.say("funnel.stage"), detail="reached"),
        Col("open", words.say("funnel.open"), "count", detail="bounds"),
        Col("conversion", words.say("funnel.conversion"), "percent", detail="range"),
        Col("days", words.say("funnel.days"), "days"),
    ]
    return table(shown, columns, words=words, title=words.say("funnel.table"), note=words.say("funnel.table_note"))
