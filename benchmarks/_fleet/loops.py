"""The other ways to make the same reports, each in a process of its own.

    python loops.py WAY SNAPSHOT OUT PHASES TEAM…

    cli    papermill and nbconvert from the command line, a process each per chapter
    api    papermill and one nbconvert exporter within this process, plain kernels
    floor  no Jupyter: the cells in this process, which has done the same round once before

Writes what was used at the end of each phase (ready, company, teams) to the file PHASES. Chapters of `cli` and `api` become
HTML one by one; `floor` puts them together to the pages that `salesanalytics run` makes.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from salesanalytics import workspace
from salesanalytics.data import snapshot as snapshots
from salesanalytics.params import params_for
from salesanalytics.report.plan import Job, Plan, TeamPlan, plan

Make = Callable[[Plan, TeamPlan | None], None]


def planned(snapshot: Path, out: Path, teams: Sequence[str]) -> Plan:
    """What `salesanalytics run` would do for `teams`."""
    opened = snapshots.open(snapshot)
    params = params_for(workspace.home() / "params", opened.teams, strict=False)
    return plan(opened, [one for one in params if one.team in teams], workspace.home() / "notebooks", out)


def cli() -> Make:
    """A process per chapter to execute it, another to make HTML of it."""
    binaries = Path(sys.executable).parent

    def execute(job: Job) -> None:
        job.output.parent.mkdir(parents=True, exist_ok=True)
        params = job.output.with_suffix(".yaml")
        params.write_text(json.dumps(dict(job.parameters)))
        within = ("--cwd", job.notebook.parent)
        subprocess.run([binaries / "papermill", job.notebook, job.output, "-f", params, *within], check=True)
        subprocess.run([binaries / "jupyter", "nbconvert", "--to", "html", job.output], check=True)

    return _chapter_by_chapter(execute)


def api() -> Make:
    """Plain kernels, one exporter for all."""
    from nbconvert import HTMLExporter
    from papermill import execute_notebook

    make: Any = HTMLExporter
    exporter = make()

    def execute(job: Job) -> None:
        job.output.parent.mkdir(parents=True, exist_ok=True)
        done = execute_notebook(
            str(job.notebook), str(job.output), parameters=dict(job.parameters), cwd=job.notebook.parent, progress_bar=False
        )
        html, _ = exporter.from_notebook_node(done)
        job.output.with_suffix(".html").write_text(html, "utf-8")

    return _chapter_by_chapter(execute)


def floor() -> Make:
    """The same pages from the same code, without a kernel."""
    from floor import execute

    from salesanalytics.report.page.page import company_page, team_page

    def make(work: Plan, team: TeamPlan | None) -> None:
        jobs = _jobs(work, team)
        done = {job.chapter: execute(job) for job in jobs}
        if team:
            page, html = team.page, team_page(team, work.about, done)
        else:
            page, html = work.pages[0].page, company_page(work.locale, work.about, jobs[0].chapter, done[jobs[0].chapter])
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(html, "utf-8")

    return make


def _chapter_by_chapter(execute: Callable[[Job], None]) -> Make:
    def make(work: Plan, team: TeamPlan | None) -> None:
        for job in _jobs(work, team):
            execute(job)

    return make


def _jobs(work: Plan, team: TeamPlan | None) -> Sequence[Job]:
    return team.jobs if team else (work.company,) if work.company else ()


def main(way: str, snapshot: str, out: str, phases: str, *teams: str) -> None:
    """Make the company's chapter once and the teams' reports, in the way asked for."""
    work = planned(Path(snapshot), Path(out), teams)
    make = {"cli": cli, "api": api, "floor": floor}[way]()
    if way == "floor":
        for team in (None, *work.teams):
            make(work, team)
    found = {"ready": _used()}
    make(work, None)
    found["company"] = _used()
    for team in work.teams:
        make(work, team)
    found["teams"] = _used()
    Path(phases).write_text(json.dumps(found))


def _used() -> dict[str, float]:
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"wall": time.monotonic(), "cpu": sum(part.ru_utime + part.ru_stime for part in parts)}


if __name__ == "__main__":
    main(*sys.argv[1:])
    os._exit(0)  # taking a large process apart costs half a second, which is nobody's report
