"""A classifier of texts: with no labels, few and more, in both languages, and with everything a table of comments can hold."""

import pickle
import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from salesanalytics.errors import TextError
from salesanalytics.models.sentiment import estimator
from salesanalytics.models.sentiment.estimator import NotScoredWarning, SentimentModel
from salesanalytics.models.sentiment.learning import folds

from .numbers_as_texts import NumbersAsTexts
from .sentences import FOREIGN, labelled

NOT_FOR_TEXTS = {
    "check_estimators_dtypes": "labels 1 and 2 could be several scales",
    "check_classifier_data_not_an_array": "labels 1 and 2 could be several scales",
    "check_fit2d_1feature": "labels 1 and 2 could be several scales",
    "check_classifiers_classes": "labels 'one' and 'two' are neither negative nor positive",
    "check_supervised_y_no_nan": "a missing label is a text that nobody labelled",
}


@parametrize_with_checks([NumbersAsTexts()], expected_failed_checks=lambda _: NOT_FOR_TEXTS)
def test_keeps_scikit_learns_contract(estimator: NumbersAsTexts, check: object) -> None:
    check(estimator)  # type: ignore[operator]


@pytest.fixture(scope="module")
def both() -> SentimentModel:
    texts, positive = labelled("en", "ro")
    return SentimentModel().fit(texts, positive)


def test_is_a_classifier_of_texts_that_can_be_cloned_pickled_and_cross_validated(both: SentimentModel) -> None:
    texts, positive = labelled("en")
    assert clone(SentimentModel(unsure=0.2)).unsure == 0.2
    again = pickle.loads(pickle.dumps(both))
    np.testing.assert_array_equal(again.predict_proba(texts), both.predict_proba(texts))
    assert cross_val_score(SentimentModel(), texts, positive, cv=3).mean() > 0.9


def test_learns_both_languages_in_one_fit(both: SentimentModel) -> None:
    for language in ("en", "ro"):
        texts, positive = labelled(language, seed=1)
        assert both.score(texts, positive) > 0.95
    assert both.basis_ == {"en": "labels", "ro": "labels"}
    assert both.counts_["labelled"] == 160


def test_held_out_chances_are_not_those_of_texts_already_seen() -> None:
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(["plan", "call", "note", "deal", "page"], 6)) + f" x{place}" for place in range(120)]
    model = SentimentModel().fit(texts, rng.integers(0, 2, 120), language="en")
    assert abs(((model.held_out_["chance"] > 0.5) == model.held_out_["positive"]).mean() - 0.5) < 0.15


def test_copies_of_a_text_lie_in_one_fold() -> None:
    texts, positive = labelled("en")
    found = folds([*texts, *texts], np.concatenate([positive, positive]).astype(float), None, 0)
    assert found is not None
    np.testing.assert_array_equal(found[: len(texts)], found[len(texts) :])


def test_groups_lie_in_one_fold_each() -> None:
    texts, positive = labelled("en")
    groups = np.array([one[:9] for one in texts])
    found = folds(texts, positive.astype(float), groups, 0)
    assert found is not None
    assert all(len(set(found[groups == one])) == 1 for one in set(groups))


def test_goes_by_the_prior_without_labels() -> None:
    texts = ["The demo was great, thanks!", "Terrible support, we hate it.", "The meeting is at ten."]
    model = SentimentModel().fit(texts)
    read = model.read(texts)
    assert read["verdict"].tolist()[:2] == ["positive", "negative"]
    assert abs(read["chance"].iloc[2] - 0.5) < 0.2  # says neither
    assert model.basis_ == {"en": "prior", "ro": "prior"}
    assert model.classes_.tolist() == ["negative", "positive"]


def test_beyond_the_most_labels_a_part_drawn_by_chance_is_learned_from_and_the_rest_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(estimator, "MOST_LABELS", 60)
    texts = [f"{'great' if at % 2 else 'awful'} support, case {at}" for at in range(200)]
    model = SentimentModel().fit(texts, [at % 2 for at in range(200)])
    assert (model.counts_["labelled"], model.counts_["labels beyond"], len(model.held_out_)) == (60, 140, 60)
    assert set(np.diff(model.held_out_["row"])) != {1}
    again = SentimentModel().fit(texts, [at % 2 for at in range(200)])
    assert again.held_out_.equals(model.held_out_)


def test_few_labels_bend_the_prior_and_teach_no_words() -> None:
    texts = ["great, thanks", "awful support", "good call", "bad news"]
    model = SentimentModel().fit(texts, [1, 0, 1, 0])
    assert model.learned_.words is None
    assert model.score(texts, [1, 0, 1, 0]) == 1


def test_a_language_without_labels_goes_by_the_prior() -> None:
    texts, positive = labelled("ro")
    model = SentimentModel().fit([*texts, "great"], [*positive, None])
    alone = SentimentModel().fit(["great"])
    text = "the support was great, thanks for that"
    assert model.basis_ == {"en": "prior", "ro": "labels"}
    assert model.predict_proba([text])[0, 1] == pytest.approx(alone.predict_proba([text])[0, 1])


def test_a_few_labels_of_one_language_beside_many_of_the_other_are_put_aside_and_counted() -> None:
    texts, positive = labelled("en")
    some, sides = labelled("ro")
    model = SentimentModel().fit([*texts, *some[:3]], [*positive, *sides[:3]])
    assert model.basis_ == {"en": "labels", "ro": "prior"}
    assert (model.counts_["labelled"], model.counts_["labels aside"]) == (80, 3)
    assert model.prevalence(some, ["all"] * 80)["basis"].tolist() == ["assumed"]


