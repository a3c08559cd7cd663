"""What the company tells each team about the incentives its people take part in.

In: `Incentives` of the whole company. Out: tidy tables for the handover, each row for one team. A team is told the company's
effect as a share, and money of its own people alone: sums over all who take part would tell two teams each other's bookings.
"""

import numpy as np
import pandas as pd

from salesanalytics.analyses.company.pooling import LEAST_TEAMS
from salesanalytics.analyses.pay.incentives import COLUMNS, COURSE, GUARDS, Incentives
from salesanalytics.facts.programmes import EVERYBODY

TOLD = ["team_id", *COLUMNS, "mine", "looked_at"]


def incentive_effects(found: Incentives) -> pd.DataFrame:
    """One row per team and programme its people take part in: team_id, the columns of `Incentives.table`, mine, looked_at."""
    rows = _followed(found).merge(found.table.drop(columns="cost"), on="plan_id")
    part = rows["booked"] / rows.groupby("plan_id")["booked"].transform("sum")
    for name in ("gain", "gain_low", "gain_high"):
        rows[name] = (rows[name] * part).replace([np.inf, -np.inf], np.nan)
    works = (rows["verdict"] == "effect") & (rows["gain"] > 0) & (rows["cost"] > 0)
    rows["per_unit"] = (rows["cost"] / rows["gain"]).where(works)
    rows = rows.assign(looked_at=found.looked_at)
    return rows.loc[rows["chosen"] != EVERYBODY, TOLD].reset_index(drop=True)


def incentive_courses(found: Incentives) -> pd.DataFrame:
    """One row per team, programme and stretch of days: team_id, the columns of `Incentives.course`.

    Of programmes for a single team, or for five and more: of fewer, a team could take its own course out.
    """
    teams = found.course["plan_id"].map(_followed(found).groupby("plan_id")["team_id"].nunique())
    return _for_each_team(found, found.course[(teams == 1) | (teams >= LEAST_TEAMS)], COURSE)


def incentive_guards(found: Incentives) -> pd.DataFrame:
    """One row per team, programme and guard: team_id, the columns of `Incentives.guards`."""
    return _for_each_team(found, found.guards, GUARDS)


def _for_each_team(found: Incentives, rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return _followed(found)[["plan_id", "team_id"]].merge(rows, on="plan_id")[["team_id", *columns]]


def _followed(found: Incentives) -> pd.DataFrame:
    """Teams with people in a programme who were followed; one with late joiners alone would be told of the others only."""
    return found.by_team[found.by_team["mine"] > 0]
