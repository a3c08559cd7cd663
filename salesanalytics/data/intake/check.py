"""From a source to tables that may be trusted, with one report of everything that was wrong.

In: a source, a mapping or none, and today's date. Out: a `Dataset`: typed tables that keep the rules of the schema, and the
quality report. Nothing is dropped without being counted: for each table, rows read = rows used + rows quarantined.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from salesanalytics.data.intake.currency import Money, in_one_currency
from salesanalytics.data.intake.leavers import with_stays
from salesanalytics.data.intake.log import TABLE as LOG
from salesanalytics.data.intake.log import in_order, read_values
from salesanalytics.data.intake.mapping import Mapping, load_mapping
from salesanalytics.data.intake.open_source import open_source
from salesanalytics.data.intake.outcome import in_one_team, sold_by_their_sellers, special, told_of_dates, with_outcome
from salesanalytics.data.intake.quality import Problem, Quality
from salesanalytics.data.intake.reshape.shape import shape, unexpected
from salesanalytics.data.intake.rules import Sieve, reference, sift
from salesanalytics.data.intake.typed import Typed, typed
from salesanalytics.data.tables import set_aside
from salesanalytics.data.tables.as_of import newest_day
from salesanalytics.data.tables.schema import REQUIRED_TABLES, TABLES, columns
from salesanalytics.data.tables.schema.columns import FIRST_YEAR
from salesanalytics.errors import CheckError, DataError

FINAL_DTYPES = {"whole": "int64", "flag": "bool"}


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a source gave: its usable tables, the company's settings and the quality report; and `aside`, the rows of deals and
    pay that were set aside, by name (see `data.tables.set_aside`); `record_url`: where a deal stands in the CRM.
    """

    tables: dict[str, pd.DataFrame]
    quality: Quality
    source: str
    currency: str = "EUR"
    timezone: str = "UTC"
    as_of: date | None = None
    aside: pd.DataFrame = field(default_factory=lambda: set_aside.together([]))
    record_url: str = ""

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
    made: dict[str, Typed] = {}
    for table, shaped in shape(source, mapping):
        if isinstance(shaped, DataError):
            quality.add(Problem(table, str(shaped), 0, "fatal"))
            continue
        try:
            columns_of = typed(shaped, quality)
        except Exception as error:  # whatever it is, the other tables' problems are still reported
            quality.add(Problem(table, str(unexpected(error)), 0, "fatal"))
            continue
        if columns_of is not None:
            made[table] = columns_of
    if LOG in made:
        read_values(made[LOG], made.get("opportunity"), quality)
    declared = settings.currency if "currency" in settings.model_fields_set else None
    currency = in_one_currency(made, Money(declared, settings.rates), quality)
    reported = {problem.table for problem in quality.level("fatal")}
    for table in REQUIRED_TABLES:
        if table not in made and table not in reported:
            remedy = f"Add {table}.csv, or name its file under tables.{table} in the mapping"
            quality.add(Problem(table, f"there is no {table} table", 0, "fatal", (), remedy))
    aside: list[pd.DataFrame] = []
    tables = _sifted({name: table.frame for name, table in made.items()}, quality, aside, today, settings.timezone)
    _nothing_left(tables, quality)
    return Dataset(
        tables=tables,
        quality=quality,
        source=settings.source,
        currency=currency,
        timezone=settings.timezone,
        as_of=settings.as_of,
        aside=set_aside.together(aside),
        record_url=settings.record_url,
    )


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


def _sifted(
    typed: dict[str, pd.DataFrame], quality: Quality, aside: list[pd.DataFrame], today: date, timezone: str
) -> dict[str, pd.DataFrame]:
    """Usable rows of every table, each checked against those before it; rows set aside go to `aside` and are counted."""
    tables: dict[str, pd.DataFrame] = {}
    for table in (name for name in TABLES if name in typed):
        frame = typed[table]
        if table == "opportunity":
            frame = with_outcome(frame, tables.get("stage"), quality)
        elif table == "quota":  # there is one company, and nobody gives it an id
            frame = frame.assign(
                scope_id=frame["scope_id"].fillna("company").where(frame["scope"] == "company", frame["scope_id"])
            )
        sieve = sift(table, frame, tables, today)
        special(sieve, tables, today, timezone)
        quality.extend(sieve.problems)
        aside += sieve.aside
        whole = {name: column for name, column in columns(table).items() if column.kind in FINAL_DTYPES and not column.nullable}
        kinds = {name: FINAL_DTYPES[column.kind] for name, column in whole.items()}
        kept = sieve.kept().astype(kinds)
        if table == "rep_assignment":
            kept = in_one_team(kept, quality)
        tables[table] = in_order(kept, quality) if table == LOG else kept
        count = quality.counts[table]
        count.used = len(tables[table])
        count.quarantined += len(frame) - len(tables[table])
    sold_by_their_sellers(tables, quality)
    with_stays(tables, quality, today, timezone)
    told_of_dates(tables, quality, today, timezone)
    if "team" in tables and "rep" in tables:  # the one reference that points forward
        late = Sieve("team", tables["team"])
        reference(late, columns("team")["manager_rep_id"], tables["rep"])
        quality.extend(late.problems)
        tables["team"] = late.frame
    return tables
