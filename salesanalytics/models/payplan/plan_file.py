"""A plan file becomes a plan, or one error with every problem and its line.

In: a file as `base.strict_yaml.read_document` read it. Out: a `Plan`; or PlanError, a line per problem: file and line, what was
found, what was expected, how to mend it. Never reads a file itself.
"""

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from salesanalytics.base.strict_yaml import Document, KeyPath
from salesanalytics.errors import PlanError
from salesanalytics.models.payplan import plan as parts
from salesanalytics.models.payplan.plan import Plan
from salesanalytics.models.payplan.values import PLAIN

# what to write, by the name of the key; pydantic's own words speak of types
_RATE = "a share such as 4.5% or 0.045, from 0 to 100%"
_MONEY = "an amount of at least 0 with at most two decimals, such as 1500 or 1500.50 (money, never a share with %)"
_DAY = "a day written YYYY-MM-DD, from 1990 on"
EXPECTED = {
    "name": "a name, as text in one line",
    "version": "a whole number from 1 on, raised with every change",
    "valid_from": _DAY,
    "valid_to": f"{_DAY}, or nothing while the version lasts",
    "paid_as": "a list of plan ids or names in the table payout, as text",
    "currency": "three capital letters, such as EUR",
    "base": "booked, invoiced, paid or margin",
    "period": "month, quarter or year",
    "fiscal_year_start": "a month as a number from 1 to 12",
    "deal_in_two_periods": "refuse, first, last or each",
    "overlays": "true or false",
    "invoices_include_tax": "the rate of the tax in the invoices, such as 19%",
    "recoverable": "true or false",
    "base_rate": _RATE,
    "rate": _RATE,
    "times": "a multiple of base_rate, such as 1.5; at least 0",
    "each": _MONEY,
    "how": "marginal or retroactive",
    "over": "attainment, money or count",
    "per": "period or deal",
    "measure": "amount or count",
    "by": "total or family",
    "per_deal": _MONEY,
    "per_period": _MONEY,
    "amount": _MONEY,
    "min_amount": _MONEY,
    "pays": _MONEY,
    "target": _MONEY,
    "cost": _MONEY,
    "days": "a whole number of days from 1 to 3660",
    "share": "a share from 0 to 100%, such as 50%",
    "weight": "a share from 0 to 100%, such as 50%",
    "at": "an attainment such as 100%, at most 1000%",
    "units": "a number above 0 and up to 1000, such as 1 day",
    "kind": "recognition or time_off",
    "types": "a list of new, expansion, renewal",
    "families": "a list of product families, as text",
    "teams": "a list of team ids, as text",
    "roles": "a list of roles, as text",
    "reps": "a list of rep ids, as text",
    "steps": "a list of steps, each with from: and one of rate:, times:, each:",
    "parts": "a list of objectives, each with name: and weight:",
    "spiffs": "a list, each with name:, from:, to: and one of pays:, rate:",
    "rewards": "a list, each with name:, kind: and cost:",
}
_THRESHOLD = "a threshold of at least 0, such as 100% or 50000"


def plan_from(document: Document, file: str) -> Plan:
    """The plan that `document` holds; `file` is how errors call it. Raises PlanError with every problem found."""
    problems = [f"{file}, {problem}" for problem in document.problems]
    value = document.value
    if not isinstance(value, dict):
        if not problems:
            problems.append(f"{file}: holds no plan; expected lines of key: value, beginning with name: and version:")
        raise _error(file, problems)
    try:
        plan = Plan.model_validate(value)
    except ValidationError as error:
        problems += [_explained(one, document, file) for one in error.errors()]
        raise _error(file, list(dict.fromkeys(problems))) from None
    if problems:
        raise _error(file, problems)
    return plan


def _error(file: str, problems: list[str]) -> PlanError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return PlanError("\n  ".join([f"{count} in the pay plan {file}; nothing was paid or simulated:", *problems]))


def _explained(one: Mapping[str, Any], document: Document, file: str) -> str:
    path: KeyPath = tuple(str(key) if isinstance(key, str) else key for key in one["loc"])
    where, key = _where(path, document, file), str(next((key for key in reversed(path) if isinstance(key, str)), ""))
    named = ".".join(f"{key + 1}" if isinstance(key, int) else key for key in path)
    if one["type"] == "extra_forbidden":
        return f"{where}: {named} is no part of a plan; {_near(key, path)}"
    if one["type"] == "missing":
        return f"{where}: {named} is missing; expected {_expected(key, path)}"
    if one["type"] == "value_error" and (said := str(one["ctx"]["error"])) not in PLAIN:
        return f"{where}: {named}: {said}" if named else f"{where}: {said}"
    return f"{where}: {named} is {_shown(one.get('input'))}; expected {_expected(key, path)}"


def _expected(key: str, path: KeyPath) -> str:
    if key in ("from", "to"):
        return _DAY if "spiffs" in path else _THRESHOLD
    return EXPECTED.get(key, "lines of key: value")


def _where(path: KeyPath, document: Document, file: str) -> str:
    """File and line of the nearest key that stands in the file; items of a list have the line of their first key."""
    for end in range(len(path), 0, -1):
        if line := document.lines.get(path[:end]):
            return f"{file}, line {line}"
        below = [line for key, line in document.lines.items() if key[:end] == path[:end]]
        if below:
            return f"{file}, line {min(below)}"
    return file


def _near(key: str, path: KeyPath) -> str:
    known = _keys_at(path[:-1])
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"


def _keys_at(path: KeyPath) -> list[str]:
    """The keys that may stand at a place of the file."""
    at: type[BaseModel] = Plan
    below: dict[str, type[BaseModel]] = {
        "quota": parts.Quota, "tiers": parts.Tiers, "steps": parts.Step, "caps": parts.Caps, "draw": parts.Draw,
        "clawback": parts.Clawback, "spiffs": parts.Spiff, "mbo": parts.Mbo, "parts": parts.Objective,
        "rewards": parts.Reward, "eligible": parts.Eligible,
    }  # fmt: skip
    for key in path:
        at = below.get(key, at) if isinstance(key, str) else at
    return [field.alias or name for name, field in at.model_fields.items()]


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "several lines of key: value"
    text = " ".join(str(value).split())
    text = text if len(text) <= 60 else text[:59] + "…"
    return f'"{text}"' if isinstance(value, str) else text.lower() if isinstance(value, bool) else text
