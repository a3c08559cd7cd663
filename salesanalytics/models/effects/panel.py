"""Who was followed, when, and since when each took part: a long table becomes a matrix, or is refused by name.

In: one row per unit (a rep, a team) and period. Out: `Panel`. A unit counts only where it was followed through all periods
that are looked at; who is not is counted, never filled in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, TypeAlias, get_args

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.errors import DataError

When: TypeAlias = Any  # a period's label: whatever sorts
How = Literal["lot", "clusters", "results", "volunteers", "unknown"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """How it was decided who takes part: by lot, whole clusters (teams) by somebody's choice, by results, by themselves.

    `first` and `last`: the periods whose results were looked at when choosing. Missing where nobody says.
    """

    how: How = "unknown"
    first: When = None
    last: When = None

    def __post_init__(self) -> None:
        if self.how not in get_args(How):
            raise DataError(f"units were chosen by {self.how!r}; expected one of {', '.join(get_args(How))}")


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """`outcome` (units, periods), NaN where nobody was followed; `start` (units,): place of the first treated period, `NEVER`
    for who never is; `cluster` (units,): 0, 1, …; `covariates` (units, k): as in the unit's first period; `stratum` (units,):
    0, 1, …, within which the lot was drawn, missing where among all.
    """

    outcome: Floats
    start: Ints
    cluster: Ints
    covariates: Floats
    units: tuple[Any, ...]
    periods: tuple[Any, ...]
    stratum: Ints | None = None

    @property
    def treated(self) -> Flags:
        """Who takes part at some time."""
        return np.asarray(self.start < NEVER, dtype=np.bool_)

    @property
    def by_cluster(self) -> bool:
        """Whether all units of a cluster share one fate, so that clusters and not units were chosen."""
        lowest, highest = (np.full(self.cluster.max() + 1, fill) for fill in (NEVER, -1))
        np.minimum.at(lowest, self.cluster, self.start)
        np.maximum.at(highest, self.cluster, self.start)
        return bool((lowest == highest).all())

    def only(self, keep: Flags) -> Self:
        """The units `keep` alone."""
        _, cluster = np.unique(self.cluster[keep], return_inverse=True)
        return replace(
            self,
            outcome=self.outcome[keep],
            start=self.start[keep],
            cluster=cluster,
            covariates=self.covariates[keep],
            units=tuple(unit for unit, one in zip(self.units, keep, strict=True) if one),
            stratum=None if self.stratum is None else np.unique(self.stratum[keep], return_inverse=True)[1],
        )

    def place(self, period: When) -> int:
        """Where a period stands among those of the panel. DataError where it is none of them."""
        if period not in self.periods:
            raise DataError(
                f"the period {period} is none of the panel's, which go from {self.periods[0]} to {self.periods[-1]}"
            )
        return self.periods.index(period)


NEVER = 1_000_000


def read_panel(
    rows: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    treated_from: str,
    cluster: str | None = None,
    covariates: Sequence[str] = (),
    strata: str | None = None,
) -> Panel:
    """`Panel` of long rows. `treated_from`: the first treated period of the row's unit; missing, 0 or infinite: never treated.

    DataError where a column lacks, there are no rows, or a unit has two rows in a period, two starts or two clusters.
    """
    needed = [outcome, unit, time, treated_from, *([cluster] if cluster else []), *([strata] if strata else []), *covariates]
    missing = [name for name in needed if name not in rows]
    if missing:
        raise DataError(f"the panel has no column {', '.join(missing)}; found {', '.join(map(str, rows.columns))}")
    if rows.empty:
        raise DataError("the panel has no rows; expected one per unit and period")
    twice = rows.duplicated([unit, time])
    if twice.any():
        name, when = (rows.loc[twice, column].iloc[0] for column in (unit, time))
        raise DataError(
            f"{int(twice.sum())} rows of the panel are second ones, as of {unit} {name} in {when}; expected one row per "
            "unit and period. Add them up, or drop the copies."
        )
    wide = rows.pivot(index=unit, columns=time, values=outcome).sort_index()
    start = _one(
        rows, unit, treated_from, "Who takes part, pauses and takes part again needs a row of its own for each time"
    ).reindex(wide.index)
    periods = tuple(wide.columns)
    groups = _one(rows, unit, cluster, "Give the one in which it was chosen").reindex(wide.index) if cluster else wide.index
    first = rows.sort_values(time).drop_duplicates(unit).set_index(unit).reindex(wide.index)
    values = wide.to_numpy(dtype=np.float64)
    return Panel(
        outcome=np.where(np.isfinite(values), values, np.nan),
        start=np.array([_place(one, periods) for one in start], dtype=np.int64),
        cluster=np.asarray(pd.factorize(pd.Series(groups), sort=True)[0], dtype=np.int64),
        covariates=first[list(covariates)].to_numpy(dtype=np.float64),
        units=tuple(wide.index),
        periods=periods,
        stratum=_strata(rows, unit, strata, cluster).reindex(wide.index).to_numpy() if strata else None,
    )


def _strata(rows: pd.DataFrame, unit: str, column: str, cluster: str | None) -> "pd.Series[Any]":
    """The stratum of each unit: 0, 1, …; every unit, and every cluster chosen as one, has to lie in one."""
    without = rows.loc[rows[column].isna(), unit].nunique()
    if without:
        raise DataError(f"{without} of {rows[unit].nunique()} {unit} have no {column}; expected the one of the lot.")
    for whole in (cluster, unit):
        if whole:
            found = _one(rows, whole, column, "Give the one in which the lot was drawn")
    return pd.Series(pd.factorize(found, sort=True)[0], index=found.index)


def _one(rows: pd.DataFrame, unit: str, column: str | None, remedy: str) -> "pd.Series[Any]":
    """The one value of a column that each unit has."""
    values = rows.drop_duplicates([unit, column])
    second = values[unit].duplicated()
    if second.any():
        name = values.loc[second, unit].iloc[0]
        found = ", ".join(str(one) for one in values.loc[values[unit] == name, column])
        raise DataError(f"{unit} {name} has more than one {column}: {found}; expected one. {remedy}.")
    return pd.Series(values[column].to_numpy(), index=values[unit])


def _place(start: When, periods: tuple[When, ...]) -> int:
    """Place of the first period from `start` on; NEVER for who is not treated within the panel."""
    if bool(pd.isna(start)) or start in (0, np.inf):
        return NEVER
    return next((at for at, period in enumerate(periods) if period >= start), NEVER)
