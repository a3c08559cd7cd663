"""Which training helped, what a point of it cost, how far the plan has come, and who should go next.

In: the whole company's `training_event`, deals with their stages, `assessment` and `rep`: who was not sent is in other teams.
Out: one row per training and outcome (decisions in the later and the earlier half of the stages, bookings, the score in what is
taught) with effect, interval and a verdict that may be "not with this data"; one row per training with its coverage and cost.
Of each outcome all trainings are looked at together (Holm). Who should go next is asked only of trainings that had an effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

import numpy as np
import pandas as pd

from salesanalytics.analyses.training.training_findings import findings_of
from salesanalytics.base.calendar import Period
from salesanalytics.base.result import Result
from salesanalytics.base.rows import together
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.teams import spans, team_on
from salesanalytics.facts.people import sellers_on
from salesanalytics.facts.trainings import EVERYBODY, Followed, Outcome, Training, followed_up, missing_for, trainings
from salesanalytics.models.effects.answer import Effect
from salesanalytics.models.effects.effect import effect
from salesanalytics.models.effects.guards import LEAST_UNITS, Check, table_of
from salesanalytics.models.effects.panel import Chosen, How
from salesanalytics.models.effects.together import judged_together

LEVEL = 0.05
BACK_DAYS = 3 * 365  # trainings nobody has taken for longer are not looked at any more
HOW: dict[str, How] = {"lot": "lot", "wish": "volunteers"}
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
COLUMNS = [
    "training", "name", "outcome", "chosen", "first", "last", "people", "others", "verdict", "method", "effect", "low", "high",
    "p", "smallest", "blocked", "needs", "a_head", "per_point", "per_point_low", "per_point_high",
]  # fmt: skip
NUMBERS = ("effect", "low", "high", "p", "smallest", "needs", "a_head", "per_point", "per_point_low", "per_point_high")
TRAININGS = [
    "training", "name", "chosen", "completed", "present", "sellers", "unfinished", "twice", "set_aside", "cost", "a_head",
    "works",
]  # fmt: skip
COURSE = ["training", "outcome", "offset", "start", "effect", "low", "high", "counts"]
GUARDS = ["training", "outcome", "check", "stands", "found", "needed"]
BY_TEAM = ["training", "team_id", "completed"]
NEXT = ["training", "name", "rep_id", "rep", "gap", "gap_low", "gap_high", "chance"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrainingEffect(Result):
    """What trainings did; money in the base currency.

    `table`: one row per training and outcome: training, name, outcome (late, early: share of decided deals that went on, in
    the later and the earlier half of the stages; bookings, as a share; score in what is taught, in its points), chosen, first
    and last (days completed), people, others (compared with), verdict (effect, none_found, not_identifiable), method, effect
    with low and high (95%), p (Holm over the trainings, outcome by outcome), smallest (that would have been found with a
    chance of 80%), blocked (what stands in the way, else ""), needs (its number), a_head (cost per person who completed it),
    per_point (cost of one point of effect per person, where there is one; points of a percentage, or of the score) with
    per_point_low and per_point_high (missing: no finite end). `trainings`: one row per training: training, name, chosen,
    completed (people, ever), present (of these, there now), sellers (there now), unfinished, twice, set_aside (rows completed
    before they started, or not employed), cost, a_head, works (an effect on deals or bookings, for the better). `course`:
    one row per training, outcome and stretch of days. `guards`: one row per training, outcome and guard. `next_up`: one row
    per present seller who has not completed a training that works, the largest gap in what it teaches first, for analysts:
    training, name, rep_id, rep, gap with gap_low and gap_high, chance (of lying not below). `by_team`: for the company alone,
    one row per training and team: training, team_id, completed (people, in the team they were in on that day). `looked_at`:
    trainings and outcomes that can be judged.
    """

    trainings: pd.DataFrame
    course: pd.DataFrame
    guards: pd.DataFrame
    next_up: pd.DataFrame
    by_team: pd.DataFrame
    looked_at: int


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    training: Training
    outcome: Outcome
    panel: Followed | None
    found: Effect | None
    guards: pd.DataFrame


def training_effect(tables: Tables, *, as_of: date, people: pd.DataFrame | None = None, seed: int = 0) -> TrainingEffect:
    """The effect of every training of the last three years, from the whole company's tables. `people`: `Skills.people`."""
    tables = known_on(tables, as_of)
    since = pd.Timestamp(as_of) - pd.Timedelta(days=BACK_DAYS)
    every = [one for one in trainings(tables, as_of) if one.done.empty or one.done["completed_on"].max() >= since]
    judged = [_judged(one, every, outcome, tables, as_of, seed) for one in every for outcome in OUTCOMES]
    table = _table(judged)
    coverage = _coverage(every, table, tables, as_of)
    days = [one.first.date() for one in every if len(one.done)]
    answer = TrainingEffect(
        as_of=as_of,
        period=Period(min([*days, as_of]), as_of, "year"),
        table=table,
        trainings=coverage,
        course=_courses(judged),
        guards=_guards(judged),
        next_up=_next(coverage, {one.training: set(one.done["rep_id"]) for one in every}, tables, as_of, people),
        by_team=_by_team(every, tables),
        looked_at=int(table["p"].notna().sum()),
    )
    return answer.saying(*findings_of(answer.table, answer.trainings, answer.period))


