"""What a team or the company is to reach in a period: one rule, whatever scopes quotas are set for.

In: `quota` with `team`, `rep` and `rep_assignment`. Out: the goal, and what it was made from. The nearest number set for the
whole holds, and nothing below it is added: the company's own quota, else for each team its region's, its own, its manager's,
else the sum of its sellers' quotas for their days in it. A team above others is the sum of these unless it has a quota of its
own. A goal covers the whole period, and every team that sells; else there is none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import pandas as pd

from salesanalytics.base.calendar import Period, trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.data.tables.once import once
from salesanalytics.data.tables.teams import deal_team, spans
from salesanalytics.facts.quotas import NEARLY_ALL, covered, holding, managers, presence, quotas_by_team

Origin = Literal["company", "team", "manager", "reps", "teams"]


@dataclass(frozen=True, slots=True)
class Goal:
    """`amount` in the base currency; `origin`: whose quota it is, or whose it is the sum of; `parts`: how many were added."""

    amount: float
    origin: Origin
    parts: int = 1


def team_quota(tables: Tables, period: Period, as_of: date) -> float | None:
    """The bookings quota of `period` of the team, or of all teams, that the tables hold; None where there is none."""
    goal = goal_of(tables, period, as_of)
    return None if goal is None else goal.amount


@once
def goal_of(tables: Tables, period: Period, as_of: date) -> Goal | None:
    """The goal of the team, or of the company where the tables hold several teams."""
    if "quota" not in tables or not len(tables["quota"]):
        return None
    found = _Quotas(tables, period, as_of)
    teams = found.people["team"]["team_id"].to_list() if "team" in tables else [""]
    goal = found.of_team(teams[0]) if len(teams) == 1 else found.of_company()
    return goal if goal and goal.amount > 0 else None


class _Quotas:
    """The quotas of one period, asked for by whom they are set for."""

    def __init__(self, tables: Tables, period: Period, as_of: date) -> None:
        self.tables, self.period, self.as_of = tables, period, as_of
        self.people = _people(tables, as_of)
        self._held: dict[str, pd.DataFrame] = {}

    @cached_property
    def by_rep(self) -> pd.DataFrame:
        """Quotas per rep and team."""
        return quotas_by_team(self.people, self.period, self.as_of)

    def holding(self, scope: str) -> pd.DataFrame:
        """The quotas of a scope that hold in the period."""
        if scope not in self._held:
            self._held[scope] = holding(self.people, scope, self.period, self.as_of)
        return self._held[scope]

    def of_team(self, team: str) -> Goal | None:
        """The team's own quota, else its manager's, else its sellers' together."""
        own = self._set("team", [team] if team else self._ids("team"))
        if own is not None:
            return Goal(own, "team")
        leading = managers(self.people)
        leaders = leading.loc[leading["team_id"] == team, "rep_id"] if team else leading["rep_id"]
        for scope in ("manager", "rep"):
            stands = [one for one in leaders if scope == "manager" or one not in set(self.by_rep["rep_id"])]
            theirs = self._set(scope, stands)
            if theirs is not None:
                return Goal(theirs, "manager")
        sellers = self.by_rep[self.by_rep["team_id"].eq(team) | self.by_rep["team_id"].isna()] if team else self.by_rep
        if sellers.empty or not self._covers(self.holding("rep"), sellers["rep_id"], presence(self.people, self.period)):
            return None
        return Goal(float(sellers["quota"].sum()), "reps", int((sellers["quota"] > 0).sum()))

    def of_company(self) -> Goal | None:
        """The company's quota, else the sum over regions and teams that are below no other."""
        whole = self._set("company", self._ids("company"))
        if whole is not None:
            return Goal(whole, "company")
        parts: list[Goal | None] = []
        team = self.people["team"]
        top = team[~team["parent_team_id"].isin(team["team_id"])]
        for region, theirs in top.groupby(top["region"].fillna(""), sort=False):
            set_for_region = self._set("region", [str(region)]) if region else None
            by_team = (self._with_those_below(one) for one in theirs["team_id"])
            parts += by_team if set_for_region is None else [Goal(set_for_region, "teams")]
        return _added(parts)

    def _with_those_below(self, team: str) -> Goal | None:
        """A team's goal; one above others is the sum of theirs and its own sellers'. None where a team that sells has none."""
        own = self.of_team(team)
        below = self.people["team"].loc[self.people["team"]["parent_team_id"] == team, "team_id"].to_list()
        if own is not None and (own.origin in ("team", "manager") or not below):
            return Goal(own.amount, "teams")
        if own is None and team in self._selling():
            return None
        mine = [Goal(own.amount, "teams")] if own else []
        return _added([*(self._with_those_below(one) for one in below), *mine])

    def _selling(self) -> set[str]:
        """Teams that won anything within the last year."""
        tables = known_on(self.tables, self.as_of)
        deals = tables["opportunity"]
        won = deals[deals["is_won"] & trailing_year(self.as_of).holds(deals["closed_on"])]
        return set(deal_team(won, spans(tables), self.as_of, tables.timezone).dropna())

    def _ids(self, scope: str) -> list[str]:
        quota = self.people["quota"]
        return quota.loc[quota["scope"] == scope, "scope_id"].unique().tolist()

    def _set(self, scope: str, ids: Iterable[str]) -> float | None:
        """What is set for these together; None where nothing is, or not for the whole period."""
        ids = list(ids)
        if not any((scope, one) in _set_for(self.people) for one in ids):
            return None
        rows = self.holding(scope)
        mine = rows[rows["scope_id"].isin(ids)]
        if mine.empty or not self._covers(rows, pd.Series(ids)):
            return None
        return float((mine["amount"] * mine["part"]).sum())

    def _covers(self, rows: pd.DataFrame, ids: "pd.Series[str]", there: "pd.Series[float] | None" = None) -> bool:
        """Whether the quotas speak of nearly all days of the period, or of those on which sellers were `there`; one for October
        alone is no goal for the quarter.
        """
        shares = covered(rows[rows["scope_id"].isin(ids)], self.period)
        if shares.empty:
            return False
        asked = pd.Series(1.0, shares.index) if there is None else there.reindex(shares.index).fillna(1.0)
        return float(shares.clip(upper=asked).sum()) >= NEARLY_ALL * float(asked.sum())


@once
def _people(tables: Tables, as_of: date) -> Known:
    """The tables without the deals, whose past standing costs more than all else and tells nothing of quotas."""
    there = {name: tables[name] for name in ("team", "rep", "rep_assignment", "quota") if name in tables}
    return Known(there, as_of, checked=isinstance(tables, Known))


@once
def _set_for(people: Tables) -> frozenset[tuple[str, str]]:
    """Scopes and ids for which there is any quota: the others need not be looked for period by period."""
    quota = people["quota"]
    return frozenset(zip(quota["scope"], quota["scope_id"], strict=True))


def _added(goals: Sequence[Goal | None]) -> Goal | None:
    """Goals of teams as one; None where one of them is missing. `parts` counts the teams and regions that have one."""
    known = [goal for goal in goals if goal is not None]
    if len(known) < len(goals):
        return None
    return Goal(sum(goal.amount for goal in known), "teams", sum(goal.parts for goal in known))
