import re

import pytest
import yaml

from salesanalytics.show._catalogue import FOLDER, FORMS, catalogue, read
from salesanalytics.show.words import _WRITERS, Words

FILES = sorted({file.name for locale in ("en", "ro") for file in (FOLDER / locale).glob("*.yaml")})
NEEDED = {"en": {"one", "other"}, "ro": {"one", "few", "other"}}


@pytest.mark.parametrize("name", FILES)
def test_both_languages_have_the_same_sentences_with_the_same_values(name):
    english, romanian = ({entry.key: entry.slots for entry in read(FOLDER / locale / name)} for locale in ("en", "ro"))
    assert sorted(english) == sorted(romanian)
    assert {key for key in english if english[key] != romanian[key]} == set()


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_a_sentence_with_plural_forms_has_all_its_language_needs(locale):
    entries = [entry for entry in catalogue(locale).values() if len(entry.forms) > 1]
    assert entries
    assert [entry.key for entry in entries if not set(entry.forms) >= NEEDED[locale]] == []


def test_romanian_is_written_with_commas_below_not_cedillas():
    text = "".join(file.read_text(encoding="utf-8") for file in (FOLDER / "ro").glob("*.yaml"))
    assert re.findall("[şţŞŢ]", text) == []
    assert "ș" in text
    assert "ț" in text


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_every_sentence_can_be_said(locale):
    samples = dict.fromkeys(_WRITERS, 3) | {
        "text": "x",
        "kpi": "win_rate",
        "driver": "trained",
        "date": None,
        "month": None,
        "period": None,
    }
    words = Words(locale, "EUR")
    for entry in catalogue(locale).values():
        values = {entry.plural_by: 3} | {slot.name: samples[slot.kind] for slot in entry.slots}
        assert words.say(entry.key, **values).strip(), entry.key


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('a: "{won}"', r"holds \{won\}; expected \{name:kind\}"),
        ('a: "{won:gold}"', r"holds \{won:gold\}"),
        ('a: "{"', "brace outside a placeholder"),
        ("a: 3", "expected a sentence"),
        ("a: no", "expected a sentence"),
        ("no: x", "is read as bool; put it in quotes"),
        ("a: x\na: y", "repeats the key a"),
        ("a: {one: x}", ""),
    ],
)
def test_a_malformed_catalogue_says_where(tmp_path, content, message):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "bad.yaml").write_text(content, encoding="utf-8")
    if not message:
        assert list(catalogue("en", tmp_path)) == ["a.one"]
        return
    with pytest.raises(ValueError, match=message):
        catalogue("en", tmp_path)


def test_a_key_has_one_home(tmp_path):
    (tmp_path / "en").mkdir()
    for name in ("a", "b"):
        (tmp_path / "en" / f"{name}.yaml").write_text('x: {y: "z"}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"b.yaml \(en\) repeats the key x.y"):
        catalogue("en", tmp_path)


def test_catalogues_are_plain_yaml():
    for file in FOLDER.glob("*/*.yaml"):
        assert isinstance(yaml.safe_load(file.read_text(encoding="utf-8")), dict)
    assert {"one", "other"} <= FORMS
