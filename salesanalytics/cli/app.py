"""The command line: demo, check, snapshot, run, status, plan, lab.

Errors meant for a user end in one clear line on stderr and an exit code: 1 for data, mapping, params or snapshots that cannot
be used, 2 for a command typed wrongly, 3 when some teams of a run failed, 4 when all did. A traceback appears only with
--debug. Everything heavy is imported inside the command that needs it, so that `--help` is quick.
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesanalytics import __version__
from salesanalytics.cli.options import AsOfOption, TeamsOption, only
from salesanalytics.cli.plan import plan_app
from salesanalytics.errors import RunError, SalesAnalyticsError

if TYPE_CHECKING:
    from salesanalytics.report.plan import Plan
    from salesanalytics.report.run.result import Progress as Step
    from salesanalytics.report.run.result import RunResult
    from salesanalytics.report.run.run import Options

app = typer.Typer(
    help="From CRM and HR data to one honest page per sales team.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(plan_app, name="plan")


class Format(StrEnum):
    """How `check` writes its report."""

    TEXT = "text"
    JSON = "json"


class FileFormat(StrEnum):
    """How `demo` writes its tables."""

    CSV = "csv"
    PARQUET = "parquet"


SourceArg = Annotated[Path, typer.Argument(metavar="SOURCE", help="Folder of CSV or Parquet files, or a .duckdb file.")]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", help="YAML file that says which of your columns is which of ours.")
]


OutOption = Annotated[
    str, typer.Option("--out", metavar="FOLDER|URL", help="Where the pages go, into a folder named by the day.")
]


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
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


@app.command()
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


@app.command()
def snapshot(
    source: SourceArg,
    out: Annotated[Path, typer.Option("--out", help="Folder of the snapshot; an older snapshot there is replaced.")],
    mapping: MappingOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Check a source and freeze it: all pages of a run are made from the same data."""
    from salesanalytics.data.intake.check import check_source, usable
    from salesanalytics.data.snapshot import store as snapshots

    dataset = usable(check_source(source, mapping, today=_today()))
    day = dataset.last_day(_today(), as_of)
    taken = snapshots.write(dataset, out, day)
    quality = taken.quality
    later = f"; {quality['rows_later']:,} are later than {day} and were left out" if quality["rows_later"] else ""
    typer.echo(
        f"Snapshot of {taken.source} as of {day} written to {out}: {len(taken.teams)} teams; "
        f"{quality['rows_in']:,} rows in = {quality['rows_used']:,} used + {quality['rows_quarantined']:,} set aside{later}."
    )


