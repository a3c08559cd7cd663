"""The rules a row must keep, and what becomes of one that breaks them.

In: one typed table (dtypes of the schema) and what is known of the tables before it. Out: the rows that may be used, and a
problem for each rule broken. Duplicate keys are fatal; other broken rules put the row in quarantine; an optional reference or
word that is unknown is cleared, the row stays, and a note says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import pandera.pandas as pa

from salesanalytics.base.types import Tables
from salesanalytics.data.intake.cells.text import looks_like
from salesanalytics.data.intake.quality import Problem, sample
from salesanalytics.data.tables import set_aside
from salesanalytics.data.tables.among import among
from salesanalytics.data.tables.schema import TABLES, TEXT, Column, columns
from salesanalytics.data.tables.schema.columns import OPEN_YEAR

YEARS_AHEAD = 10
SHORT_ID = 15


@dataclass(slots=True)
class Sieve:
    """Goes through the rules of one table, remembering which rows are out and why."""

    table: str
    frame: pd.DataFrame
    out: "pd.Series[bool]" = field(init=False)
    problems: list[Problem] = field(default_factory=list)
    aside: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.out = pd.Series(False, index=self.frame.index)

    def kept(self) -> pd.DataFrame:
        """Rows that broke no rule."""
        return self.frame[~self.out].reset_index(drop=True) if self.out.any() else self.frame

    def quarantine(self, broken: "pd.Series[bool]", rule: str, remedy: str = "", show: str | None = None) -> None:
        """Set aside the rows in `broken`."""
        broken = broken & ~self.out
        if broken.any():
            self.problems.append(Problem(self.table, rule, int(broken.sum()), "quarantine", self.names(broken, show), remedy))
            self.out |= broken
            if self.table in set_aside.OF:
                self.aside.append(set_aside.rows_of(self.table, self.frame[broken], rule))

    def clear(self, broken: "pd.Series[bool]", column: str, rule: str, remedy: str = "") -> None:
        """Empty one optional cell of the rows in `broken`; the rows stay."""
        broken = broken & ~self.out
        if broken.any():
            self.problems.append(Problem(self.table, rule, int(broken.sum()), "note", self.names(broken, column), remedy))
            self.frame = self.frame.assign(**{column: self.frame[column].mask(broken)})

    def names(self, broken: "pd.Series[bool]", show: str | None) -> tuple[str, ...]:
        """A few of the rows in `broken`, by their keys."""
        key = TABLES[self.table].key()
        rows = self.frame.loc[broken, list(dict.fromkeys([*key, *([show] if show else [])]))].head(50)
        label = rows[list(key)].astype(str).agg(" / ".join, axis=1)
        return sample(label + " = " + rows[show].astype(str) if show and show not in key else label)


def sift(table: str, frame: pd.DataFrame, before: Tables, today: date) -> Sieve:
    """Apply every rule of `table` to `frame`. `before` holds the usable rows of the tables already sifted."""
    sieve = Sieve(table, frame)
    for column in columns(table).values():
        _empty(sieve, column)
        _dates(sieve, column, today)
        _words(sieve, column)
    _ranges(sieve)
    _copies(sieve)  # before rules that add rows up: a share exported twice is no 200%
    _rows(sieve, sieve.frame[~sieve.out])
    if not TABLES[table].repeats():
        sieve.problems.extend(duplicates(table, sieve.kept()))
    for column in columns(table).values():
        if column.ref and column.ref != table and column.ref in before:
            reference(sieve, column, before[column.ref])
    for column in columns(table).values():
        if column.ref == table:
            reference(sieve, column, sieve.kept())
    if TABLES[table].together():
        _rows(sieve, sieve.frame[~sieve.out])
    return sieve


def duplicates(table: str, frame: pd.DataFrame) -> Iterator[Problem]:
    """The fatal problem of keys that are used twice, named."""
    key = list(TABLES[table].key())
    twice = frame.duplicated(key, keep=False)
    if twice.any():
        names = frame.loc[twice, key].head(50).astype(str).agg(" / ".join, axis=1)
        rule = f"the same {' + '.join(key)} stands in several rows"
        remedy = "Remove the copies, or group the rows with group_by: in the mapping"
        yield Problem(table, rule, int(twice.sum()), "fatal", sample(names), remedy)


def _copies(sieve: Sieve) -> None:
    """A row exported twice counts once."""
    rows = sieve.frame[~sieve.out]
    twice = rows[rows.duplicated(list(TABLES[sieve.table].key()), keep=False)]
    if len(twice):
        copy = twice.duplicated().reindex(sieve.frame.index, fill_value=False)
        sieve.quarantine(copy, set_aside.COPY)


def _empty(sieve: Sieve, column: Column) -> None:
    if not column.nullable:
        sieve.quarantine(sieve.frame[column.name].isna(), f"{column.name} is empty")


def _dates(sieve: Sieve, column: Column, today: date) -> None:
    if column.since is None:
        return
    values = sieve.frame[column.name]
    if column.open_end:
        rule = f"{column.name} lies in the year {OPEN_YEAR} or later: taken as still lasting"
        sieve.clear(values.dt.year >= OPEN_YEAR, column.name, rule)
        values = sieve.frame[column.name]
    last = today.year + YEARS_AHEAD
    wrong = (values.dt.year < column.since) | (values.dt.year > last)
    rule = f"{column.name} lies outside {column.since}–{last}"
    if column.nullable:
        sieve.clear(wrong, column.name, rule + " (left empty)")
    else:
        sieve.quarantine(wrong, rule, show=column.name)


def _words(sieve: Sieve, column: Column) -> None:
    if not column.choices:
        return
    values = sieve.frame[column.name]
    unknown = values.notna() & ~values.isin(column.choices)
    if not unknown.any():
        return
    # what was found goes into the sample, which analysts see; the rule stands on every team's page
    rule = f"{column.name} is none of {', '.join(column.choices)}"
    remedy = f"Map the word under tables.{sieve.table}.columns.{column.name}.map"
    if column.nullable:
        sieve.clear(unknown, column.name, rule + " (left empty)", remedy)
    else:
        sieve.quarantine(unknown, rule, remedy, show=column.name)


def _ranges(sieve: Sieve) -> None:
    for name, field_ in TABLES[sieve.table].to_schema().columns.items():
        for check in field_.checks:
            if check.name != "isin":
                values = sieve.frame[name]
                wrong = ~_verdict(check, values) & values.notna()
                sieve.quarantine(wrong, f"{name} is {_bounds(check)}", show=name)


def _bounds(check: pa.Check) -> str:
    given = check.statistics or {}
    low, high = given.get("min_value", given.get("min_val")), given.get("max_value", given.get("max_val"))
    if high is None:
        return "negative"
    if high == float("inf"):
        return "negative or not a finite number" if low == 0 else "not a finite number"
    if low is None:
        return f"above {high:,.0f}"
    return f"not between {low} and {high}"


def _rows(sieve: Sieve, rows: pd.DataFrame | None = None) -> None:
    """Rules that look at whole rows, asked of all of them or of `rows`."""
    rows = sieve.frame if rows is None else rows
    for check in TABLES[sieve.table].to_schema().checks:
        broken = ~_verdict(check, rows)
        sieve.quarantine(broken.reindex(sieve.frame.index, fill_value=False), f"{check.name}: {check.error}")


def _verdict(check: pa.Check, values: "pd.DataFrame | pd.Series[Any]") -> "pd.Series[bool]":
    """True where the rule is kept, row by row."""
    kept: pd.Series[bool] = check(values).check_output.fillna(True).astype(bool)
    return kept.reindex(values.index, fill_value=True)


def reference(sieve: Sieve, column: Column, other: pd.DataFrame) -> None:
    """Hold the ids of one column against the usable rows of the table they point at."""
    target = TABLES[str(column.ref)].key()[0]
    unknown = sieve.frame[column.name].notna() & ~among(sieve.frame[column.name], other[target])
    unknown = same_ids(sieve, column.name, unknown, other[target])
    if not unknown.any():
        return
    rule = f"{column.name} is not among the usable rows of {column.ref}"
    if column.nullable:
        sieve.clear(unknown, column.name, rule + " (left empty)")
    else:
        sieve.quarantine(unknown, rule, show=column.name)


def same_ids(sieve: Sieve, column: str, unknown: "pd.Series[bool]", known: "pd.Series[Any]") -> "pd.Series[bool]":
    """Which ids of `unknown` stay so once the two forms of a Salesforce id, 15 and 18 characters, are taken as one.

    The last three of 18 only repeat which of the first 15 are capitals, so the first 15 are the id.
    """
    strange = sieve.frame.loc[unknown, column]
    if not _salesforce(strange).any():
        return unknown
    ids = known[_salesforce(known)]
    by_short = dict(zip(ids.str[:SHORT_ID], ids, strict=True))
    other_form = strange.where(_salesforce(strange)).str[:SHORT_ID].map(by_short).dropna()
    if other_form.empty:
        return unknown
    sieve.frame = sieve.frame.assign(**{column: other_form.reindex(sieve.frame.index).fillna(sieve.frame[column]).astype(TEXT)})
    found = pd.Series(sieve.frame.index.isin(other_form.index), index=sieve.frame.index)
    rule = f"{column}: ids of 15 and of 18 characters were taken as the same where their first 15 are"
    sieve.problems.append(Problem(sieve.table, rule, int((found & ~sieve.out).sum()), "note", sieve.names(found, column)))
    return unknown & ~found


def _salesforce(ids: "pd.Series[Any]") -> "pd.Series[bool]":
    return looks_like(ids, "[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
