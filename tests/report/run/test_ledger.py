"""The ledger outlives whatever ends a run, can be read while it is written, and orders by number."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics.report.plan import PagePlace
from salesanalytics.report.run.ledger import FILE, Ledger, read_last
from tests.report.faults.house import until

FACTS = {"snapshot": "s", "snapshot_hash": "h", "as_of": "2026-09-30", "folder": "f"}
TEAMS = ("north", "south", "west")
ASKED = {"team": list(TEAMS)}


def begin(ledger: Ledger, *teams: str) -> int:
    """A run of one chapter for each team."""
    number = ledger.begin(ASKED, FACTS)
    ledger.plan([PagePlace(team, team.title(), Path(f"{team}.html")) for team in teams], [(team, "6") for team in teams])
    return number


def states(folder: Path) -> dict[str, str]:
    run = read_last(folder)
    return {page["team"]: page["state"] for page in run.pages} if run else {}


@pytest.fixture
def ledger(tmp_path):
    with closing(Ledger(tmp_path)) as found:
        yield found


def test_a_run_is_told_from_beginning_to_end(tmp_path, ledger):
    assert read_last(tmp_path / "elsewhere") is None
    assert begin(ledger, "north", "south") == 1
    assert states(tmp_path) == {"north": "waiting", "south": "waiting"}
    ledger.chapter("north", "6", "done", key="k", hash="h", seconds=1.5)
    ledger.page("north", "done", key="p", hash="h", bytes=10)
    ledger.page("south", "failed", errors=["6, cell 3: KeyError: 'Iași'"], kept="2026-09-01")
    ledger.end("done", 3)
    run = read_last(tmp_path)
    assert (run.number, run.state, run.exit_code, run.asked, run.chapters) == (1, "done", 3, ASKED, {"done": 1, "waiting": 1})
    north, south = run.pages
    assert (north["state"], north["bytes"], north["errors"]) == ("done", 10, [])
    assert (south["state"], south["errors"], south["kept"]) == ("failed", ["6, cell 3: KeyError: 'Iași'"], "2026-09-01")


def test_what_was_made_is_found_by_its_key_and_what_failed_is_not(ledger):
    first = begin(ledger, *TEAMS)
    ledger.chapter("north", "6", "done", key="k", hash="h1", made={"pooled": "t"})
    ledger.chapter("south", "6", "failed", errors=["x"])
    ledger.page("north", "done", key="p", hash="h2")
    found = ledger.made_chapter("k")
    assert (found.run, found.hash, found.made) == (first, "h1", {"pooled": "t"})
    assert ledger.made_page("p").hash == "h2"
    assert ledger.made_page("k") is ledger.made_chapter("p") is None
    second = begin(ledger, *TEAMS)
    assert ledger.made_chapter("k", run=second) is None
    ledger.chapter("north", "6", "reused", key="k", hash="h3")
    assert ledger.made_chapter("k").hash == "h3"


def test_a_resumed_run_keeps_what_it_had_made_and_what_then_fails_is_not_used_again(tmp_path, ledger):
    number = begin(ledger, *TEAMS)
    ledger.chapter("north", "6", "done", key="k", hash="h")
    ledger.chapter("south", "6", "done", key="l", hash="h")
    ledger.page("north", "done", key="p", hash="h")
    ledger.page("south", "failed", errors=["x"])
    ledger.resume(number)
    ledger.plan([PagePlace(team, team, Path(team)) for team in TEAMS], [(team, "6") for team in TEAMS])
    assert ledger.run == number
    assert ledger.made_chapter("k", run=number).hash == "h"
    assert ledger.made_page("p", run=number).hash == "h"
    assert states(tmp_path)["south"] == "waiting"
    ledger.chapter("south", "6", "failed", errors=["a later run's error"])
    assert ledger.made_chapter("l") is None


def test_the_newest_is_the_one_with_the_highest_number_whatever_the_clock_says(tmp_path, ledger):
    begin(ledger, "north")
    ledger.chapter("north", "6", "done", key="k", hash="old")
    ledger.end("done", 0)
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:  # as a clock that went wrong would have written it
        db.execute("update run set began = '2099-01-01T00:00:00+00:00', ended = '2099-01-01T00:00:00+00:00'")
    assert begin(ledger, "north") == 2
    ledger.chapter("north", "6", "done", key="k", hash="new")
    assert read_last(tmp_path).number == 2
    assert ledger.made_chapter("k").hash == "new"


def test_numbers_are_not_given_twice_even_where_the_last_run_was_deleted(tmp_path, ledger):
    begin(ledger)
    begin(ledger)
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.execute("delete from run where run = 2")
    assert begin(ledger) == 3


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=30, deadline=None)
@given(team=TEXT, chapter=TEXT, key=TEXT, errors=st.lists(TEXT, max_size=3), made=st.dictionaries(TEXT, TEXT, max_size=3))
def test_any_name_comes_back_as_it_was(tmp_path_factory, team, chapter, key, errors, made):
    folder = tmp_path_factory.mktemp("any")
    with closing(Ledger(folder)) as ledger:
        ledger.begin({team: chapter}, FACTS)
        ledger.plan([PagePlace(team, chapter, Path("x"))], [(team, chapter)])
        ledger.chapter(team, chapter, "done", key=key, hash="h", made=made)
        ledger.page(team, "failed", errors=errors)
        assert ledger.made_chapter(key).made == made
        run = ledger.last()
        assert (run.asked, run.pages[0]["team"], run.pages[0]["name"], run.pages[0]["errors"]) == (
            {team: chapter},
            team,
            chapter,
            errors,
        )


WRITES = """
import itertools, sys
from pathlib import Path
from tests.report.run.test_ledger import Ledger, begin
ledger = Ledger(Path(sys.argv[1]))
begin(ledger, *map(str, range(50)))
print("begun", flush=True)
for n in itertools.count():
    ledger.chapter(str(n % 50), "6", "done", key=f"k{n}", hash=str(n))
    ledger.page(str(n % 50), "done", key=f"p{n}", hash=str(n), bytes=n)
