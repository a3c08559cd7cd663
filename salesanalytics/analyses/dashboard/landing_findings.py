"""What a landing says: where the period will end, and how much new pipeline would make its goal likely.

In: a landing. Out: findings, first what a page opens with.
"""

import numpy as np

from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.base.finding import PIPELINE, Evidence, Finding, running
from salesanalytics.models.forecast.period_end import LEVEL

LEAST_MISSED = 4  # past periods with a quota; of fewer, all missed may be chance
SLIGHT = 0.02  # a gap below this share of the goal is none to plan for


def landing_findings(found: Landing) -> list[Finding]:
    """What it says of the period's end; first what a page opens with; and of a quota that was never reached."""
    return [*(one.of(running(found.period)) for one in _told(found)), *_never_reached(found)]


def _never_reached(found: Landing) -> list[Finding]:
    """A quota missed in every past period is no forecast and no surprise: what it is usually worth is."""
    if len(found.reached) < LEAST_MISSED or max(found.reached) >= 1 or not found.foretells or found.goal is None:
        return []
    low, high, goal = min(found.reached), max(found.reached), found.goal
    values = {"n": len(found.reached), "low": low, "high": high, "goal": goal}
    told = Finding(
        "landing.never_reached", "watch", values, Evidence(len(found.reached), "past_periods"), weight=(1 - high) * goal
    )
    return [told.of(("quota", ""), "check")]


def _told(found: Landing) -> list[Finding]:
    if found.low is None or found.middle is None or not found.foretells:
        return []
    behind = (len(found.table), "open_deals") if len(found.table) else (found.periods, "past_periods")
    evidence = Evidence(*behind, found.low, found.high, "money", LEVEL, held=found.held)
    values = {"low": found.low, "middle": found.middle, "high": found.high, "booked": found.booked}
    if found.goal is None or found.p_hit is None:
        return [Finding("landing.no_goal", "watch", values, evidence, owner="operations")]
    values |= {"goal": found.goal, "p_hit": found.p_hit}
    missing = max(found.goal - found.middle, 0.0)
    if found.booked >= found.goal:
        return [Finding("landing.reached", "good", values, evidence)]
    if not len(found.table):
        unlikely = found.p_hit <= 1 - LEVEL
        return [Finding("landing.no_deals", "act" if unlikely else "watch", values, evidence, weight=missing)]
    first = found.table.iloc[0]
    values |= {"deal": first["name"], "owner": first["owner"], "top": first["amount"]}
    if found.p_hit >= LEVEL:
        return [Finding("landing.likely", "good", values, evidence)]
    if found.p_hit >= 1 - LEVEL:
        return [Finding("landing.open", "watch", values, evidence, weight=missing), *_more(found, missing)]
    return [Finding("landing.unlikely", "act", values, evidence, weight=missing), *_more(found, missing)]


def _more(found: Landing, missing: float) -> list[Finding]:
    """How much pipeline would make the goal likely, and by when it would have to be opened."""
    more, evidence = found.needed.get(LEVEL, 0.0), Evidence(len(found.table), "open_deals")
    if found.new_by is None or missing < SLIGHT * (found.goal or 0.0) or not missing:
        return []
    if found.new_by <= found.as_of:
        values = {"gap": missing, "new_by": found.new_by}
        return [Finding("landing.late_for_new", "watch", values, evidence, weight=missing, about=PIPELINE, says="stop")]
    if not np.isfinite(more):
        return []
    values = {"more": more, "new_by": found.new_by, "goal": found.goal, "level": LEVEL}
    return [Finding("landing.more_pipeline", "act", values, evidence, weight=missing, about=PIPELINE, says="start")]
