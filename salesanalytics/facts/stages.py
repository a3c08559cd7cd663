"""How each deal moved through the stages, and how long it stayed in each.

In: `opportunity_history` (one row per change) and `opportunity`. Out: moves (one row per deal and stage entered) and stays
(with the day each was left). Some systems log changes only, so that a deal's first stage is nowhere written as a row: it is
then the old value of the first change, or the present stage of a deal that never moved, entered when the deal was opened.
"""

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.among import among
from salesanalytics.data.tables.once import once

COLUMNS = ["opportunity_id", "stage", "changed_at", "changed_on"]


@once
def stage_moves(tables: Tables) -> pd.DataFrame:
    """One row per deal and stage entered, in order of time: opportunity_id, stage, changed_at, changed_on.

    A deal whose first stage was not logged and whose creation is unknown begins with its first logged change.
    """
    history = tables["opportunity_history"]
    logged = history.loc[history["field"] == "stage", ["opportunity_id", "changed_at", "changed_on", "old_value", "new_value"]]
    logged = logged.sort_values(["opportunity_id", "changed_at"], kind="stable")
    moves = logged.rename(columns={"new_value": "stage"})
    begun = _unlogged(logged, tables["opportunity"])
    if begun.empty:
        return moves[COLUMNS].reset_index(drop=True)
    both = pd.concat([begun, moves[COLUMNS]])
    return both.sort_values(["opportunity_id", "changed_at"], kind="stable", ignore_index=True)


def _unlogged(logged: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """The first stage of the deals whose log does not say it."""
    first = logged.drop_duplicates("opportunity_id").set_index("opportunity_id")["old_value"]
    named = deals["opportunity_id"].map(first)
    silent = ~among(deals["opportunity_id"], first.index)
    # a closed deal without any logged move would enter its last stage on the first day, which says nothing
    stage = named.where(~(silent & ~deals["is_closed"]), deals["stage"])
    begun = deals.assign(stage=stage, changed_at=deals["created_at"], changed_on=deals["created_on"])
    return begun.loc[begun["stage"].notna() & begun["changed_at"].notna(), COLUMNS]


@once
def stage_stays(tables: Tables) -> pd.DataFrame:
    """One row per deal and stay: opportunity_id, stage, entered_on, left_on (missing while it lasts), in order of time."""
    moves = stage_moves(tables)
    left = moves.groupby("opportunity_id")["changed_on"].shift(-1)
    stays = pd.DataFrame(
        {"opportunity_id": moves["opportunity_id"], "stage": moves["stage"], "entered_on": moves["changed_on"]}
    )
    return stays.assign(left_on=left)
