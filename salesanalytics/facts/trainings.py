"""Trainings: who completed which and when, what it cost, how people were chosen, and the panel its effect is judged by.

In: `training_event`, `rep`, deals with their stages, `assessment`. Out: `Training`s, and long panels with one row per seller
and stretch of days. A training is a topic; sessions with ids of their own are one training in waves. Who did it twice counts
from the first time. Rows that cannot be (completed before it started, or after the person had left) are set aside and counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from salesanalytics.base.types import Ints, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.employment import stays
from salesanalytics.facts.people import records_begin, sellers_on
from salesanalytics.facts.programmes import BEFORE_A_LOT, cells, outcome_cells
from salesanalytics.facts.skill_scores import plain
from salesanalytics.facts.stage_entries import ladder, main_pipeline, stage_entries
from salesanalytics.facts.standing import standing

Outcome = Literal["late", "early", "bookings", "score"]
STRETCH = 46  # days: shorter ones hold too few decisions of one seller
BEFORE_DAYS = 4 * STRETCH + 1  # enough to see a trend; longer, and more people have left or had another training
AFTER_DAYS = 4 * STRETCH  # looked at after the last wave
NEW_DAYS = 92  # after the hire, within which a training comes with being new
MOSTLY = 0.8
WAVE_DAYS = 31
TEST_DAYS = 400
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """`training`: its topic without capitals, or its id; `name` as written. `done`: one row per person who completed it:
    rep_id, started_on, completed_on (the first time). `chosen`: how, as the source says; everybody where all new people
    get it, or nothing where nobody says. `cost` of all rows that count, missing where none is known; `unfinished`: people
    who began and did not complete it; `twice`: people who completed it again; `wrong_order`, `outside` (of all stays): rows
    set aside.
    """

    training: str
    name: str
    done: pd.DataFrame
    chosen: str
    cost: float
    unfinished: int
    twice: int
    wrong_order: int
    outside: int

    @property
    def first(self) -> pd.Timestamp:
        """The day after the first completion."""
        return pd.Timestamp(self.done["completed_on"].min()) + pd.Timedelta(days=1)


def trainings(tables: Tables, as_of: date) -> list[Training]:
    """Every training that somebody had begun by `as_of`, by name."""
    tables = known_on(tables, as_of)
    if "training_event" not in tables:
        return []
    rows = tables["training_event"]
    key = plain(rows["topic"].fillna(rows["training_id"]))
    rows = rows.assign(key=key, label=rows["topic"].fillna(rows["training_id"])).sort_values(
        ["completed_on", "rep_id", "training_id"]
    )
    employed = stays(tables)
    return [_training(str(name), part, employed, tables) for name, part in rows.groupby("key", sort=True)]


def _training(key: str, rows: pd.DataFrame, employed: pd.DataFrame, tables: Tables) -> Training:
    wrong = (rows["completed_on"] < rows["started_on"]).fillna(False)
    after = ~wrong & _outside(rows, employed)
    used = rows[~wrong & ~after]
    complete = used[used["completed_on"].notna()]
    done = complete.drop_duplicates("rep_id")[["rep_id", "started_on", "completed_on"]].reset_index(drop=True)
    said = used["chosen_by"].dropna() if "chosen_by" in used else pd.Series(dtype="object")
    chosen = str(said.iloc[0]) if said.nunique() == 1 else ""
    return Training(
        training=key,
        name=str(rows["label"].iloc[0]),
        done=done,
        chosen=EVERYBODY if _comes_with_the_hire(done, employed) else chosen,
        cost=float(used["cost"].sum(min_count=1)),
        unfinished=int(used.loc[~used["rep_id"].isin(done["rep_id"]), "rep_id"].nunique()),
        twice=int((complete.groupby("rep_id").size() > 1).sum()),
        wrong_order=int(wrong.sum()),
        outside=int(after.sum()),
    )


def _outside(rows: pd.DataFrame, employed: pd.DataFrame) -> "pd.Series[bool]":
    """Rows whose day lies in none of their person's stays: after one of them ended, or well before the first began."""
    day = rows["completed_on"].fillna(rows["started_on"])
    pairs = pd.DataFrame({"rep_id": rows["rep_id"], "day": day, "at": rows.index}).merge(employed, on="rep_id")
    inside = ~(pairs["day"] < pairs["hired"]) & ~(pairs["day"] > pairs["left"])
    gone = (pairs["day"] > pairs["left"]) | (pairs["day"] < pairs["hired"] - pd.Timedelta(days=NEW_DAYS))
    by = pd.DataFrame({"inside": inside, "gone": gone}).groupby(pairs["at"]).any().reindex(rows.index, fill_value=False)
    return by["gone"].astype(bool) & ~by["inside"].astype(bool)


