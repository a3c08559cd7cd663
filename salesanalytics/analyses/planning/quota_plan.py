"""Proposed quotas for a period to come: the team's target shared out by land, history and ramp. (`quotas` says which one
holds.)

In: `rep`, `opportunity`, and where there are any `rep_assignment`, `territory`, `quota`. Out: one row per seller who is
there, with today's quota beside the proposed one, and the chance to reach it. A share is
    (potential / team's mean) ** elasticity  ×  own history, shrunken  ×  capacity in the period (presence × ramp).
Own history is bookings over what the team's average seller would have booked in the same periods, at the same tenure, on the
same land; it is pulled towards 1 as far as chance explains the spread between sellers (empirical Bayes, gamma–Poisson with
money in place of counts), so that one lucky quarter makes no quota. The parts add up to target × over-assignment, to the
cent.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from salesanalytics.base.calendar import MONTHS, Period
from salesanalytics.base.finding import Evidence, Finding, Severity
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import (
    PERIOD_SPREAD,
    TENURED,
    Ramp,
    present,
    ramp_curve,
    records_begin,
    rep_months,
    stays,
    tenure_months,
)
from salesanalytics.facts.quotas import rep_quotas
from salesanalytics.facts.targets import Target, next_target
from salesanalytics.stats.compare import holm
from salesanalytics.stats.shares import split_cents

PRIOR_PERIODS = 4  # how far periods differ from each other is held to be usual until so many have shown it
OVER_ASSIGNMENT = 1.10
ELASTICITY, ELASTICITY_DOUBT = 0.5, 0.25  # before looking: twice the land brings less than twice the business
PAST_MONTHS = 24
LEAST_SPREAD = 0.10  # sellers differ by at least so much, whatever few periods seem to say
LEAST_DEALS = 5  # with fewer won, or within the first year, a quota is not judged by history
FAR = 0.15  # a quota closer than this to what is carried is not worth a talk
DRAWS = 4000
COLUMNS = ["rep_id", "name", "today", "proposed", "change", "potential", "history", "low", "high", "capacity", "p_reach", "n"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class QuotaPlan(Result):
    """Proposed quotas of `period`; money in the base currency.

    `table`: one row per seller there, largest first: rep_id, name, today (quota of the period, else the last one before),
    proposed, change (share of today's), potential (yearly, of the territory), history (bookings of a whole period at full
    speed, shrunken), low and high (80% range of the period's bookings), capacity (full-time sellers at full speed, 0..1),
    p_reach, n (deals won in the periods looked at), verdict ("high", "low" or ""). `target` is the team's; `total` the sum of
    proposals; `p_team` the chance of the team to make the target; `landing` low, middle and high (80%) of the team's
    bookings; `booked` what is already won for the period; `today_total` the sum of today's. None: cannot be told.
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
    seed: int = 0,
) -> QuotaPlan:
    """Quotas of `period` for the sellers who are there at the end of `as_of`, adding up to target × `over_assignment`
    exactly.

    `target`: the team's, in the base currency; by default its quota of the period, else last year's bookings grown as the
    business has (`targets`). `ramp`: the company's curve where the team's own newcomers are few. Without a target there are
    no proposals, without sellers no rows. ValueError where target or over-assignment is 0 or less.
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
    past = _Past.of(tables, as_of, period, team, curve)
    capacity = team["part"].to_numpy() * curve.at(team["tenure"].to_numpy())
    booked = team["rep_id"].map(mine.groupby("owner_rep_id")["amount"].sum()).fillna(0.0).to_numpy(dtype=np.float64)
    bookings = past.simulate(capacity, booked, period.elapsed(as_of), np.random.default_rng(seed))
    low, high = np.quantile(bookings, [0.1, 0.9], axis=0) if past.rate else np.full((2, len(team)), np.nan)
    table = team.assign(
        history=past.land * past.skill * past.rate if past.rate else np.nan,
        low=low,
        high=high,
        capacity=capacity,
        n=past.deals,
        settled=tenure_months(team["hired"], pd.Timestamp(as_of)) >= TENURED,
        today=_today(tables, team, as_of, period),
    )
    rough = past.land * past.skill * capacity
    found = replace(empty, elasticity=past.elasticity, ramp_known=curve.known, periods=past.periods)
    return _proposed(found, table, [float(f"{weight:.12g}") for weight in rough], bookings, past)


def _proposed(found: QuotaPlan, table: pd.DataFrame, weights: list[float], bookings: Floats, past: "_Past") -> QuotaPlan:
    """The plan with proposals, chances and findings."""
    goal = found.target.amount
    total = None if goal is None else round(goal * found.over_assignment, 2)
    proposed = np.full(len(table), np.nan) if total is None else split_cents(total, weights)
    table = table.assign(
        proposed=proposed,
        change=proposed / table["today"].where(table["today"] > 0) - 1,
        p_reach=(bookings >= proposed).mean(axis=0) if past.rate and total is not None else np.nan,
    )
    table = table.assign(verdict=_verdicts(table, past))
    table = table.sort_values(["proposed", "rep_id"], ascending=[False, True], ignore_index=True)[[*COLUMNS, "verdict"]]
    sums = bookings.sum(axis=1)
    found = replace(
        found,
        table=table,
        total=total,
        p_team=float((sums >= goal).mean()) if past.rate and goal is not None else None,
        landing=_low_middle_high(sums) if past.rate else None,
        today_total=float(table["today"].sum()) if table["today"].notna().any() else None,
    )
    return found.saying(*_findings(found))


def _team(tables: Tables, as_of: date, period: Period) -> pd.DataFrame:
    """One row per seller there: rep_id, name, part (of the period they can work), tenure (mid-period, months), potential."""
    there = present(stays(tables, as_of), as_of).sort_values("rep_id", ignore_index=True)
    middle = pd.Timestamp(period.start) + (pd.Timestamp(period.end) - pd.Timestamp(period.start)) / 2
    names = tables["rep"].set_index("rep_id")["name"]
    first = pd.Timestamp(period.start)
    begun = there["hired"].where(there["hired"] > first, first)
    part = ((pd.Timestamp(period.end) - begun).dt.days + 1).clip(lower=0) / period.days
    return pd.DataFrame(
        {
            "rep_id": there["rep_id"],
            "name": there["rep_id"].map(names),
            "hired": there["hired"],
            "part": part.clip(upper=1.0),
            "tenure": tenure_months(there["hired"], middle),
            "potential": there["rep_id"].map(_potential(tables)).astype("float64"),
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
    for back in range(12 // MONTHS[period.kind] + 1):
        rows = rep_quotas(tables, period.shift(-back), as_of).set_index("rep_id")["full"]
        today = today.fillna(team["rep_id"].map(rows[rows > 0]).astype("float64"))
    return today


@dataclass(frozen=True, slots=True)
class _Past:
    """What the last two years say of each seller in the team (arrays, one value per seller) and of the team.

    `land` factor of the territory; `skill` shrunken factor of the person, with the gamma posterior `shape`, `weight`;
    `booked` in the past periods and what was `expected` of an average seller in that seat; `deals` won; `rate` bookings per
    period of an average seller at full speed (0: unknown), `doubt` its log standard deviation; `lump` money per unit of
    variance.
    """

    land: Floats
    skill: Floats
    shape: Floats
    weight: Floats
    booked: Floats
    expected: Floats
    deals: NDArray[np.int64]
    rate: float
    doubt: float
    lump: float
    elasticity: float
    periods: int

    @classmethod
    def of(cls, tables: Tables, as_of: date, period: Period, team: pd.DataFrame, curve: Ramp) -> "_Past":
        """Reads the full periods of the last two years (at least the last one), of everybody who was in the team."""
        rows, periods = _panel(tables, as_of, period, curve)
        ids = team["rep_id"]
        sums = rows.groupby("rep_id")[["booked", "won", "fte"]].sum().reindex(ids).fillna(0.0)
        lump = _lump(tables, rows)
        flat = pd.Series(1.0, index=ids)
        if not len(rows) or rows["booked"].sum() <= 0:
            one, none = np.ones(len(ids)), np.zeros(len(ids), dtype=np.int64)
            return cls(_land(team, ELASTICITY), one, one, one, one, one, none, 0.0, 0.0, 1.0, ELASTICITY, 0)
        elasticity = _elasticity(team, sums, _expected(rows, flat).reindex(ids).fillna(0.0), lump)
        land = pd.Series(_land(team, elasticity), index=ids)
        expected = _expected(rows, land)
        booked_by_all = rows.groupby("rep_id")["booked"].sum()
        prior = lump / _spread(booked_by_all, expected, lump)
        mine = np.asarray(expected.reindex(ids).fillna(0.0), dtype=np.float64)
        shape, weight = (prior + sums["booked"].to_numpy()) / lump, (prior + mine) / lump
        rate, doubt = _rate(rows, land, period, lump)
        deals = sums["won"].to_numpy(dtype=np.int64)
        factor, skill = np.asarray(land, dtype=np.float64), np.asarray(shape / weight, dtype=np.float64)
        return cls(
            factor,
            skill,
            shape,
            np.asarray(weight),
            sums["booked"].to_numpy(dtype=np.float64),
            mine,
            deals,
            rate,
            doubt,
            lump,
            elasticity,
            periods,
        )

    def simulate(self, capacity: Floats, booked: Floats, elapsed: float, rng: np.random.Generator) -> Floats:
        """Bookings of the period, draws × sellers: what is won already plus what the rest of the days brings.

        Skill and level are drawn from what is known of them, and the period's own luck as a gamma variable with the variance of
        few large deals (compound Poisson).
        """
        size = (DRAWS, len(capacity))
        level = self.rate * rng.lognormal(-(self.doubt**2) / 2, self.doubt, (DRAWS, 1))
        skill = rng.gamma(self.shape, 1 / self.weight, size)
        mean = np.maximum(self.land * skill * capacity * level * (1 - elapsed), 1e-9)
        return np.asarray(booked + rng.gamma(mean / self.lump, self.lump))


def _panel(tables: Tables, as_of: date, period: Period, curve: Ramp) -> tuple[pd.DataFrame, int]:
    """One row per seller and full past period: rep_id, at (periods back), booked, won, fte (whole periods at full speed)."""
    months = rep_months(tables, as_of)
    length, begin = MONTHS[period.kind], records_begin(tables, as_of)
    now = period
    while now.end > as_of:
        now = now.shift(-1)
    parts = []
    for back in range(max(PAST_MONTHS // length, 1)):
        one = now.shift(-back)
        if begin > pd.Timestamp(one.start):
            break
        rows = months[one.holds(months["month"])]
        fte = rows["part"] * curve.at(rows["tenure"].to_numpy(dtype=np.float64)) / length
        parts.append(rows.assign(at=back, season=one.start.month, fte=fte))
    if not parts:
        return pd.DataFrame({name: [] for name in ("rep_id", "at", "season", "booked", "won", "fte")}), 0
    sums = pd.concat(parts).groupby(["rep_id", "at", "season"], as_index=False)[["booked", "won", "fte"]].sum()
    return sums, len(parts)


def _expected(rows: pd.DataFrame, land: "pd.Series[float]") -> "pd.Series[float]":
    """What each seller would have booked as the team's average seller, in the same periods and on the same land."""
    weight = rows["fte"] * rows["rep_id"].map(land).fillna(1.0).astype("float64")
    by_period = rows["booked"].groupby(rows["at"]).sum() / weight.groupby(rows["at"]).sum()
    return (weight * rows["at"].map(by_period)).groupby(rows["rep_id"]).sum()


