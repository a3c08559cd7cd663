"""What the team can bring in the months ahead, with the people it has and the hires planned, beside what it is to reach.

In: `rep`, `opportunity`, and where there are any `rep_assignment`, `quota`. Out: one row per month ahead. Capacity is
    Σ over people: chance to be still there × ramp at that tenure × productivity × season.
Productivity is what the team books per seller at full speed, with its trend, and the error that quarters share
(`models/productivity`); leaving is the pooled rate of all sellers (`facts.people`). No open deal is looked at, and nobody is
replaced who is not among the planned hires. Aggregates only: all have the same rate of leaving, and no row speaks of a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.calendar import Period, period_of
from salesanalytics.base.finding import Evidence, Finding, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import Leaving, Ramp, leaving, present, ramp_curve, team_stays
from salesanalytics.facts.targets import SET_BY_PEOPLE, next_target
from salesanalytics.models.productivity.headcount import MONTHS, HeadcountPaths, months_ahead

NOTICE_MONTHS = 2  # from the decision to hire to the first day
MOST_GROWTH = 0.5  # more hires than this share of the heads is no plan for one quarter
MOST_HIRES = 30
COLUMNS = ["month", "part", "low", "median", "high", "target", "heads"]
QUARTERS = ["start", "end", "target", "source", "booked", "low", "median", "high", "p", "hires_50", "hires_80", "start_by"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Capacity(Result):
    """Capacity per month ahead; money in the base currency.

    `table`: one row per calendar month from `as_of` on: month (first day), part (of its days still to come), low, median,
    high (80%) of what can be booked in these days, target (its share of what the quarter's target leaves to win; missing
    where there is none), heads (expected sellers). `quarters`: one row per quarter that ends within these months: start, end,
    target, source, booked (so far), low, median, high of all its bookings, p (chance to reach the target), hires_50 and
    hires_80 (how many more sellers have to start on `start_by` for such a chance; missing where more than half as many again
    as are there would be needed). Of the period that runs, all is as the landing has it, where that was handed over.
    `productivity`: a full seller's bookings per month, with its 95% interval in `productivity_low`, `productivity_high`, from
    so many `sellers`. `heads`: sellers on the day; `hires`: planned ones; `ramp`, `leaving`: as in
    `facts.people`, of the team or, where it has seen too few, of the company.
    """

    quarters: pd.DataFrame
    ramp: Ramp
    leaving: Leaving
    heads: int
    hires: int
    productivity: float | None = None
    productivity_low: float | None = None
    productivity_high: float | None = None
    sellers: int = 0


def capacity(
    tables: Tables,
    *,
    as_of: date,
    months: int = MONTHS,
    hires: Sequence[int] | None = None,
    ramp: Ramp | None = None,
    leavers: Leaving | None = None,
    fiscal_year_start: int = 1,
    landings: pd.DataFrame | None = None,
    seed: int = 0,
) -> Capacity:
    """Capacity of the `months` calendar months that are not over on `as_of`.

    `hires[i]` sellers start with the i-th of them. `ramp` and `leavers`: the company's, where the team's own numbers are few.
    `landings`: the team's row of `landings_for_teams`. Without bookings or sellers nothing is estimated, and a finding says so.
    ValueError for months or hires below zero.
    """
    if months < 1 or any(count < 0 for count in hires or ()):
        raise ValueError(f"months is {months}, hires {list(hires or ())}; expected at least one month and no hires below zero")
    tables = known_on(tables, as_of)
    curve = ramp or ramp_curve(tables, as_of=as_of)
    rate = leavers or leaving(tables, as_of=as_of)
    there = present(team_stays(tables, as_of), as_of).sort_values("rep_id", ignore_index=True)
    ahead = months_ahead(as_of, months)
    planned = np.zeros(months, dtype=np.int64)
    planned[: len(hires or ())] = list(hires or ())[:months]
    nothing = ahead.assign(low=np.nan, median=np.nan, high=np.nan, target=np.nan, heads=float(len(there)))
    found = Capacity(
        as_of=as_of,
        period=_period_ahead(as_of, ahead),
        table=nothing[COLUMNS],
        quarters=pd.DataFrame(columns=QUARTERS),
        ramp=curve,
        leaving=rate,
        heads=len(there),
        hires=int(planned.sum()),
    )
    paths = HeadcountPaths.of(tables, as_of, ahead, curve, rate, seed, planned)
    if paths is None:
        return found.saying(*_unknown(found, as_of))
    full = paths.full
    low, high = np.quantile(full.level, [0.025, 0.975])
    found = replace(
        found, productivity=full.mean, productivity_low=float(low), productivity_high=float(high), sellers=full.sellers
    )
    return _held_against_targets(found, tables, as_of, ahead, paths, fiscal_year_start, landings)


def _period_ahead(as_of: date, ahead: pd.DataFrame) -> Period:
    """From the day after `as_of` to the end of the last month ahead."""
    return Period(as_of + timedelta(days=1), (ahead["month"].iloc[-1] + pd.offsets.MonthEnd(0)).date(), "year")


def _held_against_targets(
    found: Capacity,
    tables: Tables,
    as_of: date,
    ahead: pd.DataFrame,
    paths: HeadcountPaths,
    fiscal_year_start: int,
    landings: pd.DataFrame | None,
) -> Capacity:
    quarter = period_of(as_of + timedelta(days=1), "quarter", fiscal_year_start)
    lands = _landing_of(landings, quarter)
    running = quarter.holds(ahead["month"]).to_numpy()
    booked = paths.bookings()
    if lands is not None:
        booked[:, running] *= _towards(lands, booked[:, running].sum(axis=1))[:, None]
    low, median, high = np.quantile(booked, [0.1, 0.5, 0.9], axis=0)
    table = ahead.assign(low=low, median=median, high=high, target=np.nan, heads=paths.heads.mean(axis=0))
    won = tables["opportunity"][tables["opportunity"]["is_won"]]
    rows: list[dict[str, object]] = []
    last = (ahead["month"].iloc[-1] + pd.offsets.MonthEnd(0)).date()
    most = min(MOST_HIRES, max(2, round(found.heads * MOST_GROWTH)))
    lead, soonest = found.ramp.months_to, NOTICE_MONTHS + (1 if ahead["part"].iloc[0] < 1 else 0)
    while quarter.end <= last:
        inside = quarter.holds(ahead["month"]).to_numpy()
        goal = next_target(tables, as_of=as_of, period=quarter)
        so_far = float(won.loc[quarter.holds(won["closed_on"]), "amount"].sum())
        sums = so_far + booked[:, inside].sum(axis=1)
        row = dict(zip(("low", "median", "high"), np.quantile(sums, [0.1, 0.5, 0.9]).tolist(), strict=True))
        row |= {"start": quarter.start, "end": quarter.end, "target": goal.amount, "source": goal.source, "booked": so_far}
        if goal.amount is not None:
            usual = paths.value.mean(axis=0) * inside
            table.loc[inside, "target"] = (max(goal.amount - so_far, 0.0) * usual / usual.sum())[inside]
            place = max(int(np.flatnonzero(inside)[0]) - lead, soonest)
            needed = [_hires(paths, place, inside, goal.amount - so_far, chance, most) for chance in (0.5, 0.8)]
            start_by = ahead["month"].iloc[place].date() if place < len(ahead) else None
            row |= {
                "p": float((sums >= goal.amount).mean()),
                "hires_50": needed[0],
                "hires_80": needed[1],
                "start_by": start_by,
            }
            if lands is not None and not rows and goal.amount == lands["goal"]:
                row["p"] = float(lands["p_hit"])
        rows.append(row)
        quarter = quarter.shift(1)
    quarters = pd.DataFrame(rows, columns=QUARTERS).astype({"p": "float64", "target": "float64"})
    found = replace(found, table=table[COLUMNS], quarters=quarters)
    return found.saying(*_findings(found, as_of))


def _landing_of(landings: pd.DataFrame | None, quarter: Period) -> "pd.Series[Any] | None":
    rows = None if landings is None else quarter.rows_of(landings)
    return rows.iloc[0] if rows is not None and len(rows) == 1 and rows["middle"].iloc[0] > rows["booked"].iloc[0] else None


def _towards(lands: "pd.Series[Any]", rest: Floats) -> Floats:
    """By what draws of the running quarter's rest are multiplied, so that they end as the landing does."""
    low, middle, high = (np.log(max(float(lands[name] - lands["booked"]), 1.0)) for name in ("low", "middle", "high"))
    logs = np.log(np.maximum(rest, 1.0))
    mine = np.quantile(logs, [0.1, 0.5, 0.9])
    below, above = (middle - low) / max(mine[1] - mine[0], 1e-9), (high - middle) / max(mine[2] - mine[1], 1e-9)
    ends = middle + (logs - mine[1]) * np.where(logs < mine[1], below, above)
    return np.asarray(np.exp(ends - logs))