@given(st.sampled_from(labelled("ro")[0]), st.sampled_from(["upper", "bare", "cedilla"]))
@settings(max_examples=20, deadline=None)
def test_case_and_diacritics_never_change_a_chance(text: str, how: str) -> None:
    ways = {
        "upper": text.upper(),
        "bare": text.translate(str.maketrans("ăâîșțĂÂÎȘȚ", "aaistAAIST")),
        "cedilla": text.translate(str.maketrans("șțȘȚ", "şţŞŢ")),
    }
    model = _romanian()
    np.testing.assert_array_equal(model.predict_proba([ways[how]]), model.predict_proba([text]))


@cache
def _romanian() -> SentimentModel:
    return SentimentModel().fit(*labelled("ro"))


def test_a_text_is_scored_alone_as_among_others(both: SentimentModel) -> None:
    texts = labelled("en", "ro")[0][:20]
    alone = np.vstack([both.predict_proba([one]) for one in texts])
    np.testing.assert_allclose(both.predict_proba(texts), alone, rtol=1e-12)


def test_every_row_is_scored_or_says_why_not(both: SentimentModel) -> None:
    texts = [
        None,
        float("nan"),
        "",
        "🎉👍",
        "10/10",
        FOREIGN["de"][0],
        "<script>alert(1)</script>",
        "the demo was great, thanks.",
    ]
    read = both.read(texts)
    assert read["reason"].tolist() == ["missing", "missing", *["no letters"] * 3, "other language", "no letters", ""]
    assert read["verdict"].tolist() == ["not scored"] * 7 + ["positive"]
    assert read["chance"].notna().tolist() == [False] * 7 + [True]
    counts = SentimentModel().fit(texts).counts_
    assert counts["texts"] == counts["scored"] + counts["missing"] + counts["no letters"] + counts["other language"]


@pytest.mark.parametrize(
    "text",
    [
        "The demo was great, thanks /s",
        "Yeah, right, the demo was great, thanks",
        "Demonstrația a fost excelentă, mulțumim #sarcasm",
        "da, sigur, a mers bine și la timp",
    ],
)
def test_marked_sarcasm_gets_no_verdict(both: SentimentModel, text: str) -> None:
    assert both.read([text])[["verdict", "reason"]].to_numpy().tolist() == [["unsure", "sarcasm"]]


def test_predict_names_a_class_for_a_text_that_is_not_scored_and_warns(both: SentimentModel) -> None:
    with pytest.warns(NotScoredWarning, match="1 of 2 texts are not scored"):
        assert both.predict([None, "the demo was great, thanks."])[1] == 1


def test_a_very_long_text_is_read_in_part_and_says_so(both: SentimentModel) -> None:
    read = both.read(["the demo was great, thanks. " * 40_000])
    assert read["cut"].tolist() == [True]
    assert read["verdict"].tolist() == ["positive"]


@pytest.mark.parametrize(
    ("texts", "labels", "language", "told"),
    [
        ([], None, None, "0 texts came"),
        (["good", "fine"], [1, 1], None, "all 2 labels are positive: one class only; expected both"),
        (["good", None], [1, 0], None, "all 1 labels of texts that can be scored are positive"),
        (["good", "bad"], [1], None, "1 labels came for 2 texts"),
        (["good", "bad"], None, "fr", "language holds 'fr'; expected 'en', 'ro'"),
        (["good", "bad"], None, ["en"], "1 languages came for 2 texts"),
    ],
)
def test_what_cannot_be_fitted_is_an_error_that_says_why(texts: list, labels: list | None, language: object, told: str) -> None:
    with pytest.raises(TextError, match=told):
        SentimentModel().fit(texts, labels, language)


def test_labelled_texts_without_a_group_are_an_error_where_groups_are_named() -> None:
    with pytest.raises(TextError, match="1 labelled texts have no group"):
        SentimentModel().fit(["good", "bad", "so"], [1, 0, None], groups=["a", None, None])


def test_stars_are_learned_and_scored_as_negative_and_positive() -> None:
    texts, positive = labelled("en")
    stars = np.where(positive == 1, np.arange(80) % 2 + 4, np.arange(80) % 2 + 1)
    model = SentimentModel().fit([*texts, "so and so"], [*stars, 3])
    assert set(model.predict(texts)) == {"negative", "positive"}
    assert model.score(texts, stars) > 0.95
    assert model.counts_["neutral"] == 1


def test_texts_without_labels_teach_words_that_go_with_sure_texts() -> None:
    rng = np.random.default_rng(0)
    sides = rng.integers(0, 2, 600)
    texts = [f"the {('zibble', 'quorn')[side]} {('was awful', 'was great')[side]} {rng.integers(1e6)}" for side in sides]
    model = SentimentModel().fit(texts, language="en")
    found = model.predict_proba(["we got a zibble", "we got a quorn"], language="en")[:, 1]
    assert found[0] < 0.4
    assert found[1] > 0.6
    assert SentimentModel().fit(texts[:50], language="en").own_words_ == {}


def test_nothing_is_warned_of_and_order_of_rows_is_irrelevant_to_scores() -> None:
    texts, positive = labelled("en")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = SentimentModel().fit(pd.Series(texts, index=range(5, 85)), pd.Series(positive))
    assert model.predict_proba(texts[::-1]).tolist() == model.predict_proba(texts)[::-1].tolist()
