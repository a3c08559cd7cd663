"""Monthly bookings, and where the year lands: per team and for the company, with how wrong such forecasts were before.

In: `opportunity` (won deals), `quota` where there is one, per team. Out: complete months as a tidy history; the forecast of the
months to come, which adds up from teams to regions to the company; and the year's end against its goal. The month that runs is
forecast as a whole, never below what it has won. Reads past bookings alone: the open pipeline is another question.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period, period_of
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.goal import team_quota
from salesanalytics.facts.monthly_bookings import monthly_bookings
from salesanalytics.models.forecast.backtest import Backtest, backtest_series
from salesanalytics.models.forecast.score import bias, coverage, wape
from salesanalytics.models.forecast.series import SeriesForecast, forecast_series
from salesanalytics.models.forecast.start import Start, months_from, starts_of, sum_from

COMPANY_ID = "= company"  # no team has it: ids of teams come from data
SEASON = 12
LEAST_MONTHS = 6  # complete months a team needs for a word about the year
LEAST_CHECKED = 8  # past forecasts a word about their error needs
ORIGINS, CHECKED_AHEAD = 6, 6
LARGE = 0.3  # an error of more than this share of a month's bookings is nothing to call good
NARROW = 0.65  # an 80% range that held less often than this is not one
COLUMNS = ["team_id", "ds", "kind", "booked", "mean", "lo_80", "hi_80", "lo_95", "hi_95", "naive"]
REST = ["rest_start", "rest_end", "rest", "rest_low", "rest_high"]
LANDING = ["team_id", "booked", "landing", "low", "high", "goal", "months_left", "n", "checked", "wape", "bias", "coverage_80",
           "naive_wape", "year_start", "year_end", *REST]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BookingsForecast(Result):
    """`table`: one row per team ('' is the company) and month: kind (`past`, `forecast`, `check`), booked (the actual value),
    mean, lo_80 … hi_95, naive. A `check` row is a past forecast of one month, the earliest made of it (at most `CHECKED_AHEAD`
    months before), beside the actual bookings.

    `landing`: one row per team and the company: booked (so far in the year that is forecast), landing, low, high (80%) of that
    year's twelve months, goal, months_left (of it, not complete), n (complete months behind it), and of past forecasts:
    checked, wape, bias, coverage_80, naive_wape. Where that year is the next one, what the running year still brings stands
    beside it: rest with rest_low and rest_high (80%), the sum over the months from rest_start (first day of the first month
    that is not complete) to rest_end; missing otherwise, and where the landing of the running period tells it. `methods` as in
    `forecast_series`; `backtest`: past forecasts of all series, as in `backtest_series`.

    The range of a sum comes from past forecasts' errors, added up over the same months ahead: two months before a year begins,
    over the third to the fourteenth, and not over the first two, which belong to the rest. What the running period still brings
    is the landing's to say, where it says something (`Start`): its months then come to what the landing has.
    """

    landing: pd.DataFrame
    methods: pd.DataFrame
    backtest: Backtest

    @property
    def company(self) -> "Outlook":
        """The whole company's months ahead."""
        return _outlook(self.table, self.landing, "", self.as_of, self.period)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outlook(Result):
    """One team's months ahead: its rows of `BookingsForecast.table`, and what they say of the year. Empty: none are known."""


def outlook(
    tables: Tables,
    *,
    as_of: date,
    months: pd.DataFrame | None,
    year: pd.DataFrame | None,
    team_id: str = "",
    fiscal_year_start: int = 1,
) -> Outlook:
    """One team's part (empty id: the company's) of what `bookings_forecast` worked out for all teams.

    `months`, `year`: its `table` and `landing` as the company's notebook handed them over; None: it did not.
    """
    return _outlook(months, year, team_id, as_of, planning_year(as_of, fiscal_year_start))


def planning_year(as_of: date, fiscal_year_start: int = 1) -> Period:
    """The fiscal year there is still something to plan in: in a year's last quarter the next."""
    next_quarter = period_of(as_of, "quarter", fiscal_year_start).shift(1)
    return period_of(next_quarter.start, "year", fiscal_year_start)


