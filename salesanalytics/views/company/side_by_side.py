"""All teams side by side: bookings against goal as a table, win rates as dots."""

from salesanalytics.analyses.company.side_by_side import SideBySide
from salesanalytics.show.blocks import Blocks, Figure, Nothing, TableBlock
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def side_by_side_blocks(teams: SideBySide, words: Words) -> Blocks:
    """The table, and under it the win rates; only teams that differ by more than chance explains are coloured."""
    return Blocks((_bookings(teams, words), _win_rates(teams, words)))


def _bookings(teams: SideBySide, words: Words) -> TableBlock | Nothing:
    board = teams.table
    columns = [
        Col("name", words.say("side_by_side.team")),
        Col("booked", words.say("scoreboard.won"), "money"),
        Col("goal", words.say("scoreboard.quota"), "money"),
        Col("attainment", words.say("side_by_side.attainment"), "percent"),
        Col("open", words.say("scoreboard.open"), "money"),
    ]
    known = [col for col in columns if board[col.name].notna().any()]
    sums: dict[str, object] = {col.name: board[col.name].sum() for col in known if col.kind == "money"}
    with_goal = board[board["goal"].fillna(0) > 0]
    if len(with_goal) and "attainment" in {col.name for col in known}:
        sums["attainment"] = with_goal["booked"].sum() / with_goal["goal"].sum()
    return table(
        board.sort_values("booked", ascending=False),
        known,
        words=words,
        title=words.say("side_by_side.title"),
        subtitle=words.period(teams.period.span),
        total_row={"name": words.say("table.total"), **sums},
    )


def _win_rates(teams: SideBySide, words: Words) -> Figure | Nothing:
    rated = teams.table.sort_values("booked", ascending=False).dropna(subset=["win_rate"])
    pooled = (rated["win_rate"] * rated["n"]).sum() / max(rated["n"].sum(), 1)
    return dots(
        rated,
        "name",
        "win_rate",
        "low",
        "high",
        "n",
        pooled,
        words=words,
        reference_text=words.say("side_by_side.all", rate=pooled),
        better="high",
        marked="differs",
        title=words.say("side_by_side.rates"),
        subtitle=words.say("side_by_side.rates_subtitle"),
        note=words.say("side_by_side.rates_note" if rated["differs"].any() else "side_by_side.rates_note_none"),
        alt=words.say("side_by_side.rates_alt"),
    )
