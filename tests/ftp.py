"""A real FTP server in a process of its own, for tests of what lies at a URL."""

import ftplib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

USER, PASSWORD = "ana", "hunter2"


class FtpServer:
    """Serves `folder`; `url` is its top. Use as a context."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"ftp://{USER}@127.0.0.1:{self.port}"

    def __enter__(self) -> "FtpServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *, writable: bool = True) -> None:
        """Start it, and wait until it answers."""
        words = ["-i", "127.0.0.1", "-p", str(self.port), "-d", str(self.folder), "-u", USER, "-P", PASSWORD]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pyftpdlib", *words, *(["-w"] if writable else [])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 20
        while True:
            try:
                with ftplib.FTP() as ftp:
                    ftp.connect("127.0.0.1", self.port, timeout=5)
                return
            except OSError:
                assert time.monotonic() < end, "the FTP server does not answer"
                time.sleep(0.05)

    def stop(self) -> None:
        """Kill it, and with it all connections."""
        self._process.kill()
        self._process.wait()

    @staticmethod
    def environment() -> dict[str, str]:
        """What a process needs to log in."""
        return {**os.environ, "FSSPEC_FTP_PASSWORD": PASSWORD}
