"""A parent for one command: waits for it and for every process it leaves behind, and says what all of them used.

    python -I -S reaper.py REPORT LOG GRACE COMMAND…

Processes whose parents die become children of this one, so nothing escapes the count: of a killed process as of one that ended.
What lives on for more than GRACE seconds after the command is killed, and counted as left behind. Imports nothing of ours.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

_SET_CHILD_SUBREAPER = 36


def main(report: str, log: str, grace: str, *command: str) -> None:
    """Run `command` with its words in the file `log`, and write to `report`: code, wall, cpu, left."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the command, which gets it too
    began = time.monotonic()
    with Path(log).open("wb") as words:
        started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
    code = _until(started.pid)
    wall = time.monotonic() - began
    left = _rest(int(grace))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {"code": code, "wall": wall, "cpu": used.ru_utime + used.ru_stime, "left": left}
    Path(report).write_text(json.dumps(found))


def _until(pid: int) -> int:
    while True:
        ended, status = os.wait()
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def _rest(grace: int) -> int:
    """Wait for all that is left; the number of processes that had to be killed for it."""
    killed: set[int] = set()

    def kill(*_: object) -> None:
        for pid in map(int, Path("/proc/thread-self/children").read_text().split()):
            killed.add(pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        signal.alarm(1)

    signal.signal(signal.SIGALRM, kill)
    signal.alarm(grace)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    signal.alarm(0)
    return len(killed)


if __name__ == "__main__":
    main(*sys.argv[1:])
