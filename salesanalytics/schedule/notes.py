"""What whoever sets a schedule up has to know: its holidays, what clock changes do to its hour, what becomes of days missed.

In: a job, the day, and what a scheduler does with an hour that is missing or comes twice. Out: lines, each a sentence or two.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from salesanalytics.schedule.job import NOT_TODAY, Job
from salesanalytics.schedule.when import ClockChange

YEARS = 5
"""How far ahead clock changes are looked for; laws change them, so farther is guessing."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What a scheduler does on the day of a clock change."""

    missing: str
    twice: str


def clock_changes(job: Job, today: date) -> list[ClockChange]:
    """Days of the years ahead on which the job's hour is missing or comes twice."""
    return list(job.schedule.starts.clock_changes(today, today.replace(year=today.year + YEARS, day=min(today.day, 28))))


def notes(job: Job, clock: Clock, today: date) -> Iterator[str]:
    """All there is to say."""
    schedule = job.schedule
    yield f"Sales reports, {schedule.when}."
    if job.holidays and schedule.on_holiday == "next":
        yield f"On a day named in {job.holidays} the run moves to the next working day, Monday to Friday."
    elif job.holidays:
        yield f"On a day named in {job.holidays} there is no run; --on-holiday next moves it to the next working day."
    if schedule.starts != schedule.when:
        started = schedule.starts.named_days
        yield f"So it starts on {started}; where nothing is due, `schedule due` ends it (exit code {NOT_TODAY})."
    yield from _clock(clock_changes(job, today), schedule.when.zone, f"{schedule.when.at:%H:%M}", clock)
    yield "A run that was missed is made up for by the next one (--catch-up), where a snapshot of its days exists."
    if job.source:
        yield f"Each run takes a snapshot into a folder of its own, {job.snapshot}-<day>; delete old ones as you see fit."


def _clock(changes: list[ClockChange], zone: str, hour: str, clock: Clock) -> Iterator[str]:
    for kind, said, does in (("missing", "does not exist", clock.missing), ("twice", "comes twice", clock.twice)):
        days = [change.day.isoformat() for change in changes if change.kind == kind]
        if days:
            yield f"{hour} {said} in {zone} on {', '.join(days)}: {does}"
    if changes:
        yield "Another hour (--at) is clear of it. A second run would make nothing anew, and mail nobody twice."
    else:
        yield f"No clock change of the next {YEARS} years touches {hour} in {zone} on these days."
