"""`salesanalytics schedule print` and `schedule due`: the run every Monday at six, for whatever starts it.

In: an hour, days, a zone, holidays, and what the run is to do. Out: text that cron, systemd or Airflow reads; or whether a
report is due today, as an exit code. The clock is read here, and nowhere below.
"""

import getpass
import os
import sysconfig
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesanalytics.cli.options import folder_of
from salesanalytics.errors import MailError, ScheduleError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesanalytics.schedule.due import Schedule
    from salesanalytics.schedule.job import Job
    from salesanalytics.schedule.when import When

COMMAND = "salesanalytics"


class Scheduler(StrEnum):
    """What starts the run."""

    CRON = "cron"
    SYSTEMD = "systemd"
    AIRFLOW = "airflow"


class Holiday(StrEnum):
    """What becomes of a report that is due on a holiday."""

    NEXT = "next"
    SKIP = "skip"


HolidaysOption = Annotated[Path | None, typer.Option("--holidays", metavar="FILE", help="Days without a report, one a line.")]
OnHolidayOption = Annotated[
    Holiday, typer.Option("--on-holiday", help="Report on the next working day (Monday to Friday), or skip it.")
]
WhenOption = Annotated[
    str | None, typer.Option("--when", metavar="WHEN", help="When reports are due, such as 'Mon 06:00 Europe/Bucharest'.")
]
schedule_app = typer.Typer(help="Start the run every Monday at six.", no_args_is_help=True)


@schedule_app.command("print")
def print_(
    scheduler: Annotated[Scheduler, typer.Argument(help="For which scheduler.")],
    at: Annotated[str, typer.Option("--at", metavar="HH:MM", help="The hour.")] = "06:00",
    days: Annotated[str, typer.Option("--days", metavar="DAYS", help="Days of the week, such as mon,thu.")] = "mon",
    timezone: Annotated[
        str | None,
        typer.Option("--timezone", metavar="ZONE", help="Zone of the hour, by its IANA name. Default: the machine's."),
    ] = None,
    holidays: HolidaysOption = None,
    on_holiday: OnHolidayOption = Holiday.NEXT,
    out: Annotated[str, typer.Option("--out", metavar="FOLDER|URL", help="Where the pages go.")] = "reports",
    params: Annotated[str, typer.Option("--params", metavar="FOLDER", help="Folder with one file per team.")] = "params",
    snapshot: Annotated[
        str | None, typer.Option("--snapshot", help="What to read; with --source, how snapshots are called before the day.")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="Take a snapshot of this source before each run.")] = None,
    mapping: Annotated[str | None, typer.Option("--mapping", help="Mapping of the source.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Mail the pages to leaders after the run.")] = False,
    smtp: Annotated[bool, typer.Option("--smtp", help="Mail by SMTP, alerts too; else as files in the outbox.")] = False,
    webhook: Annotated[bool, typer.Option("--webhook", help="Post to chats as well, where teams have mail_webhook.")] = False,
    environment: Annotated[
        str | None, typer.Option("--environment", metavar="FILE", help="Lines NAME=value, such as SALESANALYTICS_SMTP_HOST.")
    ] = None,
    into: Annotated[Path | None, typer.Option("--into", metavar="FOLDER", help="Write files there, and print nothing.")] = None,
) -> None:
    """Print a schedule that cron, systemd or Airflow takes as it is; with what a clock change and a holiday do to it."""
    from salesanalytics import workspace
    from salesanalytics.base.places import is_url
    from salesanalytics.schedule.job import Job
    from salesanalytics.schedule.when import When, days_of, hour_of
    from salesanalytics.schedule.zone import known_zone, own_zone

    if mapping and not source:
        raise typer.BadParameter("--mapping says how to read a --source")
    if send and is_url(out):
        raise typer.BadParameter("--send mails pages of a folder; --out is a URL")
    when = When(hour_of(at), days_of(days), known_zone(timezone) if timezone else own_zone())
    named = snapshot or (f"snapshots/{Path(source).stem}" if source else "")
    job = Job(
        schedule_of(when, holidays, on_holiday), folder=Path.cwd(), bin=_bin(), out=out, params=params, snapshot=named,
        source=source or "", mapping=mapping or "", holidays=str(holidays or ""), send=send, smtp=smtp, webhook=webhook,
        environment=environment or "", home=str(workspace.home().absolute()) if os.environ.get("SALESANALYTICS_HOME") else "",
    )  # fmt: skip
    _written(_files(scheduler, job), into)


