"""What cannot work on Dask is told with its remedy, before the run or as soon as it shows."""

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from salesanalytics.errors import RunError
from salesanalytics.report.workers import WorkerDied, dask
from salesanalytics.report.workers.dask import DaskWorkers, started_here
from tests.report.workers.dask_parts import Machines, answer, until

pytestmark = pytest.mark.slow


class TestWhatCannotWork:
    @pytest.mark.parametrize("where", ["local", "local:0", "local:x", "host:8786", "tcp://"])
    def test_a_place_typed_wrongly_is_told(self, where):
        with pytest.raises(RunError, match=r"expected local:N for N workers here, or a scheduler, such as tcp://host:8786"):
            started_here(where)

    def test_lanes_and_dask_are_not_asked_for_at_once(self):
        program = [sys.executable, "-m", "salesanalytics.cli.start", "run", "--dask", "local:2", "--jobs", "2"]
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

    def test_calls_are_given_up_when_the_scheduler_is_silent_the_workers_have_gone_and_it_has_gone(self, tmp_path, monkeypatch):
        monkeypatch.setattr(dask, "CONNECT", 5)
        monkeypatch.setattr(dask, "PATIENCE", 1)
        monkeypatch.setattr(dask, "ANSWER", 2)
        folder = Path(tempfile.mkdtemp(prefix="d-"))
        started = Machines(folder, "one")
        try:
            with DaskWorkers(started.address, log=tmp_path / "log", longest=60) as workers:
                assert workers.submit(answer, "a").result(30) == "a"
                waiting = workers.submit(answer, "waits")
                started.processes[0].send_signal(signal.SIGSTOP)
                with pytest.raises(WorkerDied, match="for 1 seconds there has been no worker, or no answer"):
                    waiting.result(60)
                started.processes[0].send_signal(signal.SIGCONT)
                waiting = workers.submit(answer, "waits")
                started.processes[-1].kill()
                with pytest.raises(WorkerDied, match=r"for 1 seconds there has been no worker|the scheduler has lost it"):
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
