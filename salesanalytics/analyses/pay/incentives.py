"""Did an incentive cause anything, what did it cost, and can this data say so?

In: the whole company's `incentive_plan`, `payout`, deals and sellers: who is untreated is in other teams. Out: one row per
programme with its effect on bookings, payback included, its cost and a verdict; the course of each that can be judged, and
every guard of each. All programmes are looked at together, so a verdict counts how many were (Holm). A team's page shows the
programmes it takes part in, with its own people and costs beside the company's effect.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.analyses.pay.incentive_findings import findings_of
from salesanalytics.analyses.pay.incentive_groups import by_group, table_of_groups
from salesanalytics.base.calendar import Period
from salesanalytics.base.result import Result
from salesanalytics.base.rows import together
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.teams import spans, team_on
from salesanalytics.facts.people import records_begin
from salesanalytics.facts.programme_groups import stated_groups
from salesanalytics.facts.programmes import EVERYBODY, Followed, Outcome, Programme, followed, programmes, unevenness
from salesanalytics.models.effects.answer import Effect
from salesanalytics.models.effects.design import LEAST_BEFORE
from salesanalytics.models.effects.effect import effect
from salesanalytics.models.effects.guards import Check, Stands, table_of
from salesanalytics.models.effects.panel import Chosen, How
from salesanalytics.models.effects.together import judged_together
from salesanalytics.stats.suppression import FEW

LEVEL = 0.05
UNEVEN = 0.3  # difference of the shares that are in another programme at the same time; a lot makes it by chance alone
TOO_UNEVEN = 0.7  # no lot of five and more a side makes this by chance
BACK_DAYS = 3 * 365  # programmes that ended earlier are not looked at any more
HOW: dict[str, How] = {"lot": "lot", "teams": "clusters", "results": "results", "volunteers": "volunteers"}
COLUMNS = [
    "plan_id", "name", "kind", "start", "end", "chosen", "people", "others", "verdict", "method", "effect", "low", "high", "p",
    "smallest", "gain", "gain_low", "gain_high", "cost", "per_unit", "blocked", "needs", "ready",
]  # fmt: skip
COURSE = ["plan_id", "offset", "start", "effect", "low", "high", "counts"]
GUARDS = ["plan_id", "check", "stands", "found", "needed"]
BY_TEAM = ["plan_id", "team_id", "mine", "booked", "cost"]
NUMBERS = ("effect", "low", "high", "p", "smallest", "gain", "gain_low", "gain_high", "cost", "per_unit", "needs")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Incentives(Result):
    """What incentives did; money in the base currency.

    `table`: one row per programme, the latest first: plan_id (of a rollout, its first wave's), name, kind, start, end
    (missing while it lasts), chosen (how), people (took part), others (compared with), verdict (effect, none_found,
    not_identifiable), method, effect (on bookings while it ran, payback included, as a share of what they would have been)
    with low and high (95%), p (Holm over all that can be judged), smallest (share that would have been found with a chance
    of 80%), gain (money of bookings) with gain_low and gain_high, cost (money paid for it), per_unit (cost of one unit of
    gain; only where there is an effect), blocked (what stands in the way, else ""), needs (its number), ready (the day by
    which what was pulled forward is counted). Numbers are missing where nothing can be said. `course`: one row per
    programme and stretch of days: plan_id, offset (0: the first), start, effect, low, high, counts. `guards`: one row per
    programme and guard: plan_id, check, stands, found, needed. `by_team`: one row per programme and team with people in it,
    for the company alone: plan_id, team_id, mine (people), booked (by these, in the days that count), cost. `groups`: for
    the company alone, one row per programme and group that was written down before it began: plan_id, name, by (tenure,
    role, motivator), group, people, others, effect, low, high, blocked (`few`, or a guard), difference (from the rest, as a
    share) with difference_low and difference_high, p (Holm over all groups), differs. `looked_at`: programmes that can be
    judged.
    """

    course: pd.DataFrame
    guards: pd.DataFrame
    by_team: pd.DataFrame
    groups: pd.DataFrame
    looked_at: int


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    programme: Programme
    panel: Followed | None
    found: Effect | None
    guards: list[Check]


def incentives(tables: Tables, *, as_of: date, outcome: Outcome = "bookings", seed: int = 0) -> Incentives:
    """The effect of every programme that ran in the last three years, from the whole company's tables."""
    tables = known_on(tables, as_of)
    every = programmes(tables, as_of)
    since = as_of.toordinal() - BACK_DAYS
    recent = [one for one in every if (one.last or as_of).toordinal() >= since]
    judged = [_judged(one, every, tables, as_of, outcome, seed) for one in recent]
    table = _table(judged, tables)
    first = min((one.first for one in recent), default=as_of)
    answer = Incentives(
        as_of=as_of,
        period=Period(min(first, as_of), as_of),
        table=table,
        course=_courses(judged),
        guards=_guards(judged),
        by_team=_by_team(judged, tables),
        groups=_by_group(judged, tables, seed),
        looked_at=int(table["p"].notna().sum()),
    )
    return answer.saying(*findings_of(table, as_of))


def _judged(one: Programme, every: Sequence[Programme], tables: Tables, as_of: date, outcome: Outcome, seed: int) -> _Judged:
    """One programme by itself: first whether it names anybody and leaves anybody out, then the engine."""
    if not one.reps:
        return _Judged(one, None, None, [Check("eligibility", "blocks", len(one.unread), 0)])
    if one.chosen == EVERYBODY:
        return _Judged(one, None, None, [Check("comparison", "blocks", 0, 1)])
    if records_begin(tables, as_of) > pd.Timestamp(one.first):
        return _Judged(one, None, None, [Check("pre_periods", "blocks", 0, LEAST_BEFORE)])
    panel = followed(tables, one, as_of, outcome=outcome)
    sellers = panel.panel["rep_id"].unique()
    if not len(sellers) or np.isin(sellers, list(one.reps)).all():
        return _Judged(one, panel, None, [Check("comparison", "blocks", 0, 1)])
    if panel.panel["stretch"].max() < 1:
        return _Judged(one, panel, None, [Check("pull_forward", "blocks", 1, 0)])
    apart = unevenness(one, every, list(sellers))
    stands: Stands = "passes" if apart <= UNEVEN else "unchecked" if one.chosen == "lot" and apart <= TOO_UNEVEN else "blocks"
    beside = Check("other_programmes", stands, apart, UNEVEN)
    if stands == "blocks":
        return _Judged(one, panel, None, [beside])
    found = _effect(one, panel, panel.panel, seed)
    return _Judged(one, panel, found, [beside])


def _effect(one: Programme, panel: Followed, rows: pd.DataFrame, seed: int) -> Effect:
    """What the engine says of some rows of a programme's panel."""
    first, last = panel.chosen or (None, None)
    if first is not None:
        first = max(first, int(rows["stretch"].min()))
    return effect(
        rows,
        outcome="outcome",
        unit="rep_id",
        time="stretch",
        treated_from="treated_from",
        cluster="team_id",
        covariates=panel.traits,
        selection=Chosen(HOW.get(one.chosen, "unknown"), first, last),
        until=None if panel.until is None else min(panel.until, int(rows["stretch"].max())),
        payback=panel.payback,
        scale="ratio",
        seed=seed,
    )


def _table(judged: Sequence[_Judged], tables: Tables) -> pd.DataFrame:
    paid = _paid(tables)
    rows = [_row(one, paid) for one in judged]
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, "float64"))
    table = table.astype(dict.fromkeys(("start", "end", "ready"), "datetime64[us]"))
    every = pd.Series(True, index=table.index)
    table = judged_together(table, among=every, shares=every, level=LEVEL)
    sure = (table["verdict"] == "effect") & (table["gain"] > 0) & (table["cost"] > 0)
    return table.assign(per_unit=(table["cost"] / table["gain"]).where(sure))


