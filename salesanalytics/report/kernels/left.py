"""What a plain kernel's cells have started and left at work, wherever it has got to: found by a mark, and ended.

In: the environment of a kernel that is to be started, or its mark. Out: nothing. A forked kernel's children end with its
server's warden; a plain kernel has none. Only Linux tells the environment of a process; elsewhere nothing is done.
"""

import contextlib
import os
import signal
import uuid
from collections.abc import Mapping
from pathlib import Path

MARK = "SALESANALYTICS_KERNEL"
_ROUNDS = 5  # a process may start another while it is being looked for


def marked(env: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """`env` with a mark that all processes below inherit, and the mark."""
    mark = uuid.uuid4().hex
    return {**env, MARK: mark}, mark


def end_all(mark: str) -> None:
    """Kill every process that carries the mark."""
    for _ in range(_ROUNDS):
        found = [pid for pid in _processes() if _carries(pid, mark)]
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def _processes() -> list[int]:
    own = os.getpid()
    return [int(place.name) for place in Path("/proc").glob("[0-9]*") if int(place.name) != own]


def _carries(pid: int, mark: str) -> bool:
    with contextlib.suppress(OSError):
        return f"{MARK}={mark}\0".encode() in Path(f"/proc/{pid}/environ").read_bytes() + b"\0"
    return False
