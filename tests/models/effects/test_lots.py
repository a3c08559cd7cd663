"""A lot drawn within strata is judged by the other lots that could have been drawn there, at equal covariates."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from salesanalytics.errors import DataError
from salesanalytics.models.effects.answer import Effect
from salesanalytics.models.effects.contrast import contrast, sums_of
from salesanalytics.models.effects.effect import effect
from salesanalytics.models.effects.inference import by_choice, choices_of, count_choices


def asked(rows: pd.DataFrame, **more: object) -> Effect:
    usual = {"outcome": "pay", "unit": "person", "time": "year", "treated_from": "first", "selection": "lot"}
    return effect(rows, **(usual | more))  # type: ignore[arg-type]


def pairs(seed: int, strata: int = 7, size: int = 4, effect: float = 0.0) -> pd.DataFrame:
    """One year after a lot; in each stratum one of two clusters was drawn. `before` tells of `pay`."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(2 * strata), size)
    region = cluster // 2
    mine = cluster % 2 == rng.integers(0, 2, strata)[region]
    before = rng.normal(0, 1, len(cluster))
    pay = 3.0 * region + 2 * before + rng.normal(0, 1, len(cluster)) + effect * mine
    return pd.DataFrame(
        {
            "person": range(len(cluster)),
            "year": 1,
            "pay": pay,
            "first": mine * 1,
            "team": cluster,
            "region": region,
            "before": before,
        }
    )


def test_three_pairs_have_eight_lots_and_a_quarter_of_these_show_as_much() -> None:
    after = np.array([5.0, 2, 4, 2, 3, 2])  # 3, 2 and 1 more in each pair
    sums = sums_of(np.column_stack([np.zeros(6), after]), np.arange(6), np.repeat([0, 1, 2], 2))
    treated = np.array([True, False] * 3)
    assert count_choices(treated, sums.stratum) == len(choices_of(treated, 0, sums.stratum)) == 8
    found = by_choice(sums, treated, contrast(np.array([0]), np.array([1]), "difference"), 0.95, 0)
    assert (found.estimate, found.p, found.choices) == (2.0, 0.25, 8)


def test_every_lot_that_is_drawn_keeps_as_many_in_each_stratum() -> None:
    stratum = np.repeat(np.arange(5), 10)
    treated = np.arange(50) % 10 < np.arange(1, 6)[stratum]
    drawn = choices_of(treated, 1, stratum)
    assert len(drawn) == 1000
    assert all((drawn[:, stratum == at].sum(axis=1) == at + 1).all() for at in range(5))


@pytest.mark.parametrize("scale", ["difference", "ratio"])
def test_what_strata_have_in_common_is_the_coefficient_beside_periods_of_their_own(scale: str) -> None:
    rng = np.random.default_rng(3)
    stratum = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    treated = np.array([1, 0, 0, 1, 0, 1, 1, 0], dtype=bool)
    outcome = rng.gamma(2, 3, (8, 5)) * (1 + stratum[:, None])
    of = contrast(np.arange(3), np.arange(3, 5), scale)  # type: ignore[arg-type]
    found = float(sums_of(outcome, np.arange(8), stratum).compare(of, treated[None] * 1.0)[0])
    unit, period = np.repeat(np.arange(8), 5), np.tile(np.arange(5), 8)
    dummies = np.column_stack([treated[unit] & (period > 2), np.eye(8)[unit], np.eye(15)[stratum[unit] * 5 + period]]).astype(
        float
    )
    if scale == "difference":
        assert found == pytest.approx(np.linalg.lstsq(dummies, outcome.ravel(), rcond=None)[0][0])
        return
    beta = np.zeros(dummies.shape[1])  # Poisson's regression by Newton's steps
    for _ in range(60):
        mean = np.exp(dummies @ beta)
        step = np.linalg.pinv(dummies.T @ (mean[:, None] * dummies)) @ (dummies.T @ (outcome.ravel() - mean))
        beta += np.clip(step, -1, 1)
    assert found == pytest.approx(beta[0], abs=1e-6)