@schedule_app.command()
def due(
    when: WhenOption = None,
    holidays: HolidaysOption = None,
    on_holiday: OnHolidayOption = Holiday.NEXT,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FOLDER|URL", help="Where the pages are: one that was missed is due still.")
    ] = None,
) -> None:
    """Say whether a report is due today. Exit code 5 where none is, as on a holiday, so that a scheduler can stop there."""
    from salesanalytics.schedule.job import NOT_TODAY
    from salesanalytics.schedule.when import MONDAY_AT_SIX, when_of

    schedule = schedule_of(when_of(when or MONDAY_AT_SIX), holidays, on_holiday)
    now = datetime.now(UTC)
    today = schedule.when.day_of(now)
    if schedule.is_due(today):
        typer.echo(f"A report is due today, {today:%a} {today}.")
        return
    waiting = _waiting(schedule, now, out) if out else None
    if waiting:
        typer.echo(f"The report of {waiting:%a} {waiting} was never made, and is due still.")
        return
    after = schedule.next_after(today)
    typer.echo(f"No report is due today, {today:%a} {today}; the next one is on {after:%a} {after}.")
    raise typer.Exit(NOT_TODAY)


def _waiting(schedule: "Schedule", now: datetime, out: str) -> date | None:
    """The day of the newest report, where no run has made it."""
    from salesanalytics.report.run.ledger import read_runs
    from salesanalytics.report.run.missed import missed

    waiting = missed(read_runs(folder_of(out)), schedule, now, back=0).waiting
    return waiting.day if waiting else None


def schedule_of(when: "When", holidays: Path | None, on_holiday: str) -> "Schedule":
    """With the days of the file of holidays, where one is named."""
    from salesanalytics.schedule.due import Schedule, holidays_in

    return Schedule(when, holidays_in(holidays) if holidays else frozenset(), "skip" if on_holiday == "skip" else "next")


def _files(scheduler: Scheduler, job: "Job") -> "Mapping[str, str]":
    today = date.today()  # noqa: DTZ011 - the reader's day
    if scheduler is Scheduler.SYSTEMD:
        from salesanalytics.schedule.systemd import units

        return units(job, today=today, user=getpass.getuser())
    if scheduler is Scheduler.AIRFLOW:
        from salesanalytics.schedule.airflow import dag

        return dag(job, today=today)
    from salesanalytics.schedule.cron import crontab
    from salesanalytics.schedule.zone import own_zone

    return crontab(job, today=today, own_zone=own_zone(), mail_to=_mail_by(Path(job.params)))


def _written(files: "Mapping[str, str]", into: Path | None) -> None:
    from salesanalytics.base.whole_file import write_whole

    for name, text in files.items():
        if into:
            write_whole(into / name, text)
            typer.echo(f"Written: {into / name}")
        else:
            typer.echo(f"# --- {name}\n{text}" if len(files) > 1 else text, nl=len(files) > 1)


def _bin() -> Path:
    """The folder of the command, which a scheduler does not know."""
    folder = Path(sysconfig.get_path("scripts"))
    if not any((folder / name).is_file() for name in (COMMAND, f"{COMMAND}.exe")):
        raise ScheduleError(f"{folder} holds no {COMMAND} that a scheduler could start. Install the package there first.")
    return folder


def _mail_by(params: Path) -> str:
    """Who set the mail up, where the params name somebody."""
    from salesanalytics.cli.alert import company
    from salesanalytics.mail.address import checked

    try:
        return checked(company(params).mail_by)
    except MailError:
        return ""