def _comes_with_the_hire(done: pd.DataFrame, employed: pd.DataFrame) -> bool:
    """Whether nearly everybody who did it was new, and nearly everybody who was new did it: nobody like them went without."""
    if done.empty:
        return False
    hired = done["rep_id"].map(employed.dropna(subset=["hired"]).groupby("rep_id")["hired"].min())
    new = (done["completed_on"] - hired).dt.days <= NEW_DAYS
    since = employed[(employed["hired"] >= done["started_on"].min()) & (employed["hired"] <= done["started_on"].max())]
    return bool(new.mean() >= MOSTLY and since["rep_id"].isin(done["rep_id"]).mean() >= MOSTLY)


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """`panel`: unit, rep_id, team_id (on the first day), wave, stretch (1: the first after the training), outcome,
    treated_from; `by_team`: whether whole teams were sent; `within`: whether people are compared within waves; `traits`:
    columns known of each on the eve; `days`: of a stretch.
    """

    panel: pd.DataFrame
    by_team: bool
    within: bool
    traits: tuple[str, ...]
    days: float


@dataclass(frozen=True, slots=True, eq=False)
class _Wave:
    """Who began within a month from `first` on, and `free`: whoever was there then and can be compared."""

    first: pd.Timestamp
    until: pd.Timestamp
    begins: "pd.Series[pd.Timestamp]"
    free: pd.DataFrame


def followed_up(one: Training, every: Sequence[Training], tables: Tables, as_of: date, outcome: Outcome) -> Followed | None:
    """The panel of one outcome, from well before a training to half a year after it. None where there is none.

    `late`, `early`: share of a seller's decided deals that went on, in the later and the earlier half of the stages, less the
    mean of the stage; `score`: the yearly test before (stretch 0) and after (1). People drawn by lot in waves are compared wave
    by wave with whoever had not had it by the end of that half year; who took part in another training in the days looked at
    is left out. Others who began at different times are followed together.
    """
    tables = known_on(tables, as_of)
    days = one.done["completed_on"] + pd.Timedelta(days=1)
    back = BEFORE_A_LOT if one.chosen == "lot" else BEFORE_DAYS
    within = one.chosen == "lot" and bool((days.max() - days.min()).days > WAVE_DAYS)
    firsts = _wave_days(days) if within else [days.min()]
    waves = [_wave(tables, every, one, first, back, as_of, alone=within) for first in firsts]
    made = decisions(tables, outcome) if outcome in ("late", "early") and not missing_for(tables, outcome) else None
    parts = []
    for at, wave in enumerate(waves):
        if wave.free.empty:
            continue
        panel: pd.DataFrame | None
        if outcome == "bookings":
            places, edges = _stretches(tables, wave, back, as_of)
            panel = outcome_cells(tables, wave.free, wave.first, places, edges, "bookings")
        elif outcome == "score":
            panel = _scores(tables, one, wave)
        else:
            panel = None if made is None else _conversion(made, tables, wave, back, as_of)
        if panel is None or panel.empty:
            continue
        mine = panel.assign(wave=at, treated_from=panel["rep_id"].map(_begins(wave)))
        parts.append(mine.assign(unit=mine["rep_id"].astype("object") + f"|{at}"))
    if not parts:
        return None
    rows = pd.concat(parts, ignore_index=True)
    rows.loc[rows["treated_from"] > rows["stretch"].max(), "treated_from"] = np.nan
    traits: tuple[str, ...] = ()
    if one.chosen == "wish" and rows["treated_from"].nunique() == 1 and outcome != "score":
        held_against = waves[0].first - pd.Timedelta(days=back)
        stood = standing(tables, as_of=(waves[0].first - timedelta(days=1)).date(), before=held_against.date())
        rows, traits = rows.merge(stood, how="left", left_on="rep_id", right_index=True), tuple(stood.columns)
    return Followed(rows, _whole_teams(rows), within, traits, float(STRETCH))


