"""What goes with winning: each value beside all deals as dots, and in words how well it can be told at all."""

from salesanalytics.analyses.evaluating.win_drivers import WinDrivers
from salesanalytics.show.blocks import Block, Missing, Nothing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

MOST_SHOWN = 14


def win_drivers_figure(found: WinDrivers, words: Words) -> Block:
    """Share won of each value, all else held equal, the weightiest columns first; a line of words without a usable signal."""
    if not found.word:
        return Missing(words.say("win_drivers.missing"))
    if found.table.empty:
        return Missing(words.say(f"win_drivers.{'none' if found.word == 'signal' else 'nothing'}"))
    rows = found.table.head(MOST_SHOWN)
    signal = found.signal.iloc[0]
    return dots(
        rows.assign(label=[words.deal_value(one) for one in zip(rows["column"], rows["band"], strict=True)]),
        "label",
        "adjusted",
        "low",
        "high",
        "n",
        float(signal["base_rate"]),
        words=words,
        reference_text=words.say("win_drivers.all", share=signal["base_rate"]),
        better="high",
        marked="differs",
        sort=False,
        title=chart_title(found.headline, words) if found.headline else words.say("win_drivers.title"),
        subtitle=words.say("win_drivers.subtitle", span=found.period.span),
        note=words.say("win_drivers.note", n=signal["n"], auc=signal["auc"], low=signal["auc_low"], high=signal["auc_high"]),
        alt=words.say("win_drivers.alt"),
    )


def win_drivers_table(found: WinDrivers, words: Words) -> Block:
    """Each value: deals, share won as counted, and with all else held equal."""
    if found.table.empty:
        return Nothing()
    rows = found.table
    shown = rows.assign(
        label=[words.deal_value(one) for one in zip(rows["column"], rows["band"], strict=True)],
        held=[f"{words.percent(row['adjusted'])}{' *' if row['differs'] else ''}" for row in rows.to_dict("records")],
        range=[words.interval(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)],
    )
    columns = [
        Col("label", words.say("win_drivers.value"), "said"),
        Col("n", words.say("win_drivers.deals"), "count"),
        Col("rate", words.say("win_drivers.rate"), "percent"),
        Col("held", words.say("win_drivers.held"), "figure", detail="range"),
    ]
    note = words.say("win_drivers.table_note")
    return table(shown, columns, words=words, title=words.say("win_drivers.table"), note=note)
