"""All teams side by side: bookings against goal as a table, win rates as dots."""

import datetime as dt
from typing import TYPE_CHECKING

from salesanalytics.show.blocks import Blocks
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd


Span = tuple[dt.date, dt.date]


def side_by_side_blocks(board: "pd.DataFrame", words: Words, *, span: Span) -> Blocks:
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
