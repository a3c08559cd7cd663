"""What the tests of runs on Dask share: small chapters that note who executes them, and machines with nothing in common."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from salesanalytics.params import TeamParams
from salesanalytics.report.plan import Plan, plan
from tests.ftp import FtpServer
from tests.report.report_parts import code, display, figure, finding, md, snapshot, strip, write

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


def answer(what: str) -> str:
    if what == "dies":
        os._exit(3)
    if what == "fails":
        raise LookupError("a bug")
    if what == "waits":
        time.sleep(600)
    return what


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
