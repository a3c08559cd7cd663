"""A run on Dask: with workers started here, and on a scheduler and workers that know nothing of the run's disk."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psutil
import pytest

from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.snapshot import store as snapshots
from salesanalytics.errors import RunError
from salesanalytics.params import TeamParams
from salesanalytics.report.plan import Plan, plan
from salesanalytics.report.run.ledger import read_last
from salesanalytics.report.run.run import Options, run
from salesanalytics.report.workers import WorkerDied, dask
from salesanalytics.report.workers.dask import DaskWorkers, started_here
from tests.ftp import FtpServer
from tests.tiny import write_source

from .report_parts import code, display, figure, finding, md, snapshot, strip, write

pytestmark = pytest.mark.slow
PARAMETERS = 'snapshot: str = ""\nteam: str = ""\nas_of: str = ""'
NOTED = """
import os, time
with open(f"{snapshot}/ran", "a") as file: file.write(f"{team or 'company'} {os.getpid()} {os.getppid()}\\n")
while team == "waits" and not os.path.exists(f"{snapshot}/go"): time.sleep(0.02)
"""
BLOCKS = display(strip(), finding("Call them"), figure("Pace"))


def until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def planned(folder: Path, *teams: str) -> Plan:
    """Two small chapters that note in `folder`/ran who executes them: team, kernel, fork server."""
    notebooks = folder / "notebooks"
    cells = (code(PARAMETERS, "parameters"), code(NOTED), code(BLOCKS))
    write(notebooks / "0_company.ipynb", md("# Company"), *cells)
    write(notebooks / "6_dashboard.ipynb", md("# How are we doing?"), *cells)
    return plan(snapshot(*teams, path=folder), [TeamParams(team=team) for team in teams], notebooks, folder / "out")


def ran(folder: Path) -> list[tuple[str, int, int]]:
    with contextlib.suppress(FileNotFoundError):
        lines = [line.split() for line in (folder / "ran").read_text().splitlines()]
        return [(team, int(kernel), int(server)) for team, kernel, server in lines]
    return []


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
        self.lost = {"kernel": kernel, "server": server, "worker": psutil.Process(server).ppid()}
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
from tests.report.test_dask import Options, planned, run

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


def answer(what: str) -> str:
    if what == "dies":
        os._exit(3)
    if what == "fails":
        raise LookupError("a bug")
    if what == "waits":
        time.sleep(600)
    return what


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    with DaskWorkers("local:1", log=tmp_path_factory.mktemp("log") / "log", longest=60) as found:
        yield found


class TestWorkersStartedHere:
    def test_each_call_gets_its_answer_whatever_happens_to_the_others(self, workers):
        futures = {what: workers.submit(answer, what) for what in ("a", "fails", "b")}
        assert (futures["a"].result(30), futures["b"].result(30)) == ("a", "b")
        with pytest.raises(LookupError, match="a bug"):
            futures["fails"].result(30)

    def test_a_call_that_was_urgent_overtakes_those_that_wait(self, workers, tmp_path):
        gate, order = tmp_path / "gate", []
        first = workers.submit(_wait_for, str(gate))
        names = [*map(str, range(6)), "urgent"]
        for name in names:
            future = workers.submit(answer, name, urgent=name == "urgent")
            future.add_done_callback(lambda future: order.append(future.result()))
        until(lambda: known(workers) == 8, 20)
        gate.touch()
        first.result(30)
        until(lambda: len(order) == 7)
        assert order.index("urgent") <= 1  # one may have been sent to the worker already

    def test_a_call_taken_back_is_not_made(self, workers, tmp_path):
        gate = tmp_path / "gate"
        first, second = workers.submit(_wait_for, str(gate)), workers.submit(_touch, str(tmp_path / "touched"))
        until(lambda: known(workers) == 2, 20)
        assert second.cancel()
        until(lambda: known(workers) == 1, 20)
        gate.touch()
        first.result(30)
        assert workers.submit(answer, "a").result(30) == "a"
        assert not (tmp_path / "touched").exists()

    def test_a_call_that_costs_workers_their_lives_is_given_up_and_others_are_not(self, workers):
        dying = workers.submit(answer, "dies")
        with pytest.raises(WorkerDied, match="it cost 2 Dask workers their lives"):
            dying.result(60)
        assert workers.submit(answer, "a").result(60) == "a"

    def test_a_call_that_takes_far_too_long_is_ended(self, workers, monkeypatch):
        monkeypatch.setattr(workers, "_longest", 0.5)
        with pytest.raises(WorkerDied):
            workers.submit(answer, "waits").result(60)


def known(workers: DaskWorkers) -> int:
    """How many calls the scheduler has and has not answered, once its workers have heard of them."""
    workers._client.run(int)
    return workers._client.run_on_scheduler(
        lambda dask_scheduler: sum(task.state not in ("memory", "erred") for task in dask_scheduler.tasks.values())
    )


def _wait_for(file: str) -> None:
    until(lambda: Path(file).exists(), 30)


def _touch(file: str) -> None:
    Path(file).touch()


COMPANY = """
from salesanalytics.workspace import open_company
from runpy import run_path
view = open_company(snapshot, as_of)
view.keep("deals", view.tables["opportunity"].groupby("owner_rep_id", as_index=False).size())
number = run_path("beside.py")["TEN"] * sum(len(tables["opportunity"]) for tables in view.by_team().values())
"""
TEAM = """
from salesanalytics.workspace import open_team
import os, time
view = open_team(snapshot, team, as_of)
number = f"{len(view.tables['opportunity'])} of {view.benchmarks['deals']['size'].sum()}"
if os.path.exists("MARK"): open("MARK", "w").write(str(os.getpid())); time.sleep(600)
"""


class Machines:
    """A scheduler and workers, each with a temporary folder, a cache and a working folder of its own."""

    def __init__(self, folder: Path, *workers: str) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self._start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file)
        until(lambda: file.exists() and file.stat().st_size)
        until(lambda: '"address"' in file.read_text())
        self.address = json.loads(file.read_text())["address"]
        for name in workers:
            self._start(name, "worker", self.address, "--nthreads", "1", "--no-dashboard", "--local-directory", folder / name)

    def _start(self, name: str, *words: object) -> None:
        home = self.folder / name
        home.mkdir()
        env = {**FtpServer.environment(), "TMPDIR": str(home), "SALESANALYTICS_CACHE": str(home / "cache")}
        program = [sys.executable, "-m", "dask", *map(str, words)]
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(program, cwd=home, env=env, stdout=log, stderr=log, start_new_session=True)
        self.processes.append(process)

    def stop(self) -> None:
        """As when the power fails: what they have started has to notice for itself."""
        for process in self.processes:
            process.kill()
            process.wait()

    def running(self) -> list[str]:
        """What runs in a folder of theirs."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if Path(process.cwd()).is_relative_to(self.folder):
                    found.append(" ".join(process.cmdline()))
        return found


