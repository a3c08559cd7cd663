"""Our notebooks keep the house's rules and run as they are: in a run on the demo, by their defaults on almost no data.

With plain papermill one is executed by its defaults and one from the command line.
"""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
import pytest

from salesanalytics.data import snapshot
from salesanalytics.data.snapshot import Snapshot
from salesanalytics.data.snapshot.read import NOTE
from salesanalytics.show._catalogue import catalogue
from salesanalytics.show.blocks import MIME, leaves, load_block
from tests.busy import busy
from tests.commands import program
from tests.conftest import DEMO_DAY
from tests.data.snapshot.snapshot_parts import taken
from tests.tiny import OPPORTUNITY

NOTEBOOKS = sorted(Path("notebooks").glob("*.ipynb"))
COMPANY_NOTEBOOKS = [path for path in NOTEBOOKS if path.name.startswith("0_")]
TEAM_NOTEBOOKS = [path for path in NOTEBOOKS if path not in COMPANY_NOTEBOOKS]


def blocks(notebook: nbformat.NotebookNode) -> list[object]:
    """Every single block a notebook shows."""
    shown = [
        output.data[MIME] for cell in notebook.cells for output in cell.get("outputs", []) if MIME in output.get("data", {})
    ]
    return [leaf for one in shown for leaf in leaves(load_block(one))]


def test_they_keep_the_rules() -> None:
    found = subprocess.run([sys.executable, "scripts/check_notebooks.py"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_a_notebook_with_outputs_or_a_function_breaks_the_rules(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copytree("notebooks", tmp_path / "notebooks")
    shutil.copy("scripts/check_notebooks.py", tmp_path / "scripts")
    notebook = json.loads((tmp_path / "notebooks/6_dashboard.ipynb").read_text())
    code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    code["execution_count"] = 3
    notebook["cells"][-1]["source"] = "def helper():\n    return 1"
    notebook["cells"][-1]["cell_type"] = "code"
    (tmp_path / "notebooks/6_dashboard.ipynb").write_text(json.dumps(notebook))
    found = subprocess.run(
        [sys.executable, tmp_path / "scripts/check_notebooks.py"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 1
    assert "holds outputs or execution counts" in found.stderr
    assert "defines a function" in found.stderr


@dataclass(frozen=True)
class Real:
    """How the run ended, and the folder of its pages."""

    done: subprocess.CompletedProcess[str]
    folder: Path

    def notebook(self, path: Path) -> nbformat.NotebookNode:
        """A chapter as the run executed it, for the company or for north."""
        whose = "company" if path in COMPANY_NOTEBOOKS else "north"
        return nbformat.read(self.folder / "notebooks" / whose / path.name, 4)


def forked(path: Path, on: Snapshot, out: Path, **more: str) -> nbformat.NotebookNode:
    """Executed by our engine, which has imported everything once."""
    given = {"snapshot": str(on.path), **more}
    return papermill.execute_notebook(path, out / "out.ipynb", given, progress_bar=False, engine_name="salesanalytics")


@pytest.fixture(scope="module")
def real(demo_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Real:
    """The suite's one run of all our chapters on the whole demo company."""
    out = tmp_path_factory.mktemp("real")
    return Real(program("run", "--snapshot", demo_snapshot.path, "--team", "north", "--out", out), out / DEMO_DAY.isoformat())


@pytest.mark.slow
def test_a_run_writes_a_page_per_team_and_says_where(demo_snapshot: Snapshot, real: Real) -> None:
    assert real.done.returncode == 0, real.done.stderr
    page = (real.folder / "north.html").read_text("utf-8")
    assert real.done.stdout.strip().endswith(f"2 pages written to {real.folder}; start at {real.folder / 'index.html'}")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert "All 0 rows" not in page
    assert len(page) < 1_500_000
    assert 'alt="No description' not in page
    south = demo_snapshot.team("south").tables["rep"]["name"]
    north = set(demo_snapshot.team("north").tables["rep"]["name"])
    assert not [name for name in south if name not in north and name in page]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_on_the_demo_it_shows_pictures_findings_and_numbers(path: Path, real: Real) -> None:
    done = real.notebook(path)
    (named,) = [
        output.data["text/plain"] for cell in done.cells[:5] for output in cell.get("outputs", []) if NOTE in output.data
    ]
    assert named.split(" (")[0] == f"source, data to {DEMO_DAY}"
    kinds = {block.kind for block in blocks(done)}  # type: ignore[attr-defined]
    assert {"figure", "finding", "table"} <= kinds


@pytest.mark.slow
def test_beside_a_load_a_chapter_shows_what_it_shows_alone_with_plain_papermill(
    demo_snapshot: Snapshot, tmp_path: Path
) -> None:
    path = next(path for path in NOTEBOOKS if path.stem == "1_planning")  # the one that searches
    given = {"snapshot": str(demo_snapshot.path)}
    alone = papermill.execute_notebook(path, tmp_path / "alone.ipynb", given, progress_bar=False)
    with busy(each=1):
        beside = forked(path, demo_snapshot, tmp_path)
    assert [cell.get("outputs") for cell in beside.cells] == [cell.get("outputs") for cell in alone.cells]


@pytest.mark.slow
@pytest.mark.parametrize("path", TEAM_NOTEBOOKS, ids=lambda path: path.stem)
def test_it_says_in_one_line_what_is_missing_where_only_the_required_tables_are_there(path: Path, tmp_path: Path) -> None:
    open_deals = [
        {**row, "expected_close_date": "", "is_closed": row["stage"] in ("Won", "Lost"), "is_won": row["stage"] == "Won"}
        for row in OPPORTUNITY
    ]
    snap = taken(tmp_path, stage=None, opportunity=open_deals)
    done = forked(path, snap, tmp_path, locale="ro")  # the team is the default
    lines = [block.text for block in blocks(done) if block.kind == "missing"]  # type: ignore[attr-defined]
    asked = set(re.findall(r"analyses\.\w+\.(\w+) import", path.read_text()))
    words = catalogue("ro")
    said = [str(words[f"{question}.missing"].forms["other"][0]) for question in asked if f"{question}.missing" in words]
    assert [line for line in lines if line.startswith(tuple(said))]


@pytest.mark.slow
def test_a_params_file_works_with_plain_papermill_and_the_demo_is_made_on_request(tmp_path: Path) -> None:
    for name in ("notebooks", "params"):
        shutil.copytree(name, tmp_path / name)
    command = [
        sys.executable,
        "-m",
        "papermill",
        "notebooks/6_dashboard.ipynb",
        "out.ipynb",
        "-f",
        "params/romania.yaml",
        "-p",
        "snapshot",
        "demo",
        "--no-progress-bar",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "snapshots").iterdir()
    assert snapshot.open(made).source == "demo"
    assert "Unde se află" not in (tmp_path / "out.ipynb").read_text()  # prose is translated on the page, not in the notebook
    assert "câștigat" in (tmp_path / "out.ipynb").read_text()
