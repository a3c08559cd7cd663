"""Where each seller lands, as a table: the likely end with its range, beside the own call and the quota."""

from salesanalytics.analyses.dashboard.rep_landings import RepLandings
from salesanalytics.show.blocks import Missing, Nothing, TableBlock
from salesanalytics.show.tables import Col, adding_up, money_ranges, money_step, table
from salesanalytics.show.words import Words


def rep_landings_table(found: RepLandings, words: Words) -> TableBlock | Missing | Nothing:
    """One row per seller and their sum; a line of words where the team's end cannot be told."""
    rows = found.table
    if rows.empty:
        return Missing(words.say("rep_landings.missing"))
    likely = adding_up([*rows["likely"], rows["likely"].sum()], step=money_step(rows["likely"].abs().max()))
    shown = rows.assign(
        likely=likely[:-1],
        range=money_ranges(rows["likely"], rows["low"], rows["high"], words),
        chance=["" if p != p else words.say("rep_landings.chance", p=p) for p in rows["p_quota"]],
    )
    columns = [
        Col("name", words.say("rep_landings.rep")),
        Col("likely", words.say("rep_landings.likely"), "money", detail="range"),
        Col("call", words.say("rep_landings.call"), "money"),
        Col("quota", words.say("rep_landings.quota"), "money", detail="chance"),
    ]
    there = [col for col in columns if rows[col.name].notna().any()]
    return table(
        shown,
        there,
        words=words,
        title=words.say("rep_landings.title"),
        subtitle=words.say("rep_landings.subtitle", span=found.period.span),
        note=words.say("rep_landings.note"),
        total_row={"likely": likely[-1], **({"quota": rows["quota"].sum()} if rows["quota"].notna().any() else {})},
    )
