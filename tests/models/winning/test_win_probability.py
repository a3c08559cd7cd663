"""A classifier that finds what is there, says when nothing is, and is told what it cannot use."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from salesanalytics.errors import DataError
from salesanalytics.models.winning.win_probability import WinProbability

from .deals import deals


@parametrize_with_checks([WinProbability()])
def test_passes_the_checks_of_scikit_learn(estimator: WinProbability, check: object) -> None:
    check(estimator)  # type: ignore[operator]


def test_chances_come_near_the_true_ones() -> None:
    table, won, _ = deals()
    model = WinProbability().fit(table, won)
    assert model.verdict_.word == "signal"
    later, _, true = deals(seed=1)
    given = model.predict_proba(later)[:, 1]
    base = np.abs(won.mean() - true).mean()
    assert np.abs(given - true).mean() < 0.4 * base
    assert np.corrcoef(given, true)[0, 1] > 0.9


def test_without_signal_everybody_gets_the_base_rate() -> None:
    table, won, _ = deals(signal=0.0)
    model = WinProbability().fit(table, won)
    assert model.verdict_.word == "no usable signal"
    assert model.verdict_.saved is not None
    assert model.verdict_.saved.low < 0
    assert model.predict_proba(table)[:, 1].tolist() == [won.mean()] * len(won)


def test_copies_of_a_deal_are_no_signal_where_groups_say_so() -> None:
    rng = np.random.default_rng(0)
    once = pd.DataFrame(rng.normal(size=(60, 3)), columns=list("abc"))
    table, won = pd.concat([once] * 8, ignore_index=True), np.tile(rng.integers(0, 2, 60), 8)
    deal = np.tile(np.arange(60), 8)
    assert WinProbability().fit(table, won).verdict_.word == "signal"  # it has seen the others of a deal
    assert WinProbability().fit(table, won, groups=deal).verdict_.word == "no usable signal"


def test_verdict_counts_deals_wins_and_groups() -> None:
    table, won, _ = deals(200)
    verdict = WinProbability().fit(table, won, groups=np.arange(200) // 2).verdict_
    assert (verdict.n, verdict.won, verdict.groups) == (200, won.sum(), 100)
    assert verdict.base_rate.low < won.mean() < verdict.base_rate.high


def test_held_out_chances_are_what_the_verdict_is_about() -> None:
    table, won, _ = deals()
    model = WinProbability().fit(table, won)
    assert model.verdict_.brier is not None
    assert model.verdict_.brier.value == pytest.approx(((model.held_out_ - won) ** 2).mean())


def test_a_leak_is_left_out_and_named() -> None:
    table, won, _ = deals()
    leaky = table.assign(paid=np.where(won == 1, table["size"].abs(), 0.0))
    model = WinProbability().fit(leaky, won)
    assert model.leaks_["column"].tolist() == ["paid"]
    assert "paid" not in model.columns_.names
    assert WinProbability(leaks="keep").fit(leaky, won).verdict_.auc.value > 0.98  # type: ignore[union-attr]


def test_words_not_seen_before_and_missing_cells_get_a_chance() -> None:
    table, won, _ = deals()
    model = WinProbability().fit(table, won)
    odd = table.head(3).assign(segment=["space", None, "bank"], size=[np.nan, 0.0, np.inf])
    given = model.predict_proba(odd)[:, 1]
    assert ((given > 0) & (given < 1)).all()


def test_kinds_of_columns_and_the_order_of_rows_do_not_matter() -> None:
    table, won, _ = deals(300)
    model = WinProbability().fit(table, won)
    given = model.predict_proba(table)
    assert model.predict_proba(table.astype({"segment": "category"}))[:, 1] == pytest.approx(given[:, 1])
    assert model.predict_proba(table[::-1])[::-1, 1] == pytest.approx(given[:, 1])
    assert model.predict_proba(table.set_index("owner", drop=False))[:, 1] == pytest.approx(given[:, 1])


def test_what_cannot_be_used_is_set_aside_with_its_reason() -> None:
    table, won, _ = deals(100)
    odd = table.assign(
        always=1.0,
        never=np.nan,
        seen_on=pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(100), "D"),
        day="2026-03-0" + pd.Series(np.arange(100) % 9 + 1).astype(str),
        some_day=[dt.date(2026, 1, at % 28 + 1) for at in range(100)],
        name=[f"deal {at}" for at in range(100)],
        deal_id=np.arange(100),
    )
    aside = WinProbability().fit(odd, won).columns_.set_aside
    assert aside == {
        "always": "constant",
        "never": "empty",
        "seen_on": "date",
        "day": "date",
        "some_day": "date",
        "name": "identifier",
        "deal_id": "identifier",
    }


def test_infinite_numbers_count_as_missing_and_are_counted() -> None:
    table, won, _ = deals(100)
    table.loc[:3, "size"] = np.inf
    model = WinProbability().fit(table, won)
    assert model.columns_.infinite == {"size": 4}
    assert np.isfinite(model.predict_proba(table)).all()


@pytest.mark.parametrize(("rows", "reason"), [(3, "3 deals"), (49, "49 deals")])
def test_few_deals_are_not_enough_data(rows: int, reason: str) -> None:
    table, won, _ = deals(rows)
    won[:2] = [0, 1]
    model = WinProbability().fit(table, won)
    assert model.verdict_.word == "not enough data"
    assert model.verdict_.reason is not None
    assert model.verdict_.reason.startswith(reason)
    assert model.predict_proba(table)[:, 1].tolist() == [won.mean()] * rows


def test_few_wins_or_few_accounts_are_not_enough_data() -> None:
    table, won, _ = deals(200)
    rare = np.zeros(200, dtype=int)
    rare[:14] = 1
    assert WinProbability().fit(table, rare).verdict_.reason == "14 deals of one outcome; at least 15 of each are needed"
    few = WinProbability().fit(table, won, groups=np.arange(200) % 19)
    assert few.verdict_.reason == "19 groups; at least 20 are needed"


def test_nothing_but_empty_columns_is_no_usable_signal() -> None:
    won = np.arange(100) % 2
    model = WinProbability().fit(pd.DataFrame({"a": [np.nan] * 100, "b": [None] * 100, "c": ["x"] * 100}), won)
    assert model.verdict_.word == "no usable signal"
    assert model.verdict_.reason == "no column is left to tell deals apart"


def test_deals_that_are_all_won_are_an_error_that_says_so() -> None:
    table, _, _ = deals(60)
    with pytest.raises(DataError, match=r"one class \(1\); expected two"):
        WinProbability().fit(table, np.ones(60, dtype=int))


def test_open_deals_among_the_outcomes_are_an_error() -> None:
    table, won, _ = deals(60)
    with pytest.raises(DataError, match=r"missing in 1 rows\. Leave out deals that are open"):
        WinProbability().fit(table, np.where(np.arange(60) == 5, np.nan, won))


def test_two_columns_of_one_name_are_an_error_that_names_them() -> None:
    table, won, _ = deals(60)
    with pytest.raises(DataError, match="Several columns are called size"):
        WinProbability().fit(table.rename(columns={"echo": "size"}), won)


def test_groups_of_another_length_are_an_error() -> None:
    table, won, _ = deals(60)
    with pytest.raises(DataError, match="60 deals and 59 groups"):
        WinProbability().fit(table, won, groups=np.arange(59))


def test_a_wrong_wish_about_leaks_is_an_error() -> None:
    table, won, _ = deals(60)
    with pytest.raises(DataError, match="expected 'leave_out' or 'keep'"):
        WinProbability(leaks="drop").fit(table, won)  # type: ignore[arg-type]
