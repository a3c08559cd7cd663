"""Where the period will land, from which deals, how right such ranges were before, and what people's calls are worth.

In: results of the landing analyses, read by the names of their fields (each function says which). Out: blocks. What is said
comes from the catalogue (`landing.yaml`). Nothing is worked out here but sums of what is already there.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

from .blocks import Blocks, Figure, Missing, Nothing, TableBlock
from .charts.lines import lines
from .tables import Col, table
from .words import Words

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


class Backtested(Protocol):
    """What `landing_past` shows: `table` (period_start, week, low, middle, high, came, inside) and `by_week`."""

    @property
    def table(self) -> "pd.DataFrame": ...
    @property
    def by_week(self) -> "pd.DataFrame": ...
    @property
    def brier(self) -> float | None: ...
    @property
    def brier_base(self) -> float | None: ...


def landing(found: Lands, words: Words, *, span: Span, as_of: dt.date) -> Figure | Missing | Nothing:
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


def _share_range(low: float, high: float, words: Words) -> str:
    """A range that may begin below zero, in few signs."""
    return f"{words.percent(low, signed=True, digits=0)} … {words.percent(high, signed=True, digits=0)}"


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


def landing_past(found: Backtested, words: Words, *, week: int | None = None) -> Blocks:
    """What past periods brought beside the range seen in `week` (default: the middle one asked for), and a table by week."""
    rows = found.table
    if rows.empty:
        return Blocks((Missing(words.say("missing.landing_past")),))
    weeks = sorted(rows["week"].unique())
    shown = rows[rows["week"] == (weeks[len(weeks) // 2] if week is None else week)]
    return Blocks((_past_chart(shown, words), _past_table(found, words)))


def _past_chart(shown: "pd.DataFrame", words: Words) -> Figure | Nothing:
    import pandas as pd

    came = shown.assign(value=shown["came"], who=words.say("landing_past.came"))[["period_start", "value", "who"]]
    said = shown.assign(value=shown["middle"], who=words.say("landing_past.said"))
    return lines(
        pd.concat([came, said[["period_start", "value", "who", "low", "high"]]]),
        "period_start",
        "value",
        words=words,
        series="who",
        us=words.say("landing_past.came"),
        low="low",
        high="high",
        title=words.say("landing_past.title.right", inside=int(shown["inside"].sum()), n=len(shown)),
        subtitle=words.say("landing_past.subtitle", week=int(shown["week"].iloc[0])),
        note=words.say("landing_past.note"),
        alt=words.say("landing_past.alt"),
    )


def _past_table(found: Backtested, words: Words) -> TableBlock | Nothing:
    columns = [
        Col("week", words.say("landing_past.week"), "count"),
        Col("n", words.say("landing_past.n"), "count"),
        Col("wape", words.say("landing_past.wape"), "percent"),
        Col("bias", words.say("landing_past.bias"), "percent_signed"),
        Col("coverage", words.say("landing_past.coverage"), "percent"),
    ]
    notes = [words.say("landing_past.table_note")]
    if found.brier is not None and found.brier_base is not None:
        notes.append(words.say("landing_past.calibration", brier=found.brier, base=found.brier_base))
    return table(
        found.by_week,
        columns,
        words=words,
        title=words.say("landing_past.table"),
        subtitle=words.say("landing_past.table_subtitle", periods=int(found.table["period_start"].nunique())),
        note=" ".join(notes),
    )


def calls(rows: "pd.DataFrame", words: Words, *, span: Span) -> TableBlock | Missing | Nothing:
    """One row per person who called this period: said, corrected, and how far off they usually are.

    `rows` has name, source, said, corrected, corrected_low, corrected_high, optimism, low, high, enough.
    """
    there = rows[rows["said"].notna()].sort_values(["source", "said"], ascending=[False, False], kind="stable")
    if there.empty:
        return Missing(words.say("missing.calls"))
    told: list[dict[Any, Any]] = there.to_dict("records")
    shown = there.assign(
        who=[words.say("calls.manager", name=row["name"]) if row["source"] == "manager" else row["name"] for row in told],
        corrected_range=[_money_range(row["corrected_low"], row["corrected_high"], words) for row in told],
        off=[words.percent(row["optimism"], signed=True) if row["enough"] else words.say("calls.not_enough") for row in told],
        off_range=[_share_range(row["low"], row["high"], words) if row["enough"] else "" for row in told],
    )
    columns = [
        Col("who", words.say("calls.who")),
        Col("said", words.say("calls.said"), "money"),
        Col("corrected", words.say("calls.corrected"), "money", detail="corrected_range"),
        Col("off", words.say("calls.optimism"), "figure", detail="off_range"),
    ]
    return table(
        shown,
        columns,
        words=words,
        title=words.say("calls.title"),
        subtitle=words.say("calls.subtitle", span=span),
        note=words.say("calls.note"),
    )