@pytest.fixture(scope="module")
def machines():
    folder = Path(tempfile.mkdtemp(prefix="d-"))  # short: sockets lie below it
    started = Machines(folder, "one", "two")
    yield started
    started.stop()
    until(lambda: not started.running(), 5)
    shutil.rmtree(folder)


class Far:
    """A snapshot and pages on an FTP server, notebooks here, and the command that makes the pages on the machines."""

    def __init__(self, folder: Path, server: FtpServer, machines: Machines) -> None:
        self.folder, self.server, self.machines, self.mark = folder, server, machines, folder / "mark"
        dataset = usable(check_source(write_source(folder / "source"), today=date(2026, 9, 1)))
        snapshots.write(dataset, server.folder / "snap", date(2026, 9, 1))
        notebooks = folder / "notebooks"
        shown = BLOCKS.replace("Pace", "Pace {number}").replace("raw=True", "raw=True")
        self._chapter(notebooks / "0_company.ipynb", COMPANY, shown)
        self._chapter(notebooks / "6_dashboard.ipynb", TEAM.replace("MARK", str(self.mark)), shown)
        (notebooks / "beside.py").write_text("TEN = 10\n")
        self.pages = server.folder / "pages/2026-09-01"

    @staticmethod
    def _chapter(path: Path, source: str, shown: str) -> None:
        write(path, md("# How are we doing?"), code(PARAMETERS, "parameters"), code(source), code(shown), code("print(number)"))

    def start(self, *words: str, dask: str | None = None) -> "subprocess.Popen[str]":
        program = [
            sys.executable, "-m", "salesanalytics.cli.app", "run", "--dask", dask or self.machines.address, *words,
            "--snapshot", f"{self.server.url}/snap", "--out", f"{self.server.url}/pages",
            "--notebooks", str(self.folder / "notebooks"),
        ]  # fmt: skip
        ours = {"SALESANALYTICS_HOME": str(self.folder), "SALESANALYTICS_CACHE": str(self.folder / "cache")}
        env = {**FtpServer.environment(), **ours}
        return subprocess.Popen(program, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words: str, dask: str | None = None) -> tuple[int, str]:
        process = self.start(*words, dask=dask)
        out, err = process.communicate(timeout=120)
        return process.returncode, out + err

    def last(self):
        (folder,) = (self.folder / "reports").iterdir()
        return read_last(folder)


