"""The company beside the team: all teams pooled, for the teams' pages.

In: the company's tables, and each team's. Out: tidy tables, each with the days of the period it speaks of. What goes to every
team's page keeps the rule of five (`pooling`) number by number: a KPI in a period, a step of the funnel, a stage of the open
deals. What does not is left out, and so is whatever no team's page reads.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from salesanalytics.analyses.company.pooling import difference_may_be_told, may_be_told, pooled
from salesanalytics.analyses.dashboard.signals import COMPARED
from salesanalytics.analyses.evaluating.funnel import funnel
from salesanalytics.base.calendar import Period, PeriodKind, period_of, trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.kpi import REGISTRY, kpis
from salesanalytics.models.forecast.hazards import COLUMNS as HAZARD_COLUMNS
from salesanalytics.models.forecast.hazards import DealHazards
from salesanalytics.models.forecast.panel import ANY

BENCHMARK_COLUMNS = ["period", "start", "end", "key", "value", "numerator", "denominator", "teams"]
FUNNEL_COLUMNS = ["start", "end", "stage", "went_on", "lost", "teams"]
COUNTED = ["n", "won", "lost"]
HAZARDS_COLUMNS = ["period", "start", "end", *(name for name in HAZARD_COLUMNS if name not in COUNTED)]
# sums of the company say nothing to a team
COMPARABLE = (
    "attainment", "coverage", "win_rate", "win_rate_amount", "average_deal", "average_lost_deal", "cycle", "cycle_lost",
    "slippage", "at_risk", "forecast_accuracy", "forecast_bias", "activities",
    "lead_response", "lead_response_slow", "lead_response_kept", "nps", "enps",
)  # fmt: skip
# rest on the rows of another one, which need not be counted twice
SAME_ROWS = {"forecast_bias": "forecast_accuracy", "lead_response_slow": "lead_response"}
WHATEVER_PERIOD = ("at_risk", "forecast_accuracy", "forecast_bias")  # rest on the same rows for a month as for a quarter
MONTH: PeriodKind = "month"
QUARTER: PeriodKind = "quarter"


def kpi_benchmark(company: Tables, by_team: Mapping[str, Tables], *, as_of: date, fiscal_year_start: int = 1) -> pd.DataFrame:
    """The company's KPIs of the month and the quarter that hold `as_of`, of those that may be told.

    One row per period and KPI that has a value: period, start, end, key, value, numerator and denominator (only where a team
    takes its own out of them, to be held against the rest), teams.
    """
    keys = _behind_which_are_tables(by_team, as_of)
    if not keys:
        return pd.DataFrame(columns=BENCHMARK_COLUMNS)
    periods = {kind: period_of(as_of, kind, fiscal_year_start) for kind in (MONTH, QUARTER)}
    of_quarter = _rows_behind(by_team, keys, as_of, periods[QUARTER])
    by_month = tuple(key for key in keys if key not in WHATEVER_PERIOD)
    rows = {QUARTER: of_quarter, MONTH: of_quarter | _rows_behind(by_team, by_month, as_of, periods[MONTH])}
    parts = [
        _benchmark(company, tuple(key for key in keys if _told(key, kind, rows)), as_of, period, len(by_team))
        for kind, period in periods.items()
    ]
    told = [part for part in parts if len(part)]
    return pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=BENCHMARK_COLUMNS)


def _behind_which_are_tables(by_team: Mapping[str, Tables], as_of: date) -> tuple[str, ...]:
    """The KPIs whose tables enough teams have rows of."""
    tables = {table for key in COMPARABLE for table in REGISTRY[key].needs}
    usable = {table for table in tables if pooled(by_team, table, as_of=as_of)}
    return tuple(key for key in COMPARABLE if usable.issuperset(REGISTRY[key].needs))


def _rows_behind(by_team: Mapping[str, Tables], keys: tuple[str, ...], as_of: date, period: Period) -> dict[str, list[int]]:
    """How many rows of each team each KPI of a period rests on."""
    counted = tuple({SAME_ROWS.get(key, key): None for key in keys})
    measured = [kpis(tables, as_of=as_of, period=period, only=counted) for tables in by_team.values()]
    return {key: [one[SAME_ROWS.get(key, key)].n for one in measured] for key in keys}


def _told(key: str, kind: PeriodKind, rows: Mapping[PeriodKind, Mapping[str, list[int]]]) -> bool:
    """Whether a KPI may be told; a month's must also leave nothing to be worked out of the rest of its quarter."""
    mine = rows[kind][key]
    if kind == QUARTER:
        return may_be_told(mine)
    return may_be_told(mine) and difference_may_be_told(rows[QUARTER][key], mine)


