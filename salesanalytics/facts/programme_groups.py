"""The groups whose effect is looked at apart, because somebody wrote them down before the programme began.

In: a `Programme`, and tables as known on its eve. Out: for each way to part people that was named (tenure, role, motivator)
the group of each seller. What was not written down before the first day is no group here: found afterwards, some group
always differs.
"""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import TENURED, sellers_on, tenure_months
from salesanalytics.facts.programmes import Programme

NEW, TENURED_ONES = "new", "tenured"


def stated_groups(tables: Tables, programme: Programme) -> dict[str, dict[str, str]]:
    """By way of parting, the group of each seller by rep_id: `new` (less than a year with the company) or `tenured`; the role;
    the motivator scored highest before the first day (who scored none, or two alike, is in no group).
    """
    eve = programme.first - timedelta(days=1)
    tables = known_on(tables, eve)
    there = sellers_on(tables, pd.Timestamp(programme.first)).set_index("rep_id")
    found: dict[str, dict[str, str]] = {}
    for way in programme.groups:
        if way == "tenure":
            hired = tables["rep"].set_index("rep_id")["hire_date"].reindex(there.index)
            months = tenure_months(hired, pd.Timestamp(eve))
            group = pd.Series(np.where(months < TENURED, NEW, TENURED_ONES), index=there.index, dtype="object")
            found[way] = _by_rep(group[hired.notna()])
        elif way == "role":
            found[way] = _by_rep(there["role"])
        elif way == "motivator":
            found[way] = _moved_by(tables, there.index)
    return found


def _moved_by(tables: Tables, reps: "pd.Index[str]") -> dict[str, str]:
    if "rep_trait" not in tables:
        return {}
    said = tables["rep_trait"]
    said = said[(said["kind"] == "motivator") & said["score"].notna() & said["rep_id"].isin(reps)]
    said = said.sort_values("observed_on").drop_duplicates(["rep_id", "name"], keep="last")
    highest = said[said["score"] == said.groupby("rep_id")["score"].transform("max")]
    return _by_rep(highest.drop_duplicates("rep_id", keep=False).set_index("rep_id")["name"])


def _by_rep(group: "pd.Series[Any]") -> dict[str, str]:
    return {str(rep): str(name) for rep, name in group.dropna().items()}