def _judged(one: Training, every: Sequence[Training], outcome: Outcome, tables: Tables, as_of: date, seed: int) -> _Judged:
    """One outcome of one training: first whether anybody took it and anybody like them did not, then the engine."""
    if one.done.empty:
        return _stopped(one, outcome, Check("nobody", "blocks", 0, 1))
    if one.chosen == EVERYBODY:
        return _stopped(one, outcome, Check("comparison", "blocks", 0, 1))
    if missing_for(tables, outcome):
        return _stopped(one, outcome, Check("tables", "blocks"))
    panel = followed_up(one, every, tables, as_of, outcome)
    if panel is None:
        return _stopped(one, outcome, Check("not_measured" if outcome == "score" else "pre_periods", "blocks", 0, 1))
    rows = panel.panel
    trained = rows.groupby("unit")["treated_from"].first().notna()
    if trained.all():
        return _stopped(one, outcome, Check("comparison", "blocks", 0, 1))
    if not trained.any():
        return _stopped(one, outcome, Check("pull_forward", "blocks", 1, 0))
    throughout = rows["outcome"].notna().groupby(rows["unit"]).all()
    fewest = min(int(throughout[side].sum()) for side in (trained, ~trained))
    if fewest < LEAST_UNITS and not panel.by_team:
        return _stopped(one, outcome, Check("units", "blocks", fewest, LEAST_UNITS))
    found = effect(
        rows,
        outcome="outcome",
        unit="unit",
        time="stretch",
        treated_from="treated_from",
        cluster="team_id" if panel.by_team else None,
        covariates=panel.traits,
        strata="wave" if panel.within else None,
        selection=Chosen(HOW.get(one.chosen, "unknown")),
        scale="ratio" if outcome == "bookings" else "difference",
        seed=seed,
    )
    return _Judged(one, outcome, panel, found, found.guards)


def _stopped(one: Training, outcome: Outcome, check: Check) -> _Judged:
    return _Judged(one, outcome, None, None, table_of([check]))


def _table(judged: Sequence[_Judged]) -> pd.DataFrame:
    table = pd.DataFrame([_row(one) for one in judged], columns=COLUMNS).astype(dict.fromkeys(NUMBERS, "float64"))
    table = table.astype({"people": "int64", "others": "int64"} | dict.fromkeys(("first", "last"), "datetime64[us]"))
    shares = table["outcome"] == "bookings"
    return _with_costs(judged_together(table, among=table["outcome"], shares=shares, level=LEVEL))


def _row(one: _Judged) -> dict[str, Any]:
    training, found = one.training, one.found
    stopped = one.guards[one.guards["stands"] == "blocks"]
    done = len(training.done)
    row: dict[str, Any] = {
        "training": training.training,
        "name": training.name,
        "outcome": one.outcome,
        "chosen": training.chosen,
        "first": training.done["completed_on"].min() if done else pd.NaT,
        "last": training.done["completed_on"].max() if done else pd.NaT,
        "people": done,
        "others": 0,
        "verdict": "not_identifiable",
        "method": "none",
        "blocked": str(stopped["check"].iloc[0]) if len(stopped) else "",
        "needs": float(stopped["needed"].iloc[0]) if len(stopped) else np.nan,
        "a_head": training.cost / done if done else np.nan,
    }
    if found is None or found.verdict == "not_identifiable":
        return row
    numbers = {"effect": found.estimate, "low": found.low, "high": found.high, "p": found.p, "smallest": found.smallest}
    return (
        row | numbers | {"verdict": found.verdict, "method": found.method, "people": found.treated, "others": found.untreated}
    )


def _with_costs(table: pd.DataFrame) -> pd.DataFrame:
    """Cost of a point per person: what it cost is known, so the interval is that of the effect turned round (Fieller 1954): it
    has no finite end where that holds 0.
    """
    points = table["outcome"].map({"score": 1.0}).fillna(100.0)
    sure = (table["verdict"] == "effect") & (table["effect"] > 0) & (table["a_head"] > 0)
    ends = {"per_point": "effect", "per_point_low": "high", "per_point_high": "low"}
    for name, end in ends.items():
        table[name] = (table["a_head"] / (table[end] * points)).where(sure & (table[end] > 0))
    return table


def _coverage(every: Sequence[Training], table: pd.DataFrame, tables: Tables, as_of: date) -> pd.DataFrame:
    there = set(sellers_on(tables, pd.Timestamp(as_of))["rep_id"])
    works = table[(table["verdict"] == "effect") & (table["effect"] > 0) & (table["outcome"] != "score")]["training"]
    rows = [
        {
            "training": one.training,
            "name": one.name,
            "chosen": one.chosen,
            "completed": len(one.done),
            "present": len(there & set(one.done["rep_id"])),
            "sellers": len(there),
            "unfinished": one.unfinished,
            "twice": one.twice,
            "set_aside": one.wrong_order + one.outside,
            "cost": one.cost,
            "a_head": one.cost / len(one.done) if len(one.done) else np.nan,
            "works": one.training in set(works),
        }
        for one in every
    ]
    return pd.DataFrame(rows, columns=TRAININGS).astype({"cost": "float64", "a_head": "float64", "works": "bool"})