@app.command()
def run(
    out: OutOption = "reports",
    snapshot: Annotated[
        str | None,
        typer.Option("--snapshot", metavar="FOLDER|URL", help="The snapshot to read. Default: the newest under snapshots/."),
    ] = None,
    params: Annotated[
        Path | None,
        typer.Option(
            "--params", help="Folder with _defaults.yaml and one file per team: exactly these teams. Default: all teams."
        ),
    ] = None,
    team: TeamsOption = None,
    notebooks: Annotated[
        Path | None, typer.Option("--notebooks", help="Folder of the chapters. Default: notebooks/ of the project.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="How many notebooks at a time. Default: one per core.")
    ] = None,
    dask: Annotated[
        str,
        typer.Option("--dask", metavar="WHERE", help="Work on Dask: tcp://host:8786, or local:2 for two workers here."),
    ] = "",
    timeout: Annotated[int, typer.Option("--timeout", min=1, help="Seconds a notebook may take.")] = 600,
    memory: Annotated[
        int | None,
        typer.Option("--memory", min=1, help="MB a notebook may allocate. Default: three quarters of the machine, shared."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Make everything anew, unchanged or not.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run of --out, with the options it was given.")
    ] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going/--fail-fast", help="After a failure, make the other pages all the same.")
    ] = True,
) -> None:
    """Execute the notebooks for every team and write their pages and an index. What has not changed is not made again."""
    from salesanalytics.report.run.ledger import read_last
    from salesanalytics.report.run.run import Options

    if dask and jobs:
        raise typer.BadParameter("--jobs counts lanes of this machine; with --dask, the workers there are what counts")
    folder = _folder(out)
    asked = Asked(
        snapshot=_place(snapshot), params=_absolute(params), team=team or [], notebooks=_absolute(notebooks), force=force,
        keep_going=keep_going,
    )  # fmt: skip
    number = None
    if resume:
        last = read_last(folder)
        if last is None:
            raise RunError(f"{out} has no run to go on with. Leave out --resume.")
        if last.state == "done" and last.exit_code == 0:
            typer.echo(f"The last run of {out} made all its pages; there is nothing to go on with.")
            return
        asked, number = Asked(**last.asked), last.number
    planned = _planned(asked, folder)
    asked = replace(asked, snapshot=planned.snapshot.place)  # the newest now may not be the newest later
    options = Options(
        jobs=jobs, dask=dask, timeout=timeout, memory=memory and memory << 20, force=asked.force, resume=number,
        keep_going=asked.keep_going, asked=asdict(asked),
    )  # fmt: skip
    try:
        with _progress_bar(planned.jobs) as progress:
            result = _run(planned, options, progress, out)
    except OSError as error:
        if "--debug" in sys.orig_argv:
            raise
        typer.echo(f"Error: no page could be written. {_told(error)}", err=True)
        raise typer.Exit(4) from None
    typer.echo(result.summary())
    raise typer.Exit(result.exit_code)


@app.command()
def status(
    out: OutOption = "reports",
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.TEXT,
) -> None:
    """Say how the last run went, or how far it is. Exit code as the run's own; 4 where it was cut off."""
    from salesanalytics.report.run.status import status as status_of

    found = status_of(_folder(out))
    typer.echo(found.to_json() if format is Format.JSON else found.to_text())
    raise typer.Exit(found.exit_code)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open JupyterLab at the notebooks. Anything more is handed to it, such as --no-browser."""
    import subprocess

    from salesanalytics import workspace

    folder = workspace.home() / "notebooks"
    raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(folder), *context.args]))  # noqa: S603


@dataclass(frozen=True)
class Asked:
    """What a run was asked for, as the ledger keeps it: enough to ask for the same again."""

    snapshot: str = ""
    params: str = ""
    team: Sequence[str] = ()
    notebooks: str = ""
    force: bool = False
    keep_going: bool = True


def _place(snapshot: str | None) -> str:
    from salesanalytics.base.places import is_url

    return snapshot if snapshot and is_url(snapshot) else _absolute(Path(snapshot) if snapshot else None)


def _folder(out: str) -> Path:
    """The folder here that pages are written to."""
    from salesanalytics.base.places import is_url

    if not is_url(out):
        return Path(out)
    from salesanalytics import workspace
    from salesanalytics.report.run.mirror import folder_for

    return folder_for(out, workspace.home())


def _run(planned: "Plan", options: "Options", progress: "Callable[[Step], None]", out: str) -> "RunResult":
    """The run; where `out` is a URL, its files are sent there one by one."""
    from salesanalytics.base.places import is_url
    from salesanalytics.report.run.run import run as run_plan

    if not is_url(out):
        return run_plan(planned, options, progress=progress)
    from salesanalytics.report.run.mirror import Mirror

    mirror = Mirror(out, _folder(out))
    return run_plan(planned, options, progress=progress, publish=mirror.publish, within=mirror.kept(planned.folder))


def _absolute(path: Path | None) -> str:
    return str(path.resolve()) if path else ""


def _planned(asked: Asked, out: Path) -> "Plan":
    from salesanalytics import workspace
    from salesanalytics.data.snapshot import store as snapshots
    from salesanalytics.params import params_for
    from salesanalytics.report.plan import plan

    opened = snapshots.open(asked.snapshot) if asked.snapshot else workspace.newest()
    known = [info.team_id for info in opened.teams]
    names = {info.name: info.team_id for info in reversed(opened.teams)}
    folder = Path(asked.params) if asked.params else workspace.home() / "params"
    chosen = only(params_for(folder, known, strict=bool(asked.params), names=names), list(asked.team), known, names)
    return plan(opened, chosen, Path(asked.notebooks) if asked.notebooks else workspace.home() / "notebooks", out)


class _Stopped(BaseException):
    """Somebody pressed Ctrl-C."""


def _stop(*_: object) -> None:
    raise _Stopped


def main() -> None:
    """Entry point: errors of ours are one line, anything else says where to look."""
    debug = "--debug" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--debug"]
    # click would take Python's own KeyboardInterrupt for itself, and say "Aborted"
    signal.signal(signal.SIGINT, _stop)
    try:
        app()
    except SalesAnalyticsError as error:
        if debug:
            raise
        typer.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        if debug:
            raise
        typer.echo(f"Error: {_told(error)}", err=True)
        sys.exit(1)
    except _Stopped:
        typer.echo("Stopped.", err=True)
        sys.exit(130)
    except Exception as error:
        if debug:
            raise
        said = str(error).splitlines()[0] if str(error) else ""
        typer.echo(f"Error: {type(error).__name__}: {said} (this is a fault of salesanalytics; --debug shows where)", err=True)
        sys.exit(1)


def _told(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}. Choose another --out, or free space."


@contextmanager
def _progress_bar(total: int) -> "Iterator[Callable[[Step], None]]":
    """A bar with the notebook that has just ended, on stderr; plain text where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True))
    task = bar.add_task("", total=total)

    def step(done: "Step") -> None:
        bar.start()  # at the first step only: a run that cannot start shows no bar
        bar.update(task, completed=done.done, description=f"{done.team or 'company'} · {done.chapter}"[:40].ljust(40))

    try:
        yield step
    finally:
        bar.stop()


def _today() -> date:
    return datetime.now().astimezone().date()


if __name__ == "__main__":
    main()
