"""A run on Dask goes on when a worker is killed, and takes its workers with it when it is ended itself."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import psutil
import pytest

from salesanalytics.report.run.run import Options, run
from tests.report.workers.dask_parts import alive, planned, ran, until

pytestmark = pytest.mark.slow


class Killed:
    """A run with two workers, of which one is killed while it executes the notebook of the team `waits`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        before = {child.pid for child in psutil.Process().children(recursive=True)}
        self.lost: dict[str, int] = {}
        killer = threading.Thread(target=self._kill)
        killer.start()
        self.result = run(planned(folder, "a", "b", "waits", "c", "d"), Options(dask="local:2", memory=1 << 30))
        killer.join()
        self.left = {child.pid: child.cmdline() for child in psutil.Process().children(recursive=True)}
        self.left = {pid: words for pid, words in self.left.items() if pid not in before}

    def _kill(self) -> None:
        until(lambda: any(team == "waits" for team, *_ in ran(self.folder)))
        kernel, server = next((kernel, server) for team, kernel, server in ran(self.folder) if team == "waits")
        self.lost = {
            "kernel": kernel,
            "server": server,
            "worker": psutil.Process(server).parent().ppid(),
        }  # above the server's warden
        os.kill(self.lost["worker"], signal.SIGKILL)
        with contextlib.suppress(AssertionError):
            until(lambda: not any(map(alive, self.lost.values())), 5)
        self.orphans = [name for name, pid in self.lost.items() if alive(pid)]
        (self.folder / "go").touch()


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    return Killed(tmp_path_factory.mktemp("killed"))


class TestAWorkerIsKilled:
    def test_all_pages_are_made(self, killed):
        assert killed.result.exit_code == 0
        assert [page.team for page in killed.result.pages if page.page.is_file()] == ["", "a", "b", "waits", "c", "d"]

    def test_only_what_it_was_doing_is_done_again(self, killed):
        times = Counter(team for team, *_ in ran(killed.folder))
        assert set(times) == {"company", "a", "b", "waits", "c", "d"}
        assert times["waits"] == 2
        # what it had done, and nobody had fetched from it yet, is lost with it as well
        its_own = {team for team, _, server in ran(killed.folder) if server == killed.lost["server"]}
        assert {team for team, count in times.items() if count > 1} <= its_own

    def test_its_kernel_and_its_fork_server_end_with_it(self, killed):
        assert killed.orphans == []

    def test_nothing_is_left_running_after_the_end(self, killed):
        servers = {server for _, _, server in ran(killed.folder)}
        until(lambda: not any(map(alive, servers)), 5)
        left = [words for words in killed.left.values() if not any("multiprocessing" in word for word in words)]
        assert left == []  # the standard library's own helpers end with this process

    def test_each_worker_has_one_fork_server(self, killed):
        assert len({server for _, _, server in ran(killed.folder)}) <= 3  # two, and that of the worker in the dead one's place

    def test_what_dask_says_goes_to_the_log(self, killed, capfd):
        assert "distributed" in (killed.folder / "out/2026-09-30/notebooks/kernels.log").read_text()


RUN = """
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # started in the background, a process inherits that it is ignored
sys.path[:0] = {path!r}
from tests.report.workers.test_dask_killed import Options, planned, run

if __name__ == "__main__":
    run(planned(Path({folder!r}), "waits"), Options(dask="local:1", memory=1 << 30))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_takes_its_workers_with_it(tmp_path, number):
    script = tmp_path / "script.py"
    script.write_text(RUN.format(path=sys.path, folder=str(tmp_path)))
    process = psutil.Popen([sys.executable, str(script)], stderr=subprocess.PIPE, start_new_session=True)
    until(lambda: any(team == "waits" for team, *_ in ran(tmp_path)))
    below = process.children(recursive=True)
    assert {ran(tmp_path)[-1][1], ran(tmp_path)[-1][2]} <= {child.pid for child in below}
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)  # Ctrl-C goes to all, the other to the run alone
    said = process.communicate(timeout=30)[1].decode()
    until(lambda: not any(alive(child.pid) for child in below), 5)
    assert ("KeyboardInterrupt" in said) == (number == signal.SIGINT), said
