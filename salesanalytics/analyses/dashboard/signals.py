"""Where a team differs from the rest of the company by more than chance, and whether its forecasts lean to one side.

In: the team's KPIs and the company's, both with numerator and denominator. Out: findings. The team is taken out of the company
before the two are compared (Fisher's exact test). P-values are Holm-adjusted, because several KPIs are looked at, and
multiplied by the number of teams, because every team's page looks. No difference is no finding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding, Says, running
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.kpi import REGISTRY, Kpis, Measure, kpis
from salesanalytics.stats.compare import against_the_rest

LEVEL = 0.05
ENOUGH = 20
COLUMNS = ["key", "value", "others", "p", "n"]
COMPARED = ("win_rate", "slippage", "lead_response_kept")

SAYS: Mapping[str, Says] = {"signals.forecast_too_high": "lower", "signals.forecast_too_low": "raise"}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Signals(Result):
    """What stands out; `table`: one row per KPI held against the others: key, value, others, p (adjusted), n."""


def signals(
    tables: Tables, *, as_of: date, period: Period, company: pd.DataFrame | None = None, measures: Kpis | None = None
) -> Signals:
    """The team's KPIs of `period` held against those of the other teams.

    `company`: what the company's notebook handed over; without it only the forecasts are looked at. `measures`: the team's KPIs
    where they have been worked out already, the company's beside them.
    """
    measures = measures or kpis(tables, as_of=as_of, period=period, company=company)
    span = (period.start, min(period.end, as_of))
    compared = _compared(measures)
    rows = [(key, mine.value, others, p, mine.n) for key, mine, others, p in compared]
    answer = Signals(as_of=as_of, period=period, table=pd.DataFrame(rows, columns=COLUMNS))
    unlike = [_difference(key, mine, others, span) for key, mine, others, p in compared if p < LEVEL]
    told = [one.of(running(period), SAYS[one.key]) for one in _forecasts(measures.measures, span)]
    return answer.saying(*unlike, *told)


def _compared(measures: Kpis) -> list[tuple[str, Measure, float, float]]:
    """Key, measure, the others' share and the adjusted p-value of each KPI that can be compared."""
    company = measures.company
    if company is None or company.empty:
        return []
    team, pooled = measures.measures, company.set_index("key")[["numerator", "denominator"]].astype("float64")
    mine = {key: team[key] for key in COMPARED if key in team and key in pooled.index and team[key].value is not None}
    yes = pd.Series({key: one.numerator or 0.0 for key, one in mine.items()}, dtype="float64")
    n = pd.Series({key: one.denominator or 0.0 for key, one in mine.items()}, dtype="float64")
    total = pooled.reindex(n.index)
    compared = against_the_rest(yes, n, total["numerator"], total["denominator"], ENOUGH).dropna(subset=["p"])
    teams = int(company["teams"].iloc[0])
    return [(str(key), mine[str(key)], float(row["usual"]), float(row["p"]) * teams) for key, row in compared.iterrows()]


def _difference(key: str, mine: Measure, usual: float, span: tuple[date, date]) -> Finding:
    value = mine.value or 0.0
    above = value > usual
    good = above == (REGISTRY[key].better == "higher")
    name = {
        (True, True): "signals.share_above",
        (True, False): "signals.share_above_bad",
        (False, True): "signals.share_below_good",
        (False, False): "signals.share_below",
    }[above, good]
    evidence = Evidence(mine.n, mine.counted, mine.low, mine.high, "share", period=_span(mine, span))
    return Finding(name, "good" if good else "act", {"kpi": key, "value": value, "usual": usual}, evidence)


def _forecasts(team: Mapping[str, Measure], span: tuple[date, date]) -> list[Finding]:
    bias = team.get("forecast_bias")
    if bias is None or bias.value is None or bias.low is None or bias.high is None or bias.low <= 0 <= bias.high:
        return []
    key = "signals.forecast_too_high" if bias.value > 0 else "signals.forecast_too_low"
    return [
        Finding(
            key,
            "watch",
            {"bias": abs(bias.value)},
            Evidence(bias.n, bias.counted, bias.low, bias.high, "share", period=_span(bias, span)),
        )
    ]


def _span(measure: Measure, asked: tuple[date, date]) -> tuple[date, date]:
    return (measure.period.start, measure.period.end) if measure.period else asked
