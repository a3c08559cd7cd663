"""Which days a report is due on, holidays counted in.

In: `When`, days off. Out: `Schedule`, which answers whether a day is one, and which were the last. A report due on a holiday is
made on the next working day (Monday to Friday, no holiday), or not at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from salesanalytics.base.plain_file import plain
from salesanalytics.errors import ScheduleError
from salesanalytics.schedule.when import When

WORKING = range(5)
OnHoliday = Literal["next", "skip"]


@dataclass(frozen=True, slots=True)
class Due:
    """A report was due on `day`, from `moment` on (UTC)."""

    day: date
    moment: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """When, but for `holidays`; `on_holiday`: the next working day, or no report."""

    when: When
    holidays: frozenset[date] = frozenset()
    on_holiday: OnHoliday = "next"

    @property
    def starts(self) -> When:
        """When a scheduler has to start: on every working day as well, where a holiday may move the report there."""
        if not self.holidays or self.on_holiday == "skip":
            return self.when
        return When(self.when.at, tuple(sorted({*self.when.days, *WORKING})), self.when.zone)

    def is_due(self, day: date) -> bool:
        """Whether a report is due on `day`."""
        if day.weekday() in self.when.days and day not in self.holidays:
            return True
        return self.on_holiday == "next" and self._works(day) and any(self._moved(day))

    def latest(self, now: datetime) -> Iterator[Due]:
        """What was due up to `now`, the newest first; without end."""
        day = self.when.day_of(now)
        while True:
            if self.is_due(day) and (moment := self.when.moment(day)) <= now:
                yield Due(day, moment)
            day -= timedelta(days=1)

    def next_after(self, day: date) -> date:
        """The first day after `day` on which a report is due."""
        day += timedelta(days=1)
        while not self.is_due(day):
            day += timedelta(days=1)
        return day

    def _works(self, day: date) -> bool:
        return day.weekday() in WORKING and day not in self.holidays

    def _moved(self, day: date) -> Iterator[bool]:
        """For each day off just before `day`, whether its report moves here."""
        before = day - timedelta(days=1)
        while not self._works(before):
            yield before.weekday() in self.when.days and before in self.holidays
            before -= timedelta(days=1)


def holidays_in(file: Path) -> frozenset[date]:
    """The days in `file`, one a line; what follows a # is for its readers. Raises ScheduleError with every wrong line."""
    try:
        lines = plain(file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ScheduleError(
            f"The holidays in {file} cannot be read: {said}. Expected one day a line, such as 2026-12-25."
        ) from None
    days, wrong = set(), []
    for number, line in enumerate(lines, 1):
        written = line.partition("#")[0].strip()
        try:
            days.update([date.fromisoformat(written)] if written else [])
        except ValueError:
            wrong.append(f"line {number}: {written[:40]!r} is no day; expected one such as 2026-12-25")
    if wrong:
        raise ScheduleError("\n  ".join([f"The holidays in {file} cannot be used:", *wrong]))
    return frozenset(days)
