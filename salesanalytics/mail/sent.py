"""What was sent to whom: a SQLite file beside the pages that outlives whatever ends a sender.

In: keys of mails. Out: their states, each written before and after the world is touched:

    planned → sending → sent         it was taken
                      → failed       it was refused, or never left
                      → uncertain    nobody knows; never tried again unless somebody asks

A sender that dies between sending and writing leaves `sending`; the next one makes that `uncertain` and says so. Beside each
stands what it said, so that the next letter can be held against it: its `gist`, `severity` and `likely` end, never sentences.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from salesanalytics.base.finding import Severity
from salesanalytics.errors import MailError
from salesanalytics.report.run.ledger_file import as_os_errors, opened, read_only

FILE, LOCK = "mail.sqlite", "mail"
State = Literal["planned", "sending", "sent", "failed", "uncertain"]
AGAIN: tuple[State, ...] = ("planned", "failed")
_TABLES = """
create table if not exists mail (
    key text primary key, team text not null, address text not null, as_of text not null, subject text not null,
    state text not null, tries integer not null default 0, changed text not null, said text not null default '',
    gist text not null default '', severity text not null default '', likely real
) strict;
create index if not exists mail_to on mail (team, address, as_of);
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """One row: a team's letter of a day to one address."""

    key: str
    team: str
    address: str
    as_of: str
    subject: str
    state: State
    tries: int
    said: str
    gist: str
    severity: Severity
    likely: float | None


def key_of(team: str, address: str, as_of: str) -> str:
    """One mail per team, address and day of the data: a clock set back changes nothing."""
    return sha256(f"{team}\0{address.lower()}\0{as_of}".encode()).hexdigest()[:32]


class Known:
    """What the ledger at `path` holds, to be read."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self._path, self._db = path, db

    def of(self, team: str, address: str, as_of: str) -> Mail | None:
        """What became of a team's letter of a day, if anything did."""
        return next(iter(self._rows("where key = ?", key_of(team, address, as_of))), None)

    def before(self, team: str, address: str, as_of: str) -> Mail | None:
        """The letter that reached an address last, of an earlier day of the data: no clock decides."""
        where = "where team = ? and address = ? and as_of < ? and state = 'sent' order by as_of desc limit 1"
        return next(iter(self._rows(where, team, address, as_of)), None)

    def _rows(self, where: str, *values: str) -> list[Mail]:
        sql = f"select key, team, address, as_of, subject, state, tries, said, gist, severity, likely from mail {where}"  # noqa: S608
        with as_os_errors(self._path):
            return [Mail(*row) for row in self._db.execute(sql, values)]


@contextmanager
def as_it_stands(folder: Path) -> Iterator[Known]:
    """The ledger in `folder`, which may not be there yet; nothing is written. Raises MailError where it is none."""
    path = folder / FILE
    try:
        with closing(read_only(path) if path.exists() else sqlite3.connect(":memory:")) as db:
            if not path.exists():
                db.executescript(_TABLES)
            yield Known(path, db)
    except (sqlite3.Error, OSError) as error:
        raise MailError(f"{path} is not a readable ledger of mails ({error}). Move it away, and a new one is begun.") from error


class Sent(Known):
    """The ledger of mails in `folder`. `notes`: what to tell of a file that was set aside."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        db, self.notes = opened(path, _TABLES, lambda db: db.execute("select * from mail limit 1").fetchall())
        super().__init__(path, db)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def left_behind(self) -> list[Mail]:
        """What an earlier sender was at when it died: uncertain from now on."""
        rows = self._rows("where state = 'sending'")
        for one in rows:
            self.settle(one.key, "uncertain", "the sender was cut off")
        return rows

    def plan(self, team: str, address: str, as_of: str, subject: str) -> Mail:
        """Note that a mail is to go out; what is known of it already stays, but for its `subject`."""
        key = key_of(team, address, as_of)
        with self._write() as db:
            db.execute(
                "insert into mail (key, team, address, as_of, subject, state, changed) values (?, ?, ?, ?, ?, 'planned', ?)"
                " on conflict (key) do update set subject = excluded.subject where excluded.subject <> ''",
                (key, team, address, as_of, subject, _now()),
            )
        return self._rows("where key = ?", key)[0]

    def take(self, key: str, gist: str, severity: Severity, likely: float | None = None, *, again: bool = False) -> bool:
        """Whether this sender may send it now; then nobody else may. `again`: whatever became of it before."""
        states = ("planned", "failed", "sent", "uncertain") if again else AGAIN
        marks = ", ".join("?" * len(states))
        with self._write() as db:
            sql = (
                "update mail set state = 'sending', tries = tries + 1, changed = ?, gist = ?, severity = ?, likely = ?"  # noqa: S608
                f" where key = ? and state in ({marks})"
            )
            return db.execute(sql, (_now(), gist, severity, likely, key, *states)).rowcount == 1

    def settle(self, key: str, state: State, said: str = "") -> None:
        """What became of it."""
        with self._write() as db:
            db.execute("update mail set state = ?, said = ?, changed = ? where key = ?", (state, said[:500], _now(), key))

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with as_os_errors(self._path):
            self._db.execute("begin immediate")
            try:
                yield self._db
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
