import re

import pytest
import yaml

from salesanalytics.show._catalogue import FOLDER, FORMS, Entry, catalogue, read
from salesanalytics.show.words import _WRITERS, Words

FILES = sorted({file.name for locale in ("en", "ro") for file in (FOLDER / locale).glob("*.yaml")})
NEEDED = {"en": {"one", "other"}, "ro": {"one", "few", "other"}}


def values(entry: Entry) -> set[tuple[str, str]]:
    """What fills a sentence; a number before what it counts is a number."""
    return {(slot.name, slot.kind.replace("counted", "count")) for slot in entry.slots}


COUNTED_THINGS = (
    "agenți|contracte|indicatori|intervale|locuri|lucruri|luni|oameni|oportunități|ori|"
    "perioade|persoane|plecări|priviri|prognoze|surse|zile"
)


def test_a_romanian_number_before_what_it_counts_knows_where_it_takes_de():
    """Outside its plural forms a number is either `{n:counted}` or followed by no noun."""
    bare = re.compile(rf"\{{(\w+):count\}} (?:de )?(?:{COUNTED_THINGS})\b")
    wrong = []
    for name in FILES:
        for entry, text in _texts(yaml.safe_load((FOLDER / "ro" / name).read_text(encoding="utf-8"))):
            wrong += [found[0] for found in bare.finditer(text) if found[1] != entry]
    assert wrong == []


def _texts(value, by=None):
    """Every text with the name its plural form goes by."""
    if isinstance(value, dict):
        by = value.get("plural_by", "n") if "other" in value and len(FORMS & set(value)) > 1 else by
        for one in value.values():
            yield from _texts(one, by)
    elif isinstance(value, str):
        yield by, value


@pytest.mark.parametrize("name", FILES)
def test_both_languages_have_the_same_sentences_with_the_same_values(name):
    english, romanian = ({entry.key: values(entry) for entry in read(FOLDER / locale / name)} for locale in ("en", "ro"))
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
        "deal_value": ("amount", "10 to 20"),
        "voices": ("buyer", "aspect", "price"),
        "theme": ("customers", "price"),
        "causes": (("won", 3e5), ("resized_up", 2e4)),
        "day": None,
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
