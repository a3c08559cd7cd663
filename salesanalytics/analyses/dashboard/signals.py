"""Where a team differs from the rest of the company by more than chance, and whether its forecasts lean to one side.

In: the team's KPIs and the company's, both with numerator and denominator. Out: findings. The team is taken out of the company
before the two are compared (Fisher's exact test). P-values are Holm-adjusted, because several KPIs are looked at, and
multiplied by the number of teams, because every team's page looks. No difference is no finding.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.kpi import REGISTRY, Kpis, Measure
from salesanalytics.stats.compare import differ, holm

LEVEL = 0.05
ENOUGH = 20
COMPARED = ("win_rate", "slippage", "lead_response_kept")


def signals(team: Kpis, company: pd.DataFrame | None, *, as_of: date) -> tuple[Finding, ...]:
    """Findings from `team` held against `company` (key, numerator, denominator of the same period); None: forecasts only."""
    span = (team.period.start, min(team.period.end, as_of))
    return (*_differences(team.measures, company, span), *_forecasts(team.measures, span))


def _differences(team: Mapping[str, Measure], company: pd.DataFrame | None, span: tuple[date, date]) -> list[Finding]:
    if company is None or company.empty:
        return []
    pooled = company.set_index("key")[["numerator", "denominator"]].to_dict("index")
    pairs: list[tuple[str, Measure, float, float]] = []
    for key in COMPARED:
        mine, everyone = team.get(key), pooled.get(key)
        if mine is None or mine.value is None or not mine.denominator or everyone is None:
            continue
        yes, n = mine.numerator or 0.0, mine.denominator
        others_yes, others_n = everyone["numerator"] - yes, everyone["denominator"] - n
        if min(n, others_n) >= ENOUGH and 0 <= others_yes <= others_n:
            p = differ(int(yes), int(n - yes), int(others_yes), int(others_n - others_yes))
            pairs.append((key, mine, others_yes / others_n, p))
    adjusted = holm([p for *_, p in pairs]) * int(company["teams"].iloc[0])
    return [_difference(key, mine, usual, span) for (key, mine, usual, _), p in zip(pairs, adjusted, strict=True) if p < LEVEL]


def _difference(key: str, mine: Measure, usual: float, span: tuple[date, date]) -> Finding:
    value = mine.value or 0.0
    above = value > usual
    good = above == (REGISTRY[key].better == "higher")
    name = {
        (True, True): "share_above",
        (True, False): "share_above_bad",
        (False, True): "share_below_good",
        (False, False): "share_below",
    }[above, good]
    evidence = Evidence(mine.n, mine.counted, mine.low, mine.high, "share", period=_span(mine, span))
    return Finding(name, "good" if good else "act", {"kpi": key, "value": value, "usual": usual}, evidence)


def _forecasts(team: Mapping[str, Measure], span: tuple[date, date]) -> list[Finding]:
    bias = team.get("forecast_bias")
    if bias is None or bias.value is None or bias.low is None or bias.high is None or bias.low <= 0 <= bias.high:
        return []
    key = "forecast_too_high" if bias.value > 0 else "forecast_too_low"
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
