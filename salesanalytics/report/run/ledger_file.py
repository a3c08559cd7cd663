"""The ledger's file: opened, or, where something else lies in its place, set aside under another name and begun anew.

In: a path and the tables it should have. Out: an open database, and what was set aside and why. Nothing is ever written into a
file that is not a ledger of ours, and none is deleted.
"""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from salesanalytics.base.plain_file import other_than_plain

_NO_LEDGER = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA)
PATIENCE = 5.0  # seconds that another program may keep it locked


def opened(path: Path, tables: str, read: Callable[[sqlite3.Connection], object]) -> tuple[sqlite3.Connection, tuple[str, ...]]:
    """The database at `path` with `tables`, and what to tell of one that was set aside: where `read` cannot read it.

    Raises OSError where it can be neither written nor set aside.
    """
    notes: tuple[str, ...] = ()
    what = _nowhere(path) or other_than_plain(path)
    if not what and path.exists():
        what = _wrong(path, tables, read)
    if what:
        aside = _set_aside(path)
        notes = (f"{path} was {what}. It is now {aside.name}, and a new ledger was begun: nothing of earlier runs is known.",)
    with as_os_errors(path):
        db = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE, check_same_thread=False)
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        db.executescript(tables)
    return db, notes


def read_only(path: Path) -> sqlite3.Connection:
    """The database at `path` to look at: nothing is written, into it or beside it."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    # nobody writes then; told so, SQLite makes no files beside it and can read from a read-only disk
    alone = not path.with_name(f"{path.name}-wal").exists()
    return sqlite3.connect(f"{uri}&immutable=1" if alone else uri, uri=True, timeout=PATIENCE)


@contextlib.contextmanager
def as_os_errors(path: Path) -> Iterator[None]:
    """What SQLite cannot do becomes an OSError that names the file."""
    try:
        yield
    except sqlite3.Error as error:  # read-only, full, locked, damaged
        raise OSError(errno.EIO, f"the ledger cannot be written ({error})", str(path)) from error


def _nowhere(path: Path) -> str:
    """Whether it is a link to nothing that could be written, or to itself."""
    if path.is_symlink() and not os.path.exists(path):  # noqa: PTH110 - which answers for loops too, on every Python
        return f"a link that leads nowhere ({os.readlink(path)})"  # noqa: PTH115
    return ""


def _wrong(path: Path, tables: str, read: Callable[[sqlite3.Connection], object]) -> str:
    """Why the file is no ledger of ours; nothing where it is one, or is empty."""
    with as_os_errors(path), contextlib.closing(sqlite3.connect(path, timeout=PATIENCE)) as db:
        try:
            found, ours = _columns(db), _ours(tables)
            if found and any(not columns <= found.get(table, set()) for table, columns in ours.items()):
                return f"another database (its tables: {', '.join(sorted(found)[:5])})"
            (said,) = db.execute("pragma quick_check(1)").fetchone()
            if said != "ok":
                return f"a damaged ledger ({said.splitlines()[0]})"
            if found:
                read(db)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _NO_LEDGER:
                raise
            return f"no ledger ({error})"
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return f"a ledger that others have written into ({type(error).__name__}: {error})"
    return ""


def _ours(tables: str) -> dict[str, set[str]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.executescript(tables)
        return {table: columns for table, columns in _columns(db).items() if not table.startswith("sqlite_")}


def _columns(db: sqlite3.Connection) -> dict[str, set[str]]:
    names = [name for (name,) in db.execute("select name from sqlite_master where type in ('table', 'view')")]
    return {name: {column for (column,) in db.execute("select name from pragma_table_info(?)", (name,))} for name in names}


def _set_aside(path: Path) -> Path:
    """Rename it and what SQLite keeps beside it. Raises OSError."""
    numbers = ("", *(f"-{number}" for number in range(2, 1000)))
    aside = next(one for number in numbers if not os.path.lexists(one := path.with_name(f"{path.name}.aside{number}")))
    path.rename(aside)
    for more in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + more).rename(aside.with_name(aside.name + more))
    return aside
