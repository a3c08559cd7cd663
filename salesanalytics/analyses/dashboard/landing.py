"""Where the period will land: won so far, what the open deals will bring, and what deals not yet opened will.

In: tables, a period, and the chances of `deal_hazards` (the company's, else the team's own). Out: a range with its chance, the
chance to reach the goal, how much more pipeline that would take, and each open deal's chance. Open deals are won or not, each
by itself; new business is as large as in past periods from the same day on; and both share an error, as large as past periods
were off by more than independent deals can be. Where the team's own call was handed over, it tells of that error as much as its
past errors allow (`company/calls_for_teams`). Never uses what happened after `as_of`.
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesanalytics.analyses.dashboard.landing_findings import landing_findings
from salesanalytics.analyses.dashboard.landing_result import Basis, Call, Landing
from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.course import past_courses
from salesanalytics.facts.goal import team_quota
from salesanalytics.facts.last_year import booked_then
from salesanalytics.facts.open_deals import categories, deal_names, owner_names
from salesanalytics.models.forecast.book import Book, States, book, day_number, past_periods
from salesanalytics.models.forecast.hazards import DealHazards, cells_of, deal_hazards
from salesanalytics.models.forecast.panel import MOST_PERIODS
from salesanalytics.models.forecast.period_end import PeriodEndInputs, period_end_inputs, simulate
from salesanalytics.models.forecast.shock import FIRST

LEVELS = (0.5, 0.8, 0.9)
LEAST = 1e-3  # of the middle; a draw of less counts as this
DEALS = ["opportunity_id", "name", "owner_rep_id", "owner", "stage", "category", "amount", "p_won_in_period", "expected",
         "likely"]  # fmt: skip
PARTS = ["part", "low", "high", "likely", "mean"]


def landing(
    tables: Tables,
    *,
    as_of: date,
    period: Period,
    hazards: DealHazards | pd.DataFrame | None = None,
    called: pd.DataFrame | None = None,
    held: tuple[int, int] | None = None,
    beside: bool = True,
    seed: int = 0,
    draws: int = 4000,
) -> Landing:
    """The range in which the bookings of `period` will end, as seen at the end of `as_of`.

    `hazards`: the company's, or their table as it was handed over. The team's own take their place where there are none, where
    the table is empty, or where its days say that it was learnt for other periods: another kind, another fiscal year. `called`:
    the team's rows of `calls_for_teams`; those of another day or period are left out. `held`: how many of how many such
    forecasts held (`landing_backtest`), which is told beside this one. `beside`: whether what is held against it is worked out
    too: the pipeline a goal needs, past periods' shares of their goals, the year before.
    """
    tables = known_on(tables, as_of)
    goal = team_quota(tables, period, as_of)
    deals = book(tables, as_of)
    if isinstance(hazards, pd.DataFrame):
        hazards = _of_company(hazards, period)
    hazards = hazards or deal_hazards(tables, as_of=as_of, period=period)
    booked = float(deals.amount[deals.won_between(day_number(period.start), day_number(min(period.end, as_of)))].sum())
    states = deals.open_on(day_number(as_of))
    past = past_periods(deals, as_of, period, MOST_PERIODS)
    if as_of < period.start or hazards.periods <= FIRST or len(past) <= FIRST:
        return _unknown(tables, deals, states, as_of, period, goal, booked, len(past))
    cells, common = cells_of(hazards)
    seen = period_end_inputs(deals, states, as_of, period, past, cells, common, own=True)
    open_, new = simulate(seen, seed, draws)
    by_deals = booked + float(np.median(open_ + new))
    said, factor = _with_call(called, as_of, period, booked, open_ + new)
    open_, new = open_ * factor, new * factor
    total = booked + open_ + new
    low, middle, high = (float(value) for value in np.quantile(total, [0.1, 0.5, 0.9]))
    parts = _parts(booked, open_, new, middle)
    answer = Landing(
        as_of=as_of,
        period=period,
        table=_deals(tables, deals, states, seen, float(parts.loc[parts["part"] == "open", "likely"].sum())),
        goal=goal,
        booked=booked,
        parts=parts,
        course=_course(tables, deals, period, as_of, (low, middle, high)),
        low=low,
        middle=middle,
        high=high,
        mean=float(total.mean()),
        p_hit=None if goal is None else float(np.mean(total >= goal)),
        needed=_needed(total, goal, seen, seed) if goal and beside else {},
        new_by=_new_by(deals, as_of, period),
        periods=len(past),
        by_deals=by_deals,
        said=said,
        year_ago=booked_then(tables, period, as_of, whole=True) if beside else None,
        held=held,
        reached=_reached(tables, deals, past, as_of) if beside else (),
        basis=Basis(seen, cells, tuple(past)),
    )
    return answer.saying(*landing_findings(answer), *(hazards.findings if not hazards.has_stages else ()))


def _of_company(table: pd.DataFrame, period: Period) -> DealHazards | None:
    """What the company handed over; None where it says nothing of periods like this one."""
    table = period.rows_of(table) if "start" in table else table
    return DealHazards.of_table(table) if len(table) else None


def _with_call(
    called: pd.DataFrame | None, as_of: date, period: Period, booked: float, rest: Floats
) -> tuple[Call | None, Floats]:
    """The team's call, and by what each draw of the rest is multiplied: towards the call, and closer together."""
    same = np.ones(len(rest))
    rows = None if called is None else period.rows_of(called[called["on"] == pd.Timestamp(as_of)])
    if rows is None or len(rows) != 1:
        return None, same
    row = rows.iloc[0]
    if not row["weight"] > 0 or row["corrected"] <= booked or np.median(rest) <= 0:
        return None, same
    call, corrected, weight, *errors = (
        float(row[name]) for name in ("call", "corrected", "weight", "call_error", "deals_error")
    )
    said = Call(str(row["source"]), call, corrected, weight, int(row["periods"]), *errors)
    middle = np.log(np.median(rest))
    logs = np.log(np.maximum(rest, np.exp(middle) * LEAST))
    towards = said.weight * (np.log(said.corrected - booked) - middle)
    return said, np.asarray(np.exp(towards + (logs - middle) * (float(row["narrower"]) - 1)))


