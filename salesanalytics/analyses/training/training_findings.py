"""What a leader should know of trainings: what worked and what a point cost, what showed nothing, who has not had what works.

In: the tables of `TrainingEffect`. Out: its findings, what worked first.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding, Says, Severity, Subject

ORDER = ("effect", "bookings", "harm", "learnt", "next", "none", "set_aside")
AFTER_NONE = 5.5  # what cannot be judged, before what was set aside


def findings_of(table: pd.DataFrame, trainings: pd.DataFrame, period: Period) -> list[Finding]:
    """What worked and what a point cost, what showed nothing, and what cannot be judged; then who has not had what works."""
    told = [_of_training(rows, period) for _, rows in table.groupby("training", sort=True)]
    works = trainings[trainings["works"] & (trainings["sellers"] > trainings["present"])]
    told += [_next(row, period) for row in works.to_dict("records")]
    aside = int(trainings["set_aside"].sum())
    if aside:
        told.append(_set_aside(aside, period))
    return sorted(told, key=_place)


def _place(one: Finding) -> float:
    kind = one.key.split(".")[1]
    return next((float(at) for at, start in enumerate(ORDER) if kind.startswith(start)), AFTER_NONE)


def _next(row: Mapping[Any, Any], period: Period) -> Finding:
    """How many have not had a training that works."""
    left = int(row["sellers"] - row["present"])
    values = {"name": row["name"], "n": left, "sellers": row["sellers"], "cost": left * row["a_head"]}
    key = "training_effect.next_free" if _free(row) else "training_effect.next"
    evidence = Evidence(int(row["sellers"]), "sellers", period=(period.end, period.end))
    about = _about(row)
    return Finding(key, "act", values, evidence, about=about, says="train", horizon="next")


def _set_aside(rows: int, period: Period) -> Finding:
    evidence, key = Evidence(rows, "rows", period=period.span), "training_effect.set_aside"
    return Finding(key, "watch", {"n": rows}, evidence, owner="operations", about=("training", ""), says="record")


def _about(row: Mapping[Any, Any]) -> tuple[Subject, str]:
    return ("training", str(row["training"]))


def _of_training(rows: pd.DataFrame, period: Period) -> Finding:
    """One finding per training: its surest effect on deals or bookings, else what was learnt, else why none is known."""
    results = rows[rows["outcome"] != "score"]
    sure = results[results["verdict"] == "effect"].sort_values("p")
    if len(sure):
        return _effect(sure.iloc[0].to_dict(), period)
    judged = results[results["verdict"] == "none_found"]
    if len(judged):
        learnt = rows[(rows["outcome"] == "score") & (rows["verdict"] == "effect") & (rows["effect"] > 0)]
        return _no_effect(judged.iloc[0].to_dict(), learnt, period)
    row = results.iloc[0].to_dict()
    values = {"name": row["name"], "n": row["people"], "needs": row["needs"]}
    evidence = Evidence(int(row["people"]), "sellers", period=period.span)
    return Finding(f"training_effect.{row['blocked']}", "watch", values, evidence, about=_about(row), says="record")


def _effect(row: Mapping[Any, Any], period: Period) -> Finding:
    better = row["effect"] > 0
    values = {name: row[name] for name in ("name", "effect", "per_point", "per_point_low", "per_point_high", "a_head")}
    key = "harm" if not better else "bookings" if row["outcome"] == "bookings" else f"effect_{row['outcome']}"
    key = key if not better or row["per_point"] == row["per_point"] else f"{key}_free"
    severity: Severity = "good" if better else "act"
    says: Says = "keep" if better else "stop"
    evidence, rests_on = _evidence(row, period), _rests(row)
    return Finding(f"training_effect.{key}", severity, values, evidence, about=_about(row), says=says, rests_on=rests_on)


def _no_effect(row: Mapping[Any, Any], learnt: pd.DataFrame, period: Period) -> Finding:
    """No effect on deals or bookings, and whether the score rose all the same."""
    key = "training_effect.learnt" if len(learnt) else "training_effect.none_free" if _free(row) else "training_effect.none"
    values = {"name": row["name"], "outcome": row["outcome"], "smallest": row["smallest"], "n": row["people"]}
    values |= {"points": float(learnt["effect"].iloc[0]) if len(learnt) else 0.0, "cost": row["a_head"]}
    evidence, rests_on = _evidence(row, period), _rests(row)
    return Finding(key, "watch", values, evidence, about=_about(row), says="check", rests_on=rests_on)


def _free(row: Mapping[Any, Any]) -> bool:
    """Nobody has recorded what it cost."""
    return bool(row["a_head"] != row["a_head"])


def _evidence(row: Mapping[Any, Any], period: Period) -> Evidence:
    n = int(row["people"]) + int(row["others"])
    return Evidence(n, "sellers", float(row["low"]), float(row["high"]), "share", period=(row["first"].date(), period.end))


def _rests(row: Mapping[Any, Any]) -> tuple[str, ...]:
    return () if row["chosen"] == "lot" else ("alike_without_it",)
