"""Runs that are cut off, disturbed, or joined by another: what was done stays done, and the next run puts the rest right."""

import signal

import pytest

from salesanalytics.report.run.ledger import read_last

from .house import ended, house, library, take, until

pytestmark = pytest.mark.slow

# one team's notebook starts processes, one in a session of its own, and waits until the test has done what it came to do
WAITS = """
import subprocess, time
if team == "waits":
    started = [subprocess.Popen(["sleep", "1000"]), subprocess.Popen(["sleep", "1001"], start_new_session=True)]
    subprocess.run("setsid sleep 1002 > /dev/null 2>&1 &", shell=True)
while team == "waits" and not os.path.exists("go"): time.sleep(0.02)
"""
# the power goes when a page's new content is on disk and not yet in its place
CUT = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int fsync(int handle) {
    char link[64], path[4096] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    if (readlink(link, path, sizeof path - 1) > 0 && strstr(path, "/.south-") && strstr(path, ".tmp")) raise(SIGKILL);
    return ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(handle);
}
"""


def states(made, *teams):
    """The states of these teams' pages, as one that reads along sees them."""
    run = read_last(made.out)
    return {page["state"] for page in run.pages if page["team"] in teams} if run else set()


def is_waiting(made):
    """Whether the team that waits is at it, and north's page is there."""
    return made.executed()["waits"] and states(made, "north") == {"done"}


def go(made):
    (made.notebooks / "go").touch()


def test_a_run_that_was_killed_leaves_no_process_and_is_resumed_where_it_was(tmp_path):
    with house(tmp_path, trouble=WAITS, north=1, waits=2) as made:
        running = made.start("--jobs", 2)
        assert until(lambda: is_waiting(made) and sum("sleep 100" in line for line in made.processes()) == 3)
        running.kill()
        assert ended(running).code == -signal.SIGKILL
        assert made.empties(), made.processes()
        cut = made.status()
        assert (cut["state"], cut["exit_code"]) == ("cut off", 4)
        assert {team: page["state"] for team, page in cut["pages"].items()} == {"": "done", "north": "done", "waits": "waiting"}
        assert "Call them" in made.page("north")
        go(made)
        assert made.run("--resume").code == 0
        assert made.executed() == {"": 1, "north": 1, "waits": 2}
        after = made.status()
        assert (after["state"], after["exit_code"], after["run"]) == ("done", 0, cut["run"])
        assert f"booked {made.deals('waits')}" in made.page("waits")
        assert made.empties(), made.processes()
        assert made.halves() == made.litter() == []
        nothing = made.run("--resume")
        assert nothing.code == 0
        assert "nothing to go on with" in nothing.out


def test_a_forced_run_killed_between_writing_a_page_and_putting_it_in_place_leaves_the_old_one(tmp_path):
    with house(tmp_path, north=1, south=2) as made:
        assert made.run("--jobs", 1).code == 0
        old = made.page("south")
        (made.notebooks / "executed").unlink()
        assert made.run("--jobs", 1, "--force", env=library(tmp_path, CUT)).code == -signal.SIGKILL
        assert made.empties(), made.processes()
        assert made.page("south") == old
        assert made.status()["state"] == "cut off"
        assert made.run("--resume").code == 0
        assert made.executed() == {"": 1, "north": 1, "south": 1}  # forced, and yet its own are not made twice
        assert made.halves() == []


def test_a_second_run_is_refused_and_a_snapshot_replaced_meanwhile_fails_what_comes_after(tmp_path):
    with house(tmp_path, trouble=WAITS, north=1, waits=2) as made:
        running = made.start("--jobs", 2)
        assert until(lambda: is_waiting(made))

        second = made.run("--jobs", 1)
        assert second.code == 1
        assert f"Error: Another run is at work in {made.out} (process {running.pid}, since" in second.errors.splitlines()[-1]
        now = made.status()
        assert (now["state"], now["exit_code"], now["run"]) == ("running", 0, 1)

        take(made.snapshot, north=11, waits=22)
        go(made)
        assert ended(running).code == 3
        after = made.status()
        assert (after["state"], after["pages"]["north"]["state"], after["pages"]["waits"]["state"]) == (
            "done",
            "done",
            "failed",
        )
        (error,) = after["pages"]["waits"]["errors"]
        assert error.startswith(f"6_dashboard: the snapshot changed: {made.snapshot} is not what it was when the run began")
        assert "booked [1.0]" in made.page("north")
        assert not (made.pages / "waits.html").exists()
        assert "the snapshot changed" in (made.pages / "waits.failed.html").read_text("utf-8")

        assert made.run("--resume", "--jobs", 2).code == 0
        assert "booked [11.0]" in made.page("north")
        assert "booked [22.0]" in made.page("waits")
        assert made.empties(), made.processes()
        assert made.halves() == []


def test_with_fail_fast_no_team_is_begun_once_a_failure_is_known(tmp_path):
    teams = dict.fromkeys(("north", *(f"team{at}" for at in range(8))), 1)
    with house(tmp_path, trouble="assert team != 'north', 'a bad day'", **teams) as made:
        assert made.run("--jobs", 1, "--fail-fast").code == 3  # the company's page is there
        begun = made.executed()
        assert begun[""] == begun["north"] == 1
        never = [team for team in teams if not begun[team]]
        assert len(never) >= 5  # one or the other may have been taken up before north's end was heard of
        told = made.status()["pages"]
        assert "a bad day" in told["north"]["errors"][0]
        for team in never:
            assert told[team]["state"] == "failed"
            assert told[team]["errors"] == ["the run: not made: an earlier page had failed, and --fail-fast was given"]
        assert made.empties(), made.processes()
        assert made.halves() == []
