"""Lanes call functions in workers side by side, and a worker that dies takes only its own call with it."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from salesanalytics.report.workers import WorkerDied
from salesanalytics.report.workers.calls import PendingCalls
from salesanalytics.report.workers.lanes import Lanes


def pretend(what: str) -> str:
    """What a worker does here: it dies, or fails, or says what it was asked."""
    if what == "exits":
        os._exit(3)
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "fails":
        raise RuntimeError("a bug")
    if what == "waits":
        time.sleep(600)
    print("noise")
    return what


def pid() -> int:
    return os.getpid()


@pytest.fixture(scope="module")
def lanes(tmp_path_factory):
    with Lanes(2, log=tmp_path_factory.mktemp("lanes") / "log") as found:
        yield found


@pytest.mark.slow
class TestLanes:
    def test_each_call_gets_its_answer_whatever_happens_to_the_others(self, lanes):
        futures = {what: lanes.submit(pretend, what) for what in ("a", "exits", "fails", "killed", "b")}
        assert futures["a"].result() == "a"
        assert futures["b"].result() == "b"
        with pytest.raises(RuntimeError, match="a bug"):
            futures["fails"].result()
        with pytest.raises(WorkerDied, match="exit code 3"):
            futures["exits"].result()
        with pytest.raises(WorkerDied, match="killed; perhaps memory ran out"):
            futures["killed"].result()

    def test_there_are_as_many_workers_as_lanes(self, lanes):
        workers = {lanes.submit(pid).result() for _ in range(8)}
        assert 1 <= len(workers) <= 2
        assert os.getpid() not in workers

    def test_an_urgent_call_goes_first(self, tmp_path):
        order = []
        with Lanes(1, log=tmp_path / "log") as lane:
            gate = threading.Event()
            first = lane.submit(pid)
            first.add_done_callback(lambda _: gate.wait(10))  # the lane's own thread: it takes up nothing meanwhile
            for name in ("late", "later"):
                lane.submit(pretend, name).add_done_callback(lambda future: order.append(future.result()))
            lane.submit(pretend, "urgent", urgent=True).add_done_callback(lambda future: order.append(future.result()))
            gate.set()
        assert order == ["urgent", "late", "later"]

    def test_a_call_that_takes_too_long_is_stopped_and_the_next_one_gets_a_new_worker(self, tmp_path, monkeypatch):
        with Lanes(1, log=tmp_path / "log") as lane:
            first = lane.submit(pid).result()
            monkeypatch.setattr(lane._lanes[0], "_longest", 0)  # no time at all, so that no clock decides
            with pytest.raises(WorkerDied, match="had not answered after 0 seconds and was stopped"):
                lane.submit(pretend, "waits").result()
            monkeypatch.setattr(lane._lanes[0], "_longest", None)
            assert lane.submit(pid).result() != first
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)

    def test_what_workers_print_goes_to_the_log(self, tmp_path, capfd):
        with Lanes(1, log=tmp_path / "log") as lane:
            lane.submit(pretend, "a").result()
        assert (tmp_path / "log").read_text() == "noise\n"
        assert capfd.readouterr().out == ""

    def test_an_interrupted_run_stops_its_workers_at_once(self, tmp_path):
        with pytest.raises(KeyboardInterrupt), Lanes(1, log=tmp_path / "log") as lane:  # noqa: PT012
            worker = lane.submit(pid).result()
            lane.submit(pretend, "waits")
            waiting = lane.submit(pretend, "a")
            raise KeyboardInterrupt
        assert waiting.cancelled()
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)

    def test_a_call_whose_worker_died_is_made_once_more(self, lanes, tmp_path):
        calls, ended = PendingCalls(lanes), []
        calls.send(lambda future: ended.append(future.result()), dies_once, str(tmp_path / "been"))
        calls.send(lambda future: ended.append(type(future.exception())), pretend, "exits")
        calls.run()
        assert sorted(map(str, ended)) == ["<class 'salesanalytics.report.workers.WorkerDied'>", "the second time"]


def dies_once(mark: str) -> str:
    if not Path(mark).exists():
        Path(mark).touch()
        os._exit(1)
    return "the second time"


def test_no_calls_need_no_worker(tmp_path):
    with Lanes(2, log=tmp_path / "log"):
        pass
    assert not (tmp_path / "log").exists()
