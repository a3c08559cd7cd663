"""KPIs: each defined once, in `REGISTRY`; README, notebooks and pages read their definitions from here.

In: tables (see data.schema), a period and `as_of`. Out: one row per KPI with its value, interval, n, numerator and denominator,
or the reason why there is no value. Definitions follow the field's usual ones; where usage differs the choice is written down
with the KPI. Not worked out, because no table holds what they need: net revenue retention and CAC payback (recurring revenue
per account and month).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.last_year import same_days
from salesanalytics.kpi import deals, goals, people
from salesanalytics.kpi.measure import Kpi, Measure, Scope

DEALS = ("opportunity",)
WILSON, BOOTSTRAP_T, BOOTSTRAP = "Wilson", "bootstrap-t", "bootstrap"
WEIGHTED, RATIO, WALD = "Wilson with effective n", "linearised ratio over reps", "adjusted Wald"
FACT = "none: a sum"
OF_DAYS = ("bookings", "win_rate", "win_rate_amount", "average_deal", "cycle")
"""Measures that rest on the deals closed in a period alone, so that those of a past one can be told from today's tables."""

_ALL = (
    Kpi(
        "bookings", unit="money", better="higher",
        numerator="amount of deals won in the period", denominator="–",
        needs=DEALS, interval=FACT, work_out=deals.bookings,
    ),
    Kpi(
        "attainment", unit="share", better="higher",
        numerator="bookings of the period", denominator="quota of the period, pro-rated by the days a rep was there",
        needs=("opportunity", "quota"), interval=FACT, work_out=goals.attainment,
    ),
    Kpi(
        "gap", unit="money", better="lower",
        numerator="quota of the period", denominator="minus bookings of the period",
        needs=("opportunity", "quota"), interval=FACT, work_out=goals.gap,
    ),
    Kpi(
        "pipeline", unit="money", better="higher",
        numerator="amount of open deals", denominator="–",
        needs=DEALS, interval=FACT, work_out=deals.pipeline,
    ),
    Kpi(
        "coverage", unit="number", better="higher",
        numerator="open pipeline due by the end of the period", denominator="quota − bookings; none once the quota is reached",
        needs=("opportunity", "quota"), interval=FACT, work_out=goals.coverage,
    ),
    Kpi(
        "win_rate", unit="share", better="higher",
        numerator="won deals", denominator="deals won or lost in the period; none if none closed",
        needs=DEALS, interval=WILSON, work_out=deals.win_rate,
    ),
    Kpi(
        "win_rate_amount", unit="share", better="higher",
        numerator="amount won", denominator="amount won or lost in the period",
        needs=DEALS, interval=WEIGHTED, work_out=deals.win_rate_amount,
    ),
    Kpi(
        "average_deal", unit="money", better="higher",
        numerator="amount won in the period", denominator="won deals",
        needs=DEALS, interval=BOOTSTRAP_T, work_out=deals.average_deal,
    ),
    Kpi(
        "average_lost_deal", unit="money", better="neither",
        numerator="amount lost in the period", denominator="lost deals",
        needs=DEALS, interval=BOOTSTRAP_T, work_out=deals.average_lost_deal,
    ),
    Kpi(
        "cycle", unit="days", better="lower",
        numerator="days from creation to winning", denominator="won deals",
        needs=DEALS, interval=BOOTSTRAP_T, work_out=deals.cycle,
    ),
    Kpi(
        "cycle_lost", unit="days", better="lower",
        numerator="days from creation to losing", denominator="lost deals",
        needs=DEALS, interval=BOOTSTRAP_T, work_out=deals.cycle_lost,
    ),
    Kpi(
        "velocity", unit="money", better="higher",
        numerator="open qualified deals × average won deal × win rate (12 months)",
        denominator="sales cycle in days (12 months)",
        needs=DEALS, interval=BOOTSTRAP, work_out=deals.velocity,
    ),
    Kpi(
        "slippage", unit="share", better="lower",
        numerator="deals due in the last full period that did not close in it", denominator="deals due in it when it began",
        needs=("opportunity", "opportunity_history"), interval=WILSON, work_out=deals.slippage,
    ),
    Kpi(
        "at_risk", unit="share", better="lower",
        numerator="open deals silent for 14 days, or in their stage for its mean stay + 14 days", denominator="open deals",
        needs=("opportunity", "opportunity_history", "activity"), interval=WILSON, work_out=deals.at_risk_share,
    ),
    Kpi(
        "forecast_accuracy", unit="share", better="higher",
        numerator="1 − Σ|forecast − bookings| of the reps, 28 days before the period's end, last 8 periods",
        denominator="Σ bookings",
        needs=("opportunity", "forecast_submission"), interval=RATIO, work_out=goals.forecast_accuracy,
    ),
    Kpi(
        "forecast_bias", unit="share", better="neither",
        numerator="Σ(forecast − bookings) of the same", denominator="Σ bookings",
        needs=("opportunity", "forecast_submission"), interval=RATIO, work_out=goals.forecast_bias,
    ),
    Kpi(
        "activities", unit="number", better="neither",
        numerator="calls, mails, meetings, … of the period", denominator="weeks worked by reps in it",
        needs=("activity", "rep"), interval=FACT, work_out=people.activities_per_rep_week,
    ),
    Kpi(
        "lead_response", unit="days", better="lower",
        numerator="days to the first answer; unanswered leads counted as still waiting", denominator="leads of the period",
        needs=("lead",), interval="log-log band of Kaplan–Meier", work_out=people.lead_response,
    ),
    Kpi(
        "lead_response_slow", unit="days", better="lower",
        numerator="the same, within which nine of ten are answered", denominator="leads of the period",
        needs=("lead",), interval="log-log band of Kaplan–Meier", work_out=people.lead_response_slow,
    ),
    Kpi(
        "lead_response_kept", unit="share", better="higher",
        numerator="leads answered within 24 hours", denominator="leads that came at least 24 hours ago",
        needs=("lead",), interval=WILSON, work_out=people.lead_response_kept,
    ),
    Kpi(
        "nps", unit="number", better="higher",
        numerator="share of 9–10 minus share of 0–6", denominator="buyers' answers of the period",
        needs=("feedback",), interval=WALD, work_out=people.nps,
    ),
    Kpi(
        "enps", unit="number", better="higher",
        numerator="share of 9–10 minus share of 0–6", denominator="employees' answers of the period, at least 5",
        needs=("feedback",), interval=WALD, work_out=people.enps,
    ),
)  # fmt: skip
REGISTRY: Mapping[str, Kpi] = {kpi.key: kpi for kpi in _ALL}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Kpis(Result):
    """All KPIs of one scope and period; `table` has one row per KPI.

    `company`: the whole company's over the same days (key, value, numerator, denominator, teams); None: not known. `then`: of
    the same days a year before, by key, where the records reach back and the measure is one of the period's days.
    """

    measures: Mapping[str, Measure]
    company: pd.DataFrame | None = None
    then: Mapping[str, Measure] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Measure:
        return self.measures[key]


