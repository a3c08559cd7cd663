"""What today's commission plan costs this period: at the landing, with its pay curve, its cliffs, and what it paid last.

In: `incentive_plan` (the commission plan in force, its tiers as JSON), `quota`, `opportunity`, `payout`; where the period will
land, if that is known. Out: the cost with its 80% range, what it is of bookings, pay at each attainment of the usual quota, and
whether the last period was paid as the plan and today's data say. Pay is reckoned exactly per rep; bookings still to come are
shared out by what the reps usually book, and luck (`models.payplan.bookings`). What single reps earn is for analysts alone, and
so is everything where fewer than five reps have a quota: the median quota of three is somebody's. The table names no period of
a plan; tiers are taken to be for the period that is asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Audience, Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Ints, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.bookings import draw, history
from salesanalytics.models.payplan.curve import Cliff, cliffs, highest_rate, pay_curve
from salesanalytics.models.payplan.fast import by_period, period_pay
from salesanalytics.models.payplan.money import money
from salesanalytics.models.payplan.past import Past, landing_draws, past_of
from salesanalytics.models.payplan.plan import Plan
from salesanalytics.models.payplan.recorded import recorded_plan
from salesanalytics.models.payplan.simulate import LEVEL, simulate
from salesanalytics.models.payplan.taking_part import eligible
from salesanalytics.stats.suppression import FEW

OFF = 0.01  # of what was paid; a smaller difference to the plan is none to look into
REPS = ["rep_id", "name", "quota", "booked", "earned", "pay", "low", "high"]
CURVE = ["attainment", "credit", "pay", "rate", "marginal"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlanCost(Result):
    """What the plan costs in `period`; money in the base currency, ranges of 80%.

    `table`: one row per rep who takes part and has a quota, by expected pay: rep_id, name, quota, booked and earned so far, pay
    (mean), low, high. `curve`: pay by attainment at `quota`, the median one. `cliffs`: where pay jumps on it. `cost`, `low`,
    `high`,
    `rate` (cost ÷ bookings): None where bookings to come cannot be drawn. `earned` by now. `top_rate`: the largest share of a
    further euro that is paid. `last_paid`, `last_due`: what was paid for the period before, and what the plan in force then
    pays on today's data for the same reps; None where nothing was paid for it. `periods` past ones behind the range;
    `at_landing`: whether the bookings are those of the landing.
    """

    plan: str = ""
    quota: float | None = None
    curve: pd.DataFrame
    cliffs: tuple[Cliff, ...] = ()
    earned: float = 0.0
    bookings: float | None = None
    cost: float | None = None
    low: float | None = None
    high: float | None = None
    rate: float | None = None
    top_rate: float | None = None
    last_paid: float | None = None
    last_due: float | None = None
    periods: int = 0
    at_landing: bool = False

    @property
    def audience(self) -> Audience:
        """Who may see sums of pay: leaders where they tell about no single person."""
        return "leader" if len(self.table) >= FEW else "analyst"


def plan_cost(
    tables: Tables, *, as_of: date, period: Period, ends: Landing | None = None, seed: int = 0, draws: int = 2000
) -> PlanCost:
    """The cost of the commission plan in force in `period`, as seen at the end of `as_of`.

    `ends`: where the period lands; without it bookings are drawn from the past alone. Of several plans in force that with most
    reps who have a quota counts, and a finding says so.
    """
    tables = known_on(tables, as_of)
    nothing = PlanCost(as_of=as_of, period=period, table=pd.DataFrame(columns=REPS), curve=pd.DataFrame(columns=CURVE))
    plan, past, plans, broken = todays_plan(period, tables, as_of)
    if plan is None or past is None:
        return nothing.saying(*broken, *_no_plan(period, broken))
    found = replace(nothing, plan=plan.name)
    if past.now.empty:
        return found.saying(
            *broken, Finding("plan_cost.no_quota", "watch", {"plan": plan.name}, _reps(0, period), owner="operations")
        )
    found = _with_cost(found, tables, plan, past, booked_draws(past, period, as_of, ends, seed, draws))
    quota = money(round(float(past.now.median()) * 100))
    found = replace(
        found,
        quota=float(quota),
        curve=pay_curve(plan, quota),
        cliffs=tuple(cliffs(plan, quota)),
        top_rate=highest_rate(plan, quota),
        periods=int((past.quota.notna().sum() > 0).sum()),
        at_landing=ends is not None and ends.foretells,
    )
    found = _with_last(found, tables, past, period.shift(-1))
    several = [
        Finding(
            "plan_cost.several", "watch", {"n": len(plans), "plan": plan.name}, _reps(len(past.now), period), owner="operations"
        )
    ]
    return found.saying(*_findings(found), *broken, *(several if len(plans) > 1 else []))


def todays_plan(period: Period, tables: Tables, as_of: date) -> tuple[Plan | None, Past | None, list[Plan], list[Finding]]:
    """Of the commission plans in force that with most reps who have a quota, and their past; all of them; the unreadable."""
    plans, broken = _in_force(tables, period)
    pasts = [past_of(tables, period, as_of, takes_part(plan, tables)) for plan in plans]
    at = max(range(len(plans)), key=lambda at: len(pasts[at].now), default=-1)
    return (plans[at], pasts[at], plans, broken) if plans else (None, None, plans, broken)


def _in_force(tables: Tables, period: Period) -> tuple[list[Plan], list[Finding]]:
    """Commission plans in force in `period`, latest first, and a finding for each that cannot be read."""
    if "incentive_plan" not in tables:
        return [], []
    rows = tables["incentive_plan"]
    lasts = (rows["valid_from"] <= pd.Timestamp(period.end)) & ~(rows["valid_to"] < pd.Timestamp(period.start))
    rows = rows[lasts & rows["kind"].eq("commission")].sort_values(["valid_from", "plan_id"], ascending=[False, True])
    plans: list[Plan] = []
    broken: list[Finding] = []
    for _, row in rows.iterrows():
        try:
            plan = recorded_plan(row, period)
            by_period(plan)  # what sums of bookings do not tell is refused here
            plans.append(plan)
        except PlanError as error:
            values = {"plan": row["name"], "what": str(error)}
            broken.append(Finding("plan_cost.unreadable", "watch", values, _reps(0, period), owner="operations"))
    return plans, broken


def takes_part(plan: Plan, tables: Tables) -> set[str]:
    """Who may be paid by the plan; nobody where it names nobody of these tables, as a plan of other teams does."""
    try:
        return eligible(plan, tables)
    except PlanError:
        return set()


def booked_draws(past: Past, period: Period, as_of: date, ends: Landing | None, seed: int, draws: int) -> Ints | None:
    """Draws of what each rep books in the period; what was booked where it is over, None where nothing can be drawn."""
    if period.end <= as_of:
        return np.asarray(np.round(past.so_far.to_numpy()[None, None, :] * 100), np.int64)
    learnt = history(past.booked, past.quota)
    if learnt is None:
        return None
    if ends is None or ends.low is None or ends.middle is None or ends.high is None:
        return draw(learnt, past.now, draws=draws, seed=seed)
    so_far = float(past.so_far.sum())
    low, middle, high = (so_far + past.paid_share * max(mark - ends.booked, 0.0) for mark in (ends.low, ends.middle, ends.high))
    total = landing_draws(low, middle, high, least=so_far, draws=draws, seed=seed)
    return draw(learnt, past.now, draws=draws, seed=seed, landing=total, so_far=past.so_far)


def _with_cost(found: PlanCost, tables: Tables, plan: Plan, past: Past, booked: Ints | None) -> PlanCost:
    """The result with its table, what is earned by now, and the cost where bookings could be drawn."""
    names = tables["rep"].set_index("rep_id")["name"]
    table = pd.DataFrame({"rep_id": past.now.index, "quota": past.now.to_numpy(), "booked": past.so_far.to_numpy()})
    table = table.assign(
        name=table["rep_id"].map(names), earned=_pay(plan, past.so_far, past.now), pay=np.nan, low=np.nan, high=np.nan
    )
    found = replace(found, table=table[REPS], earned=float(table["earned"].sum()))
    if booked is None:
        return found
    told = simulate(plan, booked, past.now)
    table = table.assign(**{name: told.table[name].to_numpy() for name in ("pay", "low", "high")})
    table = table.sort_values(["pay", "rep_id"], ascending=[False, True], ignore_index=True)[REPS]
    return replace(found, table=table, bookings=told.bookings, cost=told.cost, low=told.low, high=told.high, rate=told.rate)


def _pay(plan: Plan, booked: "pd.Series[float]", quota: "pd.Series[float]") -> "pd.Series[float]":
    cents = [np.asarray(np.round(one.to_numpy(dtype=np.float64) * 100), np.int64) for one in (booked, quota)]
    return pd.Series(period_pay(by_period(plan), *cents) / 100)


def _with_last(found: PlanCost, tables: Tables, past: Past, before: Period) -> PlanCost:
    """What was paid for the period before under commission plans, beside what the one then in force pays on today's data."""
    plans, _ = _in_force(tables, before)
    if "payout" not in tables or not plans or before.end > found.as_of or past.quota.empty:
        return found
    ids = tables["incentive_plan"].loc[tables["incentive_plan"]["kind"].eq("commission"), "plan_id"]
    rows = tables["payout"]
    rows = rows[rows["plan_id"].isin(ids) & before.holds(rows["period_start"]) & rows["amount"].notna()]
    quota = past.quota.iloc[:, -1].dropna()
    reps = quota.index[quota.index.isin(rows["rep_id"])]
    paid = float(rows.loc[rows["rep_id"].isin(reps), "amount"].sum())
    if paid <= 0:
        return found
    due = float(_pay(plans[0], past.booked.iloc[:, -1].reindex(reps), quota[reps]).sum())
    return replace(found, last_paid=paid, last_due=due)


