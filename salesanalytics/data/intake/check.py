"""From a source to tables that may be trusted, with one report of everything that was wrong.

In: a source, a mapping or none, and today's date. Out: a `Dataset`: typed tables that keep the rules of the schema, and the
quality report. Nothing is dropped without being counted: for each table, rows read = rows used + rows quarantined.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from salesanalytics.data.intake.mapping import Mapping, load_mapping
from salesanalytics.data.intake.open_source import open_source
from salesanalytics.data.intake.parse import parse, text
from salesanalytics.data.intake.quality import Problem, Quality, TableCount, sample, shorten
from salesanalytics.data.intake.reshape import Shaped, shape, unexpected
from salesanalytics.data.intake.rules import Sieve, among, reference, sift
from salesanalytics.data.tables.as_of import newest_day
from salesanalytics.data.tables.schema import REQUIRED_TABLES, TABLES, TEXT, Column, columns
from salesanalytics.data.tables.schema.columns import FIRST_YEAR
from salesanalytics.data.tables.teams import deal_team, spans
from salesanalytics.errors import CheckError, DataError

DTYPES: dict[str, Any] = {
    "text": TEXT,
    "choice": TEXT,
    "money": "float64",
    "number": "float64",
    "whole": "Int64",
    "flag": "boolean",
    "day": "datetime64[us]",
    "moment": "datetime64[us, UTC]",
}
FINAL_DTYPES = {"whole": "int64", "flag": "bool"}
HOW_WRITTEN = {
    "money": 'a number such as 1234.50 (set decimal: "," where commas mark cents)',
    "number": "a number",
    "whole": "a whole number",
    "flag": "true or false",
    "day": 'an ISO date such as 2026-03-31 (set format: for another order, e.g. "%d.%m.%Y")',
    "moment": 'an ISO time such as 2026-03-31T14:05:00Z (set format: for another order, e.g. "%d.%m.%Y %H:%M")',
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a source gave: its usable tables, the company's settings and the quality report."""

    tables: dict[str, pd.DataFrame]
    quality: Quality
    source: str
    currency: str = "EUR"
    timezone: str = "UTC"
    as_of: date | None = None

    def last_day(self, today: date, wanted: date | None = None) -> date:
        """The day the data speaks of: `wanted`, else as the mapping says, else the newest thing that happened by `today`.

        Raises DataError where the day asked for lies after `today`, or before anything our data may speak of.
        """
        for day, where in ((wanted, "--as-of"), (self.as_of, "as_of: in the mapping")):
            if day:
                if not date(FIRST_YEAR, 1, 1) <= day <= today:
                    raise DataError(f"{where} is {day}; expected a day from {FIRST_YEAR}-01-01 to today, {today}. Correct it.")
                return day
        return newest_day(self.tables, self.timezone, today)

    def named(self, source: str) -> "Dataset":
        """The same data under another name."""
        return replace(self, source=source)


def check_source(path: Path, mapping_path: Path | None = None, *, today: date) -> Dataset:
    """Read and check everything in the source at `path`. Fatal problems are in the report; see `usable`."""
    source = open_source(path)
    mapping = load_mapping(mapping_path) if mapping_path else None
    settings = mapping or Mapping(source=path.stem, tables={})
    quality = Quality()
    typed: dict[str, pd.DataFrame] = {}
    for table, shaped in shape(source, mapping):
        if isinstance(shaped, Shaped):
            try:
                frame = _typed(shaped, quality, settings.currency)
            except Exception as error:  # whatever it is, the other tables' problems are still reported
                quality.add(Problem(table, str(unexpected(error)), 0, "fatal"))
                continue
            if frame is not None:
                typed[table] = frame
        else:
            quality.add(Problem(table, str(shaped), 0, "fatal"))
    reported = {problem.table for problem in quality.level("fatal")}
    for table in REQUIRED_TABLES:
        if table not in typed and table not in reported:
            remedy = f"Add {table}.csv, or name its file under tables.{table} in the mapping"
            quality.add(Problem(table, f"there is no {table} table", 0, "fatal", (), remedy))
    tables = _sifted(typed, quality, today)
    _nothing_left(tables, quality)
    return Dataset(tables, quality, settings.source, settings.currency, settings.timezone, settings.as_of)


