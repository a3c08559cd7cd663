"""One run of many teams, most of whose notebooks do something terrible: each fails alone, for the reason that it has."""

import json

import pytest

from salesanalytics.show.blocks import MIME
from tests.report.report_parts import display, figure, finding

from .house import House, house

pytestmark = pytest.mark.slow

# what the third cell does, by team; all is well once there is a file `mended` beside the notebook
TROUBLE = """
import ctypes, signal, subprocess, time
trouble = "" if os.path.exists("mended") else team
if trouble == "killed": os.kill(os.getpid(), signal.SIGKILL)
if trouble == "exits": os._exit(0)
if trouble == "segfault": ctypes.string_at(0)
if trouble == "stopped": os.kill(os.getpid(), signal.SIGSTOP)
if trouble == "hungry": held = bytearray(900_000_000)
if trouble == "floods": print("x" * 10_000_000)
if trouble == "secret": raise ValueError("no deals at https://ana:hunter2@crm.example?token=hunter3 <b>")
if trouble == "parent":
    subprocess.Popen(["sleep", "1000"])
    subprocess.Popen(["sleep", "1001"], start_new_session=True)
while trouble == "loops": pass
"""
# what its last cell shows
SHOWS = f"""
if trouble == "bare": print("All is well")
elif trouble == "hollow": display({{{MIME!r}: {figure(svg="<svg></svg>").to_json()!r}}}, raw=True)
elif trouble == "silent":
    import matplotlib.pyplot
    matplotlib.pyplot.plot([1, 2])
else:
    {display(finding("Call them"), figure("Pace")).splitlines()[1]}
"""
IMPORT = "from IPython.display import display\n"
WELL = ("north", "floods", "parent")
FAILED = {
    "killed": "6_dashboard, cell 3: the kernel died: Python was killed within it",
    "exits": "6_dashboard, cell 3: the kernel died: Python ended within it with exit code 0",
    "segfault": "6_dashboard, cell 3: the kernel died: Python ended within it by signal 11",
    "loops": "6_dashboard, cell 3: took too long: the notebook ran longer than 5 seconds",
    "stopped": "6_dashboard, cell 3: took too long: the notebook ran longer than 5 seconds",
    "hungry": "6_dashboard, cell 3: MemoryError",
    "secret": "6_dashboard, cell 3: ValueError: no deals at https://•••@crm.example?token=•••",
    "bare": "6_dashboard: nothing to show: no cell displays a chart",
    "hollow": "6_dashboard, cell 5: empty picture",
    "silent": "6_dashboard, cell 5: picture without alt text",
}
OLD = '<meta name="date" content="2026-09-01"><p>The good page of {}'


class Ran:
    """The house after a run with all that trouble, and what was found there."""

    def __init__(self, made: House) -> None:
        self.house = made
        for team in FAILED:
            made.pages.mkdir(parents=True, exist_ok=True)
            (made.pages / f"{team}.html").write_text(OLD.format(team))
        self.said = made.run("--jobs", 3, "--timeout", 5, "--memory", 400)
        self.emptied = made.empties()
        self.status, self.executed, self.halves = made.status(), made.executed(), made.halves()
        self.litter = made.litter()
        self.files = {path.name: path.read_text("utf-8") for path in made.pages.glob("*.html")}
        self.notebooks = {str(path.relative_to(made.pages / "notebooks")): path for path in made.pages.rglob("*.ipynb")}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    teams = {team: 1000 + place for place, team in enumerate((*FAILED, *WELL))}
    with house(tmp_path_factory.mktemp("bad"), trouble=TROUBLE, shows=IMPORT + SHOWS, **teams) as made:
        yield Ran(made)


@pytest.fixture(scope="module")
def again(ran):
    """The house after the same run, once the notebook has been mended."""
    (ran.house.notebooks / "mended").touch()
    assert ran.house.run("--jobs", 2).code == 0
    return ran.house


