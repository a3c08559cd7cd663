"""How many leave, and what it costs: by hand on few people, with bad input, and on a world of its own whose truth is known."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.recruiting.turnover import turnover
from salesanalytics.analyses.recruiting.turnover_result import Turnover
from salesanalytics.facts.leaving import Staff, staff
from salesanalytics.models.turnover.bands import bands, expected_leavers, level
from salesanalytics.models.turnover.groups import by_group, manager
from salesanalytics.models.turnover.rates import against_industry, chance, early
from salesanalytics.show import Words
from salesanalytics.views.recruiting.turnover import (
    turnover_cost,
    turnover_cost_parts,
    turnover_figure,
    turnover_groups,
    turnover_rates,
    turnover_reasons,
)
from tests.answers import written
from tests.tables import AS_OF, tables
from tests.tiny import Rows, deal

FIRST = deal(99, "p0", "Lost", 100, "2025-08-31", "2025-09-30")  # the records begin a year before the day
VIEWS = (turnover_figure, turnover_rates, turnover_groups, turnover_cost, turnover_cost_parts, turnover_reasons)


def people(n: int, left: "dict[int, str] | None" = None) -> Rows:
    """`n` sellers hired in 2024, some of whom left on a day."""
    gone = left or {}
    return [
        {"rep_id": f"p{at}", "name": f"P{at}", "team_id": "north", "hire_date": "2024-03-01", "leave_date": gone.get(at, "")}
        for at in range(n)
    ]


def asked(rep: Rows, **more: Rows) -> Turnover:
    return turnover(tables(rep=rep, opportunity=[FIRST], **more), as_of=AS_OF)


def keys(found: Turnover) -> list[str]:
    return [one.key.removeprefix("turnover.") for one in found.findings]


def shown(found: Turnover, locale: str = "en") -> str:
    """What the views say together."""
    return written(*(view(found, Words(locale, "EUR")) for view in VIEWS))


def test_leavers_per_person_year_and_the_chance_that_goes_with_it() -> None:
    found = asked(people(10, {0: "2026-02-28", 1: "2026-02-28"}))
    row = found.row("year")
    years = (8 * 365 + 2 * 181) / 365.25
    assert (row["leavers"], row["years"]) == (2, pytest.approx(years))
    assert row["rate"] == pytest.approx(2 / years)
    assert row["chance"] == pytest.approx(1 - np.exp(-2 / years))
    assert row["low"] * years == pytest.approx(0.2422, abs=1e-4)  # Garwood's of two
    assert found.usual == "compatible"
    assert keys(found) == ["compatible", "expected", "unrecorded"]
    assert all(one.about and one.says for one in found.findings)


def test_a_third_a_year_is_a_chance_of_less_than_three_in_ten() -> None:
    assert chance(0.34) == pytest.approx(0.288, abs=5e-4)
    assert chance(0.2, 0.14) + chance(0.14, 0.2) == pytest.approx(chance(0.34))  # causes compete


def test_the_industry_is_compatible_or_not() -> None:
    assert [against_industry(*ends) for ends in ((0.2, 0.5), (0.35, 0.6), (0.1, 0.3), (None, None))] == [
        "compatible", "above", "below", "unknown",
    ]  # fmt: skip


def test_nobody_left_is_an_answer_with_an_upper_end() -> None:
    found = asked(people(8))
    row = found.row("year")
    assert (row["leavers"], row["low"]) == (0, 0)
    assert row["high"] == pytest.approx(3.689 / 8, abs=2e-3)
    assert keys(found)[0] == "nobody"
    assert found.expected is not None
    assert "All, last 12 months | 0 | 0.0%, 0–46% | 0.0%, 0–37%" in shown(found)
    assert "Toți, ultimele 12 luni | 0 | 0,0 %, 0–46 % | 0,0 %, 0–37 %" in shown(found, "ro")
    assert "Reason" not in shown(found)  # nobody can have given one


def test_everybody_left() -> None:
    found = asked(people(8, dict.fromkeys(range(8), "2026-03-31")))
    assert (found.row("year")["leavers"], found.there, found.usual) == (8, 0, "above")
    assert found.expected is None
    assert found.pipeline is None
    assert "Cause not recorded | 8 |" in shown(found)
    assert "of 8 who left, none has one recorded" in shown(found)
    assert "din 8 plecări, niciuna nu are motivul" in shown(found, "ro")


def test_one_rep_is_too_few_to_speak_of() -> None:
    found = asked(people(1, {0: "2026-03-31"}))
    assert keys(found) == ["too_few"]
    assert (found.told, found.table.empty) == (False, True)
    assert "one person has been watched, and it takes five" in shown(found)
    assert "Leavers" not in shown(found)


def test_tenure_unknown_counts_from_the_first_deal_on_and_says_so() -> None:
    rows = [*people(8, {0: "2026-02-28"}), {"rep_id": "x", "name": "X", "team_id": "north"}]
    rows.append({"rep_id": "y", "name": "Y", "team_id": "north"})
    found = turnover(tables(rep=rows, opportunity=[FIRST, deal(98, "x", "Offer", 5, "2026-08-01")]), as_of=AS_OF)
    assert (found.without_first_day, found.untraced) == (1, 1)
    assert found.row("year")["years"] == pytest.approx((7 * 365 + 181 + 31) / 365.25)
    assert "The first day of one person is unknown" in shown(found)
    assert "One person without a first day and without any deal is left out." in shown(found)


def test_who_came_back_left_once_and_is_new_again() -> None:
    stays = [
        {"rep_id": "p0", "hired_on": "2024-03-01", "left_on": "2025-11-30", "leave_type": "voluntary"},
        {"rep_id": "p0", "hired_on": "2026-05-01"},
    ]
    found = asked(people(8), employment=stays)
    assert (found.row("year")["leavers"], found.people, found.there) == (1, 8, 8)
    assert found.first_year is None  # one person seen from the first day is too few


def test_contractors_are_counted_apart() -> None:
    rows = [*people(8), {**people(1)[0], "rep_id": "c", "contract": "contractor", "leave_date": "2026-02-01"}]
    found = asked(rows)
    assert (found.contractors, found.row("year")["leavers"], found.people) == (1, 0, 8)


def test_a_stay_that_ends_before_it_begins_is_left_out_and_counted() -> None:
    company = dict(tables(rep=people(8), opportunity=[FIRST]))
    rep = company["rep"].copy()
    rep.loc[0, "leave_date"] = pd.Timestamp("2024-01-01")
    found = turnover({**company, "rep": rep}, as_of=AS_OF)
    assert (found.contradicting, found.people) == (1, 7)


def test_causes_of_few_leavers_are_hidden_with_another_beside_them() -> None:
    kinds = ["voluntary"] * 6 + ["involuntary"] * 6 + [""] * 2
    rows = [
        {**row, "leave_type": kind, "leave_date": "2026-03-31", "exit_reason": "pay" if kind == "voluntary" else ""}
        for row, kind in zip(people(14), kinds, strict=True)
    ]
    found = asked([*rows, *[{**row, "rep_id": f"q{at}"} for at, row in enumerate(people(6))]])
    told = set(found.table["kind"])
    assert {"year", "all"} <= told
    assert "unknown" not in told  # two people
    assert len(told & {"voluntary", "other"}) == 1  # else 14 − 6 − 6 were the two
    assert found.reasons["leavers"].tolist() == [6]
    assert (found.recorded, found.leavers) == (6, 14)


def test_a_manager_of_two_teams_is_one_group() -> None:
    rows = [{**row, "team_id": "north" if at < 4 else "south"} for at, row in enumerate(people(9))]
    team = [{"team_id": one, "name": one.title(), "manager_rep_id": "m"} for one in ("north", "south")]
    boss = {"rep_id": "m", "name": "M", "team_id": "north", "role": "manager", "hire_date": "2020-01-01"}
    company = tables(rep=[*rows, boss], team=team, opportunity=[FIRST])
    who = staff(company, as_of=AS_OF)
    assert by_group(who, manager(who, company)).table["group"].tolist() == ["North, South"]
    assert who.people == 9  # and the manager is in no number


def test_groups_under_five_are_put_together() -> None:
    rows = [{**row, "hire_date": f"202{4 if at < 7 else 5 if at < 10 else 6}-03-02"} for at, row in enumerate(people(16))]
    found = asked(rows).cohorts.table.set_index("group")["people"]
    assert found.to_dict() == {"": 9, "2024": 7}  # three of 2025 with the six of 2026, or they could be worked out


def test_the_company_page_of_the_demo_agrees_with_what_is_planted(demo: dict[str, pd.DataFrame]) -> None:
    found = turnover(demo, as_of=date(2026, 11, 8))
    row = found.row("all")
    assert row["low"] < 0.34 < row["high"]
    heads = {
        "en": (
            "Share still with the company",
            "How many leave",
            "By year and source of hire",
            "The largest cost of a leaver",
            "What the cost rests on",
        ),
        "ro": (
            "Cât la sută mai sunt în companie",
            "Câți oameni pleacă",
            "După anul și sursa angajării",
            "Cel mai mare cost al unei plecări",
            "Pe ce se sprijină costul",
        ),
    }
    for locale, parts in heads.items():
        assert [part for part in parts if part not in shown(found, locale)] == []


def world(seed: int, n: int = 400) -> pd.DataFrame:
    """Stays in a world of its own: hazard .25 in the first year of tenure and .5 after; watched for two years only.

    Naive: everybody met late counts as if watched since the hire, and those gone before are not there to be counted.
    """
    rng = np.random.default_rng(seed)
    hired = rng.uniform(-4, 2, n)
    risk = rng.exponential(size=n)
    stay = np.where(risk < 0.25, risk / 0.25, 1 + (risk - 0.25) / 0.5)
    left, entry = hired + stay, np.maximum(-hired, 0)
    seen = left > 0
    frame = pd.DataFrame({"hired": hired, "entry": entry, "exit": np.minimum(left, 2) - hired, "left": left < 2})[seen]
    day = pd.Timestamp("2024-09-01")
    return frame.assign(
        rep_id=[f"w{at}" for at in range(len(frame))],
        team_id="north",
        hired=day + pd.to_timedelta(frame["hired"] * 365.25, unit="D"),
        cause=np.where(frame["left"], "voluntary", ""),
    )


def test_late_entry_is_mended_and_the_naive_share_is_told_beside() -> None:
    errors = []
    for seed in range(8):
        rows = world(seed)
        found = early(Staff(rows, pd.Timestamp("2024-09-01"), 0, 0, 0, 0), 365)
        assert found is not None
        truth = 1 - np.exp(-0.25 * 365 / 365.25)
        errors.append((found.share - truth, found.naive - truth))
    honest, naive = np.array(errors).T
    assert abs(honest.mean()) < 2 * honest.std(ddof=1) / np.sqrt(len(honest)) + 0.01
    assert naive.mean() < -0.05  # it flatters


def test_expected_leavers_hold_the_truth_as_often_as_they_say() -> None:
    held = []
    for seed in range(30):
        rng = np.random.default_rng(100 + seed)
        rows = world(seed, 250)
        who = Staff(rows, pd.Timestamp("2024-09-01"), 0, 0, 0, 0)
        tenure = rows.loc[~rows["left"], "exit"].to_numpy()[:40]
        found = expected_leavers(tenure, level(who, bands(who), pooled=False))
        hazard = 0.25 * np.clip(1 - tenure, 0, 1) + 0.5 * (1 - np.clip(1 - tenure, 0, 1))
        gone = (rng.random(len(tenure)) < -np.expm1(-hazard)).sum()
        held.append(found.low <= gone <= found.high)
    assert 0.66 <= np.mean(held) <= 0.97


def test_that_nobody_has_left_yet_is_no_proof_that_nobody_will() -> None:
    found = asked(people(8))
    assert found.expected is not None
    assert 0.2 < found.expected.mean < 1.2  # half a leaver in eight person-years, and eight people
    assert found.expected.high >= 1


def test_a_curve_that_never_falls_is_not_said_to_lack_people() -> None:
    found = asked([row | {"hire_date": "2025-10-01"} for row in people(8)])
    assert "nobody who was watched" in str(turnover_figure(found, Words("en", "EUR")))


def test_the_curve_begins_with_all_and_falls_where_somebody_left_with_how_many_are_still_watched() -> None:
    found = asked([row | {"hire_date": "2025-10-01"} for row in people(8, {0: "2026-03-31"})])
    assert found.curve["tenure"].tolist() == pytest.approx([0, 182 / 365.25], abs=2 / 365.25)
    assert found.curve[["share", "at_risk"]].to_numpy().tolist() == [[1, 8], [7 / 8, 8]]
    assert found.at_risk.to_numpy().tolist() == [[0, 8], [0.5, 7]]
    assert "month 0: 8 · month 6: 7" in str(turnover_figure(found, Words("en", "EUR")))


def test_a_reason_that_few_gave_is_not_named_beside_one_of_five() -> None:
    why = ["pay"] * 5 + ["family"] * 3 + ["ill"] * 2
    gone = [row | {"exit_reason": why[at]} for at, row in enumerate(people(12, dict.fromkeys(range(10), "2026-03-31"))[:10])]
    found = asked([*gone, *people(12)[10:]])
    assert found.reasons["reason"].tolist() == ["pay", ""]
    assert found.reasons["leavers"].tolist() == [5, 5]
    said = str(turnover_reasons(found, Words("en", "EUR")))
    assert "family" not in said
    assert "Other reasons" in said


def test_where_all_are_contractors_it_says_so_and_not_that_0_people_were_watched() -> None:
    said = shown(asked([row | {"contract": "contractor"} for row in people(8)]))
    assert "nobody who counts" in said
    assert "8 contractors" in said
