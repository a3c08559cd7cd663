"""What was sent to whom: a SQLite file beside the pages that outlives whatever ends a sender.

In: keys of mails. Out: their states, each written before and after the world is touched:

    planned → sending → sent         it was taken
                      → failed       it was refused, or never left
                      → uncertain    nobody knows; never tried again unless somebody asks

A sender that dies between sending and writing leaves `sending`; the next one makes that `uncertain` and says so.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from salesanalytics.report.run.ledger_file import as_os_errors, opened

FILE, LOCK = "mail.sqlite", "mail"
State = Literal["planned", "sending", "sent", "failed", "uncertain"]
AGAIN: tuple[State, ...] = ("planned", "failed")
_TABLES = """
create table if not exists mail (
    key text primary key, team text not null, address text not null, as_of text not null, subject text not null,
    state text not null, tries integer not null default 0, changed text not null, said text not null default ''
) strict;
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


def key_of(team: str, address: str, as_of: str) -> str:
    """One mail per team, address and day of the data: a clock set back changes nothing."""
    return sha256(f"{team}\0{address.lower()}\0{as_of}".encode()).hexdigest()[:32]


class Sent:
    """The ledger of mails in `folder`. `notes`: what to tell of a file that was set aside."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._db, self.notes = opened(self._path, _TABLES, lambda db: db.execute("select * from mail limit 1").fetchall())

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
        """Note that a mail is to go out; what is known of it already stays."""
        key = key_of(team, address, as_of)
        with self._write() as db:
            db.execute(
                "insert into mail (key, team, address, as_of, subject, state, changed) values (?, ?, ?, ?, ?, 'planned', ?)"
                " on conflict (key) do nothing",
                (key, team, address, as_of, subject, _now()),
            )
        return self._rows("where key = ?", key)[0]

    def take(self, key: str, *, again: bool = False) -> bool:
        """Whether this sender may send it now; then nobody else may. `again`: whatever became of it before."""
        states = ("planned", "failed", "sent", "uncertain") if again else AGAIN
        marks = ", ".join("?" * len(states))
        with self._write() as db:
            sql = f"update mail set state = 'sending', tries = tries + 1, changed = ? where key = ? and state in ({marks})"  # noqa: S608
            return db.execute(sql, (_now(), key, *states)).rowcount == 1

    def settle(self, key: str, state: State, said: str = "") -> None:
        """What became of it."""
        with self._write() as db:
            db.execute("update mail set state = ?, said = ?, changed = ? where key = ?", (state, said[:500], _now(), key))

    def _rows(self, where: str, *values: str) -> list[Mail]:
        sql = f"select key, team, address, as_of, subject, state, tries, said from mail {where}"  # noqa: S608
        with as_os_errors(self._path):
            return [Mail(*row) for row in self._db.execute(sql, values)]

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
