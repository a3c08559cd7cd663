"""Whom to hire by when: replacements for those who will leave, more sellers where targets ask for them, and what goes with
staying.

In: what `turnover` and `capacity` found for a team, and from the company which groups of newcomers stay and come up to speed.
Out: one row per quarter ahead with the sellers it takes and the days by which they start and are decided on. A place stays
empty for as long as places did before; where too few were filled, two months are assumed and said. Hires for a target nobody
set are told as such, and are no order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from salesanalytics.analyses.company.pooling import may_be_told
from salesanalytics.analyses.planning.capacity import NOTICE_MONTHS, Capacity, capacity
from salesanalytics.analyses.recruiting.turnover import turnover
from salesanalytics.analyses.recruiting.turnover_result import Turnover
from salesanalytics.base.finding import Evidence, Finding, Severity, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.facts.leaving import staff
from salesanalytics.facts.people import MONTH_DAYS
from salesanalytics.facts.targets import SET_BY_PEOPLE
from salesanalytics.models.turnover.newcomers import COLUMNS as GROUPS
from salesanalytics.models.turnover.newcomers import newcomers

LEVEL = 0.05
COLUMNS = ["start", "end", "target", "source", "p", "hires_50", "hires_80", "start_by", "decide_by", "late"]
PEOPLE: tuple[Subject, str] = ("people", "")
PAST, ASSUMED = "hiring.rests_on.past_vacancies", "hiring.rests_on.two_months"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Hiring(Result):
    """`table`: one row per quarter ahead: start, end, target, source (who set it), p (chance to reach it with the people
    there), hires_50 and hires_80 (more sellers for such a chance), start_by and decide_by (days; missing where no hiring
    helps), late (decide_by is over).

    `there` sellers now; `leavers` of the `leavers_of` people there (SDRs too) expected to go in twelve months, with the 80%
    range in `leavers_low`, `leavers_high` (missing where it cannot be told). `vacant_days` a place stays empty, from
    `vacancies` seen (0: two months assumed). `groups`: see `models.turnover.newcomers`, of `people` in the whole company.
    """

    there: int
    vacant_days: float
    vacancies: int
    leavers: float | None = None
    leavers_of: int = 0
    leavers_low: float | None = None
    leavers_high: float | None = None
    groups: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=GROUPS))
    people: int = 0


def hiring(
    tables: Tables,
    *,
    as_of: date,
    needed: Capacity | None = None,
    leaving: Turnover | None = None,
    groups: pd.DataFrame | None = None,
) -> Hiring:
    """Of one team; `needed` and `leaving`: what `capacity` and `turnover` said of it already, `groups`: the table `newcomers`
    of the handover.
    """
    needed, leaving = needed or capacity(tables, as_of=as_of), leaving or turnover(tables, as_of=as_of)
    cost = leaving.cost
    seen = cost is not None and cost.vacancy_days is not None
    days = float(cost.vacancy_days) if cost is not None and cost.vacancy_days is not None else NOTICE_MONTHS * MONTH_DAYS
    one, told = leaving.expected, pd.DataFrame(columns=[*GROUPS, "all"]) if groups is None else groups
    found = Hiring(
        as_of=as_of,
        period=needed.period,
        table=_quarters(needed.quarters, days, as_of),
        there=needed.heads,
        vacant_days=days,
        vacancies=cost.followed if cost is not None and seen else 0,
        leavers=one.mean if one else None,
        leavers_of=one.people if one else 0,
        leavers_low=one.low if one else None,
        leavers_high=one.high if one else None,
        groups=told[GROUPS].reset_index(drop=True),
        people=int(told["all"].iloc[0]) if len(told) else 0,
    )
    return found.saying(*_findings(found))


def newcomers_for_teams(company: Tables, by_team: Mapping[str, Tables], *, as_of: date) -> pd.DataFrame:
    """The groups of newcomers for the handover, `all`: people looked at; none where fewer than five teams stand behind them."""
    found = newcomers(company, as_of=as_of)
    table = found.table.assign(all=found.people)
    people = [staff(one, as_of=as_of).people for one in by_team.values()]
    return table if may_be_told(people) else table.iloc[:0]


def _quarters(quarters: pd.DataFrame, days: float, as_of: date) -> pd.DataFrame:
    start = pd.to_datetime(quarters["start_by"]).where(quarters["hires_50"].notna())
    decide = start - pd.Timedelta(days=round(days))
    begin, end = (pd.to_datetime(quarters[name]) for name in ("start", "end"))
    rows = quarters.assign(start=begin, end=end, start_by=start, decide_by=decide, late=(decide <= pd.Timestamp(as_of)))
    return rows.reindex(columns=COLUMNS).reset_index(drop=True)


def _findings(found: Hiring) -> list[Finding]:
    told = [_target(found), _replacements(found), *_groups(found)]
    return [one for one in told if one is not None]


def _target(found: Hiring) -> Finding | None:
    """The first quarter whose target the people there will probably miss, and that hiring can still change."""
    short = found.table[(found.table["p"] < 0.5) & (found.table["hires_50"] > 0)]
    if short.empty:
        return None
    row = short.iloc[0]
    meant = row["source"] in SET_BY_PEOPLE
    values = {
        "n": int(row["hires_50"]),
        "hires_80": None if pd.isna(row["hires_80"]) else int(row["hires_80"]),
        "span": (row["start"].date(), row["end"].date()),
        "start_by": row["start_by"].date(),
        "decide_by": row["decide_by"].date(),
        "p": row["p"],
        "days": round(found.vacant_days),
    }
    key = ("late" if row["late"] else "decide") if meant else "not_set"
    rests_on = (PAST if found.vacancies else ASSUMED, *(() if meant else (f"target.{row['source']}",)))
    severity: Severity = "act" if meant else "watch"
    evidence = Evidence(found.there, "sellers", period=values["span"])
    return Finding(
        f"hiring.{key}", severity, values, evidence, about=("team", ""), says="hire", rests_on=rests_on, horizon="next"
    )


def _replacements(found: Hiring) -> Finding | None:
    if found.leavers is None or found.leavers_low is None or found.leavers_high is None:
        return None
    values = {"n": max(round(found.leavers), 0), "there": found.leavers_of, "days": round(found.vacant_days)}
    evidence = Evidence(found.leavers_of, "people", found.leavers_low, found.leavers_high, "count", 0.8)
    key = "replace" if values["n"] else "keep"
    rests_on = (PAST if found.vacancies else ASSUMED,)
    return Finding(f"hiring.{key}", "watch", values, evidence, about=PEOPLE, says="hire", rests_on=rests_on, horizon="next")


def _groups(found: Hiring) -> list[Finding]:
    """Groups that stay longer or open more than chance explains; that none does is told as well."""
    if found.groups.empty:
        return []
    told = []
    for what, better in (("leaves", False), ("opens", True)):
        for row in found.groups[found.groups[f"{what}_p"] <= LEVEL].to_dict("records"):
            rated = row["by"] == "first_rating"
            if rated and row["group"] == "lower":
                continue  # the same, turned round
            good = (row[what] > 1) == better
            values = {"by": row["by"], "group": row["group"], "ratio": row[what], "n": int(row["people"])}
            evidence = Evidence(int(row["people"]), "people", row[f"{what}_low"], row[f"{what}_high"], "number")
            key = f"hiring.{'rated_' if rated else ''}{what}_{'more' if row[what] > 1 else 'less'}"
            rests_on = ("hiring.rests_on.association",)
            told.append(
                Finding(key, "good" if good else "watch", values, evidence, about=PEOPLE, says="check", rests_on=rests_on)
            )
    if told:
        return told
    values = {"n": len(found.groups), "people": found.people}
    return [Finding("hiring.nothing", "watch", values, Evidence(found.people, "people"), about=PEOPLE, says="record")]
