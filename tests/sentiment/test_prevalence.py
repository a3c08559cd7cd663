"""Shares of groups: right on average where counting is not, with intervals that hold, and honest where errors are unknown."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from salesanalytics.errors import TextError
from salesanalytics.models.sentiment.estimator import SentimentModel
from salesanalytics.models.sentiment.prevalence import prevalence, share
from salesanalytics.models.sentiment.rates import held_out_rates

from .sentences import FOREIGN, labelled


class Scored:
    """A model known by its scores alone: logits that are normal around −1 and 1, of texts of which a third are positive.

    `apart`: by how much groups of labelled texts differ in how they write.
    """

    def __init__(self, labels: int, seed: int, groups: int = 1, apart: float = 0.0) -> None:
        self.rng = np.random.default_rng(seed)
        self.apart = apart
        group = self.rng.integers(0, groups, labels)
        positive = (self.rng.random(labels) < 1 / 3).astype(float)
        shift = self.rng.normal(0, apart, groups)[group]
        held = pd.DataFrame({"language": "en", "positive": positive, "chance": self.chances(positive, shift)})
        self.held_out_ = held.assign(group=group) if groups > 1 else held

    def chances(self, positive: np.ndarray, shift: np.ndarray | float = 0.0) -> np.ndarray:
        return expit(self.rng.normal(2 * positive - 1 + shift, 1.4) * 1.02 - np.log(2))

    def bag(self, n: int, true: float) -> np.ndarray:
        return self.chances((self.rng.random(n) < true).astype(float), self.rng.normal(0, self.apart))

    def read(self, texts: object, language: object = None) -> pd.DataFrame:
        raise AssertionError("scores are not scored again")


@pytest.mark.parametrize(("labels", "groups", "apart"), [(80, 1, 0.0), (1500, 1, 0.0), (1500, 12, 0.5)])
@pytest.mark.parametrize("n", [30, 500])
def test_intervals_hold_as_often_as_they_say_and_counting_does_not(labels: int, groups: int, apart: float, n: int) -> None:
    held, counted = [], []
    for seed in range(50):
        model = Scored(labels, seed, groups, apart)
        rates = held_out_rates(model.held_out_)
        for true in (0.1, 0.3, 0.6, 0.9):
            bag = model.bag(n, true)
            found = share({"en": bag}, rates)
            held.append(found.low <= true <= found.high)
            counted.append(found.low <= (bag > 0.5).mean() <= found.high)
    assert 0.90 <= np.mean(held) <= 0.99
    assert n == 30 or np.mean(counted) < 0.97


def test_the_share_is_right_on_average_where_counting_is_far_off() -> None:
    model = Scored(2000, 0)
    rates = held_out_rates(model.held_out_)
    bags = [model.bag(400, 0.8) for _ in range(40)]
    assert np.mean([share({"en": bag}, rates).share for bag in bags]) == pytest.approx(0.8, abs=0.03)
    assert np.mean([(bag > 0.5).mean() for bag in bags]) < 0.65


def test_more_labels_and_more_texts_make_an_interval_narrower() -> None:
    widths = {}
    for labels, n in ((60, 50), (60, 5000), (3000, 50), (3000, 5000)):
        found = [
            share({"en": model.bag(n, 0.4)}, held_out_rates(model.held_out_))
            for model in (Scored(labels, seed) for seed in range(8))
        ]
        widths[labels, n] = np.mean([one.high - one.low for one in found])
    assert widths[60, 50] > widths[60, 5000] > widths[3000, 5000]
    assert widths[3000, 50] > widths[3000, 5000]
    assert widths[60, 5000] > 3 * widths[3000, 5000]  # texts without end do not mend rates that are not known


def test_groups_that_write_differently_make_it_wider() -> None:
    plain, apart = (held_out_rates(Scored(2000, 1, 10, spread).held_out_)["en"] for spread in (0.0, 0.6))
    assert apart.error.mean() > 5 * plain.error.mean()


def test_scores_that_no_share_explains_are_said_not_to_fit() -> None:
    model = Scored(2000, 0)
    sure = np.full(200, 0.999)
    found = share({"en": sure}, held_out_rates(model.held_out_))
    assert not found.fits
    assert found.share == 1.0


def test_texts_surer_than_any_labelled_ones_are_none_or_all() -> None:
    texts, positive = labelled("en")
    told = SentimentModel().fit(texts, positive).prevalence(texts, positive)
    assert told["share"].tolist() == pytest.approx([0, 1], abs=0.01)
    assert told["low"].iloc[0] == 0
    assert told["high"].iloc[1] == 1


def test_every_group_has_a_row_and_every_text_is_counted() -> None:
    texts, positive = labelled("en", "ro")
    model = SentimentModel().fit(texts, positive)
    asked = [*texts, *FOREIGN["de"], None]
    groups = [*np.where(positive == 1, "happy", "sad"), *["abroad"] * 5]
    told = model.prevalence(asked, groups).set_index("group")
    assert told["texts"].to_dict() == {"happy": 80, "sad": 80, "abroad": 5}
    assert told["scored"].to_dict() == {"happy": 80, "sad": 80, "abroad": 0}
    assert told.loc["happy", "share"] > 0.9
    assert told.loc["sad", "share"] < 0.1
    assert told.loc["abroad", ["share", "low", "high"]].isna().all()
    assert told["basis"].to_dict() == {"happy": "labels", "sad": "labels", "abroad": "none"}
    pd.testing.assert_frame_equal(told, model.prevalence(model.read(asked), groups).set_index("group"))


def test_few_texts_of_a_language_without_labels_are_left_out_of_the_share() -> None:
    texts, positive = labelled("en")
    model = SentimentModel().fit(texts, positive)
    alone, among = (
        model.prevalence(asked, ["all"] * len(asked)).iloc[0] for asked in (texts, [*texts, *labelled("ro")[0][:5]])
    )
    assert among["basis"] == "labels"
    assert (among["scored"], among["share"], among["low"]) == (85, alone["share"], alone["low"])


def test_chances_alone_are_enough() -> None:
    texts, positive = labelled("en", "ro")
    model = SentimentModel().fit(texts, positive)
    told = model.prevalence(model.predict_proba(texts)[:, 1], positive)
    assert told["basis"].tolist() == ["labels", "labels"]
    assert told["share"].tolist() == pytest.approx([0, 1], abs=0.05)


def test_without_labels_error_rates_are_assumed_and_the_interval_is_wide() -> None:
    texts, positive = labelled("en")
    model = SentimentModel().fit(texts)
    told = model.prevalence(texts * 20, np.repeat("all", 20 * len(texts))).iloc[0]
    assert told["basis"] == "assumed"
    assert told["low"] < positive.mean() < told["high"]
    assert told["high"] - told["low"] > 0.3


def test_a_language_without_labels_is_assumed_beside_one_that_has_them() -> None:
    texts, positive = labelled("ro")
    model = SentimentModel().fit(texts, positive)
    told = model.prevalence([*texts, *labelled("en")[0]], ["all"] * 160)
    assert told["basis"].tolist() == ["both"]


@pytest.mark.parametrize(
    ("scores", "groups", "told"),
    [
        (["good"], ["a", "b"], "2 groups came for 1 texts"),
        (["good"], [None], "1 texts have no group"),
        (pd.DataFrame({"chance": [0.5]}), ["a"], "scores lack language"),
        ([0.5, 7.0], ["a", "a"], r"up to 7; expected one chance of positive"),
    ],
)
def test_what_cannot_be_grouped_is_an_error_that_says_why(scores: object, groups: list, told: str) -> None:
    with pytest.raises(TextError, match=told):
        prevalence(scores, groups, SentimentModel().fit(["good"]))
