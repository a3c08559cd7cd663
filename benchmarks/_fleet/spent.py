"""What a command costs with everything it starts, forks and leaves behind. In: a command. Out: `Spent`."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

REAPER = Path(__file__).with_name("reaper.py")
EVERY = 0.05
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock and of CPU (user and system, all processes); the largest sum of memory seen, in MB, if looked at."""

    wall: float
    cpu: float
    peak: float | None = None


class BenchmarkError(Exception):
    """A command did not do what was to be measured."""


def spend(
    command: Sequence[str | Path], *, memory: bool = False, env: Mapping[str, str] | None = None, grace: int = 10
) -> Spent:
    """Run `command` and say what it cost. Looking at memory takes CPU away, so never take times from a run with `memory`.

    Raises BenchmarkError where it fails, or leaves a process behind that has not ended `grace` seconds later.
    """
    with TemporaryDirectory(prefix="sb-") as folder:
        report, log = Path(folder, "report"), Path(folder, "log")
        words = [str(word) for word in command]
        parent = [sys.executable, "-I", "-S", str(REAPER), str(report), str(log), str(grace)]
        with subprocess.Popen([*parent, *words], env=env) as reaper:
            peak = _watch(reaper) if memory else None
            reaper.wait()
        said = log.read_text("utf-8", "replace") if log.exists() else ""
        found = json.loads(report.read_text()) if report.exists() else {"code": reaper.returncode, "left": 0}
    if found["code"] or found["left"]:
        what = f"ended with exit code {found['code']}" if found["code"] else f"left {found['left']} processes behind"
        raise BenchmarkError(f"{' '.join(words)[:300]}\n{what}; its last words:\n{said[-3000:]}")
    return Spent(found["wall"], found["cpu"], peak)


def _watch(reaper: "subprocess.Popen[bytes]") -> float:
    """The largest sum over all processes below `reaper`, in MB; a page that several share counts once, divided among them."""
    peak = 0
    while reaper.poll() is None:
        peak = max(peak, sum(_pss(pid) for pid in below(reaper.pid)))
        time.sleep(EVERY)
    return peak / 1024


def below(root: int) -> Iterator[int]:
    """Processes that descend from `root`, itself not among them."""
    children: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        if parent := _parent(place):
            children.setdefault(parent, []).append(int(place.name))
    found = children.get(root, [])
    while found:
        pid = found.pop()
        yield pid
        found += children.get(pid, [])


def _parent(place: Path) -> int:
    try:
        return int((place / "stat").read_bytes().rpartition(b")")[2].split()[1])
    except OSError:  # it has ended
        return 0


def _pss(pid: int) -> int:
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_bytes().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(b"Pss:")), 0)
