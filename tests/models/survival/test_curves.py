"""How many are still there: by hand on few stays, with people met late, and with several ways to go."""

import numpy as np
import pytest

from salesanalytics.errors import DataError
from salesanalytics.models.survival.curves import cumulative_hazard, incidences, numbers_at_risk, survival
from salesanalytics.models.survival.spells import spells


def test_the_share_still_there_by_hand() -> None:
    curve = survival(spells([1, 2, 2, 3, 4], [True, True, False, True, False]))
    assert curve.share.tolist() == pytest.approx([4 / 5, 4 / 5 * 3 / 4, 4 / 5 * 3 / 4 * 1 / 2])
    assert curve.at_risk.tolist() == [5, 4, 2]
    assert curve.median == 3
    assert curve.at(2.5) == (pytest.approx(0.6), pytest.approx(curve.low[1]), pytest.approx(curve.high[1]))
    assert curve.at(4.1) is None  # nobody was watched for so long


def test_bands_are_those_of_scipy() -> None:
    from scipy import stats

    rng = np.random.default_rng(1)
    waited, ended = rng.exponential(size=40).round(2) + 0.01, rng.random(40) < 0.6
    waited, ended = np.append(waited, 20.0), np.append(ended, False)
    curve = survival(spells(waited, ended))
    other = stats.ecdf(stats.CensoredData.right_censored(waited, ~ended)).sf
    with pytest.warns(RuntimeWarning, match="undefined at some"):
        band = other.confidence_interval(0.95, method="log-log")
    at = np.searchsorted(other.quantiles, curve.time)
    assert curve.share == pytest.approx(other.probabilities[at])
    assert curve.low == pytest.approx(band.low.probabilities[at])
    assert curve.high == pytest.approx(band.high.probabilities[at])


def test_who_is_met_late_is_not_at_risk_before() -> None:
    rows = spells([2, 3, 5, 6], [True, True, True, False], entry=[0, 2, 0, 4])
    curve = survival(rows)
    assert curve.at_risk.tolist() == [2, 2, 2]  # who enters at 2 was not there to leave at 2
    assert curve.share.tolist() == pytest.approx([1 / 2, 1 / 4, 1 / 8])
    assert survival(rows.from_the_start()).share.tolist() == pytest.approx([3 / 4, 1 / 2, 1 / 4])
    assert numbers_at_risk(rows, np.array([0.0, 2.0, 4.5])).tolist() == [2, 2, 2]


def test_of_those_who_were_there_at_a_time_only_they_count() -> None:
    rows = spells([1, 3, 4, 5], [True, True, True, False])
    assert survival(rows, since=2).share.tolist() == pytest.approx([2 / 3, 1 / 3])


def test_ways_to_go_add_up_to_all_who_went() -> None:
    rows = spells([1, 2, 3, 4, 5, 6], ["own wish", "dismissed", "", "own wish", "dismissed", ""])
    ways, curve = incidences(rows), survival(rows)
    assert ways["own wish"].share.tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6 + 4 / 6 / 3, 1 / 6 + 4 / 6 / 3])
    assert sum(way.share for way in ways.values()) == pytest.approx(1 - curve.share)
    assert [way.left for way in ways.values()] == [2, 2]


def test_with_one_way_to_go_its_band_is_near_the_curves() -> None:
    rng = np.random.default_rng(2)
    rows = spells(rng.exponential(size=300) + 0.01, np.where(rng.random(300) < 0.7, "own wish", ""))
    (way,), curve = incidences(rows).values(), survival(rows)
    share, low, high = way.at(1.0)
    still = curve.at(1.0)
    assert still is not None
    assert (share, low, high) == pytest.approx((1 - still[0], 1 - still[2], 1 - still[1]), abs=2e-3)


def test_the_summed_hazard_by_hand() -> None:
    assert cumulative_hazard(spells([1, 2, 3], [True, True, False]), 2) == pytest.approx((1 / 3 + 1 / 2, 1 / 9 + 1 / 4))


def test_nobody_gone_and_everybody_gone() -> None:
    still = survival(spells([1.0, 2.0], [False, False]))
    assert (still.median, still.at(1.5), still.ended) == (None, (1.0, 1.0, 1.0), 0)
    gone = survival(spells([1.0, 2.0], [True, True]))
    assert (gone.at(2.0) or ())[:2] == (0.0, 0.0)


def test_a_stay_without_time_at_risk_is_refused_by_name() -> None:
    with pytest.raises(DataError, match=r"1 stays have no time at risk \(e\.g\. from 3 to 3\).*Leave such stays out"):
        spells([2, 3], [True, True], entry=[0, 3])
