"""Who was with the company from when to when: one row per person and stay, so that who came back is new and not never gone.

In: `rep`, and `employment` where stays are kept. Out: `stays`, and `in_teams`, the parts of them in each team. People without a
known first day are in it with none.
"""

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.once import once
from salesanalytics.data.tables.teams import spans

STAY = ["rep_id", "hired", "left", "leave_type", "exit_reason", "regretted", "contract"]
FROM_REP = {"hire_date": "hired", "leave_date": "left"}
FROM_EMPLOYMENT = {"hired_on": "hired", "left_on": "left"}


@once
def stays(tables: Tables) -> pd.DataFrame:
    """One row per person and stay, of tables as known on a day: rep_id, hired (first day; may be missing), left (last day;
    missing while it lasts), leave_type, exit_reason, regretted, contract, role. Ordered by person and first day.

    The stays of `employment` count; who has none there has the one that `rep` tells of.
    """
    rep = tables["rep"]
    rows = rep.rename(columns=FROM_REP).reindex(columns=STAY)
    if len(tables.get("employment", ())):
        kept = tables["employment"].rename(columns=FROM_EMPLOYMENT).reindex(columns=STAY)
        others = rows[~rows["rep_id"].isin(kept["rep_id"])]
        rows = pd.concat([kept, others.astype(kept.dtypes)], ignore_index=True) if len(others) else kept
    rows = rows[rows["rep_id"].isin(rep["rep_id"])]
    role = rows["rep_id"].map(rep.set_index("rep_id")["role"])
    return rows.assign(role=role).sort_values(["rep_id", "hired"], kind="stable", ignore_index=True)


def in_teams(tables: Tables, employed: pd.DataFrame, begin: pd.Timestamp, today: pd.Timestamp) -> pd.DataFrame:
    """One row per row of `employed` (see `stays`) and span in one of these tables' teams, in which anything could be seen.

    Beside the columns of `employed`: team_id, since (the first day on which a leaving could have been seen, at least `begin`),
    until (the last one, at most `today`), and `left` (whether it ended because the person left; who moved has not).
    """
    rows = spans(tables).merge(employed, on="rep_id")
    rows = rows.sort_values(["rep_id", "valid_from", "hired"], kind="stable", ignore_index=True)
    hired, gone, far = rows["hired"], rows["left"], pd.Timestamp(2200, 1, 1)
    begun = rows["valid_from"].where(~(hired > rows["valid_from"]), hired)
    ended = pd.to_datetime(rows["valid_to"]).fillna(far)
    left = (gone.fillna(far) <= ended) & (gone >= begun) & (gone <= today)
    until = ended.where(~(gone < ended), gone)
    until = until.where(until < today, today)
    stay = rows.drop(columns=["valid_from", "valid_to"]).assign(since=begun.where(begun > begin, begin), until=until, left=left)
    return stay[stay["since"] <= stay["until"]].reset_index(drop=True)