@pytest.fixture(scope="module")
def far(tmp_path_factory, machines):
    folder = tmp_path_factory.mktemp("far")
    with FtpServer(folder / "ftp") as server:
        yield Far(folder, server, machines)


class TestMachinesWithoutACommonDisk:
    """In this order: the first run makes everything, the last finds all of it made."""

    def test_pages_come_from_a_snapshot_there_and_go_there(self, far):
        code, said = far.run()
        assert code == 0, said
        assert sorted(file.name for file in far.pages.iterdir()) == [
            "company.html", "index.html", "north.html", "notebooks", "south.html",
        ]  # fmt: skip
        assert "60" in (far.pages / "notebooks/company/0_company.ipynb").read_text()  # by all teams, with the module beside
        assert "4 of 6" in (far.pages / "north.html").read_text()  # its own rows, and the table handed on
        assert "2 of 6" in (far.pages / "south.html").read_text()

    def test_what_is_there_is_what_is_here_and_the_ledger_stays_here(self, far):
        (here,) = (far.folder / "reports").glob("*/2026-09-01")
        for file in [file for file in far.pages.rglob("*") if file.is_file()]:
            assert file.read_bytes() == (here / file.relative_to(far.pages)).read_bytes()
        assert not list(far.server.folder.rglob("*ledger*"))
        assert far.last().snapshot == f"{far.server.url}/snap"

    def test_nothing_was_written_into_the_snapshot(self, far):
        assert not (far.server.folder / "snap/derived").exists()

    def test_executed_notebooks_name_no_folder_of_a_worker_and_no_password(self, far):
        for file in far.pages.rglob("*.ipynb"):
            assert str(far.machines.folder) not in file.read_text()
            assert "hunter2" not in file.read_text()
        assert str(far.folder / "notebooks") in (far.pages / "notebooks/north/6_dashboard.ipynb").read_text()

    def test_a_machine_keeps_what_its_jobs_read_and_no_notebook(self, far):
        machines = [far.machines.folder / name for name in ("one", "two")]
        kept = [{file.parent.name for file in machine.glob("cache/**/*.parquet")} for machine in machines]
        assert {"north", "south", "company", "shared"} == set.union(*kept)
        assert not any(list(machine.rglob("*.ipynb")) for machine in machines)

    @pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
    def test_a_run_that_is_ended_leaves_no_kernel_on_the_machines(self, far, signal_number):
        far.mark.touch()
        process = far.start("--force", "--team", "north")
        until(lambda: far.mark.read_text() or process.poll() is not None)
        kernel = int(far.mark.read_text())
        process.send_signal(signal_number)
        _, said = process.communicate(timeout=30)
        far.mark.unlink()
        assert process.returncode == (130 if signal_number == signal.SIGINT else -signal.SIGKILL), said
        until(lambda: not alive(kernel), 5)
        assert not [words for words in far.machines.running() if "ipykernel" in words]  # nor a plain one in its place
        assert "4 of 6" in (far.pages / "north.html").read_text()

    def test_a_run_without_anything_to_do_needs_no_machine(self, far):
        assert far.run("--force")[0] == 0
        (far.pages / "south.html").unlink()
        code, said = far.run(dask="tcp://127.0.0.1:1")
        assert code == 0, said
        assert {page["state"] for page in far.last().pages} == {"reused"}
        assert "2 of 6" in (far.pages / "south.html").read_text()  # somebody had deleted it


