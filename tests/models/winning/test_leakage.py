"""What cannot have been known is found by itself, by its company and by its name; what is honest and strong is left alone."""

import numpy as np
import pandas as pd
import pytest

from salesanalytics.errors import DataError
from salesanalytics.models.winning.leak_names import said_by_name
from salesanalytics.models.winning.leakage import leakage
from salesanalytics.models.winning.win_probability import WinProbability

from .deals import deals

SURE = [
    "Close Date", "closedLostReason", "hs_days_to_close", "Elapsed Days In Sales Stage", "Sales Stage Change Count", "IsWon",
    "Total Days Identified Through Closing", "time_in_proposal", "sales cycle length", "push_count", "contract_signed_date",
    "Motivul pierderii", "Data închiderii", "Durata în etapă (zile)", "zile până la închidere", "Vechimea oportunității (zile)",
    "Motiv câștig", "număr schimbări etapă", "lost_to",
]  # fmt: skip
MAYBE = ["duration", "Invoice Number", "final price", "sales stage", "Last Modified", "Durată", "Stadiu", "factură"]
HONEST = [
    "Opportunity Amount USD", "Expected Close Date", "days since last purchase", "Total Time Spent on Website", "Deal Size",
    "company age", "contract length months", "payment terms", "previous outcome", "win rate last year", "Number of employees",
    "time to first response", "warranty duration", "opening hours", "Revenue From Client Past Two Years", "Competitor Type",
    "Dată estimată închidere", "termen de plată (zile)", "durata abonamentului", "cifra de afaceri",
    "zile de la ultima comandă",
    "lead source", "discount requested", "number of contacts", "open rate", "won deals of the client before", "Stage count",
]  # fmt: skip


@pytest.mark.parametrize(("says", "names"), [("sure", SURE), ("maybe", MAYBE), (None, HONEST)])
def test_names_say_when_a_column_is_known(says: str | None, names: list[str]) -> None:
    assert {name: said_by_name(name) for name in names} == dict.fromkeys(names, says)


def flagged(table: pd.DataFrame, won: np.ndarray) -> dict[str, str]:
    return leakage(table, won).set_index("column")["certainty"].to_dict()


@pytest.mark.parametrize("seed", range(3))
def test_honest_strong_columns_are_left_alone(seed: int) -> None:
    table, won, chance = deals(800, 2.0, seed)
    rng = np.random.default_rng(seed)
    strong = np.log(chance / (1 - chance)) + rng.normal(0, 0.5, 800)  # ranks nine of ten pairs rightly
    yes = rng.random(800) < np.where(won == 1, 0.8, 0.1)
    table = table.assign(strong=strong, referred=np.where(yes, "yes", "no"), gaps=np.where(yes, np.nan, strong))
    table["referred"] = table["referred"].mask(rng.random(800) < 0.1)
    assert leakage(table.drop(columns="gaps"), won).empty


def test_kinds_of_products_are_no_copy_of_products() -> None:
    table, won, _ = deals()
    product = np.random.default_rng(0).choice(list("abcdef"), 600)
    assert (
        flagged(table.assign(product=product, family=pd.Series(product).map(dict(zip("abcdef", "XXYYZZ", strict=True)))), won)
        == {}
    )


