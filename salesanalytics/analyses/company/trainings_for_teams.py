"""What the company tells each team about trainings: effects of all who were compared, never another team's people or costs.

In: `TrainingEffect` of the whole company. Out: tidy tables for the handover, every row for every team. An effect is a
difference of shares over people of many teams; where fewer than five people stand behind it, it is not told.
"""

import pandas as pd

from salesanalytics.analyses.training.training_effect import COLUMNS, COURSE, GUARDS, TrainingEffect
from salesanalytics.facts.people import FEW

NUMBERS = ["effect", "low", "high", "p", "smallest", "per_point", "per_point_low", "per_point_high"]


def training_effects(found: TrainingEffect) -> pd.DataFrame:
    """One row per training and outcome: the columns of `TrainingEffect.table`."""
    rows = found.table
    few = (rows["people"] < FEW) | ((rows["others"] > 0) & (rows["others"] < FEW))
    return rows.assign(
        **{name: rows[name].mask(few) for name in NUMBERS},
        verdict=rows["verdict"].mask(few, "not_identifiable"),
        blocked=rows["blocked"].mask(few & (rows["blocked"] == ""), "units"),
    )[COLUMNS]


def training_courses(found: TrainingEffect) -> pd.DataFrame:
    """One row per training, outcome and stretch of days: the columns of `TrainingEffect.course`."""
    return found.course[COURSE]


def training_guards(found: TrainingEffect) -> pd.DataFrame:
    """One row per training, outcome and guard: the columns of `TrainingEffect.guards`."""
    return found.guards[GUARDS]