def _by_team(every: Sequence[Training], tables: Tables) -> pd.DataFrame:
    """Every team, with how many of its people had completed each training in it."""
    teams = tables["team"]["team_id"] if "team" in tables else tables["rep"]["team_id"].dropna().drop_duplicates()
    parts = []
    for one in every:
        team = (
            team_on(one.done["rep_id"], one.done["completed_on"], spans(tables)) if len(one.done) else pd.Series(dtype="object")
        )
        count = team.value_counts().reindex(teams.to_numpy(), fill_value=0)
        parts.append(pd.DataFrame({"training": one.training, "team_id": teams.to_numpy(), "completed": count.to_numpy()}))
    return together(parts, BY_TEAM)


def _next(
    coverage: pd.DataFrame, done: Mapping[str, set[str]], tables: Tables, as_of: date, people: pd.DataFrame | None
) -> pd.DataFrame:
    """Present sellers who lie below in what a training that works teaches, and have not had it."""
    kinds = dict.fromkeys(("gap", "gap_low", "gap_high", "chance"), "float64")
    parts = []
    there = sellers_on(tables, pd.Timestamp(as_of))["rep_id"]
    for row in coverage[coverage["works"]].to_dict("records"):
        if people is None or people.empty:
            continue
        rows = people[(people["skill"] == row["training"]) & (people["gap"] < 0) & people["rep_id"].isin(there)]
        rows = rows[~rows["rep_id"].isin(done[str(row["training"])])].sort_values(["gap", "rep_id"])
        parts.append(rows.rename(columns={"name": "rep"}).assign(training=row["training"], name=row["name"])[NEXT])
    return together(parts, NEXT).astype(kinds)


def _courses(judged: Sequence[_Judged]) -> pd.DataFrame:
    parts = []
    for one in judged:
        if one.found is None or one.panel is None or one.found.course.empty:
            continue
        rows = one.found.course
        days = pd.to_timedelta(np.floor(rows["offset"] * one.panel.days), unit="D")
        rows = rows.rename(columns={"estimate": "effect"}).assign(start=one.training.first + days)
        parts.append(rows.assign(training=one.training.training, outcome=one.outcome)[COURSE])
    numbers = dict.fromkeys(("effect", "low", "high"), "float64")
    return together(parts, COURSE).astype({"offset": "int64", "start": "datetime64[us]", **numbers})


def _guards(judged: Sequence[_Judged]) -> pd.DataFrame:
    parts = [one.guards.assign(training=one.training.training, outcome=one.outcome)[GUARDS] for one in judged]
    return together(parts, GUARDS).astype({"found": "float64", "needed": "float64"})


def training_effect_of_team(
    tables: Tables,
    *,
    as_of: date,
    effects: pd.DataFrame | None = None,
    courses: pd.DataFrame | None = None,
    guards: pd.DataFrame | None = None,
    people: pd.DataFrame | None = None,
) -> TrainingEffect:
    """What the company found about trainings, with the team's own coverage and cost, as its page shows it.

    `effects`, `courses`, `guards`: the handover (`company.trainings_for_teams`); `people`: the team's rows of `skill_people`.
    Without them, `training_effect` of the team's tables alone, where only who sits in the same team can be compared.
    """
    if effects is None or courses is None or guards is None or effects.empty:
        return training_effect(tables, as_of=as_of, people=people)
    tables = known_on(tables, as_of)
    own = trainings(tables, as_of)
    there = {one.training for one in own}
    table = effects.reindex(columns=COLUMNS)
    missing = [one for one in _named(table) if one.training not in there]
    coverage = _coverage([*own, *missing], table, tables, as_of)
    coverage = coverage[coverage["training"].isin(set(table["training"]))].sort_values("training", ignore_index=True)
    answer = TrainingEffect(
        as_of=as_of,
        period=Period(min([as_of, *(day.date() for day in table["first"].dropna())]), as_of, "year"),
        table=table,
        trainings=coverage,
        course=courses.reindex(columns=COURSE),
        guards=guards.reindex(columns=GUARDS),
        next_up=_next(coverage, {one.training: set(one.done["rep_id"]) for one in [*own, *missing]}, tables, as_of, people),
        by_team=pd.DataFrame(columns=BY_TEAM),
        looked_at=int(table["p"].notna().sum()),
    )
    return answer.saying(*findings_of(answer.table, answer.trainings, answer.period))


def _named(table: pd.DataFrame) -> list[Training]:
    """The company's trainings, as ones that nobody of the team has taken."""
    done = pd.DataFrame({"rep_id": [], "started_on": [], "completed_on": []})
    rows = table.drop_duplicates("training")
    return [
        Training(str(key), str(name), done, str(chosen), 0.0, 0, 0, 0, 0)
        for key, name, chosen in zip(rows["training"], rows["name"], rows["chosen"], strict=True)
    ]
