"""`salesanalytics run` and `status`: pages for every team, and how the last run went.

In: a snapshot, params, notebooks and an output place, each a default or what the user named. Out: pages, and a summary. What is
made and how is `report`'s business; here a user's words become a plan and its options, and progress becomes a bar.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesanalytics.base.redact import printable, shown
from salesanalytics.cli.alert import AlertOption, company, ready, told_of
from salesanalytics.cli.errors import DEBUG, no_room, say_error
from salesanalytics.cli.options import Format, TeamsOption, chosen_for, folder_of
from salesanalytics.cli.schedule import Holiday, HolidaysOption, OnHolidayOption, WhenOption
from salesanalytics.errors import RunError, SalesAnalyticsError
from salesanalytics.schedule.job import BACK

if TYPE_CHECKING:
    from salesanalytics.report.plan import Plan
    from salesanalytics.report.run.ledger import Run
    from salesanalytics.report.run.result import Progress as Step
    from salesanalytics.report.run.result import RunResult
    from salesanalytics.report.run.run import Options

MANY, YEAR, PETABYTE = 1000, 31_536_000, 1 << 30  # lanes, seconds, MB: more than that is a slip
OutOption = Annotated[
    str, typer.Option("--out", metavar="FOLDER|URL", help="Where the pages go, into a folder named by the day.")
]
SnapshotOption = Annotated[
    str | None,
    typer.Option("--snapshot", metavar="FOLDER|URL", help="What to read, or demo. Default: the newest data under snapshots/."),
]
ParamsOption = Annotated[
    Path | None,
    typer.Option("--params", help="Folder with _defaults.yaml and one file per team: exactly these teams. Default: all teams."),
]
NotebooksOption = Annotated[
    Path | None, typer.Option("--notebooks", help="Folder of the chapters. Default: notebooks/ of the project.")
]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, max=MANY, help="How many notebooks at a time. Default: one per core.")
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="WHERE",
        help="Work on Dask: tcp://host:8786, or local:2 for two workers here. Not asked where nothing has to be made.",
    ),
]
TimeoutOption = Annotated[
    int | None, typer.Option("--timeout", min=1, max=YEAR, help="Seconds a notebook may take. Default: 600.")
]
MemoryOption = Annotated[
    int | None,
    typer.Option(
        "--memory", min=1, max=PETABYTE, help="MB a notebook may allocate. Default: three quarters of the machine, shared."
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Make everything anew, unchanged or not.")]
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with the last run of --out as it was asked for; --jobs, --dask, --timeout and --memory may be others.",
    ),
]
KeepGoingOption = Annotated[
    bool, typer.Option("--keep-going/--fail-fast", help="After a failure, make the other pages all the same.")
]
CatchUpOption = Annotated[
    bool,
    typer.Option(
        "--catch-up", help="Also make reports that were due by --when and never made, from snapshots beside this one."
    ),
]
BackOption = Annotated[
    int, typer.Option("--back", min=1, max=MANY, metavar="N", help="How many reports before this one --catch-up looks at.")
]


def run(
    out: OutOption = "reports",
    snapshot: SnapshotOption = None,
    params: ParamsOption = None,
    team: TeamsOption = None,
    notebooks: NotebooksOption = None,
    jobs: JobsOption = None,
    dask: DaskOption = None,
    timeout: TimeoutOption = None,
    memory: MemoryOption = None,
    force: ForceOption = False,
    resume: ResumeOption = False,
    keep_going: KeepGoingOption = True,
    catch_up: CatchUpOption = False,
    back: BackOption = BACK,
    when: WhenOption = None,
    holidays: HolidaysOption = None,
    on_holiday: OnHolidayOption = Holiday.NEXT,
    alert: AlertOption = False,
    smtp: Annotated[bool, typer.Option("--smtp", help="Mail the alert by SMTP; without it: a file in the outbox.")] = False,
) -> None:
    """Execute the notebooks for every team and write their pages and an index. What has not changed is not made again."""
    from salesanalytics import workspace
    from salesanalytics.report.run.result import NONE
    from salesanalytics.schedule.when import when_of

    if dask and jobs:
        raise typer.BadParameter("--jobs counts lanes of this machine; with --dask, the workers there are what counts")
    if resume and catch_up:
        raise typer.BadParameter("--resume goes on with one run, and --catch-up begins others; give one after the other")
    if holidays and not when:
        raise typer.BadParameter("--holidays belongs to a schedule; give it with --when")
    named = {"--snapshot": snapshot, "--params": params, "--team": team, "--notebooks": notebooks, "--force": force}
    if resume and (other := [option for option, value in named.items() if value]):
        raise typer.BadParameter(f"--resume goes on with what the last run was asked for; leave out {' and '.join(other)}")
    how: dict[str, Any] = {"jobs": jobs, "dask": dask, "timeout": timeout, "memory": memory}
    asked = Asked(
        snapshot=_place(snapshot), params=_absolute(params), team=team or [], notebooks=_absolute(notebooks), force=force,
        keep_going=keep_going, when=str(when_of(when)) if when else "", holidays=_absolute(holidays),
        on_holiday=on_holiday.value, **how,
    )  # fmt: skip
    last = _last(out) if resume else None
    if last:
        if last.state == "done" and last.exit_code == 0:
            typer.echo(f"The last run of {out} made all its pages; there is nothing to go on with.")
            return
        asked = _again(last, how)
    planned = _planned(asked, folder_of(out))
    about = company(Path(asked.params or workspace.home() / "params")) if alert else None
    if about:
        ready(about, smtp=smtp)
    asked = replace(asked, snapshot=planned.snapshot.place)  # the newest now may not be the newest later
    try:
        result = _shown(planned, _options(asked, last), out)
    except (typer.Exit, SalesAnalyticsError):
        if about:
            told_of(folder_of(out), about, smtp=smtp, about=("run",), because="the run ended before its pages were made")
        raise
    typer.echo(shown(result.summary()))
    if result.exit_code and about:
        told_of(folder_of(out), about, smtp=smtp, about=("run",))
    made_up = _made_up(asked, back, out) if catch_up and result.exit_code != NONE else 0
    raise typer.Exit(result.exit_code or made_up)


def status(
    out: OutOption = "reports",
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.TEXT,
) -> None:
    """Say how the last run went, or how far it is. Exit code as the run's own; 4 where it was stopped or cut off."""
    from salesanalytics.report.run.status import status as status_of

    found = status_of(folder_of(out), datetime.now(UTC))
    typer.echo(found.to_json() if format is Format.JSON else shown(found.to_text()))
    raise typer.Exit(found.exit_code)


