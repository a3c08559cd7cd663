"""A plan says what will run for whom, and finds every reason why it cannot."""

import os
from datetime import date
from pathlib import Path

import pytest

from salesanalytics.base.brand import Brand
from salesanalytics.base.team import TeamInfo
from salesanalytics.errors import RunError
from salesanalytics.params import Params, TeamParams
from salesanalytics.report.chapter import declared_parameters, own_parameters
from salesanalytics.report.plan import plan

from .report_parts import FakeSnapshot, code, md, snapshot, write

PARAMETERS = 'snapshot: str = ""  # newest\nteam: str = "north"\nas_of = ""\nlocale: str = "en"\n'


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    for name in ("6_dashboard", "0_company", "5_evaluating"):
        write(folder / f"{name}.ipynb", md(f"# {name}"), code(PARAMETERS, "parameters"))
    write(folder / "scratch.ipynb", md("# not a chapter"))
    return folder


def params(*teams: str, **more: object) -> list[TeamParams]:
    return [TeamParams(team=team, **more) for team in teams]  # type: ignore[arg-type]


def test_the_company_runs_once_and_every_chapter_for_every_team(notebooks, tmp_path):
    made = plan(snapshot("north", "south"), params("north", "south"), notebooks, tmp_path / "out")
    assert made.company is not None
    assert made.company.chapter == "0_company"
    assert [(job.team, job.chapter) for team in made.teams for job in team.jobs] == [
        ("north", "5_evaluating"), ("north", "6_dashboard"), ("south", "5_evaluating"), ("south", "6_dashboard"),
    ]  # fmt: skip
    assert made.jobs == 5


def test_outputs_lie_in_the_folder_of_the_day(notebooks, tmp_path):
    made = plan(snapshot("north"), params("north"), notebooks, tmp_path / "out")
    (team,) = made.teams
    day = tmp_path / "out" / "2026-09-30"
    assert team.page == day / "north.html"
    assert team.jobs[1].output == day / "notebooks" / "north" / "6_dashboard.ipynb"
    assert made.company is not None
    assert made.company.output == day / "notebooks" / "company" / "0_company.ipynb"


def test_a_notebook_gets_only_the_parameters_it_declares(notebooks, tmp_path):
    made = plan(snapshot("north", path=tmp_path), params("north", title="The North"), notebooks, tmp_path)
    assert made.teams[0].jobs[0].parameters == {
        "snapshot": str(tmp_path), "team": "north", "as_of": "2026-09-30", "locale": "en",
    }  # fmt: skip


def test_period_and_fiscal_year_are_passed_to_those_who_ask(tmp_path):
    own = f"{PARAMETERS}period: str = 'quarter'\nfiscal_year_start: int = 1"
    write(tmp_path / "6_dashboard.ipynb", code(own, "parameters"))
    made = plan(snapshot("north"), params("north", period="month", fiscal_year_start=4), tmp_path, tmp_path)
    given = made.teams[0].jobs[0].parameters
    assert (given["period"], given["fiscal_year_start"]) == ("month", 4)


def test_a_notebook_whose_parameters_cell_lost_its_tag_is_refused(notebooks, tmp_path):
    for name in ("0_company", "6_dashboard"):
        write(notebooks / f"{name}.ipynb", code(PARAMETERS))
    with pytest.raises(RunError, match=r"(?s)0_company\.ipynb has no cell tagged `parameters`.*6_dashboard\.ipynb has no cell"):
        plan(snapshot("north"), params("north"), notebooks, tmp_path)