def test_covariates_are_those_of_a_regression_and_the_p_value_counts_its_other_lots() -> None:
    rows = pairs(4, effect=0.7)
    found = asked(rows, cluster="team", strata="region", covariates=["before"])
    beside = np.column_stack([np.eye(7)[rows["region"]], rows["before"]])

    def coefficient(drawn: np.ndarray) -> float:
        return float(np.linalg.lstsq(np.column_stack([drawn, beside]), rows["pay"], rcond=None)[0][0])

    first = rows["first"].to_numpy()
    assert found.estimate == pytest.approx(coefficient(first))
    others = [
        coefficient((rows["team"] % 2 == np.array(one)[rows["region"]]).to_numpy(float)) for one in product((0, 1), repeat=7)
    ]
    assert (found.choices, found.method) == (128, "lot")
    assert found.p == pytest.approx(np.mean(np.abs(others) >= abs(found.estimate) - 1e-9))
    assert found.low < 0.7 < found.high
    assert list(found.inference["by"]) == ["choices", "clustered"]


def test_an_effect_taken_away_at_an_end_of_the_interval_is_where_the_test_begins_to_reject() -> None:
    rows = pairs(4, effect=0.7)
    found = asked(rows, cluster="team", strata="region", covariates=["before"])
    width = found.high - found.low
    for end, outwards in ((found.low, -1), (found.high, 1)):
        beyond, within = (
            asked(rows.assign(pay=rows["pay"] - at * rows["first"]), cluster="team", strata="region", covariates=["before"]).p
            for at in (end + outwards * width / 50, end - outwards * width / 50)
        )
        assert beyond <= 0.05 < within


def test_the_usual_error_is_that_of_a_regression_clustered_by_team() -> None:
    """By hand: scores summed over each team, with the correction for 14 teams and for the 9 columns used."""
    rows = pairs(5)
    found = asked(rows, cluster="team", strata="region", covariates=["before"]).inference.iloc[1]
    design = np.column_stack([rows["first"], np.eye(7)[rows["region"]], rows["before"]])
    beta = np.linalg.lstsq(design, rows["pay"], rcond=None)[0]
    scores = pd.DataFrame(design * (rows["pay"].to_numpy() - design @ beta)[:, None]).groupby(rows["team"]).sum().to_numpy()
    bread = np.linalg.inv(design.T @ design)
    error = np.sqrt((bread @ scores.T @ scores @ bread)[0, 0] * 14 / 13 * 55 / (56 - 9))
    assert (found["high"] - found["low"]) / 2 == pytest.approx(2.1604 * error, rel=1e-4)


def test_a_good_year_of_a_region_where_more_were_drawn_is_no_effect() -> None:
    rng = np.random.default_rng(6)
    region = np.repeat([0, 1], 40)
    mine = np.arange(80) % 40 < np.array([32, 8])[region]
    pay = rng.normal(10, 1, (80, 6))
    pay[:, 3:] += np.where(region == 0, 4.0, 0.0)[:, None]
    rows = pd.DataFrame(
        {
            "person": np.repeat(np.arange(80), 6), "year": np.tile(np.arange(1, 7), 80), "pay": pay.ravel(),
            "first": np.repeat(np.where(mine, 4, 0), 6), "region": np.repeat(region, 6),
        }
    )  # fmt: skip
    for scale in ("difference", "ratio"):
        assert asked(rows, scale=scale).verdict == "effect"
        within = asked(rows, scale=scale, strata="region")
        assert within.verdict == "none_found"
        assert abs(within.estimate) < within.smallest
    assert asked(rows, strata="region").course["estimate"].abs().max() < 1


def test_lots_that_leave_too_few_others_stand_in_the_way() -> None:
    assert asked(pairs(7, strata=5), cluster="team", strata="region").blocked == ["clusters"]  # 32 lots, half of them mirrored
    assert asked(pairs(7, strata=6), cluster="team", strata="region").verdict != "not_identifiable"


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        (
            {},
            {"selection": "unknown"},
            "strata='region' is what a lot is drawn within; units were chosen by 'unknown', not 'lot'",
        ),
        ({"region": np.arange(56)}, {}, "team 0 has more than one region"),
        ({"region": np.nan}, {}, "56 of 56 person have no region; expected the one of the lot"),
        ({"before": np.nan}, {"covariates": ["before"]}, "56 of 56 units have no before; expected a number for each"),
        ({"pay": 1.0}, {"covariates": ["before"], "scale": "ratio"}, "covariates of a lot are partialled out of amounts"),
        ({"first": [0, 1, 2, 3] * 14, "team": range(56)}, {}, "a lot within strata is for units that begin together"),
    ],
)
def test_what_cannot_be_asked_of_a_lot_is_an_error_that_says_what_can(change: dict, more: dict, said: str) -> None:
    rows = pairs(8).assign(**change)
    both = pd.concat([rows.assign(year=year) for year in (1, 2, 3)])
    with pytest.raises(DataError, match=said):
        asked(both, **{"cluster": "team", "strata": "region"} | more)
