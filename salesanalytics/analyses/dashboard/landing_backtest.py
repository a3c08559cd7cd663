"""How right such ranges were before: landings of past periods as of their weeks, against the actual bookings.

In: a team's tables. Out: one row per past period and week asked for, with the range of then and the actual bookings; error,
bias, coverage and calibration of the chance to reach the goal. Strictly as of then: each week's chances, new business and
shared error come from periods that had ended before. They are learnt from these tables alone, so a forecast with the company's
chances should do no worse. Never uses a quota set later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.goal import team_quota
from salesanalytics.models.forecast.book import Book, book, day_number
from salesanalytics.models.forecast.panel import WON, Panel, outcomes, panel
from salesanalytics.models.forecast.period_end import LEVEL, period_end_inputs, simulate
from salesanalytics.models.forecast.score import bias, coverage, wape
from salesanalytics.models.forecast.shock import by_week, residuals

LEAST_PAST = 4
"""Past periods behind the first forecast that is held against the actual bookings."""
LEAST_FORECASTS = 6
NARROW = 0.05  # a share inside that falls short by more is not called right, chance or not
BANDS = (0.0, 0.2, 0.5, 0.8, 1.0)
CHANCES = ["kind", "low", "high", "n", "said", "came"]
COLUMNS = ["period_start", "week", "day", "booked", "low", "middle", "high", "mean", "actual", "goal", "p_hit", "hit", "inside"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LandingBacktest(Result):
    """Past landings beside the actual bookings; money in the base currency.

    `table`: one row per past period and week: period_start, week, day, booked (by then), low (P10), middle (P50), high (P90),
    mean, actual, goal (as known then), p_hit, hit (whether it was reached), inside (whether the actual bookings lay in
    low..high). `by_week`: one row per week: n, wape (Σ|mean − actual| ÷ Σ actual), bias (Σ(mean − actual) ÷ Σ actual; plus: too
    high), coverage (share inside, expected 0.8). `chances`: one row per kind (goal, deal) and band of the chance that was given
    (low..high): n, said (mean chance), came (how many were reached, or won by the period's end). `brier`: mean squared error of
    p_hit, `brier_base`: of always saying the share of goals reached.
    """

    by_week: pd.DataFrame
    chances: pd.DataFrame
    coverage: float | None
    wape: float | None
    bias: float | None
    brier: float | None
    brier_base: float | None

    @property
    def held(self) -> tuple[int, int] | None:
        """How many of how many forecasts contained the actual bookings; None where they are too few to say."""
        return (int(self.table["inside"].sum()), len(self.table)) if len(self.table) >= LEAST_FORECASTS else None


def landing_backtest(
    tables: Tables,
    *,
    as_of: date,
    period: Period,
    weeks: Sequence[int] = (1, 5, 9),
    periods: int = 8,
    seed: int = 0,
    draws: int = 1000,
) -> LandingBacktest:
    """The last `periods` full periods like `period`, each as seen at the end of its `weeks` (1: after seven days)."""
    tables = known_on(tables, as_of)
    deals = book(tables, as_of)
    seen = panel(deals, as_of, period)
    rows, of_deals = [], [(np.zeros(0), np.zeros(0, dtype=bool))]
    errors = residuals(deals, seen)
    for at in range(max(len(seen.periods) - periods, LEAST_PAST), len(seen.periods)):
        common = by_week(errors.until(at), at)
        for week in weeks:
            day = seen.periods[at].start + timedelta(days=7 * week - 1)
            if day < seen.periods[at].end:
                row, given = _forecast(tables, deals, seen, common, at, day, week, seed, draws)
                rows.append(row)
                of_deals.append(given)
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"inside": bool})
    told = table.dropna(subset=["p_hit"])
    goals = (told["p_hit"].to_numpy(dtype=np.float64), told["hit"].to_numpy(dtype=bool))
    chance, won = (np.concatenate(part) for part in zip(*of_deals, strict=True))
    return _scored(table, _by_band({"goal": goals, "deal": (chance, won)}), as_of, period)


def _by_band(given: Mapping[str, tuple[Floats, NDArray[np.bool_]]]) -> pd.DataFrame:
    """How often what was given a chance came true, by band of the chance."""
    rows = []
    for kind, (chance, came) in given.items():
        for low, high in pairwise(BANDS):
            inside = (chance >= low) & ((chance < high) | (high == BANDS[-1]))
            said = float(chance[inside].mean()) if inside.any() else np.nan
            rows.append((kind, low, high, int(inside.sum()), said, int(came[inside].sum())))
    return pd.DataFrame(rows, columns=CHANCES)


def _forecast(
    tables: Tables, deals: Book, seen: Panel, common: Floats, at: int, day: date, week: int, seed: int, draws: int
) -> tuple[tuple[object, ...], tuple[Floats, NDArray[np.bool_]]]:
    """One row: the forecast of period `at` on `day`, learnt from the periods before it; and its deals' chances and fates."""
    period = seen.periods[at]
    states = deals.open_on(day_number(day))
    inputs = period_end_inputs(deals, states, day, period, list(seen.periods[:at]), seen.cells(at), common, own=False)
    open_, new = simulate(inputs, seed + at, draws)
    total = inputs.booked + open_ + new
    low, middle, high = np.quantile(total, [0.1, 0.5, 0.9])
    actual = float(deals.amount[deals.won_between(day_number(period.start), day_number(period.end))].sum())
    goal = team_quota(tables, period, day)
    p_hit, hit = (None, None) if goal is None else (float(np.mean(total >= goal)), actual >= goal)
    start = pd.Timestamp(period.start)
    inside = bool(low <= actual <= high)
    row = (start, week, pd.Timestamp(day), inputs.booked, low, middle, high, total.mean(), actual, goal, p_hit, hit, inside)
    return row, (inputs.chance, outcomes(deals, states.deal, day_number(period.end)) == WON)


def _scored(table: pd.DataFrame, chances: pd.DataFrame, as_of: date, period: Period) -> LandingBacktest:
    by_week_ = pd.DataFrame(
        [
            (week, len(rows), *_errors(rows), coverage(rows["actual"], rows["low"], rows["high"]))
            for week, rows in table.groupby("week")
        ],
        columns=["week", "n", "wape", "bias", "coverage"],
    )
    if table.empty:
        return LandingBacktest(
            as_of=as_of,
            period=period,
            table=table,
            by_week=by_week_,
            chances=chances,
            coverage=None,
            wape=None,
            bias=None,
            brier=None,
            brier_base=None,
        )
    with_goal = table.dropna(subset=["p_hit"])
    hit, chance = with_goal["hit"].astype(float), with_goal["p_hit"].astype(float)
    brier, base = (float(((chance - hit) ** 2).mean()), float(hit.var(ddof=0))) if len(with_goal) else (None, None)
    error, bias_ = _errors(table)
    answer = LandingBacktest(
        as_of=as_of,
        period=period,
        table=table,
        by_week=by_week_,
        chances=chances,
        coverage=_inside(table),
        wape=error,
        bias=bias_,
        brier=brier,
        brier_base=base,
    )
    return answer.saying(*_findings(answer))


def _errors(rows: pd.DataFrame) -> tuple[float | None, float | None]:
    """WAPE and bias of the means."""
    actual, mean = rows["actual"], rows["mean"]
    return (wape(actual, mean), bias(actual, mean)) if actual.sum() > 0 else (None, None)


def _inside(rows: pd.DataFrame) -> float:
    return coverage(rows["actual"], rows["low"], rows["high"])


def _findings(found: LandingBacktest) -> list[Finding]:
    rows = found.table
    periods = int(rows["period_start"].nunique())
    evidence = Evidence(periods, "past_periods")
    inside = int(rows["inside"].sum())
    if len(rows) < LEAST_FORECASTS or found.wape is None or found.bias is None:
        return []
    values = {"inside": inside, "n": len(rows), "periods": periods, "wape": found.wape, "level": LEVEL, "bias": abs(found.bias)}
    values["expected"] = round(LEVEL * len(rows))
    # weeks of one period share its surprises, so periods are counted, not forecasts
    error = (LEVEL * (1 - LEVEL) / periods) ** 0.5
    short = LEVEL - inside / len(rows)
    name = "often_wrong" if short > 2 * error else "narrow" if short > NARROW else "was_right"
    return [Finding(f"landing_backtest.{name}", "good" if name == "was_right" else "watch", values, evidence)]
