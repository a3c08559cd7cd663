"""Deals that need a hand this week, the most money first, and what each of them lacks.

In: open deals with their flags (see `risk`). Out: one row per deal with at least one reason, and one finding with the money in
them.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.goal import team_quota
from salesanalytics.facts.open_deals import deal_names, owner_names, times_pushed
from salesanalytics.facts.risk import REASONS, at_risk, rules_in_force

MOST = 8  # what one leader can take up in a week
NOTABLE = 0.05  # of what is missing to the goal; less does not decide the period
COLUMNS = [
    "opportunity_id",
    "deal",
    "owner",
    "stage",
    "amount",
    "expected_close_date",
    "days_overdue",
    "days_in_stage",
    "usual_days",
    "days_silent",
    "pushes",
    *REASONS,
    "reasons",
    "urgent",
    "at_risk",
]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Attention(Result):
    """Deals that need a hand.

    `table`: one row per deal with a reason, those due in the period first (`urgent`), then by amount; `open_deals`: how many
    were looked at; `rules`: reasons the source can speak of.
    """

    open_deals: int
    rules: tuple[str, ...]

    @property
    def shortlist(self) -> pd.DataFrame:
        """The deals to take up this week, at most eight."""
        return self.table.head(MOST)


def attention(tables: Tables, *, as_of: date, period: Period) -> Attention:
    """Open deals that are overdue, stuck, silent or without a next step.

    The end of `period` is the horizon: deals due by then count as urgent, and a deal due later that only lacks a next step is
    left out.
    """
    tables = known_on(tables, as_of)
    deals = at_risk(tables, as_of=as_of)
    deals["owner"] = owner_names(deals["owner_rep_id"], tables)
    deals["deal"] = deal_names(deals, tables)
    deals["pushes"] = deals["opportunity_id"].map(times_pushed(tables)).fillna(0).astype(int)
    deals["reasons"] = deals[list(REASONS)].sum(axis=1)
    # a deal that is not due yet may well have no next step written down; that alone is no alarm
    soon = deals["expected_close_date"] <= pd.Timestamp(period.end)
    needy = deals[(deals["reasons"] > 0) & ~((deals["reasons"] == 1) & deals["no_next_step"] & ~soon)]
    urgent = (needy["expected_close_date"] <= pd.Timestamp(period.end)) & needy[["overdue", "stuck", "silent"]].any(axis=1)
    needy = needy.assign(urgent=urgent)
    needy = needy.sort_values(["urgent", "amount", "opportunity_id"], ascending=[False, False, True], ignore_index=True)
    rules = rules_in_force(tables)
    answer = Attention(as_of=as_of, period=period, table=needy[COLUMNS], open_deals=len(deals), rules=rules)
    return answer.saying(*_findings(answer, _left(tables, period, as_of)))


def _left(tables: Tables, period: Period, as_of: date) -> float | None:
    """What is missing to the goal of the period; None without a goal."""
    goal = team_quota(tables, period, as_of)
    if goal is None:
        return None
    deals = tables["opportunity"]
    return goal - float(deals.loc[deals["is_won"] & period.holds(deals["closed_on"]), "amount"].sum())


def _findings(found: Attention, left: float | None) -> list[Finding]:
    evidence, listed = Evidence(found.open_deals, "open_deals"), found.shortlist
    if listed.empty:
        well = found.open_deals and found.rules == REASONS
        return [Finding("attention.all_well", "good", {"n": found.open_deals}, evidence)] if well else []
    urgent = listed[listed["urgent"]]
    top, shown = listed.iloc[0], urgent if len(urgent) else listed
    amount = float(shown["amount"].sum())
    values = {"n": len(shown), "amount": amount, "deal": top["deal"], "owner": top["owner"], "top": top["amount"]}
    if len(urgent):
        matters = left is None or (left > 0 and amount >= NOTABLE * left)
        told = Finding("attention.need_help", "act" if matters else "watch", values, evidence, weight=amount)
        return [told.of(("deal", ""), "talk")]
    return [Finding("attention.drift", "watch", values, evidence, weight=amount, owner="rep")]
