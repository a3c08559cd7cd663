"""What is told of turnover: the frozen answer, and the one that says that there are too few people to speak of.

In: `Staff`. Out: `Turnover`. The question is in `turnover`.
"""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.result import Result
from salesanalytics.facts.leaving import Staff
from salesanalytics.models.turnover.bands import Expected
from salesanalytics.models.turnover.cost import Cost
from salesanalytics.models.turnover.groups import Groups
from salesanalytics.models.turnover.handed_over import AtRisk, HandedOver
from salesanalytics.models.turnover.rates import COLUMNS, Early, Usual

CURVE = ["tenure", "share", "low", "high", "at_risk"]
REASONS = ["reason", "leavers"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Turnover(Result):
    """`table`: one row per kind (see `models.turnover.rates.COLUMNS`): "year" (all, last 12 months), "all" (since the records
    begin) and, since then, the causes that may be told. Rates are leavers per person-year, chances within twelve months.

    `people`: watched since the records begin, `of_year` of them in the last 12 months, `there` on the day; `contractors`,
    `contradicting`, `without_first_day`, `untraced`: see `facts.leaving.Staff`. `usual`: whether the rate agrees with the
    industry's 34%. `new`, `first_year`: see `Early`. `curve`: the share still there by tenure in years, as long as five are
    at risk; `at_risk`: how many are, by years of tenure. `cohorts`, `sources`: see `Groups`. `expected`: leavers among
    those there in the next 12 months; `pooled`: whether it leans on the company's bands. `cost`, `pipeline`, `handed`: see
    there. `reasons`: leavers by recorded reason, those of fewer than five together as ""; `recorded` of `leavers` have one.
    `company`: the company's rate with its interval, where enough teams stand behind it. `told`: whether there are five
    people to speak of.
    """

    people: int
    there: int
    leavers: int
    contractors: int
    contradicting: int
    without_first_day: int
    untraced: int
    cohorts: Groups
    sources: Groups
    told: bool = False
    of_year: int = 0
    usual: Usual = "unknown"
    new: Early | None = None
    first_year: Early | None = None
    curve: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=CURVE))
    at_risk: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["tenure", "people"]))
    expected: Expected | None = None
    pooled: bool = False
    cost: Cost | None = None
    pipeline: AtRisk | None = None
    handed: HandedOver | None = None
    reasons: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=REASONS))
    recorded: int = 0
    company: tuple[float, float, float] | None = None

    def row(self, kind: str) -> dict[str, float]:
        """A row of the table by its kind; empty where it is not told."""
        found = self.table[self.table["kind"] == kind].drop(columns="kind").to_dict("records")
        return {str(name): float(value) for name, value in found[0].items()} if found else {}

    @classmethod
    def nothing(cls, who: Staff, as_of: date) -> "Turnover":
        """An answer with the counts alone: how many were watched, and who was left out."""
        none = Groups(pd.DataFrame(), None, 0, who.people)
        return cls(
            as_of=as_of,
            period=trailing_year(as_of),
            table=pd.DataFrame(columns=COLUMNS),
            people=who.people,
            there=len(who.there(as_of)),
            leavers=int(who.table["left"].sum()),
            contractors=who.contractors,
            contradicting=who.contradicting,
            without_first_day=who.without_first_day,
            untraced=who.untraced,
            cohorts=none,
            sources=none,
        )
