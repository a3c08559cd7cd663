"""`salesanalytics demo`, `check` and `snapshot`: from a source, or a made-up company, to data frozen on one day.

In: a folder or a DuckDB file. Out: files, and a line or a report on what they hold. The clock is read here, and nowhere below.
"""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from salesanalytics.cli.options import AsOfOption, Format


class FileFormat(StrEnum):
    """How `demo` writes its tables."""

    CSV = "csv"
    PARQUET = "parquet"


SourceArg = Annotated[Path, typer.Argument(metavar="SOURCE", help="Folder of CSV or Parquet files, or a .duckdb file.")]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", help="YAML file that says which of your columns is which of ours.")
]


def demo(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder to write the demo company into.")],
    seed: Annotated[int, typer.Option(help="Another seed is another company.")] = 7,
    teams: Annotated[int, typer.Option(min=1, help="How many teams.")] = 6,
    reps: Annotated[int, typer.Option(min=1, help="How many reps at a time.")] = 60,
    months: Annotated[int, typer.Option(min=1, help="Months of history.")] = 36,
    as_of: AsOfOption = None,
    deals: Annotated[int | None, typer.Option(min=1, help="How many opportunities. Default: what the reps make.")] = None,
    format: Annotated[FileFormat, typer.Option(help="How tables are written.")] = FileFormat.CSV,
) -> None:
    """Write a made-up company to try things on, and truth.json with what was planted in it."""
    from salesanalytics.demo import DEFAULT_AS_OF, write_demo

    day = as_of or DEFAULT_AS_OF
    summary = write_demo(path, seed=seed, teams=teams, reps=reps, months=months, as_of=day, deals=deals, format=format.value)
    rows = sum(summary.rows.values())
    typer.echo(f"Demo company written to {path}: {rows:,} rows in {len(summary.rows)} tables, up to {day}.")


def check(
    source: SourceArg,
    mapping: MappingOption = None,
    format: Annotated[Format, typer.Option(help="How to write the report.")] = Format.TEXT,
) -> None:
    """Say everything that is wrong with a source, at once. Exit code 1 where it cannot be used."""
    from salesanalytics.data.intake.check import check_source

    dataset = check_source(source, mapping, today=_today())
    if format is Format.JSON:
        import json

        typer.echo(json.dumps({"usable": not dataset.quality.fatal, **dataset.quality.to_json()}, indent=1, ensure_ascii=False))
    else:
        typer.echo(dataset.quality.to_text())
    if dataset.quality.fatal:
        raise typer.Exit(1)


def snapshot(
    source: SourceArg,
    out: Annotated[Path, typer.Option("--out", help="Folder of the snapshot; an older snapshot there is replaced.")],
    mapping: MappingOption = None,
    as_of: AsOfOption = None,
    team_group: Annotated[
        str,
        typer.Option("--team-group", help="Group that alone may read a team's folder, such as sales-{team}. Default: anybody."),
    ] = "",
) -> None:
    """Check a source and freeze it: all pages of a run are made from the same data."""
    from salesanalytics.data import snapshot as snapshots
    from salesanalytics.data.intake.check import check_source, usable

    dataset = usable(check_source(source, mapping, today=_today()))
    day = dataset.last_day(_today(), as_of)
    taken = snapshots.write(dataset, out, day, groups=team_group)
    quality = taken.quality
    later = f"; {quality['rows_later']:,} are later than {day} and were left out" if quality["rows_later"] else ""
    typer.echo(
        f"Snapshot of {taken.source} as of {day} written to {out}: {len(taken.teams)} teams; "
        f"{quality['rows_in']:,} rows in = {quality['rows_used']:,} used + {quality['rows_quarantined']:,} set aside{later}."
    )


def _today() -> date:
    return datetime.now().astimezone().date()
