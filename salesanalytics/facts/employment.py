"""Who was with the company from when to when: one row per person and stay, so that who came back is new and not never gone.

In: `rep`, and `employment` where stays are kept. Out: `stays`. People without a known first day are in it with none.
"""

import pandas as pd

from salesanalytics.base.types import Tables

STAY = ["rep_id", "hired", "left", "leave_type", "exit_reason", "regretted", "contract"]
FROM_REP = {"hire_date": "hired", "leave_date": "left"}
FROM_EMPLOYMENT = {"hired_on": "hired", "left_on": "left"}


def stays(tables: Tables) -> pd.DataFrame:
    """One row per person and stay, of tables as known on a day: rep_id, hired (first day; may be missing), left (last day;
    missing while it lasts), leave_type, exit_reason, regretted, contract, role. Ordered by person and first day.

    The stays of `employment` count; who has none there has the one that `rep` tells of.
    """
    rep = tables["rep"]
    rows = rep.rename(columns=FROM_REP).reindex(columns=STAY)
    if len(tables.get("employment", ())):
        kept = tables["employment"].rename(columns=FROM_EMPLOYMENT).reindex(columns=STAY)
        rows = pd.concat([kept, rows[~rows["rep_id"].isin(kept["rep_id"])]], ignore_index=True)
    rows = rows[rows["rep_id"].isin(rep["rep_id"])]
    role = rows["rep_id"].map(rep.set_index("rep_id")["role"])
    return rows.assign(role=role).sort_values(["rep_id", "hired"], kind="stable", ignore_index=True)