def _parts(booked: float, open_: Floats, new: Floats, middle: float) -> pd.DataFrame:
    """What is still to come to the likely end is shared out over open and new deals by their means: so the parts add up."""
    draws = {"won": np.full(len(open_), booked), "open": open_, "new": new, "total": booked + open_ + new}
    rest = float((open_ + new).mean())
    per_unit = (middle - booked) / rest if rest > 0 else 0.0
    likely = {"won": booked, "open": open_.mean() * per_unit, "new": new.mean() * per_unit, "total": middle}
    rows = [(part, *np.quantile(value, [0.1, 0.9]), likely[part], value.mean()) for part, value in draws.items()]
    return pd.DataFrame(rows, columns=PARTS)


def _course(tables: Tables, deals: Book, period: Period, as_of: date, ends: tuple[float, float, float] | None) -> pd.DataFrame:
    days = pd.date_range(period.start, period.end, unit="us")
    won = deals.won_between(day_number(period.start), day_number(min(period.end, as_of)))
    by_day = np.bincount(deals.closed[won] - day_number(period.start), deals.amount[won], len(days)).cumsum()
    booked = pd.Series(by_day).where(days <= pd.Timestamp(as_of))
    course = pd.DataFrame({"day": days, "booked": booked, "low": np.nan, "middle": np.nan, "high": np.nan})
    if ends is not None and as_of < period.end:
        ahead = _way(tables, period, as_of)
        for name, end in zip(("low", "middle", "high"), ends, strict=True):
            course[name] = np.where(ahead >= 0, booked.max() + ahead * (end - booked.max()), np.nan)
    return course


def _way(tables: Tables, period: Period, as_of: date) -> Floats:
    """By day of the period: what is usually booked by then of all that is still to come after `as_of`; below 0 before it.

    Where too few past periods can be read, as much comes every day.
    """
    opportunities = tables["opportunity"]
    courses, _ = past_courses(opportunities[opportunities["is_closed"]], period)
    day, today = np.arange(period.days) + 1, (as_of - period.start).days + 1
    even = (day - today) / (period.days - today)
    if not courses:
        return even
    usual = np.mean([np.interp(day / period.days, np.linspace(0, 1, 101), course) for course in courses], axis=0)
    rest = usual[-1] - usual[today - 1]
    return np.where(day < today, even, (usual - usual[today - 1]) / rest) if rest > 0 else even


