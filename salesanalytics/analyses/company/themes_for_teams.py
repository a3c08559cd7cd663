"""What the company tells each team about what its buyers and employees write about.

In: `Themes` of the whole company and of each team. Out: the table of the handover, each team's own rows for itself.
"""

import pandas as pd

from salesanalytics.analyses.evaluating.themes import COLUMNS, WHOLE, Themes


def themes_for_teams(found: Themes) -> pd.DataFrame:
    """One row per team, group and theme: the columns of `Themes.table`."""
    return found.table[found.table["team_id"] != WHOLE][COLUMNS].reset_index(drop=True)
