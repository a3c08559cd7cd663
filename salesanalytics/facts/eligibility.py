"""Whom a pay plan or an incentive is for: one rule for both.

In: what it names, and sellers. Out: ids of reps. `{"teams": ["North"], "reps": ["R7"]}` means everybody in North, and R7 as
well; `{"teams": ["North"], "roles": ["ae"]}` means the AEs in North. Roles narrow teams; named reps come on top of both.
"""

from collections.abc import Collection

import pandas as pd


def named(
    sellers: pd.DataFrame, *, teams: Collection[str], roles: Collection[str], reps: Collection[str], inside: Collection[str]
) -> set[str]:
    """Ids of the `sellers` (one row each: rep_id, role) who are meant; everybody where nothing is named.

    `inside`: the reps in one of `teams`, on the day or within the time that counts for who asks.
    """
    if not (teams or roles or reps):
        return set(sellers["rep_id"])
    fit = pd.Series(bool(teams or roles), index=sellers.index)
    if roles:
        fit &= sellers["role"].isin(list(roles))
    if teams:
        fit &= sellers["rep_id"].isin(list(inside))
    return set(sellers.loc[fit | sellers["rep_id"].isin(list(reps)), "rep_id"])
