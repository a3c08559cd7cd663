"""Where the period will land: won so far, what the open deals will bring, and what deals not yet opened will.

In: tables, a period, and the chances of `deal_hazards` (the company's, else the team's own). Out: a range with its chance, the
chance to reach the goal, how much more pipeline that would take, and each open deal's chance. Open deals are won or not, each
by itself; new business is as large as in past periods from the same day on; and both share an error, as large as past periods
were off by more than independent deals can be. Where the team's own call was handed over, it tells of that error as much as its
past errors allow (`company/calls_for_teams`). Never uses what happened after `as_of`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import PIPELINE, Evidence, Finding, running
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.goal import team_quota
from salesanalytics.models.forecast.book import Book, States, book, day_number, past_periods
from salesanalytics.models.forecast.hazards import DealHazards, cells_of, deal_hazards
from salesanalytics.models.forecast.panel import MOST_PERIODS
from salesanalytics.models.forecast.period_end import LEVEL, PeriodEndInputs, period_end_inputs, simulate
from salesanalytics.models.forecast.shock import FIRST

LEVELS = (0.5, 0.8, 0.9)
LEAST = 1e-3  # of the middle; a draw of less counts as this
SLIGHT = 0.02  # a gap below this share of the goal is none to plan for
DEALS = ["opportunity_id", "name", "owner", "stage", "amount", "p_won_in_period", "expected"]


@dataclass(frozen=True, slots=True)
class Call:
    """What the team itself calls: its `source` (manager, rep), the `call` and what it is `corrected`; its `weight` beside the
    deals (0..1), and the mean absolute errors of either (`call_error`, `deals_error`) in the rest of so many past `periods`.
    """

    source: str
    call: float
    corrected: float
    weight: float
    periods: int
    call_error: float
    deals_error: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Landing(Result):
    """The end of `period` as seen on `as_of`; money in the base currency.

    `table`: one row per open deal, most expected money first: opportunity_id, name, owner, stage, amount, p_won_in_period
    (0..1), expected. `parts`: one row per part (won, open, new, total) with low (P10), middle (P50), high (P90) and mean.
    `course`: one row per day: booked (missing after as_of), and low, middle, high, which lead straight from today to the end.
    `p_hit`: chance to reach `goal` (None without one). `needed`: extra open pipeline for a chance of 50, 80 and 90%, if it is
    won as today's is (inf: cannot be). `new_by`: last day on which half of new deals would still close in time. `low` … `mean`
    are None where fewer than three past periods can be used. `said`: the team's call, where one was taken into account;
    `by_deals`: the middle without it.
    """

    goal: float | None
    booked: float
    parts: pd.DataFrame
    course: pd.DataFrame
    low: float | None
    middle: float | None
    high: float | None
    mean: float | None
    p_hit: float | None
    needed: Mapping[float, float]
    new_by: date | None
    periods: int
    by_deals: float | None = None
    said: Call | None = None

    @property
    def is_over(self) -> bool:
        """Whether the period has ended by `as_of`."""
        return self.as_of >= self.period.end

    @property
    def foretells(self) -> bool:
        """Whether it says where the period will end: that is not over, and enough is known."""
        return self.middle is not None and not self.is_over


def landing(
    tables: Tables,
    *,
    as_of: date,
    period: Period,
    hazards: DealHazards | pd.DataFrame | None = None,
    called: pd.DataFrame | None = None,
    seed: int = 0,
    draws: int = 4000,
) -> Landing:
    """The range in which the bookings of `period` will end, as seen at the end of `as_of`.

    `hazards`: the company's, or their table as it was handed over. The team's own take their place where there are none, where
    the table is empty, or where its days say that it was learnt for other periods: another kind, another fiscal year. `called`:
    the team's row of `calls_for_teams`; of another period it is left out.
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
    said, factor = _with_call(called, period, booked, open_ + new)
    open_, new = open_ * factor, new * factor
    total = booked + open_ + new
    parts = _parts(booked, open_, new)
    low, middle, high = (float(value) for value in np.quantile(total, [0.1, 0.5, 0.9]))
    answer = Landing(
        as_of=as_of,
        period=period,
        table=_deals(tables, deals, states, seen),
        goal=goal,
        booked=booked,
        parts=parts,
        course=_course(deals, period, as_of, (low, middle, high)),
        low=low,
        middle=middle,
        high=high,
        mean=float(total.mean()),
        p_hit=None if goal is None else float(np.mean(total >= goal)),
        needed={} if goal is None else _needed(total, goal, seen, seed),
        new_by=_new_by(deals, as_of, period),
        periods=len(past),
        by_deals=by_deals,
        said=said,
    )
    return answer.saying(*_findings(answer), *(hazards.findings if not hazards.has_stages else ()))


def _of_company(table: pd.DataFrame, period: Period) -> DealHazards | None:
    """What the company handed over; None where it says nothing of periods like this one."""
    table = period.rows_of(table) if "start" in table else table
    return DealHazards.of_table(table) if len(table) else None


def _with_call(called: pd.DataFrame | None, period: Period, booked: float, rest: Floats) -> tuple[Call | None, Floats]:
    """The team's call, and by what each draw of the rest is multiplied: towards the call, and closer together."""
    same = np.ones(len(rest))
    rows = None if called is None else period.rows_of(called)
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