def _lump(tables: Tables, rows: pd.DataFrame) -> float:
    """Variance of bookings per unit of their mean: E[amount²] / E[amount], widened where counts vary more than Poisson's."""
    deals = tables["opportunity"]
    amount = deals.loc[deals["is_won"] & (deals["amount"] > 0), "amount"]
    if amount.empty or rows.empty:
        return 1.0
    rate = rows.groupby("at")["won"].sum() / rows.groupby("at")["fte"].sum().clip(lower=1e-9)
    mean = rows["fte"] * rows["at"].map(rate)
    seen = mean > 0.5
    wide = float(((rows["won"] - mean)[seen] ** 2 / mean[seen]).mean()) if seen.sum() >= 8 else 1.0
    return float((amount**2).mean() / amount.mean()) * min(max(wide, 1.0), 3.0)


def _spread(booked: "pd.Series[float]", expected: "pd.Series[float]", lump: float) -> float:
    """Variance between sellers' factors beyond chance (DerSimonian & Laird 1986), at least that of people differing by 10%."""
    weight = expected[expected > 0]
    ratio = booked.reindex(weight.index) / weight
    excess = float((weight * (ratio - 1) ** 2).sum() / lump) - (len(weight) - 1)
    room = float(weight.sum() - (weight**2).sum() / weight.sum()) / lump if len(weight) > 1 else 0.0
    return max(excess / room if room > 0 else 0.0, LEAST_SPREAD**2)


