"""All teams side by side: bookings against goal as a table, win rates as dots."""

from salesanalytics.analyses.company.side_by_side import SideBySide
from salesanalytics.show.blocks import Blocks, Figure, Nothing, TableBlock
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.tables import Col, money_ranges, table
from salesanalytics.show.words import Words


def side_by_side_blocks(teams: SideBySide, words: Words) -> Blocks:
    """The table, and under it the win rates; only teams that differ by more than chance explains are coloured."""
    return Blocks((_ends(teams, words), _win_rates(teams, words)))


def _ends(teams: SideBySide, words: Words) -> TableBlock | Nothing:
    """Where each team lands against its goal, whose shortfall is largest first; without a forecast, what they sold."""
    board = teams.table
    told = bool(board["likely"].notna().any())
    shown = board.sort_values(["short", "booked"] if told else ["booked"], ascending=False)
    shown = shown.assign(
        range=money_ranges(shown["likely"], shown["ends_low"], shown["ends_high"], words),
        chance=[words.chance(p) for p in shown["p_hit"]],
    )
    columns = [
        Col("name", words.say("side_by_side.team")),
        Col("booked", words.say("scoreboard.won"), "money"),
        Col("likely", words.say("side_by_side.likely"), "money", detail="range"),
        Col("goal", words.say("scoreboard.quota"), "money"),
        *(
            (Col("chance", words.say("side_by_side.chance"), "figure"),)
            if told
            else (
                Col("attainment", words.say("side_by_side.attainment"), "percent"),
                Col("open", words.say("scoreboard.open"), "money"),
            )
        ),
    ]
    known = [col for col in columns if col.name == "chance" or board[col.name].notna().any()]
    sums: dict[str, object] = {col.name: board[col.name].sum() for col in known if col.kind == "money"}
    with_goal = board[board["goal"].fillna(0) > 0]
    if len(with_goal) and "attainment" in {col.name for col in known}:
        sums["attainment"] = with_goal["booked"].sum() / with_goal["goal"].sum()
    return table(
        shown,
        known,
        words=words,
        title=words.say("side_by_side.title" if told else "side_by_side.title_sold"),
        subtitle=words.period(teams.period.span),
        note=words.say("side_by_side.note") if told else "",
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