def _paid(tables: Tables) -> "pd.Series[float]":
    """Money paid under each plan."""
    if "payout" not in tables:
        return pd.Series(dtype="float64")
    return tables["payout"].groupby("plan_id")["amount"].sum()


def _row(one: _Judged, paid: "pd.Series[float]") -> dict[str, Any]:
    programme, found = one.programme, one.found
    checks = _checks(one)
    stopped = checks[checks["stands"] == "blocks"]
    row: dict[str, Any] = {
        "plan_id": programme.plan_id,
        "name": programme.name,
        "kind": programme.kind,
        "start": pd.Timestamp(programme.first),
        "end": pd.Timestamp(programme.last) if programme.last else pd.NaT,
        "chosen": programme.chosen,
        "people": len(programme.reps),
        "others": 0 if found is None else found.untreated,
        "verdict": "not_identifiable",
        "method": "none",
        "cost": float(sum(paid.get(plan, 0.0) for plan in programme.plan_ids)),
        "blocked": stopped["check"].iloc[0] if len(stopped) else "",
        "needs": stopped["needed"].iloc[0] if len(stopped) else np.nan,
        "ready": pd.Timestamp(one.panel.ready) if one.panel is not None and one.panel.ready else pd.NaT,
    }
    if found is None or found.verdict == "not_identifiable":
        return row
    return row | _numbers(found) | _money(one)


def _money(one: _Judged) -> dict[str, float]:
    """What the effect adds up to over all who took part, as far as they were there: what they were paid is in the cost, too."""
    if one.panel is None or one.found is None:
        return {}
    rows = one.panel.panel
    booked = float(rows.loc[rows["stretch"] >= rows["treated_from"], "outcome"].sum())
    sums = {"gain": one.found.total, "gain_low": one.found.total_low, "gain_high": one.found.total_high}
    return {name: booked * total / one.found.whole for name, total in sums.items()}


def _numbers(found: Effect) -> dict[str, Any]:
    """What the engine found, as shares of what would have been booked."""
    return {
        "effect": found.estimate,
        "low": found.low,
        "high": found.high,
        "verdict": found.verdict,
        "method": found.method,
        "p": found.p,
        "smallest": found.smallest,
        "people": found.treated,
    }


