"""What ran, on which data, with which result: a SQLite file beside the pages, written as a run goes.

In: events of a run. Out: rows that outlive it, whatever ends it. One process writes (see `lock`), any may read meanwhile. A
full disk does not end a run: what cannot be written is kept and written later, and `trouble` says so if it never could be.

    run      one per run: state running, done, stopped; with its exit code, and what it was asked for as JSON
    page     one per run and team ("" is the company): waiting, done, reused, failed
    chapter  one per run, team and notebook: waiting, done, reused, failed; with the key of what it was made from

Order is by number, never by clock: a clock may be set back. A run that makes up for a day that was missed says so in `asked`
(`made_up_for`); it is never the last one, which is what is told, mailed and gone on with.
"""

import contextlib
import json
import os
import platform
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from salesanalytics.base.plain_file import other_than_plain
from salesanalytics.errors import RunError
from salesanalytics.report.run.ledger_file import as_os_errors, opened, read_only

if TYPE_CHECKING:
    from salesanalytics.report.plan import PagePlace

_T = TypeVar("_T")
FILE = "ledger.sqlite"
RESERVE = 256 * 1024
HURRIED = 200  # milliseconds to wait for a lock once it could not be had
_TABLES = """
create table if not exists run (
    run integer primary key autoincrement, state text not null, began text not null, ended text, exit_code integer, pid integer,
    host text, version text, snapshot text, snapshot_hash text, as_of text, folder text, asked text not null
) strict;
create table if not exists page (
    run integer not null references run, place integer not null, team text not null, name text not null, file text not null,
    state text not null, key text, hash text, bytes integer, seconds real, kept text, errors text not null default '[]',
    primary key (run, team)
) strict, without rowid;
create table if not exists chapter (
    run integer not null references run, team text not null, chapter text not null, state text not null, key text, hash text,
    made text not null default '{}', seconds real, cpu real, peak integer, errors text not null default '[]',
    primary key (run, team, chapter)
) strict, without rowid;
create index if not exists chapter_key on chapter (key);
create index if not exists page_key on page (key);
"""
_LAST = """
select * from run
where case when json_valid(asked) then coalesce(json_extract(asked, '$.made_up_for'), '') else '' end = ''
order by run desc limit 1
"""


@dataclass(frozen=True, slots=True)
class Made:
    """An earlier result that may be used again: the hash of its file, and of the tables it handed over (by name)."""

    run: int
    hash: str
    made: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """A row of `run`, with its pages as dictionaries."""

    number: int
    state: str
    began: str
    ended: str | None
    exit_code: int | None
    pid: int
    host: str
    snapshot: str
    as_of: str
    folder: str
    asked: Mapping[str, Any]
    pages: tuple[Mapping[str, Any], ...]
    chapters: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PastRun:
    """What is left of any run: when it began, how it ended, and the last day of its data."""

    number: int
    state: str
    began: datetime
    exit_code: int | None
    as_of: date
    asked: Mapping[str, Any]

    @property
    def made_up_for(self) -> str:
        """The day it made up for, YYYY-MM-DD; empty: it was a run of its own day."""
        return str(self.asked.get("made_up_for") or "")


