"""What chances rest on is named, what only goes with it is not; adjusted win rates come near the true ones."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from salesanalytics.models.winning.bands import banded, bands
from salesanalytics.models.winning.drivers import drivers
from salesanalytics.models.winning.encoding import Encoding
from salesanalytics.models.winning.redraw import Redraw
from salesanalytics.models.winning.win_probability import WinProbability

from .deals import deals


@pytest.fixture(scope="module")
def fitted() -> WinProbability:
    table, won, _ = deals(900)
    return WinProbability().fit(table, won)


@pytest.fixture(scope="module")
def found(fitted: WinProbability) -> pd.DataFrame:
    return drivers(fitted)


def test_names_what_tells_and_not_its_echo(found: pd.DataFrame) -> None:
    assert set(found.loc[found["driver"], "column"]) == {"segment", "size"}
    echo = found.set_index("column").loc["echo"]
    assert echo["low"] < 0 < echo["high"]
    assert (found["n"] == 900).all()


def test_worth_lies_in_its_interval_and_the_weightiest_comes_first(found: pd.DataFrame) -> None:
    assert (found["low"] <= found["worth"]).all()
    assert (found["worth"] <= found["high"]).all()
    assert set(found["column"].head(2)) == {"segment", "size"}
    assert found["worth"].is_monotonic_decreasing


def test_rows_of_one_group_do_not_count_as_several() -> None:
    table, won, _ = deals(200)
    twice, both = pd.concat([table, table], ignore_index=True), np.tile(won, 2)
    model = WinProbability().fit(twice, both, groups=np.tile(np.arange(200), 2))
    width = (drivers(model).set_index("column").eval("high - low"))["size"]
    once = (drivers(WinProbability().fit(table, won)).set_index("column").eval("high - low"))["size"]
    assert width == pytest.approx(once, rel=0.35)  # as independent rows it would be 0.7 of it


def test_without_signal_there_is_nothing_to_name() -> None:
    table, won, _ = deals(300, signal=0.0)
    model = WinProbability().fit(table, won)
    assert drivers(model).empty
    assert bands(model, drivers(model)).empty


def test_adjusted_rates_hold_the_true_ones_where_plain_rates_mislead() -> None:
    rng = np.random.default_rng(3)
    n = 3000
    size = rng.integers(0, 3, n)
    partner = rng.random(n) < np.array([0.8, 0.5, 0.2])[size]  # partners bring the small deals, which are won anyway
    won = (rng.random(n) < expit(1.2 - 1.2 * size + 0.6 * partner)).astype(int)
    table = pd.DataFrame({"size": size, "source": np.where(partner, "partner", "own")})
    model = WinProbability().fit(table, won)
    rates = bands(model, drivers(model)).set_index(["column", "band"])
    for source in (0, 1):
        true = float(expit(1.2 - 1.2 * size + 0.6 * source).mean())
        row = rates.loc[("source", ["own", "partner"][source])]
        assert row["low"] < true < row["high"]
        assert abs(row["rate"] - true) > 0.05
    assert rates.loc["size", "n"].sum() == n
    assert rates.loc["size", "won"].sum() == won.sum()


def test_a_band_without_a_win_has_a_finite_interval() -> None:
    table, won, _ = deals(800)
    table["segment"] = np.where(np.arange(800) < 60, "lost", table["segment"])
    won[:60] = 0
    model = WinProbability(leaks="keep").fit(table, won)
    row = bands(model, drivers(model)).set_index(["column", "band"]).loc[("segment", "lost")]
    assert row["won"] == 0
    assert 0 <= row["low"] <= row["adjusted"] < row["high"] < 0.2


def test_bands_are_few_words_few_values_quarters_and_what_is_missing() -> None:
    values = np.array([np.nan] * 10 + list(range(100)), dtype=float)
    quarters = banded(values, None)
    assert quarters.labels == ("0 to 24.75", "24.75 to 49.5", "49.5 to 74.25", "74.25 to 99", "missing")
    assert np.bincount(quarters.place).tolist() == [25, 25, 25, 25, 10]
    few = banded(np.repeat([0.0, 1.0, 2.0, 3.0, 4.0], [30, 15, 6, 25, 2]), None)
    assert few.labels == ("0", "1 to 2", "3 to 4")
    assert np.bincount(few.place).tolist() == [30, 21, 27]
    words = banded(np.array([0.0] * 30 + [1.0] * 25 + [2.0] * 3), pd.Index(["a", "b", "rare"]))
    assert words.labels == ("a", "b", "other")


def test_a_column_drawn_anew_keeps_its_spread_and_what_it_shares_with_others() -> None:
    table, _, _ = deals(3000)
    model_rows = np.column_stack([pd.factorize(table["segment"])[0], table["size"], table["echo"]]).astype(float)
    encoding = Encoding(model_rows, np.array([True, False, False]))
    encoded = encoding(model_rows, own=True)
    again = Redraw(model_rows, encoded)(2, encoded, np.random.default_rng(0))
    assert again.std() == pytest.approx(table["echo"].std(), rel=0.1)
    assert np.corrcoef(again, table["size"])[0, 1] == pytest.approx(np.corrcoef(table["echo"], table["size"])[0, 1], abs=0.03)
    assert np.corrcoef(again - table["size"], table["echo"] - table["size"])[0, 1] == pytest.approx(0.0, abs=0.06)
    words = Redraw(model_rows, encoded)(0, encoded, np.random.default_rng(0))
    assert np.bincount(words.astype(int)) == pytest.approx(np.bincount(model_rows[:, 0].astype(int)), rel=0.1)
