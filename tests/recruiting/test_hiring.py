"""Whom to hire by when, and which newcomers stay: by hand, on planted groups, and where nothing differs."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.planning.capacity import Capacity, capacity
from salesanalytics.analyses.recruiting.hiring import Hiring, hiring
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.models.turnover.newcomers import newcomers
from salesanalytics.show import Words
from salesanalytics.show.blocks import Missing
from salesanalytics.views.recruiting.hiring import hiring_table, newcomers_table
from tests.answers import written
from tests.tables import AS_OF, tables
from tests.tiny import deal

TODAY = date(2026, 9, 30)


def company(people: int = 240, seed: int = 0, *, stays: float = 1.0, opens: float = 1.0) -> Tables:
    """People hired over three years, half of them by referral; leave `stays` times as often, open `opens` times as many."""
    draw = np.random.default_rng(seed)
    referred = np.arange(people) % 2 == 0
    hired = pd.Timestamp(2023, 9, 1) + pd.to_timedelta(draw.integers(0, 1_000, people), unit="D")
    years = draw.exponential(1 / (0.4 * np.where(referred, stays, 1.0)))
    left = hired + pd.to_timedelta((years * 365.25).astype(int) + 1, unit="D")
    rep_id = np.array([f"r{at:03}" for at in range(people)])
    end = pd.Timestamp(TODAY)
    rep = pd.DataFrame({"rep_id": rep_id, "role": "ae", "team_id": [f"t{at % 6}" for at in range(people)], "hire_date": hired})
    rep["leave_date"] = pd.Series(left).where(left <= end)
    until = left.where(left < end, end)
    months = np.maximum((until - hired).days / 30.4, 0)
    count = draw.poisson(2 * months * np.where(referred, opens, 1.0))
    owner = np.repeat(np.arange(people), count)
    day = hired[owner] + pd.to_timedelta((draw.random(len(owner)) * (until[owner] - hired[owner]).days).astype(int), unit="D")
    deals = pd.DataFrame({"opportunity_id": [f"o{at}" for at in range(len(owner))], "owner_rep_id": rep_id[owner]})
    deals = deals.assign(stage="Offer", created_at=day.tz_localize("UTC"), is_closed=False, is_won=False, amount=1.0)
    source = pd.DataFrame({"rep_id": rep_id, "kind": "trait", "name": "hire source", "observed_on": hired})
    source["value"] = np.where(referred, "referral", "job board")
    team = pd.DataFrame({"team_id": [f"t{at}" for at in range(6)]})
    return known_on({"team": team, "rep": rep, "opportunity": deals, "rep_trait": source}, TODAY)


def of(tables: Tables, group: str) -> dict[str, Any]:
    rows = newcomers(tables, as_of=TODAY).table.set_index("group")
    return dict(rows.loc[group])


def test_who_stays_longer_and_opens_more_is_found_and_told_apart() -> None:
    found = of(company(stays=0.4, opens=1.4, seed=3), "referral")
    assert found["leaves_high"] < 1
    assert found["opens_low"] > 1
    assert max(found["leaves_p"], found["opens_p"]) < 0.05


@pytest.mark.planted
def test_groups_that_are_alike_are_called_different_as_seldom_as_promised() -> None:
    p = [newcomers(company(80, seed), as_of=TODAY).table[["leaves_p", "opens_p"]].min(axis=None) for seed in range(40)]
    assert np.mean(np.array(p) <= 0.05) <= 0.15  # 5% promised; 6 of 40 has a chance of 1%


def test_a_group_of_four_is_not_told_and_one_group_is_compared_with_nobody() -> None:
    few = dict(company(60))
    few["rep_trait"] = few["rep_trait"].assign(value=["referral"] * 4 + ["job board"] * 56)
    assert newcomers(known_on(few, TODAY), as_of=TODAY).table.empty


def test_ratings_count_from_the_day_they_were_given() -> None:
    """Everybody is rated after 100 days, so nobody rated left before: those days are in no rate."""
    rated = dict(company(200, seed=1))
    staff = rated["rep"][["rep_id", "hire_date", "leave_date"]]
    day = staff["hire_date"] + pd.Timedelta(days=100)
    seen = ~(staff["leave_date"] < day) & (day <= pd.Timestamp(TODAY))
    score = np.random.default_rng(2).normal(size=len(staff))
    rows = pd.DataFrame({"rep_id": staff["rep_id"], "kind": "skill", "name": "closing", "score": score, "observed_on": day})
    rated["rep_trait"] = rows[seen]
    table = newcomers(known_on(rated, TODAY), as_of=TODAY).table.set_index("group")
    assert set(table.index) == {"upper", "lower"}
    assert table["usual_leavers"].sum() == pytest.approx(table["leavers"].sum())
    assert table["leaves_low"].max() < 1 < table["leaves_high"].min()


@cache
def ahead() -> Capacity:
    return capacity(tables(), as_of=AS_OF)


def asked(source: str = "quota", **quarter: object) -> Hiring:
    row = {
        "start": date(2027, 1, 1), "end": date(2027, 3, 31), "target": 9e5, "source": source, "booked": 0.0, "low": 1.0,
        "median": 2.0, "high": 3.0, "p": 0.2, "hires_50": 2, "hires_80": 3, "start_by": date(2026, 12, 1), **quarter,
    }  # fmt: skip
    return hiring(tables(), as_of=AS_OF, needed=replace(ahead(), quarters=pd.DataFrame([row])))


def test_the_day_to_decide_is_as_long_before_the_start_as_a_place_stays_empty() -> None:
    found = asked()
    assert found.vacancies == 0  # nobody left, so two months are assumed
    assert found.table["decide_by"].iloc[0] == pd.Timestamp(2026, 10, 1)
    first = found.findings[0]
    assert (first.key, first.severity, first.rests_on) == ("hiring.decide", "act", ("hiring.rests_on.two_months",))


@pytest.mark.parametrize(
    ("source", "start_by", "key", "severity"),
    [("quota", date(2026, 9, 20), "late", "act"), ("growth", date(2026, 12, 1), "not_set", "watch")],
)
def test_a_day_that_is_over_and_a_target_that_nobody_set_are_told(source: str, start_by: date, key: str, severity: str) -> None:
    first = asked(source, start_by=start_by).findings[0]
    assert (first.key, first.severity) == (f"hiring.{key}", severity)


def test_where_no_hiring_helps_no_day_is_told() -> None:
    found = asked(hires_50=np.nan, hires_80=np.nan)
    assert found.table["decide_by"].isna().all()
    assert "no hiring closes the gap" in repr(hiring_table(found, Words("en", "EUR")))


def test_replacements_are_of_all_whom_turnover_counted_sdrs_too() -> None:
    people = [
        {"rep_id": f"p{at}", "team_id": "north", "role": "sdr" if at > 5 else "ae", "hire_date": "2024-03-01"}
        for at in range(9)
    ]
    sells = tables(rep=people, opportunity=[deal(99, "p0", "Lost", 100, "2025-08-31", "2025-09-30")])
    found = hiring(sells, as_of=AS_OF)
    (told,) = [one for one in found.findings if one.key in ("hiring.keep", "hiring.replace")]
    assert (found.there, found.leavers_of) == (6, 9)
    assert (told.values["there"], told.evidence.n, told.evidence.counted) == (9, 9, "people")


def test_a_target_in_reach_that_no_hiring_makes_sure_asks_for_none() -> None:
    said = repr(hiring_table(asked(hires_50=0, hires_80=np.nan), Words("en", "EUR")))
    assert "none for a chance of 50%" in said
    assert "0 for a chance" not in said


@pytest.fixture(scope="module")
def told_apart() -> pd.DataFrame:
    """Groups of which one stays longer and opens more."""
    return newcomers(company(stays=0.3, opens=1.6, seed=3), as_of=TODAY).table.assign(all=240)


READ = {
    "en": {
        "source": (
            "Newcomers of “referral” leave 0.36 times",
            "Found through: referral, 120 people | 0.36 *, 0.20–0.55 | 1.22 *",
        ),
        "first_rating": ("in the upper half leave 1.84 times", "First ratings by the manager: lower half, 120 people | 0.36 *"),
    },
    "ro": {
        "source": ("Noii veniți din „referral” pleacă de 0,36 ori", "Găsiți prin: referral, 120 de oameni | 0,36 *, 0,20–0,55"),
        "first_rating": (
            "cu primele note în jumătatea de sus pleacă de 1,84 ori",
            "Primele note de la manager: jumătatea de jos, 120",
        ),
    },
}


@pytest.mark.parametrize("locale", READ)
def test_every_group_and_finding_can_be_read(locale: str, told_apart: pd.DataFrame) -> None:
    words = Words(locale, "EUR")
    turned = told_apart.assign(by="first_rating", group=["upper", "lower"])
    for groups, parts in ((told_apart, READ[locale]["source"]), (turned, READ[locale]["first_rating"])):
        found = replace(asked(), groups=groups, people=240)
        again = hiring(tables(), as_of=AS_OF, groups=groups)
        said = written(show.findings(again.findings, words), newcomers_table(found, words))
        assert [part for part in parts if part not in said] == []
    assert ("2 for 50%, 3 for 80%" if locale == "en" else "2 pentru 50 %, 3 pentru 80 %") in written(
        hiring_table(asked(), words)
    )
    assert isinstance(newcomers_table(asked(), words), Missing)
