"""A commission plan as the table `incentive_plan` keeps it: its tiers as JSON become a plan.

In: a row, and the period it is looked at for. Out: a `Plan` for that period, on bookings; or PlanError with what cannot be
read. The JSON is a list of steps, `[{"from": 1.0, "rate": 0.07}, …]` over attainment, marginal; or an object `{"how":
"retroactive", "steps": […]}` that names what a plan file would. Below the first step `base_rate` is paid. `eligible` is JSON
too: teams, roles or reps.
"""

import json
from decimal import Decimal
from typing import Any

import pandas as pd
from pydantic import ValidationError

from salesanalytics.base.calendar import Period
from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.plan import Plan

NO_CURRENCY = "XXX"  # ISO 4217 for none: the tables are in one currency, whichever that is


def recorded_plan(row: "pd.Series[Any]", period: Period, fiscal_year_start: int = 1) -> Plan:
    """The plan of one row. Raises PlanError where its JSON is none, or is no plan: overlapping tiers, unknown keys, …"""
    name = str(row["plan_id"])
    tiers = _json(row["accelerators"], name, "accelerators", [])
    tiers = {"steps": tiers} if isinstance(tiers, list) else tiers
    eligible = _json(row["eligible"], name, "eligible", {})
    if not isinstance(tiers, dict) or not isinstance(eligible, dict):
        raise PlanError(f"incentive_plan {name}: accelerators is a list of steps, and eligible an object; this is neither.")
    steps = tiers.get("steps")
    base = row["base_rate"] if pd.notna(row["base_rate"]) else 0.0
    if isinstance(steps, list) and not any(isinstance(step, dict) and step.get("from") == 0 for step in steps):
        tiers = {**tiers, "steps": [{"from": 0, "rate": float(base)}, *steps]}
    said = {
        "name": str(row["name"]), "version": 1, "valid_from": period.start, "valid_to": period.end, "currency": NO_CURRENCY,
        "base": "booked", "period": period.kind, "fiscal_year_start": fiscal_year_start, "tiers": tiers, "eligible": eligible,
    }  # fmt: skip
    try:
        return Plan.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(key) for key in first["loc"])
        raise PlanError(f"incentive_plan {name}: {at or 'the plan'}: {first['msg'].removeprefix('Value error, ')}.") from None


def _json(cell: object, plan: str, column: str, nothing: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(cell, str) or not cell.strip():
        return nothing
    try:
        return json.loads(cell, parse_float=Decimal)
    except ValueError as error:
        raise PlanError(f"incentive_plan {plan}: {column} is no JSON ({error}). Correct it in the source.") from None
