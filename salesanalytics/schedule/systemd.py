"""A schedule as systemd units: a timer, the service it starts, and one that tells somebody when that has failed.

In: a job. Out: text by file name. A timer leaves out an hour that does not exist and starts once where it comes twice (measured
with `systemd-analyze calendar`, systemd 252), so days on which the hour is missing get a line of their own.
"""

from collections.abc import Mapping
from datetime import date

from salesanalytics.schedule.job import Job
from salesanalytics.schedule.notes import Clock, clock_changes, notes
from salesanalytics.schedule.when import When

NAME = "salesanalytics"
ALERT = f"{NAME}-alert"
FOLDER = "/etc/systemd/system"
CLOCK = Clock(
    missing="systemd would leave it out, so the timer has a line of its own for each of these days. Print it anew in time.",
    twice="systemd starts it once, the first time.",
)
TIMER = """\
{notes}
# Put the three files into {folder}, then: systemctl daemon-reload && systemctl enable --now {name}.timer
[Unit]
Description=Sales reports, {when}

[Timer]
{calendar}
# a start that was missed while the machine was off is made up for once, when it is on again
Persistent=true

[Install]
WantedBy=timers.target
"""
SERVICE = """\
# Started by {name}.timer. Exit codes: 0 all pages, 3 some, 4 none, 1 could not start; all but 0 start {alert}.service.
# What it said: journalctl -u {name}.service
[Unit]
Description=Sales reports, {when}
Wants=network-online.target
After=network-online.target
OnFailure={alert}.service

[Service]
Type=oneshot
User={user}
ExecStart=/bin/sh -c {line}
"""
FAILED = """\
# Mails whoever is named under mail_by in the params.
[Unit]
Description=Tell that the sales reports failed

[Service]
Type=oneshot
User={user}
ExecStart=/bin/sh -c {line}
"""


def units(job: Job, *, today: date, user: str) -> Mapping[str, str]:
    """Three files."""
    known = {"name": NAME, "alert": ALERT, "folder": FOLDER, "when": specifiers(str(job.schedule.when)), "user": user}
    told = "\n".join(f"# {note}" for note in notes(job, CLOCK, today))
    calendar = "\n".join(f"OnCalendar={one}" for one in calendars(job, today))
    because = f"{NAME}.service failed; journalctl -u {NAME}.service says why"
    return {
        f"{NAME}.timer": TIMER.format(**known, notes=told, calendar=calendar),
        f"{NAME}.service": SERVICE.format(**known, line=quoted(f"{job.start}; {job.work}")),
        f"{ALERT}.service": FAILED.format(**known, line=quoted(f"{job.start}; {job.alert(because)}")),
    }


def calendars(job: Job, today: date) -> list[str]:
    """The hour on its days, and a moment for each day on which the hour is missing."""
    zone = job.schedule.when.zone
    instead = [change.starts for change in clock_changes(job, today) if change.kind == "missing"]
    return [calendar(job.schedule.starts), *(f"{moment:%Y-%m-%d %H:%M:%S} {zone}" for moment in instead)]


def calendar(when: When) -> str:
    """As OnCalendar reads it."""
    return f"{when.named_days} *-*-* {when.at:%H:%M:%S} {when.zone}"


def quoted(line: str) -> str:
    """One word of ExecStart, whatever is in it."""
    escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{specifiers(escaped)}"'


def specifiers(text: str) -> str:
    """A percent sign that stands for itself."""
    return text.replace("%", "%%")
