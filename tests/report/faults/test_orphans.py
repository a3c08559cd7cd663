"""What cells start ends with the run, however cells hide it and whatever is killed; no temporary file is left."""

import contextlib
import os
import signal
from pathlib import Path

import pytest

from salesanalytics.report.kernels.server import PLAIN

from .house import ended, house, until

pytestmark = pytest.mark.slow

# in a session of its own; as a grandchild whose parent has gone; and a temporary file
LEAVES = """
import subprocess, tempfile
subprocess.Popen(["sleep", "1000"], start_new_session=True)
subprocess.run("setsid sh -c 'sleep 1001 & sleep 1002' > /dev/null 2>&1 &", shell=True)
tempfile.mkstemp()
"""
WAITS = """
import time
while not os.path.exists("go"): time.sleep(0.02)
"""
PLAINLY = {PLAIN: "plain"}  # what forked kernels leave is in test_interrupted


def sleepers(made):
    return [line for line in made.processes() if "sleep 100" in line]


def test_nothing_that_cells_have_started_outlives_the_run(tmp_path):
    with house(tmp_path, trouble=LEAVES) as made:
        assert made.run("--jobs", 1, env=PLAINLY).code == 0
        assert made.empties(), made.processes()
        assert made.litter() == []


def test_nothing_outlives_a_run_that_is_killed_and_the_next_removes_its_temporary_files(tmp_path):
    with house(tmp_path, trouble=LEAVES + WAITS) as made:
        running = made.start("--jobs", 1, env=PLAINLY)
        assert until(lambda: len(sleepers(made)) >= 3)
        running.kill()
        ended(running)
        assert made.empties(), made.processes()
        assert len(made.litter()) == 1
        (made.notebooks / "go").touch()
        assert made.run("--resume", "--jobs", 1, env=PLAINLY).code == 0
        assert made.litter() == []


def server(run, module):
    """The process that forks kernels or workers for a run: the child of its warden, which is a child of the run."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if module in (entry / "cmdline").read_text() and parent(parent(int(entry.name))) == run:
                return int(entry.name)
    return None


def parent(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@pytest.mark.parametrize("module", ["kernels.child", "workers.lane"])
def test_a_fork_server_that_is_killed_costs_no_page_and_leaves_nothing(tmp_path, module):
    with house(tmp_path, trouble=LEAVES + WAITS) as made:
        running = made.start("--jobs", 1)
        assert until(lambda: len(sleepers(made)) >= 3)
        os.kill(server(running.pid, module), signal.SIGKILL)
        old = sleepers(made)
        assert until(lambda: not set(old) & set(sleepers(made)), 5)
        (made.notebooks / "go").touch()
        said = ended(running)
        assert said.code == 0, said
        assert made.executed()["north"] == 2
        assert made.empties(), made.processes()
        assert made.litter() == []
