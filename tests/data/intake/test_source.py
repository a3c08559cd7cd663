"""A source lists its tables and gives the rows of one; which kind it is, is seen from its path."""

import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from salesanalytics.data.intake.duckdb_file import DuckDBFile
from salesanalytics.data.intake.folder import Folder
from salesanalytics.data.intake.open_source import KINDS, open_source
from salesanalytics.data.intake.source import Source
from salesanalytics.errors import SourceError
from tests.tiny import write_source


def a_folder(path: Path) -> Path:
    (path / "crm" / "2026").mkdir(parents=True)
    (path / "crm" / "2026" / "Team.csv").write_text("team_id\nnorth\n")
    (path / "crm" / "readme.md").write_text("no table")
    return path / "crm"


def a_database(path: Path) -> Path:
    with duckdb.connect(str(path / "crm.duckdb")) as connection:
        connection.sql("create table Team as select 'north' as team_id; create schema hr; create view hr.rep as select 1 as id")
    return path / "crm.duckdb"


MADE: list[tuple[type[Source], Callable[[Path], Path], dict[str, str], str]] = [
    (Folder, a_folder, {"2026/Team.csv": "team"}, "2026/Team.csv"),
    (DuckDBFile, a_database, {"Team": "team", "hr.rep": "rep"}, "Team"),
]


def test_every_kind_of_source_is_tested_here() -> None:
    assert {kind for kind, *_ in MADE} == set(KINDS)


@pytest.mark.parametrize(("kind", "make", "names", "team"), MADE)
def test_a_source_lists_its_tables_and_gives_their_rows(
    tmp_path: Path, kind: type[Source], make: Callable[[Path], Path], names: dict[str, str], team: str
) -> None:
    source = open_source(make(tmp_path))
    assert type(source) is kind
    assert source.names == names
    assert source.read(team).frame.to_dict("list") == {"team_id": ["north"]}


@pytest.mark.parametrize(("kind", "make", "names"), [made[:3] for made in MADE])
def test_a_table_that_is_not_in_the_source_is_named_beside_those_that_are(
    tmp_path: Path, kind: type[Source], make: Callable[[Path], Path], names: dict[str, str]
) -> None:
    source = kind.open(make(tmp_path))
    with pytest.raises(SourceError, match=rf"has no 'ghost'\. It holds: {', '.join(sorted(names))}\."):
        source.read("ghost")


@pytest.mark.parametrize(("kind", "make"), [made[:2] for made in MADE])
def test_a_path_is_of_one_kind_only(tmp_path: Path, kind: type[Source], make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    assert [one for one in KINDS if one.takes(path)] == [kind]


def test_a_path_of_no_kind_says_what_is_expected(tmp_path: Path) -> None:
    (tmp_path / "crm.pdf").write_bytes(b"%PDF")
    with pytest.raises(SourceError, match=r"crm\.pdf is a file of unknown kind\. Expected a folder of CSV or Parquet files"):
        open_source(tmp_path / "crm.pdf")
    with pytest.raises(SourceError, match=r"ghost does not exist\. Expected a folder"):
        open_source(tmp_path / "ghost")


def test_a_kind_that_leaves_something_out_cannot_be_made(tmp_path: Path) -> None:
    class Half(Source):
        @staticmethod
        def takes(path: Path) -> bool:
            return path.exists()

    with pytest.raises(TypeError, match="abstract"):
        Half(tmp_path, {})  # type: ignore[abstract]


@pytest.mark.parametrize("what", ["a link that leads nowhere", "a named pipe"])
def test_a_table_that_is_there_in_name_only_is_not_left_out(tmp_path: Path, what: str) -> None:
    write_source(tmp_path)
    (tmp_path / ".#team.csv").symlink_to("an editor's lock")
    assert set(open_source(tmp_path).names.values()) == {"team", "rep", "stage", "opportunity"}
    lead = tmp_path / "lead.csv"
    if "pipe" in what:
        os.mkfifo(lead)
    else:
        lead.symlink_to(tmp_path / "gone.csv")
    with pytest.raises(SourceError, match=rf"lead\.csv \({what}\): no file to read"):
        open_source(tmp_path)
