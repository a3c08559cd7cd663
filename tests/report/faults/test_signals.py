"""Whoever stops a run, by whatever signal, at whatever moment and however often, gets one line, one exit code and no litter."""

import itertools
import os
import signal

import pytest

from .house import ended, house, until

pytestmark = pytest.mark.slow

CODES = {signal.SIGINT: 130, signal.SIGQUIT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
# modules that are imported one after the other: by the command line, the plan, the lock and ledger, the workers
MOMENTS = ("salesanalytics.cli.errors", "typer", "yaml", "pandas", "sqlite3", "salesanalytics.report.workers.calls", "uuid")
AT_WORK = """
import subprocess, tempfile, time
subprocess.Popen(["sleep", "1000"], start_new_session=True)
tempfile.mkstemp()
while not os.path.exists("go"): time.sleep(0.02)
"""


# loaded by Python as it starts: sends itself a signal when a module is about to be imported
HOOK = """
import os, sys
moment, number = os.environ.pop("MOMENT", ""), int(os.environ.pop("NUMBER", "0"))
def hook(event, args):
    global number
    if number and event == "import" and args[0] == moment:
        sent, number = number, 0
        for _ in range(12): os.kill(os.getpid(), sent)
sys.addaudithook(hook)
"""


@pytest.fixture
def made(tmp_path):
    with house(tmp_path, trouble=AT_WORK, north=1, south=2) as made:
        yield made


def stopped(made, process, number, times=1):
    """How it ended, once it was sent that signal so often; all that it started has to be gone."""
    for _ in range(times):
        process.send_signal(number)
    said = ended(process)
    assert made.empties(), made.processes()
    assert made.litter() == made.halves() == []
    return said


def test_a_run_is_stopped_wherever_it_is_on_its_way(made):
    (made.folder / "sitecustomize.py").write_text(HOOK)
    modules = os.pathsep.join((str(made.folder), os.environ.get("PYTHONPATH", "")))
    for number, moment in zip(itertools.cycle(CODES), MOMENTS, strict=False):
        running = made.start("--jobs", 1, env={"PYTHONPATH": modules, "MOMENT": moment, "NUMBER": str(int(number))})
        said = ended(running, 20)
        assert (said.code, said.errors.splitlines()) == (CODES[number], ["Stopped."]), moment
        assert made.empties(), (moment, made.processes())
        assert made.litter() == made.halves() == [], moment


@pytest.mark.parametrize("number", CODES)
def test_a_run_at_work_is_stopped_once_by_twelve_signals(made, number):
    running = made.start("--jobs", 2)
    assert until(lambda: sum("sleep 1000" in line for line in made.processes()) == 2, 20)
    said = stopped(made, running, number, times=12)
    assert (said.code, said.errors.splitlines()[-1]) == (CODES[number], "Stopped.")
    assert "Traceback" not in said.errors
    assert made.status()["state"] == "stopped"


def test_ctrl_c_at_a_terminal_reaches_all_of_a_dask_run_and_is_said_once(made):
    running = made.start("--dask", "local:1", within=("setsid",))
    assert until(lambda: any("sleep 1000" in line for line in made.processes()))
    os.killpg(running.pid, signal.SIGINT)
    said = ended(running)
    assert (said.code, said.errors.splitlines()[-1], said.errors.count("Stopped.")) == (130, "Stopped.", 1)
    assert "Traceback" not in said.errors
    assert made.empties(), made.processes()
    assert made.litter() == []


def test_a_run_that_is_stopped_with_its_stderr_closed_has_its_exit_code_all_the_same(made):
    running = made.start("--jobs", 1, within=("sh", "-c", 'exec "$@" 2>&-', "sh"))
    assert until(lambda: any("sleep 1000" in line for line in made.processes()))
    assert stopped(made, running, signal.SIGTERM).code == 143
