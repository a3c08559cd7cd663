"""A fork server as seen by the process that starts it and by those that ask it for kernels.

In: names of modules to import once. Out: an address, at which any process of the same user gets kernels. See `zygote` for the
process itself and what is said on its socket.
"""

import contextlib
import json
import os
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

from salesanalytics.report.kernels.zygote import kill_group

PLAIN = "SALESANALYTICS_KERNELS"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
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
    """A running fork server; it ends with this object's process, or with `stop`. Usable as a context."""

    def __init__(self, modules: Sequence[str], log: IO[bytes] | int | None = None) -> None:
        """Start one that imports `modules` first; kernels asked for meanwhile wait. Raises ForkRefused."""
        if sys.platform != "linux" or os.environ.get(PLAIN) == "plain":
            raise ForkRefused(f"{PLAIN} is plain" if os.environ.get(PLAIN) == "plain" else f"no fork on {sys.platform}")
        self.folder = Path(mkdtemp(prefix="sa-"))
        self.address = str(self.folder / "fork")
        if len(os.fsencode(self.address)) > 80:  # a socket's path may have about 100 bytes, kernels' are longer
            self.folder.rmdir()
            raise ForkRefused(f"the temporary folder's name is too long for sockets: {self.folder}")
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self.address)
        listening.listen(64)
        self._channel, theirs = socket.socketpair()
        with listening, theirs:
            ends = (listening.fileno(), theirs.fileno())
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", "salesanalytics.report.kernels.zygote", *map(str, ends), *modules],
                env=alone(os.environ),
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
        """The server's process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the server and all its kernels."""
        self._channel.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:  # still importing, perhaps
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(OSError):
            import shutil

            shutil.rmtree(self.folder)


class ForkedKernel:
    """A kernel's process as jupyter_client wants it: what of `subprocess.Popen` it uses."""

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


def ask(address: str, request: Mapping[str, Any]) -> ForkedKernel:
    """A kernel from the fork server at `address`. Raises ForkRefused where there is none to be had."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(READY)  # it may still be importing
        connection.connect(address)
        connection.sendall(json.dumps(dict(request)).encode() + b"\n")
        answer: dict[str, Any] = json.loads(_line(connection))
    except (OSError, ValueError) as error:
        connection.close()
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
