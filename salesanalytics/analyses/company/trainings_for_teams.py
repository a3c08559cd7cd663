"""What the company tells each team about trainings: effects of all who were compared, never another team's people or costs.

In: `TrainingEffect` of the whole company. Out: tidy tables for the handover, each row for one team. A team is told of a
training that its people completed, or that people of five and more teams did: of fewer, it would be told how a single other
team does. Where fewer than five people stand behind an effect, it is not told.
"""

import pandas as pd

from salesanalytics.analyses.company.pooling import LEAST_TEAMS
from salesanalytics.analyses.training.training_effect import COLUMNS, COURSE, GUARDS, TrainingEffect
from salesanalytics.stats.suppression import FEW

NUMBERS = ["effect", "low", "high", "p", "smallest", "per_point", "per_point_low", "per_point_high"]


def training_effects(found: TrainingEffect) -> pd.DataFrame:
    """One row per team, training and outcome: team_id, the columns of `TrainingEffect.table`."""
    rows = found.table
    few = (rows["people"] < FEW) | ((rows["others"] > 0) & (rows["others"] < FEW))
    hidden = rows.assign(
        **{name: rows[name].mask(few) for name in NUMBERS},
        verdict=rows["verdict"].mask(few, "not_identifiable"),
        blocked=rows["blocked"].mask(few & (rows["blocked"] == ""), "units"),
    )
    return _for_each_team(found, hidden, COLUMNS)


def training_courses(found: TrainingEffect) -> pd.DataFrame:
    """One row per team, training, outcome and stretch of days: team_id, the columns of `TrainingEffect.course`.

    Of trainings of a single team, or of five and more: of fewer, a team could take its own course out.
    """
    took = found.by_team[found.by_team["completed"] > 0].groupby("training")["team_id"].nunique()
    teams = found.course["training"].map(took)
    return _for_each_team(found, found.course[(teams == 1) | (teams >= LEAST_TEAMS)], COURSE)


def training_guards(found: TrainingEffect) -> pd.DataFrame:
    """One row per team, training, outcome and guard: team_id, the columns of `TrainingEffect.guards`."""
    return _for_each_team(found, found.guards, GUARDS)


def _for_each_team(found: TrainingEffect, rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    took = found.by_team["completed"] > 0
    enough = took.groupby(found.by_team["training"]).transform("sum") >= LEAST_TEAMS
    told = found.by_team.loc[took | enough, ["training", "team_id"]]
    return told.merge(rows, on="training")[["team_id", *columns]]
