"""Names in a plan that the company does not have: they pass in silence, and somebody is left out or paid for nothing.

In: a plan and the whole company's tables; a team's lack the other teams' people, so that their names would be missing there.
Out: what is unknown, key by key.
"""

import difflib
from collections.abc import Iterable, Mapping

from salesanalytics.base.types import Tables
from salesanalytics.models.payplan.plan import Plan


def unknown_names(plan: Plan, tables: Tables) -> dict[str, list[str]]:
    """By key of the plan, the names in it that nobody and nothing in `tables`, the whole company's, has."""
    asked: Mapping[str, tuple[str, Iterable[str]]] = {
        "eligible.teams": ("team.team_id", plan.eligible.teams),
        "eligible.reps": ("rep.rep_id", plan.eligible.reps),
        "eligible.roles": ("rep.role", plan.eligible.roles),
        "spiffs.families": ("product.family", {family for spiff in plan.spiffs for family in spiff.families}),
    }
    found = {key: sorted(set(names) - known(where, tables)) for key, (where, names) in asked.items()}
    return {key: names for key, names in found.items() if names}


def known(where: str, tables: Tables) -> set[str]:
    """What stands in a column, as table.column."""
    table, column = where.split(".")
    return set(tables[table][column].dropna().astype(str)) if table in tables else set()


def in_words(unknown: Mapping[str, list[str]], tables: Tables) -> str:
    """The unknown names in one line, with the nearest known one where there is one."""
    near = {"eligible.teams": "team.team_id", "eligible.reps": "rep.rep_id"}
    told = []
    for key, names in unknown.items():
        close = difflib.get_close_matches(names[0], sorted(known(near[key], tables)), 1) if key in near else []
        few = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        told.append(f"{key}: {few}" + (f" (did you mean {close[0]}?)" if close else ""))
    return "; ".join(told)