def late_columns(won: np.ndarray, table: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n = len(won)
    return pd.DataFrame(
        {
            "x1": np.where((won == 0) & (rng.random(n) < 0.6), rng.choice(["a", "b"], n), None),  # only lost deals have it
            "x2": np.where(won == 1, rng.gamma(2, 10, n), 0.0),  # varies among won deals alone
            "x3": np.where(won == 1, "6", rng.choice(["7", "8"], n)),  # the outcome in other words
            "x4": np.where(won == 1, "2026-03-01", None),  # a day that is only there for won deals
            "x5": won + rng.normal(0, 0.2, n),  # the outcome with some noise
        }
    )


def test_late_columns_are_found_without_any_name() -> None:
    table, won, _ = deals()
    assert flagged(pd.concat([table, late_columns(won, table)], axis=1), won) == dict.fromkeys(
        ["x1", "x2", "x3", "x4", "x5"], "leak"
    )


def test_each_reason_is_said_in_words() -> None:
    table, won, _ = deals()
    reasons = leakage(pd.concat([table, late_columns(won, table)], axis=1), won).set_index("column")["reason"]
    assert "where it is missing" in reasons["x1"]
    assert f"where it is 0 ({(won == 0).sum()} deals), 0.0% were won, and 100.0% of all others" in reasons["x2"]
    assert "where it is 6" in reasons["x3"]
    assert "alone it tells won from lost" in reasons["x5"]


def test_bands_of_a_number_are_a_copy_and_the_number_is_not() -> None:
    table, won, _ = deals()
    bands = table.assign(band=np.digitize(table["size"], [-1, 0, 1]), label=pd.cut(table["size"], 3, labels=["S", "M", "L"]))
    assert flagged(bands, won) == {"band": "copy", "label": "copy"}


def test_a_column_in_another_currency_is_a_copy() -> None:
    table, won, _ = deals()
    assert flagged(table.assign(lei=table["size"] * 4.97), won) == {"lei": "copy"}


def test_the_same_in_other_words_is_a_copy() -> None:
    table, won, _ = deals()
    assert flagged(table.assign(code=table["segment"].map({"retail": 7, "bank": 3, "health": 5})), won) == {"code": "copy"}


def test_a_word_with_exceptions_is_no_leak() -> None:
    rng = np.random.default_rng(0)
    partner = rng.random(6000) < 0.4
    won = (rng.random(6000) < np.where(partner, 0.972, 0.2)).astype(int)
    assert leakage(pd.DataFrame({"source": np.where(partner, "partner", "web"), "x": rng.normal(size=6000)}), won).empty


def test_a_copy_of_a_leak_is_a_leak() -> None:
    table, won, _ = deals()
    days = np.random.default_rng(0).gamma(2, 20, 600)
    found = flagged(table.assign(**{"days to close": days, "z": np.digitize(days, [10, 30, 60])}), won)
    assert found == {"days to close": "leak", "z": "leak"}


def test_shares_of_a_deals_course_are_suspect_without_any_name() -> None:
    rng = np.random.default_rng(0)
    n = 2000
    parts = rng.dirichlet([0.15, 0.15, 0.15], n)
    total = np.where(rng.random(n) < 0.1, 0, rng.poisson(20, n) + 1)
    parts[total == 0] = 0
    won = (rng.random(n) < np.where(parts[:, 2] > 0.5, 0.6, 0.2)).astype(int)
    table = pd.DataFrame(
        {"a": parts[:, 0].round(6), "b": parts[:, 1].round(6), "c": parts[:, 2].round(6), "d": total, "e": rng.normal(size=n)}
    )
    found = flagged(table, won)
    assert set(found) == {"a", "b", "c", "d"}
    assert set(found.values()) == {"suspect"}


def test_a_past_total_that_holds_the_deal_itself_is_suspect() -> None:
    rng = np.random.default_rng(0)
    n = 3000
    won = (rng.random(n) < 0.25).astype(int)
    known = rng.random(n) < 0.1
    before = np.where(known, rng.gamma(3, 40, n).round(), 0)
    honest = before.copy()
    with_it = before + np.where(won == 1, rng.gamma(2, 10, n).round() * (rng.random(n) < 0.7), 0)
    table = pd.DataFrame({"x": with_it, "y": honest, "z": rng.normal(size=n)})
    assert set(flagged(table, won)) == {"x"}


def amounts(won: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Rounded to hundreds, and written anew where `exact`; larger deals are lost more often."""
    rng = np.random.default_rng(0)
    size = rng.lognormal(9 - 0.8 * won, 0.8)
    return np.where(exact, size.round(2), size.round(-2))


def test_an_amount_that_is_written_anew_when_won_is_suspect_and_only_its_size_is_used() -> None:
    rng = np.random.default_rng(1)
    won = (rng.random(1200) < 0.4).astype(int)
    table = pd.DataFrame({"amount": amounts(won, won == 1), "x": rng.normal(size=1200)})
    assert leakage(table, won)["why"].tolist()[0][0] == "form_sure"
    careful, trusting = (WinProbability(leaks=how).fit(table, won).verdict_.auc for how in ("leave_out", "keep"))
    assert careful is not None
    assert trusting is not None
    assert trusting.value > 0.95
    assert careful.value < 0.8  # 0.76 is what the size tells
    assert leakage(table, won, known_from={"amount": "open"}).empty


def test_amounts_that_are_round_whoever_wins_are_left_alone() -> None:
    rng = np.random.default_rng(1)
    won = (rng.random(1200) < 0.4).astype(int)
    for exact in (np.zeros(1200, dtype=bool), rng.random(1200) < 0.3):
        assert leakage(pd.DataFrame({"amount": amounts(won, exact), "x": rng.normal(size=1200)}), won).empty


def test_two_amounts_that_only_differ_in_won_deals_are_suspect() -> None:
    rng = np.random.default_rng(0)
    won = (rng.random(800) < 0.4).astype(int)
    asked = rng.lognormal(9, 1, 800).round()
    settled = np.where(won == 1, (asked * rng.uniform(0.8, 0.99, 800)).round(), asked)
    quoted = np.where(rng.random(800) < 0.4, (asked * 1.1).round(), asked)  # differs, and says nothing
    found = flagged(pd.DataFrame({"x": asked, "y": settled}), won)
    assert found == {"x": "suspect", "y": "suspect"}
    assert flagged(pd.DataFrame({"x": asked, "z": quoted}), won) == {}


def test_what_the_caller_knows_goes_before_names_and_patterns() -> None:
    table, won, _ = deals()
    table = table.rename(columns={"luck": "sales stage change count"})
    assert flagged(table, won) == {"sales stage change count": "leak"}
    assert leakage(table, won, known_from={"sales stage change count": "creation"}).empty
    told = leakage(table, won, known_from={"sales stage change count": "open", "size": 0.4, "owner": "closing", "echo": 0.01})
    assert set(told["column"]) == {"size", "owner"}
    assert "changed at closing or later in 40% of deals" in told.set_index("column").loc["size", "reason"]


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"sice": "closing"}, "known_from names sice; the table has segment, size"),
        ({"size": "late"}, "'late' of size; expected"),
        ({"size": 1.5}, "1.5 of size"),
    ],
)
def test_a_wrong_hint_is_an_error(known: dict[str, object], message: str) -> None:
    table, won, _ = deals(60)
    with pytest.raises(DataError, match=message):
        leakage(table, won, known_from=known)  # type: ignore[arg-type]


def test_the_order_of_rows_and_columns_does_not_matter_to_what_is_flagged() -> None:
    table, won, _ = deals()
    table = pd.concat([table, late_columns(won, table)], axis=1)
    order = np.random.default_rng(1).permutation(len(won))
    assert flagged(table.iloc[order, ::-1], won[order]) == flagged(table, won)


def test_odd_tables_flag_nothing_and_do_not_fail() -> None:
    won = np.array([0, 1, 1])
    odd = pd.DataFrame(
        {
            "a": [np.nan] * 3,
            "b": [1, 1, 1],
            "c": ["x", None, "y"],
            "d": [np.inf, -np.inf, 0],
            "e": pd.NaT,
            "f": [True, None, False],
        }
    )
    assert leakage(odd, won).empty
