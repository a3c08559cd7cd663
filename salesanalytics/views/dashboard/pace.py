"""Bookings so far against the goal and the usual course, as one figure."""

import pandas as pd

from salesanalytics.analyses.dashboard.pace import Pace
from salesanalytics.show.blocks import Figure, Missing, Nothing
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.words import Words


def pace_figure(course: Pace, words: Words) -> Figure | Missing | Nothing:
    """Bookings so far against the goal and the usual course, up to the period's end where there is one of these."""
    rows = course.table
    if course.headline is None or (not course.booked and course.goal is None):
        return Missing(words.say("pace.missing"))  # a flat line at zero, held against nothing
    booked = rows.assign(value=rows["booked"], who=words.say("pace.booked"))[["day", "value", "who"]]
    if course.goal is None:
        booked = booked.dropna(subset=["value"])  # days to come matter only where there is a goal to reach in them
    there = rows.dropna(subset=["usual"])
    usual = there.assign(value=there["usual"], who=words.say("pace.usual"))
    known = len(usual) > 0
    return lines(
        pd.concat([booked, usual[["day", "value", "who", "low", "high"]]]) if known else booked,
        "day",
        "value",
        words=words,
        series="who",
        us=words.say("pace.booked"),
        low="low" if known else None,
        high="high" if known else None,
        goal=course.goal,
        today=course.as_of,
        title=chart_title(course.headline, words),
        subtitle=words.say("pace.subtitle", span=course.period.span),
        note=_note(course, words, known=known),
        alt=words.say("pace.alt", booked=course.booked, day=course.as_of),
    )


def _note(course: Pace, words: Words, *, known: bool) -> str:
    usual = words.say("pace.note", n=course.periods) if known else words.say("pace.note_none")
    return f"{usual} {words.say(f'pace.goal_of.{course.origin}', n=course.parts)}" if course.origin else usual
