"""A file is put in its place whole, or the old one stays."""

import os
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd
import pytest

from salesanalytics.base.whole_file import TEMPORARY, whole_file, write_whole


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("content", [b"\x00\xff\r\n", "Iași\r\n€\n", "", b""])
def test_what_was_written_is_read(tmp_path: Path, content: bytes | str, durable: bool) -> None:
    file = tmp_path / "new" / "folder" / "x.bin"
    write_whole(file, content, durable=durable)
    assert file.read_bytes() == (content if isinstance(content, bytes) else content.encode("utf-8"))
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("durable", [True, False])
def test_the_old_file_is_replaced(tmp_path: Path, durable: bool) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"an old and longer one")
    write_whole(file, b"new", durable=durable)
    assert file.read_bytes() == b"new"


def test_a_writer_that_takes_a_path_writes_whole_files_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"rep_id": ["r1"], "amount": [1.5]})
    with whole_file(tmp_path / "deals.parquet") as temporary:
        frame.to_parquet(temporary)
        assert not (tmp_path / "deals.parquet").exists()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "deals.parquet"), frame)


def fail_half_way(file: Path, error: BaseException) -> None:
    with whole_file(file) as temporary:
        temporary.write_bytes(b"ha")
        raise error


@pytest.mark.parametrize("error", [OSError("no space left on device"), ValueError("not to be written"), KeyboardInterrupt()])
def test_when_writing_fails_half_way_the_old_file_stays_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"old")
    with pytest.raises(type(error)):
        fail_half_way(file, error)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_killed_writer_leaves_what_the_sweep_knows(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a.long.name.html") as temporary:
        assert temporary.parent == tmp_path
        assert fnmatch(temporary.name, TEMPORARY)
        assert temporary.suffix != ".html"


def test_a_name_as_long_as_the_system_allows_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / ("ț" * 125 + ".csv")
    write_whole(file, b"x")
    assert file.read_bytes() == b"x"


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_file_has_the_permissions_of_any_new_file(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "x", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o666 & ~mask


def test_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "x"
    contents = [bytes([number]) * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: write_whole(file, content, durable=False), contents * 4))
    assert file.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("durable", "expected"), [(True, 2), (False, 0)])
def test_only_a_durable_file_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool, expected: int
) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    write_whole(tmp_path / "x", b"x", durable=durable)
    assert len(flushed) == expected  # the file, and the folder that names it


def test_an_error_names_the_file_that_was_asked_for_and_no_temporary_one(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(OSError, match=r"Is a directory: '.*/folder.csv'"):
        write_whole(tmp_path / "folder.csv", b"x")
    long = tmp_path / ("a" * 300)
    with pytest.raises(OSError, match=r"a{300}") as caught, whole_file(long):
        pass
    assert ".tmp" not in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["folder.csv"]
