"""A fork server as seen by the process that starts it and by those that ask it for kernels.

In: names of modules to import once. Out: an address, at which any process of the same user gets kernels, or forks of another
kind. See `zygote` for the process itself and what is said on its socket.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import IO, Any

from salesanalytics.report.kernels.zygote import kill_group, kill_tree
from salesanalytics.report.scratch import in_scratch, scratch

PLAIN = "SALESANALYTICS_KERNELS"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
KERNELS = "salesanalytics.report.kernels.child"
GRACE = 5.0
READY = 180.0


class ForkRefused(Exception):
    """There is no fork server here, or it does not fork; the text says why. A plain kernel does the same, slower."""


def alone(env: Mapping[str, str]) -> dict[str, str]:
    """`env` for a process beside others like it: one thread for linear algebra, unless `env` says otherwise."""
    # Arrow's allocator has a helper thread that a fork would leave behind; pydevd would warn on every start
    ours = {"JE_ARROW_MALLOC_CONF": "background_thread:false", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return {**dict.fromkeys(ONE_THREAD, "1"), **ours, **env}


class ForkServer:
    """A running fork server; it and all below it end with this object's process, or with `stop`. Usable as a context."""

    def __init__(self, modules: Sequence[str], log: IO[bytes] | int | None = None, *, becomes: str = KERNELS) -> None:
        """Start one that imports `modules` first; forks asked for meanwhile wait. Raises ForkRefused.

        `becomes`: the module that says what forks are.
        """
        if sys.platform != "linux":
            raise ForkRefused(f"no fork on {sys.platform}")
        if becomes == KERNELS and os.environ.get(PLAIN) == "plain":
            raise ForkRefused(f"{PLAIN} is plain")
        self.folder = Path(mkdtemp(prefix="f-", dir=scratch()))
        self.address = str(self.folder / "fork")
        if len(os.fsencode(self.address)) > 90:  # a socket's path may have about 100 bytes, kernels' are longer
            self.folder.rmdir()
            raise ForkRefused(f"the temporary folder's name is too long for sockets: {self.folder}")
        listening = socket.socket(socket.AF_UNIX)
        self._channel, theirs = socket.socketpair()
        with listening, theirs:
            listening.bind(self.address)
            listening.listen(64)
            ends = (listening.fileno(), theirs.fileno())
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", "salesanalytics.report.kernels.zygote", *map(str, ends), becomes, *modules],
                env=in_scratch(alone(os.environ)),
                pass_fds=ends,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process that forks, which is the first its warden has started."""
        return int(Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()[0])

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the server and all that is below it."""
        self._channel.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            kill_tree(self._process.pid)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class ForkedKernel:
    """A fork as jupyter_client wants a kernel's process: what of `subprocess.Popen` it uses."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self._connection, self.pid = connection, pid
        self._heard = b""
        self.returncode: int | None = None
        self.cpu, self.peak, self.lost = 0.0, 0, False

    def poll(self) -> int | None:
        """The exit code, or None while it runs. The fork server gone counts as killed."""
        while self.returncode is None:
            try:
                part = self._connection.recv(4096, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
            except OSError:
                part = b""
            self._heard += part
            if self._heard.endswith(b"\n"):
                end = json.loads(self._heard)
                self.returncode, self.cpu, self.peak = end["exit"], end["cpu"], end["peak"]
            elif not part:
                self.returncode, self.lost = -signal.SIGKILL, True
        if self.returncode is not None:
            self.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises TimeoutError."""
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise TimeoutError(f"kernel {self.pid} still runs after {timeout} s")
            time.sleep(0.002)
        return code

    def send_signal(self, number: int) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and what it started."""
        if self.poll() is None:
            kill_group(self.pid)

    def close(self) -> None:
        """Let go of it; one that still runs is killed by the server."""
        self._connection.close()


def ask(address: str, request: Mapping[str, Any], files: Sequence[int] = ()) -> ForkedKernel:
    """A fork from the server at `address`, which gets the open `files`. Raises ForkRefused where there is none to be had."""
    if not address:
        raise ForkRefused("there is no fork server")
    silent = Path(address).with_name("silent")
    if silent.exists():
        raise ForkRefused("the fork server had not answered before")
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(READY)  # it may still be importing
        connection.connect(address)
        said = json.dumps(dict(request)).encode() + b"\n"
        sent = socket.send_fds(connection, [said], files)
        connection.sendall(said[sent:])
        answer: dict[str, Any] = json.loads(_line(connection))
    except (OSError, ValueError) as error:
        connection.close()
        if isinstance(error, TimeoutError):
            with contextlib.suppress(OSError):
                silent.touch()  # whoever asks next need not wait as long
        raise ForkRefused(f"the fork server does not answer ({error})") from error
    if "refused" in answer:
        connection.close()
        raise ForkRefused(str(answer["refused"]))
    connection.settimeout(None)
    return ForkedKernel(connection, int(answer["pid"]))


def _line(connection: socket.socket) -> bytes:
    heard = b""
    while not heard.endswith(b"\n"):
        # byte by byte: what follows the line is for the kernel's own `poll`
        part = connection.recv(1)
        if not part:
            raise ConnectionError("it has ended")
        heard += part
    return heard
