"""Dask workers started on this machine answer calls as lanes do."""

from pathlib import Path

import pytest

from salesanalytics.report.workers import WorkerDied
from salesanalytics.report.workers.dask import DaskWorkers
from tests.report.workers.dask_parts import answer, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    with DaskWorkers("local:1", log=tmp_path_factory.mktemp("log") / "log", longest=60) as found:
        yield found


class TestWorkersStartedHere:
    def test_each_call_gets_its_answer_whatever_happens_to_the_others(self, workers):
        futures = {what: workers.submit(answer, what) for what in ("a", "fails", "b")}
        assert (futures["a"].result(30), futures["b"].result(30)) == ("a", "b")
        with pytest.raises(LookupError, match="a bug"):
            futures["fails"].result(30)

    def test_a_call_that_was_urgent_overtakes_those_that_wait(self, workers, tmp_path):
        gate, order = tmp_path / "gate", []
        first = workers.submit(_wait_for, str(gate))
        names = [*map(str, range(6)), "urgent"]
        for name in names:
            future = workers.submit(answer, name, urgent=name == "urgent")
            future.add_done_callback(lambda future: order.append(future.result()))
        until(lambda: known(workers) == 8, 20)
        gate.touch()
        first.result(30)
        until(lambda: len(order) == 7)
        assert order.index("urgent") <= 1  # one may have been sent to the worker already

    def test_a_call_taken_back_is_not_made(self, workers, tmp_path):
        gate = tmp_path / "gate"
        first, second = workers.submit(_wait_for, str(gate)), workers.submit(_touch, str(tmp_path / "touched"))
        until(lambda: known(workers) == 2, 20)
        assert second.cancel()
        until(lambda: known(workers) == 1, 20)
        gate.touch()
        first.result(30)
        assert workers.submit(answer, "a").result(30) == "a"
        assert not (tmp_path / "touched").exists()

    def test_a_call_that_kills_workers_is_dropped_and_others_are_not(self, workers):
        dying = workers.submit(answer, "dies")
        with pytest.raises(WorkerDied, match="it killed 2 Dask workers"):
            dying.result(60)
        assert workers.submit(answer, "a").result(60) == "a"

    def test_a_call_that_takes_far_too_long_is_ended(self, workers, monkeypatch):
        monkeypatch.setattr(workers, "_longest", 0.5)
        with pytest.raises(WorkerDied):
            workers.submit(answer, "waits").result(60)


def known(workers: DaskWorkers) -> int:
    """How many calls the scheduler has and has not answered, once its workers have heard of them."""
    workers._client.run(int)
    return workers._client.run_on_scheduler(
        lambda dask_scheduler: sum(task.state not in ("memory", "erred") for task in dask_scheduler.tasks.values())
    )


def _wait_for(file: str) -> None:
    until(lambda: Path(file).exists(), 30)


def _touch(file: str) -> None:
    Path(file).touch()
