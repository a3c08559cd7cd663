"""Each team's call for the running period as a forecast of its own, weighed against that of the deals by their past errors.

In: the calls of past periods with as many days left (`past_calls`), quotas where nobody calls, and what the deals said then
(`DealHazards.rests`). Out: the table of the handover, one row per team and one for the company (its teams' sums). Both are
judged on the same periods and days; a call's usual optimism, or the share of a quota that is usually missed, is taken out
first, each past period's by what the others say of it.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.analyses.dashboard.past_calls import past_calls, quotas_as_calls
from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Floats, Tables
from salesanalytics.models.forecast.hazards import DealHazards
from salesanalytics.models.forecast.together import together

LEAST_PERIODS = 4
COMPANY = ""
DRAWN = {"quota": 1.0}  # nobody says that a quota is what will come
USUALLY_DRAWN = 4.0  # a usual error is drawn to none as if so many periods had shown none
LEAST_RATIO = 0.1
SMALL = 0.02  # of what came; a forecast of the rest below it counts as this
COLUMNS = ["team_id", "on", "period", "start", "end", "source", "call", "corrected", "weight", "narrower", "periods",
           "call_error", "deals_error"]  # fmt: skip


def calls_for_teams(
    tables: Tables,
    fitted: DealHazards,
    *,
    as_of: date,
    period: Period,
    since: date | None = None,
    by_team: Mapping[str, Tables] | None = None,
) -> pd.DataFrame:
    """team_id ('' the company), on (the day of `as_of`), period, start, end, source (manager, rep, quota), call, corrected (the
    end of the period by it), weight (of the call beside the deals, 0..1), narrower (error of both ÷ of the deals alone),
    periods (looked at), and the mean absolute errors of either in the rest of past periods. Teams without a call now, or with
    fewer than four past ones, are left out; with `by_team`, their own tables, the quota of a team that does not call stands in
    its place. `since`: an earlier day, whose calls follow as they stood then.
    """
    days = (as_of,) if since is None else (as_of, since)
    given = [rows for day in days if len(rows := _on(tables, fitted, day, period, by_team or {}))]
    return pd.concat(given, ignore_index=True) if given else pd.DataFrame(columns=COLUMNS)


def _on(tables: Tables, fitted: DealHazards, as_of: date, period: Period, by_team: Mapping[str, Tables]) -> pd.DataFrame:
    left = round((period.end - as_of).days / 7)
    if fitted.rests.empty or left < 1:
        return pd.DataFrame(columns=COLUMNS)
    given = past_calls(tables, as_of=as_of, period=period)
    call_now = set(given.loc[given["period_start"] == pd.Timestamp(period.start), "team_id"])
    silent = [quotas_as_calls(own, team, as_of=as_of, period=period) for team, own in by_team.items() if team not in call_now]
    there = [rows for rows in (given[given["team_id"].isin(call_now)], *silent) if len(rows)]
    if not there:
        return pd.DataFrame(columns=COLUMNS)
    given = pd.concat(there, ignore_index=True)
    deals = fitted.rests[fitted.rests["left"] == left].rename(columns={"start": "period_start", "actual": "came"})
    rows = given.merge(deals[["period_start", "team_id", "came", "expected"]], on=["period_start", "team_id"], how="left")
    sells = set(deals.loc[deals["came"] > 0, "team_id"])
    if sells <= set(given["team_id"]):  # a sum of some teams says nothing of all of them
        rows = pd.concat([rows, _summed(rows)], ignore_index=True)
    parts = {str(team): _judged(part, period) for team, part in rows.groupby("team_id", observed=True)}
    known = {team: part for team, part in parts.items() if part is not None}
    teams = {team: part for team, part in known.items() if team != COMPANY}
    every = np.concatenate([errors for _, errors in teams.values()]) if teams else np.zeros((0, 2))
    found = [_row(team, now, errors, errors if team == COMPANY else every) for team, (now, errors) in known.items()]
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    days = {"on": as_of, "start": period.start, "end": period.end}
    table = pd.DataFrame(found).assign(period=period.kind, **{name: pd.Timestamp(day) for name, day in days.items()})
    return table.reindex(columns=COLUMNS)


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """The company: its teams' sums, of the periods in which as many called as do now."""
    by_period = rows.groupby("period_start", as_index=False)
    sums = by_period[["call", "so_far", "booked", "actual", "came"]].sum()
    sums["expected"] = by_period["expected"].agg(lambda some: some.sum(skipna=False))["expected"]
    sums["teams"] = by_period["team_id"].nunique()["team_id"]
    now = sums["teams"].to_numpy()[sums["period_start"].argmax()] if len(sums) else 0
    return sums[sums["teams"] == now].assign(team_id=COMPANY, source=rows["source"].mode().iloc[0] if len(rows) else "")


def _judged(rows: pd.DataFrame, period: Period) -> tuple[pd.Series, Floats] | None:
    """The running period's row with the corrected call, and the past errors: periods × (deals, call)."""
    now = rows[rows["period_start"] == pd.Timestamp(period.start)]
    past = rows[(rows["period_start"] < pd.Timestamp(period.start)) & rows["expected"].gt(0)]
    past = past[past["actual"] - past["booked"] > 0]
    if now.empty or len(past) < LEAST_PERIODS:
        return None
    drawn = DRAWN.get(str(now["source"].iloc[0]), USUALLY_DRAWN)
    told, came = (past["call"] - past["so_far"]).to_numpy(), (past["actual"] - past["so_far"]).to_numpy()
    plus = _drawn(told.sum() - told, came.sum() - came, len(past) - 1, drawn)
    ends = np.maximum(past["so_far"] + np.maximum(told, 0) / plus, past["booked"]).to_numpy()
    rest = (past["actual"] - past["booked"]).to_numpy()
    brought, expected = past["came"].to_numpy(), past["expected"].to_numpy()
    deals = expected * _drawn(brought.sum() - brought, expected.sum() - expected, len(past) - 1, USUALLY_DRAWN)
    errors = np.log(
        rest[:, None] / np.maximum(np.column_stack([deals, ends - past["booked"].to_numpy()]), SMALL * rest[:, None])
    )
    row = now.iloc[0]
    whole = float(_drawn(told.sum(), came.sum(), len(past), drawn))
    corrected = max(float(row["so_far"] + max(row["call"] - row["so_far"], 0.0) / whole), float(row["booked"]))
    named = {"source": row["source"], "call": float(row["call"]), "corrected": corrected, "booked": float(row["booked"])}
    return pd.Series(named), errors


def _drawn(one: Floats, other: Floats, periods: int, drawn: float) -> Floats:
    """How much more one sum is than the other in so many periods, drawn to as much as if `drawn` more had shown none: a
    call's optimism, or what the deals' chances are off by.
    """
    one, other = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    ratio = np.divide(one, other, out=np.ones_like(one), where=other > 0)
    return np.asarray(np.maximum(1 + periods / (periods + drawn) * (ratio - 1), LEAST_RATIO))


def _row(team: str, now: pd.Series, errors: Floats, every: Floats) -> dict[str, object]:
    found = together(errors, every)
    off = np.abs(np.expm1(-np.clip(errors, -3, 3))).mean(axis=0)
    # a call that is passed already says nothing of what is still to come
    weight = float(found.weights[1]) if now["corrected"] > now["booked"] else 0.0
    return {
        "team_id": team, "source": now["source"], "call": now["call"], "corrected": now["corrected"], "weight": weight,
        "narrower": found.narrower if weight else 1.0, "periods": len(errors), "deals_error": off[0], "call_error": off[1],
    }  # fmt: skip
