"""What forks of the kernels' server become: an ordinary kernel, with a folder, an environment and a random state of its own.

In: what was asked of the fork server. Out: an exit code, once the kernel was told to end.
"""

import atexit
import contextlib
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

OURS = "salesanalytics.show"
INLINE = "module://matplotlib_inline.backend_inline"
# what libraries import late: imported here once, where a notebook uses the library, or ours, which uses all of them
LATE = (
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.historyapp", "IPython.core.logger",
    "IPython.core.oinspect", "IPython.core.pylabtools", "IPython.extensions.storemagic", "PIL.features", "babel.dates",
    "babel.localtime", "babel.numbers", "jinja2", "matplotlib.backends.backend_svg", "pandas.core.reshape.reshape",
    "pyarrow.dataset", "pyarrow.pandas_compat", "pyarrow.parquet", "scipy.stats", "seaborn", "sklearn",
    "tornado.platform.asyncio",
)  # fmt: skip


def prepare(modules: Sequence[str]) -> None:
    """Import what kernels need, in the server, and do half of their start; what cannot be imported is left to them."""
    os.environ.setdefault("MPLBACKEND", INLINE)  # as a kernel does before anything can import matplotlib
    for name in ("ipykernel.ipkernel", "ipykernel.kernelapp", *modules):
        _try(name)
    for name in LATE:
        if OURS in sys.modules or name.partition(".")[0] in sys.modules:
            _try(name)
    _without_debugger()
    from salesanalytics.report.kernels.app import prepare_app

    prepare_app()
    if OURS in sys.modules:
        with contextlib.suppress(Exception):  # a cold kernel works as well
            from salesanalytics.show.warmth import warm_up

            warm_up()


def _try(name: str) -> None:
    with contextlib.suppress(Exception):  # a notebook that needs it will say so itself
        _load(name)


def _load(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:  # a name within a module, which may load more when it is looked at
        module, _, attribute = name.rpartition(".")
        getattr(importlib.import_module(module), attribute)


def _without_debugger() -> None:
    # loading it takes longer than all else in a kernel's start, and nobody steps through a report
    hidden = sys.modules.setdefault("debugpy", cast(Any, None)) is None
    try:
        importlib.import_module("ipykernel.debugger")
    finally:
        if hidden:
            del sys.modules["debugpy"]


def become(request: Mapping[str, Any], server: int) -> int:
    """Run a kernel until it is told to end. `server` is the process this one was forked from; it dies with that."""
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