class TestWhatFailed:
    @pytest.mark.parametrize("team", FAILED)
    def test_is_in_the_ledger_with_its_reason(self, ran, team):
        page = ran.status["pages"][team]
        assert page["state"] == "failed"
        (error,) = page["errors"]
        assert error.startswith(FAILED[team])

    @pytest.mark.parametrize("team", FAILED)
    def test_keeps_its_last_good_page(self, ran, team):
        assert ran.files[f"{team}.html"] == OLD.format(team)
        assert ran.status["pages"][team]["kept"] == "2026-09-01"

    @pytest.mark.parametrize("team", FAILED)
    def test_has_a_page_that_names_chapter_cell_and_error(self, ran, team):
        html = ran.files[f"{team}.failed.html"]
        told = FAILED[team].replace("6_dashboard, ", "").split(": ")
        for part in ("6_dashboard", *told[:2], f'href="{team}.html"'):
            assert part in html

    def test_says_so_in_the_terminal(self, ran):
        assert all(error in ran.said.out for error in FAILED.values())
        assert "Traceback" not in ran.said.out + ran.said.errors

    def test_gives_no_secret_away(self, ran):
        told = [ran.said.out, ran.said.errors, json.dumps(ran.status), *ran.files.values()]
        assert not [text for text in told if "hunter" in text]
        assert "<b>" not in ran.files["secret.failed.html"]

    def test_was_executed_once(self, ran):
        assert {ran.executed[team] for team in FAILED} == {1}

    def test_leaves_its_notebook_to_look_at_where_it_ran_at_all(self, ran):
        assert {name for name in ran.notebooks if ".failed" in name} == {f"{team}/6_dashboard.failed.ipynb" for team in FAILED}
        assert "ValueError" in ran.notebooks["secret/6_dashboard.failed.ipynb"].read_text("utf-8")


class TestWhatWorked:
    def test_has_pages_of_its_own_data(self, ran):
        for team in WELL:
            html = ran.files[f"{team}.html"]
            assert "Call them" in html
            assert f"booked {ran.house.deals(team)}" in html

    def test_is_in_the_ledger_and_in_the_exit_code(self, ran):
        assert ran.said.code == 3
        assert ran.status["state"] == "done"
        assert {team for team, page in ran.status["pages"].items() if page["state"] == "done"} == {"", *WELL}
        assert ran.status["chapters"] == {"done": 1 + len(WELL), "failed": len(FAILED)}

    def test_a_flood_of_text_is_cut(self, ran):
        assert len(ran.files["floods.html"]) < 100_000
        assert 1_000_000 < ran.notebooks["floods/6_dashboard.ipynb"].stat().st_size < 1_100_000

    def test_its_notebooks_name_no_kernel(self, ran):
        assert "kernelspec" not in (ran.house.notebooks / "6_dashboard.ipynb").read_text("utf-8")


class TestNothingIsLeft:
    def test_no_process(self, ran):
        assert ran.emptied, ran.house.processes()

    def test_no_half_written_file(self, ran):
        assert ran.halves == []

    def test_no_temporary_folder(self, ran):
        assert ran.litter == []

    def test_no_page_that_nobody_asked_for(self, ran):
        told = {f"{team}.failed.html" for team in FAILED}
        assert set(ran.files) == {"index.html", "company.html", *(f"{team}.html" for team in (*WELL, *FAILED)), *told}


class TestOnceMended:
    def test_only_what_had_failed_is_executed_and_all_is_well(self, ran, again):
        assert again.executed() == {"": 1} | dict.fromkeys(WELL, 1) | dict.fromkeys(FAILED, 2)
        states = {team: page["state"] for team, page in again.status()["pages"].items()}
        assert states == {"": "reused"} | dict.fromkeys(WELL, "reused") | dict.fromkeys(FAILED, "done")

    def test_pages_and_notebooks_of_failure_are_gone(self, again):
        assert [str(path) for path in again.pages.rglob("*.failed.*")] == []

    def test_pages_are_new(self, again):
        for team in FAILED:
            assert "Call them" in again.page(team)

    def test_nothing_is_left(self, again):
        assert again.empties(), again.processes()
        assert again.halves() == []
