"""The versions of a plan beside each other: one rule for everything that takes several.

In: plans. Out: the same, earliest first; or PlanError. Versions have one name and one calendar, a number each, and no day in
common.
"""

import itertools
from collections.abc import Sequence

from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.plan import Plan


def versions_of(plans: Plan | Sequence[Plan]) -> list[Plan]:
    """The versions of one plan, earliest first. Raises PlanError where they are none, overlap or are not of one plan."""
    versions = sorted([plans] if isinstance(plans, Plan) else plans, key=lambda plan: plan.valid_from)
    if not versions:
        raise PlanError("No pay plan is given; name at least one.")
    for before, after in itertools.pairwise(versions):
        if before.valid_to is None or before.valid_to >= after.valid_from:
            ends = before.valid_to or "no day"
            raise PlanError(
                f"{before.label} and {after.label} are both in force on {after.valid_from} (the first ends on {ends}). "
                "Give the earlier one a valid_to: before the later one begins."
            )
        if before.name != after.name or before.version == after.version:
            raise PlanError(
                f"{before.label} and {after.label} are no two versions of one plan; "
                "give each the same name: and a version: of its own."
            )
        if (before.period, before.fiscal_year_start) != (after.period, after.fiscal_year_start):
            raise PlanError(
                f"{before.label} pays by {before.period} and {after.label} by {after.period}; keep one for all versions."
            )
    return versions
