"""Real processes that keep every core busy."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def busy(each: int = 2) -> Iterator[None]:
    """`each` processes per core that do nothing but work, for as long as the block lasts."""
    load = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(each * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for process in load:
            process.kill()
            process.wait()
