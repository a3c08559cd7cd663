"""Proposed quotas for a period to come: the team's target shared out by territory, track record and ramp. (`facts.quotas` says
which quota holds.)

In: `rep`, `opportunity`, and where there are any `rep_assignment`, `territory`, `quota`. Out: one row per seller who is
there, with the current quota beside the proposed one, and the chance to reach it. A share is
    (potential / team's mean) ** elasticity  ×  track record, shrunken  ×  capacity in the period (presence × ramp).
The track record is bookings over what the team's average seller would have booked in the same seat, pulled towards 1 so that
one lucky quarter makes no quota (`models.productivity.track_record`). The parts add up to target × over-assignment, to the
cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import MONTHS, Period
from salesanalytics.base.finding import Evidence, Finding, Says, Severity, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import TENURED, Leaving, Ramp, leaving, present, ramp_curve, team_stays, tenure_months
from salesanalytics.facts.quotas import rep_quotas_of
from salesanalytics.facts.targets import Target, next_target
from salesanalytics.models.productivity.headcount import HeadcountPaths, months_ahead
from salesanalytics.models.productivity.track_record import ELASTICITY, TrackRecord
from salesanalytics.stats import dispersion
from salesanalytics.stats.compare import holm
from salesanalytics.stats.shares import split_cents

OVER_ASSIGNMENT = 1.10
LEAST_DEALS = 5  # with fewer won, or within the first year, a quota is not judged by the track record
OUT_OF_REACH = 0.3  # a target with less of a chance is not shared out before what can be reached is said
FAR = 0.15  # a quota closer than this to the proposed one is not worth a talk
COLUMNS = ["rep_id", "name", "today", "proposed", "change", "potential", "history", "low", "high", "capacity", "p_reach", "n"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class QuotaPlan(Result):
    """Proposed quotas of `period`; money in the base currency.

    `table`: one row per seller there, largest first: rep_id, name, today (quota of the period, else the last one before),
    proposed, change (share of today's), potential (yearly, of the territory), history (bookings of a whole period at full
    speed, shrunken), low and high (80% range of the period's bookings), capacity (full-time sellers at full speed, 0..1),
    p_reach, n (deals won in the periods looked at), verdict ("high", "low" or ""). `target` is the team's; `total` the sum of
    proposals; `p_team` the chance of the team to make the target; `landing` low, middle and high (80%) of the team's bookings;
    `booked` what is already won for the period; `today_total` the sum of today's. None: cannot be told. `over_assignment`: sum
    of proposals ÷ target; `elasticity` of bookings to the territory's potential; `ramp_known`: whether the ramp was estimated
    here; `periods`: past ones looked at.
    """

    over_assignment: float
    target: Target
    total: float | None = None
    booked: float = 0.0
    p_team: float | None = None
    landing: tuple[float, float, float] | None = None
    today_total: float | None = None
    elasticity: float = ELASTICITY
    ramp_known: bool = False
    periods: int = 0


def quota_plan(
    tables: Tables,
    *,
    as_of: date,
    period: Period,
    target: float | None = None,
    over_assignment: float = OVER_ASSIGNMENT,
    ramp: Ramp | None = None,
    leavers: Leaving | None = None,
    seed: int = 0,
) -> QuotaPlan:
    """Quotas of `period` for the sellers who are there at the end of `as_of`, adding up to target × `over_assignment`
    exactly.

    `target`: the team's, in the base currency; by default its quota of the period, else last year's bookings grown as the
    business has (`targets`). `ramp` and `leavers`: the company's, where the team's own numbers are few. Without a target there
    are no proposals, without sellers no rows. ValueError where target or over-assignment is 0 or less.
    """
    if over_assignment <= 0 or (target is not None and target <= 0):
        raise ValueError(f"target is {target}, over_assignment {over_assignment}; expected amounts above 0")
    tables = known_on(tables, as_of)
    goal = next_target(tables, as_of=as_of, period=period, given=target)
    team = _team(tables, as_of, period)
    empty = QuotaPlan(
        as_of=as_of,
        period=period,
        table=pd.DataFrame(columns=[*COLUMNS, "verdict"]),
        over_assignment=over_assignment,
        target=goal,
    )
    won = tables["opportunity"][tables["opportunity"]["is_won"]]
    mine = won[period.holds(won["closed_on"])]
    empty = replace(empty, booked=float(mine["amount"].sum()))
    if team.empty:
        return empty.saying(*_nobody(period))
    curve = ramp or ramp_curve(tables, as_of=as_of)
    past = TrackRecord.of(tables, as_of, period, team, curve)
    capacity = team["part"].to_numpy() * curve.at(team["tenure"].to_numpy())
    booked = team["rep_id"].map(mine.groupby("owner_rep_id")["amount"].sum()).fillna(0.0).to_numpy(dtype=np.float64)
    paths = HeadcountPaths.of(tables, as_of, months_ahead(as_of), curve, leavers or leaving(tables, as_of=as_of), seed)
    drawn = None
    low = high = history = np.full(len(team), np.nan)
    if past.periods and paths is not None and period.holds(paths.months).any():
        inside = period.holds(paths.months).to_numpy()
        bookings = past.simulate(capacity, booked, paths.worth()[:, inside].sum(axis=1), np.random.default_rng(seed))
        drawn = _Drawn(bookings, empty.booked + paths.bookings()[:, inside].sum(axis=1))
        low, high = np.quantile(bookings, [0.1, 0.9], axis=0)
        history = past.territory * past.seller * paths.full.over(period)
    table = team.assign(
        history=history,
        low=low,
        high=high,
        capacity=capacity,
        n=past.deals,
        settled=tenure_months(team["hired"], pd.Timestamp(as_of)) >= TENURED,
        today=_today(tables, team, as_of, period),
    )
    rough = past.territory * past.seller * capacity
    found = replace(empty, elasticity=past.elasticity, ramp_known=curve.known, periods=past.periods)
    return _proposed(found, table, [float(f"{weight:.12g}") for weight in rough], drawn, past)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Bookings of the period, draws × `sellers`, and of the `team`; as `capacity` draws them: one quarter, one chance."""

    sellers: Floats
    team: Floats


def _proposed(
    found: QuotaPlan, table: pd.DataFrame, weights: list[float], drawn: _Drawn | None, past: TrackRecord
) -> QuotaPlan:
    """The plan with proposals, chances and findings."""
    goal = found.target.amount
    total = None if goal is None else round(goal * found.over_assignment, 2)
    proposed = np.full(len(table), np.nan) if total is None else split_cents(total, weights)
    table = table.assign(
        proposed=proposed,
        change=proposed / table["today"].where(table["today"] > 0) - 1,
        p_reach=(drawn.sellers >= proposed).mean(axis=0) if drawn is not None and total is not None else np.nan,
    )
    table = table.assign(verdict=_verdicts(table, past))
    table = table.sort_values(["proposed", "rep_id"], ascending=[False, True], ignore_index=True)[[*COLUMNS, "verdict"]]
    found = replace(
        found,
        table=table,
        total=total,
        p_team=float((drawn.team >= goal).mean()) if drawn is not None and goal is not None else None,
        landing=None if drawn is None else _low_middle_high(drawn.team),
        today_total=float(table["today"].sum()) if table["today"].notna().any() else None,
    )
    return found.saying(*_findings(found))


def _team(tables: Tables, as_of: date, period: Period) -> pd.DataFrame:
    """One row per seller there: rep_id, name, part (of the period they can work), tenure (mid-period, months), potential."""
    sellers = present(team_stays(tables, as_of), as_of).sort_values("rep_id", ignore_index=True)
    middle = pd.Timestamp(period.start) + (pd.Timestamp(period.end) - pd.Timestamp(period.start)) / 2
    names = tables["rep"].set_index("rep_id")["name"]
    first = pd.Timestamp(period.start)
    begun = sellers["hired"].where(sellers["hired"] > first, first)
    part = ((pd.Timestamp(period.end) - begun).dt.days + 1).clip(lower=0) / period.days
    return pd.DataFrame(
        {
            "rep_id": sellers["rep_id"],
            "name": sellers["rep_id"].map(names),
            "hired": sellers["hired"],
            "part": part.clip(upper=1.0),
            "tenure": tenure_months(sellers["hired"], middle),
            "potential": sellers["rep_id"].map(_potential(tables)).astype("float64"),
        }
    )


def _potential(tables: Tables) -> "pd.Series[float]":
    """Yearly potential of the territory each rep works last; missing where none is known."""
    if "territory" not in tables or "rep_assignment" not in tables:
        return pd.Series(dtype="float64")
    rows = tables["rep_assignment"].sort_values(["rep_id", "valid_from"]).drop_duplicates("rep_id", keep="last")
    potential = tables["territory"].set_index("territory_id")["potential"]
    return rows["territory_id"].map(potential).set_axis(rows["rep_id"]).dropna()


def _today(tables: Tables, team: pd.DataFrame, as_of: date, period: Period) -> "pd.Series[float]":
    """Each seller's quota of `period`, else the last one set within a year before it."""
    today = pd.Series(np.nan, index=team.index)
    for quotas in rep_quotas_of(tables, [period.shift(-back) for back in range(12 // MONTHS[period.kind] + 1)], as_of):
        rows = quotas.set_index("rep_id")["full"]
        today = today.fillna(team["rep_id"].map(rows[rows > 0]).astype("float64"))
    return today


def _low_middle_high(drawn: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(drawn, [0.1, 0.5, 0.9])
    return float(low), float(middle), float(high)


def _verdicts(table: pd.DataFrame, past: TrackRecord) -> list[str]:
    """ "high" or "low" where a seller's bookings rule out what today's quota asks for, all sellers looked at together.

    Today's quotas are first brought to the sum of the proposed ones: how far apart the sums are is another matter.
    """
    both = table["today"].notna() & table["proposed"].gt(0) & table["settled"] & table["n"].ge(LEAST_DEALS)
    if not past.periods or both.sum() < 2:
        return [""] * len(table)
    fair = table["today"] * (table.loc[both, "proposed"].sum() / table.loc[both, "today"].sum())
    # what today's quotas would have asked of the past periods, held against what was booked in them; no prior in it
    asked = past.seller * (table["today"] / table["proposed"].where(both)).to_numpy() * past.expected
    booked, asked = past.booked[both], asked[both]
    asked *= booked.sum() / asked.sum()
    below = dispersion.chance_below(booked, asked, past.dispersion)
    adjusted = pd.Series(holm(list(2 * np.minimum(below, 1 - below))), index=table.index[both]).reindex(table.index)
    high = pd.Series(asked > booked, index=table.index[both]).reindex(table.index, fill_value=False)
    moves = np.where(
        high, table["proposed"] < table["today"], table["proposed"] > table["today"]
    )  # no raise is called too high
    off = (adjusted < 0.05) & ((fair / table["proposed"] - 1).abs() > FAR) & moves
    return ["" if not far else "high" if over else "low" for far, over in zip(off, high, strict=True)]


def _nobody(period: Period) -> tuple[Finding, ...]:
    evidence = Evidence(0, "reps", period=(period.start, period.end))
    return (Finding("quota_plan.no_reps", "watch", {}, evidence, owner="operations"),)


def _findings(found: QuotaPlan) -> list[Finding]:
    span, table, goal = (found.period.start, found.period.end), found.table, found.target.amount
    reps = Evidence(len(table), "reps", period=span)
    if goal is None or found.total is None:
        return [Finding("quota_plan.no_target", "watch", {"span": span}, reps, owner="operations")]
    if found.booked >= goal > 0:
        return [Finding("quota_plan.target_won", "watch", {"booked": found.booked, "goal": goal, "span": span}, reps)]
    values = {"total": found.total, "goal": goal, "over": found.over_assignment, "n": len(table), "span": span}
    if found.p_team is None or found.landing is None:
        return [Finding("quota_plan.no_history", "watch", values, reps, owner="operations")]
    low, middle, high = found.landing
    out_of_reach = not found.target.assumed and found.p_team < OUT_OF_REACH
    severity: Severity = "good" if found.p_team >= 0.7 else "watch"
    evidence = Evidence(int(table["n"].sum()), "won_deals", low, high, "money", 0.8)
    key = f"quota_plan.sum_{found.target.source}"
    told = values | {"p": found.p_team, "landing": middle, "growth": (found.target.growth or 1.0) - 1.0}
    first = Finding(
        key, severity, told, evidence, weight=max(goal - middle, 0.0), rests_on=found.target.assumed, horizon="next"
    )
    reachable = [_affordable(found, values, evidence)] if out_of_reach else []
    return [*reachable, first, *(_far(table, verdict) for verdict in ("high", "low") if (table["verdict"] == verdict).any())]


def _affordable(found: QuotaPlan, values: Mapping[str, object], evidence: Evidence) -> Finding:
    """What these people bring, and the target that has an even chance, before any of it is shared out."""
    middle, goal = found.landing[1] if found.landing else 0.0, found.target.amount or 0.0
    told = dict(values) | {"p": found.p_team, "even": middle}
    about: tuple[Subject, str] = ("plan", found.period.start.isoformat())
    weight = max(goal - middle, 0.0)
    return Finding("quota_plan.affordable", "act", told, evidence, weight, about=about, says="lower", horizon="next")


def _far(table: pd.DataFrame, verdict: str) -> Finding:
    """Sellers whose current quota is far above or below what territory and track record can carry."""
    rows = table[table["verdict"] == verdict]
    gap = (rows["today"] - rows["proposed"]).abs().to_numpy()
    top = rows.iloc[int(gap.argmax())]
    today, proposed, low, high = (float(top[name]) for name in ("today", "proposed", "low", "high"))
    values = {"n": len(rows), "rep": top["name"], "today": today, "proposed": proposed, "all": len(table)}
    evidence = Evidence(int(top["n"]), "won_deals", low, high, "money", 0.8)
    about: tuple[Subject, str] = ("rep", str(top["rep_id"]))
    says: Says = "lower" if verdict == "high" else "raise"
    return Finding(f"quota_plan.too_{verdict}", "watch", values, evidence, weight=float(gap.sum()), about=about, says=says)
