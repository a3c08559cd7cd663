"""Why no assignment meets the limits, in numbers, and what would make one possible.

In: an `AssignmentProblem`. Out: nothing where it may be possible, else a DataError that names the account or rep in the way
and the least tolerance (or other change) that would do. Never just "infeasible".
"""

import math
from typing import NoReturn

import numpy as np

from salesanalytics.base.types import Floats, Ints
from salesanalytics.errors import DataError
from salesanalytics.models.territory.bound import deviation, least_tolerance
from salesanalytics.models.territory.problem import EXACT, AssignmentProblem
from salesanalytics.models.territory.repair import largest_first


def check(of: AssignmentProblem) -> None:
    """DataError on what can be told without solving: an account too large, a rep with too much fixed or too little allowed."""
    found = [*_too_large(of), *_too_much_fixed(of), *_too_little_allowed(of)]
    if found:
        raise DataError("; ".join(found) + f". {_what_would_do(of)}")


def explain(of: AssignmentProblem) -> NoReturn:
    """DataError for limits that each hold but cannot hold together."""
    reached, least, proven = closest(of)
    if least <= of.tolerance:  # there is one after all, and the search did not get to it
        raise DataError(f"no assignment within ±{_percent(of.tolerance)} was found, though there is one; raise tolerance")
    loads = of.loads(reached)
    worst = int(np.abs(loads / of.target - 1).argmax())
    raise DataError(
        f"{len(of.workload)} accounts cannot be split over {len(of.target)} reps within ±{_percent(of.tolerance)} of the fair "
        f"shares: in the {'most even' if proven else 'most even split found'} one, rep {of.reps['rep_id'].iloc[worst]!r} holds "
        f"{_share(of, loads[worst], worst)} of the fair share, and the largest account is {_largest(of)}. "
        f"A tolerance of {_up(least)} is {'the least that works' if proven else 'known to work'}"
        f"{'; or free accounts that are fixed or forbidden' if not of.allowed.all() else ''}."
    )


def closest(of: AssignmentProblem) -> tuple[Ints, float, bool]:
    """The most even assignment found, its largest deviation from a fair share, and whether none is more even."""
    plain = largest_first(of)
    who, least, proven = least_tolerance(of)
    if who is None or deviation(of, plain) < least:
        return plain, deviation(of, plain), False
    return who, least, proven


def _too_large(of: AssignmentProblem) -> list[str]:
    room = np.where(of.allowed, of.high, -np.inf).max(axis=1)
    rows = np.flatnonzero(of.workload > room + EXACT)
    if not len(rows):
        return []
    worst = rows[np.argmax(of.workload[rows] - room[rows])]
    more = f" ({len(rows)} such accounts)" if len(rows) > 1 else ""
    return [
        f"account {of.accounts['account_id'].iloc[worst]!r} with a workload of {_given(of, of.workload[worst])} is larger than "
        f"any rep may hold{more}: at ±{_percent(of.tolerance)} the most is {_given(of, room[worst])}"
    ]


def _too_much_fixed(of: AssignmentProblem) -> list[str]:
    """Reps whose accounts that can be nowhere else exceed what they may hold."""
    bound_to = np.where(of.allowed.sum(axis=1) == 1, of.allowed.argmax(axis=1), -1)
    loads, count = of.loads(bound_to), np.bincount(bound_to[bound_to >= 0], minlength=len(of.target))
    return [
        f"rep {of.reps['rep_id'].iloc[rep]!r} has {count[rep]} fixed accounts with a workload of {_given(of, loads[rep])}, and "
        f"may hold {_given(of, of.high[rep])} at ±{_percent(of.tolerance)}: "
        f"free at least {_given(of, loads[rep] - of.high[rep])} of it"
        for rep in np.flatnonzero((loads > of.high + EXACT) & (count > 1))
    ]


def _too_little_allowed(of: AssignmentProblem) -> list[str]:
    there = of.allowed.T @ of.workload
    return [
        f"rep {of.reps['rep_id'].iloc[rep]!r} can reach a workload of {_given(of, there[rep])} with all accounts allowed, "
        f"and is to hold at least {_given(of, of.low[rep])}: allow {_given(of, of.low[rep] - there[rep])} more"
        for rep in np.flatnonzero(there < of.low - EXACT)
    ]


def _what_would_do(of: AssignmentProblem) -> str:
    _, least, proven = closest(of)
    return f"A tolerance of {_up(least)} is {'the least that works' if proven else 'known to work'}"


def _given(of: AssignmentProblem, load: float) -> str:
    """A workload in the unit it came in."""
    return f"{load * of.accounts['workload'].sum() / of.workload.sum():.4g}"


def _largest(of: AssignmentProblem) -> str:
    row = int(of.workload.argmax())
    mean = float(of.target.mean())
    return f"{of.accounts['account_id'].iloc[row]!r} with {_percent(float(of.workload[row]) / mean)} of an average rep's share"


def _share(of: AssignmentProblem, load: Floats, rep: int) -> str:
    return _percent(float(load / of.target[rep]))


def _percent(share: float) -> str:
    return f"{share * 100:.3g}%"


def _up(tolerance: float) -> str:
    """A tolerance rounded up, so that what is advised works."""
    return f"{math.ceil(tolerance * 1000 - 1e-6) / 1000:.3f}"