def kpis(
    tables: Tables,
    *,
    as_of: date,
    period: Period,
    only: tuple[str, ...] = tuple(REGISTRY),
    company: pd.DataFrame | None = None,
    year_before: bool = False,
) -> Kpis:
    """Work out the KPIs named in `only` over `period`, as known on `as_of`.

    `company`: what the company's notebook handed over (see `kpi_benchmark`); what speaks of the same days stands beside them.
    `year_before`: so does what can be told of the same days a year earlier.

    The table's columns: key, unit, value, low, high (95%), n, counted, numerator, denominator, reason, missing (tables).
    """
    scope = Scope(known_on(tables, as_of), period, as_of)
    measures = {key: REGISTRY[key].measure(scope) for key in only}
    rows = [
        {
            "key": key,
            "unit": REGISTRY[key].unit,
            "value": measure.value,
            "low": measure.low,
            "high": measure.high,
            "n": measure.n,
            "counted": measure.counted,
            "numerator": measure.numerator,
            "denominator": measure.denominator,
            "reason": measure.reason,
            "missing": ", ".join(table for table in REGISTRY[key].needs if table not in scope.tables),
        }
        for key, measure in measures.items()
    ]
    numbers = ["value", "low", "high", "numerator", "denominator"]
    return Kpis(
        as_of=as_of,
        period=period,
        table=pd.DataFrame(rows).astype(dict.fromkeys(numbers, "float64")),
        measures=measures,
        company=None if company is None else period.rows_of(company),
        then=_then(scope, only) if year_before else {},
    )


def _then(now: Scope, only: tuple[str, ...]) -> dict[str, Measure]:
    days = same_days(now.tables, now.period, now.as_of)
    if days is None:
        return {}
    scope = Scope(now.tables, days, now.as_of)
    return {key: REGISTRY[key].measure(scope) for key in OF_DAYS if key in only}


__all__ = ["REGISTRY", "Kpi", "Kpis", "Measure", "kpis"]
