"""Locked plan versions: what a version said when it was used for payments, so that nobody can change it and keep its number.

In: plans. Out: what each says, as sorted keys and plain texts, with a hash of that. Two files that mean the same have the same
hash, however they are written (4.5% or 0.045). `valid_to` is left out: when a version ends is decided later; and so is
`paid_as`, which only finds payments. Never reads a file.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NotRequired, TypeAlias, TypedDict, cast

from salesanalytics.errors import PlanError
from salesanalytics.models.payplan.plan import Plan


class LockedVersion(TypedDict):
    """What is kept of a version: its hash, every key with its value, and the name of the file it stood in, where known."""

    sha256: str
    says: dict[str, str]
    file: NotRequired[str]


Locked: TypeAlias = Mapping[str, LockedVersion]
"""By name and version of a plan (`Plan.label`)."""
NOWHERE: Mapping[str, str] = {}


def says(plan: Plan) -> dict[str, str]:
    """Every key of a plan and its value as text."""
    return dict(sorted(_flat("", plan.model_dump(by_alias=True, exclude={"valid_to", "paid_as"}))))


def content_hash(plan: Plan) -> str:
    """SHA-256 of what a plan says: the same for files that mean the same."""
    return _hash(says(plan))


def lock(plans: Iterable[Plan], locked: Locked, files: Mapping[str, str] = NOWHERE) -> dict[str, LockedVersion]:
    """`locked` with `plans` added. `files`: by `Plan.label`, the names of the files they stand in.

    Raises PlanError as `refuse_changed` does.
    """
    plans = list(plans)
    refuse_changed(plans, locked, files)
    return {**locked, **{plan.label: _entry(plan, files.get(plan.label, "")) for plan in plans}}


def _entry(plan: Plan, file: str) -> LockedVersion:
    entry = LockedVersion(sha256=content_hash(plan), says=says(plan))
    return LockedVersion(**entry, file=file) if file else entry


def refuse_changed(plans: Sequence[Plan], locked: Locked, files: Mapping[str, str] = NOWHERE) -> None:
    """Raise PlanError where a plan is no longer what its locked version said, or stands in its place under another label."""
    for plan in plans:
        kept = locked.get(plan.label)
        if kept is None:
            _refuse_in_its_place(plan, locked, files.get(plan.label, ""))
        elif kept["sha256"] != content_hash(plan):
            raise PlanError(
                f"{plan.label} was used for payments and is locked, and the file now says something else: "
                f"{'; '.join(_changes(kept['says'], says(plan)))}. Undo the change, or raise version: to {plan.version + 1} "
                "and let it begin with a later period."
            )


def _refuse_in_its_place(plan: Plan, locked: Locked, file: str) -> None:
    """A plan that is not locked, and pays for days of one that is: the same plan renamed, or with a higher number alone."""
    now = says(plan)
    for label, kept in locked.items():
        was = kept["says"]
        later = now["valid_from"] > was["valid_from"]
        renamed = {**was, "name": now["name"]} == now or (bool(file) and kept.get("file") == file and not later)
        if was["name"] != now["name"] and renamed:
            raise PlanError(
                f"{plan.label} was used for payments under another name and is locked as {label}; a name is part of a plan. "
                f"Write name: {was['name']}, or let a new plan begin with a later period, in a file of its own."
            )
        if was["name"] == now["name"] and int(was["version"]) < plan.version and not later:
            raise PlanError(
                f"{plan.label} begins on {plan.valid_from}, and {label}, which is locked, on {was['valid_from']}: what was "
                "paid by would be reckoned anew. Let the new version begin with a later period."
            )


def locked_from(text: str, file: str) -> dict[str, LockedVersion]:
    """What a lock file holds. Raises PlanError where it is none, or where what it says does not have its hash."""
    try:
        locked = cast("dict[str, LockedVersion]", json.loads(text))
        sound = all(_sound(label, kept) for label, kept in locked.items())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise PlanError(f"{file} is no list of locked plans, or was changed by hand; restore it from your records.")
    return locked


def _sound(label: str, kept: LockedVersion) -> bool:
    """Whether an entry is whole: its hash is that of what it says, and it is called by what it says."""
    said = kept["says"]
    called = f"{said['name']} (version {said['version']})"
    return _hash(said) == kept["sha256"] and called == label and "valid_from" in said and isinstance(kept.get("file", ""), str)


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