def _findings(found: PlanCost) -> Sequence[Finding]:
    told = [_cost(found)]
    if found.cliffs:
        top = max(found.cliffs, key=lambda one: one.jump)
        values = {"at": top.attainment, "jump": top.jump, "before": top.before, "after": top.after, "n": len(found.cliffs)}
        reps = _reps(len(found.table), found.period)
        told.append(Finding("plan_cost.cliff", "watch", values, reps, weight=top.jump, audience=found.audience))
    if found.last_paid is not None and found.last_due is not None:
        off = found.last_due - found.last_paid
        far = abs(off) > OFF * found.last_paid
        paid: dict[str, object] = {
            "paid": found.last_paid,
            "due": found.last_due,
            "gap": abs(off),
            "span": found.period.shift(-1).span,
        }
        key = "plan_cost.paid_as_planned" if not far else "plan_cost.paid_less" if off > 0 else "plan_cost.paid_more"
        evidence = _reps(len(found.table), found.period.shift(-1))
        weight = abs(off) if far else 0.0
        told.append(Finding(key, "watch" if far else "good", paid, evidence, weight, "operations", found.audience))
    return told


def _cost(found: PlanCost) -> Finding:
    values = {"plan": found.plan, "span": found.period.span, "earned": found.earned}
    if found.cost is None or found.low is None or found.high is None or found.rate is None:
        key = "plan_cost.earned"
        return Finding(key, "watch", values, _reps(len(found.table), found.period), owner="operations", audience=found.audience)
    over = found.as_of >= found.period.end
    evidence = Evidence(
        len(found.table), "reps", None if over else found.low, None if over else found.high, "money", LEVEL, found.period.span
    )
    values |= {"cost": found.cost, "low": found.low, "high": found.high, "rate": found.rate, "bookings": found.bookings}
    key = "plan_cost.was" if over else "plan_cost.lands" if found.at_landing else "plan_cost.drawn"
    return Finding(key, "good", values, evidence, audience=found.audience)


def _no_plan(period: Period, broken: Sequence[Finding]) -> list[Finding]:
    if broken:
        return []
    return [Finding("plan_cost.no_plan", "watch", {"span": period.span}, _reps(0, period), owner="operations")]


def _reps(n: int, period: Period) -> Evidence:
    return Evidence(n, "reps", period=period.span)
