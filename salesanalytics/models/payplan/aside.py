"""What was set aside at the snapshot and pay rests on, deal by deal: rows in = used + set aside, up to the statement.

In: tables with `set_aside` beside them (the whole company's; see `data.tables.set_aside`), and a day. Out: which deals are
withheld, which are paid with a mark, and notes for the rest. The rule: where nobody knows who shares a deal (a split set aside)
or what it cost (a line, on margin), nothing is paid on it; an invoice set aside leaves the deal's other invoices to be paid,
and is named.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables import set_aside
from salesanalytics.models.payplan.credit import Note, What, word
from salesanalytics.models.payplan.money import money
from salesanalytics.models.payplan.plan import Plan


@dataclass(frozen=True, slots=True)
class Row:
    """One row that was set aside."""

    table: str
    row: str
    deal: str
    rep: str
    day: date | None
    rule: str

    @property
    def said(self) -> str:
        """Table, key and rule, as a statement names the row."""
        return f"{self.table} {self.row}: {self.rule}"


def rows_known(tables: Tables, as_of: date) -> list[Row]:
    """Every row set aside that takes something away (a second copy does not), but for those dated later than `as_of`."""
    if set_aside.NAME not in tables:
        return []
    frame = tables[set_aside.NAME]
    frame = frame[frame["rule"].ne(set_aside.COPY) & ~(frame["day"] > pd.Timestamp(as_of))]
    return [
        Row(word(table), word(row), word(deal), word(rep), None if pd.isna(day) else day.date(), word(rule))
        for table, row, deal, rep, day, rule in zip(*(frame[name] for name in set_aside.COLUMNS), strict=True)
    ]


def withheld(plan: Plan, tables: Tables, as_of: date) -> Mapping[str, list[Row]]:
    """By deal, the rows without which nobody can say who is paid, or on what."""
    needed = {"opportunity_split"} | ({"opportunity_line"} if plan.base == "margin" else set())
    return _by_deal(tables, as_of, needed)


def marked(tables: Tables, as_of: date) -> Mapping[str, list[Row]]:
    """By deal, the invoices and credit notes that are missing from it."""
    return _by_deal(tables, as_of, {"invoice"})


def notes_of(rep: str, tables: Tables, as_of: date) -> list[Note]:
    """The rep's deals and payments that were set aside themselves."""
    what: dict[str, What] = {"opportunity": "deal_set_aside", "payout": "payment_set_aside"}
    return [
        Note(what[row.table], rep, row.deal, row.day or as_of, money(0), row.said)
        for row in rows_known(tables, as_of)
        if row.rep == rep and row.table in what
    ]


def unnamed(tables: Tables, counts: Mapping[str, int]) -> dict[str, int]:
    """How many rows of each table were set aside and are named nowhere: those that could not be read as rows.

    `counts`: rows set aside by table, as the quality report has them. In a snapshot that names none, these are all of them.
    """
    named = Counter(tables[set_aside.NAME]["table"] if set_aside.NAME in tables else ())
    left = {name: counts.get(name, 0) - named[name] for name in set_aside.OF}
    return {name: n for name, n in left.items() if n > 0}


def _by_deal(tables: Tables, as_of: date, of: set[str]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows_known(tables, as_of):
        if row.table in of:
            found[row.deal].append(row)
    return found