def _wave_days(days: "pd.Series[pd.Timestamp]") -> list[pd.Timestamp]:
    """The first day of each wave: completions within a month belong together."""
    found: list[pd.Timestamp] = []
    for day in sorted(days.unique()):
        if not found or (pd.Timestamp(day) - found[-1]).days > WAVE_DAYS:
            found.append(pd.Timestamp(day))
    return found


def _wave(
    tables: Tables, every: Sequence[Training], one: Training, first: pd.Timestamp, back: int, as_of: date, *, alone: bool
) -> _Wave:
    """`alone`: a wave by itself, whose untreated had not had the training by its end; else all who ever began."""
    done = one.done.set_index("rep_id")["completed_on"] + pd.Timedelta(days=1)
    last = first + pd.Timedelta(days=WAVE_DAYS) if alone else done.max()
    until = min(last + pd.Timedelta(days=AFTER_DAYS), pd.Timestamp(as_of))
    mine = done[(done >= first) & (done <= last)]
    there = sellers_on(tables, first)
    other = done[(done < first) | ((done > last) & (done <= until))]
    since = first - pd.Timedelta(days=back)
    beside = [
        training.done.loc[(training.done["completed_on"] > since) & (training.done["started_on"] < until), "rep_id"]
        for training in every
        if one.chosen != "lot" and training.training != one.training and training.chosen != EVERYBODY
    ]
    gone = set(other.index).union(*(set(reps) for reps in beside))
    return _Wave(first, until, mine, there[~there["rep_id"].isin(gone)].reset_index(drop=True))


