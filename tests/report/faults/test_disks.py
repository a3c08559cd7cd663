"""Disks that are full, fill up or may not be written: pages that fit are there, old ones stay, and the rest is said.

The disks are real ones, in memory and in a mount namespace of their own; so nobody else sees them, and they end with the test.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from salesanalytics.report.run.ledger import Ledger

from .house import House, Said, ended, house, until

pytestmark = pytest.mark.slow

WAITS = """
import time
while team == "waits" and not os.path.exists("go"): time.sleep(0.02)
if team == "large": display({"text/plain": "x" * 3_000_000}, raw=True)
"""
OLD = '<meta name="date" content="2026-09-01"><p>The good page'


class Disk:
    """A house whose `out` is a disk of its own: commands run within its namespace, files are looked at through `out`."""

    def __init__(self, made: House, keeper: int) -> None:
        self.house = made
        self.out = Path(f"/proc/{keeper}/root{made.out}")
        self.pages = Path(f"/proc/{keeper}/root{made.pages}")
        namespaces = ("--target", str(keeper), "--mount", "--user", "--preserve-credentials")
        self.within = ("nsenter", *namespaces, f"--wdns={made.folder}")

    def do(self, *words: object) -> None:
        """A command where the disk is; whether it worked shows in what it did."""
        subprocess.run([*self.within, *map(str, words)], stderr=subprocess.DEVNULL, check=False)

    def fill(self, *, but: int = 0) -> None:
        """Take all the room that is left, but for so many kB."""
        self.do("dd", "if=/dev/zero", f"of={self.house.out}/room", "bs=1k", f"count={but}")
        self.do("dd", "if=/dev/zero", f"of={self.house.out}/filler", "bs=1k")
        self.do("rm", f"{self.house.out}/room")

    def free(self) -> None:
        """Give it back."""
        self.do("rm", f"{self.house.out}/filler")

    def status(self) -> dict[str, Any]:
        """As the house's, where the disk is."""
        return self.house.status(within=self.within)

    def states(self) -> dict[str, str]:
        """How far every page is."""
        return {team: page["state"] for team, page in self.status()["pages"].items()}

    def run(self, *words: object) -> Said:
        """As the house's, where the disk is."""
        return self.house.run(*words, within=self.within)

    def files(self) -> dict[str, bytes]:
        """All that is on it but what SQLite keeps beside a database."""
        files = (path for path in self.out.rglob("*") if path.is_file() and "sqlite" not in path.name)
        return {str(path.relative_to(self.out)): path.read_bytes() for path in files}


@contextmanager
def disk(made: House) -> Iterator[Disk]:
    """A disk of 1 MB at the house's `out`; the test is skipped where none can be mounted."""
    if not shutil.which("unshare"):
        pytest.skip("needs unshare, to mount a disk that nobody else sees")
    made.out.mkdir()
    mount = 'mount -t tmpfs -o size=1m disk "$0" && echo ready && exec sleep 600'
    keeper = subprocess.Popen(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(made.out)], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        if keeper.stdout.readline() != "ready\n":
            pytest.skip(f"no disk can be mounted here: {keeper.communicate()[1].strip()}")
        yield Disk(made, keeper.pid)
    finally:
        keeper.kill()
        keeper.communicate()


def test_a_disk_that_fills_up_during_a_run_costs_only_the_pages_that_do_not_fit(tmp_path):
    with house(tmp_path, trouble=WAITS, north=1, waits=2, large=3) as made, disk(made) as small:
        small.pages.mkdir()
        (small.pages / "waits.html").write_text(OLD)
        running = made.start("--jobs", 2, within=small.within)
        assert until((small.pages / "large.failed.html").exists)
        assert until(lambda: small.states() == {"": "done", "north": "done", "waits": "waiting", "large": "failed"})
        small.fill()
        (made.notebooks / "go").touch()
        assert ended(running).code == 3

        after = small.status()
        assert (after["state"], after["exit_code"]) == ("done", 3)
        assert small.states() == {"": "done", "north": "done", "waits": "failed", "large": "failed"}
        for team in ("waits", "large"):
            assert after["pages"][team]["errors"] == ["6_dashboard: OSError: [Errno 28] No space left on device"]
        assert f"booked {made.deals('north')}" in (small.pages / "north.html").read_text("utf-8")
        assert (small.pages / "waits.html").read_text() == OLD
        assert not list(small.out.rglob("*.tmp"))
        assert not list(small.out.rglob("*.reserve"))
        assert made.empties(), made.processes()

        small.free()
        assert small.run("--resume").code == 3
        assert small.states()["waits"] == "done"
        assert made.executed() == {"": 1, "north": 1, "waits": 2, "large": 2}


@pytest.mark.parametrize(("left", "ledger"), [(0, False), (40, False), (40, True)], ids=["full", "nearly", "with a ledger"])
def test_on_a_disk_that_is_full_no_page_is_made_and_nothing_changes(tmp_path, left, ledger):
    with house(tmp_path) as made, disk(made) as small:
        small.pages.mkdir()
        (small.pages / "north.html").write_text(OLD)
        small.do("touch", made.out / ".run.lock")
        if ledger:
            small.do("cp", a_ledger(tmp_path), made.out)
        small.fill(but=left)
        before = small.files()
        said = small.run()
        assert said.code == 4
        told = said.errors.splitlines()[-1]
        assert told.startswith(f"Error: no page could be written. {made.out}")
        assert told.endswith("Free space, or choose another place.")
        assert {**small.files(), ".run.lock": b""} == before
        assert made.empties(), made.processes()


def test_in_a_folder_that_may_not_be_written_no_page_is_made_and_nothing_changes(tmp_path):
    with house(tmp_path) as made, disk(made) as small:
        small.pages.mkdir()
        (small.pages / "north.html").write_text(OLD)
        small.do("mount", "-o", "remount,ro", made.out)
        said = small.run()
        assert said.code == 4
        assert (
            f"Error: no page could be written. {made.out}/.run.lock: Read-only file system. Choose another place."
            in said.errors
        )
        assert small.files() == {f"{made.pages.name}/north.html": OLD.encode()}
        assert made.empties(), made.processes()


def test_a_ledger_that_may_only_be_read_still_tells_how_the_last_run_went(tmp_path):
    with house(tmp_path) as made, disk(made) as small:
        small.do("cp", a_ledger(tmp_path), made.out)
        small.do("mount", "-o", "remount,ro", made.out)
        told = small.status()
        assert (told["state"], told["exit_code"]) == ("done", 3)


def a_ledger(folder: Path) -> Path:
    """A ledger of one run, some pages of which failed."""
    with closing(Ledger(folder)) as ledger:
        ledger.begin({}, {"snapshot": "", "snapshot_hash": "", "as_of": "2026-09-30", "folder": ""})
        ledger.end("done", 3)
    return ledger.path