class Ledger:
    """The ledger of an output folder. Raises OSError where it cannot be written; `notes` says
    what was set aside because it was none."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        self._waiting: list[tuple[str, tuple[Any, ...]]] = []
        self.trouble = ""
        self.run = 0
        self._db, self.notes = opened(self.path, _TABLES, last)
        self._reserve: IO[bytes] | None = None
        with contextlib.suppress(OSError):  # keeps room for a run's last rows on a disk that fills up
            self._reserve = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - it is held until the end
            self._reserve.write(bytes(RESERVE))
            self._reserve.flush()

    def close(self) -> None:
        """Write what waits, close, and look whether the run is there: what others did to the file a writer need not notice."""
        self._write()
        self._give_back()
        with contextlib.suppress(sqlite3.Error):
            self._db.close()
        if self.run and not self.trouble:
            try:
                found = _read(self.path.parent, _newest)
                self.trouble = "" if found and found >= self.run else f"{self.path}: this run is not in it"
            except RunError as error:
                self.trouble = f"{self.path}: {error.__cause__ or error}"

    def begin(self, asked: Mapping[str, Any], facts: Mapping[str, Any]) -> int:
        """A new run. `asked`: what it takes to ask for it again; `facts`: version, snapshot, snapshot_hash, as_of, folder."""
        row = {"state": "running", "began": _now(), "pid": os.getpid(), "host": platform.node(), **facts, "asked": _json(asked)}
        sql = f"insert into run ({', '.join(row)}) values ({', '.join('?' * len(row))})"  # noqa: S608 - our names
        with as_os_errors(self.path):
            self.run = int(self._db.execute(sql, tuple(row.values())).lastrowid or 0)
        return self.run

    def resume(self, run: int) -> None:
        """Go on with a run that did not end well."""
        self.run = run
        self._put("update run set state = 'running', ended = null, exit_code = null, pid = ? where run = ?", os.getpid(), run)

    def end(self, state: str, exit_code: int | None) -> None:
        """The run is over: done (with an exit code), or stopped."""
        self._put("update run set state = ?, ended = ?, exit_code = ? where run = ?", state, _now(), exit_code, self.run)

    def stop(self) -> None:
        """The run was stopped. So were those that never said how they ended: only one is at work at a time."""
        self._put("update run set state = 'stopped', ended = ?, exit_code = null where state = 'running'", _now())

    def page(self, team: str, state: str, **fields: Any) -> None:  # noqa: ANN401
        """A page is now in `state`; fields are columns of the table."""
        self._update("page", {"state": state, **fields}, {"run": self.run, "team": team})

    def chapter(self, team: str, chapter: str, state: str, **fields: Any) -> None:  # noqa: ANN401
        """A chapter is now in `state`; fields are columns of the table."""
        self._update("chapter", {"state": state, **fields}, {"run": self.run, "team": team, "chapter": chapter})

    def plan(self, pages: Iterable["PagePlace"], chapters: Iterable[tuple[str, str]]) -> None:
        """Every page and chapter of the run, waiting, in one transaction. What a run that goes on had made stays made."""
        places = [(self.run, place, page.team, page.name, str(page.page)) for place, page in enumerate(pages)]
        names = [(self.run, team, chapter) for team, chapter in chapters]
        with as_os_errors(self.path), self._db:
            self._db.execute("begin")
            for table in ("page", "chapter"):
                again = f"update {table} set state = 'waiting', errors = '[]' where run = ? and state = 'failed'"  # noqa: S608
                self._db.execute(again, (self.run,))
            self._db.executemany(
                "insert or ignore into page (run, place, team, name, file, state) values (?, ?, ?, ?, ?, 'waiting')", places
            )
            self._db.executemany("insert or ignore into chapter (run, team, chapter, state) values (?, ?, ?, 'waiting')", names)

    def made_chapter(self, key: str, *, run: int | None = None) -> Made | None:
        """The newest chapter that was made from what `key` stands for; with `run`, only one of that run."""
        sql = "select run, hash, made from chapter where key = ? and state in ('done', 'reused') and run = coalesce(?, run)"
        return self._made(sql, key, run)

    def made_page(self, key: str, *, run: int | None = None) -> Made | None:
        """The newest page of that key."""
        sql = "select run, hash, '{}' from page where key = ? and state in ('done', 'reused') and run = coalesce(?, run)"
        return self._made(sql, key, run)

    def last(self) -> Run | None:
        """The newest run."""
        return last(self._db)

    def _made(self, sql: str, key: str, run: int | None) -> Made | None:
        """What cannot be read is made anew: a ledger that somebody damages or locks meanwhile costs no page."""
        try:
            row = self._db.execute(f"{sql} order by run desc limit 1", (key, run)).fetchone()
            return Made(row[0], row[1], dict(json.loads(row[2]))) if row else None
        except (sqlite3.Error, ValueError, TypeError) as error:
            self.trouble = f"{self.path}: {error}"
            return None

    def _update(self, table: str, fields: Mapping[str, Any], where: Mapping[str, Any]) -> None:
        sets, rows = ", ".join(f"{name} = ?" for name in fields), " and ".join(f"{name} = ?" for name in where)
        values = [_json(value) if isinstance(value, dict | list) else value for value in fields.values()]
        self._put(f"update {table} set {sets} where {rows}", *values, *where.values())  # noqa: S608 - our names

    def _put(self, sql: str, *values: Any) -> None:  # noqa: ANN401
        self._waiting.append((sql, values))
        self._write()

    def _write(self) -> None:
        try:
            while self._waiting:
                self._db.execute(*self._waiting[0])
                del self._waiting[0]
            self.trouble = ""
        except sqlite3.Error as error:
            self.trouble = f"{self.path}: {error}"
            if self._reserve and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
                self._give_back()
                self._write()
            with contextlib.suppress(sqlite3.Error):
                self._db.execute(f"pragma busy_timeout = {HURRIED}")  # who locks it may do so for hours

    def _give_back(self) -> None:
        if self._reserve:
            self._reserve.close()
        self._reserve = None


def read_last(folder: Path) -> Run | None:
    """The newest run of an output folder; None where there is no ledger. Writes nothing. Raises RunError."""
    return _read(folder, last)


def read_runs(folder: Path) -> tuple[PastRun, ...]:
    """Every run of an output folder, the oldest first, those that made up for missed days too. Raises RunError."""
    return _read(folder, _past) or ()


def _read(folder: Path, read: Callable[[sqlite3.Connection], _T]) -> _T | None:
    path = folder / FILE
    what = other_than_plain(path)
    if what:
        raise RunError(f"{path} is {what}, not a ledger. Name the folder of a run with --out.")
    if not path.exists():
        return None
    try:
        with contextlib.closing(read_only(path)) as db:
            return read(db)
    except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"{path} is not a readable ledger ({error}). Name the folder of a run with --out.") from error


def last(db: sqlite3.Connection) -> Run | None:
    """The newest run in an open ledger. Raises ValueError, KeyError or TypeError where others have written into it."""
    row = _rows(db, _LAST, ())
    if not row:
        return None
    (run,) = row
    pages = _rows(db, "select * from page where run = ? order by place", (run["run"],))
    counted = db.execute("select state, count(*) from chapter where run = ? group by state", (run["run"],)).fetchall()
    for moment in filter(None, (run["began"], run["ended"])):
        datetime.fromisoformat(moment)
    return Run(
        number=run["run"],
        asked=dict(json.loads(run["asked"])),
        pages=tuple({**page, "errors": [str(error) for error in json.loads(page["errors"])]} for page in pages),
        chapters=dict(counted),
        **{name: run[name] for name in ("state", "began", "ended", "exit_code", "pid", "host", "snapshot", "as_of", "folder")},
    )


def _past(db: sqlite3.Connection) -> tuple[PastRun, ...]:
    rows = db.execute("select run, state, began, exit_code, as_of, asked from run order by run")
    return tuple(
        PastRun(
            number,
            state,
            datetime.fromisoformat(began).astimezone(UTC),
            code,
            date.fromisoformat(as_of),
            dict(json.loads(asked)),
        )
        for number, state, began, code, as_of, asked in rows
    )


def _newest(db: sqlite3.Connection) -> int | None:
    found: int | None = db.execute("select max(run) from run").fetchone()[0]
    return found


def _rows(db: sqlite3.Connection, sql: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    cursor = db.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