def _nothing_left(tables: dict[str, pd.DataFrame], quality: Quality) -> None:
    """Without a team or a rep there is nothing to report on; and a table that lost every row was read wrongly."""
    reported = {problem.table for problem in quality.level("fatal")}
    for table in (name for name in REQUIRED_TABLES if name in tables and name not in reported):
        count = quality.counts[table]
        if count.read and not count.used:
            remedy = "See what was set aside, and correct the source or the mapping"
            quality.add(Problem(table, "no row can be used", count.read, "fatal", (), remedy))
        elif not count.read and table != "opportunity":
            quality.add(Problem(table, "the table has no rows", 0, "fatal", (), f"Give at least one {table}"))


def usable(dataset: Dataset) -> Dataset:
    """The dataset itself; raises CheckError with every fatal problem where there is one."""
    fatal = dataset.quality.level("fatal")
    if fatal:
        raise CheckError("\n".join(problem.line() for problem in fatal))
    return dataset


def _typed(shaped: Shaped, quality: Quality, currency: str) -> pd.DataFrame | None:
    """Every column of the schema, in its dtype; None where a required one is missing. Problems go to `quality`."""
    table, wanted = shaped.table, columns(shaped.table)
    read = len(shaped.frame) + shaped.broken
    quality.counts[table] = TableCount(read=read, used=0, quarantined=shaped.broken, seen=shaped.seen)
    for remark in shaped.remarks:
        quality.add(Problem(table, remark.text, 0, "fatal" if remark.fatal else "note", remark.examples))
    if shaped.broken:
        rule, remedy = "a line does not have as many cells as the header", "Put text that holds the delimiter in quotes"
        quality.add(Problem(table, rule, shaped.broken, "quarantine", shaped.broken_sample, remedy))
    derived = ("is_closed", "is_won") if table == "opportunity" else ()
    missing = [name for name, column in wanted.items() if column.required and name not in shaped.frame and name not in derived]
    if missing:
        given = ", ".join(map(shorten, (shaped.file_columns or tuple(shaped.frame.columns))[:12])) or "nothing"
        rule = f"required column {', '.join(missing)} is missing; found {given}"
        quality.add(Problem(table, rule, 0, "fatal", (), f"Name it under tables.{table}.columns in the mapping"))
        return None
    made = {name: _column(shaped, column, quality, currency) for name, column in wanted.items()}
    return pd.DataFrame(made, index=shaped.frame.index).reset_index(drop=True)


def _column(shaped: Shaped, column: Column, quality: Quality, currency: str) -> "pd.Series[Any]":
    """One column in its dtype, with what stands in for empty cells; cells that cannot be read are a fatal problem."""
    rows = shaped.frame.index
    if column.name not in shaped.frame:
        values = pd.Series(None, index=rows, dtype=DTYPES[column.kind])
    else:
        parsed = parse(shaped.frame[column.name], column.kind, shaped.readings.get(column.name))
        values = parsed.column
        if parsed.unreadable.any():
            bad = sample(shaped.frame.loc[parsed.unreadable, column.name].head(50))
            rule = f"{column.name} cannot be read; expected {HOW_WRITTEN.get(column.kind, column.kind)}"
            place = f"tables.{shaped.table}.columns.{column.name}"
            remedy = f"Correct the cells, or say how they are written under {place}"
            quality.add(Problem(shaped.table, rule, int(parsed.unreadable.sum()), "fatal", bad, remedy))
        quality.extend(Problem(shaped.table, f"{column.name}: {remark}", n, "note") for remark, n in parsed.remarks.items())
    if column.name == "currency":
        values = values.fillna(currency)
    elif column.default is not None:
        values = values.fillna(column.default)
    if column.default_from:
        values = values.fillna(text(shaped.frame[column.default_from]))
    typed: pd.Series[Any] = values.astype(DTYPES[column.kind])
    return typed


