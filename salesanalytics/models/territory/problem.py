"""Accounts and reps as the numbers of one assignment problem, checked.

In: accounts (one row each: account_id, workload, rep_id where somebody looks after it, optional name, x, y, move_cost) and
reps (one row each: rep_id, optional name, capacity, x, y, fixed, forbidden), in any order. Out: an `AssignmentProblem`: arrays
in the order of the ids, so that the order of rows changes nothing. Never solves anything.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.errors import DataError

CostKind = Literal["matrix", "travel", "moves"]
EXACT = 1e-9  # loads are compared with their limits to this share of an average account


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentProblem:
    """`n` accounts by `r` reps.

    `cost`: what account i costs with rep j, moving included; `allowed`: whether it may be there. `workload` is scaled to an
    average account of 1, `target` (n,) are the fair shares in the same unit. `present`: column of the present rep, -1 for none.
    """

    accounts: pd.DataFrame
    reps: pd.DataFrame
    cost: Floats
    kept: Floats
    allowed: Flags
    workload: Floats
    target: Floats
    present: Ints
    tolerance: float
    kind: CostKind

    @property
    def low(self) -> Floats:
        """The least each rep is to hold."""
        return np.maximum(self.target * (1 - self.tolerance), 0.0)

    @property
    def high(self) -> Floats:
        """The most each rep may hold."""
        return self.target * (1 + self.tolerance)

    def loads(self, who: Ints) -> Floats:
        """Workload of each rep when account i is with rep `who[i]`; -1 is with nobody."""
        there = who >= 0
        return np.bincount(who[there], self.workload[there], minlength=len(self.target)).astype(float)

    def holds(self, who: Ints) -> bool:
        """Whether every rep is within the tolerance and every account where it may be."""
        loads = self.loads(who)
        within = (loads >= self.low - EXACT) & (loads <= self.high + EXACT)
        return bool(within.all() and self.allowed[np.arange(len(who)), who].all())

    def total(self, who: Ints) -> float:
        """What the assignment costs, moving included."""
        return float(self.cost[np.arange(len(who)), who].sum())


def problem(
    accounts: pd.DataFrame, reps: pd.DataFrame, *, tolerance: float, move_cost: float | None, cost: pd.DataFrame | None
) -> AssignmentProblem:
    """The problem these frames state. DataError says what in them cannot be used."""
    if not tolerance >= 0:
        raise DataError(f"tolerance is {tolerance!r}; expected a share of the fair workload such as 0.05")
    accounts, reps = _unique(accounts, "account"), _unique(reps, "rep")
    if reps.empty:
        raise DataError(f"there are no reps to hold {len(accounts)} accounts; at least one rep with capacity is needed")
    if accounts.empty:
        raise DataError("there are no accounts to assign; expected one row per account")
    workload, capacity = _numbers(accounts, "workload", "account"), _capacity(reps)
    scaled = workload * len(workload) / workload.sum() if workload.sum() > 0 else workload
    if not workload.sum() > 0:
        raise DataError("every workload is 0, so there is nothing to balance; give at least one account a workload above 0")
    present = pd.Index(reps["rep_id"]).get_indexer(pd.Index(_column(accounts, "rep_id", None)))
    kept, kind = _costs(accounts, reps, cost)
    default = move_cost if move_cost is not None else 1.0 if kind == "moves" else 0.0
    moving = np.broadcast_to(_numbers(accounts, "move_cost", "account", default), len(accounts))
    if default < 0 or (moving < 0).any():
        raise DataError("move_cost is below 0, which would pay for moving accounts; expected 0 or more")
    away = (present[:, None] >= 0) & (present[:, None] != np.arange(len(reps)))
    return AssignmentProblem(
        accounts=accounts,
        reps=reps,
        cost=kept + away * moving[:, None],
        kept=kept,
        allowed=_allowed(accounts, reps),
        workload=scaled,
        target=capacity / capacity.sum() * scaled.sum(),
        present=present.astype(np.int64),
        tolerance=float(tolerance),
        kind=kind,
    )


def _unique(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """Rows in the order of their ids, which are texts."""
    key = f"{what}_id"
    if key not in frame:
        raise DataError(f"the {what}s have no column {key}; they have {', '.join(map(str, frame.columns)) or 'none'}")
    if frame[key].isna().any():
        raise DataError(f"{int(frame[key].isna().sum())} {what}s have no {key}; every {what} needs one")
    twice = frame[key][frame[key].duplicated()]
    if len(twice):
        raise DataError(
            f"{key} {twice.iloc[0]!r} stands more than once ({len(twice)} rows too many); one row per {what}, please"
        )
    return frame.sort_values(key, ignore_index=True)


def _column(frame: pd.DataFrame, name: str, default: object) -> "pd.Series[Any]":
    return frame[name] if name in frame else pd.Series([default] * len(frame), index=frame.index, dtype=object)


def _numbers(frame: pd.DataFrame, name: str, what: str, default: float | None = None) -> Floats:
    """A column of finite numbers of 0 or more."""
    if name not in frame:
        if default is None:
            raise DataError(f"the {what}s have no column {name}; expected a number of 0 or more in each row")
        return np.full(len(frame), float(default))
    values = pd.to_numeric(frame[name], errors="coerce").astype("float64")
    if default is not None:
        values = values.fillna(default)
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        first = frame.loc[bad, f"{what}_id"].iloc[0]
        raise DataError(
            f"{name} of {what} {first!r} is {values[bad].iloc[0]:g} ({int(bad.sum())} rows); expected a number of 0 or more"
        )
    return np.asarray(values, dtype=np.float64)


def _capacity(reps: pd.DataFrame) -> Floats:
    capacity = _numbers(reps, "capacity", "rep", 1.0)
    if not (capacity > 0).all():
        none = reps.loc[capacity <= 0, "rep_id"].tolist()
        raise DataError(f"rep {', '.join(map(repr, none))} has a capacity of 0; leave out reps who can hold no account")
    return capacity


def _costs(accounts: pd.DataFrame, reps: pd.DataFrame, cost: pd.DataFrame | None) -> tuple[Floats, CostKind]:
    """What each account costs with each rep before any moving: the matrix given, else the way from the rep's home, else 0."""
    if cost is not None:
        lacking = [*accounts.loc[~accounts["account_id"].isin(cost.index), "account_id"]]
        lacking += [*reps.loc[~reps["rep_id"].isin(cost.columns), "rep_id"]]
        if lacking:
            raise DataError(f"the cost matrix lacks {lacking[0]!r} ({len(lacking)} in all); expected account_id by rep_id")
        found = cost.loc[accounts["account_id"], reps["rep_id"]].to_numpy(dtype=float)
        if not np.isfinite(found).all() or (found < 0).any():
            raise DataError("the cost matrix holds missing or negative numbers; forbid a pair in reps.forbidden instead")
        return found, "matrix"
    if not ({"x", "y"} <= set(accounts) and {"x", "y"} <= set(reps)):
        return np.zeros((len(accounts), len(reps))), "moves"
    here, home = (_places(frame, what) for frame, what in ((accounts, "account"), (reps, "rep")))
    return np.asarray(np.hypot(*(here[:, None, :] - home[None, :, :]).transpose(2, 0, 1))), "travel"


