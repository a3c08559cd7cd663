"""Proposed quotas: a bullet per seller, and a table with the chance to reach each."""

from salesanalytics.analyses.planning.quota_plan import QuotaPlan
from salesanalytics.show.blocks import Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts.bullets import bullets
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def quota_plan_figure(plan: QuotaPlan, words: Words) -> Figure | Missing | Nothing:
    """One bullet per seller: bar, the proposed quota; tick, the current one; tint, what territory and track record support."""
    if plan.total is None or plan.table.empty:
        return Missing(words.say("quota_plan.missing"))
    far = int((plan.table["verdict"] != "").sum())
    title = words.say("quota_plan.title_far", n=far) if far else words.say("quota_plan.title", total=plan.total)
    rows = plan.table.assign(who=[words.text(name) for name in plan.table["name"]])
    known = rows["low"].notna().any()
    return bullets(
        rows,
        "who",
        "proposed",
        "today",
        "low" if known else None,
        "high" if known else None,
        words=words,
        says="quota_plan.bullet",
        title=title,
        subtitle=words.say("quota_plan.subtitle", span=plan.period.span),
        note=words.say("quota_plan.note" if known else "quota_plan.note_plain", n=plan.periods),
        alt=words.say("quota_plan.alt"),
    )


def quota_plan_table(plan: QuotaPlan, words: Words) -> TableBlock | Missing | Nothing:
    """Proposed quotas beside the current ones, with the chance to reach each, and their sum."""
    if plan.total is None or plan.table.empty:
        return Missing(words.say("quota_plan.missing"))
    rows = plan.table
    change = [words.percent(value, signed=True) if value == value else "" for value in rows["change"]]
    mark = {"high": "▼ ", "low": "▲ ", "": ""}
    shown = rows.assign(
        ramp=[words.say("quota_plan.ramping", share=share) if share < 0.995 else "" for share in rows["capacity"]],
        deals=[words.say("scoreboard.sold", n=n) for n in rows["n"]],
        shift=[f"{mark[verdict]}{text}" for verdict, text in zip(rows["verdict"], change, strict=True)],
    )
    columns = [
        Col("name", words.say("quota_plan.rep"), detail="ramp"),
        Col("today", words.say("quota_plan.today"), "money"),
        Col("proposed", words.say("quota_plan.proposed"), "money", detail="shift"),
        Col("history", words.say("quota_plan.history"), "money", detail="deals"),
        Col("p_reach", words.say("quota_plan.chance"), "percent"),
    ]
    there = [col for col in columns if rows[col.name].notna().any()]
    sums: dict[str, object] = {"name": words.say("scoreboard.total"), "proposed": plan.total}
    if plan.today_total is not None:
        sums["today"] = plan.today_total
    note = words.say("quota_plan.table_note_far" if (rows["verdict"] != "").any() else "quota_plan.table_note")
    ramp = "" if plan.ramp_known else words.say("quota_plan.ramp_usual")
    return table(
        shown,
        there,
        words=words,
        title=words.say("quota_plan.table_title", over=plan.over_assignment),
        subtitle=words.period(plan.period.span),
        note=f"{note} {ramp}".strip(),
        total_row=sums,
    )