def _benchmark(company: Tables, keys: tuple[str, ...], as_of: date, period: Period, teams: int) -> pd.DataFrame:
    table = kpis(company, as_of=as_of, period=period, only=keys).table if keys else pd.DataFrame(columns=BENCHMARK_COLUMNS)
    table = _dated(table, period).assign(period=period.kind, teams=teams)[BENCHMARK_COLUMNS].dropna(subset=["value"])
    table.loc[~table["key"].isin(COMPARED), ["numerator", "denominator"]] = float("nan")
    return table


def funnel_benchmark(company: Tables, by_team: Mapping[str, Tables], *, as_of: date) -> pd.DataFrame:
    """The company's funnel over the last 12 months, of the steps that may be told, and the number of teams."""
    year = trailing_year(as_of)
    if not pooled(by_team, "opportunity", as_of=as_of):
        return pd.DataFrame(columns=FUNNEL_COLUMNS)
    parts = [funnel(tables, as_of=as_of, period=year).table.set_index("stage") for tables in by_team.values()]
    decided = [part["went_on"] + part["lost"] for part in parts]
    table = funnel(company, as_of=as_of, period=year).table
    told = {stage for stage in table["stage"] if may_be_told([int(one.get(stage, 0)) for one in decided])}
    told_of = table[table["stage"].isin(told)].reset_index(drop=True).assign(teams=len(by_team))
    return _dated(told_of, year)[FUNNEL_COLUMNS]


def hazards_benchmark(fitted: DealHazards, by_team: Mapping[str, Tables], *, as_of: date, period: Period) -> pd.DataFrame:
    """How all teams' deals end in periods like `period`: the company's `DealHazards.table`, the period first, without counts.

    Stages that too few teams use count among all stages only. Empty where too few teams stand behind it at all.
    """
    if not pooled(by_team, "opportunity", as_of=as_of):
        return pd.DataFrame(columns=HAZARDS_COLUMNS)
    used = [_stages(known_on(tables, as_of)) for tables in by_team.values()]
    table = fitted.table
    told = {stage for stage in table["stage"] if stage == ANY or may_be_told([one.get(stage, 0) for one in used])}
    table = table[table["stage"].isin(told)].reset_index(drop=True)
    return _dated(table, period).assign(period=period.kind)[HAZARDS_COLUMNS]


def _stages(tables: Tables) -> dict[str, int]:
    """How many of a team's deals are or were in each stage, as far as the source tells."""
    deals = tables["opportunity"][["opportunity_id", "stage"]]
    if "opportunity_history" in tables:
        moves = tables["opportunity_history"]
        moves = moves[moves["field"] == "stage"]
        ends = [moves[["opportunity_id", side]].set_axis(deals.columns, axis=1) for side in ("old_value", "new_value")]
        deals = pd.concat([deals, *ends])
    return {str(stage): int(count) for stage, count in deals.drop_duplicates()["stage"].value_counts().items()}


def _dated(table: pd.DataFrame, period: Period) -> pd.DataFrame:
    return table.assign(start=pd.Timestamp(period.start), end=pd.Timestamp(period.end))
