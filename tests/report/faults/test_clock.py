"""A clock that is set back: what is newer is told by number and by content, never by the hour."""

import os
import time

import pytest

from .house import house, library, take

pytestmark = pytest.mark.slow

# three days later than it is
AHEAD = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = ((int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime"))(clock, now);
    if (!failed && clock == CLOCK_REALTIME) now->tv_sec += 259200;
    return failed;
}
"""


def test_after_the_clock_was_set_back_new_data_still_replaces_old_and_status_tells_of_the_last_run(tmp_path):
    with house(tmp_path, north=1, south=2) as made:
        assert made.run("--jobs", 2, env=library(tmp_path, AHEAD)).code == 0
        first = made.status()
        later = time.time() + 259_200
        for path in (*made.out.rglob("*"), *made.snapshot.rglob("*")):
            os.utime(path, (later, later))

        take(made.snapshot, north=1, south=22)
        assert made.run("--jobs", 2).code == 0
        second = made.status()
        assert first["began"][:10] > second["began"][:10]
        assert (first["run"], second["run"]) == (1, 2)
        assert {team: page["state"] for team, page in second["pages"].items()} == {
            "": "done",
            "north": "reused",
            "south": "done",
        }
        assert "booked [22.0]" in made.page("south")
        assert made.executed() == {"": 2, "north": 1, "south": 2}
