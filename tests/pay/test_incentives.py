"""Whom an incentive was for, what it is held against, what it did, and what a team's page may know of it."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from salesanalytics import show
from salesanalytics.analyses.company.incentives_for_teams import incentive_courses, incentive_effects, incentive_guards
from salesanalytics.analyses.pay.incentives import Incentives, incentives, incentives_of_team
from salesanalytics.data.snapshot.handover import HANDOVER
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.demo import build_demo
from salesanalytics.facts.programme_groups import stated_groups
from salesanalytics.facts.programmes import followed, programmes
from salesanalytics.facts.standing import standing
from salesanalytics.show import Words
from salesanalytics.show.blocks import Missing
from salesanalytics.views.pay import incentives as views
from tests.conftest import DEMO_DAY

AS_OF = date(2026, 9, 30)
FIRST = date(2026, 1, 5)


def company(
    plans: list[dict[str, object]], raised_for: str = "", uplift: float = 0.5, seed: int = 0, teams: int = 12, size: int = 8
) -> Known:
    """Sellers r0, r1, … in teams t0, t1, …; those of `raised_for` have larger deals, by `uplift`, in the plan's half year."""
    rng = np.random.default_rng(seed)
    reps = [f"r{at}" for at in range(teams * size)]
    rep = pd.DataFrame(
        {
            "rep_id": reps,
            "role": "ae",
            "team_id": [f"t{at // size}" for at in range(len(reps))],
            "hire_date": pd.Timestamp(2023, 1, 1),
        }
    )
    days = (AS_OF - date(2024, 6, 1)).days
    n = len(reps) * 80
    owner, day = rng.integers(len(reps), size=n), rng.integers(days, size=n)
    closed = pd.Timestamp(2024, 6, 1) + pd.to_timedelta(day, unit="D")
    amount = rng.lognormal(8, 0.6, n)
    chosen = json.loads(raised_for)["reps"] if raised_for else []
    raised = np.isin(np.array(reps)[owner], chosen) & (closed >= pd.Timestamp(FIRST)) & (closed <= pd.Timestamp(2026, 6, 30))
    deals = pd.DataFrame(
        {
            "opportunity_id": [f"o{at}" for at in range(n)],
            "owner_rep_id": np.array(reps)[owner],
            "stage": "Won",
            "amount": np.where(raised, amount * (1 + uplift), amount),
            "created_at": closed - pd.Timedelta(days=20),
            "closed_at": closed + pd.Timedelta(hours=12),
            "is_won": True,
            "is_closed": True,
        }
    )
    plan = pd.DataFrame(plans).assign(valid_from=lambda rows: pd.to_datetime(rows["valid_from"])) if plans else None
    if plan is not None:
        for name in ("valid_to", "chosen_from", "chosen_to", "groups_stated_on"):
            plan[name] = pd.to_datetime(plan.get(name))
    team = pd.DataFrame({"team_id": [f"t{at}" for at in range(teams)], "name": [f"Team {at}" for at in range(teams)]})
    paid = {"payout_id": ["p1", "p2"], "plan_id": "P1", "rep_id": ["r0", "r8"], "amount": [600.0, 400.0]}
    payout = pd.DataFrame(paid | {"period_start": pd.Timestamp(FIRST), "paid_on": pd.Timestamp(2026, 7, 10)})
    found = {"team": team, "rep": rep, "opportunity": deals, "payout": payout} | (
        {} if plan is None else {"incentive_plan": plan}
    )
    return known_on(found, AS_OF)


def plan(**more: object) -> dict[str, object]:
    return {"plan_id": "P1", "name": "Big deals", "kind": "bonus", "valid_from": FIRST, "valid_to": date(2026, 6, 30),
            "eligible": "", "chosen_by": None} | more  # fmt: skip


