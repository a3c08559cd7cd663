"""The fork server: a process that imports everything once, and whose forks become kernels.

Started by `server.ForkServer` as `python -m …zygote LISTENING CHANNEL MODULE…`, two inherited sockets and what to import. When
CHANNEL closes, the process that started this one is dead. Every connection to LISTENING asks for one kernel, in lines of JSON:

    → {"argv": [...], "env": {...}, "cwd": "…", "memory": bytes or null}
    ← {"pid": 4711}                                    the kernel runs; or {"refused": "why"}
    ← {"exit": 0, "cpu": 1.2, "peak": 91234567}        it has ended: code (negative: signal), CPU seconds, bytes

A connection closed by the asker kills its kernel and everything the kernel started. Nothing here may start a thread, open a
ZeroMQ context or import papermill: a fork takes along only the thread it is called on.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, cast

LONGEST_REQUEST = 8_000_000
INLINE = "module://matplotlib_inline.backend_inline"
# what libraries import late: imported here once, no kernel has to
LATE = (
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.historyapp", "IPython.core.logger",
    "IPython.core.oinspect", "IPython.core.pylabtools", "IPython.extensions.storemagic", "PIL.features", "babel.dates",
    "babel.localtime", "babel.numbers", "jinja2", "matplotlib.backends.backend_svg", "pandas.core.reshape.reshape",
    "pyarrow.dataset", "pyarrow.pandas_compat", "pyarrow.parquet", "salesanalytics.report.kernels.child", "scipy.stats",
    "seaborn", "sklearn", "tornado.platform.asyncio",
)  # fmt: skip
_SET_CHILD_SUBREAPER = 36


@dataclass
class _Kernel:
    """One connection: what it has asked so far, and the kernel it got."""

    connection: socket.socket
    asked: bytearray = field(default_factory=bytearray)
    pid: int = 0


class Zygote:
    """Listens, forks and reaps, all on one thread. `refused` says why it does not fork, if it does not."""

    def __init__(self, listening: socket.socket, channel: socket.socket, refused: str = "") -> None:
        self._listening, self._channel, self._refused = listening, channel, refused
        self._kernels: dict[int, _Kernel] = {}
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Answer until the channel ends, then kill what is left."""
        for end in (self._wake, self._woken):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        for end in (self._listening, self._channel, self._woken):
            self._selector.register(end, selectors.EVENT_READ)
        try:
            while True:
                for key, _ in self._selector.select():
                    if key.fileobj is self._channel:
                        return
                    self._attend(key)
        finally:
            for pid in self._kernels:
                kill_group(pid)
            _kill_children()
            shutil.rmtree(Path(self._listening.getsockname()).parent, ignore_errors=True)  # sockets of kernels lie there too

    def _attend(self, key: selectors.SelectorKey) -> None:
        if key.fileobj is self._listening:
            connection, _ = self._listening.accept()
            if _same_user(connection):
                self._selector.register(connection, selectors.EVENT_READ, _Kernel(connection))
            else:
                connection.close()
        elif key.fileobj is self._woken:
            with contextlib.suppress(BlockingIOError):
                self._woken.recv(4096)
            self._reap()
        else:
            self._hear(key.data)

    def _hear(self, kernel: _Kernel) -> None:
        part = b""
        with contextlib.suppress(OSError):
            part = kernel.connection.recv(65536)
        kernel.asked += part
        if not part or len(kernel.asked) > LONGEST_REQUEST:
            self._part(kernel)
        elif part.endswith(b"\n") and not kernel.pid:
            self._fork(kernel)

    def _fork(self, kernel: _Kernel) -> None:
        server, pid, refused = os.getpid(), 0, self._refused
        try:
            request = json.loads(kernel.asked)
            pid = 0 if refused else os.fork()
        except (OSError, ValueError, RecursionError) as error:
            refused = f"what was asked cannot be read ({error})"
        if refused:
            _tell(kernel, {"refused": refused})
            self._part(kernel)
        elif pid == 0:
            self._become(request, server)
        else:
            kernel.pid = pid
            self._kernels[pid] = kernel
            _tell(kernel, {"pid": pid})

    def _become(self, request: dict[str, Any], server: int) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for key in list(self._selector.get_map().values()):
                cast(socket.socket, key.fileobj).close()
            self._wake.close()
            self._selector.close()
            from salesanalytics.report.kernels.child import become_kernel

            code = become_kernel(request, server)
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)

    def _reap(self) -> None:
        while True:
            try:
                # examined before it is reaped: until then no other process can get its number
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            kernel = self._kernels.pop(ended.si_pid, None)
            if kernel:
                kill_group(ended.si_pid)  # what it started and left behind
            _, status, usage = os.wait4(ended.si_pid, 0)
            if kernel:
                kernel.pid = 0
                spent = round(usage.ru_utime + usage.ru_stime, 4)
                _tell(kernel, {"exit": os.waitstatus_to_exitcode(status), "cpu": spent, "peak": usage.ru_maxrss * 1024})
                self._part(kernel)

    def _part(self, kernel: _Kernel) -> None:
        """End a connection; a kernel nobody waits for any more is killed."""
        if kernel.connection.fileno() >= 0:
            self._selector.unregister(kernel.connection)
            kernel.connection.close()
        if kernel.pid:
            kill_group(kernel.pid)


def kill_group(pid: int) -> None:
    """Kill a kernel and what it started; before it has made its process group, the kernel alone."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _tell(kernel: _Kernel, answer: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        kernel.connection.sendall(json.dumps(answer).encode() + b"\n")


def _same_user(connection: socket.socket) -> bool:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return bool(struct.unpack("3i", credentials)[1] == os.getuid())


def _kill_children() -> None:
    """Whatever is left below this process, processes that had left their kernel's group among them."""
    while True:
        left = [int(pid) for pid in Path("/proc/thread-self/children").read_text().split()]
        if not left:
            return
        for pid in left:
            kill_group(pid)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _import(modules: Sequence[str]) -> None:
    for name in ("ipykernel.ipkernel", "ipykernel.kernelapp", *modules, *LATE):
        with contextlib.suppress(Exception):  # a notebook that needs it will say so itself
            _load(name)
    _without_debugger()
    from salesanalytics.report.kernels.app import prepare

    prepare()
    if "salesanalytics.show" in sys.modules:
        with contextlib.suppress(Exception):  # a cold kernel works as well
            from salesanalytics.show.warmth import warm_up

            warm_up()


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


def _why_not() -> str:
    threads = len(list(Path("/proc/self/task").iterdir()))
    return f"{threads - 1} threads beside the main one" if threads > 1 else ""


def main(listening: int, channel: int, modules: Sequence[str]) -> None:
    """Import, then serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    os.environ.setdefault("MPLBACKEND", INLINE)  # as a kernel does before anything can import matplotlib
    _import(modules)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)  # kernels live for seconds: looking for cycles costs more than it frees
    Zygote(socket.socket(fileno=listening), socket.socket(fileno=channel), _why_not()).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
