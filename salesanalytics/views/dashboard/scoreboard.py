"""The team: a bullet per rep with a quota, and one row per rep with the team's total."""

from collections.abc import Mapping
from typing import Any

from salesanalytics.analyses.dashboard.scoreboard import Scoreboard
from salesanalytics.show.blocks import Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts.bullets import bullets
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def scoreboard_figure(board: Scoreboard, words: Words) -> Figure | Nothing:
    """One bullet per rep with a quota, most booked first."""
    team = board.table
    with_quota = team[team["quota"].fillna(0) > 0].sort_values("booked", ascending=False, kind="stable")
    reached = int((with_quota["booked"] >= with_quota["quota"]).sum())
    alone = f"scoreboard.figure.title_one.{'reached' if reached else 'open'}"
    title = words.say(alone) if len(with_quota) == 1 else words.say("scoreboard.figure.title", n=reached, all=len(with_quota))
    return bullets(
        with_quota,
        "name",
        "booked",
        "quota",
        words=words,
        title=title,
        subtitle=words.say("scoreboard.figure.subtitle", span=board.period.span),
        alt=words.say("scoreboard.figure.alt"),
    )


def scoreboard_table(board: Scoreboard, words: Words) -> TableBlock | Missing | Nothing:
    """One row per rep and the team's total; a note says where the reps' quotas add up to another sum than the team's own."""
    rows, total, goal, span = board.table, board.total, board.goal, board.period.span
    if rows.empty:
        return Missing(words.say("scoreboard.none"))
    usual = (rows["win_rate"] * rows["closed"]).sum() / max(rows["closed"].sum(), 1)
    shown = rows.assign(
        who=[
            words.say("scoreboard.left", name=name) if left else words.text(name)
            for name, left in zip(rows["name"], rows["left"], strict=True)
        ],
        sold=[words.say("scoreboard.sold", n=n) if n else "" for n in rows["won"]],
        rate=[_rate(row, usual, words) for row in rows.to_dict("records")],
        range=[
            words.interval(low, high) if rate == rate else ""
            for rate, low, high in zip(rows["win_rate"], rows["win_low"], rows["win_high"], strict=True)
        ],
    )
    columns = [
        Col("who", words.say("scoreboard.rep")),
        Col("booked", words.say("scoreboard.won"), "money", detail="sold"),
        Col("quota", words.say("scoreboard.quota"), "money"),
        Col("rate", words.say("scoreboard.win_rate"), "figure", detail="range"),
        Col("open_amount", words.say("scoreboard.open"), "money"),
    ]
    there = [col for col in columns if col.name in ("who", "rate") or rows[col.name].notna().any()]
    there = [col for col in there if not (col.name == "open_amount" and not rows["open_amount"].sum())]
    there = [col for col in there if not (col.name == "rate" and rows["win_rate"].isna().all())]
    names = {col.name for col in there}
    sums: dict[str, object] = {name: total[name] for name in ("booked", "quota", "open_amount") if name in names}
    notes = [words.say("scoreboard.note" if rows["differs"].any() else "scoreboard.note_none")] if "rate" in names else []
    if goal and total["quota"] and abs(goal - total["quota"]) > 0.005 * goal:
        notes.append(words.say("scoreboard.goal_differs", goal=goal, sum=total["quota"]))
    subtitle = words.say("scoreboard.subtitle", span=span) if "rate" in names else words.period(span)
    return table(
        shown,
        there,
        words=words,
        title=words.say("scoreboard.title"),
        subtitle=subtitle,
        note=" ".join(notes),
        total_row={"who": words.say("scoreboard.total"), **sums},
    )


def _rate(row: Mapping[Any, Any], usual: float, words: Words) -> str:
    if row["win_rate"] != row["win_rate"]:
        return words.percent(None)
    sign = ("▲ " if row["win_rate"] > usual else "▼ ") if row["differs"] else ""
    return f"{sign}{words.percent(row['win_rate'])}"
