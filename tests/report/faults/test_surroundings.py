"""Where and how a run is started: odd variables, closed or full streams, few open files, strange things where we write."""

import os
from contextlib import contextmanager

import pytest

from .house import House, Said, ended, house

pytestmark = pytest.mark.slow

USES_TIME = "import datetime, tempfile; datetime.datetime.now().astimezone(); tempfile.mkstemp()"
NOWHERE = ("HOME", "IPYTHONDIR", "MPLCONFIGDIR", *(f"JUPYTER_{name}_DIR" for name in ("CONFIG", "DATA", "RUNTIME")))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with house(tmp_path_factory.mktemp("house"), trouble=USES_TIME, north=1) as made:
        yield made


@pytest.fixture(scope="module")
def first(made) -> Said:
    """The first run of the house, in surroundings that are all wrong."""
    long = made.folder / ("long" * 40)
    long.mkdir()
    env = {"TZ": "AAA+99:99", "TMPDIR": str(long), **dict.fromkeys(NOWHERE, "/proc/nowhere")}
    said = made.run("--jobs", 1, env=env, within=shell('ulimit -S -n 30; exec "$@" <&- >&-'))
    assert list(long.iterdir()) == []
    return said


def shell(text):
    return ("bash", "-c", f"set -o pipefail; {text}", "sh")


def test_variables_that_lead_nowhere_and_closed_streams_cost_no_page(made, first):
    assert first.code == 0, first
    assert first.errors.startswith("TZ is 'AAA+99:99', which is no time zone; expected one such as Europe/Bucharest.")
    assert f"booked {made.deals('north')}" in made.page("north")
    assert made.litter() == []


def test_full_streams_are_told_by_the_exit_code_and_end_no_run(made, first):
    assert made.run(within=shell('exec "$@" > /dev/full 2> /dev/full')).code == 1
    assert (made.status()["state"], made.status()["exit_code"]) == ("done", 0)
    told = ended(made.command("status", "--out", made.out, within=shell('exec "$@" > /dev/full')))
    assert told.errors.splitlines()[-1].startswith("Error: what this command says could not be written. stdout: No space left")


def test_a_reader_that_leaves_is_no_fault(made, first):
    assert made.run(within=shell('"$@" 2>&1 | true')).code == 0


def test_a_scheduler_that_nobody_answers_at_is_not_asked_where_nothing_has_to_be_made(made, first):
    reused = made.run("--dask", "tcp://127.0.0.1:1")
    assert reused.code == 0
    assert "unchanged" in reused.out


def test_too_few_open_files_are_one_line_and_what_is_reused_needs_none(made, first):
    few = shell('ulimit -n 30; exec "$@"')
    assert made.run("--jobs", 1, within=few).code == 0
    refused = made.run("--jobs", 1, "--force", within=few)
    assert (refused.code, refused.errors.splitlines()[-1]) == (
        4,
        "Error: no page could be written. a run needs 64 open files and may have 30. Raise the limit, as with ulimit -n 1024.",
    )


@pytest.mark.parametrize("more", [(), ("--dask", "local:1")], ids=["lanes", "Dask"])
def test_a_pipe_where_a_log_belongs_is_refused_and_holds_nobody(made, first, more):
    with instead(made, "notebooks/kernels.log"):
        said = made.run("--force", *more)
    assert said.code == 4
    assert "kernels.log: this is a named pipe, where a file is expected. Move it away, or choose another place." in said.errors
    assert made.empties(), made.processes()


@contextmanager
def instead(made: House, name: str):
    """A pipe without a writer in the place of one of the run's files."""
    path = made.pages / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    try:
        yield
    finally:
        path.unlink()