def _outlook(table: pd.DataFrame | None, landing: pd.DataFrame | None, team_id: str, as_of: date, period: Period) -> Outlook:
    if table is None or landing is None:
        return Outlook(as_of=as_of, period=period, table=pd.DataFrame(columns=COLUMNS))
    mine = landing[landing["team_id"] == team_id]
    found = [one for row in mine.to_dict("records") for one in _of_year(row, period)]
    rows = table[table["team_id"] == team_id].reset_index(drop=True)
    return Outlook(as_of=as_of, period=period, table=rows).saying(*found)


def bookings_forecast(
    tables_by_team: Mapping[str, Tables],
    *,
    as_of: date,
    horizon: int = 12,
    fiscal_year_start: int = 1,
    landings: pd.DataFrame | None = None,
    seed: int = 0,
) -> BookingsForecast:
    """Each team's and the company's bookings of the next `horizon` months (at least to the year's end), and the year's end.

    `tables_by_team`: team id to its tables. One row of `table` per team and month; money in the base currency. The year is the
    one there is still something to plan in: in a year's last quarter the next, as its own end is then a matter of open deals.
    `landings`: where the running period will land, as `landings_for_teams` has it; the months ahead start from there.
    """
    known = {team: known_on(tables, as_of) for team, tables in tables_by_team.items()}
    year = planning_year(as_of, fiscal_year_start)
    history = _history(known, as_of)
    ahead = max(horizon, sum(_months_ahead(history, year)))
    parents = _parents(known, history)
    told = forecast_series(history, horizon=ahead, season_length=SEASON, hierarchy=parents, seed=seed)
    past = backtest_series(
        history,
        horizon=CHECKED_AHEAD,
        season_length=SEASON,
        origins=ORIGINS,
        step=1,
        hierarchy=parents,
        least=SEASON,
        seed=seed,
    )
    starts = starts_of(history, landings, COMPANY_ID)
    landing = _landing(known, history, told, past, year, as_of, starts)
    table = _table(history, told, past, known, starts)
    answer = BookingsForecast(as_of=as_of, period=year, table=table, landing=landing, methods=told.methods, backtest=past)
    return answer.saying(*answer.company.findings)


def _of_year(row: Mapping[Any, Any], period: Period) -> tuple[Finding, ...]:
    """What a row of `landing` says of the year `period`; where it speaks of another one, that."""
    year = Period(row["year_start"].date(), row["year_end"].date(), "year")
    if year.span == period.span:
        return landing_findings(row, year)
    evidence = Evidence(int(row["n"]), "months", period=period.span)
    return (Finding("bookings.other_year", "watch", {"year": year.span, "own": period.span}, evidence, owner="operations"),)


def landing_findings(row: Mapping[Any, Any], year: Period) -> tuple[Finding, ...]:
    """What one row of `landing` says: where the year will land, and how good such forecasts were."""
    value = {name: float(row[name]) for name in LANDING if name not in ("team_id", "year_start", "year_end", *REST)}
    months = Evidence(int(value["n"]), "months", value["low"], value["high"], "money", 0.8, (year.start, year.end))
    if value["n"] < LEAST_MONTHS or np.isnan(value["low"]):
        few = Evidence(int(value["n"]), "months", period=(year.start, year.end))
        key = "bookings.too_few" if value["n"] < LEAST_MONTHS else "bookings.nothing"
        return (Finding(key, "watch", {"n": int(value["n"]), "enough": LEAST_MONTHS}, few),)
    return (_lands(value, months), *_rest_finding(row, int(value["n"])), *_how_good(value))


def _rest_finding(row: Mapping[Any, Any], n: int) -> list[Finding]:
    """What the rest of the running year brings, where the year above is the next one."""
    if np.isnan(row["rest"]) or np.isnan(row["rest_low"]):
        return []
    span = (row["rest_start"].date(), row["rest_end"].date())
    evidence = Evidence(n, "months", float(row["rest_low"]), float(row["rest_high"]), "money", 0.8, span)
    return [Finding("bookings.rest", "watch", {"rest": float(row["rest"]), "span": span}, evidence)]


