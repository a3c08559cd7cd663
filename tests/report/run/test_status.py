"""What `status` says of a run under way, through, or cut off; as text and for programs."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from salesanalytics.errors import RunError
from salesanalytics.report.plan import PagePlace
from salesanalytics.report.run.ledger import FILE, Ledger
from salesanalytics.report.run.lock import only_run
from salesanalytics.report.run.status import status

FACTS = {"snapshot": "s", "snapshot_hash": "h", "as_of": "2026-09-30", "folder": "/reports/2026-09-30"}


@pytest.fixture
def ledger(tmp_path):
    """A ledger in the middle of a run of four pages: one made, one unchanged, one failed, one to come."""
    with closing(Ledger(tmp_path)) as found:
        found.begin({}, FACTS)
        names = ("north", "south", "east", "west")
        found.plan([PagePlace(team, team.title(), Path(f"{team}.html")) for team in names], [(team, "6") for team in names])
        found.page("north", "done", key="secret key")
        found.page("south", "reused", key="k")
        found.page("east", "failed", errors=["6_dashboard, cell 3: KeyError: 'x'"], kept="2026-09-01")
        yield found


def test_while_a_run_holds_its_folder_it_is_running(tmp_path, ledger):
    with only_run(tmp_path):
        found = status(tmp_path)
    assert (found.state, found.exit_code) == ("running", 0)
    said = found.to_text()
    assert f"Run 1 of {tmp_path}, data to 2026-09-30: running since 20" in said
    assert "2 of 4 pages ready (1 unchanged), 1 failed, 1 to come; they are in /reports/2026-09-30" in said
    assert "Failed: East (the page of 2026-09-01 was kept)\n  6_dashboard, cell 3: KeyError: 'x'" in said


def test_a_run_that_ended_has_its_own_exit_code(tmp_path, ledger):
    ledger.end("done", 3)
    found = status(tmp_path)
    assert (found.state, found.exit_code) == ("done", 3)
    assert "1 not made" in found.to_text()
    assert "ended 20" in found.to_text()


@pytest.mark.parametrize(
    ("ends", "state", "said"),
    [(lambda ledger: None, "cut off", "and was cut off"), (lambda ledger: ledger.stop(), "stopped", ", was stopped 20")],
    ids=["killed", "stopped"],
)
def test_a_run_that_did_not_come_to_its_end_says_how_to_go_on(tmp_path, ledger, ends, state, said):
    ends(ledger)
    found = status(tmp_path)
    assert (found.state, found.exit_code) == (state, 4)
    assert said in found.to_text()
    assert found.to_text().endswith(f"Go on with it: salesanalytics run --resume --out {tmp_path}")


def test_a_program_gets_all_but_our_keys(tmp_path, ledger):
    ledger.end("done", 3)
    told = json.loads(status(tmp_path).to_json())
    assert {name: told[name] for name in ("run", "state", "exit_code", "as_of", "chapters")} == {
        "run": 1, "state": "done", "exit_code": 3, "as_of": "2026-09-30", "chapters": {"waiting": 4},
    }  # fmt: skip
    assert [(page["team"], page["state"]) for page in told["pages"]] == [
        ("north", "done"), ("south", "reused"), ("east", "failed"), ("west", "waiting"),
    ]  # fmt: skip
    assert "secret key" not in json.dumps(told)


def test_it_speaks_of_the_last_run_only(tmp_path, ledger):
    ledger.end("done", 3)
    ledger.begin({}, FACTS)
    ledger.end("done", 0)
    assert (status(tmp_path).run.number, status(tmp_path).exit_code) == (2, 0)


def test_where_no_run_was_it_says_so(tmp_path):
    with pytest.raises(RunError, match=f"has no {FILE}: no run has written there yet. Name the folder of a run with --out"):
        status(tmp_path)


def test_a_file_that_is_no_ledger_is_named(tmp_path):
    (tmp_path / FILE).write_text("these are not the rows you are looking for" * 100)
    with pytest.raises(RunError, match=FILE):
        status(tmp_path)


def test_looking_writes_nothing(tmp_path, ledger):
    ledger.end("done", 0)
    ledger.close()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    status(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
