"""Params: a small file per team, checked as a whole before anything runs."""

import os
from datetime import date
from pathlib import Path

import pytest
import yaml

from salesanalytics.base.team import TeamInfo
from salesanalytics.errors import ParamsError
from salesanalytics.params import Params, TeamParams, company_params, load_params, params_for

PROJECT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path):
    """A params folder with these files, their names without the ending .yaml."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def teams(*ids: str) -> list[TeamInfo]:
    return [TeamInfo(one, f"Team {one}", one.lower()) for one in ids]


def test_a_team_has_the_defaults_and_its_own_differences(folder):
    (north,) = load_params(folder(_defaults="locale: ro\nperiod: month\n", north="period: quarter\nas_of: 2026-09-30\n"))
    assert north == TeamParams(team="north", locale="ro", period="quarter", as_of=date(2026, 9, 30))


def test_a_team_is_named_by_its_file_unless_the_file_says_otherwise(folder):
    assert [one.team for one in load_params(folder(a="", b="team: EMEA/North\n"))] == ["a", "EMEA/North"]


def test_sources_and_files_with_an_underscore_are_no_teams(folder):
    here = folder(_defaults="", _draft="nonsense: 1", north="")
    (here / "sources").mkdir()
    (here / "sources" / "crm.yaml").write_text("tables: {}")
    (here / "south.yml").write_text("")
    (here / "notes.txt").write_text("x")
    assert [one.team for one in load_params(here)] == ["north", "south"]


def test_all_problems_of_all_files_come_in_one_error(folder):
    here = folder(
        _defaults="locale: fr\n",
        a="fiscal_year_start: 13\nas_of: 20260930\n",
        b="period: no\n",
        c="- x\n",
        d="titel: North\n",
    )
    with pytest.raises(ParamsError) as raised:
        load_params(here)
    lines = [line.strip() for line in str(raised.value).splitlines()[1:]]
    assert lines == [
        '_defaults.yaml, line 1: locale is "fr"; expected en or ro',
        "a.yaml, line 2: as_of is 20260930; expected a day written YYYY-MM-DD",
        "a.yaml, line 1: fiscal_year_start is 13; expected a month as a number from 1 to 12",
        'b.yaml, line 1: no would be read as true/false; write "no" in quotes, or true or false',
        'b.yaml, line 1: period is "no"; expected quarter or month',
        "c.yaml: holds a list; expected lines of key: value",
        'd.yaml, line 1: "titel" is not a parameter; did you mean "title"?',
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("team: 7\n", 'team is 7; expected the name of a team, in quotes where it is a number (team: "7")'),
        ("team: ''\n", 'team is ""; expected the name'),
        ("fiscal_year_start: true\n", "fiscal_year_start is true"),
        ("fiscal_year_start: 1.5\n", "fiscal_year_start is 1.5"),
        ("locale: [en]\n", "locale is a list"),
        ("as_of: 2026-02-30\n", "not a day of the calendar"),
        ("as_of: soon\n", 'as_of is "soon"; expected a day written YYYY-MM-DD'),
        ("zzz: 1\n", '"zzz" is not a parameter; expected one of team, snapshot'),
        ("period: !!python/object:os.system x\n", "tags are not used here"),
        ("period: month\nperiod: month\n", "period is given twice"),
    ],
)
def test_each_problem_says_what_was_found_and_expected(folder, text, said):
    with pytest.raises(ParamsError) as raised:
        load_params(folder(north=text))
    assert said in str(raised.value)


def test_a_value_from_the_file_stays_on_one_short_line(folder):
    with pytest.raises(ParamsError) as raised:
        load_params(folder(north='locale: "' + "x" * 500 + '\\n\\e[31m"\n'))
    (problem,) = str(raised.value).splitlines()[1:]
    assert len(problem) < 160
    assert "\x1b" not in problem


def test_two_files_for_one_team_are_a_problem(folder):
    with pytest.raises(ParamsError, match=r'north\.yaml: team "north" has a file already, a\.yaml; keep one'):
        load_params(folder(a="team: north\n", north=""))


def test_the_defaults_cannot_name_a_team(folder):
    with pytest.raises(ParamsError, match="put it into a team's own file"):
        load_params(folder(_defaults="team: north\n"))


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ParamsError, match=r"nowhere does not exist\. Make it"):
        load_params(tmp_path / "nowhere")


class TestChoosingTeams:
    def test_without_a_folder_every_team_gets_what_the_house_has(self):
        assert params_for(None, teams("a", "b"), strict=False) == [TeamParams(team="a"), TeamParams(team="b")]

    def test_the_projects_own_folder_need_not_exist(self, tmp_path):
        assert params_for(tmp_path / "none", teams("a"), strict=False) == [TeamParams(team="a")]

    def test_every_team_gets_its_file_where_there_is_one_and_else_the_defaults(self, folder):
        here = folder(_defaults="locale: ro\n", a="title: Team A\n", gone="")
        assert params_for(here, teams("a", "b"), strict=False) == [
            TeamParams(team="a", locale="ro", title="Team A"),
            TeamParams(team="b", locale="ro"),
        ]

    def test_a_folder_that_was_asked_for_is_the_list(self, folder):
        assert [one.team for one in params_for(folder(b="", a=""), teams("a", "b", "c"), strict=True)] == ["a", "b"]

    def test_a_team_that_is_not_in_the_data_is_an_error_with_the_nearest_name(self, folder):
        with pytest.raises(ParamsError, match=r'norht\.yaml: team "norht" is not in the data; did you mean "North"\?'):
            params_for(folder(norht=""), teams("North", "South"), strict=True)

    def test_a_file_may_name_its_team_by_id_slug_or_name(self, folder):
        here = folder(north="title: N\n", b="team: SOUTH\n", c="team: Team East\n")
        chosen = params_for(here, teams("North", "SOUTH", "East"), strict=True)
        assert [one.team for one in chosen] == ["SOUTH", "East", "North"]

    def test_a_folder_with_only_defaults_means_all_teams(self, folder):
        found = params_for(folder(_defaults="period: month\n"), teams("a", "b"), strict=True)
        assert found == [TeamParams(team="a", period="month"), TeamParams(team="b", period="month")]

    def test_a_broken_file_fails_whoever_it_is_for(self, folder):
        with pytest.raises(ParamsError, match="locale"):
            params_for(folder(gone="locale: fr\n"), teams("a"), strict=False)


def test_the_projects_own_params_are_sound():
    teams = {one.team: one for one in load_params(PROJECT / "params")}
    assert teams.keys() == {"north", "south", "east", "west", "enterprise", "romania"}
    assert teams["romania"].locale == "ro"


@pytest.mark.parametrize("file", sorted((PROJECT / "params").glob("*.yaml")), ids=lambda file: file.name)
def test_papermill_could_read_each_file_by_itself(file):
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert content.keys() <= TeamParams.model_fields.keys()
    assert all(isinstance(value, str | int) for value in content.values())


class TestParametersOfTheNotebooksOwn:
    OWN = {"discount": "float", "tops": "list[str] | None", "since": "str", "any": "Quota"}

    def test_are_taken_by_team_and_from_the_defaults(self, folder):
        here = folder(_defaults="discount: 0.1\ntops: [a]\n", a="discount: 1\nsince: 2026-01-31\nany: 3\n", b="tops:\n")
        first, second = load_params(here, self.OWN)
        assert first.own == {"discount": 1, "tops": ["a"], "since": "2026-01-31", "any": 3}
        assert second.own == {"discount": 0.1, "tops": None}
        assert company_params(here, self.OWN).own == {"discount": 0.1, "tops": ["a"]}
        assert first.set_by_files == set()

    def test_of_another_type_are_refused_with_the_line(self, folder):
        here = folder(_defaults="since: 3\n", a="locale: en\ndiscount: a lot\n", b="discount: true\n")
        with pytest.raises(ParamsError) as raised:
            load_params(here, self.OWN)
        text = str(raised.value)
        assert 'a.yaml, line 2: discount is "a lot"; expected a number, as the notebooks\' parameters cell has it' in text
        assert "b.yaml, line 1: discount is true; expected a number" in text
        assert "_defaults.yaml, line 1: since is 3; expected text" in text

    def test_that_no_notebook_declares_are_unknown_with_the_nearest_name(self, folder):
        with pytest.raises(ParamsError, match=r'a.yaml, line 1: "dicount" is not a parameter; did you mean "discount"'):
            load_params(folder(a="dicount: 1\n"), self.OWN)
        with pytest.raises(ParamsError, match='"own" is not a parameter'):
            load_params(folder(a="own: {discount: 1}\n"), self.OWN)


def test_the_company_goes_by_the_defaults(folder):
    here = folder(_defaults="as_of: 2026-06-30\nfiscal_year_start: 4\n", a="fiscal_year_start: 2\n")
    company = company_params(here)
    assert (company.as_of, company.fiscal_year_start) == (date(2026, 6, 30), 4)
    assert company.set_by_files == {"as_of", "fiscal_year_start"}
    assert load_params(here)[0].set_by_files == {"as_of", "fiscal_year_start"}
    assert company_params(None) == Params()
    with pytest.raises(ParamsError, match="fiscal_year_start is 13"):
        company_params(folder(_defaults="fiscal_year_start: 13\n"))


def test_a_file_that_is_a_pipe_is_refused_and_waited_for_by_nobody(folder):
    here = folder(a="locale: en\n")
    os.mkfifo(here / "_defaults.yaml")
    with pytest.raises(ParamsError, match=r"_defaults.yaml, cannot be read: it is no plain file"):
        load_params(here)
