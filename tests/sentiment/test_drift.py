"""An alarm when texts are no longer like those a model was fitted on, seldom else."""

import numpy as np
import pytest

from salesanalytics.models.sentiment.estimator import SentimentModel

from .sentences import FOREIGN, labelled

WORDS = [f"w{place}ord" for place in range(300)]


def texts(rng: np.random.Generator, sides: np.ndarray, words: list[str] = WORDS, length: int = 8) -> list[str]:
    """Nonsense with one telling word in most texts."""
    many = np.minimum(rng.zipf(1.5, (len(sides), length)) - 1, len(words) - 1)
    telling = np.where(rng.random(len(sides)) < 0.7, np.where(sides == 1, "great", "awful"), "so")
    return [" ".join([*(words[place] for place in row), tell]) for row, tell in zip(many, telling, strict=True)]


@pytest.fixture(scope="module")
def models() -> list[tuple[SentimentModel, np.random.Generator]]:
    found = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        sides = (rng.random(300) < 0.5).astype(int)
        found.append((SentimentModel().fit(texts(rng, sides), sides, language="en"), rng))
    return found


@pytest.mark.planted
def test_false_alarms_are_as_rare_as_stated_also_where_the_share_of_positive_texts_changes(models: list) -> None:
    fired = [
        model.drift(texts(rng, (rng.random(80) < true).astype(int)), language="en").alarm
        for model, rng in models
        for true in (0.2, 0.5, 0.8) * 5
    ]
    assert np.mean(fired) <= 0.09


@pytest.mark.parametrize(
    ("sign", "changed"),
    [
        ("unknown_words", lambda rng, sides: texts(rng, sides, [one[::-1] for one in WORDS])),
        ("length", lambda rng, sides: texts(rng, sides, length=14)),
        ("not_scored", lambda rng, sides: [*texts(rng, sides), *["🎉"] * 30]),
    ],
)
def test_names_the_sign_that_changed(models: list, sign: str, changed: object) -> None:
    for model, rng in models[:3]:
        told = model.drift(changed(rng, (rng.random(100) < 0.5).astype(int)), language="en")  # type: ignore[operator]
        assert told.table.set_index("sign").loc[sign, "alarm"]


def test_scores_that_no_share_explains_raise_it() -> None:
    rng = np.random.default_rng(0)
    sides = (rng.random(400) < 0.5).astype(int)
    model = SentimentModel().fit(texts(rng, sides), sides, language="en")
    unsure = [one.replace("great", "so").replace("awful", "so") for one in texts(rng, sides[:150])]
    assert model.drift(unsure, language="en").table.set_index("sign").loc["scores", "alarm"]


def test_another_language_raises_it() -> None:
    model = SentimentModel().fit(*labelled("en"))
    told = model.drift(labelled("ro")[0][:40] + list(FOREIGN["de"]) * 8)
    assert set(told.table.loc[told.table["alarm"], "sign"]) >= {"romanian", "not_scored"}


def test_few_texts_are_not_enough_to_tell() -> None:
    told = SentimentModel().fit(*labelled("en")).drift(["fine by me"] * 5)
    assert (told.enough, told.alarm, told.texts) == (False, False, 5)
