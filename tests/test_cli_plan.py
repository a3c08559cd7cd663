"""`plan export` as a person meets it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesanalytics import workspace
from salesanalytics.cli.app import app
from salesanalytics.cli.options import chosen_for
from salesanalytics.data.snapshot import Snapshot
from salesanalytics.errors import ParamsError
from tests.data.test_export import read_csv, read_xlsx


def export(snapshot: Snapshot, out: Path, *words: str) -> str:
    result = CliRunner().invoke(app, ["plan", "export", "--snapshot", str(snapshot.path), "--out", str(out), *words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESANALYTICS_HOME", str(tmp_path))  # no params of the project


def test_each_team_gets_a_file_and_a_line(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    told = export(demo_snapshot, tmp_path / "plans")
    files = sorted(path.name for path in (tmp_path / "plans").glob("quotas-*"))
    assert files == sorted(f"quotas-{info.slug}.csv" for info in demo_snapshot.teams)
    assert all(name in told for name in files)


def test_the_quotas_in_the_file_add_up_to_the_cent(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    team = demo_snapshot.teams[0]
    told = export(demo_snapshot, tmp_path, "--team", team.team_id, "--target", "1234567.89", "--over-assignment", "1.07")
    head, *rows = read_csv(tmp_path / f"quotas-{team.slug}.csv")
    cents = sum(round(float(row[head.index("proposed")]) * 100) for row in rows)
    assert cents == round(1234567.89 * 1.07 * 100)
    assert "1,320,987.64" in told


def test_as_xlsx_amounts_are_numbers_and_names_are_text(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    team = demo_snapshot.teams[0]
    export(demo_snapshot, tmp_path, "--team", team.name, "--format", "xlsx")
    head, first, *_ = read_xlsx(tmp_path / f"quotas-{team.slug}.xlsx")
    kinds = dict(zip([name for _, name in head], [kind for kind, _ in first], strict=False))
    assert (kinds["rep_id"], kinds["name"]) == ("s", "s")


def test_a_team_that_is_not_there_is_named_with_the_nearest(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="did you mean"):
        export(demo_snapshot, tmp_path, "--team", demo_snapshot.teams[0].team_id + "x")


def test_one_target_is_for_one_team(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    assert "one team's" in export(demo_snapshot, tmp_path, "--target", "1000000")
    assert not list(tmp_path.glob("*.csv"))


def test_on_a_day_without_history_it_says_why_there_is_no_file(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    told = export(demo_snapshot, tmp_path, "--as-of", "2024-10-15")
    assert "no quotas written" in told
    assert "--target" in told


def test_a_run_gives_its_notebooks_the_pay_plans_of_its_params_folder_as_text(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    """As text in a parameter, so that a page is made again where one was changed."""
    (tmp_path / "pay").mkdir()
    (tmp_path / "pay" / "draft.yaml").write_text("name: Draft\n", encoding="utf-8")
    chosen = chosen_for(demo_snapshot.path, tmp_path, (), Path("notebooks"))
    given = {params.own["pay_plans"] for params in (*chosen.teams, chosen.company)}
    assert [workspace.plans_given(one) for one in given] == [{"draft.yaml": "name: Draft\n"}]
    (tmp_path / "pay" / "draft.yaml").unlink()
    none = chosen_for(demo_snapshot.path, tmp_path, (), Path("notebooks")).company.own["pay_plans"]
    assert workspace.plans_given(none) == {}
