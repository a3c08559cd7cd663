"""How new sellers come up to speed: what they open and win month by month, and when they reach four fifths of full speed.

In: `rep`, `opportunity`, and where there are any `employment`, `rep_assignment`, `opportunity_history`; from the company its
own ramp. Out: one row per outcome and completed month of tenure: the share of what sellers with more than a year do. Leavers
stay in. When people reach full speed is asked of each newcomer whom the records saw from the first day: three months together
at 80% of the median seller with more than a year; who left or is not there yet counts for as long as they were seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.analyses.company.pooling import may_be_told
from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import TENURED, Outcome, Ramp, ramp_curve, records_begin, rep_months, team_stays
from salesanalytics.stats.suppression import FEW
from salesanalytics.stats.survival import Wait, waiting_time

OUTCOMES: tuple[Outcome, ...] = ("opened", "won")
COLUMNS = ["outcome", "month", "share", "low", "high", "deals", "years", "newcomers"]
REACHED = 0.8
TOGETHER = 3  # months looked at together: single ones are mostly luck where a month holds few deals
LEAST_PART = 0.5  # of a month, for it to say anything
PEOPLE: tuple[Subject, str] = ("people", "")
LEANING = "ramp.rests_on.usual"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RampUp(Result):
    """`table`: one row per outcome (opened, won) and completed month of tenure up to a year (see COLUMNS): share (of a seller
    with more than a year), low, high (95%), deals, years (person-years), newcomers.

    `known`: whether the newcomers' months say it; else the curve leans on an even rise over half a year. `months_to`:
    completed months until the curve of deals opened is at 80%, `won_months_to` that of deals won. `wait`: months until half
    of the newcomers reached it (see the module); None with fewer than five. `company`: the same table of all teams, where it
    may be told.
    """

    known: bool
    months_to: int
    won_months_to: int
    newcomers: int
    wait: Wait | None
    company: pd.DataFrame


def ramp(tables: Tables, *, as_of: date, company: pd.DataFrame | None = None) -> RampUp:
    """Of the sellers in these tables; `company`: the table `ramp_months` of the handover."""
    tables = known_on(tables, as_of)
    curves = {outcome: ramp_curve(tables, as_of=as_of, outcome=outcome) for outcome in OUTCOMES}
    opened = curves["opened"]
    begin = records_begin(tables, as_of)
    found = RampUp(
        as_of=as_of,
        period=Period(min(begin.date(), as_of), as_of),
        table=_rows(curves),
        known=opened.known,
        months_to=opened.months_to,
        won_months_to=curves["won"].months_to,
        newcomers=opened.reps,
        wait=_wait(tables, as_of, begin),
        company=pd.DataFrame(columns=COLUMNS) if company is None else company[COLUMNS],
    )
    return found.saying(*_findings(found))


def ramp_months(company: Tables, by_team: Mapping[str, Tables], *, as_of: date) -> pd.DataFrame:
    """The company's ramp for the handover; none where fewer than five teams have newcomers, or one has nearly all."""
    newcomers = [ramp_curve(one, as_of=as_of).reps for one in by_team.values()]
    curves = {outcome: ramp_curve(company, as_of=as_of, outcome=outcome) for outcome in OUTCOMES}
    table = _rows(curves)
    return table if may_be_told(newcomers) and curves["opened"].known else table.iloc[:0]


def _rows(curves: Mapping[Outcome, Ramp]) -> pd.DataFrame:
    parts = [curve.table.assign(outcome=outcome, newcomers=curve.reps) for outcome, curve in curves.items()]
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _wait(tables: Tables, as_of: date, begin: pd.Timestamp) -> Wait | None:
    """Months of tenure after which half of the newcomers had reached 80% for three months together."""
    months = rep_months(tables, as_of)
    if months.empty:
        return None
    full = months[(months["tenure"] >= TENURED) & (months["part"] >= LEAST_PART)]
    sums = full.groupby("rep_id")[["opened", "part"]].sum()
    stay = team_stays(tables, as_of)
    new = stay.loc[(stay["hired"] > begin) & (stay["since"] == stay["hired"]), "rep_id"].unique()
    young = months[months["rep_id"].isin(new) & (months["part"] >= LEAST_PART)].sort_values(["rep_id", "month"])
    if sums.empty or young["rep_id"].nunique() < FEW:
        return None
    level = REACHED * float((sums["opened"] / sums["part"]).median())
    seen = [_reached(rows, level) for _, rows in young.groupby("rep_id")]
    return waiting_time(np.array([one[0] for one in seen]), np.array([one[1] for one in seen]))


def _reached(rows: pd.DataFrame, level: float) -> tuple[float, bool]:
    """Months from the hire to the end of the first three months together at the level; else months seen, and False."""
    together = rows[["opened", "part"]].rolling(TOGETHER).sum()
    at = np.flatnonzero((together["opened"] >= level * together["part"]) & together["part"].notna())
    end = rows["tenure"] + rows["part"] / 2  # a month's tenure is told in the middle of its days
    return (float(end.iloc[at[0]]), True) if len(at) and level > 0 else (float(end.iloc[-1]), False)


def _findings(found: RampUp) -> list[Finding]:
    seen = Evidence(found.newcomers, "newcomers")
    values: dict[str, Any] = {"n": found.newcomers, "months": found.months_to, "won": found.won_months_to}
    if not found.known:
        return [Finding("ramp.unknown", "watch", values, seen, about=PEOPLE, says="record", rests_on=(LEANING,))]
    opened = found.table[found.table["outcome"] == "opened"]
    year = float(opened["share"].mean())
    told = [Finding("ramp.curve", "watch", values | {"year": year}, seen, about=PEOPLE, says="keep")]
    wait = found.wait
    if wait is not None and wait.value is not None:
        key = "ramp.half" if wait.high is not None else "ramp.half_open"
        values = {"half": wait.value, "low": wait.low, "high": wait.high, "reached": wait.ended, "n": wait.n}
        told.append(Finding(key, "watch", values, Evidence(wait.n, "newcomers"), about=PEOPLE, says="keep"))
    return told
