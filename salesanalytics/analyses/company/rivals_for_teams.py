"""Competitors of every team, judged together: six teams that look at six names each are thirty-six looks.

In: deals by team. Out: the table of the handover, one row per team and competitor, each team's own rows for itself.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from salesanalytics.analyses.evaluating.winloss import RIVALS, closed_lately, judged, rivals_of
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on


def rivals_for_teams(by_team: Mapping[str, Tables], *, as_of: date) -> pd.DataFrame:
    """team_id and the columns of `WinLoss.rivals`, of deals closed within twelve months, p adjusted over all teams' rows."""
    parts = []
    for team, tables in by_team.items():
        parts.append(rivals_of(closed_lately(known_on(tables, as_of)["opportunity"], as_of)).assign(team_id=team))
    together = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["team_id", *RIVALS])
    return judged(together)[["team_id", *RIVALS]]
