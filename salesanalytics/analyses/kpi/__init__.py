"""KPIs: each defined once, in `REGISTRY`; README, notebooks and pages read their definitions from here.

In: tables (see data.schema), a period and `as_of`. Out: one row per KPI with its value, interval, n, numerator and denominator,
or the reason why there is no value. Definitions follow the field's usual ones; where usage differs the choice is written down
with the KPI. Not worked out, because no table holds what they need: net revenue retention and CAC payback (recurring revenue
per account and month).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesanalytics.analyses.kpi import deals, goals, people
from salesanalytics.analyses.kpi.measure import Kpi, Measure, Scope, Tables
from salesanalytics.analyses.period import Period
from salesanalytics.data.as_of import known_on

DEALS = ("opportunity",)
WILSON, BOOTSTRAP_T, BOOTSTRAP = "Wilson", "bootstrap-t", "bootstrap"
FACT = "none: a sum"

_ALL = (
    Kpi("bookings", "Bookings", "amount of deals won in the period", "–", "money", "higher", DEALS, FACT, deals.bookings),
    Kpi("attainment", "Attainment", "bookings of the period", "quota of the period, pro-rated by the days a rep was there", "share", "higher", ("opportunity", "quota"), FACT, goals.attainment),
    Kpi("gap", "Gap to goal", "quota of the period", "minus bookings of the period", "money", "lower", ("opportunity", "quota"), FACT, goals.gap),
    Kpi("pipeline", "Open pipeline", "amount of open deals", "–", "money", "higher", DEALS, FACT, deals.pipeline),
    Kpi("coverage", "Coverage", "open pipeline due by the end of the period", "quota − bookings; none once the quota is reached", "number", "higher", ("opportunity", "quota"), FACT, goals.coverage),
    Kpi("win_rate", "Win rate", "won deals", "deals won or lost in the period; none if none closed", "share", "higher", DEALS, WILSON, deals.win_rate),
    Kpi("win_rate_amount", "Win rate by amount", "amount won", "amount won or lost in the period", "share", "higher", DEALS, BOOTSTRAP, deals.win_rate_amount),
    Kpi("average_deal", "Average deal", "amount won in the period", "won deals", "money", "higher", DEALS, BOOTSTRAP_T, deals.average_deal),
    Kpi("average_lost_deal", "Average lost deal", "amount lost in the period", "lost deals", "money", "neither", DEALS, BOOTSTRAP_T, deals.average_lost_deal),
    Kpi("cycle", "Sales cycle", "days from creation to winning", "won deals", "days", "lower", DEALS, BOOTSTRAP_T, deals.cycle),
    Kpi("cycle_lost", "Cycle of lost deals", "days from creation to losing", "lost deals", "days", "lower", DEALS, BOOTSTRAP_T, deals.cycle_lost),
    Kpi("velocity", "Velocity per day", "open qualified deals × average won deal × win rate (12 months)", "sales cycle in days (12 months)", "money", "higher", DEALS, BOOTSTRAP, deals.velocity),
    Kpi("slippage", "Slippage", "deals due in the last full period that did not close in it", "deals due in it when it began", "share", "lower", ("opportunity", "opportunity_history"), WILSON, deals.slippage),
    Kpi("at_risk", "Open deals at risk", "open deals silent for 14 days, or in their stage for its mean stay + 14 days", "open deals", "share", "lower", ("opportunity", "opportunity_history", "activity"), WILSON, deals.at_risk_share),
    Kpi("forecast_accuracy", "Forecast accuracy", "1 − Σ|forecast − bookings| of the reps, 28 days before the period's end, last 8 periods", "Σ bookings", "share", "higher", ("opportunity", "forecast_submission"), "bootstrap over reps", goals.forecast_accuracy),
    Kpi("forecast_bias", "Forecast bias", "Σ(forecast − bookings) of the same", "Σ bookings", "share", "neither", ("opportunity", "forecast_submission"), "bootstrap over reps", goals.forecast_bias),
    Kpi("activities", "Activities per rep and week", "calls, mails, meetings, … of the period", "weeks worked by reps in it", "number", "neither", ("activity", "rep"), "exact Poisson", people.activities_per_rep_week),
    Kpi("lead_response", "Lead response, median", "days to the first answer; unanswered leads counted as still waiting", "leads of the period", "days", "lower", ("lead",), "log-log band of Kaplan–Meier", people.lead_response),
    Kpi("lead_response_slow", "Lead response, 9 of 10", "the same, within which nine of ten are answered", "leads of the period", "days", "lower", ("lead",), "log-log band of Kaplan–Meier", people.lead_response_slow),
    Kpi("lead_response_kept", "Leads answered within a day", "leads answered within 24 hours", "leads that came at least 24 hours ago", "share", "higher", ("lead",), WILSON, people.lead_response_kept),
    Kpi("nps", "Buyers' NPS", "share of 9–10 minus share of 0–6", "buyers' answers of the period", "number", "higher", ("feedback",), BOOTSTRAP_T, people.nps),
    Kpi("enps", "Employees' NPS", "share of 9–10 minus share of 0–6", "employees' answers of the period, at least 5", "number", "higher", ("feedback",), BOOTSTRAP_T, people.enps),
)  # fmt: skip
REGISTRY: Mapping[str, Kpi] = {kpi.key: kpi for kpi in _ALL}


@dataclass(frozen=True, slots=True, eq=False)
class Kpis:
    """All KPIs of one scope and period; `table` has one row per KPI."""

    table: pd.DataFrame
    measures: Mapping[str, Measure]
    period: Period

    def __getitem__(self, key: str) -> Measure:
        return self.measures[key]


def kpis(tables: Tables, *, as_of: date, period: Period, only: tuple[str, ...] = tuple(REGISTRY)) -> Kpis:
    """Work out the KPIs named in `only` over `period`, as known on `as_of`.

    The table's columns: key, name, unit, value, low, high (95%), n, counted, numerator, denominator, reason.
    """
    scope = Scope(known_on(tables, as_of), period, as_of)
    measures = {key: REGISTRY[key].measure(scope) for key in only}
    rows = [
        {
            "key": key, "name": REGISTRY[key].name, "unit": REGISTRY[key].unit, "value": found.value, "low": found.low, "high": found.high,
            "n": found.n, "counted": found.counted, "numerator": found.numerator, "denominator": found.denominator, "reason": found.reason,
        }
        for key, found in measures.items()
    ]  # fmt: skip
    numbers = ["value", "low", "high", "numerator", "denominator"]
    return Kpis(pd.DataFrame(rows).astype(dict.fromkeys(numbers, "float64")), measures, period)


__all__ = ["REGISTRY", "Kpi", "Kpis", "Measure", "kpis"]
