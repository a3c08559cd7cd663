"""One folder a process for what it keeps for a while."""

import subprocess
import sys


def test_threads_that_ask_together_get_one_folder_that_stays() -> None:
    program = """
import sys, threading
from salesanalytics.report import scratch
sys.setswitchinterval(1e-6)
for _ in range(20):
    scratch.clear()
    start, found = threading.Barrier(8), []
    def ask():
        start.wait()
        found.append(scratch.scratch())
    threads = [threading.Thread(target=ask) for _ in range(8)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert len(set(found)) == 1 and found[0].is_dir(), found
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
