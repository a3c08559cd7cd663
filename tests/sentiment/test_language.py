"""English, Romanian, another language, or none."""

import pytest

from salesanalytics.models.sentiment.folding import fold
from salesanalytics.models.sentiment.language import languages

from .sentences import FOREIGN, SHORT, labelled


@pytest.mark.parametrize("language", ["en", "ro"])
def test_short_notes_and_sentences_are_known(language: str) -> None:
    texts = [*SHORT[language], *labelled(language)[0][:30]]
    assert set(languages([fold(one) for one in texts])) == {language}


@pytest.mark.parametrize("language", FOREIGN)
def test_other_languages_are_told(language: str) -> None:
    assert set(languages([fold(one) for one in FOREIGN[language]])) == {"other"}


def test_without_letters_there_is_none() -> None:
    assert languages(["", "🎉👍", "10/10", "?!…"]).tolist() == ["none"] * 4


def test_a_single_doubtful_word_is_read_rather_than_refused() -> None:
    assert set(languages(["super", "ok", "horrible", "fantastic", "excelent"])) <= {"en", "ro"}
