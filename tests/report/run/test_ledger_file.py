"""What lies in the ledger's place and is none is set aside whole, said, and a new ledger is begun; nobody's data is lost."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from salesanalytics.errors import RunError
from salesanalytics.report.run.ledger import FILE, Ledger, read_last
from tests.report.run.test_ledger import begin


def folder(path: Path) -> None:
    path.mkdir()
    (path / "mine").write_text("kept")


def another_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript("create table mine (a); insert into mine values ('kept')")


def tables_of_ours_with_other_columns(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "create table run (run); create table page (run); create table chapter (run); insert into run values (1)"
        )


def foreign(sql: str) -> Callable[[Path], None]:
    """A ledger of ours into which somebody has written."""

    def write(path: Path) -> None:
        with closing(Ledger(path.parent)) as ledger:
            begin(ledger, "north")
        with closing(sqlite3.connect(path)) as db:
            db.execute(sql)
            db.commit()

    write.__name__ = sql
    return write


STRANGERS = [
    (folder, "a folder"),
    (another_database, "another database (its tables: mine)"),
    (tables_of_ours_with_other_columns, "another database"),
    (lambda path: path.write_text("hello " * 1000), "no ledger (file is not a database)"),
    (lambda path: path.symlink_to(os.devnull), "a device"),
    (os.mkfifo, "a named pipe"),
    (lambda path: path.symlink_to(path.name), "a link that leads nowhere"),
    (lambda path: path.symlink_to("gone/away"), "a link that leads nowhere (gone/away)"),
    (foreign("update run set asked = '{broken'"), "a ledger that others have written into (JSONDecodeError"),
    (foreign("update run set asked = '[1]'"), "a ledger that others have written into (TypeError"),
    (foreign("update run set began = 'yesterday'"), "a ledger that others have written into (ValueError"),
    (foreign("update page set errors = '3'"), "a ledger that others have written into (TypeError"),
]


@pytest.mark.parametrize(("put", "what"), STRANGERS)
def test_what_is_no_ledger_is_set_aside_and_a_new_one_is_begun(tmp_path, put, what):
    put(tmp_path / FILE)
    before = sorted(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink())
    with closing(Ledger(tmp_path)) as ledger:
        (note,) = ledger.notes
        assert note.startswith(f"{tmp_path / FILE} was {what}")
        assert "It is now ledger.sqlite.aside, and a new ledger was begun" in note
        assert begin(ledger, "north") == 1
    after = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()]
    assert all(content in after for content in before)
    assert os.path.lexists(tmp_path / "ledger.sqlite.aside")
    with closing(Ledger(tmp_path)) as ledger:
        assert ledger.notes == ()


@pytest.mark.parametrize(("put", "what"), STRANGERS)
def test_who_only_looks_is_told_and_changes_nothing(tmp_path, put, what):
    put(tmp_path / FILE)
    before = sorted(tmp_path.rglob("*"))
    if "nowhere (gone" in what:
        assert read_last(tmp_path) is None
    else:
        with pytest.raises((RunError, OSError), match=FILE):
            read_last(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_second_stranger_takes_no_name_that_is_taken(tmp_path):
    for content in ("one " * 1000, "two " * 1000):
        (tmp_path / FILE).unlink(missing_ok=True)
        (tmp_path / FILE).write_text(content)
        Ledger(tmp_path).close()
    assert (tmp_path / "ledger.sqlite.aside").read_text().startswith("one")
    assert (tmp_path / "ledger.sqlite.aside-2").read_text().startswith("two")


def test_a_ledger_that_is_locked_is_not_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("salesanalytics.report.run.ledger_file.PATIENCE", 0.01)
    with closing(Ledger(tmp_path)) as ledger:
        begin(ledger, "north")
    with closing(sqlite3.connect(tmp_path / FILE)) as other:
        other.execute("pragma locking_mode = exclusive")
        other.execute("begin exclusive")
        with pytest.raises(OSError, match=r"the ledger cannot be written .*locked"):
            Ledger(tmp_path)
    assert not (tmp_path / "ledger.sqlite.aside").exists()
