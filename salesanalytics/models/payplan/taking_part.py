"""Who takes part in a plan, and against which quotas.

In: a plan and our tables. Out: ids of reps, and their quotas by period and product family.
"""

from datetime import date
from decimal import Decimal

import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.teams import spans
from salesanalytics.errors import PlanError
from salesanalytics.facts.eligibility import named
from salesanalytics.facts.quotas import presence, rep_quotas_of
from salesanalytics.models.payplan.credit import ALL
from salesanalytics.models.payplan.money import money
from salesanalytics.models.payplan.plan import Plan


def eligible(plan: Plan, tables: Tables) -> set[str]:
    """Reps who take part (`facts.eligibility`): named, or with one of the roles in one of the teams they were ever in.

    PlanError where nobody does.
    """
    rep, said, of_teams = tables["rep"], plan.eligible, spans(tables)
    inside = set(of_teams.loc[of_teams["team_id"].isin(said.teams), "rep_id"])
    found = named(rep, teams=said.teams, roles=said.roles, reps=said.reps, inside=inside)
    if not found and (said.teams or said.roles or said.reps):
        asked = "; ".join(f"{name}: {', '.join(values)}" for name, values in said if values)
        roles = ", ".join(sorted(rep["role"].dropna().unique())[:8]) or "none"
        raise PlanError(
            f"{plan.label} names nobody in the data (eligible: {asked}). The data have {len(rep)} reps, with roles {roles}. "
            "Correct eligible: in the plan, or leave it out for everybody."
        )
    return found


def quotas_of(plan: Plan, tables: Tables, *, as_of: date) -> dict[tuple[str, date, str], Decimal]:
    """Quotas of those who are eligible, of every period of the plan that has begun by `as_of`.

    By rep, first day of the period, and product family (`*`: all). Money for all families is pro-rated by the days a rep was
    there (`facts.quotas`). By family, and for numbers of deals (metric `deals`), the quota of exactly the period counts, as
    set. Plans without attainment have none.
    """
    tables, paid = known_on(tables, as_of), eligible(plan, tables)
    periods = _periods(plan, as_of)
    if not plan.needs_quota and plan.draw:  # a draw is for everybody who is there, with a sale or without
        there = ((one, presence(tables, one)) for one in periods)
        return {(rep, one.start, ALL): money(0) for one, share in there for rep in share.index[share > 0] if rep in paid}
    if not plan.needs_quota or "quota" not in tables:
        return {}
    if plan.quota.measure == "amount" and plan.quota.by == "total":
        rows = zip(periods, rep_quotas_of(tables, periods, as_of, partial=True), strict=True)
        return {
            (rep, period.start, ALL): money(round(quota * 100))
            for period, frame in rows
            for rep, quota in zip(frame["rep_id"], frame["quota"], strict=True)
            if quota > 0 and rep in paid
        }
    quota = tables["quota"].sort_values("version")
    asked = (quota["scope"] == "rep") & (quota["metric"] == ("deals" if plan.quota.measure == "count" else "bookings"))
    asked &= (quota["product_family"] != ALL) if plan.quota.by == "family" else (quota["product_family"] == ALL)
    quota = quota[asked & ~(quota["set_on"] > pd.Timestamp(as_of))]
    whole = {(pd.Timestamp(one.start), pd.Timestamp(one.end)): one.start for one in periods}
    columns = ("scope_id", "period_start", "period_end", "product_family", "amount")
    return {
        (rep, whole[start, end], family): money(round(amount * 100))
        for rep, start, end, family, amount in zip(*(quota[name] for name in columns), strict=True)
        if (start, end) in whole and rep in paid
    }


def _periods(plan: Plan, as_of: date) -> list[Period]:
    period, found = plan.period_of(plan.valid_from), []
    while period.start <= min(as_of, plan.valid_to or as_of):
        found.append(period)
        period = period.shift(1)
    return found
