"""The change of what was won adds up to the cent, whatever the deals; by hand where it can be."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics.errors import DataError
from salesanalytics.models.winning.change import Change, change_of_won


def closed(*rows: tuple[int, float, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["won", "amount", "kind"])


def parts(change: Change) -> dict[str, float]:
    return change.table.set_index("factor")["part"].to_dict()


def test_twice_as_many_deals_of_the_same_sort_is_all_volume() -> None:
    before = closed((1, 100.0, "a"), (0, 50.0, "a"), (1, 30.0, "b"), (0, 70.0, "b"))
    change = change_of_won(before, pd.concat([before, before]), won="won", amount="amount", kind="kind")
    assert parts(change) == {"volume": 130.0, "mix": 0.0, "conversion": 0.0, "size": 0.0}


def test_one_factor_alone_gets_all_of_it() -> None:
    before = closed((1, 100.0, "a"), (0, 1.0, "a"), (0, 1.0, "a"), (0, 1.0, "a"))
    more_won = closed((1, 100.0, "a"), (1, 100.0, "a"), (0, 1.0, "a"), (0, 1.0, "a"))
    assert parts(change_of_won(before, more_won, won="won", amount="amount"))["conversion"] == 100.0
    larger = closed((1, 150.0, "a"), (0, 1.0, "a"), (0, 1.0, "a"), (0, 1.0, "a"))
    assert parts(change_of_won(before, larger, won="won", amount="amount"))["size"] == 50.0


def test_two_factors_share_what_they_do_together() -> None:
    before = closed((1, 100.0, "a"), (0, 1.0, "a"))
    after = closed((1, 200.0, "a"), (1, 200.0, "a"))
    # share won .5 to 1, size 100 to 200, two deals: 2 × ½ × (150 each) = 150 each of 300
    assert parts(change_of_won(before, after, won="won", amount="amount")) == {
        "volume": 0,
        "mix": 0,
        "conversion": 150,
        "size": 150,
    }


def test_more_of_the_kind_that_is_won_more_often_is_mix() -> None:
    easy, hard = [(1, 10.0, "easy")] * 3 + [(0, 0.0, "easy")], [(1, 10.0, "hard")] + [(0, 0.0, "hard")] * 3
    change = change_of_won(closed(*easy, *hard * 3), closed(*easy * 3, *hard), won="won", amount="amount", kind="kind")
    assert parts(change) == {"volume": 0.0, "mix": 40.0, "conversion": 0.0, "size": 0.0}


def test_what_one_side_cannot_tell_has_no_part_and_is_named() -> None:
    before = closed((0, 5.0, "a"), (1, 10.0, "b"))
    after = closed((1, 50.0, "a"), (1, 10.0, "c"))
    change = change_of_won(before, after, won="won", amount="amount", kind="kind")
    assert set(change.untold) == {("a", "size"), ("b", "conversion"), ("b", "size"), ("c", "conversion"), ("c", "size")}
    assert parts(change)["size"] == 0.0
    assert sum(parts(change).values()) == 50.0


TRUE = np.array([0.0, 0.0, 1500.0, 0.0])  # of 150 deals, .1 more won at 100 each
ROWS = st.lists(
    st.tuples(st.sampled_from([0, 1]), st.decimals(0, 10**6, places=2).map(float), st.sampled_from("abcdefghijklmno")),
    min_size=1,
    max_size=15,
)


@settings(max_examples=60, deadline=None)
@given(before=ROWS, after=ROWS)
def test_parts_add_up_to_the_cent(before: list[tuple[int, float, str]], after: list[tuple[int, float, str]]) -> None:
    change = change_of_won(closed(*before), closed(*after), won="won", amount="amount", kind="kind")
    won = [sum(amount for flag, amount, _ in rows if flag) for rows in (before, after)]
    assert round(sum(parts(change).values()), 2) == pytest.approx(round(won[1], 2) - round(won[0], 2), abs=0.005)
    assert change.kinds[["volume", "mix", "conversion", "size"]].to_numpy().sum() == pytest.approx(won[1] - won[0], abs=0.01)


def test_intervals_hold_the_true_parts() -> None:
    rng, held = np.random.default_rng(0), []
    for _ in range(40):
        sides = [
            pd.DataFrame({"won": (rng.random(n) < rate).astype(int), "amount": rng.gamma(4, 25, n)})
            for n, rate in ((rng.poisson(150), 0.3), (rng.poisson(150), 0.4))
        ]
        table = change_of_won(*sides, won="won", amount="amount").table.set_index("factor")
        held.append((table["low"] <= TRUE) & (table["high"] >= TRUE))
    assert np.mean([one[["volume", "conversion", "size"]].to_numpy() for one in held]) > 0.88


def test_few_deals_have_parts_and_no_intervals() -> None:
    change = change_of_won(closed((1, 1.0, "a")), closed((1, 2.0, "a")), won="won", amount="amount")
    assert change.table["low"].isna().all()
    assert (change.n_before, change.n_after) == (1, 1)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no closed deals after"),
        ([(2, 1.0, "a")], "won is neither 0 nor 1 in 1 deals after"),
        ([(1, np.nan, "a"), (1, np.inf, "a"), (1, -1.0, "a"), (0, np.nan, "a")], "infinite or negative in 3 won deals after"),
    ],
)
def test_deals_that_cannot_be_added_up_are_an_error(rows: list[tuple[int, float, str]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        change_of_won(closed((1, 1.0, "a")), closed(*rows), won="won", amount="amount", kind="kind")


def test_a_missing_column_is_an_error_that_lists_what_is_there() -> None:
    with pytest.raises(DataError, match="before lack value; they have won, amount, kind"):
        change_of_won(closed((1, 1.0, "a")), closed((1, 1.0, "a")), won="won", amount="value")
