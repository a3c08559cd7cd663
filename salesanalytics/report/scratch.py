"""One private folder for all that a process, and every process below it, keeps only for a while.

In: nothing. Out: a folder that is TMPDIR for what is started: sockets, kernels' own temporary files, Dask's. Its name is short,
as sockets need it. It goes when its maker ends; where that was killed, the next one to come removes it.
"""

import atexit
import os
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from salesanalytics.base.held import held_folder, remove_unheld

WITHIN = "SALESANALYTICS_SCRATCH"
"""Environment variable: the folder of the process that this one works for."""
PREFIX = "sa-"
LONGEST = 55
"""Bytes of the path above the folder: a socket's may have 107 in all, and the names below have up to 50."""
_locks: dict[int, threading.Lock] = {}
_own: dict[int, tuple[Path, ExitStack]] = {}  # by process: a fork has none of its own


def scratch() -> Path:
    """The folder, made when first asked for. Raises OSError where no temporary folder can be written."""
    given = os.environ.get(WITHIN)
    if given and Path(given).is_dir():
        return Path(given)
    with _one_at_a_time():
        if os.getpid() not in _own or not _own[os.getpid()][0].is_dir():
            clear()
            parent = _parent()
            remove_unheld(parent.glob(f"{PREFIX}*"))
            within = ExitStack()
            _own[os.getpid()] = within.enter_context(held_folder(parent, PREFIX)), within
            atexit.register(clear)
        return _own[os.getpid()][0]


def _one_at_a_time() -> threading.Lock:
    """Two threads that ask for the first time together would remove each other's folder; a fork has a lock of its own."""
    return _locks.setdefault(os.getpid(), threading.Lock())


def in_scratch(env: Mapping[str, str]) -> dict[str, str]:
    """`env` for a process whose temporary files belong there."""
    folder = str(scratch())
    python = env.get("IPYTHONDIR")
    home = {"IPYTHONDIR": folder} if python and not _is_usable(Path(python)) else {}  # IPython ends where it cannot make it
    return {**env, **home, **dict.fromkeys(("TMPDIR", "TEMP", "TMP", WITHIN), folder)}


def clear() -> None:
    """Remove the folder, where this process has made one."""
    if os.getpid() in _own:
        _own.pop(os.getpid())[1].close()


def _is_usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.R_OK | os.X_OK)


def _parent() -> Path:
    """Where temporary files go, unless its name is too long for sockets and another place will do."""
    usual = Path(tempfile.gettempdir()).absolute()
    others = (Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108
    if os.name == "posix" and len(os.fsencode(usual)) > LONGEST:
        fit = (one for one in others if len(os.fsencode(one)) <= LONGEST and os.access(one, os.W_OK | os.X_OK))
        return next(fit, usual)
    return usual
