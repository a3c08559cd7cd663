"""What a leader should know of incentives: what worked and cost what, what showed nothing, and what cannot be judged.

In: the table of `Incentives`. Out: its findings, what worked first.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.facts.programmes import EVERYBODY

ORDER = ("effect", "none_found", "not_identifiable")


def findings_of(table: pd.DataFrame, as_of: date) -> list[Finding]:
    """What worked and what it cost; what cost money and showed nothing; and what cannot be judged, with what would mend it."""
    rows = [row for row in table.to_dict("records") if row["chosen"] != EVERYBODY]
    return [_said(row, as_of) for row in sorted(rows, key=lambda row: ORDER.index(row["verdict"]))]


def _said(row: Mapping[Any, Any], as_of: date) -> Finding:
    span = (row["start"].date(), as_of if pd.isna(row["end"]) else row["end"].date())
    values = {"name": row["name"], "n": row["people"], "ready": None if pd.isna(row["ready"]) else row["ready"].date()}
    n = int(row["people"]) + int(row["others"])
    if row["verdict"] == "not_identifiable":
        evidence = Evidence(n, "sellers", period=span)
        return Finding(f"incentives.{row['blocked']}", "watch", values | {"needs": row["needs"]}, evidence)
    evidence = Evidence(n, "sellers", float(row["low"]), float(row["high"]), "share", period=span)
    values |= {name: row[name] for name in ("effect", "gain", "gain_low", "gain_high", "cost", "smallest")}
    return _of_effect(row, values, evidence)


def _of_effect(row: Mapping[Any, Any], values: dict[str, Any], evidence: Evidence) -> Finding:
    few = pd.isna(row["cost"])  # of whom no money is told
    here = "" if pd.isna(row.get("mine", np.nan)) else "_here"  # a team's own money beside the company's effect
    if row["verdict"] == "none_found":
        key = f"nothing_paid{here}" if row["cost"] > 0 else "nothing"
        return Finding(f"incentives.{key}", "watch", values, evidence, weight=0.0 if few else float(row["cost"]))
    if row["effect"] < 0:
        return Finding("incentives.harm", "act", values, evidence, weight=0.0 if few else float(-row["gain"]))
    if few:
        return Finding("incentives.works_few", "good", values, evidence)
    if not row["cost"] > 0:
        return Finding("incentives.works_unpaid", "good", values, evidence, weight=float(row["gain"]))
    values |= {"per_unit": row["per_unit"]}
    return Finding(f"incentives.works{here}", "good", values, evidence, weight=float(row["gain"]))
