"""Programmes for sellers (incentives, trainings): when they ran, whom they were for, and the panel they are judged by.

In: `incentive_plan`, `rep`, `rep_assignment`, `opportunity`. Out: `Programme`s, and long panels with one row per seller and
stretch of days. Stretches are counted from the programme's first day, so that it fills whole ones. A seller who was not
employed on all of a stretch's days has no value there; who was and sold nothing has 0.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags, Floats, Ints, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.eligibility import named
from salesanalytics.facts.employment import stays
from salesanalytics.facts.people import MONTH_DAYS, records_begin, sellers_on
from salesanalytics.facts.standing import standing

Outcome = Literal["bookings", "deals_won", "deals_opened"]

SHORTEST = 14  # days of a stretch: shorter ones hold too few deals
BEFORE_DAYS = 365
BEFORE_A_LOT = 183  # nothing has to be told of a trend, and a shorter time leaves more people to compare
PAYBACK_DAYS = 91  # a quarter: what was pulled forward is missing by its end
EVERYBODY = "everybody"
NAMED = ("teams", "roles", "reps")


@dataclass(frozen=True, slots=True)
class Programme:
    """What ran from `first` to `last` (None while it lasts), and for whom: `reps`, those with the company on the first day.

    `unread`: words of the eligibility that name nothing known. `chosen`: how it was decided, as the source says or as the
    eligibility shows; `chosen_from`, `chosen_to`: the days whose results were looked at. `waves`: of a programme that was
    rolled out, each of its plans by id, with its first day and people; empty where all began together. `groups`: how people
    are parted to look at groups by themselves, where that was written down before the first day.
    """

    plan_id: str
    name: str
    kind: str
    first: date
    last: date | None
    reps: frozenset[str]
    unread: tuple[str, ...]
    chosen: str
    chosen_from: date | None
    chosen_to: date | None
    waves: tuple[tuple[str, date, frozenset[str]], ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def plan_ids(self) -> tuple[str, ...]:
        return tuple(plan for plan, _, _ in self.waves) or (self.plan_id,)


def programmes(tables: Tables, as_of: date) -> list[Programme]:
    """Every plan of `incentive_plan` that had begun by `as_of`, the latest first.

    Plans of one name that begin one after the other, each for others than before, are one programme rolled out in waves.
    """
    tables = known_on(tables, as_of)
    if "incentive_plan" not in tables:
        return []
    plans = tables["incentive_plan"].sort_values(["valid_from", "plan_id"], ascending=[False, True])
    alike: dict[tuple[str, str, str], list[Programme]] = {}
    for one in (_programme(row, tables) for row in plans.to_dict("records")):
        alike.setdefault((one.name, one.kind, one.chosen), []).append(one)
    return sorted((one for same in alike.values() for one in _rolled_out(same)), key=lambda one: one.first, reverse=True)


def _rolled_out(plans: list[Programme]) -> list[Programme]:
    """Plans of one name as one programme, if each began for others while the earlier ones counted still; else as they are."""
    waves = sorted(plans, key=lambda one: one.first)
    everybody = sum(len(one.reps) for one in waves)
    apart = len(frozenset().union(*(one.reps for one in waves))) == everybody and all(one.reps for one in waves)
    ends = [one.last or date(2200, 1, 1) for one in waves]
    joined = all(later.first <= end + timedelta(days=PAYBACK_DAYS) for end, later in zip(ends, waves[1:], strict=False))
    if len({one.first for one in waves}) < 2 or not apart or not joined or waves[0].chosen in (EVERYBODY, "results"):
        return plans
    return [
        replace(
            waves[0],
            last=None if any(one.last is None for one in waves) else max(one.last for one in waves if one.last),
            reps=frozenset().union(*(one.reps for one in waves)),
            unread=tuple(word for one in waves for word in one.unread),
            waves=tuple((one.plan_id, one.first, one.reps) for one in waves),
        )
    ]


def _programme(row: dict[Any, Any], tables: Tables) -> Programme:
    first = pd.Timestamp(row["valid_from"])
    there = sellers_on(tables, first)
    reps, unread, by = _eligible(row["eligible"], there, tables)
    chosen = row.get("chosen_by")
    return Programme(
        plan_id=str(row["plan_id"]),
        name=str(row["name"]),
        kind="" if pd.isna(row["kind"]) else str(row["kind"]),
        first=first.date(),
        last=_day(row["valid_to"]),
        reps=reps,
        unread=unread,
        chosen=by if chosen is None or pd.isna(chosen) else str(chosen),
        chosen_from=_day(row.get("chosen_from")),
        chosen_to=_day(row.get("chosen_to")),
        groups=_stated(row, first),
    )


def _stated(row: dict[Any, Any], first: pd.Timestamp) -> tuple[str, ...]:
    """The groups that were written down before the first day; what is no list of words names none."""
    stated, written = _day(row.get("groups_stated_on")), row.get("groups")
    if stated is None or stated >= first.date() or written is None or pd.isna(written):
        return ()
    try:
        asked = json.loads(str(written))
    except ValueError:
        return ()
    return tuple(dict.fromkeys(one for one in asked if isinstance(one, str))) if isinstance(asked, list) else ()


def _day(value: object) -> date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[call-overload,arg-type]


def _eligible(written: object, there: pd.DataFrame, tables: Tables) -> tuple[frozenset[str], tuple[str, ...], str]:
    """Who is meant (`facts.eligibility`), what is not known, and how this looks to have been chosen.

    Nothing written means everybody; lists without a name in them mean nobody.
    """
    if written is None or pd.isna(written) or not str(written).strip():  # type: ignore[call-overload]
        return frozenset(there["rep_id"]), (), EVERYBODY
    try:
        asked = json.loads(str(written))
    except ValueError:
        return frozenset(), (str(written)[:40],), "unknown"
    if not isinstance(asked, dict) or not asked or not set(asked) <= set(NAMED):
        return frozenset(), (str(written)[:40],), "unknown"
    words = {
        key: [str(one) for one in asked.get(key, [])] if isinstance(asked.get(key), list) else _one(asked, key) for key in NAMED
    }
    known = {
        "teams": set(tables["team"]["team_id"]) if "team" in tables else set(there["team_id"].dropna()),
        "roles": set(tables["rep"]["role"].dropna()),
        "reps": set(tables["rep"]["rep_id"]),
    }
    unread = tuple(word for key in NAMED for word in words[key] if word not in known[key])
    if not any(words.values()):
        return frozenset(), unread, "unknown"
    inside = set(there.loc[there["team_id"].isin(words["teams"]), "rep_id"])
    reps = frozenset(named(there, **words, inside=inside))
    by = "unknown" if words["reps"] else "teams" if words["teams"] else EVERYBODY if len(reps) == len(there) else "unknown"
    return reps, unread, by


def _one(asked: dict[str, Any], key: str) -> list[str]:
    return [str(asked[key])] if key in asked else []


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """`panel`: one row per seller and stretch: rep_id, team_id (on the first day), stretch (1: the programme's first), outcome,
    treated_from (1, or the stretch in which the seller's wave began, or missing). `until`: the programme's last stretch,
    None while it lasts; `payback`: stretches that count after it; `days`: of a stretch; `chosen`: the first and last
    stretch whose results decided, None where nobody says; `ready`: the last day of the payback; `traits`: columns of the
    panel that were known of each seller on the eve.
    """

    panel: pd.DataFrame
    until: int | None
    payback: int
    days: float
    chosen: tuple[int, int] | None
    ready: date | None
    traits: tuple[str, ...] = ()


def followed(tables: Tables, programme: Programme, as_of: date, *, outcome: Outcome = "bookings") -> Followed:
    """The panel that a programme is judged by, from a year before it to the end of its payback or to `as_of`."""
    tables = known_on(tables, as_of)
    first, today = pd.Timestamp(programme.first), pd.Timestamp(as_of)
    days, during = _stretches(programme)
    payback = max(round(PAYBACK_DAYS / days), 1) if during is not None else 0
    complete = max(int(((today - first).days + 1) // days), 0)
    last = complete if during is None else min(complete, during + payback)
    wanted = BEFORE_A_LOT if programme.chosen == "lot" else BEFORE_DAYS
    back = min(wanted, (first - records_begin(tables, as_of)).days)
    places = np.arange(1 - int(back // days), max(last, 0) + 1)
    edges = np.floor(np.arange(places[0] - 1, places[-1] + 1) * days).astype(np.int64)
    there = sellers_on(tables, first)
    panel = outcome_cells(tables, there, first, places, edges, outcome)
    panel["treated_from"] = panel["rep_id"].map(_begins(programme, days)).astype("float64")
    ready = None if during is None else (first + pd.Timedelta(days=np.ceil((during + payback) * days) - 1)).date()
    traits: tuple[str, ...] = ()
    if programme.chosen == "volunteers":
        held_against = first + pd.Timedelta(days=int(edges[0]))
        if programme.chosen_from is not None:
            held_against = min(held_against, pd.Timestamp(programme.chosen_from))
        stood = standing(tables, as_of=programme.first - timedelta(days=1), before=held_against.date())
        panel, traits = panel.merge(stood, how="left", left_on="rep_id", right_index=True), tuple(stood.columns)
    return Followed(panel, during, payback, days, _decided(programme, first, days), ready, traits)


def _begins(programme: Programme, days: float) -> dict[str, float]:
    """The stretch in which each who takes part begins; a wave that begins within one counts from it on."""
    waves = programme.waves or ((programme.plan_id, programme.first, programme.reps),)
    return {rep: float((begins - programme.first).days // days + 1) for _, begins, reps in waves for rep in reps}


def _stretches(programme: Programme) -> tuple[float, int | None]:
    """Days of a stretch, and how many of them the programme fills (None while it lasts)."""
    if programme.last is None:
        return MONTH_DAYS, None
    whole = (programme.last - programme.first).days + 1
    if whole < SHORTEST:
        return float(SHORTEST), 1
    during = max(round(whole / MONTH_DAYS), 1)
    return whole / during, during


def _decided(programme: Programme, first: pd.Timestamp, days: float) -> tuple[int, int] | None:
    """The stretches that the days of choosing touch."""
    if programme.chosen_from is None:
        return None
    until = programme.chosen_to or programme.first
    begin, end = ((pd.Timestamp(day) - first).days for day in (programme.chosen_from, until))
    return int(begin // days) + 1, min(int(end // days) + 1, 0)


def outcome_cells(
    tables: Tables, there: pd.DataFrame, first: pd.Timestamp, places: Ints, edges: Ints, outcome: Outcome
) -> pd.DataFrame:
    """One row per seller and stretch; missing where the seller was not employed on all of its days."""
    deals = tables["opportunity"]
    won = deals if outcome == "deals_opened" else deals[deals["is_won"]]
    day = won["created_on"] if outcome == "deals_opened" else won["closed_on"]
    worth = won["amount"].fillna(0.0) if outcome == "bookings" else pd.Series(1.0, index=won.index)
    at = np.searchsorted(edges, (day - first).dt.days.fillna(10**7).to_numpy(), side="right") - 1
    who = pd.Index(there["rep_id"]).get_indexer(won["owner_rep_id"])
    inside = (at >= 0) & (at < len(places)) & (who >= 0)
    sums = np.zeros((len(there), len(places)))
    np.add.at(sums, (who[inside], at[inside]), worth.to_numpy(dtype=np.float64)[inside])
    return cells(tables, there, first, places, edges, sums)


def cells(tables: Tables, there: pd.DataFrame, first: pd.Timestamp, places: Ints, edges: Ints, values: Floats) -> pd.DataFrame:
    """One row per seller and stretch of `values` (sellers, stretches); missing where one was not employed throughout."""
    employed = _employed_throughout(tables, there["rep_id"], first, edges)
    return pd.DataFrame(
        {
            "rep_id": np.repeat(there["rep_id"].to_numpy(dtype=object), len(places)),
            "team_id": np.repeat(there["team_id"].fillna("").to_numpy(dtype=object), len(places)),
            "stretch": np.tile(places, len(there)),
            "outcome": np.where(employed, values, np.nan).ravel(),
        }
    )


def _employed_throughout(tables: Tables, reps: "pd.Series[str]", first: pd.Timestamp, edges: Ints) -> Flags:
    """(sellers, stretches): whether one stay with the company covers all days of a stretch; `edges`: in days since `first`."""
    rows = stays(tables)
    who = pd.Index(reps).get_indexer(pd.Index(rows["rep_id"]))
    rows, who = rows[who >= 0], who[who >= 0]
    hired, left = ((rows[name] - first).dt.days.to_numpy(dtype=np.float64) for name in ("hired", "left"))
    employed = np.zeros((len(reps), len(edges) - 1), dtype=np.bool_)
    np.logical_or.at(employed, who, ~(hired[:, None] > edges[None, :-1]) & ~(left[:, None] < edges[None, 1:]))
    return employed


def unevenness(programme: Programme, others: Sequence[Programme], sellers: Sequence[str]) -> float:
    """How unevenly the people of any other programme of the days looked at (those it is held against and the payback, too) are
    spread over this one's: the largest difference of shares.
    """
    mine = np.isin(list(sellers), list(programme.reps))
    if mine.all() or not mine.any():
        return 0.0
    beside = [one for one in others if one.plan_id not in programme.plan_ids and _overlap(programme, one)]
    shares = (np.isin(list(sellers), list(other.reps)) for other in beside)
    return max((abs(float(theirs[mine].mean()) - float(theirs[~mine].mean())) for theirs in shares), default=0.0)


def _overlap(one: Programme, other: Programme) -> bool:
    far = date(2200, 1, 1)
    back = BEFORE_A_LOT if one.chosen == "lot" else BEFORE_DAYS
    until = far if one.last is None else max(one.last, one.first + timedelta(days=SHORTEST)) + timedelta(days=PAYBACK_DAYS + 15)
    return one.first - timedelta(days=back) <= (other.last or far) and other.first <= until