def _stretches(tables: Tables, wave: _Wave, back: int, as_of: date) -> tuple[Ints, Ints]:
    """Places of the stretches (1: the wave's first), and their edges in days since its first day."""
    known = min(back, (wave.first - records_begin(tables, as_of)).days)
    places = np.arange(1 - max(known, 0) // STRETCH, max(((wave.until - wave.first).days + 1) // STRETCH, 0) + 1)
    return places, np.arange(places[0] - 1, places[-1] + 1) * STRETCH if len(places) else places


def _begins(wave: _Wave) -> "pd.Series[float]":
    """The stretch from which each counts as trained: that of the first day after it, or the next where half of it is over."""
    days = (wave.begins - wave.first).dt.days
    return pd.Series(((days + STRETCH // 2) // STRETCH + 1).to_numpy(dtype=np.float64), index=wave.begins.index)


def _whole_teams(panel: pd.DataFrame) -> bool:
    starts = panel.drop_duplicates("unit").assign(start=lambda rows: rows["treated_from"].fillna(-(10**6)))
    by = starts.groupby("team_id")["start"]
    return bool((by.nunique() == 1).all() and (by.size() > 1).any())


def missing_for(tables: Tables, outcome: Outcome) -> tuple[str, ...]:
    """Tables that an outcome needs and these lack."""
    needs = {"late": ("stage", "opportunity_history"), "early": ("stage", "opportunity_history"), "score": ("assessment",)}
    return tuple(name for name in needs.get(outcome, ()) if name not in tables)


def _conversion(made: pd.DataFrame, tables: Tables, wave: _Wave, back: int, as_of: date) -> pd.DataFrame | None:
    """Per seller and stretch; missing without any decision, or where the seller was not employed throughout."""
    there, first = wave.free, wave.first
    places, edges = _stretches(tables, wave, back, as_of)
    if not len(places):
        return None
    made = made[made["rep_id"].isin(there["rep_id"])]
    day = (made["decided_on"] - first).dt.days
    at = np.searchsorted(edges, day.to_numpy(), side="right") - 1
    stretch = places[np.clip(at, 0, len(places) - 1)]
    trained = np.asarray(made["decided_on"] >= made["rep_id"].map(wave.begins))
    counted = np.asarray(stretch >= made["rep_id"].map(_begins(wave)).fillna(np.inf).to_numpy())
    keep = (at >= 0) & (at < len(places)) & (trained == counted)  # of the stretch in which it was completed one part only
    made, at, trained = made[keep], at[keep], trained[keep]
    usual = made["stage"].map(made[~trained].groupby("stage")["went_on"].mean())
    who = pd.Index(there["rep_id"]).get_indexer(made["rep_id"])
    sums, counts = np.zeros((len(there), len(places))), np.zeros((len(there), len(places)))
    np.add.at(sums, (who, at), (made["went_on"] - usual).fillna(0.0).to_numpy())
    np.add.at(counts, (who, at), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return cells(tables, there, first, places, edges, np.where(counts > 0, sums / counts, np.nan))


def decisions(tables: Tables, outcome: Outcome) -> pd.DataFrame:
    """One row per deal and stage it left, in one half of the main pipeline: rep_id (owner on that day), stage, decided_on,
    went_on (1.0 or 0.0).
    """
    deals = tables["opportunity"].set_index("opportunity_id")
    main = main_pipeline(tables["opportunity"])
    steps = ladder(tables["stage"])
    last = int((~steps["is_closed"] & (steps["pipeline"] == main)).sum())
    rows = stage_entries(tables)
    rows = rows[(rows["pipeline"] == main) & (rows["outcome"] != "open")]
    rows = rows[(rows["place"] > last // 2) == (outcome == "late")]
    day = rows["next_on"].fillna(rows["opportunity_id"].map(deals["closed_on"]))
    rows = rows.assign(decided_on=day, went_on=(rows["outcome"] == "went_on").astype("float64")).dropna(subset=["decided_on"])
    return rows.assign(rep_id=_owner(rows, tables, deals))[["rep_id", "stage", "decided_on", "went_on"]]


def _owner(rows: pd.DataFrame, tables: Tables, deals: pd.DataFrame) -> "pd.Series[str]":
    """Who owned each deal on the day: who handed it over next, or who has it now."""
    owner = rows["opportunity_id"].map(deals["owner_rep_id"])
    log = tables["opportunity_history"]
    handed = log[log["field"] == "owner_rep_id"]
    pairs = rows.assign(at=rows.index)[["at", "opportunity_id", "decided_on"]].merge(handed, on="opportunity_id")
    later = pairs[pairs["changed_on"] > pairs["decided_on"]].sort_values("changed_at").drop_duplicates("at")
    return later.set_index("at")["old_value"].reindex(rows.index).fillna(owner)


def _scores(tables: Tables, one: Training, wave: _Wave) -> pd.DataFrame | None:
    """The last test in the taught skill before the training (stretch 0) and the first after it (1), within 400 days; of tests
    that belong to no training, which those who are not sent take as well.
    """
    if "assessment" not in tables:
        return None
    taken = tables["assessment"]
    taken = taken[(plain(taken["skill"]) == one.training) & taken["training_id"].isna()]
    if taken.empty:
        return None
    taken = taken[taken["max_score"] == taken["max_score"].mode().iloc[0]]
    taken = taken[taken["rep_id"].isin(wave.free["rep_id"])]
    away = (taken["taken_on"] - taken["rep_id"].map(wave.begins).fillna(wave.first)).dt.days
    taken = taken.assign(stretch=(away >= 0).astype("int64"), away=away.abs())[away.abs() <= TEST_DAYS]
    nearest = taken.sort_values(["away", "assessment_id"]).drop_duplicates(["rep_id", "stretch"])
    wide = nearest.pivot(index="rep_id", columns="stretch", values="score").reindex(columns=[0, 1])
    rows = wide.reindex(wave.free["rep_id"]).stack(future_stack=True).rename("outcome").rename_axis(["rep_id", "stretch"])
    teams = wave.free.set_index("rep_id")["team_id"].fillna("")
    found: pd.DataFrame = rows.reset_index()
    return found.assign(team_id=found["rep_id"].map(teams))