def test_a_notebook_that_does_not_take_what_a_file_sets_is_refused_even_the_companys(notebooks, tmp_path):
    said = r"does not declare period, fiscal_year_start, which the run sets or a params file does.*Add them to its cell tagged"
    with pytest.raises(RunError, match=rf"5_evaluating\.ipynb {said}"):
        plan(snapshot("north"), params("north", period="month", fiscal_year_start=2), notebooks, tmp_path)
    with pytest.raises(RunError, match=r"0_company\.ipynb does not declare period, which"):
        plan(snapshot("north"), params("north"), notebooks, tmp_path, Params(period="month"))
    write(notebooks / "5_evaluating.ipynb", code(PARAMETERS.replace("team", "crew"), "parameters"))
    with pytest.raises(RunError, match=r"5_evaluating\.ipynb does not declare team, which the run sets, so"):
        plan(snapshot("north"), params("north"), notebooks, tmp_path)


def test_parameters_of_a_notebooks_own_reach_it_alone(notebooks, tmp_path):
    write(notebooks / "6_dashboard.ipynb", code(f"{PARAMETERS}discount: float = 0.1\ntop = 3", "parameters"))
    assert own_parameters(notebooks) == {"discount": "float", "top": "int"}
    made = plan(snapshot("north"), params("north", own={"discount": 0.2}), notebooks, tmp_path)
    first, second = made.teams[0].jobs
    assert "discount" not in first.parameters
    assert second.parameters["discount"] == 0.2


def test_the_company_goes_by_its_own_parameters_and_not_by_a_teams(notebooks, tmp_path):
    own = f"{PARAMETERS}period: str = 'quarter'\nfiscal_year_start: int = 1"
    for file in notebooks.glob("[0-9]_*.ipynb"):
        write(file, code(own, "parameters"))
    teams = params("north", fiscal_year_start=2, period="month", locale="ro") + params("south")
    company = Params(as_of=date(2026, 6, 30), fiscal_year_start=1)
    made = plan(snapshot("north", "south"), teams, notebooks, tmp_path, company)
    assert made.company is not None
    given = made.company.parameters
    assert (given["fiscal_year_start"], given["period"], given["locale"], given["as_of"]) == (1, "quarter", "en", "2026-06-30")
    assert (made.folder.name, made.about.as_of, made.about.last_day) == ("2026-06-30", date(2026, 6, 30), date(2026, 9, 30))
    with pytest.raises(RunError, match=r"_defaults\.yaml: as_of 2026-12-01 is after the data, which ends on 2026-09-30"):
        plan(snapshot("north"), params("north"), notebooks, tmp_path, Params(as_of=date(2026, 12, 1)))


def test_a_team_may_look_at_an_earlier_day(notebooks, tmp_path):
    made = plan(snapshot("north"), params("north", as_of=date(2026, 6, 30)), notebooks, tmp_path)
    assert made.teams[0].as_of == date(2026, 6, 30)
    assert made.teams[0].jobs[0].parameters["as_of"] == "2026-06-30"
    assert made.company is not None
    assert made.company.parameters["as_of"] == "2026-09-30"


def test_a_team_is_found_by_id_or_by_name(notebooks, tmp_path):
    made = plan(snapshot("north", "south"), params("North", "south"), notebooks, tmp_path)
    assert [team.team for team in made.teams] == ["north", "south"]


def test_teams_that_take_no_part_are_remembered_for_the_index(notebooks, tmp_path):
    made = plan(snapshot("north", "south"), params("north"), notebooks, tmp_path / "out")
    assert made.others == (("South", tmp_path / "out" / "2026-09-30" / "south.html"),)


@pytest.mark.parametrize("name", ["EMEA/North", "../x", "🚀", "\u05e9\u05dc\u05d5\u05dd", "index", "company", "x" * 300])
def test_no_team_name_leaves_the_folder_or_takes_our_own_pages(notebooks, tmp_path, name):
    (team,) = plan(snapshot(name), params(name), notebooks, tmp_path / "out").teams
    assert team.page.parent == tmp_path / "out" / "2026-09-30"
    assert team.page.name not in ("index.html", "company.html")
    assert team.jobs[0].output.resolve().is_relative_to(tmp_path / "out" / "2026-09-30" / "notebooks")