def _hires(paths: HeadcountPaths, place: int, inside: NDArray[np.bool_], goal: float, chance: float, most: int) -> int | None:
    """Fewest further hires (None: more than `most`), starting with the month at `place`, that give the months `inside` such
    a chance of `goal`.
    """
    if place >= len(paths.years):
        return None
    one = paths.hire(place)

    def enough(count: int) -> bool:
        return bool((paths.bookings(paths.fte + count * one)[:, inside].sum(axis=1) >= goal).mean() >= chance)

    if not enough(most):
        return None
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _unknown(found: Capacity, as_of: date) -> tuple[Finding, ...]:
    key = "capacity.no_reps" if not found.heads and not found.hires else "capacity.unknown"
    evidence = Evidence(found.heads, "reps", period=(as_of, as_of))
    return (Finding(key, "watch", {"n": found.heads}, evidence, owner="operations"),)


def _findings(found: Capacity, as_of: date) -> list[Finding]:
    """The first quarter to come whose target is out of reach, or how safe all of them are; the running one is pace's to
    judge.
    """
    coming = found.quarters[found.quarters["start"].map(lambda day: day > as_of)] if len(found.quarters) else found.quarters
    whole = Evidence(found.sellers, "reps", found.productivity_low, found.productivity_high, "money")
    rate = found.leaving.rate or 0.0
    values = {"heads": found.heads, "hires": found.hires, "productivity": found.productivity}
    values |= {"leavers": round(found.heads * (1 - float(np.exp(-rate)))), "ramp": found.ramp.months_to}
    with_goal = coming[coming["source"].isin(SET_BY_PEOPLE)]
    if with_goal.empty and coming["target"].notna().any():
        return [_unset(found, coming[coming["target"].notna()].iloc[0], values)]
    if with_goal.empty:
        return [Finding("capacity.no_target", "watch", values, whole, owner="operations")]
    short = with_goal[with_goal["p"] < 0.5]
    if short.empty:
        tight = with_goal.iloc[int(with_goal["p"].to_numpy().argmin())]
        told, evidence = values | _of(tight), _range(found, tight)
        if tight["p"] >= 0.8:
            return [Finding("capacity.enough", "good", told, evidence)]
        return [Finding("capacity.tight", "watch", told, evidence)]
    first = short.iloc[0]
    mendable = short[short["hires_50"].notna()]
    if mendable.empty:
        told = values | _of(first)
        about: tuple[Subject, str] = ("plan", first["start"].isoformat())
        out = Finding("capacity.out_of_reach", "act", told, _range(found, first), weight=_gap(first), horizon="next")
        return [out.of(about, "lower")]
    row = mendable.iloc[0]
    key = "capacity.short" if pd.notna(row["hires_80"]) else "capacity.short_half"
    told = (
        values
        | _of(row)
        | {
            "n": int(row["hires_50"]),
            "hires_80": int(row["hires_80"]) if pd.notna(row["hires_80"]) else None,
            "start_by": row["start_by"],
        }
    )
    short_by = Finding(key, "act", told, _range(found, row), weight=_gap(row), horizon="next")
    return [short_by.of(("plan", row["start"].isoformat()), "hire" if key == "capacity.short" else "lower")]


def _unset(found: Capacity, row: "pd.Series[Any]", values: Mapping[str, object]) -> Finding:
    """No target is set by people: what can be booked, beside what last year would ask for."""
    key, rests_on = f"capacity.unset_{row['source']}", (f"target.{row['source']}",)
    about: tuple[Subject, str] = ("plan", row["start"].isoformat())
    return Finding(
        key, "watch", {**values, **_of(row)}, _range(found, row), about=about, says="record", rests_on=rests_on, horizon="next"
    )


def _gap(row: "pd.Series[Any]") -> float:
    return max(float(row["target"]) - float(row["median"]), 0.0)


def _of(row: "pd.Series[Any]") -> dict[str, object]:
    return {
        "span": (row["start"], row["end"]),
        "p": float(row["p"]),
        "target": float(row["target"]),
        "median": float(row["median"]),
        "gap": _gap(row),
    }


def _range(found: Capacity, row: "pd.Series[Any]") -> Evidence:
    return Evidence(found.sellers, "reps", float(row["low"]), float(row["high"]), "money", 0.8)
