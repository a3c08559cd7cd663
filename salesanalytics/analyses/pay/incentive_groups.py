"""Whom an incentive moves: its effect in groups that were written down before it began, and how far they differ.

In: programmes that can be judged, with their panels. Out: one row per programme, way of parting people and group. Each group's
people are held against untreated ones of the same group. Two effects differ where the interval of their difference says so
(MOVER; Zou and Donner 2008), with Holm's correction over all groups looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.facts.programmes import Followed, Programme
from salesanalytics.models.effects.answer import Effect
from salesanalytics.stats.compare import holm
from salesanalytics.stats.suppression import FEW

LEVEL = 0.05
GROUPS = [
    "plan_id", "name", "by", "group", "people", "others", "effect", "low", "high", "blocked", "difference", "difference_low",
    "difference_high", "p", "differs",
]  # fmt: skip
NUMBERS = ("effect", "low", "high", "difference", "difference_low", "difference_high", "p")
Estimate: TypeAlias = Callable[[pd.DataFrame], Effect]


def by_group(
    programme: Programme, panel: Followed, groups: Mapping[str, Mapping[str, str]], estimate: Estimate
) -> list[dict[str, Any]]:
    """Rows of `Incentives.groups` for one programme, p not yet corrected. `estimate`: the engine, of some rows of the panel."""
    rows = []
    for way, group in groups.items():
        of = panel.panel["rep_id"].map(dict(group))
        names = sorted(of.dropna().unique())
        found = {name: _of(panel.panel[of == name], estimate) for name in names}
        for at, name in enumerate(names):
            row = {"plan_id": programme.plan_id, "name": programme.name, "by": way, "group": name} | found[name]
            if len(names) == 2 and at == 0:  # the second one's difference is the same, turned round
                row |= _difference(row, found[names[1]])
            elif len(names) > 2 and not row["blocked"]:
                row |= _difference(row, _of(panel.panel[of.notna() & (of != name)], estimate))
            rows.append(row)
    return rows


def _of(rows: pd.DataFrame, estimate: Estimate) -> dict[str, Any]:
    """A group's effect, or what stands in the way of it: fewer than five people on a side, or one of the guards."""
    sellers = rows.drop_duplicates("rep_id")
    people = int(sellers["treated_from"].notna().sum())
    told: dict[str, Any] = {"people": people, "others": len(sellers) - people, "blocked": "few"}
    if min(people, len(sellers) - people) < FEW:
        return told
    found = estimate(rows)
    told |= {"people": found.treated, "others": found.untreated}
    if found.verdict == "not_identifiable":
        few = min(found.treated, found.untreated) < FEW
        return told | {"blocked": "few" if few else found.blocked[0]}
    return told | {"effect": found.estimate, "low": found.low, "high": found.high, "blocked": ""}


def _difference(one: dict[str, Any], other: dict[str, Any]) -> dict[str, float]:
    """How much more the one's bookings were raised, as a ratio less one, with its interval and p-value."""
    if one["blocked"] or other["blocked"]:
        return {}
    (a, a_low, a_high), (b, b_low, b_high) = (
        np.log1p([row[name] for name in ("effect", "low", "high")]) for row in (one, other)
    )
    apart = a - b
    low, high = apart - np.hypot(a - a_low, b_high - b), apart + np.hypot(a_high - a, b - b_low)
    reach = apart - low if apart > 0 else high - apart
    p = (
        float(2 * stats.norm.sf(abs(apart) / reach * stats.norm.ppf(1 - LEVEL / 2)))
        if np.isfinite(reach) and reach > 0
        else 1.0
    )
    return {"difference": np.expm1(apart), "difference_low": np.expm1(low), "difference_high": np.expm1(high), "p": p}


def table_of_groups(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """All programmes' groups together: p corrected, and whether a difference is one."""
    table = pd.DataFrame(list(rows), columns=GROUPS).astype(dict.fromkeys(NUMBERS, "float64"))
    table = table.astype({"people": "int64", "others": "int64"})
    known = table["p"].notna()
    table.loc[known, "p"] = holm(table.loc[known, "p"].to_numpy())
    return table.assign(differs=(table["p"] <= LEVEL).astype(bool))