def _sifted(typed: dict[str, pd.DataFrame], quality: Quality, today: date) -> dict[str, pd.DataFrame]:
    """Usable rows of every table, each checked against those before it."""
    tables: dict[str, pd.DataFrame] = {}
    for table in (name for name in TABLES if name in typed):
        frame = typed[table]
        if table == "opportunity":
            frame = _with_pipeline(frame, tables.get("stage"))
            frame = _with_outcome(frame, tables.get("stage"), quality)
        sieve = sift(table, frame, tables, today)
        _special(sieve, tables, today)
        quality.extend(sieve.problems)
        kinds = {name: FINAL_DTYPES[column.kind] for name, column in columns(table).items() if column.kind in FINAL_DTYPES}
        tables[table] = sieve.kept().astype(kinds)
        count = quality.counts[table]
        count.used = len(tables[table])
        count.quarantined += len(frame) - len(tables[table])
    if "team" in tables and "rep" in tables:  # the one reference that points forward
        late = Sieve("team", tables["team"])
        reference(late, columns("team")["manager_rep_id"], tables["rep"])
        quality.extend(late.problems)
        tables["team"] = late.frame
    return tables


def _with_pipeline(deals: pd.DataFrame, stage: pd.DataFrame | None) -> pd.DataFrame:
    """Where the source names no pipeline of its deals and there is only one, it is that one."""
    default = columns("opportunity")["pipeline"].default
    if stage is None or stage["pipeline"].nunique() != 1 or not deals["pipeline"].eq(default).all():
        return deals
    return deals.assign(pipeline=stage["pipeline"].iloc[0]).astype({"pipeline": TEXT})


def _with_outcome(deals: pd.DataFrame, stage: pd.DataFrame | None, quality: Quality) -> pd.DataFrame:
    """Where the source has no closed and won flags, the stage says it."""
    if deals["is_closed"].notna().any() and deals["is_won"].notna().any():
        return deals
    if stage is None:
        remedy = "Give a stage table, or is_closed and is_won, e.g. is_won: {from: Stage, in: [Won]}"
        quality.add(Problem("opportunity", "nothing says which deals are closed and won", 0, "fatal", (), remedy))
        return deals.fillna({"is_closed": False, "is_won": False})
    key = pd.MultiIndex.from_frame(deals[["pipeline", "stage"]])
    flags = stage.drop_duplicates(["pipeline", "stage"]).set_index(["pipeline", "stage"])[["is_closed", "is_won"]].reindex(key)
    # an unknown stage is reported as such; its flags only have to be something
    outcome = {str(name): flags[name].eq(True).to_numpy() for name in flags}
    return deals.assign(**outcome).astype(dict.fromkeys(outcome, "boolean"))


def _special(sieve: Sieve, tables: dict[str, pd.DataFrame], today: date) -> None:
    """Rules that look at two columns and another table."""
    frame = sieve.frame
    stage = tables.get("stage")
    remedy = "Add the stage to the stage table, or map the word under tables.opportunity.columns.stage.map"
    if sieve.table == "opportunity":
        sieve.quarantine(frame["is_deleted"].fillna(False).astype(bool), "deleted in the source")
        if stage is not None:
            known = pd.MultiIndex.from_frame(stage[["pipeline", "stage"]])
            strange = pd.Series(~pd.MultiIndex.from_frame(frame[["pipeline", "stage"]]).isin(known), index=frame.index)
            elsewhere = strange & among(frame["stage"], stage["stage"])
            rule = f"its pipeline has no such stage; there are the pipelines {', '.join(stage['pipeline'].unique())}"
            sieve.quarantine(
                elsewhere, rule, "Give the deal the pipeline of its stage, or add the stage to it", show="pipeline"
            )
            sieve.quarantine(strange, f"stage is none of {', '.join(stage['stage'].unique())}", remedy, show="stage")
        if "rep" in tables:
            homeless = deal_team(frame, spans(tables), today).isna()
            sieve.quarantine(
                homeless,
                "its owner was never in a team",
                "Give the owner a team: rep.team_id, or a row of rep_assignment",
                show="owner_rep_id",
            )
    if sieve.table == "opportunity_history" and stage is not None:
        unknown = frame["field"].eq("stage") & ~among(frame["new_value"], stage["stage"])
        sieve.quarantine(unknown, "new_value is no known stage", remedy, show="new_value")
    if sieve.table in ("quota", "forecast_submission"):
        for scope in frame["scope"].dropna().unique():
            if scope in tables:
                unknown = frame["scope"].eq(scope) & ~among(frame["scope_id"], tables[scope][f"{scope}_id"])
                sieve.quarantine(unknown, f"scope_id is not among the usable rows of {scope}", show="scope_id")
