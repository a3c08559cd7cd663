"""Which reports were missed, by the ledger and the schedule, whatever the clock has been through."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from salesanalytics.report.run.ledger import Ledger, PastRun, read_last, read_runs
from salesanalytics.report.run.missed import make_ups, missed, stored
from salesanalytics.report.run.status import status
from salesanalytics.schedule.due import Due, Schedule
from salesanalytics.schedule.when import when_of

WEEKLY = Schedule(when_of("Mon 06:00 UTC"))
MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
WEEK = timedelta(days=7)


def ran(weeks_ago: float, number: int = 1, state: str = "done", code: int | None = 0, **asked: object) -> PastRun:
    began = MONDAY + timedelta(minutes=1) - WEEK * weeks_ago
    return PastRun(number, state, began, code, began.date() - timedelta(days=1), asked)


def days(*runs: PastRun, now: datetime = MONDAY + timedelta(hours=3), back: int = 4) -> list[str]:
    return [str(due.day) for due, _ in missed(runs, WEEKLY, now, back).days]


def test_mondays_without_a_run_that_came_to_its_end_are_missed() -> None:
    assert days(ran(3), ran(0)) == ["2026-11-16", "2026-11-09"]
    assert days(ran(3), ran(2, state="stopped"), ran(1, code=4), ran(0)) == ["2026-11-09"]
    assert days(ran(3), ran(0), back=1) == ["2026-11-16"]
    assert days(ran(3), ran(2), ran(0.5), ran(0)) == []  # made on Thursday, after its Monday
    assert days() == []


def test_the_newest_report_waits_until_a_run_has_made_it() -> None:
    for runs, waits in (
        ((ran(1),), date(2026, 11, 23)),
        ((ran(1), ran(0)), None),
        ((ran(1), ran(0, state="running")), date(2026, 11, 23)),
    ):
        waiting = missed(runs, WEEKLY, MONDAY + timedelta(hours=3), 4).waiting
        assert (waiting and waiting.day) == waits


def test_what_was_made_up_for_is_missed_no_more_and_counts_for_no_other_day() -> None:
    late = ran(0, 3, made_up_for="2026-11-16")
    assert days(ran(2), late, ran(0)) == []
    assert missed((ran(2), late), WEEKLY, MONDAY + timedelta(hours=3), 4).waiting is not None


@pytest.mark.parametrize("now", [MONDAY - 5200 * WEEK, MONDAY - 2 * WEEK, MONDAY + 5200 * WEEK])
def test_a_clock_that_is_wrong_makes_no_endless_work(now: datetime) -> None:
    found = missed((ran(3), ran(2), ran(0)), WEEKLY, now, 4)
    assert len(found.days) <= 4
    kept = {date(2026, 11, 22): "a", date(2026, 11, 8): "b"}  # both reported
    assert [one.place for one in make_ups(found.days, (ran(3), ran(2), ran(0)), kept)] == [""] * len(found.days)


def test_a_missed_day_is_made_from_the_last_snapshot_of_its_own_days() -> None:
    due = (Due(date(2026, 11, 16), MONDAY - WEEK), date(2026, 11, 9))
    kept = {date(2026, 11, day): str(day) for day in (8, 11, 13, 22)}
    assert [one.place for one in make_ups([due], [], kept)] == ["13"]
    daily = [(Due(date(2026, 11, day), MONDAY), date(2026, 11, day - 1)) for day in (13, 12)]
    assert [one.place for one in make_ups(daily, [], {date(2026, 11, 12): "12", date(2026, 11, 11): "11"})] == ["12", "11"]
    assert [one.place for one in make_ups(daily, [], {date(2026, 11, 12): "12"})] == ["12", ""]
    (none,) = make_ups([due], [], {date(2026, 11, 22): "22"})
    assert "no snapshot with data to a day from 2026-11-09 to 2026-11-16" in none.why
    (told,) = make_ups([due], [ran(1, 7)], {date(2026, 11, 15): "15"})
    assert told.why == "its data, to 2026-11-15, were reported by run 7"


def test_a_run_that_made_up_is_never_the_last_one_and_the_schedule_is_known_from_the_ledger(tmp_path: Path) -> None:
    facts = {"snapshot": "", "snapshot_hash": "", "folder": ""}
    for asked in ({"when": "Mon 06:00 UTC"}, {}, {"made_up_for": "2026-11-16"}):
        with closing(Ledger(tmp_path)) as ledger:
            ledger.begin(asked, {**facts, "as_of": "2026-11-15"})
            ledger.end("done", 0)
        assert ledger.trouble == ""
    last = read_last(tmp_path)
    assert last is not None
    assert last.number == 2
    assert stored(read_runs(tmp_path)) == WEEKLY


def test_holidays_that_cannot_be_read_are_said_by_status_and_change_nothing_else(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path)) as ledger:
        asked = {"when": "Mon 06:00 UTC", "holidays": str(tmp_path / "none.txt")}
        ledger.begin(asked, {"snapshot": "", "snapshot_hash": "", "folder": "", "as_of": "2026-11-15"})
        ledger.end("done", 0)
    found = status(tmp_path, MONDAY)
    assert found.exit_code == 0
    assert "Whether a report was missed cannot be told. The holidays in" in found.to_text()
