"""A run with real kernels: pages for those that worked, reasons for those that did not, and nothing half done."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from salesanalytics.params import TeamParams
from salesanalytics.report.page_result import PageResult
from salesanalytics.report.plan import Plan, plan
from salesanalytics.report.run.publish import publish
from salesanalytics.report.run.result import Progress, RunResult
from salesanalytics.report.run.run import Options, run
from tests.report.report_parts import code, display, figure, finding, md, snapshot, strip, write

PARAMETERS = 'snapshot: str = ""\nteam: str = ""\nas_of: str = ""\nlocale: str = "en"'
TROUBLE = """
import os, time
if team == "broken": raise ValueError("no deals at https://ana:hunter2@crm.example")
if team == "dead": os._exit(9)
if os.path.exists(f"{snapshot}/started"): open(f"{snapshot}/started", "w").write("here I am")
if team == "slow": time.sleep(60)
"""


def planned(folder: Path, *teams: str) -> Plan:
    """A run of two small notebooks whose cells have no kernel metadata; what happens depends on the team."""
    notebooks = folder / "note {books}"
    write(notebooks / "0_company.ipynb", md("# Company"), code(PARAMETERS, "parameters"), code(display(figure("All teams"))))
    write(
        notebooks / "6_dashboard.ipynb",
        md("# How are we doing?"),
        code(PARAMETERS, "parameters"),
        code(TROUBLE),
        code(display(strip()), "headline"),
        code('if team != "bare":\n    ' + display(finding("Call them"), figure("Pace")).replace("\n", "\n    ")),
        code("print(team, as_of, os.environ['OMP_NUM_THREADS'])"),
    )
    source = snapshot(*teams, path=folder)
    return plan(source, [TeamParams(team=team) for team in teams], notebooks, folder / "out")


class Ran:
    def __init__(self, folder: Path) -> None:
        self.steps: list[Progress] = []
        self.plan = planned(folder, "EMEA/North", "broken", "dead", "slow")
        self.folder = self.plan.folder
        (self.folder / "broken.html").parent.mkdir(parents=True)
        (self.folder / "broken.html").write_text("last week's page")
        self.result: RunResult = run(self.plan, Options(jobs=2, timeout=4), progress=self.steps.append)
        self.team: dict[str, PageResult] = {page.team: page for page in self.result.pages}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return Ran(tmp_path_factory.mktemp("run"))


@pytest.mark.slow
class TestARun:
    def test_pages_are_written_for_the_teams_that_worked(self, ran):
        assert [page.team for page in ran.result.pages if page.ok] == ["", "EMEA/North"]
        html = ran.team["EMEA/North"].page.read_text("utf-8")
        assert "Call them" in html
        assert "EMEA/North 2026-09-30 1" in html  # its own parameters, one BLAS thread
        assert ran.team["EMEA/North"].bytes == len(html.encode())

    def test_some_pages_failed(self, ran):
        assert ran.result.exit_code == 3

    def test_an_error_names_the_cell_of_the_notebook_and_no_password(self, ran):
        assert [str(error) for error in ran.team["broken"].errors] == [
            "6_dashboard, cell 3: ValueError: no deals at https://•••@crm.example"
        ]

    def test_a_page_that_failed_leaves_the_old_one_in_its_place(self, ran):
        assert ran.team["broken"].page.read_text() == "last week's page"
        assert ran.team["broken"].kept is not None

    def test_a_kernel_that_dies_fails_its_team_only(self, ran):
        (error,) = ran.team["dead"].errors
        assert (error.cell, error.kind) == (3, "the kernel died")
        assert not ran.team["dead"].page.exists()

    def test_a_cell_that_never_ends_is_stopped(self, ran):
        (error,) = ran.team["slow"].errors
        assert str(error) == "6_dashboard, cell 3: took too long: the notebook ran longer than 4 seconds"

    def test_executed_notebooks_are_kept_beside_the_pages(self, ran):
        kept = sorted(str(path.relative_to(ran.folder)) for path in (ran.folder / "notebooks").rglob("*.ipynb"))
        north = ran.team["EMEA/North"].page.stem
        assert kept == [
            "notebooks/broken/6_dashboard.failed.ipynb", "notebooks/company/0_company.ipynb",
            "notebooks/dead/6_dashboard.failed.ipynb", f"notebooks/{north}/6_dashboard.ipynb",
            "notebooks/slow/6_dashboard.failed.ipynb",
        ]  # fmt: skip

    def test_notebooks_and_tables_handed_over_are_for_their_owner_alone(self, ran):
        assert {folder: (ran.folder / folder).stat().st_mode & 0o777 for folder in ("notebooks", "handover")} == {
            "notebooks": 0o700,
            "handover": 0o700,
        }

    def test_the_index_lists_all(self, ran):
        html = ran.result.index.read_text("utf-8")
        for text in ("company.html", "Emea/North", "the page from", "cell 3", "2 of 5 pages are ready"):
            assert text in html

    def test_progress_counts_every_notebook_and_the_company_comes_first(self, ran):
        assert [(step.done, step.total) for step in ran.steps] == [(n, 5) for n in range(1, 6)]
        assert ran.steps[0].chapter == "0_company"
        assert {step.team for step in ran.steps if step.ok} == {"", "EMEA/North"}

    def test_a_page_beside_the_old_one_says_what_failed_and_where(self, ran):
        html = ran.team["broken"].told.read_text("utf-8")
        for text in ("6_dashboard, cell 3", "ValueError", "https://•••@crm.example", 'href="broken.html"', "notebooks/broken"):
            assert text in html
        assert "hunter2" not in html

    def test_what_kernels_say_goes_to_a_file(self, ran, capfd):
        assert (ran.folder / "notebooks" / "kernels.log").exists()
        assert capfd.readouterr().err == ""

    def test_nothing_else_is_left(self, ran):
        assert sorted(path.name for path in ran.folder.iterdir() if path.is_file()) == [
            "broken.failed.html", "broken.html", "company.html", "dead.failed.html", ran.team["EMEA/North"].page.name,
            "index.html", "slow.failed.html",
        ]  # fmt: skip


@pytest.mark.slow
def test_a_chapter_that_ran_but_shows_nothing_of_its_own_and_a_disk_that_is_full_fail(tmp_path):
    made = planned(tmp_path, "bare", "north")
    dashboard = made.teams[0].jobs[0].notebook
    write(
        dashboard,
        md("# x"),
        code(PARAMETERS, "parameters"),
        code(f'if team == "north":\n    {display(strip())}'.replace("\nd", "\n    d")),
    )
    write(made.company.notebook, code(PARAMETERS, "parameters"), code("1 / 0"))

    def full(path: Path, text: str) -> None:
        if path.name == "north.html":
            raise OSError(28, "No space left on device")
        publish(path, text)

    result = run(made, Options(jobs=1), publish=full)
    bare, north = result.teams
    assert bare.errors[0].kind == "nothing to show"
    assert str(north.errors[0]) == "the page: OSError: [Errno 28] No space left on device"
    assert not north.page.exists()
    assert str(result.company.errors[0]) == "0_company, cell 2: ZeroDivisionError: division by zero"
    assert result.exit_code == 4
    assert result.index.exists()


INTERRUPTED = """
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # started in the background, a process inherits that it is ignored
sys.path[:0] = {path!r}
from tests.report.run.test_run import Options, planned, run

if __name__ == "__main__":
    run(planned(Path({folder!r}), "slow"), Options(jobs=1))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupted_run_leaves_no_process_behind(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED.format(path=sys.path, folder=str(tmp_path)))
    os.mkfifo(tmp_path / "started")
    started = os.open(tmp_path / "started", os.O_RDONLY | os.O_NONBLOCK)
    process = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.PIPE, start_new_session=True)
    assert select.select([started], [], [], 60)[0], "the cell never started"
    assert running(tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    os.close(started)
    assert b"KeyboardInterrupt" in said
    assert running(tmp_path) == []


def running(folder: Path) -> list[str]:
    """Processes that work in `folder`: kernels do."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink().is_relative_to(folder):
                found.append((entry / "cmdline").read_text())
        except OSError:
            continue
    return found
