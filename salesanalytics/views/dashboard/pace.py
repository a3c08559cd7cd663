"""Bookings so far against the goal and the usual course, as one figure."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from salesanalytics.show.blocks import Figure, Missing, Nothing
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import Found
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd


Span = tuple[dt.date, dt.date]


class Course(Protocol):
    """What `pace` draws: `table` (day, booked, usual, low, high), the goal, and the finding that is its title."""

    @property
    def table(self) -> "pd.DataFrame": ...
    @property
    def findings(self) -> Sequence[Found]: ...
    @property
    def goal(self) -> float | None: ...
    @property
    def booked(self) -> float: ...
    @property
    def periods(self) -> int: ...


def pace_figure(course: Course, words: Words, *, span: Span, as_of: dt.date) -> Figure | Missing | Nothing:
    """Bookings so far against the goal and the usual course, up to the period's end where there is one of these."""
    import pandas as pd

    told = course.findings[0]
    rows = course.table
    if not course.booked and course.goal is None:
        return Missing(words.say("missing.pace"))  # a flat line at zero, held against nothing
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
        today=as_of,
        title=words.say(f"pace.title.{told.key}", **told.values),
        subtitle=words.say("pace.subtitle", span=span),
        note=words.say("pace.note", n=course.periods) if known else words.say("pace.note_none"),
        alt=words.say("pace.alt", booked=course.booked, day=as_of),
    )
