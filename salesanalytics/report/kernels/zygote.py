"""A fork server: a process that imports everything once, and whose forks become kernels, or whatever else it is told.

Started by `server.ForkServer` as `python -m …zygote LISTENING CHANNEL BECOMES MODULE…`: two inherited sockets, the module that
says what forks become (its `prepare` imports, its `become` is what a fork does), and what to import. It is two processes: a
warden that does nothing but watch, and the server it forks. When CHANNEL closes, because the process that started this one is
dead or has done, or when the server dies, the warden kills everything below it, wherever that has got to. Every connection to
LISTENING asks for one fork, in lines of JSON; open files may be sent along and belong to the fork:

    → {"argv": [...], "env": {...}, "cwd": "…", "memory": bytes or null}      for a kernel
    ← {"pid": 4711}                                    it runs; or {"refused": "why"}
    ← {"exit": 0, "cpu": 1.2, "peak": 91234567}        it has ended: code (negative: signal), CPU seconds, bytes

A connection closed by the asker kills its fork and everything that started. Nothing here may start a thread, open a
ZeroMQ context or import papermill: a fork takes along only the thread it is called on.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import selectors
import shutil
import signal
import socket
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn, cast

LONGEST_REQUEST = 8_000_000
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36


@dataclass
class _Fork:
    """One connection: what it has asked and sent along so far, and the fork it got."""

    connection: socket.socket
    asked: bytearray = field(default_factory=bytearray)
    files: list[int] = field(default_factory=list)
    pid: int = 0


class Zygote:
    """Listens, forks and reaps, all on one thread. `refused` says why it does not fork, if it does not."""

    def __init__(self, listening: socket.socket, becomes: ModuleType, refused: str = "") -> None:
        self._listening, self._becomes, self._refused = listening, becomes, refused
        self._forks: dict[int, _Fork] = {}
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Answer, until the warden ends it."""
        for end in (self._wake, self._woken):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        for end in (self._listening, self._woken):
            self._selector.register(end, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                self._attend(key)

    def _attend(self, key: selectors.SelectorKey) -> None:
        if key.fileobj is self._listening:
            connection, _ = self._listening.accept()
            if _same_user(connection):
                self._selector.register(connection, selectors.EVENT_READ, _Fork(connection))
            else:
                connection.close()
        elif key.fileobj is self._woken:
            with contextlib.suppress(BlockingIOError):
                self._woken.recv(4096)
            self._reap()
        else:
            self._hear(key.data)

    def _hear(self, fork: _Fork) -> None:
        part = b""
        with contextlib.suppress(OSError):
            part, files, _, _ = socket.recv_fds(fork.connection, 65536, 8)
            fork.files += files
        fork.asked += part
        if not part or len(fork.asked) > LONGEST_REQUEST:
            self._part(fork)
        elif part.endswith(b"\n") and not fork.pid:
            self._fork(fork)

    def _fork(self, fork: _Fork) -> None:
        server, pid, refused = os.getpid(), 0, self._refused
        try:
            request = {**json.loads(fork.asked), "files": fork.files}
            pid = 0 if refused else os.fork()
        except (OSError, ValueError, TypeError, RecursionError) as error:
            refused = f"what was asked cannot be done ({error})"
        if refused:
            _tell(fork, {"refused": refused})
            self._part(fork)
        elif pid == 0:
            self._become(request, server)
        else:
            fork.pid = pid
            self._forks[pid] = fork
            _close(fork.files)
            _tell(fork, {"pid": pid})

    def _become(self, request: dict[str, Any], server: int) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for key in list(self._selector.get_map().values()):
                cast(socket.socket, key.fileobj).close()
            self._wake.close()
            self._selector.close()
            _on_its_own(server)
            code = self._becomes.become(request, server)
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
            fork = self._forks.pop(ended.si_pid, None)
            if fork:
                kill_group(ended.si_pid)  # what it started and left behind
            _, status, usage = os.wait4(ended.si_pid, 0)
            if fork:
                kill_below(but=self._forks)  # and what had left its group: it comes to us when its own parent has ended
                fork.pid = 0
                spent = round(usage.ru_utime + usage.ru_stime, 4)
                _tell(fork, {"exit": os.waitstatus_to_exitcode(status), "cpu": spent, "peak": usage.ru_maxrss * 1024})
                self._part(fork)

    def _part(self, fork: _Fork) -> None:
        """End a connection; a fork nobody waits for any more is killed."""
        if fork.connection.fileno() >= 0:
            self._selector.unregister(fork.connection)
            fork.connection.close()
        _close(fork.files)
        if fork.pid:
            kill_group(fork.pid)


def kill_group(pid: int) -> None:
    """Kill a fork and what it started; before it has made its process group, the fork alone."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def deafen() -> None:
    """Ignore the signals that a terminal sends to all its processes: they are for who started this one."""
    for name in ("SIGINT", "SIGHUP", "SIGQUIT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def adopt() -> None:
    """From now on, what is left of processes below this one comes to it and not to the system's first process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_below(but: Sequence[int] | dict[int, Any] = ()) -> None:
    """Kill all that is below this process, except its children `but` and what is below these."""
    while left := [pid for pid in _children() if pid not in but]:
        for pid in left:
            kill_group(pid)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def kill_tree(pid: int) -> None:
    """Kill a process that may not come to its turn, and first all that is below it: once it is gone nobody finds these."""
    for _ in range(100):  # what is killed hands what it had started to `pid`
        left = [one for one in _below(pid) if _lives(one)]
        for one in left:
            kill_group(one)
        if not left:
            break
        time.sleep(0.01)
    kill_group(pid)


def _below(pid: int) -> list[int]:
    children = _children(str(pid))
    return [*children, *(one for child in children for one in _below(child))]


def _lives(pid: int) -> bool:
    """Whether it runs: one that has ended, and waits to be let go, has no command line."""
    with contextlib.suppress(OSError):
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    return False


def _children(of: str = "self") -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{of}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # a thread that has just ended
            found += map(int, task.read_text().split())
    return found


def _on_its_own(server: int) -> None:
    """A fork gets a session of its own, dies with its server, and keeps what is left of the processes it starts."""
    os.setsid()
    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != server:  # it died in between
        os._exit(1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    adopt()


def _close(files: list[int]) -> None:
    for file in files:
        os.close(file)
    files.clear()


def _tell(fork: _Fork, answer: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        fork.connection.sendall(json.dumps(answer).encode() + b"\n")


def _same_user(connection: socket.socket) -> bool:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return bool(struct.unpack("3i", credentials)[1] == os.getuid())


def _warded(channel: socket.socket, folder: Path) -> None:
    """Returns in a fork. This process stays behind and watches: see the module."""
    adopt()
    warden = os.getpid()
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    server = os.fork()
    if server == 0:
        for end in (woken, wake, channel):
            end.close()
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != warden:
            os._exit(1)
        return
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    signals = b""
    while not _ended(server) and signal.SIGTERM not in signals:
        if channel in select.select([channel, woken], [], [])[0]:
            break
        signals = woken.recv(4096)
    kill_below()
    shutil.rmtree(folder, ignore_errors=True)  # sockets of kernels lie there too
    os._exit(0)


def _ended(server: int) -> bool:
    """Whether the server has; what else has ended below the warden is let go."""
    with contextlib.suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            if pid == server:
                return True
    return False


def _why_not() -> str:
    threads = len(list(Path("/proc/self/task").iterdir()))
    return f"{threads - 1} threads beside the main one" if threads > 1 else ""


def main(listening: int, channel: int, becomes: str, modules: Sequence[str]) -> None:
    """Import, then serve."""
    deafen()
    asked = socket.socket(fileno=listening)
    _warded(socket.socket(fileno=channel), Path(asked.getsockname()).parent)
    adopt()
    fork = importlib.import_module(becomes)
    fork.prepare(modules)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)  # forks live for seconds: looking for cycles costs more than it frees
    Zygote(asked, fork, _why_not()).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
