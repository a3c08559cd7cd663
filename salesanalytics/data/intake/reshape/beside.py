"""Values from another file, beside our rows: a join brings its columns, a lookup one value.

In: our rows and the other file's. Out: the rows with what was found, and remarks on what was not. Keys are compared as text: 7
in one file and "7" or 7.0 in the other are the same. A key that meets rows which differ is an error: which one holds, only
the mapping can say.
"""

from typing import Any

import pandas as pd

from salesanalytics.data.intake.cells.text import text
from salesanalytics.data.intake.mapping import Join, Lookup
from salesanalytics.data.intake.quality import sample
from salesanalytics.data.intake.reshape.groups import aggregate, differing
from salesanalytics.data.intake.reshape.shaped import Remark
from salesanalytics.errors import MappingError


def joined(
    rows: pd.DataFrame, other: pd.DataFrame, join: Join, ours: "list[pd.Series[Any]]", used: set[str]
) -> tuple[pd.DataFrame, list[Remark]]:
    """The rows with the columns of `other` beside them. `ours`: their keys; `used`: columns that the mapping looks at."""
    own = pd.DataFrame({str(at): text(key) for at, key in enumerate(ours)})
    theirs = pd.DataFrame({str(at): text(other[column]) for at, column in enumerate(join.by.values())})
    keys = list(own)
    theirs = theirs.assign(row=range(len(theirs))).dropna()
    row = own.merge(theirs.drop_duplicates(keys), how="left", on=keys, validate="m:1")["row"]
    same = [] if join.prefix else [column for column, key in join.by.items() if column == key]
    beside = other.drop(columns=same).add_prefix(join.prefix).reset_index(drop=True)
    beside = beside.rename(columns={name: f"{name}_joined" for name in beside.columns if name in rows.columns})
    twice = [str(name) for name in beside.columns if list(beside.columns).count(name) > 1]
    if twice:
        raise MappingError(f"{join.file} and the rows beside it both have {', '.join(twice)}. Set prefix: for this join.")
    met = theirs.merge(own.drop_duplicates(), on=keys)
    for name in (name for name in beside.columns if str(name) in used):
        _one_row_each(join.file, str(name), beside[name].iloc[met["row"]], [met[key] for key in keys])
    remarks = _without(join.file, row.isna() & own.notna().all(axis=1), own)
    return pd.concat([rows, beside.reindex(row).set_axis(rows.index)], axis=1), remarks


def _one_row_each(file: str, name: str, values: "pd.Series[Any]", keys: "list[pd.Series[Any]]") -> None:
    several, which = differing(text(values).reset_index(drop=True), [key.reset_index(drop=True) for key in keys])
    if several:
        raise MappingError(
            f"{file} has several values of {name} for {several:,} of the joined keys (e.g. {', '.join(which)}). "
            "Use lookup: with agg:, or make each key stand in one row."
        )


def looked_up(
    by: "pd.Series[Any]", key: "pd.Series[Any]", value: "pd.Series[Any]", lookup: Lookup
) -> tuple["pd.Series[Any]", list[Remark]]:
    """The value that belongs to each `by`. Without `agg` every key has one value."""
    wanted, keys = text(by), text(key)
    if lookup.agg is None:
        met = keys.isin(wanted.dropna().unique())
        several, which = differing(text(value)[met], [keys[met]])
        if several:
            raise MappingError(
                f"{lookup.file} has several values of {lookup.value} for {several:,} of the keys looked up "
                f"(e.g. {', '.join(which)}). Say which one holds: agg: first, last, max, sum, most_frequent, … under lookup."
            )
    found = wanted.map(aggregate(value, [keys], lookup.agg or "first"))
    return found, _without(lookup.file, wanted.notna() & ~wanted.isin(keys.dropna().unique()), wanted.to_frame())


def _without(file: str, missing: "pd.Series[bool]", keys: pd.DataFrame) -> list[Remark]:
    if not missing.any():
        return []
    few = sample(keys[missing.to_numpy()].head(50).astype(str).agg(" / ".join, axis=1))
    return [Remark(f"their key stands in no row of {file}: left empty", few, rows=int(missing.sum()))]
