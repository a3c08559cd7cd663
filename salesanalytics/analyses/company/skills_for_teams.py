"""What the company tells each team about its skills: the team's gap to all others, and its own people for the analyst.

In: `Skills` of the whole company. Out: tidy tables for the handover, each row for one team. A gap is told where at least five
people of each of five teams stand behind it: of fewer teams, one could work out another's.
"""

from datetime import date

import pandas as pd

from salesanalytics.analyses.company.pooling import LEAST_TEAMS
from salesanalytics.analyses.training.skills import PEOPLE, SKILLS, Skills
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import sellers_on
from salesanalytics.stats.suppression import FEW

GAPS = ["team_id", *SKILLS, "others"]
OF_TEAM = ["people", "below", "since", "gap", "low", "high", "p", "differs", "others"]


def skill_gaps(found: Skills) -> pd.DataFrame:
    """One row per team and skill: team_id, the columns of `Skills.table` with the team's own people and gap, others."""
    whole = found.table.drop(columns=[name for name in OF_TEAM if name in found.table])
    rows = found.teams.merge(whole, on="skill")
    enough = (rows["people"] >= FEW).groupby(rows["skill"]).transform("sum") >= LEAST_TEAMS
    hidden = ["gap", "low", "high", "p"]
    rows[hidden] = rows[hidden].where(enough)
    few = rows["people"].groupby(rows["skill"]).transform("sum") < FEW
    return rows.assign(differs=rows["differs"] & enough, left_out=0)[~few].reset_index(drop=True)[GAPS]


def skill_people(found: Skills, tables: Tables, *, as_of: date) -> pd.DataFrame:
    """One row per present seller and skill: their team_id, the columns of `Skills.people`."""
    tables = known_on(tables, as_of)
    there = sellers_on(tables, pd.Timestamp(as_of))[["rep_id", "team_id"]]
    rows = found.people.merge(there, on="rep_id")
    return rows.dropna(subset=["team_id"])[["team_id", *PEOPLE]].reset_index(drop=True)
