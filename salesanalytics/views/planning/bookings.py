"""The fan: past bookings, the months to come with their likely range, and what was forecast earlier.

In: one team's (or the company's) outlook. Out: a Figure whose title is its first finding.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from salesanalytics.show.blocks import Figure, Missing, Nothing
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import Found
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd

MOST_PAST = 24  # months of the past that still read well on a phone


class Months(Protocol):
    """What is drawn: `table` (kind past, forecast or check; ds, booked, mean, lo_80, hi_80, naive) and the findings."""

    @property
    def table(self) -> "pd.DataFrame": ...
    @property
    def findings(self) -> Sequence[Found]: ...


def bookings_figure(found: Months, words: Words) -> Figure | Missing | Nothing:
    """Past months, and the forecast with its likely range: of months to come, and as it was made earlier of past ones."""
    import pandas as pd

    rows = found.table
    if rows.empty or not found.findings:
        return Missing(words.say("missing.bookings"))
    told = found.findings[0]
    past = rows[rows["kind"] == "past"].sort_values("ds").tail(MOST_PAST)
    said = rows[rows["kind"].isin(["check", "forecast"])]
    parts = [
        ("booked", past.assign(value=past["booked"], low=float("nan"), high=float("nan"))),
        ("ahead", said.assign(value=said["mean"], low=said["lo_80"], high=said["hi_80"])),
    ]
    drawn = [
        part.assign(who=words.say(f"series.{name}"))[["ds", "value", "low", "high", "who"]] for name, part in parts if len(part)
    ]
    if not drawn:
        return Nothing()
    return lines(
        pd.concat(drawn, ignore_index=True),
        "ds",
        "value",
        words=words,
        series="who",
        us=words.say("series.booked"),
        low="low",
        high="high",
        today=None if past.empty else (past["ds"].max() + pd.offsets.MonthEnd(0)).date(),
        title=words.say(f"series.title.{told.key}", **told.values),
        subtitle=words.say("series.subtitle"),
        note=words.say("series.note", n=int((rows["kind"] == "past").sum())),
        alt=words.say("series.alt"),
    )
