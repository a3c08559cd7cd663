"""What the commission plan costs: pay by attainment, the cost as a strip of numbers, and reps' pay for analysts."""

from salesanalytics.analyses.pay.plan_cost import PlanCost
from salesanalytics.show.blocks import Figure, Missing, Nothing, Strip, TableBlock, Tile
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def plan_cost_figure(cost: PlanCost, words: Words) -> Figure | Missing | Nothing:
    """Pay at each attainment of the usual quota; a jump in it is a cliff."""
    if cost.curve.empty or cost.quota is None:
        return Missing(words.say("plan_cost.missing"))
    rows = cost.curve.assign(percent=cost.curve["attainment"] * 100)
    jumps = len(cost.cliffs)
    return lines(
        rows,
        "percent",
        "pay",
        words=words,
        title=words.say("plan_cost.title_cliffs", n=jumps) if jumps else words.say("plan_cost.title", rate=cost.top_rate),
        subtitle=words.say("plan_cost.subtitle", quota=cost.quota),
        note=words.say("plan_cost.note", plan=cost.plan),
        alt=words.say("plan_cost.alt"),
        audience=cost.audience,
    )


def plan_cost_strip(cost: PlanCost, words: Words) -> Strip | Missing:
    """Cost with its range, share of bookings, and what is earned by now."""
    if cost.table.empty:
        return Missing(words.say("plan_cost.missing"))
    tiles = [Tile(words.say("plan_cost.earned"), words.money(cost.earned), words.say("plan_cost.by", day=cost.as_of))]
    if cost.cost is not None and cost.low is not None and cost.high is not None and cost.rate is not None:
        of_bookings = words.say("plan_cost.of_bookings", rate=cost.rate)
        spread = words.interval(cost.low, cost.high, "money")
        tiles = [Tile(words.say("plan_cost.cost"), words.money(cost.cost), of_bookings), *tiles]
        if cost.as_of < cost.period.end:
            tiles.insert(1, Tile(words.say("plan_cost.range"), spread, words.say("plan_cost.level")))
    return Strip(tuple(tiles), audience=cost.audience)


def plan_cost_reps(cost: PlanCost, words: Words) -> TableBlock | Missing | Nothing:
    """Each rep's quota, bookings, and pay: for analysts alone, on no leader's page."""
    if cost.table.empty:
        return Missing(words.say("plan_cost.missing"), audience="analyst")
    known = cost.table["pay"].notna().any()
    columns = [
        Col("name", words.say("plan_cost.rep")),
        Col("quota", words.say("plan_cost.quota"), "money"),
        Col("booked", words.say("plan_cost.booked"), "money"),
        Col("earned", words.say("plan_cost.earned"), "money"),
        *([Col("pay", words.say("plan_cost.pay"), "money")] if known else []),
    ]
    return table(
        cost.table,
        columns,
        words=words,
        title=words.say("plan_cost.table_title"),
        note=words.say("plan_cost.table_note", n=cost.periods),
        audience="analyst",
    )
