"""A plan says what will run for whom, and finds every reason why it cannot."""

from datetime import date
from pathlib import Path

import pytest

from salesanalytics.base.team import TeamInfo
from salesanalytics.errors import RunError
from salesanalytics.params import TeamParams
from salesanalytics.report.plan import declared_parameters, plan

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
    made = plan(snapshot("north", path=tmp_path), params("north", period="month"), notebooks, tmp_path)
    assert made.teams[0].jobs[0].parameters == {
        "snapshot": str(tmp_path), "team": "north", "as_of": "2026-09-30", "locale": "en",
    }  # fmt: skip


def test_period_and_fiscal_year_are_passed_to_those_who_ask(tmp_path):
    write(tmp_path / "6_dashboard.ipynb", code("period: str = 'quarter'\nfiscal_year_start: int = 1", "parameters"))
    made = plan(snapshot("north"), params("north", period="month", fiscal_year_start=4), tmp_path, tmp_path)
    assert made.teams[0].jobs[0].parameters == {"period": "month", "fiscal_year_start": 4}


def test_a_notebook_without_parameters_gets_none(tmp_path):
    write(tmp_path / "6_dashboard.ipynb", code("team = 'x'"))
    assert plan(snapshot("north"), params("north"), tmp_path, tmp_path).teams[0].jobs[0].parameters == {}


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
    write(tmp_path / "0_company.ipynb", md("# Company"))
    with pytest.raises(RunError, match=r"holds only 0_company\.ipynb"):
        plan(snapshot("north"), params("north"), tmp_path, tmp_path)


def test_a_run_for_nobody_is_refused(notebooks, tmp_path):
    with pytest.raises(RunError, match="no team to report on"):
        plan(snapshot("north"), [], notebooks, tmp_path)


def test_two_teams_cannot_share_a_page(notebooks, tmp_path):
    twins = FakeSnapshot((TeamInfo("a", "A", "same"), TeamInfo("b", "B", "same")))
    with pytest.raises(RunError, match=r"'a' and 'b' would share the page same\.html"):
        plan(twins, params("a", "b"), notebooks, tmp_path)


def test_the_language_of_the_run_is_its_teams_where_they_agree(notebooks, tmp_path):
    both = snapshot("a", "b")
    assert plan(both, params("a", "b", locale="ro"), notebooks, tmp_path).locale == "ro"
    assert plan(both, params("a", locale="ro") + params("b"), notebooks, tmp_path).locale == "en"


def test_declared_parameters_are_the_names_assigned_in_the_tagged_cell(tmp_path):
    file = write(tmp_path / "n.ipynb", code("x = 1"), code("a: int = 1\nb = 2\nprint(a)\nc.d = 3", "parameters"))
    assert declared_parameters(file) == {"a", "b"}
