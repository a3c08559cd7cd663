"""Feedback texts: all different, in correct letters, with the planted mood."""

import numpy as np
import pandas as pd
import pytest

from salesanalytics.demo import write_demo
from salesanalytics.demo.texts import ASPECTS, LANGUAGES, compose, grammar


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ASPECTS)
def test_fifty_thousand_texts_are_all_different(language, kind):
    rng = np.random.default_rng(1)
    first = rng.integers(0, 5, 50_000)
    aspects = np.column_stack([first, (first + rng.integers(1, 5, len(first))) % 5])
    texts, _ = compose(language, kind, aspects, rng.integers(0, 3, aspects.shape), rng)
    assert len(set(texts.to_pylist())) == 50_000


def test_too_many_texts_for_the_grammar_are_refused(monkeypatch):
    monkeypatch.setattr("salesanalytics.demo.texts._any", lambda pool, count, rng: pool.take(np.zeros(count, np.int64)))
    aspects, moods = np.tile([0, 1], (20_000, 1)), np.ones((20_000, 2), np.int64)
    with pytest.raises(RuntimeError, match="too small for 20,000"):
        compose("en", "buyer", aspects, moods, np.random.default_rng(1))


def test_the_companys_texts_are_all_different(company):
    assert company.tables["feedback"]["text"].is_unique


def test_romanian_has_its_own_letters(company):
    romanian = company.tables["feedback"].query("language == 'ro'")["text"]
    assert len(romanian) > 150
    assert romanian.str.contains("[ășțâî]").mean() > 0.99
    everything = " ".join(
        text
        for kind in ASPECTS
        for pool in ("clauses", "adjuncts", "closings")
        for text in getattr(grammar("ro", kind), pool).to_pylist()
    )
    assert not set("şţŞŢãÃ") & set(everything)


def test_english_has_no_romanian_letters():
    english = " ".join(text for kind in ASPECTS for text in grammar("en", kind).clauses.to_pylist())
    assert english.isascii()


def test_every_text_is_made_of_whole_sentences(company):
    text = company.tables["feedback"]["text"]
    assert text.str.match(r"^[A-ZÎȘȚÂĂ]").all()
    assert text.str.endswith(".").all()
    assert not text.str.contains(r"  |\.\.| ,|\{|\}| \.").any()


def test_romanians_write_romanian(company):
    feedback = company.tables["feedback"].merge(company.tables["account"][["account_id", "country"]], on="account_id")
    share = (feedback["language"] == "ro").groupby(feedback["country"] == "RO").mean()
    assert share[True] > 0.8
    assert share[False] == 0


def test_scores_follow_the_mood(tmp_path):
    write_demo(tmp_path, teams=6, reps=60, months=12)
    mood = pd.read_parquet(tmp_path / "truth_feedback.parquet")
    feedback = pd.read_csv(tmp_path / "feedback.csv").merge(mood, on="feedback_id", validate="one_to_one")
    mean = feedback.groupby(["score_scale", "mood"])["score"].mean().unstack()
    assert (mean["positive"] > mean["neutral"]).all()
    assert (mean["neutral"] > mean["negative"]).all()
    assert feedback["aspect_2"].isna().mean() == pytest.approx(0.10, abs=0.03)


def test_one_product_disappoints_from_its_month_on(large):
    told = large.truth["sentiment"]["product_drop"]
    product = large.tables["product"].set_index("name").loc[told["product"], "product_id"]
    buyers = large.tables["feedback"].query("author_kind == 'buyer' and score_scale == 'nps'")
    happy = buyers["score"] >= 8
    later = buyers["occurred_at"] >= pd.Timestamp(told["from_day"], tz="UTC")
    own = buyers["product_id"] == product
    assert happy[own & later].mean() < happy[own & ~later].mean() - 0.15
    assert abs(happy[~own & later].mean() - happy[~own & ~later].mean()) < 0.08


def test_employees_answer_without_their_names(company):
    staff = company.tables["feedback"].query("author_kind == 'employee'")
    assert staff[["rep_id", "account_id", "opportunity_id"]].isna().all(axis=None)
    assert staff["team_id"].notna().all()