def _lands(value: Mapping[str, float], evidence: Evidence) -> Finding:
    goal = value["goal"]
    told: dict[str, Any] = {name: value[name] for name in ("booked", "landing", "low", "high")}
    told["year"] = evidence.period
    if np.isnan(goal):
        return Finding("bookings.no_goal", "watch", told, evidence, owner="operations", says="record", horizon="later")
    gap = goal - value["landing"]
    told |= {"goal": goal, "gap": abs(gap)}
    if value["booked"] >= goal:
        return Finding("bookings.reached", "good", told | {"over": value["booked"] - goal}, evidence)
    if value["high"] < goal:
        return Finding("bookings.short", "act", told, evidence, weight=gap)
    if value["low"] >= goal:
        return Finding("bookings.safe", "good", told, evidence)
    return Finding("bookings.open", "watch", told, evidence, weight=max(gap, 0.0))


def _how_good(value: Mapping[str, float]) -> list[Finding]:
    """Whether past forecasts were better than last year's months, and how often their range held."""
    checked = int(value["checked"])
    if checked < LEAST_CHECKED or np.isnan(value["wape"]):
        return []
    evidence = Evidence(checked, "forecasts")
    told = {"error": value["wape"], "naive": value["naive_wape"], "held": value["coverage_80"], "n": checked}
    if value["coverage_80"] < NARROW:
        return [Finding("bookings.checked_narrow", "watch", told, evidence)]
    gain = round(value["naive_wape"], 2) - round(value["wape"], 2)  # as the page says them
    key = "bookings.checked" if gain > 0 else "bookings.checked_alike" if gain == 0 else "bookings.checked_naive"
    return [Finding(key, "good" if gain > 0 and value["wape"] < LARGE else "watch", told, evidence)]


def _history(known: Mapping[str, Tables], as_of: date) -> pd.DataFrame:
    """Bookings per team and complete month, all teams from the month on in which the first of them closed a deal."""
    parts = [monthly_bookings(tables, as_of=as_of, by="team", team_id=team) for team, tables in known.items()]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame({"unique_id": [], "ds": [], "y": []})


def _parents(known: Mapping[str, Tables], history: pd.DataFrame) -> pd.DataFrame:
    """Team → region → company.

    A region is a level of its own only where it is kept and puts some but not all teams together.
    """
    teams = sorted(history["unique_id"].unique())
    rows = pd.DataFrame({"unique_id": teams, "company": COMPANY_ID})
    regions = [_region(known[team], team) for team in teams]
    if None not in regions and 1 < len(set(regions)) < len(teams):
        rows["region"] = [f"region {name}" for name in regions]
    return rows


def _region(tables: Tables, team: str) -> str | None:
    if "team" not in tables or "region" not in tables["team"]:
        return None
    rows = tables["team"].loc[tables["team"]["team_id"] == team, "region"].dropna()
    return str(rows.iloc[0]) if len(rows) else None


def _months_ahead(history: pd.DataFrame, year: Period) -> tuple[int, int]:
    """Months that are not complete, the one that runs included: before the year begins (0 once it runs), and within it."""
    if history.empty:
        return 0, 0
    done = history["ds"].max().to_period("M")
    to_start, to_end = (int((pd.Timestamp(day).to_period("M") - done).n) for day in (year.start, year.end))
    before = max(to_start - 1, 0)
    return before, max(to_end - before, 0)


def _rest_of_running_year(history: pd.DataFrame, year: Period) -> Period | None:
    """From the first month that is not complete to the day before `year` begins; None once the year runs."""
    before, _ = _months_ahead(history, year)
    if not before:
        return None
    end = year.start - timedelta(days=1)
    return Period((pd.Timestamp(year.start) - pd.DateOffset(months=before)).date(), end, "month")


def _table(
    history: pd.DataFrame, told: SeriesForecast, past: Backtest, known: Mapping[str, Tables], starts: Mapping[str, Start]
) -> pd.DataFrame:
    """Past, forecast and past forecasts under one another; of past forecasts of one month, the earliest made."""
    company = history.groupby("ds", as_index=False)["y"].sum().assign(unique_id=COMPANY_ID)
    actual = pd.concat([history, company]).rename(columns={"y": "booked"}).assign(kind="past")
    checks = past.forecasts.sort_values("h", ascending=False).drop_duplicates(["unique_id", "ds"])
    checks = checks.rename(columns={"y": "booked"}).assign(kind="check")
    frames = [frame for frame in (actual, months_from(starts, told.table).assign(kind="forecast"), checks) if len(frame)]
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[rows["unique_id"].isin([*known, COMPANY_ID])]
    rows = rows.assign(team_id=rows["unique_id"].mask(rows["unique_id"] == COMPANY_ID, ""))
    ordered: pd.DataFrame = rows.sort_values(["team_id", "kind", "ds"], ignore_index=True).reindex(columns=COLUMNS)
    return ordered


