"""The company beside the team: all teams pooled, for the teams' pages, and all teams side by side, for the company's own page.

In: the company's tables, and each team's. Out: tidy tables. What goes to every team's page is pooled over at least 5 teams
with rows of their own, so that no other team's number can be worked out from it; below that it is empty.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from salesanalytics.analyses.evaluating.funnel import COLUMNS as FUNNEL_COLUMNS
from salesanalytics.analyses.evaluating.funnel import funnel
from salesanalytics.base.calendar import Period, PeriodKind, period_of, trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.kpi import REGISTRY, kpis
from salesanalytics.models.forecast.hazards import COLUMNS as HAZARD_COLUMNS
from salesanalytics.models.forecast.hazards import deal_hazards

LEAST_TEAMS = 5
LARGEST = 0.8  # of the rows; with more of them in one team's hands a pooled number is nearly that team's own
LEVEL = 0.05
BENCHMARK_COLUMNS = ["period", "key", "value", "n", "numerator", "denominator", "teams"]
HAZARDS_COLUMNS = ["period", *HAZARD_COLUMNS]
# sums of the company say nothing to a team
COMPARABLE = (
    "attainment", "coverage", "win_rate", "win_rate_amount", "average_deal", "average_lost_deal", "cycle", "cycle_lost",
    "slippage", "at_risk", "forecast_accuracy", "forecast_bias", "activities",
    "lead_response", "lead_response_slow", "lead_response_kept", "nps", "enps",
)  # fmt: skip


def pooled(by_team: Mapping[str, Tables], *tables: str, as_of: date) -> bool:
    """Whether the rows of each of these tables come from at least 5 teams, and not nearly all from one.

    Of deals those count that closed within 12 months.
    """
    rows = [[_rows(known_on(one, as_of), table, as_of) for one in by_team.values()] for table in tables]
    return all(sum(map(bool, counts)) >= LEAST_TEAMS and max(counts) <= LARGEST * sum(counts) for counts in rows)


def _rows(tables: Tables, table: str, as_of: date) -> int:
    if table not in tables:
        return 0
    if table != "opportunity":
        return len(tables[table])
    return int(trailing_year(as_of).holds(tables[table].loc[tables[table]["is_closed"], "closed_on"]).sum())


def kpi_benchmark(company: Tables, by_team: Mapping[str, Tables], *, as_of: date, fiscal_year_start: int = 1) -> pd.DataFrame:
    """The company's KPIs of the month and the quarter that hold `as_of`, of those that enough teams stand behind (`pooled`).

    One row per period and KPI that has a value: period, key, value, n, numerator, denominator, teams.
    """
    usable = {table for key in COMPARABLE for table in REGISTRY[key].needs}
    usable = {table for table in usable if pooled(by_team, table, as_of=as_of)}
    keys = tuple(key for key in COMPARABLE if usable.issuperset(REGISTRY[key].needs))
    if not keys:
        return pd.DataFrame(columns=BENCHMARK_COLUMNS)
    kinds: tuple[PeriodKind, ...] = ("month", "quarter")
    parts = [
        kpis(company, as_of=as_of, period=period_of(as_of, kind, fiscal_year_start), only=keys).table.assign(
            period=kind, teams=len(by_team)
        )
        for kind in kinds
    ]
    return pd.concat(parts)[BENCHMARK_COLUMNS].dropna(subset=["value"]).reset_index(drop=True)


def funnel_benchmark(company: Tables, by_team: Mapping[str, Tables], *, as_of: date) -> pd.DataFrame:
    """The company's funnel over the last 12 months (see `funnel`). Empty where too few teams stand behind it."""
    if not pooled(by_team, "opportunity", as_of=as_of):
        return pd.DataFrame(columns=FUNNEL_COLUMNS)
    return funnel(company, as_of=as_of, period=trailing_year(as_of)).table


def hazards_benchmark(company: Tables, by_team: Mapping[str, Tables], *, as_of: date, period: Period) -> pd.DataFrame:
    """How all teams' deals end in periods like `period`: `DealHazards.table` with the kind of period first, in `period`.

    Empty where too few teams stand behind it.
    """
    if not pooled(by_team, "opportunity", as_of=as_of):
        return pd.DataFrame(columns=HAZARDS_COLUMNS)
    return deal_hazards(company, as_of=as_of, period=period).table.assign(period=period.kind)[HAZARDS_COLUMNS]
