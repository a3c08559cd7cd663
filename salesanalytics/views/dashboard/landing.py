"""Where the period will land: the fan and what it is made of."""

import pandas as pd

from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.show.blocks import Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.tables import Col, adding_up, table
from salesanalytics.show.words import Words

ALIKE = 0.05  # of the forecast; two that differ by less say the same


def landing_figure(found: Landing, words: Words) -> Figure | Missing | Nothing:
    """Bookings so far and the fan that leads to the likely range of the period's end, against the goal."""
    course = found.course
    booked = course.rename(columns={"booked": "value"}).dropna(subset=["value"]).assign(who=words.say("landing.booked"))
    ahead = course.rename(columns={"middle": "value"}).dropna(subset=["value"]).assign(who=words.say("landing.likely"))
    known = len(ahead) > 0
    if not known and not found.booked and not len(found.table):
        return Missing(words.say("landing.missing"))
    rows = pd.concat([booked[["day", "value", "who"]], ahead[["day", "value", "who", "low", "high"]]]) if known else booked
    return lines(
        rows,
        "day",
        "value",
        words=words,
        series="who",
        us=words.say("landing.booked"),
        low="low" if known else None,
        high="high" if known else None,
        goal=found.goal,
        today=found.as_of if known else None,
        title=_title(found, words),
        subtitle=words.say("landing.subtitle" if known else "landing.subtitle_won", span=found.period.span),
        note=_note(found, words),
        alt=words.say("landing.alt", booked=found.booked),
    )


def _title(found: Landing, words: Words) -> str:
    if found.is_over:
        return words.say("landing.title.over", booked=found.booked)
    if found.middle is None:
        return words.say("landing.title.unknown", booked=found.booked)
    if found.goal is None:
        return words.say("landing.title.plain", low=found.low, high=found.high)
    return words.say("landing.title.goal", low=found.low, high=found.high, goal=found.goal)


def _note(found: Landing, words: Words) -> str:
    if found.is_over:
        return ""
    if found.middle is None:
        return words.say("landing.note_none")
    note = words.say("landing.note", periods=found.periods)
    then = "" if found.year_ago is None else words.say("landing.note_year_ago", year_ago=found.year_ago)
    return " ".join(part for part in (then, note, _with_call(found, words)) if part)


def _with_call(found: Landing, words: Words) -> str:
    """By how much the team's own call moved the forecast."""
    said = found.said
    if said is None:
        return ""
    numbers = {
        "by_deals": found.by_deals,
        "call": said.call,
        "corrected": said.corrected,
        "weight": said.weight,
        "n": said.periods,
    }
    alike = found.by_deals is not None and abs(said.corrected - found.by_deals) < ALIKE * found.by_deals
    return words.say(f"landing.{'note_alike' if alike else 'note_call'}.{said.source}", **numbers)


def landing_parts(found: Landing, words: Words) -> TableBlock | Nothing:
    """What the period's end is made of: won, open deals, new deals; likely and 80% range."""
    rows = found.parts.assign(
        likely=adding_up(found.parts["likely"].tolist()),
        name=[words.say(f"landing.parts.{part}") for part in found.parts["part"]],
        range=[words.money_range(low, high) for low, high in zip(found.parts["low"], found.parts["high"], strict=True)],
        role=["total" if part == "total" else "body" for part in found.parts["part"]],
    )
    columns = [
        Col("name", words.say("landing.parts.part"), "said"),
        Col("likely", words.say("landing.parts.middle"), "money"),
        Col("range", words.say("landing.parts.range"), "figure"),
    ]
    return table(
        rows,
        columns,
        words=words,
        title=words.say("landing.parts.title"),
        subtitle=words.say("landing.parts.subtitle", span=found.period.span),
        note=words.say("landing.parts.note"),
        role="role",
    )
