"""Prose of notebooks in the reader's language, where `words` has it."""

from salesanalytics.report.page.prose import translate_markdown
from salesanalytics.show.words import Words


def test_a_heading_keeps_its_level_and_the_rest_stays():
    source = "# The funnel\n\nUnknown words.\n\n### The\nfunnel"
    assert translate_markdown(source, Words("ro")) == "# Pâlnia\n\nUnknown words.\n\n### Pâlnia"


def test_a_paragraph_is_translated_wherever_its_lines_break():
    source = "Tables that the teams' pages read; they are empty\nwhere fewer than 5 teams stand behind them."
    assert translate_markdown(source, Words("ro")).startswith("Tabele pe care le citesc")


def test_an_english_reader_gets_the_source():
    assert translate_markdown("## The funnel", Words("en")) == "## The funnel"


def test_without_a_translation_the_source_stays():
    assert translate_markdown("## My own heading", Words("ro")) == "## My own heading"
