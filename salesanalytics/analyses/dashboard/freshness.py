"""Whether the data go on to the day they are said to: a fall to nothing in the last days is an export that is not whole.

In: deals, their log, activities. Out: one row per kind of event with its last day, the longest pause of the year before, and
whether it has stopped. Said before anything else, because all that looks like a collapse then is none. Never says why.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on

KINDS = {
    "opened": ("opportunity", "created_on"),
    "closed": ("opportunity", "closed_on"),
    "changed": ("opportunity_history", "changed_on"),
    "activities": ("activity", "occurred_on"),
}
YEAR = 365
LEAST_DAYS, TIMES = 7, 2.0  # a pause is one from a week on, and where it is twice the longest before
EXPECTED = 10.0  # events that should have come meanwhile; fewer may be luck
COLUMNS = ["kind", "n", "last", "days", "longest", "expected", "stopped"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Freshness(Result):
    """`table`: one row per kind of event that is recorded: kind (opened, closed, changed, activities), n (in the year before
    its last day), last, days (since then), longest (pause within that year, days), expected (events that usually come in so
    many days), stopped.
    """


def freshness(tables: Tables, *, as_of: date, period: Period) -> Freshness:
    """When each kind of event was last recorded, as known on `as_of`; `period`: that of the page."""
    tables = known_on(tables, as_of)
    rows = [
        _row(kind, tables[table][day], as_of)
        for kind, (table, day) in KINDS.items()
        if table in tables and day in tables[table]
    ]
    table = pd.DataFrame([row for row in rows if row], columns=COLUMNS).astype({"stopped": bool})
    answer = Freshness(as_of=as_of, period=period, table=table)
    return answer.saying(*_findings(answer))


def _row(kind: str, days: "pd.Series[pd.Timestamp]", as_of: date) -> tuple[object, ...] | None:
    there = days.dropna()
    there = there[there <= pd.Timestamp(as_of)]
    if there.empty:
        return None
    last = there.max()
    year = np.sort(there[there > last - pd.Timedelta(days=YEAR)].unique())
    longest = int(np.diff(year).max() / np.timedelta64(1, "D")) if len(year) > 1 else YEAR
    since = (pd.Timestamp(as_of) - last).days
    n = int((there > last - pd.Timedelta(days=YEAR)).sum())
    expected = n / YEAR * since
    return kind, n, last, since, longest, expected, since >= max(LEAST_DAYS, TIMES * longest) and expected >= EXPECTED


def _findings(found: Freshness) -> list[Finding]:
    stopped = found.table[found.table["stopped"]]
    if stopped.empty:
        return []
    everything = len(stopped) == len(found.table)
    row = stopped.sort_values("last").iloc[-1] if everything else stopped.sort_values("expected").iloc[-1]
    values = {
        "day": row["last"].date(),
        "days": int(row["days"]),
        "longest": int(row["longest"]),
        "expected": round(row["expected"]),
    }
    evidence = Evidence(int(row["n"]), "recorded", period=(row["last"].date(), found.as_of))
    key = "freshness.all" if everything else f"freshness.{row['kind']}"
    return [Finding(key, "act" if everything else "watch", values, evidence, owner="operations", says="check")]
