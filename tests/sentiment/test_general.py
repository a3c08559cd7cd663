"""What our own sentences teach: events that no lexicon lists, in both languages; and the file they lie in."""

import numpy as np
import pytest

from salesanalytics.models.sentiment.folding import fold
from salesanalytics.models.sentiment.general import FOLDER, examples, fitted, read_general

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
    told = read_general(folded, np.array([language] * 4))[:, 0]
    assert (told[:2] > 0).all()
    assert (told[2:] < 0).all()


def test_another_language_says_nothing() -> None:
    assert read_general(["dobra obsluga"], np.array(["other"])).tolist() == [[0, 0]]


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
    assert abs(model.read(["signed"])[0, 0]) < 1e-6


@pytest.mark.parametrize("language", EVENTS)
def test_what_the_clauses_say_is_summed_and_a_mark_alone_says_little(language: str) -> None:
    good, bad = (fold(sentences[0]) for sentences in EVENTS[language])
    rows = np.array([language] * 5)
    told = read_general([good, bad, f"{good}, {bad}", "!", ""], rows)[:, 0]
    assert told[2] == pytest.approx(told[0] + told[1])
    assert abs(told[3]) < 2
    assert told[4] == 0


def test_what_is_repeated_is_said_once() -> None:
    once, often = read_general(
        ["no budget this year", "no budget this year, " * 40 + "no budget this year"], np.array(["en"] * 2)
    )
    assert often.tolist() == once.tolist()


def test_the_share_of_words_that_are_known_is_of_words_with_letters() -> None:
    told = read_general(["the contract qwrtzp 17 !", "17 !"], np.array(["en", "en"]))[:, 1]
    assert told.tolist() == [pytest.approx(2 / 3), 1.0]


def test_a_text_says_the_same_alone_and_among_others() -> None:
    texts = ["they asked for the contract, then nothing", "no budget this year", "", "signed - paid"]
    rows = np.array(["en"] * 4)
    alone = np.vstack([read_general([text], rows[:1]) for text in texts])
    assert np.allclose(read_general(texts, rows), alone)
