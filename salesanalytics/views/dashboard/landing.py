"""Where the period will land: the fan, what it is made of, and the deals that carry it."""

import datetime as dt
from typing import TYPE_CHECKING, Protocol

from salesanalytics.show.blocks import Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd


Span = tuple[dt.date, dt.date]
MOST_DEALS = 8
PARTS = ("won", "open", "new", "total")


class Lands(Protocol):
    """What `landing` draws: `course` (day, booked, low, middle, high), `parts`, `table` and the ends of the range."""

    @property
    def table(self) -> "pd.DataFrame": ...
    @property
    def course(self) -> "pd.DataFrame": ...
    @property
    def parts(self) -> "pd.DataFrame": ...
    @property
    def goal(self) -> float | None: ...
    @property
    def booked(self) -> float: ...
    @property
    def low(self) -> float | None: ...
    @property
    def middle(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def p_hit(self) -> float | None: ...
    @property
    def periods(self) -> int: ...


def landing_figure(found: Lands, words: Words, *, span: Span, as_of: dt.date) -> Figure | Missing | Nothing:
    """Bookings so far and the fan that leads to the likely range of the period's end, against the goal."""
    import pandas as pd

    course = found.course
    booked = course.rename(columns={"booked": "value"}).dropna(subset=["value"]).assign(who=words.say("landing.booked"))
    ahead = course.rename(columns={"middle": "value"}).dropna(subset=["value"]).assign(who=words.say("landing.likely"))
    known = len(ahead) > 0
    if not known and not found.booked and not len(found.table):
        return Missing(words.say("missing.landing"))
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
        today=as_of if known else None,
        title=_title(found, words, over=as_of >= span[1]),
        subtitle=words.say("landing.subtitle", span=span),
        note=_note(found, words, over=as_of >= span[1]),
        alt=words.say("landing.alt", booked=found.booked),
    )


def _title(found: Lands, words: Words, *, over: bool) -> str:
    if over:
        return words.say("landing.title.over", booked=found.booked)
    if found.middle is None:
        return words.say("landing.title.unknown", booked=found.booked)
    if found.goal is None:
        return words.say("landing.title.plain", low=found.low, high=found.high)
    return words.say("landing.title.goal", p_hit=found.p_hit, goal=found.goal, middle=found.middle)


def _note(found: Lands, words: Words, *, over: bool) -> str:
    if found.middle is not None and not over:
        return words.say("landing.note", n=len(found.table), periods=found.periods)
    return "" if over else words.say("landing.note_none")


def landing_parts(found: Lands, words: Words, *, span: Span) -> TableBlock | Nothing:
    """What the period's end is made of: won, open deals, new deals; likely and 80% range."""
    rows = found.parts.assign(
        name=[words.say(f"landing_parts.{part}") for part in found.parts["part"]],
        range=[_money_range(low, high, words) for low, high in zip(found.parts["low"], found.parts["high"], strict=True)],
        role=["total" if part == "total" else "body" for part in found.parts["part"]],
    )
    columns = [
        Col("name", words.say("landing_parts.part"), "said"),
        Col("middle", words.say("landing_parts.middle"), "money"),
        Col("range", words.say("landing_parts.range"), "figure"),
    ]
    return table(
        rows,
        columns,
        words=words,
        title=words.say("landing_parts.title"),
        subtitle=words.say("landing_parts.subtitle", span=span),
        note=words.say("landing_parts.note"),
        role="role",
    )


def _money_range(low: float, high: float, words: Words) -> str:
    return words.interval(low, high, "money") if high > low else ""


def landing_deals(found: Lands, words: Words, *, end: dt.date) -> TableBlock | Missing | Nothing:
    """The open deals that count most, with each one's chance to be won by `end`."""
    rows = found.table.head(MOST_DEALS)
    if found.middle is None:
        return Missing(words.say("landing_deals.unknown")) if len(rows) else Nothing()
    place = [f"{words.text(owner)} · {words.text(stage)}" for owner, stage in zip(rows["owner"], rows["stage"], strict=True)]
    columns = [
        Col("name", words.say("landing_deals.deal"), detail="place"),
        Col("amount", words.say("landing_deals.amount"), "money"),
        Col("p_won_in_period", words.say("landing_deals.chance"), "percent"),
        Col("expected", words.say("landing_deals.expected"), "money"),
    ]
    return table(
        rows.assign(place=place),
        columns,
        words=words,
        title=words.say("landing_deals.title"),
        subtitle=words.say("landing_deals.subtitle", day=end),
        note=words.say("landing_deals.note", n=len(found.table), shown=len(rows)),
    )
