"""When reports are due: an hour, days of the week and a time zone, written `Mon,Thu 06:00 Europe/Bucharest`.

In: that text. Out: `When`, the moment it means on a day, and the days on which clocks are changed at just that hour. An hour
that does not exist is taken as so much after the change; of one that comes twice, the first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from salesanalytics.errors import ScheduleError
from salesanalytics.schedule.zone import known_zone, own_zone

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONDAY_AT_SIX = "Mon 06:00"
_HOUR = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A day on which the hour is `missing`, or comes `twice`; `starts` is the moment taken then, in local time."""

    day: date
    kind: Literal["missing", "twice"]
    starts: datetime


@dataclass(frozen=True, slots=True)
class When:
    """`days`: 0 is Monday, in order; `zone`: an IANA name."""

    at: time
    days: tuple[int, ...]
    zone: str

    def __str__(self) -> str:
        return f"{self.named_days} {self.at:%H:%M} {self.zone}"

    @property
    def named_days(self) -> str:
        """Days as systemd writes them."""
        return ",".join(DAYS[day] for day in self.days)

    def moment(self, day: date) -> datetime:
        """The moment of `day` in UTC."""
        return datetime.combine(day, self.at, ZoneInfo(self.zone)).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """Which day it is there at a moment."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def clock_changes(self, first: date, last: date) -> Iterator[ClockChange]:
        """Days from `first` to `last` on which this hour is missing or comes twice."""
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
            local = datetime.combine(day, self.at, ZoneInfo(self.zone))
            if day.weekday() in self.days and local.utcoffset() != local.replace(fold=1).utcoffset():
                starts = self.moment(day).astimezone(ZoneInfo(self.zone))
                yield ClockChange(day, "twice" if starts.time() == self.at else "missing", starts)


def when_of(text: str) -> When:
    """`Mon,Thu 06:00 Europe/Bucharest`; without a zone, this machine's. Raises ScheduleError."""
    parts = text.split()
    if len(parts) not in (2, 3):
        raise ScheduleError(
            f"{text!r} is no schedule; expected days, an hour and a zone, such as 'Mon 06:00 Europe/Bucharest'."
        )
    return When(hour_of(parts[1]), days_of(parts[0]), known_zone(parts[2]) if len(parts) == 3 else own_zone())


def hour_of(text: str) -> time:
    """`06:00`. Raises ScheduleError."""
    found = _HOUR.fullmatch(text.strip())
    if not found:
        raise ScheduleError(f"{text!r} is no hour; expected one from 00:00 to 23:59.")
    return time(int(found[1]), int(found[2]))


def days_of(text: str) -> tuple[int, ...]:
    """`mon,thu`, as short or whole names. Raises ScheduleError."""
    days = set()
    for word in text.split(","):
        short = word.strip().casefold()
        found = [number for number, name in enumerate(_WHOLE) if len(short) >= 3 and name.startswith(short)]
        if not found:
            raise ScheduleError(f"{word.strip()!r} is no day of the week; expected some of {','.join(DAYS)}.")
        days.add(found[0])
    return tuple(sorted(days))


_WHOLE = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