def _places(frame: pd.DataFrame, what: str) -> Floats:
    places = frame[["x", "y"]].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(places).all(axis=1)
    if bad.any():
        first = frame.loc[bad, f"{what}_id"].iloc[0]
        raise DataError(f"{what} {first!r} has no place ({int(bad.sum())} rows); give every {what} x and y, or leave both out")
    return np.asarray(places)


def _allowed(accounts: pd.DataFrame, reps: pd.DataFrame) -> Flags:
    """Where each account may be: with the rep it is fixed to, else anywhere not forbidden. DataError on contradictions."""
    allowed = np.ones((len(accounts), len(reps)), dtype=bool)
    at = pd.Index(accounts["account_id"])
    fixed_to: dict[int, int] = {}
    names = reps["rep_id"].tolist()
    for column, ids in enumerate(_column(reps, "forbidden", ())):
        allowed[_rows(at, ids, names[column], "forbidden"), column] = False
    for column, ids in enumerate(_column(reps, "fixed", ())):
        for row in _rows(at, ids, names[column], "fixed"):
            if row in fixed_to:
                raise DataError(
                    f"account {at[row]!r} is fixed to two reps, {names[fixed_to[row]]!r} and {names[column]!r}; keep one"
                )
            if not allowed[row, column]:
                raise DataError(f"account {at[row]!r} is both fixed to and forbidden for rep {names[column]!r}; drop one")
            fixed_to[row] = column
    for row, column in fixed_to.items():
        allowed[row] = np.arange(len(reps)) == column
    nowhere = ~allowed.any(axis=1)
    if nowhere.any():
        raise DataError(
            f"account {at[nowhere][0]!r} is forbidden for every one of {len(reps)} reps ({int(nowhere.sum())} such accounts); "
            "allow it for at least one"
        )
    return allowed


def _rows(at: pd.Index, ids: object, rep: str, what: str) -> list[int]:
    if ids is None or (isinstance(ids, float) and np.isnan(ids)):
        return []
    if not isinstance(ids, Collection) or isinstance(ids, str):
        raise DataError(f"{what} of rep {rep!r} is {ids!r}; expected a list of account_ids")
    rows = at.get_indexer(pd.Index(list(ids), dtype=object))
    if (rows < 0).any():
        unknown = [one for one, row in zip(ids, rows, strict=True) if row < 0]
        raise DataError(
            f"rep {rep!r} has {what} accounts nobody knows: {unknown[0]!r} ({len(unknown)} in all); correct the account_id"
        )
    return sorted({int(row) for row in rows})
