"""The labelled sales notes keep what they promise: two languages, three kinds, labels in balance, no note twice."""

import csv
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

NOTES = Path(__file__).with_name("notes.csv")
LANGUAGES = ("en", "ro")
KINDS = ("call", "buyer", "employee")
LABELS = ("positive", "negative", "neutral")
CEDILLAS = set("şŞţŢ")
ROMANIAN_LETTERS = set("ăâîșțĂÂÎȘȚ")


def read() -> list[dict[str, str]]:
    with NOTES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def folded(text: str) -> str:
    """Only the letters and digits, without case and accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one if one.isalnum() else " " for one in letters if not unicodedata.combining(one)).split())


@pytest.fixture(scope="module")
def notes() -> list[dict[str, str]]:
    return read()


@pytest.fixture(scope="module")
def romanian(notes) -> list[str]:
    return [note["text"] for note in notes if note["language"] == "ro"]


def test_a_note_has_a_language_a_kind_a_label_and_a_text(notes):
    assert all(list(note) == ["language", "kind", "label", "text"] and all(note.values()) for note in notes)


@pytest.mark.parametrize(("column", "known"), [("language", LANGUAGES), ("kind", KINDS), ("label", LABELS)])
def test_only_known_values_are_used(notes, column, known):
    assert {note[column] for note in notes} == set(known)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_at_least_240_notes_and_near_half_of_all(notes, language):
    count = Counter(note["language"] for note in notes)[language]
    assert count >= 240
    assert 0.45 <= count / len(notes) <= 0.55


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_third_of_a_language_is_of_each_kind(notes, language):
    counts = Counter(note["kind"] for note in notes if note["language"] == language)
    assert all(0.28 <= counts[kind] / counts.total() <= 0.38 for kind in KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_positive_and_negative_are_about_as_many(notes, language, kind):
    counts = Counter(note["label"] for note in notes if (note["language"], note["kind"]) == (language, kind))
    assert 0.45 <= counts["positive"] / (counts["positive"] + counts["negative"]) <= 0.55


@pytest.mark.parametrize("language", LANGUAGES)
def test_neutral_notes_are_few(notes, language):
    counts = Counter(note["label"] for note in notes if note["language"] == language)
    assert 0 < counts["neutral"] / counts.total() <= 0.08


def test_no_note_is_there_twice_even_with_other_case_accents_or_stops(notes):
    counts = Counter(folded(note["text"]) for note in notes)
    assert [text for text, count in counts.items() if count > 1] == []


def test_a_note_is_one_line_of_3_to_60_words(notes):
    texts = [note["text"] for note in notes]
    assert [text for text in texts if not 3 <= len(text.split()) <= 60 or " ".join(text.split()) != text] == []


def test_letters_are_whole_characters(notes):
    assert [note["text"] for note in notes if not unicodedata.is_normalized("NFC", note["text"])] == []


def test_no_letter_has_a_cedilla(notes):
    assert [note["text"] for note in notes if CEDILLAS & set(note["text"])] == []


def test_romanian_uses_every_letter_of_its_own_and_nearly_every_note_has_one(romanian):
    assert set("ăâîșț") <= set("".join(romanian))
    assert sum(bool(ROMANIAN_LETTERS & set(text)) for text in romanian) >= 0.95 * len(romanian)


def test_english_has_no_romanian_letters(notes):
    assert [note["text"] for note in notes if note["language"] == "en" and ROMANIAN_LETTERS & set(note["text"])] == []