@dataclass(frozen=True)
class Asked:
    """What a run was asked for, as the ledger keeps it: enough to ask for the same again."""

    snapshot: str = ""
    params: str = ""
    team: Sequence[str] = ()
    notebooks: str = ""
    force: bool = False
    keep_going: bool = True
    jobs: int | None = None
    dask: str | None = None
    timeout: int | None = None
    memory: int | None = None
    when: str = ""
    holidays: str = ""
    on_holiday: str = Holiday.NEXT.value
    made_up_for: str = ""


def _options(asked: Asked, last: "Run | None") -> "Options":
    """How it is to be done; with `last`, as that run going on."""
    from salesanalytics.report.kernels import TIMEOUT
    from salesanalytics.report.run.run import Options

    return Options(
        jobs=asked.jobs, dask=asked.dask or "", timeout=asked.timeout or TIMEOUT, memory=asked.memory and asked.memory << 20,
        force=asked.force, resume=last.number if last else None, keep_going=asked.keep_going, asked=asdict(asked),
    )  # fmt: skip


def _made_up(asked: Asked, back: int, out: str) -> int:
    """Reports that were missed, made as this one was; 3 where a page of them failed."""
    from salesanalytics.cli.catch_up import make_up_for_missed

    def make(place: str, day: date) -> "RunResult":
        again = replace(asked, snapshot=place, made_up_for=day.isoformat())
        return _shown(_planned(again, folder_of(out)), _options(again, None), out)

    return make_up_for_missed(folder_of(out), asked.snapshot, back, make)


def _again(last: "Run", how: Mapping[str, Any]) -> Asked:
    """What the last run was asked for, but for those ways to do it that are given now. Raises RunError."""
    from pydantic import TypeAdapter, ValidationError

    try:
        asked = TypeAdapter(Asked).validate_json(json.dumps(last.asked), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise RunError(
            f"The ledger does not say what run {last.number} was asked for ({what}). "
            "Leave out --resume; what is unchanged is used again all the same."
        ) from None
    now = {name: value for name, value in how.items() if value is not None}
    if "jobs" in now or "dask" in now:  # the one takes the other's place
        asked = replace(asked, jobs=None, dask=None)
    return replace(asked, **now)


def _last(out: str) -> "Run":
    """The run to go on with. Raises RunError where there was none."""
    from salesanalytics.report.run.ledger import read_last

    last = read_last(folder_of(out))
    if last is None:
        raise RunError(f"{out} has no run to go on with. Leave out --resume.")
    return last


def _place(snapshot: str | None) -> str:
    from salesanalytics.base.places import is_url
    from salesanalytics.workspace import DEMO

    if snapshot and (snapshot == DEMO or is_url(snapshot)):
        return snapshot
    return _absolute(Path(snapshot) if snapshot else None)


def _shown(planned: "Plan", options: "Options", out: str) -> "RunResult":
    """The run with a bar that shows how far it is; where nothing can be written, its one line and exit code 4."""
    try:
        with _progress_bar(planned.jobs) as progress:
            return _run(planned, options, progress, out)
    except OSError as error:
        if DEBUG in sys.orig_argv:
            raise
        say_error(f"no page could be written. {no_room(error)}")
        raise typer.Exit(4) from None


def _run(planned: "Plan", options: "Options", progress: "Callable[[Step], None]", out: str) -> "RunResult":
    """The run; where `out` is a URL, its files are sent there one by one."""
    from salesanalytics.base.places import is_url
    from salesanalytics.report.run.run import run as run_plan

    if not is_url(out):
        return run_plan(planned, options, progress=progress)
    from salesanalytics.report.run.mirror import Mirror

    mirror = Mirror(out, folder_of(out))
    return run_plan(planned, options, progress=progress, publish=mirror.publish, within=mirror.kept(planned.folder))


def _absolute(path: Path | None) -> str:
    return os.path.abspath(path) if path else ""  # noqa: PTH100 - resolve() fails on links that lead nowhere


def _planned(asked: Asked, out: Path) -> "Plan":
    from salesanalytics import workspace
    from salesanalytics.report.plan import plan

    notebooks = Path(asked.notebooks) if asked.notebooks else workspace.chapters_folder()
    chosen = chosen_for(asked.snapshot, Path(asked.params) if asked.params else None, asked.team, notebooks)
    return plan(chosen.snapshot, chosen.teams, notebooks, out, chosen.company)


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
        bar.update(
            task, completed=done.done, description=printable(f"{done.team or 'company'} · {done.chapter}")[:40].ljust(40)
        )

    try:
        yield step
    finally:
        if bar.live.is_started:  # one that was never shown would leave an empty line
            bar.stop()