def _elasticity(team: pd.DataFrame, sums: pd.DataFrame, expected: "pd.Series[float]", lump: float) -> float:
    """Per cent of business for a per cent of land: a weighted slope, pulled towards one half; from 0 to 1."""
    known = (team["potential"] > 0).to_numpy() & (expected > 0).to_numpy()
    if known.sum() < 3:
        return ELASTICITY
    land, weight = np.log(team["potential"].to_numpy()[known]), expected.to_numpy()[known] / lump
    ratio = (sums["booked"].to_numpy() / expected.clip(lower=1e-9).to_numpy())[known]
    land = land - np.average(land, weights=weight)
    # people differ as well as land does, so that no seller weighs more than the spread between people allows
    weight = 1 / (1 / weight + 0.04)
    precision, prior = float((weight * land**2).sum()), 1 / ELASTICITY_DOUBT**2
    slope = float((weight * land * (ratio - np.average(ratio, weights=weight))).sum() + prior * ELASTICITY) / (
        precision + prior
    )
    return min(max(slope, 0.0), 1.0)


def _land(team: pd.DataFrame, elasticity: float) -> Floats:
    """Factor of each territory, 1 on average and where the potential is unknown."""
    potential = team["potential"].where(team["potential"] > 0)
    raw = (potential / potential.mean()) ** elasticity
    return np.asarray((raw / raw.mean()).fillna(1.0), dtype=np.float64)


