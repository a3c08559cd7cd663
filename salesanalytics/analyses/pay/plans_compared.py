"""What other plans would cost, beside today's: each for the same people, on the same drawn bookings.

In: what `plan_cost` takes, other plans as the texts of plan files, and the share of bookings that is left before pay. Out: one
row per plan. A plan is compared over the people who take part in both, so its row has today's cost for these, too. How many
gain and lose is told, never who; a group of one to four is not counted (`FEW`), and leaders are told nothing where fewer than
five are compared. What a file pays beside its steps (SPIFFs, caps per deal, …) is left out and named.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.analyses.pay.plan_cost import booked_draws, takes_part, todays_plan
from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Audience, Evidence, Finding, Severity
from salesanalytics.base.result import Result
from salesanalytics.base.strict_yaml import document_of
from salesanalytics.base.types import Ints, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.names import unknown_names
from salesanalytics.models.payplan.past import Past
from salesanalytics.models.payplan.plan import Plan
from salesanalytics.models.payplan.plan_file import plan_from
from salesanalytics.models.payplan.simulate import LEVEL, Simulation, simulate
from salesanalytics.stats.suppression import FEW

COLUMNS = ["plan", "people", "cost", "low", "high", "rate", "today", "change", "dearer", "gain", "lose", "uplift", "left_out"]
NOTHING: Mapping[str, str] = {}
SLIGHT = 0.005  # of today's cost; a smaller difference is none


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlansCompared(Result):
    """`table`: one row per plan, today's first: plan, people (who take part in both), cost with its 80% range (low, high), rate
    (cost ÷ bookings), today (today's plan for the same people), change (cost − today), dearer (share of draws), gain and lose
    (how many people's pay changes by more than 1%; missing where 1 to 4 do), uplift (see `Simulation`), left_out (keys).
    `margin`: as given. `given`: how many plan files.
    """

    plan: str = ""
    margin: float | None = None
    given: int = 0

    @property
    def audience(self) -> Audience:
        """Leaders, where each row tells about five people or more."""
        return "leader" if len(self.table) and self.table["people"].min() >= FEW else "analyst"


def plans_compared(
    tables: Tables,
    *,
    as_of: date,
    period: Period,
    others: Mapping[str, str] = NOTHING,
    ends: Landing | None = None,
    margin: float | None = None,
    currency: str = "",
    whole: bool = False,
    seed: int = 0,
    draws: int = 2000,
) -> PlansCompared:
    """Today's plan of `period` beside `others` (file name → text of a plan file), as seen at the end of `as_of`.

    `margin`: share of bookings left before pay, 0..1, for the break-even. `currency`: the data's; plans in another are refused.
    `whole`: the tables are the whole company's, so that teams and reps a plan names must be there.
    """
    tables = known_on(tables, as_of)
    nothing = PlansCompared(as_of=as_of, period=period, table=pd.DataFrame(columns=COLUMNS), margin=margin, given=len(others))
    plans, broken = _read(others, period, currency)
    now, past, _, _ = todays_plan(period, tables, as_of)
    booked = None if now is None or past is None or past.now.empty else booked_draws(past, period, as_of, ends, seed, draws)
    if now is None or past is None or booked is None or not others:
        return nothing.saying(*broken)
    strange = [_strange(one, tables, period) for one in plans if whole and unknown_names(one, tables)]
    found = [one for plan in plans if (one := _simulated(plan, now, past, booked, tables, margin))]
    alone = [_nobody(plan, period) for plan in plans if not _both(plan, past, tables).any()]
    if not found:
        return nothing.saying(*broken, *strange, *alone)
    base = simulate(now, booked, past.now)
    table = pd.DataFrame([_row(one) for one in (base, *found)], columns=COLUMNS)
    answer = PlansCompared(as_of=as_of, period=period, table=table, plan=now.name, margin=margin, given=len(others))
    return answer.saying(*[_said(one, now, answer) for one in found], *broken, *strange, *alone)


def _read(others: Mapping[str, str], period: Period, currency: str) -> tuple[list[Plan], list[Finding]]:
    plans: list[Plan] = []
    broken: list[Finding] = []
    for file, text in others.items():
        try:
            plan = plan_from(document_of(text), file)
            if plan.period != period.kind:
                raise PlanError(f"{plan.label} pays by {plan.period}, and the page asks for a {period.kind}")
            if currency and plan.currency != currency:
                raise PlanError(f"{plan.label} pays in {plan.currency}, and the data are in {currency}")
            simulate(plan, np.zeros((1, 1, 1), np.int64), pd.Series([1.0]))  # what sums do not tell is refused here
            plans.append(plan)
        except PlanError as error:
            values = {"plan": file, "what": _first_problem(str(error))}
            evidence = Evidence(0, "reps", period=period.span)
            broken.append(Finding("plans_compared.unreadable", "watch", values, evidence, owner="operations"))
    return plans, broken


def _first_problem(said: str) -> str:
    """The first problem of a plan file, or all of an error that has one line."""
    first, *lines = [line.strip() for line in said.splitlines()]
    return (lines[0] if lines else first).removesuffix(".")


def _both(plan: Plan, past: Past, tables: Tables) -> "pd.Series[bool]":
    """Which of today's people take part in `plan`, too."""
    return pd.Series(past.now.index.isin(takes_part(plan, tables)), index=past.now.index)


def _simulated(plan: Plan, now: Plan, past: Past, booked: Ints, tables: Tables, margin: float | None) -> Simulation | None:
    both = _both(plan, past, tables)
    if not both.any():
        return None
    return simulate(plan, booked[:, :, both.to_numpy()], past.now[both], today=now, margin=margin)


def _row(one: Simulation) -> dict[str, object]:
    return {
        "plan": one.plan.name, "people": len(one.table), "cost": one.cost, "low": one.low, "high": one.high,
        "rate": np.nan if one.rate is None else one.rate, "today": one.today, "change": one.cost - one.today,
        "dearer": one.dearer, "gain": _told(one.gain), "lose": _told(one.lose),
        "uplift": np.nan if one.uplift is None else one.uplift, "left_out": _keys(one.left_out),
    }  # fmt: skip


def _keys(left_out: Iterable[str]) -> str:
    return ", ".join(part.split(" (")[0] for part in left_out)


def _told(n: int) -> float:
    """How many; nothing where these are so few that it would tell of single people."""
    return float(n) if n == 0 or n >= FEW else float("nan")


def _said(one: Simulation, now: Plan, found: PlansCompared) -> Finding:
    change = one.cost - one.today
    slight = abs(change) <= SLIGHT * one.today
    key = "plans_compared.same" if slight else "plans_compared.dearer" if change > 0 else "plans_compared.cheaper"
    values = {"plan": one.plan.name, "today": now.name, "cost": one.cost, "gap": abs(change), "n": len(one.table)}
    evidence = Evidence(len(one.table), "reps", one.low, one.high, "money", LEVEL, found.period.span)
    severity: Severity = "good" if change <= 0 or slight else "watch"
    audience: Audience = "leader" if len(one.table) >= FEW else "analyst"
    return Finding(key, severity, values, evidence, 0.0 if slight else abs(change), audience=audience)


def _strange(plan: Plan, tables: Tables, period: Period) -> Finding:
    unknown = unknown_names(plan, tables)
    values = {"plan": plan.name, "what": "; ".join(f"{key}: {', '.join(names)}" for key, names in unknown.items())}
    return Finding("plans_compared.strange", "watch", values, Evidence(0, "reps", period=period.span), owner="operations")


def _nobody(plan: Plan, period: Period) -> Finding:
    evidence = Evidence(0, "reps", period=period.span)
    return Finding("plans_compared.nobody", "watch", {"plan": plan.name}, evidence, owner="operations")
