"""Whose rows a notebook may read: all of them, unless it is executed for one team's page.

In: the team whose rows are asked for, and an environment variable that the report sets. Out: nothing, or a SnapshotError.
A team's page, and its use in later runs, rest on this: what another team's rows say never reaches it.
"""

import os

from salesanalytics.errors import SnapshotError

ONLY_TEAM = "SALESANALYTICS_ONLY_TEAM"
"""Environment variable: the id of the one team whose rows a notebook may read."""


def require_access(team_id: str) -> None:
    """Raises SnapshotError where this notebook may not read the rows of the team (empty: of the whole company)."""
    only = os.environ.get(ONLY_TEAM)
    if only and team_id != only:
        asked = f"team {team_id!r}" if team_id else "the whole company"
        raise SnapshotError(
            f"This notebook is executed for the page of team {only!r} and asked for the rows of {asked}. "
            "What a page needs of others, 0_company hands over: view.hand_over(name, table) there, view.handover(name) here."
        )
