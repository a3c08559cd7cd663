"""Sentence embeddings of a model in a folder: neighbours in meaning help where labels name few words; faults are named."""

import sys
from pathlib import Path

import numpy as np
import pytest
from model2vec import StaticModel
from sklearn.base import clone
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from salesanalytics.errors import TextError
from salesanalytics.models.sentiment.embeddings import encoder, vectors
from salesanalytics.models.sentiment.estimator import SentimentModel

GOOD = ("zorp", "blim", "tavo", "quen", "mirl", "sopa")
BAD = ("grak", "wuff", "dorn", "yext", "plim", "horg")
WORDS = ("[UNK]", "the", "unit", "was", "again", *GOOD, *BAD)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of words that nobody knows, in which good ones are neighbours of good ones."""
    rng = np.random.default_rng(0)
    side = np.array([0.0] * 5 + [1.0] * len(GOOD) + [-1.0] * len(BAD))
    table = np.column_stack([side, rng.normal(0, 0.1, (len(WORDS), 7))])
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    path = tmp_path_factory.mktemp("model")
    StaticModel(table.astype(np.float32), tokenizer).save_pretrained(path)
    return path


def texts(words: tuple[str, ...], n: int) -> list[str]:
    """`n` texts in which one of the words stands."""
    return [f"The unit was {words[at % len(words)]} again, number {at}" for at in range(n)]


def learned(folder: Path | None) -> SentimentModel:
    """A model that labels have taught half of the words."""
    labels = [1] * 30 + [0] * 30
    return SentimentModel(embeddings=folder).fit(texts(GOOD[:3], 30) + texts(BAD[:3], 30), labels, language="en")


def test_words_that_no_label_named_are_known_by_their_neighbours(folder: Path) -> None:
    new, sides = texts(GOOD[3:], 30) + texts(BAD[3:], 30), np.array([1] * 30 + [0] * 30)
    assert (learned(folder).predict(new, language="en") == sides).mean() > 0.95
    assert (learned(None).predict(new, language="en") == sides).mean() < 0.8


def test_embeddings_that_say_nothing_do_little_harm() -> None:
    class Noise:
        def encode(self, texts: list[str]) -> np.ndarray:
            return np.random.default_rng(len(texts)).normal(size=(len(texts), 32))

    good, bad = [f"great and quick, case {at}" for at in range(60)], [f"slow and rude, case {at}" for at in range(60)]
    sides = [1] * 60 + [0] * 60
    model = SentimentModel(embeddings=Noise()).fit(good + bad, sides, language="en")
    assert (model.predict(good + bad, language="en") == np.array(sides)).mean() > 0.95


def test_accents_and_case_change_nothing(folder: Path) -> None:
    model = learned(folder)
    chances = model.predict_proba(["The unit was zorp again", "THE UNIT WAS ZÖRP AGAIN"], language="en")[:, 1]
    assert chances[0] == chances[1]


def test_without_labels_embeddings_say_nothing(folder: Path) -> None:
    said = ["They asked for the contract", "Went dark after the demo"]
    plain, beside = (SentimentModel(embeddings=one).fit(said, language="en").predict_proba(said) for one in (None, folder))
    assert np.array_equal(plain, beside)


def test_vectors_have_length_one_or_none(folder: Path) -> None:
    found = vectors(encoder(folder), ["zorp blim", "the unit", ""])
    assert np.linalg.norm(found[0]) == pytest.approx(1)
    assert np.linalg.norm(found[2]) in (0, pytest.approx(1))
    assert vectors(encoder(folder), []).shape == (0, 0)


def test_a_model_can_be_cloned_with_its_folder(folder: Path) -> None:
    assert clone(SentimentModel(embeddings=folder)).embeddings == folder


def test_a_folder_that_is_not_there_is_named_and_nothing_is_downloaded(tmp_path: Path) -> None:
    with pytest.raises(TextError, match=r"'minishlab/potion', where no folder is.*not downloaded"):
        SentimentModel(embeddings="minishlab/potion").fit(["good"], language="en")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(TextError, match=r"holds no model that model2vec can read.*model\.safetensors"):
        encoder(tmp_path)


def test_without_the_extra_the_error_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "model2vec", None)
    with pytest.raises(TextError, match=r"pip install 'salesanalytics\[embeddings\]'"):
        encoder(folder)


def test_what_cannot_encode_is_refused() -> None:
    with pytest.raises(TextError, match="embeddings is int; expected the folder of a model"):
        SentimentModel(embeddings=5).fit(["good"], language="en")


@pytest.mark.parametrize(("given", "told"), [(np.zeros(3), r"shape \(3,\)"), (np.full((2, 3), np.nan), "not finite")])
def test_what_is_no_vector_per_text_is_refused(given: np.ndarray, told: str) -> None:
    class Odd:
        def encode(self, texts: list[str]) -> np.ndarray:
            return given

    with pytest.raises(TextError, match=told):
        vectors(Odd(), ["one", "two"])
