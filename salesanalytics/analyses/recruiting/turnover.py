"""Turnover: how many leave, from where, what it costs, and what it puts at risk.

In: `rep`, `opportunity`, and where there are any `employment`, `rep_assignment`, `training_event`, `opportunity_history`; from
the company the bands of tenure and what goes with leaving. Out: one row per kind of leaving. Aggregates only: no number rests
on fewer than five people, causes and reasons of fewer than five leavers are not told, and nothing speaks of one person.
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.analyses.recruiting.turnover_findings import findings_of
from salesanalytics.analyses.recruiting.turnover_result import CURVE, REASONS, Turnover
from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.leaving import CAUSES, Staff, staff
from salesanalytics.models.survival.curves import numbers_at_risk
from salesanalytics.models.turnover.bands import BANDS, Level, bands, expected_leavers, level, tenure_years
from salesanalytics.models.turnover.cost import cost_of_leaving
from salesanalytics.models.turnover.groups import by_group, hire_cohort, hire_source
from salesanalytics.models.turnover.handed_over import handed_over, pipeline_at_risk
from salesanalytics.models.turnover.rates import ALL, against_industry, curve_of, early, on_tenure, rates
from salesanalytics.stats.suppression import FEW, told

YEAR = "year"
NEW, FIRST_YEAR = 90, 365
STEPS = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0)  # years of tenure at which numbers at risk are told
LEAST_HIRES = 5


def turnover(tables: Tables, *, as_of: date, pooled: pd.DataFrame | None = None, seed: int = 0) -> Turnover:
    """`pooled`: the company's bands (`turnover_bands` of the handover), which a team's expected leavers lean on."""
    tables = known_on(tables, as_of)
    who, year = staff(tables, as_of=as_of), trailing_year(as_of)
    there = who.there(as_of)
    found = Turnover.nothing(who, as_of)
    if who.people < FEW:
        return found.saying(*findings_of(found))
    of_year = rates(who, pd.Timestamp(year.start), pd.Timestamp(year.end))
    ever = rates(who)
    table = pd.concat([of_year[of_year["kind"] == ALL].assign(kind=YEAR), _told_kinds(ever)], ignore_index=True)
    at, lean = _level(who, pooled, seed)
    day = pd.Timestamp(as_of)
    recent = table.iloc[0]
    reasons, recorded = _reasons(who)
    found = replace(
        found,
        told=True,
        of_year=int(who.table.loc[who.table["until"] >= pd.Timestamp(year.start), "rep_id"].nunique()),
        table=table,
        usual=against_industry(recent["low"], recent["high"]),
        new=early(who, NEW),
        first_year=early(who, FIRST_YEAR),
        curve=_curve(who),
        at_risk=_at_risk(who),
        cohorts=by_group(who, hire_cohort(who)),
        sources=by_group(who, hire_source(who, tables)),
        expected=expected_leavers(tenure_years(there, day), at, seed) if len(there) >= FEW and at else None,
        pooled=lean,
        cost=cost_of_leaving(tables, as_of=as_of, people=who, seed=seed),
        pipeline=pipeline_at_risk(tables, as_of=as_of, people=who, at=at, seed=seed),
        handed=handed_over(tables, as_of=as_of, people=who),
        reasons=reasons,
        recorded=recorded,
        company=_company(pooled),
    )
    return found.saying(*findings_of(found))


def _told_kinds(ever: pd.DataFrame) -> pd.DataFrame:
    """All leavers, and the causes that may be told: who left everybody saw, why they did not."""
    kinds = ever[ever["kind"].isin(CAUSES)].reset_index(drop=True)
    shown = told(kinds["leavers"].to_numpy(dtype=np.int64))
    kept = kinds[shown.cells & (kinds["leavers"] > 0)] if shown.sums.all() else kinds.iloc[:0]
    return pd.concat([ever[ever["kind"] == ALL], kept])


def _level(who: Staff, pooled: pd.DataFrame | None, seed: int) -> tuple[Level | None, bool]:
    """What people are up to: from the company's bands and the team's own leavers; without them from its own bands alone."""
    if pooled is not None and len(pooled) and pooled["leavers"].sum() > 0:
        return level(who, pooled[BANDS], seed), True
    own = bands(who)
    return (level(who, own, seed, pooled=False), False) if own["years"].sum() > 0 else (None, False)


def _company(pooled: pd.DataFrame | None) -> tuple[float, float, float] | None:
    if pooled is None or not len(pooled) or "rate" not in pooled:
        return None
    first = pooled.iloc[0]
    return float(first["rate"]), float(first["rate_low"]), float(first["rate_high"])


def _curve(who: Staff) -> pd.DataFrame:
    """The curve as far as at least five are at risk; nothing with fewer than five seen from their first day."""
    curve, until = curve_of(who, FEW)
    if early(who, FIRST_YEAR, LEAST_HIRES) is None:
        return pd.DataFrame(columns=CURVE)
    kept = curve.time < until if until < curve.last else curve.time <= until
    rows = zip(curve.time[kept], curve.share[kept], curve.low[kept], curve.high[kept], curve.at_risk[kept], strict=True)
    begin = (0.0, 1.0, 1.0, 1.0, int(curve.at_risk[0]) if len(curve.at_risk) else 0)
    return pd.DataFrame([begin, *rows], columns=CURVE)


def _at_risk(who: Staff) -> pd.DataFrame:
    """People at risk by tenure, as long as there are five."""
    people = numbers_at_risk(on_tenure(who), np.array(STEPS))
    known = pd.DataFrame({"tenure": STEPS, "people": people})
    return known[known["people"] >= FEW].reset_index(drop=True)


def _reasons(who: Staff) -> tuple[pd.DataFrame, int]:
    """Leavers by recorded reason, the most common first; those of fewer than five together and without a name (""), as a rare
    reason by itself tells of somebody whom everybody knows to have left.
    """
    gone = who.table[who.table["left"]]
    counted = gone["exit_reason"].dropna().value_counts().rename_axis("reason").reset_index(name="leavers")
    counted = counted.sort_values(["leavers", "reason"], ascending=[False, True], ignore_index=True)
    recorded = int(counted["leavers"].sum())
    if recorded < FEW:
        return pd.DataFrame(columns=REASONS), recorded
    shown = told(counted["leavers"].to_numpy(dtype=np.int64))
    named = counted["reason"].where(shown.cells, "")
    by_name = counted["leavers"].groupby(named).sum().reset_index()
    last = by_name["reason"] == ""
    order = by_name.assign(last=last).sort_values(
        ["last", "leavers", "reason"], ascending=[True, False, True], ignore_index=True
    )
    return order[REASONS], recorded
