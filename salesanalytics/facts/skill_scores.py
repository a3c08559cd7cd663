"""What is known of people's skills: scores of tests and ratings, each with its scale, and the courses taken before.

In: `assessment`, `rep_trait` (kind skill) and `training_event`. Out: one row per score. A scale is a kind of test by its most
points, or who rates. Tests with one point that are all or nothing are told apart as passed or failed.
"""

from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.types import Ints, Tables
from salesanalytics.data.tables.as_of import known_on

MOST_OLD = 2 * 365  # days after which a score is not counted any more
SCORES = ["rep_id", "skill", "scale", "score", "day", "block"]


def plain(names: "pd.Series[str]") -> "pd.Series[str]":
    """Names of skills and topics as they are compared: without capitals and spaces around."""
    return names.astype("object").str.strip().str.casefold()


def skill_scores(tables: Tables, *, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Graded scores, and tests passed or failed, of two years: rep_id, skill, scale, score, day, block (courses in the skill
    that were completed before). A scale is "test:<points>" or "rating:<who>". In order of rep, skill, scale and day.
    """
    tables = known_on(tables, as_of)
    parts = []
    if "assessment" in tables:
        taken = tables["assessment"]
        scale = "test:" + taken["max_score"].map(lambda most: f"{most:g}").astype("object")
        parts.append(taken.assign(scale=scale, day=taken["taken_on"], one=taken["max_score"] == 1))
    if "rep_trait" in tables:
        rated = tables["rep_trait"]
        rated = rated[(rated["kind"] == "skill") & rated["score"].notna()]
        source = rated["source"].astype("object").fillna("")
        parts.append(rated.assign(skill=rated["name"], scale="rating:" + source, day=rated["observed_on"], one=False))
    columns = ["rep_id", "skill", "scale", "score", "day", "one"]
    rows = pd.concat([part[columns] for part in parts]) if parts else pd.DataFrame(columns=columns)
    rows = rows[rows["day"] > pd.Timestamp(as_of) - pd.Timedelta(days=MOST_OLD)]
    rows = rows.assign(skill=plain(rows["skill"]), score=rows["score"].astype("float64"), one=rows["one"].astype(bool))
    rows = rows.assign(block=_courses_before(rows, tables))
    rows = rows.sort_values(["rep_id", "skill", "scale", "day", "score"], kind="stable", ignore_index=True)
    whole = rows["score"].isin([0.0, 1.0]).groupby(rows["skill"]).transform("all") if len(rows) else rows["one"]
    binary = rows["one"] & whole
    return rows.loc[~binary, SCORES].reset_index(drop=True), rows.loc[binary, SCORES].reset_index(drop=True)


def _courses_before(rows: pd.DataFrame, tables: Tables) -> Ints:
    """How many courses in its skill each score's person had completed before that day."""
    if "training_event" not in tables or not len(rows):
        return np.zeros(len(rows), dtype=np.int64)
    pairs = rows.assign(at=np.arange(len(rows))).merge(_completions(tables), on=["rep_id", "skill"])
    before = pairs.loc[pairs["completed_on"] < pairs["day"], "at"].to_numpy(dtype=np.int64)
    return np.bincount(before, minlength=len(rows)).astype(np.int64)


def _completions(tables: Tables) -> pd.DataFrame:
    """One row per completed training with a topic: rep_id, skill, completed_on."""
    done = tables["training_event"].dropna(subset=["completed_on", "topic"])
    return done.assign(skill=plain(done["topic"]))[["rep_id", "skill", "completed_on"]]


def latest_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """The last score per person, skill and scale; several of one day count with their mean."""
    keys = ["rep_id", "skill", "scale"]
    last = scores[scores["day"] == scores.groupby(keys)["day"].transform("max")]
    return last.groupby(keys, as_index=False).agg(score=("score", "mean"), day=("day", "max"), block=("block", "max"))


def completed(tables: Tables, as_of: date) -> pd.DataFrame:
    """One row per person and topic of a completed training: rep_id, skill, completed_on (the last time)."""
    tables = known_on(tables, as_of)
    if "training_event" not in tables:
        return pd.DataFrame({"rep_id": [], "skill": [], "completed_on": pd.Series(dtype="datetime64[us]")})
    return _completions(tables).groupby(["rep_id", "skill"], as_index=False).agg(completed_on=("completed_on", "max"))