"""


def newest(folder: Path) -> int:
    """The number last written into a page, as read at this moment."""
    return max(page["bytes"] or 0 for page in read_last(folder).pages)


def test_it_is_read_while_it_is_written_and_whole_after_its_writer_was_killed(tmp_path):
    folder = Path(__file__).parents[3]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}
    writer = subprocess.Popen([sys.executable, "-c", WRITES, tmp_path], stdout=subprocess.PIPE, env=env)
    try:
        assert writer.stdout.readline() == b"begun\n"
        seen: set[int] = set()
        assert until(lambda: seen.add(newest(tmp_path)) or len(seen) > 5, 10)
        assert until(lambda: newest(tmp_path) > 50, 10)
    finally:
        writer.kill()
        writer.communicate()
    assert writer.returncode == -signal.SIGKILL
    run = read_last(tmp_path)
    assert (run.state, len(run.pages)) == ("running", 50)
    for page in run.pages:  # no row of which only a part was written
        assert page["state"] == "done"
        assert page["key"] == f"p{page['hash']}"
    with closing(Ledger(tmp_path)) as ledger:
        assert ledger._db.execute("pragma integrity_check").fetchone() == ("ok",)
        assert begin(ledger, "north") == 2


def test_what_cannot_be_written_now_is_written_later_and_told_if_never(tmp_path):
    with closing(Ledger(tmp_path)) as ledger:
        ledger._db.execute("pragma busy_timeout = 50")
        begin(ledger, "north")
        with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("begin immediate")
            ledger.page("north", "done", key="p", hash="h")
            ledger.end("done", 0)
            assert "locked" in ledger.trouble
            assert states(tmp_path) == {"north": "waiting"}
            other.execute("rollback")
    assert ledger.trouble == ""
    assert states(tmp_path) == {"north": "done"}
    assert read_last(tmp_path).exit_code == 0


def overwrite(ledger: Path) -> None:
    for file in (ledger, ledger.with_name(f"{FILE}-wal")):
        with file.open("r+b") as there:
            there.write(b"x" * file.stat().st_size)


@pytest.mark.parametrize("damage", [overwrite, Path.unlink])
def test_one_that_others_have_spoiled_meanwhile_is_told_at_the_end(tmp_path, damage):
    with closing(Ledger(tmp_path)) as ledger:
        begin(ledger, "north")
        damage(tmp_path / FILE)
        ledger.end("done", 0)
    assert str(tmp_path / FILE) in ledger.trouble


def test_closed_it_leaves_one_file(tmp_path):
    with closing(Ledger(tmp_path)) as ledger:
        begin(ledger, "north")
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
