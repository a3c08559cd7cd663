"""`run --catch-up` as a shell starts it, on a ledger whose last run is weeks old; real snapshots, notebooks and pages."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from salesanalytics.data import snapshot as snapshots
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.report.run.ledger import FILE, Ledger, read_last, read_runs
from salesanalytics.schedule.due import Schedule
from salesanalytics.schedule.when import when_of
from tests.report.faults.house import House, write_chapters
from tests.tiny import write_source

WHEN = "Mon 06:00 UTC"


@pytest.fixture
def mondays() -> list[date]:
    """The last four on which a report was due, the newest first."""
    return [due.day for due in islice(Schedule(when_of(WHEN)).latest(datetime.now(UTC)), 4)]


@pytest.fixture
def house(tmp_path: Path, mondays: list[date]) -> House:
    """Snapshots for the newest Monday and the one before; the only run was four Mondays ago."""
    made = House(tmp_path, tmp_path)
    source = write_source(tmp_path / "source")
    for name, monday in (("now", mondays[0]), ("before", mondays[1])):
        day = monday - timedelta(days=1)
        snapshots.write(usable(check_source(source, today=day)), tmp_path / "snapshots" / name, day)
    made.snapshot = tmp_path / "snapshots" / "now"
    write_chapters(made.notebooks)
    with closing(Ledger(made.out)) as ledger:
        as_of = mondays[3] - timedelta(days=1)
        ledger.begin({"when": WHEN}, {"snapshot": "", "snapshot_hash": "", "as_of": str(as_of), "folder": ""})
        ledger.end("done", 0)
    with closing(sqlite3.connect(made.out / FILE)) as db, db:
        db.execute("update run set began = ?", (f"{mondays[3]}T06:00:07+00:00",))
    return made


def test_missed_mondays_are_made_where_a_snapshot_of_theirs_exists_once_and_said(house: House, mondays: list[date]) -> None:
    waiting = house.status()
    assert (waiting["due_since"][:10], waiting["missed"]) == (str(mondays[0]), [str(day) for day in mondays[1:3]])
    done = house.run("--catch-up", "--team", "north")
    assert (done.code, "Error" in done.errors) == (0, False)
    assert f"Made up for Mon {mondays[1]}, for the record and mailed to nobody: 2 pages written" in done.out
    assert f"Not made up for Mon {mondays[2]}: there is no snapshot with data to a day from" in done.out
    assert (house.out / str(mondays[1] - timedelta(days=1)) / "north.html").exists()
    last = read_last(house.out)
    assert last is not None
    assert last.as_of == str(mondays[0] - timedelta(days=1))  # what send and status speak of
    assert house.status()["missed"] == [str(mondays[2])]
    again = house.run("--catch-up", "--team", "north")
    assert ("unchanged" in again.out, "Made up" in again.out) == (True, False)
    assert len(read_runs(house.out)) == 4