def _reached(tables: Tables, deals: Book, past: list[Period], as_of: date) -> tuple[float, ...]:
    """The shares of their quota that past periods ended at, oldest first; those with one for all of it alone."""
    quotas = [(one, team_quota(tables, one, as_of)) for one in past]
    days = [(day_number(one.start), day_number(one.end), quota) for one, quota in quotas if quota]
    return tuple(float(deals.amount[deals.won_between(first, last)].sum()) / quota for first, last, quota in days)


def _needed(total: Floats, goal: float, seen: PeriodEndInputs, seed: int) -> dict[float, float]:
    """Extra open pipeline at which `goal` is reached with each chance, if it is won at the rate of today's."""
    pipeline = float(seen.value.sum())
    rate = float(seen.chance @ seen.value) / pipeline * seen.bias if pipeline > 0 else 0.0
    needed = {}
    size = float(np.mean(seen.value)) if pipeline > 0 else 0.0
    noise = np.random.default_rng(seed + 1).standard_normal(len(total))
    for level in LEVELS:
        low, high = 0.0, max(goal, 1.0) / max(rate, 1e-9) * 4
        if rate < 0.005:
            needed[level] = 0.0 if np.mean(total >= goal) >= level else float("inf")
            continue
        for _ in range(24):
            middle = (low + high) / 2
            more = np.maximum(middle * rate + noise * np.sqrt(middle * size * rate * (1 - min(rate, 1.0))), 0.0)
            low, high = (low, middle) if np.mean(total + more >= goal) >= level else (middle, high)
        needed[level] = 0.0 if np.mean(total >= goal) >= level else high
    return needed


def _new_by(deals: Book, as_of: date, period: Period) -> date | None:
    """The last day from which half of the deals won in the last year would have closed by the period's end."""
    won = deals.won_between(day_number(as_of) - 364, day_number(as_of)) & (deals.created < deals.closed + 1)
    if won.sum() < 10:
        return None
    return period.end - timedelta(days=int(np.median(deals.closed[won] - deals.created[won])))


def _deals(tables: Tables, deals: Book, states: States, seen: PeriodEndInputs | None, likely: float = np.nan) -> pd.DataFrame:
    """The open deals; `likely`, what they bring to the likely end, is shared out over them by what is expected of each."""
    rows = tables["opportunity"].set_index("opportunity_id", drop=False).reindex(deals.ids[states.deal])
    chance = np.full(len(rows), np.nan) if seen is None else np.clip(seen.chance, 0, 1)
    expected = np.full(len(rows), np.nan) if seen is None else chance * seen.value
    table = pd.DataFrame(
        {
            "opportunity_id": deals.ids[states.deal],
            "name": deal_names(rows, tables).to_numpy(dtype=object),
            "owner_rep_id": rows["owner_rep_id"].to_numpy(dtype=object),
            "owner": owner_names(rows["owner_rep_id"], tables).to_numpy(dtype=object),
            "stage": rows["stage"].to_numpy(dtype=object),
            "category": categories(rows).to_numpy(dtype=object),
            "amount": states.amount,
            "p_won_in_period": chance,
            "expected": expected,
            "likely": expected * (likely / expected.sum()) if expected.sum() > 0 else expected,
        }
    )
    return table.sort_values(["expected", "opportunity_id"], ascending=[False, True], ignore_index=True)[DEALS]


def _unknown(
    tables: Tables, deals: Book, states: States, as_of: date, period: Period, goal: float | None, booked: float, periods: int
) -> Landing:
    few = Evidence(periods, "past_periods")
    told: tuple[Finding, ...] = (Finding("landing.too_little", "watch", {"n": periods}, few, owner="operations"),)
    table, parts = _deals(tables, deals, states, None), pd.DataFrame(columns=PARTS)
    course = _course(tables, deals, period, as_of, None)
    if as_of >= period.end:  # how it ended is said of bookings against the goal
        table, told = table.iloc[:0], ()
    answer = Landing(
        as_of=as_of,
        period=period,
        table=table,
        goal=goal,
        booked=booked,
        parts=parts,
        course=course,
        low=None,
        middle=None,
        high=None,
        mean=None,
        p_hit=None,
        needed={},
        new_by=None,
        periods=periods,
    )
    return answer.saying(*told)