def _by_team(judged: Sequence[_Judged], tables: Tables) -> pd.DataFrame:
    """One row per programme and team with people in it: what these booked in the days that count, and were paid.

    `mine` is 0 for a team whose only people in it joined later; the costs of all teams add up to the programme's.
    """
    parts = []
    for one in judged:
        if one.panel is None:
            continue
        rows = one.panel.panel
        mine = rows[rows["stretch"] >= rows["treated_from"]]
        by = mine.groupby("team_id").agg(mine=("rep_id", "nunique"), booked=("outcome", "sum"))
        cost = _paid_by_team(one, tables)
        by = by.reindex(by.index.union(cost.index)).rename_axis("team_id").fillna(0.0)
        parts.append(by.assign(plan_id=one.programme.plan_id, cost=cost).reset_index()[BY_TEAM])
    return together(parts, BY_TEAM).fillna({"cost": 0.0}).astype({"mine": "int64", "booked": "float64", "cost": "float64"})


def _paid_by_team(one: _Judged, tables: Tables) -> "pd.Series[float]":
    """Money paid in each team; who joined later, and so is not followed, was paid in the team of the period paid for."""
    if "payout" not in tables or one.panel is None:
        return pd.Series(dtype="float64")
    paid = tables["payout"][tables["payout"]["plan_id"].isin(one.programme.plan_ids)]
    followed_in = one.panel.panel.drop_duplicates("rep_id").set_index("rep_id")["team_id"]
    team = paid["rep_id"].map(followed_in).fillna(team_on(paid["rep_id"], paid["period_start"], spans(tables)))
    return paid.groupby(team)["amount"].sum()


def _by_group(judged: Sequence[_Judged], tables: Tables, seed: int) -> pd.DataFrame:
    """The groups of each programme that can be judged as a whole."""
    rows: list[dict[str, Any]] = []
    for one in judged:
        if one.panel is None or one.found is None or one.found.verdict == "not_identifiable" or not one.programme.groups:
            continue
        estimate = partial(_effect, one.programme, one.panel, seed=seed)
        rows += by_group(one.programme, one.panel, stated_groups(tables, one.programme), estimate)
    return table_of_groups(rows)


def _checks(one: _Judged) -> pd.DataFrame:
    own = table_of(one.guards)
    return own if one.found is None else pd.concat([own, one.found.guards], ignore_index=True)


def _guards(judged: Sequence[_Judged]) -> pd.DataFrame:
    parts = [_checks(one).assign(plan_id=one.programme.plan_id)[GUARDS] for one in judged]
    return together(parts, GUARDS).astype({"found": "float64", "needed": "float64"})


def _courses(judged: Sequence[_Judged]) -> pd.DataFrame:
    """The course of each programme that can be judged and began for all at once, a row per stretch of days."""
    parts = []
    for one in judged:
        # of a rollout the course is by the time since each one's own start, which is no day of the calendar
        if one.found is None or one.panel is None or one.found.course.empty or one.programme.waves:
            continue
        rows = one.found.course
        start = pd.Timestamp(one.programme.first) + pd.to_timedelta(np.floor(rows["offset"] * one.panel.days), unit="D")
        parts.append(rows.rename(columns={"estimate": "effect"}).assign(plan_id=one.programme.plan_id, start=start)[COURSE])
    numbers = dict.fromkeys(("effect", "low", "high"), "float64")
    return together(parts, COURSE).astype({"offset": "int64", "start": "datetime64[us]", **numbers})


def incentives_of_team(
    tables: Tables,
    *,
    as_of: date,
    effects: pd.DataFrame | None = None,
    courses: pd.DataFrame | None = None,
    guards: pd.DataFrame | None = None,
) -> Incentives:
    """What the company found about the programmes a team takes part in, as its page shows it.

    `effects`, `courses`, `guards`: the team's rows of the handover (`company.incentives_for_teams`), whose money is the
    team's own: its people's bookings at the company's effect, and what they were paid. Without them, `incentives` of the
    team's tables alone, where only who sits in the same team can be compared.
    """
    if effects is None or courses is None or guards is None:
        return incentives(tables, as_of=as_of)
    table = effects.reindex(columns=[*COLUMNS, "mine", "looked_at"])
    few = table["mine"] < FEW
    table = table.assign(**{name: table[name].mask(few) for name in ("gain", "gain_low", "gain_high", "cost", "per_unit")})
    first = table["start"].min().date() if len(table) else as_of
    answer = Incentives(
        as_of=as_of,
        period=Period(min(first, as_of), as_of),
        table=table,
        course=courses.reindex(columns=COURSE),
        guards=guards.reindex(columns=GUARDS),
        by_team=pd.DataFrame(columns=BY_TEAM),
        groups=table_of_groups([]),
        looked_at=int(table["looked_at"].max()) if len(table) else 0,
    )
    return answer.saying(*findings_of(table, as_of))
