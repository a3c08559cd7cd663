"""Where each team's period will land, worked out once, so that whatever speaks of the running period starts from one number.

In: teams' tables, the chances of deals and the teams' calls. Out: one row per team and one for the company, for the months
ahead. A team's own page works the same number out again, with all that stands beside it.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from salesanalytics.analyses.company.calls_for_teams import COMPANY
from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Tables

COLUMNS = ["team_id", "start", "end", "goal", "booked", "low", "middle", "high", "p_hit"]


def landings_for_teams(
    by_team: Mapping[str, Tables],
    *,
    as_of: date,
    period: Period,
    whole: Landing | None = None,
    hazards: pd.DataFrame | None = None,
    called: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """team_id ('' the company), start, end, goal, booked, low (P10), middle, high (P90), p_hit; teams of which nothing can be
    foretold are left out. `whole`: the company's landing; `called`: as `calls_for_teams` has it.
    """
    found = {} if whole is None else {COMPANY: whole}
    for team, tables in by_team.items():
        mine = None if called is None else called[called["team_id"] == team]
        found[team] = landing(tables, as_of=as_of, period=period, hazards=hazards, called=mine)
    days = (pd.Timestamp(period.start), pd.Timestamp(period.end))
    rows = [
        (team, *days, one.goal, one.booked, one.low, one.middle, one.high, one.p_hit)
        for team, one in found.items()
        if one.foretells
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"goal": "float64", "p_hit": "float64"})
