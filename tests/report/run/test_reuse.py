"""A result is used again where all it was made from is the same: keys change with each part of that, and nothing else."""

import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesanalytics
from salesanalytics.base.brand import Brand
from salesanalytics.data import snapshot as snapshots
from salesanalytics.data.snapshot.handover import HANDOVER
from salesanalytics.params import TeamParams
from salesanalytics.report.plan import Job, Plan, plan
from salesanalytics.report.run.reuse import chapter_key, company_key, hash_text, is_there, page_key
from tests.report.faults.house import House, house, take, write_chapters


class Company:
    """A snapshot and chapters in a folder, and the keys of what is made of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        take(folder / "snapshot", north=1, south=2)
        write_chapters(folder / "notebooks")

    def plan(self, **params: object) -> Plan:
        opened = snapshots.open(self.folder / "snapshot")
        chosen = [TeamParams(team=team.team_id, **params) for team in opened.teams]
        return plan(opened, chosen, self.folder / "notebooks", self.folder / "out")

    def keys(self, **params: object) -> dict[str, str]:
        """The key of the company's chapter and of each team's, as a run works them out."""
        made = self.plan(**params)
        found = {"": chapter_key(made.company, made.snapshot.fingerprint(), {})}
        for team in made.teams:
            tables = made.snapshot.handed_over(self.folder / "snapshot/handover", team.as_of)
            found[team.team] = chapter_key(team.jobs[0], made.snapshot.fingerprint(team.team, team.as_of), tables)
        return found


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path)


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    assert before.keys() == after.keys()
    return {team for team, key in before.items() if after[team] != key}


ALL, TEAMS = {"", "north", "south"}, {"north", "south"}


class TestAChaptersKey:
    def test_is_the_same_for_the_same(self, company):
        before = company.keys()
        assert company.keys() == before
        take(company.folder / "snapshot", north=1, south=2)  # taken again, with other times and the same rows
        assert company.keys() == before
        assert len(set(before.values())) == 3

    def test_does_not_depend_on_where_things_lie(self, company, tmp_path):
        before = company.keys()
        shutil.move(tmp_path / "snapshot", tmp_path / "moved/snapshot")
        shutil.move(tmp_path / "notebooks", tmp_path / "moved/notebooks")
        company.folder = tmp_path / "moved"
        assert company.keys() == before

    def test_changes_with_the_teams_own_data_and_not_with_anothers(self, company):
        before = company.keys()
        take(company.folder / "snapshot", north=1, south=99)
        assert changed(before, company.keys()) == {"", "south"}

    def test_for_an_earlier_day_changes_with_anybodys_data(self, company):
        before = company.keys(as_of=date(2026, 9, 1))  # who was in the team then, all tables tell together
        take(company.folder / "snapshot", north=1, south=99)
        assert changed(before, company.keys(as_of=date(2026, 9, 1))) == ALL

    def test_changes_with_the_notebook(self, company):
        before = company.keys()
        notebook = company.folder / "notebooks/6_dashboard.ipynb"
        notebook.write_text(notebook.read_text().replace("How are we doing?", "How are we?"))
        assert changed(before, company.keys()) == TEAMS

    def test_changes_with_a_module_beside_the_notebook(self, company):
        before = company.keys()
        module = company.folder / "notebooks/rates.py"
        module.write_text("RATE = 1")
        first = company.keys()
        module.write_text("RATE = 22")
        assert changed(before, first) == changed(first, company.keys()) == ALL

    def test_changes_with_its_parameters(self, company):
        assert changed(company.keys(), company.keys(locale="ro")) == TEAMS  # the company goes by its own
        assert changed(company.keys(), company.keys(as_of=date(2026, 9, 1))) == TEAMS

    def test_does_not_change_with_parameters_it_does_not_take(self, company):
        assert changed(company.keys(), company.keys(title="Another name")) == set()

    def test_changes_with_the_tables_that_are_handed_over(self, company):
        opened, before = snapshots.open(company.folder / "snapshot"), company.keys()
        frame = pd.DataFrame({column: [1, 2] for column in HANDOVER["funnel"].columns})
        opened.company().hand_over("funnel", frame)
        first = company.keys()
        opened.company().hand_over("funnel", frame.head(1))
        second = company.keys()
        shutil.rmtree(opened.path / "handover")
        assert changed(before, first) == changed(first, second) == TEAMS
        assert company.keys() == before

    def test_changes_with_the_packages_own_files_and_not_with_others(self, tmp_path):
        package = Path(salesanalytics.__file__).parent
        copied = shutil.copytree(package, tmp_path / "salesanalytics", ignore=shutil.ignore_patterns("__pycache__"))

        def code() -> str:
            program = "from salesanalytics.report.run.reuse import code; print(code())"
            found = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
            return found.stdout

        def add(name: str) -> None:
            with (copied / name).open("a") as file:
                file.write("\n")

        seen = [code()]
        for name in (
            "show/charts/lines.py",
            "report/page/templates/page.css",
            "report/page/templates/page.html.j2",
            "words/en/page.yaml",
            "models/sentiment/general.npz",
        ):
            add(name)
            seen.append(code())
        assert len(set(seen)) == len(seen)
        add("notes.txt")
        assert code() == seen[-1]


VALUES = st.dictionaries(st.sampled_from(["team", "locale", "snapshot", "title"]), st.text(max_size=5))


@settings(max_examples=25, deadline=None)
@given(one=VALUES, other=VALUES)
def test_keys_are_equal_exactly_where_parameters_are_but_for_the_snapshots_place(one, other):
    job = Job("t", "t", "6", Path(__file__), {}, Path("x"))
    first, second = (chapter_key(replace(job, parameters=values), "data", {}) for values in (one, other))
    for values in (one, other):
        values.pop("snapshot", None)
    assert (first == second) == (one == other)


class TestAPagesKey:
    def test_changes_with_every_chapter_and_with_what_the_page_says_of_itself(self, company):
        made = company.plan()
        north, south = made.teams
        key = page_key(north, made.about, ["a", "b"])
        assert page_key(north, made.about, ["a", "b"]) == key
        others = [
            page_key(north, made.about, ["a", "c"]), page_key(north, made.about, ["b", "a"]),
            page_key(south, made.about, ["a", "b"]),
            page_key(replace(north, name="Nord"), made.about, ["a", "b"]),
            page_key(north, replace(made.about, currency="RON"), ["a", "b"]),
            page_key(north, replace(made.about, brand=Brand(logo="data:,")), ["a", "b"]),
            page_key(north, replace(made.about, quality={"rows_quarantined": 1}), ["a", "b"]),
            page_key(company.plan(locale="ro").teams[0], made.about, ["a", "b"]),
            company_key("en", made.about, "a"), company_key("ro", made.about, "a"), company_key("en", made.about, "b"),
            company_key("en", replace(made.about, brand=Brand(accent="#00707a")), "a"),
        ]  # fmt: skip
        assert len({key, *others}) == 1 + len(others)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_a_file_is_there_where_it_is_the_one_that_was_written(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("there") / "page.html"
    assert not is_there(file, hash_text(text))
    file.write_bytes(text.encode())
    assert is_there(file, hash_text(text))
    file.write_bytes(text.encode() + b" ")
    assert not is_there(file, hash_text(text))


HANDS_OVER = """
import pandas
from salesanalytics.data.snapshot.handover import HANDOVER
from salesanalytics.workspace import open_company
frame = pandas.DataFrame({column: [1] for column in HANDOVER["funnel"].columns})
open_company(snapshot, as_of).hand_over("funnel", frame)
"""


def states(made: House) -> dict[str, str]:
    return {team: page["state"] for team, page in made.status()["pages"].items()}


@pytest.mark.slow
def test_a_run_makes_anew_what_was_removed_or_edited_and_with_force_everything(tmp_path):
    with house(tmp_path, company=HANDS_OVER, north=1, south=2) as made:
        assert made.run("--jobs", 2).code == 0
        assert [file.name for file in made.pages.glob("handover/*/*")] == ["funnel.parquet"]
        assert not (made.snapshot / "handover").exists()  # it may be read-only
        whole = {path: path.read_bytes() for path in made.pages.glob("*.html") if path.stem != "index"}

        (made.pages / "north.html").unlink()
        with (made.pages / "notebooks/south/6_dashboard.ipynb").open("a") as file:
            file.write(" ")
        assert made.run("--jobs", 2).code == 0
        assert made.executed() == {"": 1, "north": 1, "south": 2}
        assert states(made) == {"": "reused", "north": "done", "south": "done"}
        for path in (made.pages / "company.html", made.pages / "north.html"):
            assert path.read_bytes() == whole[path]

        log = made.pages / "notebooks/kernels.log"
        log.unlink()
        again = made.run("--jobs", 2)
        assert (again.code, set(states(made).values())) == (0, {"reused"})
        assert "unchanged" in again.out
        assert not log.exists()  # no worker and no fork server was started
        assert made.executed()["south"] == 2

        write_chapters(made.notebooks)  # the company's chapter hands nothing over any more
        assert made.run("--jobs", 2, "--force").code == 0
        assert made.executed() == {"": 2, "north": 2, "south": 3}
        assert set(states(made).values()) == {"done"}
        assert not list(made.pages.glob("handover/*/*")), "a table that is no longer handed over is still there"
        assert made.empties(), made.processes()
        assert made.halves() == []


SAYS_ITS_LANGUAGE = """
import pandas
from salesanalytics.data.snapshot.handover import HANDOVER
from salesanalytics.workspace import open_company
frame = pandas.DataFrame({column: [locale] for column in HANDOVER["funnel"].columns})
open_company(snapshot, as_of).hand_over("funnel", frame)
"""
READS_IT = """
from salesanalytics.workspace import open_team
print("the company said", *open_team(snapshot, team, as_of).handover("funnel")["stage"])
"""


@pytest.mark.slow
def test_two_runs_on_one_snapshot_know_nothing_of_each_other(tmp_path):
    with house(tmp_path, company=SAYS_ITS_LANGUAGE, trouble=READS_IT) as made:
        outs = {"en": made.out, "ro": tmp_path / "other"}
        for locale in outs:
            (tmp_path / locale).mkdir()
            (tmp_path / locale / "_defaults.yaml").write_text(f"locale: {locale}\n")
        for locale in ("en", "ro", "en"):
            made.out = outs[locale]
            assert made.run("--params", tmp_path / locale).code == 0
            assert f"the company said {locale}" in made.page("north")
        assert made.executed() == {"": 2, "north": 2}


SPOILS = """
import os, pathlib
from salesanalytics.workspace import open_team
if team == "north":
    for file in pathlib.Path(os.environ["SALESANALYTICS_HANDOVER"]).glob("*/funnel.parquet"):
        file.write_bytes(b"spoilt")
else:
    os.environ.pop("SALESANALYTICS_ONLY_TEAM")
    open_team(snapshot, "north")
"""


@pytest.mark.slow
def test_a_team_that_changes_what_was_handed_over_or_reaches_for_anothers_rows_gets_no_page(tmp_path):
    with house(tmp_path, company=HANDS_OVER, trouble=SPOILS, north=1, south=2) as made:
        done = made.run()
        assert done.code == 3
        assert "the company's tables changed" in done.out
        assert "for the page of team 'south' and asked for the rows of team 'north'" in done.out
        assert not {"north.html", "south.html"} & {file.name for file in made.pages.iterdir()}
