"""The fan: past bookings, the months to come with their likely range, and what was forecast earlier.

In: one team's (or the company's) outlook. Out: a Figure whose title is its first finding.
"""

import pandas as pd

from salesanalytics.analyses.planning.bookings import Outlook
from salesanalytics.show.blocks import Figure, Missing, Nothing
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.words import Words

MOST_PAST = 24  # months of the past that still read well on a phone


def bookings_figure(found: Outlook, words: Words) -> Figure | Missing | Nothing:
    """Past months, and the forecast with its likely range: of months to come, and as it was made earlier of past ones."""
    rows = found.table
    if rows.empty or found.headline is None:
        return Missing(words.say("bookings.missing"))
    past = rows[rows["kind"] == "past"].sort_values("ds").tail(MOST_PAST)
    said = rows[rows["kind"].isin(["check", "forecast"])]
    parts = [
        ("booked", past.assign(value=past["booked"], low=float("nan"), high=float("nan"))),
        ("ahead", said.assign(value=said["mean"], low=said["lo_80"], high=said["hi_80"])),
    ]
    drawn = [
        part.assign(who=words.say(f"bookings.{name}"))[["ds", "value", "low", "high", "who"]]
        for name, part in parts
        if len(part)
    ]
    if not drawn:
        return Nothing()
    return lines(
        pd.concat(drawn, ignore_index=True),
        "ds",
        "value",
        words=words,
        series="who",
        us=words.say("bookings.booked"),
        low="low",
        high="high",
        today=None if past.empty else (past["ds"].max() + pd.offsets.MonthEnd(0)).date(),
        title=chart_title(found.headline, words),
        subtitle=words.say("bookings.subtitle"),
        note=words.say("bookings.note", n=int((rows["kind"] == "past").sum())),
        alt=words.say("bookings.alt"),
    )
