"""Prose of notebooks in the reader's language, where someone has translated it."""

import pytest

from salesanalytics.report.page.prose import translate_markdown
from salesanalytics.show.words import Words


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ro.yaml").write_text(
        'prose:\n- en: "# How are we doing?\\n\\nThe quarter so far."\n  ro: "# Cum stăm?\\n\\nTrimestrul până acum."\n'
        '- en: "## Pace"\n  ro: "## Ritm"\n'
        "- en: |\n    Two lines\n    of one paragraph.\n  ro: Două rânduri.\n",
        encoding="utf-8",
    )
    return tmp_path


def test_a_whole_cell_is_translated(folder):
    source = "# How are we doing?\n\nThe quarter so far.\n"
    assert translate_markdown(source, Words("ro"), folder=folder) == "# Cum stăm?\n\nTrimestrul până acum."


def test_a_cell_is_translated_paragraph_by_paragraph_and_the_rest_stays(folder):
    source = "## Pace\n\nUnknown words.\n\nTwo lines of\none paragraph."
    assert translate_markdown(source, Words("ro"), folder=folder) == "## Ritm\n\nUnknown words.\n\nDouă rânduri."


def test_an_english_reader_gets_the_source(folder):
    assert translate_markdown("## Pace", Words("en"), folder=folder) == "## Pace"


def test_without_a_translation_the_source_stays(tmp_path):
    assert translate_markdown("## Pace", Words("ro"), folder=tmp_path) == "## Pace"
