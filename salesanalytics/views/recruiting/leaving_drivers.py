"""What goes with leaving: managers as dots (on the company's page), and a table of the drivers."""

from salesanalytics.analyses.recruiting.leaving_drivers import LeavingDrivers
from salesanalytics.models.turnover.drivers import LEAST_LEAVERS, LEVEL
from salesanalytics.show.blocks import Block, Missing, Nothing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def leaving_managers_figure(found: LeavingDrivers, words: Words) -> Block:
    """How much more often people leave in each manager's teams than in all others, at equal tenure."""
    if not len(found.managers):
        return Nothing()
    rows = found.managers.assign(marked=found.managers["p"] <= LEVEL, most=found.managers["high"].clip(upper=10))
    return dots(
        rows,
        "group",
        "ratio",
        "low",
        "most",
        "people",
        reference=1.0,
        words=words,
        unit="number",
        reference_text=words.say("leaving_drivers.alike"),
        better="low",
        marked="marked",
        title=words.say("leaving_drivers.managers_differ" if rows["marked"].any() else "leaving_drivers.managers_alike"),
        subtitle=words.say("leaving_drivers.managers_subtitle"),
        note=words.say("leaving_drivers.managers_note", n=found.leavers),
        alt=words.say("leaving_drivers.managers_alt"),
    )


def leaving_drivers_table(found: LeavingDrivers, words: Words) -> Block:
    """One row per driver: how many times the odds of leaving within a month."""
    if found.table.empty:
        return Missing(words.say("leaving_drivers.missing", least=LEAST_LEAVERS))
    rows = found.table
    shown = rows.assign(
        name=[words.driver(name) for name in rows["driver"]],
        range=[words.interval(low, high, "number", digits=2) for low, high in zip(rows["low"], rows["high"], strict=True)],
        verdict=[words.say(f"leaving_drivers.{'stands_out' if p <= LEVEL else 'may_be_chance'}") for p in rows["p"]],
        times=[words.number(ratio, digits=2) for ratio in rows["ratio"]],
    )
    columns = [
        Col("name", words.say("leaving_drivers.driver"), "said"),
        Col("times", words.say("leaving_drivers.times"), "figure", detail="range"),
        Col("verdict", words.say("leaving_drivers.verdict"), "said"),
    ]
    note = words.say("leaving_drivers.note", n=found.leavers, people=found.people)
    if found.c is not None:
        note += " " + words.say("leaving_drivers.c", c=found.c)
    return table(shown, columns, words=words, title=words.say("leaving_drivers.table"), note=note)
