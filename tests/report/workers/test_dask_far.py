"""A run on a scheduler and workers that know nothing of the run's disk."""

import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest

from salesanalytics.data import snapshot as snapshots
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.report.run.ledger import read_last
from tests.ftp import FtpServer
from tests.report.report_parts import code, md, write
from tests.report.workers.dask_parts import BLOCKS, PARAMETERS, Machines, alive, until
from tests.tiny import write_source

pytestmark = pytest.mark.slow

COMPANY = """
from salesanalytics.workspace import open_company
from runpy import run_path
view = open_company(snapshot, as_of)
deals = float(len(view.tables["opportunity"]))
days = {"period": "month", "start": view.as_of, "end": view.as_of}
row = {**days, "key": "deals", "value": deals, "numerator": deals, "denominator": 1.0, "teams": 2}
view.hand_over("kpi", view.tables["team"].head(1).assign(**row)[list(row)])
number = run_path("beside.py")["TEN"] * sum(len(tables["opportunity"]) for tables in view.by_team().values())
"""
TEAM = """
from salesanalytics.workspace import open_team
import os, time
view = open_team(snapshot, team, as_of)
number = f"{len(view.tables['opportunity'])} of {view.handover('kpi')['value'].sum():.0f}"
if os.path.exists("MARK"): open("MARK", "w").write(str(os.getpid())); time.sleep(600)
"""


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
            sys.executable, "-m", "salesanalytics.cli.start", "run", "--dask", dask or self.machines.address, *words,
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
        assert "4 of 6" in (far.pages / "north.html").read_text()  # its own rows, and the table handed over
        assert "2 of 6" in (far.pages / "south.html").read_text()

    def test_what_is_there_is_what_is_here_and_the_ledger_stays_here(self, far):
        (here,) = (far.folder / "reports").glob("*/2026-09-01")
        for file in [file for file in far.pages.rglob("*") if file.is_file()]:
            assert file.read_bytes() == (here / file.relative_to(far.pages)).read_bytes()
        assert not list(far.server.folder.rglob("*ledger*"))
        assert far.last().snapshot == f"{far.server.url}/snap"

    def test_nothing_was_written_into_the_snapshot(self, far):
        assert not (far.server.folder / "snap/handover").exists()

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
