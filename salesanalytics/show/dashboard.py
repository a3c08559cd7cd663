"""The dashboard's figures and tables, put together from the house's forms.

In: results of the analyses, read by the names of their fields (each function says which). Out: blocks. What is said comes from
the catalogue (`dashboard.yaml`); what is drawn comes from `charts`. Nothing is worked out here but shares of what is already
there.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from .blocks import Blocks, Figure, Missing, Nothing, TableBlock
from .charts.bars import bars
from .charts.bullets import bullets
from .charts.dots import dots
from .charts.lines import lines
from .sentences import Found
from .tables import Col, table
from .words import Words

if TYPE_CHECKING:
    import pandas as pd

Span = tuple[dt.date, dt.date]
MOST_DEALS = 10


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


def pace(course: Course, words: Words, *, span: Span, as_of: dt.date) -> Figure | Missing | Nothing:
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


def quota_bullets(team: "pd.DataFrame", words: Words, *, span: Span) -> Figure | Nothing:
    """One bullet per rep with a quota, most booked first; `team` has name, booked, quota."""
    with_quota = team[team["quota"].fillna(0) > 0].sort_values("booked", ascending=False, kind="stable")
    reached = int((with_quota["booked"] >= with_quota["quota"]).sum())
    alone = f"bullets.title_one.{'reached' if reached else 'open'}"
    title = words.say(alone) if len(with_quota) == 1 else words.say("bullets.title", n=reached, all=len(with_quota))
    return bullets(
        with_quota,
        "name",
        "booked",
        "quota",
        words=words,
        title=title,
        subtitle=words.say("bullets.subtitle", span=span),
        alt=words.say("bullets.alt"),
    )


def pipeline(stages: "pd.DataFrame", words: Words, *, as_of: dt.date) -> Figure | Missing | Nothing:
    """Open deals per stage; `stages` has stage, deals, amount, due, without_amount. Without amounts it counts deals."""
    import pandas as pd

    deals, amount, due, nameless = (stages[name].sum() for name in ("deals", "amount", "due", "without_amount"))
    caption: Any = {"subtitle": words.say("pipeline.subtitle", day=as_of), "alt": words.say("pipeline.alt")}
    if not deals:
        return Missing(words.say("missing.pipeline"))
    if not amount:
        return bars(
            stages, "stage", "deals", words=words, unit="count", title=words.say("pipeline.title_plain", n=deals), **caption
        )
    parts = {words.say("pipeline.due"): stages["due"], words.say("pipeline.later"): stages["amount"] - stages["due"]}
    long = pd.concat([pd.DataFrame({"stage": stages["stage"], "part": part, "value": value}) for part, value in parts.items()])
    title = words.say("pipeline.title", n=deals, amount=amount, due=due)
    note = words.say("pipeline.note", n=nameless) if nameless else ""
    return bars(long, "stage", "value", parts="part", words=words, title=title, note=note, **caption)


def team(
    rows: "pd.DataFrame", total: Mapping[str, float], words: Words, *, span: Span, goal: float | None = None
) -> TableBlock | Missing | Nothing:
    """One row per rep and the team's total, by column.

    `rows` has name, left, booked, won, quota, closed, win_rate, win_low, win_high, differs, open_amount. `goal` is the team's
    own quota: a note says so where the reps' quotas add up to something else.
    """
    if rows.empty:
        return Missing(words.say("team.none"))
    usual = (rows["win_rate"] * rows["closed"]).sum() / max(rows["closed"].sum(), 1)
    shown = rows.assign(
        who=[
            words.say("team.left", name=name) if left else words.text(name)
            for name, left in zip(rows["name"], rows["left"], strict=True)
        ],
        sold=[words.say("team.sold", n=n) if n else "" for n in rows["won"]],
        rate=[_rate(row, usual, words) for row in rows.to_dict("records")],
        range=[
            words.interval(low, high) if rate == rate else ""
            for rate, low, high in zip(rows["win_rate"], rows["win_low"], rows["win_high"], strict=True)
        ],
    )
    columns = [
        Col("who", words.say("team.rep")),
        Col("booked", words.say("team.won"), "money", detail="sold"),
        Col("quota", words.say("team.quota"), "money"),
        Col("rate", words.say("team.win_rate"), "figure", detail="range"),
        Col("open_amount", words.say("team.open"), "money"),
    ]
    there = [col for col in columns if col.name in ("who", "rate") or rows[col.name].notna().any()]
    there = [col for col in there if not (col.name == "open_amount" and not rows["open_amount"].sum())]
    there = [col for col in there if not (col.name == "rate" and rows["win_rate"].isna().all())]
    names = {col.name for col in there}
    sums: dict[str, object] = {name: total[name] for name in ("booked", "quota", "open_amount") if name in names}
    notes = [words.say("team.note" if rows["differs"].any() else "team.note_none")] if "rate" in names else []
    if goal and total["quota"] and abs(goal - total["quota"]) > 0.005 * goal:
        notes.append(words.say("team.goal_differs", goal=goal, sum=total["quota"]))
    subtitle = words.say("team.subtitle", span=span) if "rate" in names else words.period(span)
    return table(
        shown,
        there,
        words=words,
        title=words.say("team.title"),
        subtitle=subtitle,
        note=" ".join(notes),
        total_row={"who": words.say("team.total"), **sums},
    )


def _rate(row: Mapping[Any, Any], usual: float, words: Words) -> str:
    if row["win_rate"] != row["win_rate"]:
        return words.percent(None)
    sign = ("▲ " if row["win_rate"] > usual else "▼ ") if row["differs"] else ""
    return f"{sign}{words.percent(row['win_rate'])}"


class Needs(Protocol):
    """What `attention` lists."""

    @property
    def table(self) -> "pd.DataFrame": ...
    @property
    def open_deals(self) -> int: ...
    @property
    def rules(self) -> Sequence[str]: ...


def attention(found: Needs, words: Words, *, as_of: dt.date) -> Blocks:
    """The first deals that need a hand, why, and which rules the data could not answer.

    The table may have two more columns: `urgent` (listed first, and said so) and `at_risk` (counted in the note).
    """
    rows = found.table.head(MOST_DEALS)
    place = [f"{words.text(owner)} · {words.text(stage)}" for owner, stage in zip(rows["owner"], rows["stage"], strict=True)]
    shown = rows.assign(place=place, why=[_why(row, words) for row in rows.to_dict("records")])
    columns = [
        Col("deal", words.say("attention.deal"), detail="place"),
        Col("amount", words.say("attention.amount"), "money"),
        Col("why", words.say("attention.why"), "said"),
    ]
    title = words.say("attention.title", n=len(found.table))
    subtitle = words.say("attention.subtitle", day=as_of)
    listed = table(shown, columns, words=words, title=title, subtitle=subtitle, note=_attention_note(found, words))
    unasked = [
        words.say(f"attention.rule.{rule}")
        for rule in ("overdue", "stuck", "silent", "no_next_step")
        if rule not in found.rules
    ]
    if not found.open_deals:
        return Blocks((Missing(words.say("missing.attention")),))
    left_out = [Missing(f"{words.say('attention.rules')} {', '.join(unasked)}.")] if unasked and found.open_deals else []
    return Blocks((listed, *left_out))


def _attention_note(found: Needs, words: Words) -> str:
    """How much of the list is shown, in which order, and how many of it the measure "deals at risk" counts."""
    listed = found.table
    shown = min(len(listed), MOST_DEALS)
    urgent = "urgent" in listed and listed["urgent"].any()
    notes = [words.say("attention.cut", n=shown, all=len(listed))] if shown < len(listed) else []
    if shown > 1:
        notes.append(words.say("attention.order_urgent" if urgent else "attention.order"))
    # that measure has a value only where the data can tell both silent and stuck deals
    at_risk = int(listed["at_risk"].sum()) if "at_risk" in listed and {"silent", "stuck"} <= set(found.rules) else 0
    if at_risk:
        notes.append(words.say("attention.at_risk", n=at_risk, all=len(listed)))
    return " ".join(notes)


def _why(row: Mapping[Any, Any], words: Words) -> str:
    told = [words.say("attention.urgent")] if row.get("urgent") else []
    if row["overdue"]:
        told.append(words.say("attention.overdue", n=row["days_overdue"]))
    if row["stuck"]:
        told.append(words.say("attention.stuck", n=row["days_in_stage"], usual=row["usual_days"]))
    if row["silent"]:
        told.append(words.say("attention.silent", n=row["days_silent"]))
    if row["no_next_step"]:
        told.append(words.say("attention.no_next_step"))
    if row["pushes"] >= 2:
        told.append(words.say("attention.pushes", n=row["pushes"]))
    return ", ".join(told)


def teams(board: "pd.DataFrame", words: Words, *, span: Span) -> Blocks:
    """All teams: bookings against goal as a table, win rates as dots.

    `board` has name, booked, goal, attainment, open, win_rate, low, high, n, and, where teams were compared, `differs`: whether
    a team's win rate differs from the other teams' by more than chance explains. Only such teams are coloured.
    """
    columns = [
        Col("name", words.say("teams.team")),
        Col("booked", words.say("team.won"), "money"),
        Col("goal", words.say("team.quota"), "money"),
        Col("attainment", words.say("teams.attainment"), "percent"),
        Col("open", words.say("team.open"), "money"),
    ]
    there = [col for col in columns if board[col.name].notna().any()]
    rows = board.sort_values("booked", ascending=False)
    sums = {col.name: board[col.name].sum() for col in there if col.kind == "money"}
    with_goal = board[board["goal"].fillna(0) > 0]
    if len(with_goal) and "attainment" in {col.name for col in there}:
        sums["attainment"] = with_goal["booked"].sum() / with_goal["goal"].sum()
    listed = table(
        rows,
        there,
        words=words,
        title=words.say("teams.title"),
        subtitle=words.period(span),
        total_row={"name": words.say("table.total"), **sums},
    )
    compared = "differs" in rows
    rated = rows.assign(differs=rows["differs"] if compared else False).dropna(subset=["win_rate"])
    told = words.say("teams.rates_note" if rated["differs"].any() else "teams.rates_note_none") if compared else ""
    pooled = (rated["win_rate"] * rated["n"]).sum() / max(rated["n"].sum(), 1)
    picture = dots(
        rated,
        "name",
        "win_rate",
        "low",
        "high",
        "n",
        pooled,
        words=words,
        reference_text=words.say("teams.all", rate=pooled),
        better="high",
        marked="differs",
        title=words.say("teams.rates"),
        subtitle=words.say("teams.rates_subtitle"),
        note=told,
        alt=words.say("teams.rates_alt"),
    )
    return Blocks((listed, picture))
