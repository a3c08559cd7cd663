"""Which data a notebook speaks of: what it names, else the newest of the one source there is, never one it made up itself."""

import os
from datetime import date
from pathlib import Path

import pytest

from salesanalytics import workspace
from salesanalytics.data import snapshot as snapshots
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.errors import SnapshotError
from salesanalytics.report.page.fragment import Reader, fragment
from salesanalytics.show.words import Words
from salesanalytics.workspace import newest, open_company, open_team
from tests.report.report_parts import notebook, shown
from tests.tiny import OPPORTUNITY, REP, TEAM, write_source

EARLY, LATE = date(2026, 8, 20), date(2026, 9, 1)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project."""
    monkeypatch.setenv("SALESANALYTICS_HOME", str(tmp_path))
    return tmp_path


def take(name: str, day: date, source: str = "crm", *, without: str = "") -> Path:
    """A snapshot of the tiny company under snapshots/`name`, of a source called so, without a team."""
    kept = {
        "team": [one for one in TEAM if one["team_id"] != without],
        "rep": [one for one in REP if one["team_id"] != without],
    }
    owners = {one["rep_id"] for one in kept["rep"]}
    deals = [one for one in OPPORTUNITY if one["owner_rep_id"] in owners]
    folder = write_source(workspace.home() / "sources" / source, {**kept, "opportunity": deals})
    dataset = usable(check_source(folder, today=LATE)).named(source)
    return snapshots.write(dataset, workspace.snapshots_folder() / name, day).path


def test_without_data_there_is_an_error_that_says_what_to_do_and_nothing_is_made(project: Path) -> None:
    for way in (newest, open_team, open_company):
        with pytest.raises(SnapshotError, match=r"snapshots holds no snapshot\. Take one .*make report, or 'demo'.*by cron"):
            way()
    assert list(project.iterdir()) == []


def test_the_newest_is_the_one_with_the_latest_day_and_not_the_newest_file() -> None:
    late = take("b", LATE)
    take("a", EARLY)
    assert newest().path == late
    os.utime(late / "manifest.json", (0, 0))
    assert newest().path == late


def test_several_sources_are_named_and_none_is_guessed() -> None:
    take("crm", LATE)
    take("erp", EARLY, "erp")
    said = r"several sources: erp \(erp, data to 2026-08-20\), crm \(crm, data to 2026-09-01\)\. Name the one"
    with pytest.raises(SnapshotError, match=said):
        newest()


def test_the_demo_company_is_taken_on_request_or_where_there_is_nothing_else() -> None:
    made_up = take("demo", LATE, "demo")
    assert newest().path == made_up
    real = take("crm", EARLY)
    assert newest().path == real
    assert open_team("demo").snapshot.path == made_up


def test_an_older_snapshot_is_not_taken_for_a_team_that_is_gone() -> None:
    take("old", EARLY)
    take("new", LATE, without="south")
    assert newest("north").as_of == LATE
    with pytest.raises(SnapshotError, match=r"no newest snapshot .* has a team 'south'"):
        newest("south")


def test_what_an_interrupted_command_left_is_no_snapshot() -> None:
    whole = take("crm", EARLY)
    take("other", LATE).rename(whole.parent / ".crm.123")
    assert newest().path == whole


def test_a_notebook_names_its_data_and_a_page_does_not_repeat_it() -> None:
    view = open_team(str(take("crm", LATE)), "north")
    told = view._repr_mimebundle_()
    assert told["text/plain"].startswith("crm, data to 2026-09-01 (")
    assert told["text/plain"].endswith("/snapshots/crm): North")
    page = fragment(notebook(shown(told)), Reader("6_dashboard", Words("en", "EUR")))
    assert "data to" not in page


def test_chapters_that_were_installed_are_used_where_there_is_no_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = project / "site-packages/salesanalytics"
    (package / "notebooks").mkdir(parents=True)
    monkeypatch.setattr(workspace, "__file__", str(package / "workspace.py"))
    assert workspace.chapters_folder() == package / "notebooks"
    (project / "notebooks").mkdir()
    assert workspace.chapters_folder() == project / "notebooks"