class TestWhatCannotWork:
    @pytest.mark.parametrize("where", ["local", "local:0", "local:x", "host:8786", "tcp://"])
    def test_a_place_typed_wrongly_is_told(self, where):
        with pytest.raises(RunError, match=r"expected local:N for N workers here, or a scheduler, such as tcp://host:8786"):
            started_here(where)

    def test_lanes_and_dask_are_not_asked_for_at_once(self):
        program = [sys.executable, "-m", "salesanalytics.cli.app", "run", "--dask", "local:2", "--jobs", "2"]
        done = subprocess.run(program, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "--jobs counts lanes" in " ".join(done.stderr.replace("│", " ").split())

    def test_without_the_extra_the_error_says_how_to_get_it(self):
        program = (
            "import sys, importlib.util as u; real = u.find_spec\n"
            "u.find_spec = lambda name, *more: None if name == 'distributed' else real(name, *more)\n"
            "from salesanalytics.report.workers.dask import started_here; started_here('local:2')"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert "RunError: --dask needs the extra `dask`: pip install 'salesanalytics[dask]'" in done.stderr

    def test_a_scheduler_that_is_not_there(self, tmp_path, monkeypatch):
        monkeypatch.setattr(dask, "CONNECT", 0.5)
        workers = DaskWorkers("tcp://127.0.0.1:1", log=tmp_path / "log", longest=1)
        with pytest.raises(RunError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1.*dask scheduler"), workers:
            pass

    def test_a_worker_with_several_threads(self, tmp_path):
        from distributed import LocalCluster

        with (
            LocalCluster(
                n_workers=1, threads_per_worker=2, processes=False, protocol="tcp://", dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            ) as cluster,
            pytest.raises(RunError, match=r"several threads.*--nthreads 1"),
            DaskWorkers(cluster.scheduler_address, log=tmp_path / "log", longest=1),
        ):  # fmt: skip
            pass

    def test_when_the_workers_have_gone_and_then_the_scheduler_calls_are_given_up(self, tmp_path, monkeypatch):
        monkeypatch.setattr(dask, "CONNECT", 5)
        monkeypatch.setattr(dask, "PATIENCE", 1)
        folder = Path(tempfile.mkdtemp(prefix="d-"))
        started = Machines(folder, "one")
        try:
            with DaskWorkers(started.address, log=tmp_path / "log", longest=60) as workers:
                assert workers.submit(answer, "a").result(30) == "a"
                waiting = workers.submit(answer, "waits")
                started.processes[-1].kill()
                with pytest.raises(WorkerDied, match="for 1 seconds there has been no worker"):
                    waiting.result(60)
                monkeypatch.setattr(dask, "PATIENCE", 60)
                waiting = workers.submit(answer, "waits")
                started.stop()
                for future in (waiting, workers.submit(answer, "a")):
                    with pytest.raises(WorkerDied, match="the scheduler has"):
                        future.result(60)
        finally:
            started.stop()
            until(lambda: not started.running(), 5)
            shutil.rmtree(folder)
