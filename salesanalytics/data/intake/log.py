"""The change log, whose values are text whatever changed: read as the deal's own column is, and put in order.

In: the typed `opportunity_history`, one row per opportunity, moment and field, and how the deals' columns are written. Out: the
same rows with amounts as plain numbers and days as ISO dates; changes of one moment stand in the order in which they followed
each other. What cannot be read is a fatal problem, as in any column.
"""

from dataclasses import replace
from typing import Any

import pandas as pd

from salesanalytics.data.intake.cells.reading import Reading
from salesanalytics.data.intake.parse import parse
from salesanalytics.data.intake.quality import Problem, Quality
from salesanalytics.data.intake.typed import Typed, unread
from salesanalytics.data.tables.schema import TEXT, columns

TABLE = "opportunity_history"
AS_WRITTEN = ("text", "choice")
MOMENT = ["opportunity_id", "changed_at", "field"]


def read_values(log: Typed, deals: Typed | None, quality: Quality) -> None:
    """Reads `old_value` and `new_value` in place, each by the kind of the field that changed."""
    kinds = {name: column.kind for name, column in columns("opportunity").items() if column.kind != "text"}
    for name in ("old_value", "new_value"):
        values = log.frame[name]
        for field, kind in kinds.items():
            rows = log.frame["field"].eq(field).fillna(False) & values.notna()
            if not rows.any():
                continue
            cells = values[rows]
            own = deals.readings.get(field, Reading()) if deals else Reading()
            parsed = parse(cells, kind, _reading(log.readings.get(name, Reading()), own))
            quality.extend(unread(TABLE, name, kind, cells, parsed))
            if parsed.marks is not None and parsed.marks.notna().any():
                known = log.marks.get(name, pd.Series(None, index=values.index, dtype=TEXT))
                log.marks[name] = known.fillna(parsed.marks.reindex(values.index))
            values = values.where(~rows, _plain(parsed.column, kind).reindex(values.index)).astype(TEXT)
        log.frame = log.frame.assign(**{name: values})


def _reading(own: Reading, of_deal: Reading) -> Reading:
    """How a value of the log is written: as the mapping says of the log, else as it says of the deal's column, else plainly."""
    formats = own.formats or ((*of_deal.formats, "") if of_deal.formats else ())
    factor = own.factor if own.factor != 1 else of_deal.factor
    return replace(own, formats=formats, decimal=own.decimal or of_deal.decimal, factor=factor)


def _plain(column: "pd.Series[Any]", kind: str) -> "pd.Series[Any]":
    if kind == "day":
        column = column.dt.strftime("%Y-%m-%d")
    elif kind in ("money", "number"):
        column = column.map(repr, na_action="ignore")
    written: pd.Series[Any] = column.astype(TEXT)
    return written


def in_order(log: pd.DataFrame, quality: Quality) -> pd.DataFrame:
    """The log with changes of one deal, field and moment in the order in which each begins where the one before ended."""
    tied = log.duplicated(MOMENT, keep=False)
    if not tied.any():
        return log
    order = pd.Series(range(len(log)), index=log.index)
    loose = 0
    for _, rows in log[tied].groupby(MOMENT, sort=False):
        old, new = (rows[name].astype(object).where(rows[name].notna(), None) for name in ("old_value", "new_value"))
        chain = _chained(list(zip(old, new, strict=True)))
        loose += 0 if chain else len(rows)
        if chain:
            order[rows.index] = order[rows.index[chain]].to_numpy()
    if loose:
        rule = "changes of one deal, field and moment do not follow from each other: taken in the order of the file"
        quality.add(Problem(TABLE, rule, loose, "note"))
    return log.iloc[order.to_numpy()].reset_index(drop=True)


def _chained(steps: "list[tuple[Any, Any]]") -> list[int] | None:
    """Places of the steps, each old value the new one before it; None where they make no single chain."""
    ends = {new for _, new in steps}
    starts = [place for place, (old, _) in enumerate(steps) if old not in ends]
    if len(starts) != 1:
        return None
    chain, left = starts, set(range(len(steps))) - set(starts)
    while left:
        following = [place for place in sorted(left) if steps[place][0] == steps[chain[-1]][1]]
        if len(following) != 1:
            return None
        chain.append(following[0])
        left.remove(following[0])
    return chain
