"""A snapshot at a URL: a real FTP server, and only what a job may read comes here, whole and as the manifest says."""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import fsspec.config
import pandas as pd
import pytest

from salesanalytics.base.places import Place, is_url
from salesanalytics.data import snapshot
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.snapshot import remote
from salesanalytics.data.snapshot.remote import fetch, open_remote, origin_of, reopen, stand_for
from salesanalytics.errors import RunError, SnapshotError
from salesanalytics.report.run.mirror import Mirror, folder_for
from salesanalytics.report.run.publish import publish
from salesanalytics.workspace import open_company, open_team
from tests.data.snapshot.handover_parts import table
from tests.ftp import PASSWORD, FtpServer
from tests.tiny import OPPORTUNITY, deal, write_source

TODAY = date(2026, 9, 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with FtpServer(tmp_path_factory.mktemp("ftp")) as running:
        yield running


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SALESANALYTICS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(fsspec.config.conf, "ftp", {"password": PASSWORD})
    return tmp_path / "cache"


def put(folder: Path, **changes: object) -> snapshot.Snapshot:
    """A snapshot of the tiny company in `folder`, replacing what is there."""
    dataset = usable(check_source(write_source(folder.parent / f"{folder.name}-source", changes), today=TODAY))  # type: ignore[arg-type]
    return snapshot.write(dataset, folder, TODAY)


@pytest.fixture
def there(server, tmp_path):
    """The snapshot as it lies on the server, and its URL."""
    name = tmp_path.name
    return put(server.folder / name), f"{server.url}/{name}"


def files(folder: Path) -> set[str]:
    return {file.parent.relative_to(folder).as_posix() for file in folder.rglob("*.parquet")}


def test_a_url_is_told_from_a_path():
    assert all(is_url(text) for text in ("s3://b/x", "file:///x", "memory://x", "simplecache::ftp://h/x"))
    assert not any(is_url(text) for text in ("snapshots/demo", "/a", "C:\\x", "a:b", "C:/x"))


def test_a_team_fetches_its_own_files_and_those_of_all(there):
    local = fetch(there[1], "north")
    assert files(local) == {"shared", "teams/north"}
    assert not [file for file in local.rglob("*") if file.is_file() and file.suffix not in (".parquet", ".json")]


def test_the_company_fetches_its_own_and_a_teams_files_when_it_looks_at_them(there):
    local = fetch(there[1])
    assert files(local) == {"shared", "company"}
    teams = open_company(str(local)).by_team()  # as a notebook does
    assert files(local) == {"shared", "company", "teams/north", "teams/south"}
    assert {name: len(tables["opportunity"]) for name, tables in teams.items()} == {"north": 4, "south": 2}


def test_what_is_read_is_what_the_folder_itself_says(there):
    ours, url = there
    far = snapshot.open(url)
    for view, other in ((far.team("north"), ours.team("north")), (far.company(), ours.company())):
        assert set(view.tables) == set(other.tables)
        for name in view.tables:
            pd.testing.assert_frame_equal(view.tables[name], other.tables[name])
    assert (far.fingerprint("north"), far.fingerprint()) == (ours.fingerprint("north"), ours.fingerprint())
    assert far.place == url


def test_an_earlier_day_is_cut_from_the_companys_tables_as_ever(there):
    ours, url = there
    then = open_team(str(fetch(url, "south")), "south", "2026-07-15").tables["opportunity"]
    pd.testing.assert_frame_equal(then, ours.team("south", date(2026, 7, 15)).tables["opportunity"])


@pytest.mark.filterwarnings("ignore:Exception ignored in.*FileIO")  # fsspec leaves the file of a failed FTP transfer open
def test_what_was_fetched_is_not_fetched_again(there):
    ours, url = there
    fetch(url, "north")
    shutil.rmtree(ours.path / "teams")
    shutil.rmtree(ours.path / "shared")
    assert len(open_team(url, "north").tables["opportunity"]) == 4
    with pytest.raises(SnapshotError, match=r"(?s)teams/south/\w+\.parquet cannot be fetched"):
        open_team(url, "south").tables["opportunity"]


def test_a_file_that_is_not_what_the_manifest_says_is_refused_and_not_kept(there, cache):
    ours, url = there
    (ours.path / "teams/north/opportunity.parquet").write_bytes((ours.path / "company/opportunity.parquet").read_bytes())
    with pytest.raises(SnapshotError, match=r"opportunity\.parquet was changed while the run was under way.*Run again"):
        fetch(url, "north")
    assert not [file for file in cache.rglob("*") if "opportunity" in file.name]


def test_a_snapshot_that_was_replaced_is_noticed_here_and_on_a_machine_that_comes_late(there, tmp_path, monkeypatch):
    ours, url = there
    planned = open_remote(url)
    assert planned.unchanged()
    put(ours.path, opportunity=[*OPPORTUNITY, deal(9, "r1", "Lead", 5, "2026-06-01")])
    assert not planned.unchanged()
    with pytest.raises(SnapshotError, match="was changed while"):
        planned.team("north").tables["opportunity"]
    monkeypatch.setenv("SALESANALYTICS_CACHE", str(tmp_path / "another machine"))
    late = stand_for(planned.origin, tmp_path / "stand")
    with pytest.raises(SnapshotError, match="was changed while the run was under way"):
        reopen(late)


def test_a_stand_opens_as_the_snapshot_and_has_no_tables_of_its_own(there, tmp_path, monkeypatch):
    planned = open_remote(there[1])
    open_company(str(planned.path)).hand_over("kpi", table("kpi", [1, 2]))
    stand = str(stand_for(planned.origin, tmp_path / "stand"))
    assert open_team(stand, "north").handover("kpi") is None
    monkeypatch.setenv("SALESANALYTICS_HANDOVER", str(planned.path / "handover"))
    kpi = open_team(stand, "north").handover("kpi")
    assert kpi is not None
    assert list(kpi["value"]) == [1, 2]


FETCH = "import sys; from salesanalytics.data.snapshot.remote import fetch; print(fetch(sys.argv[1], 'north'))"


def test_processes_that_fetch_at_once_all_get_whole_files(there, cache):
    ours, url = there
    words = [sys.executable, "-c", FETCH, url]
    racing = [subprocess.Popen(words, env=FtpServer.environment(), stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = {process.communicate(timeout=60)[0].strip() for process in racing}
    assert [process.returncode for process in racing] == [0] * 4
    (local,) = told
    for file in (ours.path / "teams/north").iterdir():
        assert (Path(local) / "teams/north" / file.name).read_bytes() == file.read_bytes()
    assert not [file for file in cache.rglob(".*") if file.is_file()]


def test_a_file_has_its_name_only_once_it_is_whole(tmp_path):
    made = put(tmp_path / "snap")
    large = made.path / "shared/large.parquet"
    large.write_bytes(os.urandom(1 << 20) * 100)
    manifest = json.loads((made.path / "manifest.json").read_text())
    manifest["hashes"]["shared/large"] = hashlib.sha256(large.read_bytes()).hexdigest()
    (made.path / "manifest.json").write_text(json.dumps(manifest))
    opened = open_remote(f"file://{made.path}")
    seen: list[int] = []

    def watch() -> None:
        file = opened.path / "shared/large.parquet"
        end = time.monotonic() + 30
        while not seen and time.monotonic() < end:
            with contextlib.suppress(FileNotFoundError):
                seen.append(file.stat().st_size)

    watching = threading.Thread(target=watch)
    watching.start()
    opened.folder("shared")
    watching.join()
    assert seen == [100 << 20]


def test_the_cache_is_private_and_one_that_is_not_is_refused(there, cache):
    local = fetch(there[1], "north")
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (cache, local)] == [0o700, 0o700]
    cache.chmod(0o755)
    with pytest.raises(SnapshotError, match=r"not a private folder.*chmod 700"):
        open_remote(there[1])


def test_a_snapshot_nobody_opened_for_weeks_leaves_the_cache(there, cache):
    fetch(there[1], "north")
    (old,) = cache.iterdir()
    manifest = old / "manifest.json"
    before = time.time() - remote.KEPT - 60
    os.utime(manifest, (before, before))
    (cache / "mine").mkdir()
    put(there[0].path, opportunity=OPPORTUNITY[:4])
    open_remote(there[1])
    assert not old.exists()
    assert (cache / "mine").exists()


def test_a_manifest_cannot_choose_where_files_go(there, cache):
    ours, url = there
    manifest = json.loads((ours.path / "manifest.json").read_text())
    for evil in ("../../evil", "shared/../../evil"):
        manifest["teams"][0]["slug"] = evil
        manifest["hashes"][f"teams/{evil}/opportunity"] = "0"
        (ours.path / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(SnapshotError, match="which is no file of a snapshot"):
            fetch(url, "north")
    assert not list(cache.parent.glob("**/evil*"))


def test_a_password_does_not_belong_into_a_url():
    with pytest.raises(RunError, match="FSSPEC_FTP_PASSWORD") as said:
        open_remote("ftp://ana:hunter2@host/x")
    assert "hunter2" not in str(said.value)


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("ftp://127.0.0.1:1/x", SnapshotError, "cannot be reached"),
        ("file:///nowhere/at/all", SnapshotError, "is not a snapshot, or cannot be read"),
        ("nonsense://x/y", RunError, "nonsense"),
    ],
)
def test_a_place_that_cannot_be_used_is_one_clear_error(url, error, said):
    with pytest.raises(error, match=said):
        open_remote(url)


def test_other_kinds_of_urls_do_as_well(tmp_path):
    made = put(tmp_path / "snap")
    memory = fsspec.filesystem("memory")
    memory.put(str(made.path), "/snap", recursive=True)
    for url in (f"file://{made.path}", "memory://snap"):
        assert set(open_team(url, "north").tables["opportunity"]["opportunity_id"]) == {"o1", "o2", "o3", "o4"}
    memory.rm("/snap", recursive=True)


def test_without_the_extra_the_error_names_it():
    program = "import sys; sys.modules['fsspec'] = None; from salesanalytics.base.places import Place; Place('s3://b/x')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "RunError: s3://b/x needs the extra `dask`: pip install 'salesanalytics[dask]'" in done.stderr


def test_a_folder_of_ones_own_has_no_origin(tmp_path):
    assert origin_of(put(tmp_path / "snap").path) is None


class TestPagesAtAUrl:
    @pytest.fixture
    def mirror(self, server, tmp_path):
        return Mirror(f"{server.url}/{tmp_path.name}/out", tmp_path / "out")

    @pytest.fixture
    def day(self, tmp_path):
        return tmp_path / "out/2026-09-30"

    def there(self, server, tmp_path) -> dict[str, str]:
        top = server.folder / tmp_path.name / "out/2026-09-30"
        return {file.relative_to(top).as_posix(): file.read_text() for file in top.rglob("*") if file.is_file()}

    def test_every_file_is_here_and_there(self, mirror, day, server, tmp_path):
        mirror.publish(day / "north.html", "one")
        mirror.publish(day / "notebooks/north/6.ipynb", "{}")
        mirror.publish(day / "north.html", "two")
        assert self.there(server, tmp_path) == {"north.html": "two", "notebooks/north/6.ipynb": "{}"}
        assert (day / "north.html").read_text() == "two"

    def test_when_sending_fails_both_old_pages_stay_and_a_server_that_came_back_is_used_again(
        self, mirror, day, server, tmp_path
    ):
        mirror.publish(day / "north.html", "one")
        server.stop()
        server.start(writable=False)
        try:
            with pytest.raises(OSError, match=r"ftp://.*north"):
                mirror.publish(day / "north.html", "two")
            assert (self.there(server, tmp_path), (day / "north.html").read_text()) == ({"north.html": "one"}, "one")
        finally:
            server.stop()
            server.start()
        mirror.publish(day / "north.html", "three")
        assert self.there(server, tmp_path) == {"north.html": "three"}

    def test_when_writing_here_fails_the_old_page_there_stays(self, mirror, day, server, tmp_path):
        mirror.publish(day / "north.html", "one")
        (day / "north.html").unlink()
        (day / "north.html").mkdir()
        with pytest.raises(OSError, match="directory"):
            mirror.publish(day / "north.html", "two")
        assert self.there(server, tmp_path) == {"north.html": "one"}

    def test_what_is_missing_there_is_sent_and_what_tells_of_old_failures_is_removed(self, mirror, day, server, tmp_path):
        mirror.publish(day / "north.html", "one")
        mirror.publish(day / "north.failed.html", "why")
        publish(day / "notebooks/south/6.ipynb", "{}")
        publish(day / "north.html", "another")
        (day / "north.failed.html").unlink()
        with mirror.kept(day):
            assert set(self.there(server, tmp_path)) == {"north.html", "north.failed.html", "notebooks/south/6.ipynb"}
        assert self.there(server, tmp_path) == {"north.html": "another", "notebooks/south/6.ipynb": "{}"}

    def test_a_page_that_was_altered_there_to_the_same_length_is_sent_again(self, mirror, day, server, tmp_path):
        mirror.publish(day / "north.html", "won 100")
        (server.folder / tmp_path.name / "out/2026-09-30/north.html").write_text("won 900")
        with mirror.kept(day):
            assert self.there(server, tmp_path) == {"north.html": "won 100"}

    def test_a_url_that_cannot_be_reached_stops_a_run_before_it_begins(self, tmp_path):
        with pytest.raises(RunError, match="cannot be reached"):
            Mirror("ftp://127.0.0.1:1/x", tmp_path)

    def test_each_url_has_a_folder_of_its_own_here(self, tmp_path):
        folders = {folder_for(url, tmp_path) for url in ("s3://a/b", "s3://a/b/", "s3://a-b", "ftp://a/b")}
        assert len(folders) == 3
        assert {folder.parent for folder in folders} == {tmp_path / "reports"}


def test_another_process_has_written_since(server, tmp_path):
    place = Place(f"{server.url}/{tmp_path.name}")
    folder = server.folder / tmp_path.name
    folder.mkdir()
    (folder / "x").write_text("one")
    assert (place.read("x"), place.sizes("")) == (b"one", {"x": 3})
    (folder / "x").write_text("twenty")
    (folder / "y").write_text("")
    assert (place.read("x"), place.sizes("")) == (b"twenty", {"x": 6, "y": 0})