def _rate(rows: pd.DataFrame, land: "pd.Series[float]", period: Period, lump: float) -> tuple[float, float]:
    """Bookings of an average seller at full speed in `period`, and their log standard deviation from period to period.

    The mean of the last year, times the season of this part of the year as far as the years looked at agree on it.
    """
    weight = rows["fte"] * rows["rep_id"].map(land).fillna(1.0).astype("float64")
    sums = pd.DataFrame({"at": rows["at"], "season": rows["season"], "booked": rows["booked"], "fte": weight})
    by = sums.groupby(["at", "season"], as_index=False).sum()
    by = by[by["fte"] > 0]
    recent = by[by["at"] < 12 // MONTHS[period.kind]]
    level = float(recent["booked"].sum() / recent["fte"].sum())
    ratio = (by["booked"] / by["fte"]) / float(by["booked"].sum() / by["fte"].sum())
    seasons = ratio.groupby(by["season"]).agg(["sum", "size"])
    season = (seasons["sum"] + 1) / (seasons["size"] + 1)
    left = ratio / by["season"].map(season)
    noise = lump / float(by["booked"].mean())
    spread = max(float(left.var(ddof=1)) if len(by) > 2 else 0.05, 0.0)
    trust = len(by) / (len(by) + PRIOR_PERIODS)
    shared = trust * max(spread - noise, 0.0) + (1 - trust) * PERIOD_SPREAD**2
    doubt = np.sqrt(shared + spread / max(len(recent), 1))
    return level * float(season.get(period.start.month, 1.0)), float(min(doubt, 1.0))


def _low_middle_high(drawn: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(drawn, [0.1, 0.5, 0.9])
    return float(low), float(middle), float(high)


def _verdicts(table: pd.DataFrame, past: _Past) -> list[str]:
    """ "high" or "low" where a seller's bookings rule out what today's quota asks for, all sellers looked at together.

    Today's quotas are first brought to the sum of the proposed ones: how far apart the sums are is another matter.
    """
    both = table["today"].notna() & table["proposed"].gt(0) & table["settled"] & table["n"].ge(LEAST_DEALS)
    if not past.rate or both.sum() < 2:
        return [""] * len(table)
    fair = table["today"] * (table.loc[both, "proposed"].sum() / table.loc[both, "today"].sum())
    # what today's quotas would have asked of the past periods, held against what was booked in them; no prior in it
    asked = past.skill * (table["today"] / table["proposed"].where(both)).to_numpy() * past.expected
    booked, asked = past.booked[both], asked[both]
    asked *= booked.sum() / asked.sum()
    below = stats.gamma.cdf(booked, asked / past.lump, scale=past.lump)
    adjusted = pd.Series(holm(list(2 * np.minimum(below, 1 - below))), index=table.index[both]).reindex(table.index)
    high = pd.Series(asked > booked, index=table.index[both]).reindex(table.index, fill_value=False)
    off = (adjusted < 0.05) & ((fair / table["proposed"] - 1).abs() > FAR)
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
    severity: Severity = "good" if found.p_team >= 0.7 else "watch" if found.p_team >= 0.3 else "act"
    evidence = Evidence(int(table["n"].sum()), "won_deals", low, high, "money", 0.8)
    key = f"quota_plan.sum_{found.target.source}"
    first = Finding(key, severity, values | {"p": found.p_team, "landing": middle}, evidence, weight=max(goal - middle, 0.0))
    return [first, *(_far(table, verdict) for verdict in ("high", "low") if (table["verdict"] == verdict).any())]


def _far(table: pd.DataFrame, verdict: str) -> Finding:
    """Sellers whose quota of today is far above or below what land and history carry."""
    rows = table[table["verdict"] == verdict]
    gap = (rows["today"] - rows["proposed"]).abs().to_numpy()
    top = rows.iloc[int(gap.argmax())]
    today, proposed, low, high = (float(top[name]) for name in ("today", "proposed", "low", "high"))
    values = {"n": len(rows), "rep": top["name"], "today": today, "proposed": proposed, "all": len(table)}
    evidence = Evidence(int(top["n"]), "won_deals", low, high, "money", 0.8)
    return Finding(f"quota_plan.too_{verdict}", "watch", values, evidence, weight=float(gap.sum()))
