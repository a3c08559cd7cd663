"""Lanes run jobs side by side, and a worker that dies takes only its own job with it."""

import os
from pathlib import Path

import pytest

from salesanalytics.report.kernels import Execution
from salesanalytics.report.lanes import Lanes
from salesanalytics.report.plan import Job


def job(name: str) -> Job:
    return Job(name, name, "c", Path("c.ipynb"), {}, Path("out.ipynb"))


def pretend(job: Job, *, timeout: int) -> Execution:
    """What a worker does with a job here: it dies, or fails, or says how long it may take."""
    if job.team == "dies":
        os._exit(1)
    if job.team == "fails":
        raise RuntimeError("a bug")
    print("noise")
    return Execution(job, True, None, float(timeout))


@pytest.mark.slow
def test_each_job_gets_its_answer_whatever_happens_to_the_others(tmp_path):
    with Lanes(2, timeout=7, log=tmp_path / "log", execute=pretend) as lanes:
        found = {execution.job.team: execution for execution in lanes.run([job(name) for name in ("a", "dies", "fails", "b")])}
    assert {team for team, execution in found.items() if execution.ok} == {"a", "b"}
    assert found["a"].seconds == 7.0
    assert found["dies"].error.kind == "the worker process died"
    assert str(found["fails"].error) == "c: RuntimeError: a bug"
    assert "noise" in (tmp_path / "log").read_text()


def test_no_jobs_need_no_worker(tmp_path):
    with Lanes(2, timeout=7, log=tmp_path / "log", execute=pretend) as lanes:
        assert list(lanes.run([])) == []
    assert not (tmp_path / "log").exists()
