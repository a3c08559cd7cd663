"""How long each deal stayed in each stage.

In: `opportunity_history` (one row per change). Out: one row per deal and stay: opportunity_id, stage, entered_on, left_on
(missing while it lasts).
"""

from collections.abc import Mapping

import pandas as pd

Tables = Mapping[str, pd.DataFrame]


def stage_stays(tables: Tables) -> pd.DataFrame:
    """Every stay of every deal, in order of time."""
    history = tables["opportunity_history"]
    moves = history[history["field"] == "stage"].sort_values(["opportunity_id", "changed_at"], kind="stable")
    stays = pd.DataFrame(
        {
            "opportunity_id": moves["opportunity_id"],
            "stage": moves["new_value"],
            "entered_on": moves["changed_on"],
            "left_on": moves.groupby("opportunity_id")["changed_on"].shift(-1),
        }
    )
    return stays.reset_index(drop=True)