def test_a_slug_from_elsewhere_is_not_trusted(notebooks, tmp_path):
    made = plan(FakeSnapshot((TeamInfo("north", "North", "../../etc/passwd"),)), params("north"), notebooks, tmp_path / "out")
    assert made.teams[0].page.parent == tmp_path / "out" / "2026-09-30"


def test_all_reasons_why_it_cannot_start_are_told_at_once(tmp_path):
    (tmp_path / "5_evaluating.ipynb").write_text("{not json")
    write(tmp_path / "6_dashboard.ipynb", code("team = = 1", "parameters"))
    with pytest.raises(RunError) as raised:
        plan(snapshot("north"), params("nroth") + params("north", as_of=date(2027, 1, 1)), tmp_path, tmp_path)
    text = str(raised.value)
    assert "5_evaluating.ipynb is not a readable notebook" in text
    assert "6_dashboard.ipynb: the parameters cell is not Python (its line 1" in text
    assert "Team 'nroth' is not in the snapshot; it has north." in text
    assert "as_of 2027-01-01 is after the data, which ends on 2026-09-30" in text


def test_a_folder_without_chapters_is_named(tmp_path):
    with pytest.raises(RunError, match=r"holds no chapter; expected notebooks named like 6_dashboard\.ipynb"):
        plan(snapshot("north"), params("north"), tmp_path, tmp_path)


def test_the_company_alone_is_no_report(tmp_path):
    write(tmp_path / "0_company.ipynb", code(PARAMETERS, "parameters"))
    with pytest.raises(RunError, match=r"holds only 0_company\.ipynb"):
        plan(snapshot("north"), params("north"), tmp_path, tmp_path)


def test_a_run_for_nobody_is_refused(notebooks, tmp_path):
    with pytest.raises(RunError, match="no team to report on"):
        plan(snapshot("north"), [], notebooks, tmp_path)


def test_two_teams_cannot_share_a_page(notebooks, tmp_path):
    twins = FakeSnapshot((TeamInfo("a", "A", "same"), TeamInfo("b", "B", "same")))
    with pytest.raises(RunError, match=r"'a' and 'b' would share the page same\.html"):
        plan(twins, params("a", "b"), notebooks, tmp_path)


def test_the_language_of_the_run_is_the_companys(notebooks, tmp_path):
    both = snapshot("a", "b")
    assert plan(both, params("a", "b"), notebooks, tmp_path, Params(locale="ro")).locale == "ro"
    assert plan(both, params("a", "b", locale="ro"), notebooks, tmp_path).locale == "en"


def test_pages_wear_what_the_defaults_say_of_the_company_and_no_notebook_is_asked_to_take_it(notebooks, tmp_path):
    dressed = Params(company=" Corvilo ", accent="#00707a")
    made = plan(snapshot("north"), params("north", company="Corvilo"), notebooks, tmp_path, dressed)
    assert made.about.brand == Brand("Corvilo", "#00707a")


def test_declared_parameters_are_the_names_assigned_in_the_tagged_cell_with_their_types(tmp_path):
    cell = code("a: int | None = 1\nb = 2.5\nprint(a)\nc.d = 3\ne = None\nf = [1]", "parameters")
    file = write(tmp_path / "n.ipynb", code("x = 1"), cell)
    assert declared_parameters(file) == {"a": "int | None", "b": "float", "e": "", "f": "list"}


def test_a_notebook_that_is_no_plain_file_is_refused_and_waited_for_by_nobody(tmp_path):
    os.mkfifo(tmp_path / "6_dashboard.ipynb")
    with pytest.raises(RunError, match=r"not a readable notebook \(it is no plain file"):
        plan(snapshot("north"), params("north"), tmp_path, tmp_path)


def test_a_teams_long_id_stops_nobody(notebooks, tmp_path):
    (team, _) = plan(snapshot("x" * 400, "north"), params("x" * 400, "north"), notebooks, tmp_path).teams
    assert len(team.page.name) < 70
