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
from salesanalytics.facts.risk import REASONS, at_risk, rules_in_force

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

    `table`: one row per deal in need, those due in the period first (`urgent`), then by amount; `open_deals`: how many were
    looked at; `rules`: reasons the source can speak of.
    """

    open_deals: int
    rules: tuple[str, ...]


def attention(tables: Tables, *, as_of: date, period: Period) -> Attention:
    """Open deals that are overdue, stuck, silent or without a next step.

    The end of `period` is the horizon: deals due by then count as urgent, and a deal due later that only lacks a next step is
    left out.
    """
    tables = known_on(tables, as_of)
    deals = at_risk(tables, as_of=as_of)
    names = tables["rep"].set_index("rep_id")["name"]
    deals["owner"] = deals["owner_rep_id"].map(names).fillna(deals["owner_rep_id"])
    deals["deal"] = _deal_names(deals, tables)
    deals["pushes"] = deals["opportunity_id"].map(_pushes(tables)).fillna(0).astype(int)
    deals["reasons"] = deals[list(REASONS)].sum(axis=1)
    # a deal that is not due yet may well have no next step written down; that alone is no alarm
    soon = deals["expected_close_date"] <= pd.Timestamp(period.end)
    needy = deals[(deals["reasons"] > 0) & ~((deals["reasons"] == 1) & deals["no_next_step"] & ~soon)]
    urgent = (needy["expected_close_date"] <= pd.Timestamp(period.end)) & needy[["overdue", "stuck", "silent"]].any(axis=1)
    needy = needy.assign(urgent=urgent)
    needy = needy.sort_values(["urgent", "amount", "opportunity_id"], ascending=[False, False, True], ignore_index=True)
    rules = rules_in_force(tables)
    answer = Attention(as_of=as_of, period=period, table=needy[COLUMNS], open_deals=len(deals), rules=rules)
    return answer.saying(*_findings(needy, len(deals), rules, _left(tables, period, as_of)))


def _left(tables: Tables, period: Period, as_of: date) -> float | None:
    """What is missing to the goal of the period; None without a goal."""
    goal = team_quota(tables, period, as_of)
    if goal is None:
        return None
    deals = tables["opportunity"]
    return goal - float(deals.loc[deals["is_won"] & period.holds(deals["closed_on"]), "amount"].sum())


def _deal_names(deals: pd.DataFrame, tables: Tables) -> "pd.Series[str]":
    """What people call the deal: its name, else the customer's, else its id."""
    named = deals["name"]
    if "account" in tables:
        account = tables["account"].drop_duplicates("account_id").set_index("account_id")["name"]
        named = named.fillna(deals["account_id"].map(account))
    return named.fillna(deals["opportunity_id"])


def _pushes(tables: Tables) -> "pd.Series[int]":
    """How often each deal's expected close was moved to a later day."""
    if "opportunity_history" not in tables:
        return pd.Series(dtype="int64")
    history = tables["opportunity_history"]
    moved = history[(history["field"] == "expected_close_date") & history["old_value"].notna() & history["new_value"].notna()]
    later = moved["new_value"].str[:10] > moved["old_value"].str[:10]  # ISO dates sort as text
    return later.astype("int64").groupby(moved["opportunity_id"]).sum()


def _findings(needy: pd.DataFrame, looked_at: int, rules: tuple[str, ...], left: float | None) -> list[Finding]:
    evidence = Evidence(looked_at, "open_deals")
    if needy.empty:
        return [Finding("attention.all_well", "good", {"n": looked_at}, evidence)] if looked_at and rules == REASONS else []
    top = needy.iloc[0]
    due = float(needy.loc[needy["urgent"], "amount"].sum())
    values = {
        "n": len(needy),
        "amount": float(needy["amount"].sum()),
        "due": due,
        "deal": top["deal"],
        "owner": top["owner"],
        "top": top["amount"],
    }
    if due > 0:
        matters = left is None or (left > 0 and due >= NOTABLE * left)
        return [
            Finding("attention.need_help", "act" if matters else "watch", values, evidence, weight=due, owner="leader").of(
                ("deal", ""), "talk"
            )
        ]
    return [Finding("attention.drift", "watch", values, evidence, weight=float(needy["amount"].sum()), owner="rep")]
