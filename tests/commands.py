"""Commands as processes of their own that begin at once: forked from one that has imported what commands need.

Each has its own streams, folder, signals and exit code, as if a shell had started it. What a fork cannot show is the start of
the interpreter itself and that a command imports what it needs: for these a test starts a program.
"""

import atexit
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryDirectory

NEEDED = ["salesanalytics.cli.app", "salesanalytics.data.intake.check", "salesanalytics.data.snapshot.freeze",
          "salesanalytics.report.run.run", "salesanalytics.workspace"]  # fmt: skip
_FORKS: ForkServerContext = multiprocessing.get_context("forkserver")


def program(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`salesanalytics` with these words, started as a shell does."""
    line = [sys.executable, "-m", "salesanalytics.cli.start", *map(str, words)]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)


def command(
    *words: object, cwd: Path | None = None, within: float = 60, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`salesanalytics` with these words, forked; `env` is added to ours."""
    _FORKS.set_forkserver_preload(NEEDED)
    line = ["salesanalytics", *map(str, words)]
    with TemporaryDirectory() as folder:
        said = Path(folder, "out"), Path(folder, "err")
        process = _FORKS.Process(
            target=_become, args=(line, str(cwd or Path.cwd()), {**os.environ, **(env or {})}, *map(str, said))
        )
        process.start()
        process.join(within)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(line, within)
        return subprocess.CompletedProcess(line, process.exitcode, *(file.read_text() for file in said))


def _become(line: list[str], cwd: str, env: dict[str, str], out: str, errors: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    atexit._clear()
    tempfile.tempdir = None  # another may have been found before the fork
    for number, place in ((1, out), (2, errors)):
        file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
        os.close(file)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    os.chdir(cwd)
    sys.argv = line
    from salesanalytics.cli.start import main

    try:
        main()
    finally:
        atexit._run_exitfuncs()  # a process of `multiprocessing` ends without
