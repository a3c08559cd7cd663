"""The team: a bullet per rep with a quota, and one row per rep with the team's total."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from salesanalytics.show.blocks import Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts.bullets import bullets
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd


Span = tuple[dt.date, dt.date]


def scoreboard_figure(team: "pd.DataFrame", words: Words, *, span: Span) -> Figure | Nothing:
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


def scoreboard_table(
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
