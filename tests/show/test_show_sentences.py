import pytest

from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.show import Words, findings, sentences
from salesanalytics.show._catalogue import Entry, catalogue, parse

SENTENCES = {
    "test.findings.gap.sentence": "Bookings are {behind:percent} behind; {rep:text} is the gap.",
    "test.findings.gap.next_step": "Talk to {rep:text}.",
}


VALUES = {"behind": 0.08, "rep": "{x:money} <b>"}


def gap(severity, weight, **more):
    return Finding("test.gap", severity, more.pop("values", VALUES), Evidence(12, "deals"), weight=weight, **more)


@pytest.fixture(autouse=True)
def sentences_of_the_test(monkeypatch):
    added = {key: Entry(key, {"other": parse(text, key)}) for key, text in SENTENCES.items()}
    monkeypatch.setattr("salesanalytics.show.words.catalogue", lambda locale: {**catalogue(locale), **added})


def test_findings_are_told_most_pressing_first():
    told = findings([gap("good", 9), gap("act", 1), gap("watch", 5), gap("act", 7)], Words())
    assert [(block.severity, block.weight) for block in told] == [("act", 7), ("act", 1), ("watch", 5), ("good", 9)]


def test_a_finding_has_sentence_evidence_and_next_step_in_the_readers_language():
    block = next(iter(findings([gap("act", float("nan"))], Words("ro", "EUR"))))
    assert block.sentence == "Bookings are 8\u00a0% behind; {x:money} <b> is the gap."
    assert block.next_step == "Talk to {x:money} <b>."
    assert (block.label, block.owner, block.evidence) == ("Necesită acțiune", "Liderul echipei", "12 oportunități")
    assert block.weight == 0


def test_who_may_see_it_is_kept():
    assert sentences.finding(gap("act", 1, audience="analyst"), Words()).audience == "analyst"


def test_a_value_the_sentence_needs_is_demanded():
    with pytest.raises(ValueError, match=r"test.findings.gap.sentence needs a value for \{rep:text\}; given: behind"):
        findings([gap("act", 1, values={"behind": 0.1})], Words())


def test_what_operations_do_is_keeping_records() -> None:
    told = Finding("pace.nothing", "watch", {}, Evidence(0, "won_deals"), owner="operations")
    (block,) = findings([told], Words("en", "EUR")).items
    assert block.says == "record"  # type: ignore[union-attr]
