"""A schedule as lines for crontab.

In: a job. Out: text. Raises ScheduleError where the line is longer than some crons read.
"""

from collections.abc import Mapping
from datetime import date

from salesanalytics.errors import ScheduleError
from salesanalytics.schedule.job import Job
from salesanalytics.schedule.notes import Clock, notes
from salesanalytics.schedule.when import When

FILE = "salesanalytics.crontab"
LOG = "salesanalytics.log"
LONGEST = 998  # characters of a command that Vixie's cron, which Debian has, reads
CLOCK = Clock(
    missing="cron in the machine's own zone starts it right after the change; with CRON_TZ it may be left out.",
    twice="cron in the machine's own zone starts it once; with CRON_TZ it may start twice.",
)


def crontab(job: Job, *, today: date, own_zone: str, mail_to: str) -> Mapping[str, str]:
    """One file. What a run says goes into a log; cron mails it where the run fails, and only then."""
    log = f"./{LOG}"
    failed = job.alert(f"the job in crontab failed; see {LOG}")
    command = f"{job.start}; ( {job.work} ) >{log} 2>&1 || {{ cat {log}; {failed}; }}".replace("%", r"\%")
    if len(command) > LONGEST:
        raise ScheduleError(
            f"The line for crontab would have {len(command):,} characters, and some crons read no more than {LONGEST:,}. "
            "Name paths below the project's folder, or use: salesanalytics schedule print systemd."
        )
    zone = job.schedule.when.zone
    lines = [*(f"# {note}" for note in notes(job, CLOCK, today)), *_about_zone(zone, own_zone)]
    lines += ["# Exit codes: 0 all pages, 3 some, 4 none, 1 could not start. cron mails the log of a run that failed to:"]
    lines += [f"MAILTO={mail_to}" if mail_to else "# MAILTO=ops@example.com"]
    lines += [f"CRON_TZ={zone}"] if zone != own_zone else []
    return {FILE: "\n".join([*lines, f"{cron_time(job.schedule.starts)} {command}", ""])}


def cron_time(when: When) -> str:
    """The five fields: minute, hour, any day of any month, days of the week with Sunday as 0."""
    days = ",".join(str(day) for day in sorted((day + 1) % 7 for day in when.days))
    return f"{when.at.minute} {when.at.hour} * * {days}"


def _about_zone(zone: str, own: str) -> list[str]:
    if zone == own:
        return [f"# The hour is in this machine's own zone, {zone}, which every cron goes by."]
    return [
        f"# This machine's own zone is {own}. CRON_TZ is read by cronie (Fedora, RHEL, Arch); the cron of Debian and Ubuntu",
        "# does not, and takes the hour in the machine's zone. There, use: salesanalytics schedule print systemd.",
    ]