def _landing(
    known: Mapping[str, Tables],
    history: pd.DataFrame,
    told: SeriesForecast,
    past: Backtest,
    year: Period,
    as_of: date,
    starts: Mapping[str, Start],
) -> pd.DataFrame:
    """One row per team and for the company."""
    rest = _rest_of_running_year(history, year)
    goals = {team: team_quota(tables, year, as_of) for team, tables in known.items()}
    so_far = {team: _won(tables, year, as_of) for team, tables in known.items()}
    of_rest = {team: _won(tables, rest, as_of) if rest else 0.0 for team, tables in known.items()}
    rows = []
    for team in sorted(history["unique_id"].unique()):
        mine = history[history["unique_id"] == team]
        row = _row(team, team, mine, told, past, year, so_far[team], goals[team], starts)
        rows.append(row | _rest(team, told, rest, of_rest[team], starts))
    if rows:
        all_goals = [goal for goal in goals.values() if goal is not None]
        goal = sum(all_goals) if len(all_goals) == len(goals) else None
        whole = history.groupby("ds")["y"].sum().reset_index()
        row = _row("", COMPANY_ID, whole, told, past, year, sum(so_far.values()), goal, starts)
        rows.append(row | _rest(COMPANY_ID, told, rest, sum(of_rest.values()), starts))
    return pd.DataFrame(rows, columns=LANDING)


def _row(
    team: str,
    unique_id: str,
    mine: pd.DataFrame,
    told: SeriesForecast,
    past: Backtest,
    year: Period,
    booked: float,
    goal: float | None,
    starts: Mapping[str, Start],
) -> dict[str, object]:
    complete = float(mine.loc[year.holds(mine["ds"]), "y"].sum())
    before, left = _months_ahead(mine, year)
    low, mean, high = sum_from(starts.get(unique_id), told, unique_id, left, skip=before) if left else (0.0, 0.0, 0.0)
    tried = past.forecasts[past.forecasts["unique_id"] == unique_id]
    return {
        "team_id": team,
        "booked": booked,
        "landing": max(complete + mean, booked),
        "low": _at_least(complete + low, booked),
        "high": _at_least(complete + high, booked),
        "goal": np.nan if goal is None else goal,
        "months_left": left,
        "n": len(mine),
        "checked": len(tried),
        "wape": wape(tried["y"], tried["mean"]),
        "bias": bias(tried["y"], tried["mean"]),
        "coverage_80": coverage(tried["y"], tried["lo_80"], tried["hi_80"]),
        "naive_wape": wape(tried["y"], tried["naive"]),
        "year_start": pd.Timestamp(year.start),
        "year_end": pd.Timestamp(year.end),
    }


def _rest(
    unique_id: str, told: SeriesForecast, rest: Period | None, booked: float, starts: Mapping[str, Start]
) -> dict[str, object]:
    """What the running year still brings before the one that is forecast begins, unless the landing tells; `booked` is won of
    it already.
    """
    months = 0 if rest is None else len(pd.period_range(rest.start, rest.end, freq="M"))
    if rest is None or (unique_id in starts and starts[unique_id].months == months):
        return dict.fromkeys(REST, np.nan) | {"rest_start": pd.NaT, "rest_end": pd.NaT}
    low, mean, high = sum_from(starts.get(unique_id), told, unique_id, months)
    return {
        "rest_start": pd.Timestamp(rest.start),
        "rest_end": pd.Timestamp(rest.end),
        "rest": max(mean, booked),
        "rest_low": _at_least(low, booked),
        "rest_high": _at_least(high, booked),
    }


def _at_least(end: float, booked: float) -> float:
    """An end of a range, not below what is booked already; missing where it is not known."""
    return max(end, booked) if end == end else np.nan


def _won(tables: Tables, period: Period, as_of: date) -> float:
    deals = tables["opportunity"]
    won = deals[deals["is_won"] & period.until(as_of).holds(deals["closed_on"])]
    return float(won["amount"].sum())
