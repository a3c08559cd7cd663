"""What a leader should know of turnover: how many leave, whether that is usual, what it costs, what it puts at risk.

In: a `Turnover` without findings. Out: its findings, the most telling first.
"""

from salesanalytics.analyses.recruiting.turnover_result import Turnover
from salesanalytics.base.finding import Evidence, Finding, Says, Severity, Subject
from salesanalytics.models.turnover.rates import ALL, INDUSTRY
from salesanalytics.stats.suppression import FEW

PEOPLE: tuple[Subject, str] = ("people", "")
ENOUGH_LEAVERS = 3


def findings_of(found: Turnover) -> list[Finding]:
    """The findings of a result that is complete but for them."""
    if not found.told:
        values = {"n": found.people, "least": FEW}
        evidence = Evidence(found.people, "people")
        return [Finding("turnover.too_few", "watch", values, evidence, about=PEOPLE, says="record")]
    told = [_rate(found), _first_year(found), _expected(found), _cost(found), _pipeline(found), _handed(found), _reasons(found)]
    return [one for one in told if one is not None]


def _rate(found: Turnover) -> Finding:
    row = found.row("year")
    span = (found.period.start, found.period.end)
    evidence = Evidence(found.of_year, "people", row["low"], row["high"], period=span)
    values = {
        "leavers": int(row["leavers"]),
        "years": row["years"],
        "rate": row["rate"],
        "chance": row["chance"],
        "low": row["low"],
        "high": row["high"],
        "industry": INDUSTRY,
    }
    if not row["leavers"]:
        return Finding("turnover.nobody", "good", values, evidence, about=PEOPLE, says="keep")
    severity: Severity = "act" if found.usual == "above" else "good" if found.usual == "below" else "watch"
    says: Says = "talk" if found.usual == "above" else "keep"
    return Finding(f"turnover.{found.usual}", severity, values, evidence, about=PEOPLE, says=says)


def _first_year(found: Turnover) -> Finding | None:
    """How many of the newly hired leave within a year, beside what a look without late entry would say."""
    if found.first_year is None or not found.row(ALL)["leavers"]:
        return None
    one = found.first_year
    evidence = Evidence(one.watched, "people", one.low, one.high)
    values = {"share": one.share, "hired": one.hired, "naive": one.naive, "new": found.new.share if found.new else None}
    return Finding("turnover.first_year", "watch", values, evidence, about=PEOPLE, says="talk", horizon="next")


def _expected(found: Turnover) -> Finding | None:
    one = found.expected
    if one is None:
        return None
    evidence = Evidence(one.people, "people", one.low, one.high, "count", 0.8)
    rests_on = ("turnover.rests_on.as_before", *(("turnover.rests_on.pooled",) if found.pooled else ()))
    values = {"mean": one.mean, "low": one.low, "high": one.high, "n": one.people}
    return Finding("turnover.expected", "watch", values, evidence, about=PEOPLE, says="hire", rests_on=rests_on, horizon="next")


def _cost(found: Turnover) -> Finding | None:
    """What a leaver costs, the parts that are known added up, and what is not known."""
    if found.cost is None or found.cost.table.empty:
        return None
    parts = found.cost.table
    bookings = parts[parts["kind"] == "bookings"]["amount"].sum()
    spent = parts[parts["kind"] == "spent"]["amount"].sum()
    n = int(parts["n"].max())
    key = "cost" if bookings > 0 else "cost_spent"
    values = {"bookings": float(bookings), "spent": float(spent), "parts": len(parts)}
    leavers = found.row("year")["leavers"]
    return Finding(
        f"turnover.{key}",
        "watch",
        values,
        Evidence(n, "people"),
        weight=float(bookings + spent) * leavers,
        about=PEOPLE,
        says="keep",
        rests_on=(*parts["rests_on"], "turnover.rests_on.unknown_costs"),
    )


def _pipeline(found: Turnover) -> Finding | None:
    one = found.pipeline
    if one is None:
        return None
    values = {"pipeline": one.pipeline, "at_risk": one.at_risk, "low": one.low, "high": one.high, "days": one.days}
    return Finding(
        "turnover.pipeline",
        "watch",
        values,
        Evidence(one.deals, "deals", one.low, one.high, "money", 0.8),
        weight=one.at_risk,
        about=PEOPLE,
        says="check",
        rests_on=("turnover.rests_on.as_before",),
    )


def _handed(found: Turnover) -> Finding | None:
    """Whether deals that leavers left are won less often than others; nothing where it cannot be told."""
    one = found.handed
    if one is None or one.low is None or one.high is None:
        return None
    worse, better = one.high < 0, one.low > 0
    key = "handed_worse" if worse else "handed_better" if better else "handed_alike"
    values = {"won": one.won / one.deals, "expected": one.expected / one.deals, "n": one.deals, "leavers": one.leavers}
    evidence = Evidence(one.deals, "deals", one.low, one.high)
    return Finding(f"turnover.{key}", "act" if worse else "watch", values, evidence, about=PEOPLE, says="check")


def _reasons(found: Turnover) -> Finding | None:
    """The reason most given, or how few are recorded."""
    if not found.leavers:
        return None
    evidence = Evidence(found.recorded, "leavers")
    if found.recorded < ENOUGH_LEAVERS or found.recorded < 0.5 * found.leavers:
        values = {"n": found.recorded, "leavers": found.leavers}
        return Finding("turnover.unrecorded", "watch", values, evidence, owner="operations", about=PEOPLE, says="record")
    shown = found.reasons[found.reasons["reason"] != ""]
    if shown.empty:
        return None
    top = shown.iloc[0]
    values = {"reason": top["reason"], "n": int(top["leavers"]), "recorded": found.recorded, "leavers": found.leavers}
    return Finding("turnover.reason", "watch", values, evidence, about=PEOPLE, says="talk")
