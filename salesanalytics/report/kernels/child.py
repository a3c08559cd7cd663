"""A fork becomes an ordinary kernel: a session, a folder, an environment and a random state of its own, then ipykernel.

In: what was asked of the fork server. Out: an exit code, once the kernel was told to end.
"""

import atexit
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_SET_PDEATHSIG = 1


def become_kernel(request: Mapping[str, Any], server: int) -> int:
    """Run a kernel until it is told to end. `server` is the process this one was forked from; it dies with that."""
    os.setsid()
    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != server:  # it died in between
        return 1
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(request["env"])
    _seal()
    os.chdir(request["cwd"])
    _reseed()
    if request.get("memory"):
        limit_memory(os.getpid(), int(request["memory"]))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")  # when memory runs out, the system kills a kernel before its server
    return _run(request["argv"], server)


def _seal() -> None:
    """What the environment says now of whose rows may be read holds for good."""
    from salesanalytics.data.snapshot import seal

    seal()


def limit_memory(pid: int, more: int) -> None:
    """Let a process allocate `more` bytes beyond what it has; beyond that it gets a MemoryError, and the machine goes on."""
    import resource  # there is none on Windows

    has = 0
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        has = int(next(line for line in lines if line.startswith("VmData")).split()[1]) * 1024
    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_DATA)
        wanted = has + more if hard == resource.RLIM_INFINITY else min(has + more, hard)
        resource.prlimit(pid, resource.RLIMIT_DATA, (wanted, wanted))


def _reseed() -> None:
    # Python's own generator is reseeded after every fork, NumPy's global one is not
    if "numpy" in sys.modules:
        import numpy as np

        np.random.seed()  # noqa: NPY002 - the global generator is exactly what is meant


def _import_from_here() -> None:
    # IPython puts the notebook's folder there, but not where Python was started with -P, as the server was
    if "" not in sys.path:
        places = (place for place, path in enumerate(sys.path) if Path(path).name in ("site-packages", "dist-packages"))
        sys.path.insert(next(places, 0), "")


def _run(argv: list[str], server: int) -> int:
    from salesanalytics.report.kernels.app import kernel_app

    _import_from_here()
    launcher = find_spec("ipykernel_launcher")
    sys.argv = [(launcher and launcher.origin) or "ipykernel_launcher", *argv]
    kernel_app(argv, server).start()
    atexit._run_exitfuncs()  # those the notebook registered; the process itself ends without Python's cleaning up
    for stream in (sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(OSError, ValueError):
            if stream:
                stream.flush()
    return 0