def _parts(booked: float, open_: Floats, new: Floats) -> pd.DataFrame:
    draws = {"won": np.full(len(open_), booked), "open": open_, "new": new, "total": booked + open_ + new}
    rows = [(part, *np.quantile(value, [0.1, 0.5, 0.9]), value.mean()) for part, value in draws.items()]
    return pd.DataFrame(rows, columns=["part", "low", "middle", "high", "mean"])


def _course(deals: Book, period: Period, as_of: date, ends: tuple[float, float, float] | None) -> pd.DataFrame:
    days = pd.date_range(period.start, period.end, unit="us")
    won = deals.won_between(day_number(period.start), day_number(min(period.end, as_of)))
    by_day = np.bincount(deals.closed[won] - day_number(period.start), deals.amount[won], len(days)).cumsum()
    booked = pd.Series(by_day).where(days <= pd.Timestamp(as_of))
    course = pd.DataFrame({"day": days, "booked": booked, "low": np.nan, "middle": np.nan, "high": np.nan})
    if ends is not None and as_of < period.end:
        ahead = (np.arange(len(days)) - (as_of - period.start).days) / (period.end - as_of).days
        for name, end in zip(("low", "middle", "high"), ends, strict=True):
            course[name] = np.where(ahead >= 0, booked.max() + ahead * (end - booked.max()), np.nan)
    return course


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


def _deals(tables: Tables, deals: Book, states: States, seen: PeriodEndInputs | None) -> pd.DataFrame:
    rows = tables["opportunity"].set_index("opportunity_id").reindex(deals.ids[states.deal])
    names = tables["rep"].set_index("rep_id")["name"] if "rep" in tables else pd.Series(dtype=object)
    chance = np.full(len(rows), np.nan) if seen is None else np.clip(seen.chance, 0, 1)
    expected = np.full(len(rows), np.nan) if seen is None else chance * seen.value
    empty = pd.Series(None, index=rows.index, dtype=object)
    table = pd.DataFrame(
        {
            "opportunity_id": deals.ids[states.deal],
            "name": rows.get("name", empty).fillna(pd.Series(rows.index, index=rows.index)).to_numpy(dtype=object),
            "owner": rows["owner_rep_id"].map(names).to_numpy(dtype=object),
            "stage": rows["stage"].to_numpy(dtype=object),
            "amount": states.amount,
            "p_won_in_period": chance,
            "expected": expected,
        }
    )
    return table.sort_values(["expected", "opportunity_id"], ascending=[False, True], ignore_index=True)[DEALS]


def _unknown(
    tables: Tables, deals: Book, states: States, as_of: date, period: Period, goal: float | None, booked: float, periods: int
) -> Landing:
    few = Evidence(periods, "past_periods")
    told: tuple[Finding, ...] = (Finding("landing.too_little", "watch", {"n": periods}, few, owner="operations"),)
    table, parts = _deals(tables, deals, states, None), pd.DataFrame(columns=["part", "low", "middle", "high", "mean"])
    course = _course(deals, period, as_of, None)
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


def _findings(found: Landing) -> list[Finding]:
    """What it says of the period's end; first what a page opens with."""
    return [one.of(running(found.period)) for one in _told(found)]


def _told(found: Landing) -> list[Finding]:
    if found.low is None or found.middle is None or not found.foretells:
        return []
    span = (found.period.start, found.period.end)
    behind = (len(found.table), "open_deals") if len(found.table) else (found.periods, "past_periods")
    evidence = Evidence(*behind, found.low, found.high, "money", LEVEL, span)
    values = {"low": found.low, "middle": found.middle, "high": found.high, "booked": found.booked}
    if found.goal is None or found.p_hit is None:
        return [Finding("landing.no_goal", "watch", values, evidence, owner="operations")]
    values |= {"goal": found.goal, "p_hit": found.p_hit}
    missing = max(found.goal - found.middle, 0.0)
    if found.booked >= found.goal:
        return [Finding("landing.reached", "good", values, evidence)]
    if not len(found.table):
        return [Finding("landing.no_deals", "watch", values, evidence, weight=missing)]
    if found.p_hit >= LEVEL:
        return [Finding("landing.likely", "good", values, evidence)]
    if found.p_hit >= 1 - LEVEL:
        return [Finding("landing.open", "watch", values, evidence, weight=missing), *_more(found, missing)]
    return [Finding("landing.unlikely", "act", values, evidence, weight=missing), *_more(found, missing)]


def _more(found: Landing, missing: float) -> list[Finding]:
    """How much pipeline would make the goal likely, and by when it would have to be opened."""
    more, evidence = found.needed.get(LEVEL, 0.0), Evidence(len(found.table), "open_deals")
    if found.new_by is None or missing < SLIGHT * (found.goal or 0.0) or not missing:
        return []
    if found.new_by <= found.as_of:
        values = {"gap": missing, "new_by": found.new_by}
        return [Finding("landing.late_for_new", "watch", values, evidence, about=PIPELINE, says="stop")]
    if not np.isfinite(more):
        return []
    values = {"more": more, "new_by": found.new_by, "goal": found.goal, "level": LEVEL}
    return [Finding("landing.more_pipeline", "act", values, evidence, about=PIPELINE, says="start")]
