"""What tests of faults share: a real company of a few deals, notebooks that misbehave for some teams, the real command line.

Nothing stands in for anything: snapshots are written as always, commands are processes, kernels are kernels. A command that a
test starts, watches or stops is a program; one that is only to come to its end in plain surroundings is forked.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from salesanalytics.data import snapshot as snapshots
from salesanalytics.data.intake.check import check_source, usable
from tests.commands import command as forked
from tests.report.report_parts import code, display, figure, finding, md
from tests.report.report_parts import write as write_notebook
from tests.tiny import deal, write_source

DAY = date(2026, 9, 30)
PARAMETERS = 'snapshot: str = ""\nteam: str = ""\nas_of: str = ""\nlocale: str = "en"'
# who was executed, and what its data say
COUNT = "import os\nprint(team, file=open('executed', 'a'))"
BOOKED = """
from pyarrow import parquet
print("booked", parquet.read_table(f"{snapshot}/teams/{team}/opportunity.parquet")["amount"].to_pylist())
"""


def take(folder: Path, **amounts: int) -> snapshots.Snapshot:
    """A snapshot of teams with one rep each, who has won one deal of the team's amount."""
    teams = list(amounts)
    reps = [{"rep_id": f"r-{team}", "name": f"Rep {team}", "team_id": team, "hire_date": "2024-01-01"} for team in teams]
    deals = [deal(n, f"r-{team}", "Won", amounts[team], "2026-05-01", "2026-07-10") for n, team in enumerate(teams, 1)]
    named = [{"team_id": team, "name": team.title()} for team in teams]
    source = write_source(folder.with_name("source"), {"team": named, "rep": reps, "opportunity": deals})
    return snapshots.write(usable(check_source(source, today=DAY)), folder, DAY)


def write_chapters(folder: Path, trouble: str = "", *, company: str = "", shows: str | None = None) -> Path:
    """The company's chapter, which does `company` in cell 3, and the teams', which does `trouble` in it, then `shows`."""
    shown = display(finding("Call them"), figure("Pace")) if shows is None else shows
    first, last = md("# How are we doing?"), code(display(figure("All teams")))
    write_notebook(folder / "0_company.ipynb", first, code(PARAMETERS, "parameters"), code(f"{COUNT}\n{company}"), last)
    write_notebook(
        folder / "6_dashboard.ipynb",
        first,
        code(PARAMETERS, "parameters"),
        code(f"{COUNT}\n{trouble}"),
        code(BOOKED),
        code(shown),
    )
    return folder


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    errors: str


class House:
    """A folder with a snapshot, notebooks and reports, and the commands on them, which work in it and nowhere else."""

    def __init__(self, folder: Path, temporary: Path) -> None:
        self.folder, self.temporary = folder, temporary
        self.snapshot, self.notebooks, self.out = folder / "snapshot", folder / "notebooks", folder / "out"
        self._started: list[subprocess.Popen[str]] = []

    @property
    def pages(self) -> Path:
        """Where the pages of a run are."""
        return self.out / DAY.isoformat()

    def page(self, team: str) -> str:
        """A team's page as it is now."""
        return (self.pages / f"{team}.html").read_text("utf-8")

    def deals(self, team: str) -> list[float]:
        """What the snapshot has for a team, as its page prints it."""
        return list(snapshots.open(self.snapshot).team(team).tables["opportunity"]["amount"])

    def run(self, *words: object, **more: Any) -> Said:
        """`salesanalytics run` on this house's things, to its end."""
        return ended(self.start(*words, **more)) if more else self._forked(*self._run(*words))

    def start(self, *words: object, **more: Any) -> "subprocess.Popen[str]":
        """The same as a program, under way."""
        return self.command(*self._run(*words), **more)

    def _run(self, *words: object) -> tuple[object, ...]:
        what = () if "--resume" in words else ("--snapshot", self.snapshot, "--notebooks", self.notebooks)
        return ("run", *what, "--out", self.out, *words)

    def _forked(self, *words: object) -> Said:
        done = forked(*words, cwd=self.folder, within=90, env={"TMPDIR": str(self.temporary)})
        return Said(done.returncode, done.stdout, done.stderr)

    def command(
        self, *words: object, within: tuple[str, ...] = (), env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        """Any command of ours, under way; `within` are words of a program that is to run it."""
        process = subprocess.Popen(
            [*within, sys.executable, "-m", "salesanalytics.cli.start", *map(str, words)], cwd=self.folder, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(self.temporary), **(env or {})},
        )  # fmt: skip
        self._started.append(process)
        return process

    def close(self) -> None:
        """End what a failed test has left running."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def status(self, **more: Any) -> dict[str, Any]:
        """What `salesanalytics status --format json` says; pages by team."""
        words = ("status", "--out", self.out, "--format", "json")
        told = ended(self.command(*words, **more)) if more else self._forked(*words)
        assert told.out, told.errors
        found = json.loads(told.out)
        assert told.code == found["exit_code"]
        return {**found, "pages": {page["team"]: page for page in found["pages"]}}

    def executed(self) -> Counter[str]:
        """How often each team's chapter was executed; the company's is under an empty name."""
        file = self.notebooks / "executed"
        return Counter(file.read_text().splitlines()) if file.exists() else Counter()

    def processes(self) -> list[str]:
        """Processes that work in this house or where its temporary files go: everything that our commands start does."""
        homes = (self.folder, self.temporary)
        return [line for folder, line in working() if any(folder.is_relative_to(home) for home in homes)]

    def halves(self) -> list[str]:
        """Files that are not what they are to become, or were only there for the while."""
        left = [*self.out.rglob("*.tmp"), *self.out.rglob("*.reserve"), *self.snapshot.rglob(".*")]
        return [str(path) for path in left]

    def litter(self) -> list[str]:
        """What is left where temporary files go."""
        return [str(path) for path in self.temporary.iterdir()]

    def empties(self) -> bool:
        """Whether all processes are gone 5 seconds from now at the latest."""
        return until(lambda: not self.processes(), 5)


def ended(process: "subprocess.Popen[str]", within: float = 90) -> Said:
    """A command's end; one that does not come to an end is a failure, and killed."""
    try:
        out, errors = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return Said(process.returncode, out, errors)


def until(condition: Callable[[], object], seconds: float = 30) -> bool:
    """Whether `condition` comes true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def library(folder: Path, source: str) -> dict[str, str]:
    """The environment of a command into which this C is loaded; the test is skipped where nothing compiles it."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or not compiler:
        pytest.skip("needs Linux and a C compiler")
    (folder / "library.c").write_text(source)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "library.so", folder / "library.c", "-ldl"], check=True)
    return {"LD_PRELOAD": str(folder / "library.so")}


@contextmanager
def house(folder: Path, *, trouble: str = "", company: str = "", shows: str | None = None, **amounts: int) -> Iterator[House]:
    """A house with these teams, whose temporary files have a short path, as sockets need it."""
    with TemporaryDirectory(prefix="t") as temporary:
        made = House(folder, Path(temporary))
        take(made.snapshot, **(amounts or {"north": 1000}))
        write_chapters(made.notebooks, trouble, company=company, shows=shows)
        try:
            yield made
        finally:
            made.close()


def working() -> Iterator[tuple[Path, str]]:
    """Every process with the folder it works in."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_text().replace("\0", " ")
            if line:  # a zombie has none
                yield (entry / "cwd").readlink(), f"{entry.name} {line}"
        except OSError:
            continue
