"""How new sellers come up to speed: the planted curve, when people reach it by hand, and where too little is known."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.recruiting.ramp import ramp, ramp_months
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.demo.planted.ramp import CURVE
from salesanalytics.show import Words
from salesanalytics.show.blocks import Missing
from salesanalytics.views.recruiting.ramp import ramp_figure
from tests.answers import written
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, tables

TODAY = date(2026, 9, 30)


def company(newcomers: int = 8, slow_months: int = 4, leaves: int = 0, kinds: int = 1) -> Tables:
    """Ten sellers of old who open ten deals a month, and newcomers who open one a month for `slow_months`, then ten.

    Of several `kinds` each is slow for a month longer than the one before.
    """
    months = pd.date_range("2024-01-01", "2026-09-01", freq="MS")
    first = pd.Timestamp(2025, 6, 1)
    rep = pd.DataFrame({"rep_id": [f"o{at}" for at in range(10)], "hire_date": pd.Timestamp(2020, 1, 1)})
    new = pd.DataFrame({"rep_id": [f"n{at}" for at in range(newcomers)], "hire_date": first})
    new["leave_date"] = pd.Series(pd.Timestamp(2025, 8, 31), index=new.index).where(new.index < leaves)
    rep = pd.concat([rep, new], ignore_index=True).assign(role="ae", team_id="t")
    rows = []
    for one in rep.itertuples():
        for month in months[months >= one.hire_date]:
            slow = slow_months + int(one.rep_id[1:]) % kinds
            young = one.rep_id.startswith("n") and month < first + pd.DateOffset(months=slow)
            if pd.isna(one.leave_date) or month < one.leave_date:
                rows += [(one.rep_id, month + pd.Timedelta(days=day)) for day in range(1 if young else 10)]
    deals = pd.DataFrame(rows, columns=["owner_rep_id", "day"])
    deals = deals.assign(
        opportunity_id=[f"d{at}" for at in range(len(deals))], created_at=deals.pop("day").dt.tz_localize("UTC")
    )
    deals = deals.assign(stage="Offer", is_closed=False, is_won=False, amount=1.0)
    team = pd.DataFrame({"team_id": ["t"]})
    return known_on({"team": team, "rep": rep, "opportunity": deals}, TODAY)


def test_the_planted_curve_is_recovered(demo: Tables) -> None:
    found = ramp(demo, as_of=DEMO_DAY)
    opened = found.table[found.table["outcome"] == "opened"].head(len(CURVE))
    inside = (opened["low"].to_numpy() <= CURVE) & (opened["high"].to_numpy() >= CURVE)
    assert inside.sum() >= len(CURVE) - 1
    assert abs(found.months_to - int(np.argmax(CURVE >= 0.8))) <= 1
    assert found.won_months_to >= found.months_to


def test_half_reach_it_when_three_months_together_do() -> None:
    """Slow for four months, so that months 5 to 7 are the first three at full speed, and months 4 to 6 hold 21 of 24."""
    wait = ramp(company(), as_of=TODAY).wait
    assert wait is not None
    assert (wait.n, wait.ended) == (8, 8)
    assert wait.value == pytest.approx(7.0, abs=0.1)


def test_who_left_before_counts_for_as_long_as_they_were_there() -> None:
    """Three of eight leave after three months: half of all who stay still reach it in the same month."""
    wait = ramp(company(leaves=3), as_of=TODAY).wait
    assert wait is not None
    assert (wait.n, wait.ended) == (8, 5)
    assert wait.value == pytest.approx(7.0, abs=0.1)


def test_fewer_than_five_newcomers_are_not_timed() -> None:
    assert ramp(company(newcomers=4), as_of=TODAY).wait is None


def test_too_little_is_told_and_no_curve_is_drawn() -> None:
    found = ramp(tables(), as_of=AS_OF)
    assert (found.known, [one.key for one in found.findings]) == (False, ["ramp.unknown"])
    assert isinstance(ramp_figure(found, Words("en", "EUR")), Missing)


SAID = {
    "en": (
        "New sellers open 80% after 7 months",
        "16 newcomers, leavers included",
        "win 80% after 5",
        "16 of 16 have reached it",
    ),
    "ro": ("Agenții noi deschid 80 % după 7 luni", "16 nou-veniți", "câștigă 80 % după 5", "Au ajuns acolo 16 din 16"),
}


@pytest.mark.parametrize("locale", SAID)
def test_all_is_told_in_both_languages(locale: str) -> None:
    words = Words(locale, "EUR")
    found = ramp(company(newcomers=16, kinds=4), as_of=TODAY)
    assert [one.key for one in found.findings] == ["ramp.curve", "ramp.half"]
    said = written(ramp_figure(found, words), show.findings(found.findings, words))
    assert [part for part in SAID[locale] if part not in said] == []


def test_the_company_is_told_of_where_five_teams_have_newcomers() -> None:
    one = company()
    assert ramp_months(one, {str(at): one for at in range(4)}, as_of=TODAY).empty
    told = ramp_months(one, {str(at): one for at in range(6)}, as_of=TODAY)
    assert set(told["outcome"]) == {"opened", "won"}
    assert len(ramp(one, as_of=TODAY, company=told).company) == len(told)
