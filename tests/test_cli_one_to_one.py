"""`one-to-one` as a person meets it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesanalytics.cli.app import app
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.snapshot import write
from salesanalytics.errors import DataError, PlanError
from tests.tables import AS_OF
from tests.tiny import REP, write_source

EVIL = '<script>alert("x")</script>'
TALKS = [{"commitment_id": "c1", "rep_id": "r1", "made_on": "2026-08-01", "what": EVIL, "due_on": "2026-08-10"}]
PEOPLE = [
    {**REP[0], "role": "ae"},
    {**REP[1], "leave_date": "2026-08-15"},
    {**REP[2], "role": "manager"},
    {"rep_id": "r4", "name": "No Team", "hire_date": "2024-01-01"},
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("talks")
    source = write_source(folder / "source", {"commitment": TALKS, "rep": PEOPLE})
    return write(usable(check_source(source, today=AS_OF)), folder / "snapshot", AS_OF).path


def sheet(snapshot: Path, rep: str, out: Path, *more: str) -> str:
    words = ["one-to-one", rep, "--snapshot", str(snapshot), "--out", str(out), *more]
    result = CliRunner().invoke(app, words)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.mark.parametrize(("locale", "carried"), [("en", "Carried over"), ("ro", "Rămase din discuțiile trecute")])
def test_the_sheet_is_one_file_in_which_every_text_is_escaped(
    snapshot: Path, tmp_path: Path, locale: str, carried: str
) -> None:
    told = sheet(snapshot, "ana pop", tmp_path / "ana.html", "--locale", locale)
    page = (tmp_path / "ana.html").read_text("utf-8")
    assert "Ana Pop (r1), team 'north'" in told
    assert carried in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'src="http' not in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    ("rep", "error", "said"),
    [
        ("Ana Pob", PlanError, "did you mean 'Ana Pop'"),
        ("r2", DataError, r"Ben Roe \(r2\) left on 2026-08-15"),
        ("r3", DataError, "leads the team 'south'"),
        ("r4", DataError, r"is in no team on 2026-08-31; expected a row of rep_assignment"),
    ],
)
def test_who_cannot_be_talked_to_is_refused_with_the_reason(
    snapshot: Path, tmp_path: Path, rep: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        sheet(snapshot, rep, tmp_path / "no.html")
    assert not (tmp_path / "no.html").exists()


def test_another_kind_of_file_is_refused(snapshot: Path, tmp_path: Path) -> None:
    assert "no HTML file" in sheet(snapshot, "r1", tmp_path / "ana.pdf")
