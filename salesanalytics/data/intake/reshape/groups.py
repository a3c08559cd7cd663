"""Several rows become one: how, has to be said wherever they differ.

In: a column as written and the groups of its rows. Out: one value per group, groups in order of first appearance. Amounts and
days are read before they are added up or compared, as text they would be glued together.
"""

from typing import Any

import pandas as pd

from salesanalytics.data.intake.cells.reading import Parsed, Reading
from salesanalytics.data.intake.parse import parse
from salesanalytics.data.intake.quality import sample, shorten
from salesanalytics.errors import MappingError

AS_WRITTEN = ("text", "choice")


def readable_values(column: "pd.Series[Any]", kind: str, reading: Reading, name: str, place: str) -> Parsed:
    """A column read as its kind. Raises MappingError where a cell cannot be, or where amounts are in several currencies."""
    parsed = parse(column, kind, reading)
    if parsed.lost.any():
        bad = shorten(column[parsed.lost].iloc[0])
        raise MappingError(f"{name} adds up {bad!r}, which is not a {kind} for sure. Set format: or decimal: under {place}.")
    marks = [] if parsed.marks is None else sorted(parsed.marks.dropna().unique())
    if len(marks) > 1:
        found = ", ".join(map(shorten, marks[:5]))
        raise MappingError(
            f"{name} adds up amounts in several currencies ({found}). Group by currency too, or export one currency."
        )
    return parsed


def aggregate(column: "pd.Series[Any]", keys: "list[pd.Series[Any]]", how: str) -> "pd.Series[Any]":
    """One value per group; a sum of nothing is missing."""
    groups = column.groupby(keys, sort=False, dropna=False)
    if how == "most_frequent":
        names = [f"key {at}" for at in range(len(keys))]
        counts = pd.DataFrame({"value": column, **dict(zip(names, keys, strict=True))}).value_counts().rename("n").reset_index()
        top = counts.sort_values(["n", "value"], ascending=[False, True]).drop_duplicates(names).set_index(names)["value"]
        return top.reindex(groups.first().index.set_names(names))
    return groups.sum(min_count=1) if how == "sum" else groups.agg(how)


def differing(column: "pd.Series[Any]", keys: "list[pd.Series[Any]]") -> tuple[int, tuple[str, ...]]:
    """How many groups hold more than one value of `column`, and the names of a few."""
    cells = pd.DataFrame({"value": column, **{str(at): key for at, key in enumerate(keys)}}).dropna(subset="value")
    groups = [str(at) for at in range(len(keys))]
    several = cells.drop_duplicates().loc[lambda rows: rows.duplicated(groups), groups].drop_duplicates()
    return len(several), sample(several.astype(str).agg(" / ".join, axis=1)) if len(several) else ()
