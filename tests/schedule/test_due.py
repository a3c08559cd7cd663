"""Days on which reports are due: holidays, clock changes, and what is no schedule."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from salesanalytics.errors import ScheduleError
from salesanalytics.schedule.due import Schedule, holidays_in
from salesanalytics.schedule.when import when_of

EASTER = date(2027, 5, 3)  # a Monday without work in Romania, as the Tuesday after it is given out to be here
NIGHT = when_of("Sun 02:30 Europe/Berlin")


def test_a_holiday_moves_the_report_to_the_next_working_day_or_drops_it() -> None:
    off = frozenset({EASTER, EASTER + timedelta(days=1)})
    moved = Schedule(when_of("mon 6:00 Europe/Bucharest"), off)
    week = [EASTER + timedelta(days=number) for number in range(8)]
    assert [moved.is_due(day) for day in week] == [False, False, True, False, False, False, False, True]
    assert not any(Schedule(moved.when, off, "skip").is_due(day) for day in week[:7])
    assert str(moved.starts) == "Mon,Tue,Wed,Thu,Fri 06:00 Europe/Bucharest"
    assert Schedule(moved.when, off, "skip").starts == moved.when


def test_what_was_due_last_is_told_by_the_clock_of_its_zone() -> None:
    weekly = Schedule(when_of("Mon 06:00 Europe/Bucharest"))
    just_before = datetime(2026, 11, 23, 3, 59, tzinfo=UTC)
    assert [due.day for due in islice(weekly.latest(just_before), 2)] == [date(2026, 11, 16), date(2026, 11, 9)]
    assert next(weekly.latest(just_before + timedelta(minutes=1))).day == date(2026, 11, 23)


def test_an_hour_that_is_missing_or_comes_twice_means_one_moment() -> None:
    gap, fold = date(2027, 3, 28), date(2027, 10, 31)
    assert [(one.day, one.kind) for one in NIGHT.clock_changes(date(2027, 1, 1), date(2027, 12, 31))] == [
        (gap, "missing"),
        (fold, "twice"),
    ]
    assert NIGHT.moment(gap) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 03:30 there
    assert NIGHT.moment(fold) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # the first of two
    assert list(when_of("Mon 02:30 Europe/Berlin").clock_changes(gap, fold)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mon 24:00 UTC", "'24:00' is no hour"),
        ("Mo 06:00 UTC", "'Mo' is no day of the week; expected some of Mon,Tue"),
        ("Mon 06:00 Europe/Bukarest", "did you mean Europe/Bucharest"),
        ("Mon 06:00 ../../etc/passwd", "is no time zone"),
        ("Mon", "is no schedule"),
    ],
)
def test_what_is_no_schedule_is_said(text: str, said: str) -> None:
    with pytest.raises(ScheduleError, match=said):
        when_of(text)


def test_holidays_are_days_and_every_wrong_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "holidays.txt"
    file.write_text("2026-12-25  # Christmas\n\n# 2027\n2027-01-01\n", "utf-8")
    assert holidays_in(file) == {date(2026, 12, 25), date(2027, 1, 1)}
    file.write_text("25.12.2026\n2027-01-01\n2027-02-30\n", "utf-8")
    with pytest.raises(ScheduleError, match=r"line 1: '25.12.2026'(.|\n)*line 3: '2027-02-30'"):
        holidays_in(file)
    with pytest.raises(ScheduleError, match=r"cannot be read.*one day a line"):
        holidays_in(tmp_path / "none.txt")
