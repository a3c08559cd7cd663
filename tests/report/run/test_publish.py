"""A page is put in its place whole, or the old one stays."""

import pytest

from salesanalytics.report.run.publish import publish, sweep


def test_a_page_is_written_with_its_folder(tmp_path):
    publish(tmp_path / "a" / "b.html", "Iași ✓")
    assert (tmp_path / "a" / "b.html").read_text("utf-8") == "Iași ✓"


def test_a_new_page_replaces_the_old_one(tmp_path):
    page = tmp_path / "x.html"
    page.write_text("old")
    publish(page, "new")
    assert page.read_text() == "new"


def half_then_fail(file, text):
    file.write(text[: len(text) // 2])
    raise OSError("no space left on device")


def test_when_writing_fails_half_way_the_old_page_stays_and_nothing_else(tmp_path):
    page = tmp_path / "x.html"
    page.write_text("old")
    with pytest.raises(OSError, match="no space left"):
        publish(page, "new", write=half_then_fail)
    assert page.read_text() == "old"
    assert list(tmp_path.iterdir()) == [page]


def test_when_writing_fails_there_is_no_new_page(tmp_path):
    with pytest.raises(OSError, match="no space left"):
        publish(tmp_path / "x.html", "new", write=half_then_fail)
    assert list(tmp_path.iterdir()) == []


def test_the_page_in_place_is_untouched_until_the_new_one_is_complete(tmp_path):
    page = tmp_path / "x.html"
    page.write_text("old")
    seen = []
    publish(page, "new", write=lambda file, text: (file.write(text), seen.append(page.read_text())))
    assert seen == ["old"]


def test_a_page_can_be_read_as_any_new_file(tmp_path):
    publish(tmp_path / "page.html", "x")
    (tmp_path / "other.html").write_text("x")
    assert (tmp_path / "page.html").stat().st_mode == (tmp_path / "other.html").stat().st_mode


def test_what_a_killed_process_left_half_written_is_swept_away(tmp_path):
    (tmp_path / "notebooks" / "north").mkdir(parents=True)
    for half in (".north-x1.tmp", "notebooks/north/.6_dashboard-x2.tmp"):
        (tmp_path / half).write_text("<html>")
    (tmp_path / "north.html").write_text("whole")
    sweep(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["north.html"]
