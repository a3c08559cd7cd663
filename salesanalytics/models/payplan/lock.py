"""Locked plan versions: what a version said when it was used for payments, so that nobody can change it and keep its number.

In: plans. Out: what each says, as sorted keys and plain texts, with a hash of that. Two files that mean the same have the same
hash, however they are written (4.5% or 0.045). `valid_to` is left out: when a version ends is decided later; and so is
`paid_as`, which only finds payments. Never reads a file.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias, TypedDict, cast

from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.plan import Plan


class LockedVersion(TypedDict):
    """What is kept of a version: its hash, and every key with its value."""

    sha256: str
    says: dict[str, str]


Locked: TypeAlias = Mapping[str, LockedVersion]
"""By name and version of a plan (`Plan.label`)."""


def says(plan: Plan) -> dict[str, str]:
    """Every key of a plan and its value as text."""
    return dict(sorted(_flat("", plan.model_dump(by_alias=True, exclude={"valid_to", "paid_as"}))))


def content_hash(plan: Plan) -> str:
    """SHA-256 of what a plan says: the same for files that mean the same."""
    return hashlib.sha256(json.dumps(says(plan), ensure_ascii=False).encode()).hexdigest()


def lock(plans: Iterable[Plan], locked: Locked) -> dict[str, LockedVersion]:
    """`locked` with `plans` added. Raises PlanError where one of them is locked already and says something else."""
    plans = list(plans)
    refuse_changed(plans, locked)
    return {**locked, **{plan.label: LockedVersion(sha256=content_hash(plan), says=says(plan)) for plan in plans}}


def refuse_changed(plans: Sequence[Plan], locked: Locked) -> None:
    """Raise PlanError, with what was changed, where a plan is no longer what its locked version said."""
    for plan in plans:
        kept = locked.get(plan.label)
        if kept is None or kept["sha256"] == content_hash(plan):
            continue
        raise PlanError(
            f"{plan.label} was used for payments and is locked, and the file now says something else: "
            f"{'; '.join(_changes(kept['says'], says(plan)))}. Undo the change, or raise version: to {plan.version + 1} "
            "and let it begin with a later period."
        )


def locked_from(text: str, file: str) -> dict[str, LockedVersion]:
    """What a lock file holds. Raises PlanError where it is none, or where what it says does not have its hash."""
    try:
        locked = cast("dict[str, LockedVersion]", json.loads(text))
        sound = all(_hash(kept["says"]) == kept["sha256"] for kept in locked.values())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise PlanError(f"{file} is no list of locked plans, or was changed by hand; restore it from your records.")
    return locked


def text_of(locked: Locked) -> str:
    """A lock file's text."""
    return json.dumps(locked, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _hash(said: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(sorted(said.items())), ensure_ascii=False).encode()).hexdigest()


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    keys = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
    told = [f"{key} was {before.get(key, 'not there')}, is {now.get(key, 'not there')}" for key in keys[:3]]
    return [*told, *([f"{len(keys) - 3} more"] if len(keys) > 3 else [])]


def _flat(key: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(f"{key}.{name}" if key else str(name), one)
    elif isinstance(value, list | tuple):
        for at, one in enumerate(value, 1):
            yield from _flat(f"{key}.{at}", one)
    elif isinstance(value, Decimal):
        yield key, format(value.normalize(), "f")
    elif value is not None:
        yield key, str(value)