def drawn(seed: int = 0, n: int = 96) -> str:
    return json.dumps({"reps": [f"r{at}" for at in sorted(np.random.default_rng(seed).permutation(n)[: n // 2])]})


def verdict(found: Incentives, plan_id: str = "P1") -> tuple[str, str]:
    row = found.table.set_index("plan_id").loc[plan_id]
    return row["verdict"], row["blocked"]


def test_what_a_lot_shows_is_an_effect_with_its_cost() -> None:
    found = incentives(company([plan(eligible=drawn(), chosen_by="lot")], drawn(), seed=2), as_of=AS_OF)
    row = found.table.iloc[0]
    assert (row["verdict"], row["method"], row["people"], row["others"]) == ("effect", "lot", 48, 48)
    assert row["low"] < 0.33 < row["high"]  # a half over six months, nothing in the three after
    assert row["cost"] == 1000.0
    assert row["per_unit"] == pytest.approx(1000 / row["gain"])
    assert found.headline is not None
    assert found.headline.key == "incentives.works"


@pytest.mark.parametrize(
    ("eligible", "expected", "blocked"),
    [
        ("", 96, "comparison"),
        (json.dumps({"roles": ["ae"]}), 96, "comparison"),
        (json.dumps({"roles": ["am"]}), 0, "eligibility"),
        (json.dumps({"teams": ["t0", "t99"]}), 8, ""),
        (json.dumps({"teams": ["t0"], "roles": ["ae"]}), 8, ""),
        (json.dumps({"teams": ["t0"], "reps": ["r3", "r20"]}), 9, ""),  # the team, and r20 as well
        (json.dumps({"teams": ["t0"], "roles": ["am"], "reps": ["r20"]}), 1, "units"),  # a role narrows the team alone
        (json.dumps({"teams": []}), 0, "eligibility"),
        (json.dumps({"reps": "r3"}), 1, "units"),
        (json.dumps({"countries": ["RO"]}), 0, "eligibility"),
        (json.dumps([1, 2]), 0, "eligibility"),
        ("{teams: t0", 0, "eligibility"),
    ],
)
def test_who_takes_part_is_read_and_what_cannot_be_read_is_said(eligible: str, expected: int, blocked: str) -> None:
    tables = company([plan(eligible=eligible)])
    (one,) = programmes(tables, AS_OF)
    assert len(one.reps) == expected
    assert verdict(incentives(tables, as_of=AS_OF))[1] == blocked


def test_stretches_begin_with_the_programme_and_end_with_it() -> None:
    tables = company([plan(eligible=drawn(), chosen_by="teams", valid_to=date(2026, 1, 18))])
    (one,) = programmes(tables, AS_OF)
    made = followed(tables, one, AS_OF)
    assert (made.days, made.until) == (14.0, 1)
    first = made.panel[made.panel["stretch"] == 1]["outcome"].sum()
    deals = tables["opportunity"]
    inside = deals["closed_on"].between(pd.Timestamp(FIRST), pd.Timestamp(2026, 1, 18))
    assert first == pytest.approx(deals.loc[inside, "amount"].sum())
    assert made.panel["stretch"].min() == 1 - 365 // 14


def test_who_was_not_there_all_the_time_is_missing_and_not_zero() -> None:
    tables = dict(company([plan(eligible=drawn(), chosen_by="lot")]))
    tables["rep"] = tables["rep"].assign(
        hire_date=tables["rep"]["hire_date"].where(tables["rep"]["rep_id"] != "r1", pd.Timestamp(2025, 12, 1)),
        leave_date=pd.to_datetime(pd.Series(np.where(tables["rep"]["rep_id"] == "r2", "2026-03-01", None))),
    )
    (one,) = programmes(tables, AS_OF)
    panel = followed(tables, one, AS_OF).panel.set_index(["rep_id", "stretch"])["outcome"].unstack()
    assert panel.loc["r1"].isna().any()
    assert panel.loc["r1"].loc[1:].notna().all()
    assert panel.loc["r2"].loc[:1].notna().all()
    assert panel.loc["r2"].loc[4:].isna().all()


def volunteers() -> str:
    """Mostly the longer with the company, in a company whose sellers came at different times."""
    rng = np.random.default_rng(7)
    keen = rng.random(96) < np.where(np.arange(96) % 2, 0.7, 0.3)
    return json.dumps({"reps": [f"r{at}" for at in np.flatnonzero(keen)]})


def came_at_different_times(tables: Known) -> dict[str, pd.DataFrame]:
    hired = pd.Timestamp(2021, 1, 1) + pd.to_timedelta((np.arange(96) % 8) * 90 - (np.arange(96) % 2) * 900, unit="D")
    return dict(tables) | {"rep": tables["rep"].assign(hire_date=hired.as_unit("us"))}


def test_volunteers_are_compared_by_what_was_known_of_them_on_the_eve() -> None:
    tables = came_at_different_times(company([plan(eligible=volunteers(), chosen_by="volunteers")], seed=4))
    row = incentives(known_on(tables, AS_OF), as_of=AS_OF).table.iloc[0]
    assert (row["verdict"], row["method"], row["blocked"]) == ("none_found", "doubly_robust", "")
    (one,) = programmes(known_on(tables, AS_OF), AS_OF)
    made = followed(known_on(tables, AS_OF), one, AS_OF)
    assert set(made.traits) >= {"tenure", "open_deals"}


def test_what_volunteers_did_after_the_eve_is_no_trait_of_theirs() -> None:
    tables = came_at_different_times(company([plan(eligible=volunteers(), chosen_by="volunteers")], seed=4))
    deals = tables["opportunity"].drop(columns=["created_on", "closed_on"])
    eve = FIRST - timedelta(days=1)
    before = standing(known_on(tables | {"opportunity": deals}, eve), as_of=eve, before=date(2025, 6, 1))
    after = deals["closed_at"] >= pd.Timestamp(FIRST, tz=deals["closed_at"].dt.tz)
    changed = deals.assign(amount=deals["amount"].where(~after, 10**7), is_won=deals["is_won"] & ~after)
    again = standing(known_on(tables | {"opportunity": changed}, AS_OF), as_of=eve, before=date(2025, 6, 1))
    pd.testing.assert_frame_equal(before, again)


def test_earlier_bookings_are_not_of_the_days_the_programme_is_held_against() -> None:
    tables = came_at_different_times(company([plan()], seed=4))
    eve, since = FIRST - timedelta(days=1), date(2025, 1, 5)
    usual = standing(known_on(tables, AS_OF), as_of=eve, before=since)["earlier"]
    deals = tables["opportunity"].drop(columns=["created_on", "closed_on"])
    inside = deals["closed_at"] >= pd.Timestamp(since, tz=deals["closed_at"].dt.tz)
    doubled = tables | {"opportunity": deals.assign(amount=deals["amount"].where(~inside, deals["amount"] * 2))}
    pd.testing.assert_series_equal(standing(known_on(doubled, AS_OF), as_of=eve, before=since)["earlier"], usual)


def test_until_the_quarter_after_it_is_over_nothing_is_said() -> None:
    early = date(2026, 7, 31)
    tables = company([plan(eligible=drawn(), chosen_by="lot")], drawn(), seed=2)
    found = incentives(known_on(tables, early), as_of=early)
    assert verdict(found) == ("not_identifiable", "pull_forward")
    assert found.findings[0].values["ready"] == FIRST + timedelta(days=9 * 29.5 - 1 + 0.5)


def test_a_programme_that_is_rolled_out_in_waves_gets_one_answer() -> None:
    """The same name, later, for other teams: no other incentive, but the same one."""

    def teams(first: int, last: int) -> str:
        return json.dumps({"teams": [f"t{at}" for at in range(first, last)]})

    people = json.dumps({"reps": [f"r{at}" for at in range(96)]})
    waves = [plan(eligible=teams(0, 4), chosen_by="teams"),
             plan(plan_id="P2", eligible=teams(4, 10), chosen_by="teams", valid_from=date(2026, 3, 6))]  # fmt: skip
    tables = company(waves, people, uplift=0.8, seed=3, teams=20)
    deals, owner = tables["opportunity"], tables["opportunity"]["owner_rep_id"].str[1:].astype(int)
    early = (
        owner.between(32, 79) & (deals["closed_on"] < pd.Timestamp(2026, 3, 6)) & (deals["closed_on"] >= pd.Timestamp(FIRST))
    )
    early |= (owner >= 80) & (deals["closed_on"] >= pd.Timestamp(FIRST)) & (deals["closed_on"] <= pd.Timestamp(2026, 6, 30))
    raised = early & (owner < 96)
    plain = deals.assign(amount=deals["amount"].where(~raised, deals["amount"] / 1.8)).drop(columns=["created_on", "closed_on"])
    tables = known_on(dict(tables) | {"opportunity": plain}, AS_OF)
    (one,) = programmes(tables, AS_OF)
    assert (one.plan_ids, len(one.reps)) == (("P1", "P2"), 80)
    panel = followed(tables, one, AS_OF).panel
    assert panel.groupby("treated_from")["rep_id"].nunique().to_dict() == {1.0: 32, 3.0: 48}
    row = incentives(tables, as_of=AS_OF).table.iloc[0]
    assert (row["method"], row["verdict"], row["people"], row["cost"]) == ("staggered", "effect", 80, 1000.0)
    assert row["low"] < 0.8 * 5 / 8.2 < row["high"]  # while it ran, and nothing in the quarter after


def test_the_same_incentive_for_the_same_people_again_is_no_rollout() -> None:
    again = [
        plan(eligible=drawn()),
        plan(plan_id="P2", eligible=drawn(), valid_from=date(2026, 7, 10), valid_to=date(2026, 9, 1)),
    ]
    assert [one.plan_id for one in programmes(company(again), AS_OF)] == ["P2", "P1"]


def test_another_incentive_for_the_same_people_stands_in_the_way() -> None:
    teams = json.dumps({"teams": [f"t{at}" for at in range(6)]})
    both = [plan(eligible=teams), plan(plan_id="P2", name="Trip", eligible=teams, valid_from=date(2026, 3, 1))]
    found = incentives(company(both), as_of=AS_OF)
    assert verdict(found) == ("not_identifiable", "other_programmes")
    assert verdict(found, "P2") == ("not_identifiable", "other_programmes")


def test_an_incentive_of_the_year_before_for_the_same_people_stands_in_the_way() -> None:
    teams = json.dumps({"teams": [f"t{at}" for at in range(6)]})
    earlier = plan(plan_id="P0", name="Trip", eligible=teams, valid_from=date(2025, 6, 1), valid_to=date(2025, 9, 30))
    assert verdict(incentives(company([plan(eligible=teams), earlier]), as_of=AS_OF)) == (
        "not_identifiable",
        "other_programmes",
    )
    later = plan(plan_id="P2", name="Trip", eligible=teams, valid_from=date(2026, 7, 15), valid_to=date(2026, 8, 30))
    assert verdict(incentives(company([plan(eligible=teams), later]), as_of=AS_OF)) == ("not_identifiable", "other_programmes")


def test_a_second_lot_with_the_same_people_is_no_second_lot() -> None:
    both = [plan(eligible=drawn(), chosen_by="lot"), plan(plan_id="P2", name="Trip", eligible=drawn(), chosen_by="lot")]
    found = incentives(company(both, drawn(), seed=2), as_of=AS_OF)
    assert verdict(found) == verdict(found, "P2") == ("not_identifiable", "other_programmes")


@pytest.mark.parametrize("begun", [date(2023, 10, 1), date(2024, 1, 1), date(2024, 6, 20)])
def test_what_began_before_the_records_is_said_and_costs_no_other_programme(begun: date) -> None:
    old = plan(plan_id="P0", name="Old", eligible=drawn(1), chosen_by="lot", valid_from=begun, valid_to=date(2024, 9, 30))
    found = incentives(company([plan(eligible=drawn(), chosen_by="lot"), old], drawn(), seed=2), as_of=AS_OF)
    assert verdict(found)[0] == "effect"
    assert verdict(found, "P0")[0] != "effect"


def test_money_is_told_of_five_people_and_more() -> None:
    found = incentives(company([plan(eligible=drawn(), chosen_by="lot")], drawn(), seed=2), as_of=AS_OF)
    handed = {"courses": incentive_courses(found), "guards": incentive_guards(found)}
    mine = incentive_effects(found)
    few = incentives_of_team({}, as_of=AS_OF, effects=mine[mine["team_id"] == "t0"].assign(mine=4), **handed)
    assert few.table[["gain", "gain_low", "gain_high", "cost", "per_unit"]].isna().all(axis=None)
    assert [one.key for one in few.findings] == ["incentives.works_few"]


def test_a_team_reads_which_people_and_which_money_are_its_own() -> None:
    found = incentives(company([plan(eligible=drawn(), chosen_by="lot")], drawn(), seed=2), as_of=AS_OF)
    handed = {"courses": incentive_courses(found), "guards": incentive_guards(found)}
    row = incentive_effects(found).query("team_id == 't0'").assign(mine=6, cost=1000.0)
    here = incentives_of_team({}, as_of=AS_OF, effects=row, **handed)
    words = Words("en", "EUR")
    assert "In this team that is about" in repr(show.findings(here.findings, words))
    assert f"{int(row['people'].iloc[0])} sellers, 6 of them in this team" in repr(views.incentives_table(here, words))
    assert "in this team" not in repr(views.incentives_table(found, words))
    nothing = incentives_of_team({}, as_of=AS_OF, effects=row.assign(verdict="none_found", smallest=0.3), **handed)
    assert "cost €1K in this team, and over the whole company no effect" in repr(show.findings(nothing.findings, words))


def test_many_programmes_are_looked_at_together() -> None:
    """The best of ten that did nothing is not called an effect on the strength of its own p-value."""
    plans = [plan(plan_id=f"P{at}", name=f"Plan {at}", eligible=drawn(at), chosen_by="lot") for at in range(10)]
    found = incentives(company(plans, seed=5), as_of=AS_OF)
    assert found.looked_at >= 8
    assert found.table["p"].min() > found.table["p"].count() * 0.005
    assert "effect" not in set(found.table["verdict"])


def test_a_team_is_told_shares_and_its_own_money_and_nobody_elses() -> None:
    teams = json.dumps({"teams": ["t0", "t1", "t2", "t3"]})
    found = incentives(company([plan(eligible=teams)], seed=3), as_of=AS_OF)
    told = incentive_effects(found)
    assert sorted(told["team_id"]) == ["t0", "t1", "t2", "t3"]
    for name, frame in (
        ("incentive_effects", told),
        ("incentive_courses", incentive_courses(found)),
        ("incentive_guards", incentive_guards(found)),
    ):
        assert set(frame.columns) == set(HANDOVER[name].columns)
    first = told[told["team_id"] == "t0"].iloc[0]
    assert (first["mine"], first["cost"]) == (8, 600.0)
    own = found.by_team.set_index("team_id")["booked"]["t0"]
    assert first["gain"] == pytest.approx(found.table["gain"].iloc[0] * own / found.by_team["booked"].sum())
    assert not np.isclose(told["gain"], found.table["gain"].iloc[0]).any()
    assert len(found.course) > 0
    assert incentive_courses(found).empty  # of four teams each could take its own out


def test_what_late_joiners_were_paid_is_in_their_teams_cost_as_in_the_companys() -> None:
    """They joined in the middle of the programme and cannot be followed, but their bonus was paid all the same."""
    have = {**company([plan(eligible=json.dumps({"teams": ["t0", "t1", "t2"]}), chosen_by="teams")], seed=3)}
    rep = have["rep"].assign(hire_date=have["rep"]["hire_date"].mask(have["rep"]["rep_id"] == "r8", pd.Timestamp(2026, 4, 1)))
    found = incentives(known_on({**have, "rep": rep}, AS_OF), as_of=AS_OF)
    cost = found.by_team.set_index("team_id")["cost"]
    assert (cost["t0"], cost["t1"]) == (600, 400)
    assert cost.sum() == found.table["cost"].sum() == 1000
    alone = replace(found, by_team=found.by_team.assign(mine=found.by_team["mine"].where(found.by_team["team_id"] != "t1", 0)))
    assert "t1" not in set(incentive_effects(alone)["team_id"]) | set(incentive_guards(alone)["team_id"])


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_whatever_stands_in_the_way_has_words(locale: str) -> None:
    found = incentives(company([plan(eligible=drawn(), chosen_by="lot")]), as_of=AS_OF)
    words = Words(locale, "EUR")
    row = found.table.iloc[[0]].assign(verdict="not_identifiable", needs=5.0)
    checks = (
        "eligibility comparison units clusters pre_periods attrition pull_forward spill_over pre_trend regression_to_mean "
        "overlap other_programmes"
    )
    for check in checks.split():
        handed = {"effects": row.assign(blocked=check, mine=1, looked_at=1), "courses": found.course, "guards": found.guards}
        said = show.findings(incentives_of_team({}, as_of=AS_OF, **handed).findings, words)
        assert "Big deals" in repr(said)


@pytest.mark.parametrize(("locale", "said"), [("en", "says otherwise"), ("ro", "spune altceva")])
def test_a_second_test_that_says_otherwise_is_told_beside_the_guards(locale: str, said: str) -> None:
    found = incentives(company([plan(eligible=drawn(), chosen_by="lot")]), as_of=AS_OF)
    guard = found.guards.iloc[[0]].assign(check="second_test", stands="unchecked", found=0.2, needed=0.05)
    told = replace(found, guards=pd.concat([found.guards, guard]))
    assert said in repr(views.incentive_guards_table(told, Words(locale, "EUR")))
    assert said not in repr(views.incentive_guards_table(found, Words(locale, "EUR")))


def test_groups_are_those_that_were_written_down_before_the_first_day() -> None:
    stated = plan(eligible=drawn(), chosen_by="lot", groups='["tenure"]', groups_stated_on=pd.Timestamp(2025, 12, 20))
    late = stated | {"groups_stated_on": pd.Timestamp(FIRST)}
    unread = stated | {"groups": "tenure"}
    for row, groups in ((stated, ("tenure",)), (late, ()), (unread, ())):
        (one,) = programmes(company([row]), AS_OF)
        assert one.groups == groups


def hired_in_two_years(tables: Known, newcomers: int) -> Known:
    """Every `newcomers`-th seller came half a year before the programme."""
    new = np.arange(160) % newcomers == 0
    hired = pd.Series(np.where(new, "2025-06-01", "2023-01-01")).astype("datetime64[us]")
    return known_on(dict(tables) | {"rep": tables["rep"].assign(hire_date=hired)}, AS_OF)


def test_whom_it_moved_is_told_by_group_with_the_difference_and_its_interval() -> None:
    """Only who has been there for a year books more."""
    rng = np.random.default_rng(3)
    moved = rng.permutation(160)[:80]
    everyone = json.dumps({"reps": [f"r{at}" for at in sorted(moved)]})
    old = json.dumps({"reps": [f"r{at}" for at in sorted(moved) if at % 2]})
    stated = plan(eligible=everyone, chosen_by="lot", groups='["tenure", "role"]', groups_stated_on=pd.Timestamp(2025, 12, 20))
    found = incentives(hired_in_two_years(company([stated], old, uplift=1.2, teams=20), 2), as_of=AS_OF)
    groups = found.groups.set_index(["by", "group"])
    assert list(groups.index) == [("tenure", "new"), ("tenure", "tenured"), ("role", "ae")]
    new, tenured = groups.loc[("tenure", "new")], groups.loc[("tenure", "tenured")]
    assert new["low"] < 0 < new["high"]
    assert tenured["low"] > 0
    assert tenured["low"] < 0.8 < tenured["high"]  # 120% over six months, nothing in the three after
    assert new["difference_low"] < 1 / 1.8 - 1 < new["difference_high"] < 0
    assert bool(new["differs"])
    assert pd.isna(tenured["difference"])  # the same, turned round
    assert new["people"] + tenured["people"] == 80
    for locale in ("en", "ro"):
        assert "nan" not in repr(views.incentive_groups_table(found, Words(locale, "EUR"))).lower()


def test_a_group_with_too_few_on_a_side_has_no_effect_of_its_own() -> None:
    stated = plan(eligible=drawn(n=160), chosen_by="lot", groups='["tenure"]', groups_stated_on=pd.Timestamp(2025, 12, 20))
    found = incentives(hired_in_two_years(company([stated], teams=20), 40), as_of=AS_OF)
    groups = found.groups.set_index("group")
    assert groups.loc["new", "blocked"] == "few"
    assert pd.isna(groups.loc["new", ["effect", "low", "high", "difference"]]).all()
    assert groups.loc["tenured", "blocked"] == ""
    assert "not enough in this group" in repr(views.incentive_groups_table(found, Words("en", "EUR")))


def test_who_is_moved_by_what_is_as_they_had_said_by_the_eve() -> None:
    tables = company([plan(groups='["motivator"]', groups_stated_on=pd.Timestamp(2025, 12, 20))])
    said = [("r0", "money", 5, "2025-11-01"), ("r0", "praise", 3, "2025-11-01"), ("r0", "praise", 9, "2026-02-01"),
            ("r1", "money", 4, "2025-11-01"), ("r1", "praise", 4, "2025-11-01")]  # fmt: skip
    trait = pd.DataFrame(said, columns=["rep_id", "name", "score", "observed_on"]).assign(kind="motivator")
    trait["observed_on"] = pd.to_datetime(trait["observed_on"]).astype("datetime64[us]")
    have = known_on(dict(tables) | {"rep_trait": trait}, AS_OF)
    (one,) = programmes(have, AS_OF)
    assert stated_groups(have, one)["motivator"] == {"r0": "money"}


@pytest.mark.parametrize("locale", ["en", "ro"])
@pytest.mark.parametrize("chosen_by", ["lot", "teams", "results", "volunteers", "everybody", None])
def test_every_verdict_is_shown_in_words(locale: str, chosen_by: str | None) -> None:
    found = incentives(company([plan(eligible=drawn(), chosen_by=chosen_by)], drawn(), seed=2), as_of=AS_OF)
    mine = incentive_effects(found)
    page = incentives_of_team(
        {},
        as_of=AS_OF,
        effects=mine[mine["team_id"] == "t0"],
        courses=incentive_courses(found),
        guards=incentive_guards(found),
    )
    words = Words(locale, "EUR")
    for answer in (found, page):
        assert "until –" not in repr(show.findings(answer.findings, words))
        for view in (
            views.incentive_effects_figure,
            views.incentives_table,
            views.incentive_courses_figures,
            views.incentive_guards_table,
        ):
            shown = repr(view(answer, words))
            assert "nan" not in shown.lower().replace("finance", "")


def test_without_plans_the_page_says_what_is_missing() -> None:
    found = incentives(company([]), as_of=AS_OF)
    assert isinstance(views.incentive_effects_figure(found, Words("en", "EUR")), Missing)
    handed = {"effects": incentive_effects(found), "courses": incentive_courses(found), "guards": incentive_guards(found)}
    empty = incentives_of_team({}, as_of=AS_OF, **handed)
    assert isinstance(views.incentive_effects_figure(empty, Words("en", "EUR")), Missing)


@pytest.mark.slow
@pytest.mark.planted
def test_the_demos_incentives_are_told_apart_over_several_companies() -> None:
    """Drawn by lot: its 25% lie in the interval; picked low performers: never a success; nothing where there is nothing."""
    off, found = [], []
    for seed in range(4):
        made, _ = build_demo(seed=seed, teams=12, reps=140, months=36, as_of=DEMO_DAY)
        tables = known_on(made, DEMO_DAY)
        table = incentives(tables, as_of=DEMO_DAY).table.set_index("plan_id")
        for nothing in ("INC-CLUB", "INC-RESCUE", "INC-SPRINT"):
            assert table.loc[nothing, "verdict"] != "effect"
        boost = table.loc["INC-BOOST"]
        window = (boost["end"] - boost["start"]).days
        truth = 0.25 * window / (window + 91)
        found.append(boost["effect"] - truth)
        off.append(found[-1] / ((boost["high"] - boost["low"]) / 2 / 1.96))
    assert np.sum(np.square(off)) < chi2.ppf(0.99, 4)  # errors of an interval that holds as often as it says
    assert abs(np.mean(found)) < 0.085
