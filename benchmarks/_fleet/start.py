"""What is paid before the first report. In: notebooks. Out: seconds of CPU and on the clock."""

import sys
import time
from os import environ, sysconf
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, TemporaryFile

from salesanalytics.report.kernels.preload import imported
from salesanalytics.report.kernels.server import ForkServer, ask

from .spent import BIN, Spent, spend


def fork_server(notebooks: Path) -> Spent:
    """From nothing to the first fork, in the fork server's own process."""
    with TemporaryDirectory(prefix="sb-") as folder, TemporaryFile() as log:
        began = time.monotonic()
        with ForkServer(imported(notebooks.glob("[0-9]_*.ipynb")), log.fileno()) as server:
            request = {"argv": ["-f", f"{folder}/kernel.json"], "env": dict(environ), "cwd": folder, "memory": None}
            kernel = ask(server.address, request)
            found = Spent(time.monotonic() - began, _cpu(server.pid))
            kernel.close()
    return found


def commands(times: int) -> dict[str, float]:
    """CPU seconds of what should cost nothing."""
    wanted = {
        "import salesanalytics": [sys.executable, "-c", "import salesanalytics"],
        "salesanalytics --help": [BIN / "salesanalytics", "--help"],
    }
    return {name: median(spend(command).cpu for _ in range(times)) for name, command in wanted.items()}


def _cpu(pid: int) -> float:
    fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")
