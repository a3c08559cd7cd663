"""What our own sentences teach: events that no lexicon lists, in both languages; and the file they lie in."""

import numpy as np
import pytest

from salesanalytics.models.sentiment.folding import fold
from salesanalytics.models.sentiment.general import FOLDER, examples, fitted, general_log_odds
from salesanalytics.models.sentiment.words import terms

EVENTS = {
    "en": (
        ("they asked for the contract", "renewed for two years"),
        ("went dark after the demo", "pushed to next quarter again"),
    ),
    "ro": (("au cerut contractul", "au semnat reînnoirea"), ("nu mai răspund la telefon", "au amânat din nou decizia")),
}


@pytest.mark.parametrize("language", EVENTS)
def test_events_lean_the_way_a_sales_person_reads_them(language: str) -> None:
    good, bad = EVENTS[language]
    folded = [fold(text) for text in (*good, *bad)]
    told = general_log_odds(folded, [terms(one) for one in folded], np.array([language] * 4))
    assert (told[:2] > 0).all()
    assert (told[2:] < 0).all()


def test_another_language_says_nothing() -> None:
    assert general_log_odds(["dobra obsluga"], [terms("dobra obsluga")], np.array(["other"])).tolist() == [0]


@pytest.mark.parametrize("language", EVENTS)
def test_every_line_is_a_side_and_a_text_and_none_stands_there_twice(language: str) -> None:
    lines = (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    assert {line[:2] for line in lines} <= {"+ ", "- ", "= "}
    folded = [fold(line[2:]) for line in lines]
    assert all(folded)
    assert len(set(folded)) == len(folded)
    texts, positive = examples(language)
    assert 0.45 < positive.mean() < 0.55
    assert len(texts) == len(lines) + sum(line[0] == "=" for line in lines)


def test_a_sentence_on_both_sides_leans_nowhere() -> None:
    model = fitted(["signed", "signed", "lost", "won"], np.array([1.0, 0.0, 0.0, 1.0]))
    assert abs(model.log_odds([("signed", terms("signed"))])[0]) < 1e-6
