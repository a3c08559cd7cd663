"""Trainings: what a lot shows, what nobody can be compared in, rows that cannot be right, cost of a point, and who is next."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.company.trainings_for_teams import training_courses, training_effects, training_guards
from salesanalytics.analyses.training.training_effect import TrainingEffect, training_effect, training_effect_of_team
from salesanalytics.data.snapshot.handover import HANDOVER
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.facts.trainings import trainings
from salesanalytics.show import Words
from salesanalytics.show.blocks import Blocks, Figure, Missing
from salesanalytics.views.training import training_effect as views

AS_OF = date(2026, 9, 30)
FIRST = pd.Timestamp(2025, 10, 6)
EN = Words("en", "EUR")
REPS = [f"r{at:02d}" for at in range(60)]


def events(
    reps: list[str], day: pd.Timestamp = FIRST, *, topic: str = "Closing", code: str = "T1", **more: object
) -> pd.DataFrame:
    return pd.DataFrame(
        {"training_id": code, "rep_id": reps, "topic": topic, "started_on": day, "completed_on": day + pd.Timedelta(days=2),
         "hours": 8.0, "cost": 1000.0, "chosen_by": "lot"} | more
    )  # fmt: skip


def company(event: pd.DataFrame | None, raised: float = 0.0, seed: int = 0, reps: int = 60, **more: pd.DataFrame) -> Known:
    """Sellers with a deal decided every five days each; who has completed a training takes on more of them, by `raised`."""
    rng = np.random.default_rng(seed)
    names = REPS[:reps]
    days = pd.date_range("2025-02-01", AS_OF, freq="5D")
    owner, decided = np.repeat(names, len(days)), np.tile(days, reps)
    done = pd.Series(pd.NaT, index=names) if event is None else event.groupby("rep_id")["completed_on"].min().reindex(names)
    after = decided > done[owner].to_numpy()
    gift = dict(zip(names, rng.normal(0, 0.05, reps), strict=True))
    won = rng.random(len(owner)) < 0.6 + np.array([gift[one] for one in owner]) + raised * after
    created = pd.DatetimeIndex(decided) - pd.Timedelta(days=10)
    deals = pd.DataFrame(
        {"opportunity_id": [f"o{at}" for at in range(len(owner))], "owner_rep_id": owner, "pipeline": "main",
         "stage": np.where(won, "Won", "Lost"), "amount": 100.0, "created_at": created.tz_localize("UTC"),
         "closed_at": pd.DatetimeIndex(decided).tz_localize("UTC"), "is_won": won, "is_closed": True}
    )  # fmt: skip
    stage = pd.DataFrame(
        {"stage": ["Lead", "Won", "Lost"], "pipeline": "main", "sort_order": [1, 2, 3], "is_closed": [False, True, True],
         "is_won": [False, True, False]}
    )  # fmt: skip
    history = pd.DataFrame(
        {"opportunity_id": deals["opportunity_id"], "changed_at": deals["closed_at"], "field": "stage", "old_value": "Lead",
         "new_value": deals["stage"]}
    )  # fmt: skip
    rep = pd.DataFrame(
        {"rep_id": names, "name": names, "role": "ae", "team_id": [f"t{at // 10}" for at in range(reps)],
         "hire_date": pd.Timestamp(2023, 1, 1), "leave_date": pd.NaT}
    )  # fmt: skip
    team = pd.DataFrame({"team_id": [f"t{at}" for at in range(6)], "name": "T"})
    found = {"team": team, "rep": rep, "stage": stage, "opportunity": deals, "opportunity_history": history}
    return known_on(found | ({} if event is None else {"training_event": event}) | more, AS_OF)


def drawn(seed: int = 1, n: int = 30) -> list[str]:
    return sorted(np.random.default_rng(seed).permutation(REPS)[:n])


def late(found: TrainingEffect, training: str = "closing") -> "pd.Series[object]":
    rows = found.table[(found.table["training"] == training) & (found.table["outcome"] == "late")]
    return rows.iloc[0]


def keys(found: TrainingEffect) -> list[str]:
    return [one.key.removeprefix("training_effect.") for one in found.findings]


def test_what_a_lot_shows_is_an_effect_with_the_cost_of_a_point() -> None:
    found = training_effect(company(events(drawn()), 0.2), as_of=AS_OF)
    row = late(found)
    assert (row["verdict"], row["method"]) == ("effect", "lot")
    assert row["low"] <= 0.2 <= row["high"]
    assert row["per_point"] == pytest.approx(1000 / (100 * row["effect"]))
    assert (row["per_point_low"], row["per_point_high"]) == pytest.approx((10 / row["high"], 10 / row["low"]))
    assert keys(found)[0] in ("effect_late", "bookings")
    assert found.findings[0].about == ("training", "closing")


def test_a_training_without_effect_is_called_so_with_what_would_have_been_seen() -> None:
    found = training_effect(company(events(drawn())), as_of=AS_OF)
    row = late(found)
    assert row["verdict"] == "none_found"
    assert 0 < row["smallest"] < 0.2
    assert np.isnan(row["per_point"])
    assert found.next_up.empty
    assert "none" in keys(found)


def test_waves_are_compared_with_who_had_not_had_it_yet() -> None:
    order = [str(one) for one in np.random.default_rng(2).permutation(REPS)]
    waves = pd.concat([events(order[:16]), events(order[16:32], FIRST + pd.Timedelta(days=120), code="T2")])
    row = late(training_effect(company(waves, 0.2, seed=3), as_of=AS_OF))
    assert row["people"] == 32
    assert row["others"] > 44  # some twice, once beside each wave
    assert row["low"] <= 0.2 <= row["high"]


def test_who_was_there_before_is_no_comparison_for_what_every_new_hire_gets() -> None:
    hired = pd.date_range("2025-03-01", periods=20, freq="20D")
    rep = pd.DataFrame({"rep_id": REPS, "name": REPS, "role": "ae", "team_id": "t0",
                        "hire_date": [pd.Timestamp(2023, 1, 1)] * 40 + list(hired)})  # fmt: skip
    rows = pd.concat([events([who], day + pd.Timedelta(days=5), topic="Onboarding", chosen_by=None) for who, day in
                      zip(REPS[40:], hired, strict=True)])  # fmt: skip
    found = training_effect(company(rows, rep=rep), as_of=AS_OF)
    assert late(found, "onboarding")["blocked"] == "comparison"
    assert keys(found) == ["comparison"]
    assert "by lot" in str(show.findings(found.findings, EN))


def test_a_training_that_everybody_got_on_one_day_cannot_be_told() -> None:
    assert late(training_effect(company(events(REPS), 0.2), as_of=AS_OF))["blocked"] == "comparison"


def test_too_few_people_and_one_alone_cannot_be_told() -> None:
    assert late(training_effect(company(events(REPS[:3]), 0.2), as_of=AS_OF))["blocked"] == "units"
    assert late(training_effect(company(events(REPS[:1]), 0.2, reps=1), as_of=AS_OF))["blocked"] == "comparison"


def test_without_stage_history_only_bookings_can_be_judged() -> None:
    tables = {name: frame for name, frame in company(events(drawn())).items() if name != "opportunity_history"}
    table = training_effect(tables, as_of=AS_OF).table.set_index("outcome")
    assert table.loc["late", "blocked"] == "tables"
    assert table.loc["bookings", "verdict"] == "none_found"


def test_rows_that_cannot_be_right_are_set_aside_and_counted() -> None:
    rep = pd.DataFrame({"rep_id": REPS, "name": REPS, "role": "ae", "team_id": "t0", "hire_date": pd.Timestamp(2023, 1, 1),
                        "leave_date": [pd.Timestamp(2025, 9, 1)] + [pd.NaT] * 59})  # fmt: skip
    backwards = events(["r05"], completed_on=FIRST - pd.Timedelta(days=9))
    again = events(["r06"], FIRST + pd.Timedelta(days=200), code="T9")
    open_ = events(["r07"], completed_on=pd.NaT)
    before = events(["r09"], pd.Timestamp(2012, 1, 1), code="T0")
    rows = pd.concat([events(["r00", "r06", "r08"]), backwards, again, open_, before])
    (one,) = trainings(company(rows, rep=rep), AS_OF)
    assert (one.outside, one.wrong_order, one.twice, one.unfinished) == (2, 1, 1, 1)
    assert one.done["rep_id"].tolist() == ["r06", "r08"]
    assert one.done["completed_on"].max() == FIRST + pd.Timedelta(days=2)
    assert "set_aside" in keys(training_effect(company(rows, rep=rep), as_of=AS_OF))


def test_a_cost_that_nobody_recorded_is_not_told_as_nothing() -> None:
    (one,) = trainings(company(events(["r06", "r08"]).assign(cost=np.nan)), AS_OF)
    assert np.isnan(one.cost)


def test_the_score_is_judged_where_the_others_were_tested_too() -> None:
    mine, rng = drawn(), np.random.default_rng(5)
    days = {"2025-03-01": 0.0, "2026-03-01": 10.0}
    rows = [(who, day, 60 + rng.normal(0, 5) + gain * (who in mine)) for who in REPS for day, gain in days.items()]
    tests = pd.DataFrame(rows, columns=["rep_id", "taken_on", "score"])
    tests["assessment_id"] = [f"a{at}" for at in range(len(tests))]
    tests = tests.assign(skill="closing", max_score=100.0, training_id=None, taken_on=pd.to_datetime(tests["taken_on"]))
    table = training_effect(company(events(mine), assessment=tests), as_of=AS_OF).table.set_index("outcome")
    assert table.loc["score", "verdict"] == "effect"
    assert table.loc["score", "low"] <= 10 <= table.loc["score", "high"]
    alone = training_effect(company(events(mine), assessment=tests[tests["rep_id"].isin(mine)]), as_of=AS_OF)
    assert alone.table.set_index("outcome").loc["score", "verdict"] == "not_identifiable"


def handed(found: TrainingEffect) -> dict[str, pd.DataFrame]:
    tables = {"effects": training_effects(found), "courses": training_courses(found), "guards": training_guards(found)}
    for name, table in tables.items():
        assert sorted(table.columns) == sorted(HANDOVER[f"training_{name}"].columns)
    return {name: table[table["team_id"] == "t0"] for name, table in tables.items()}


def test_a_team_is_told_of_its_own_trainings_and_of_those_of_five_teams() -> None:
    few, many = [f"r{at}" for at in (*range(10, 18), *range(20, 28))], [f"r{at:02d}" for at in range(0, 60, 4)]
    rows = pd.concat([events(few, topic="Few"), events(many, topic="Many", code="T2")])
    told = training_effects(training_effect(company(rows), as_of=AS_OF)).groupby("training")["team_id"].unique()
    assert sorted(told["few"]) == ["t1", "t2"]
    assert sorted(told["many"]) == [f"t{at}" for at in range(6)]


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_a_teams_page_shows_the_companys_effect_and_its_own_people(locale: str) -> None:
    words, mine = Words(locale, "EUR"), drawn()
    whole = company(events(mine), 0.2)
    found = training_effect(whole, as_of=AS_OF)
    team = {
        name: frame[frame["rep_id"].isin(REPS[:10])] if name in ("rep", "training_event") else frame
        for name, frame in whole.items()
    }
    people = pd.DataFrame({"rep_id": REPS[:10], "name": REPS[:10], "skill": "closing", "gap": np.arange(-5.0, 5.0),
                           "gap_low": -9.0, "gap_high": 9.0, "chance": 0.1})  # fmt: skip
    told = training_effect_of_team(team, as_of=AS_OF, people=people, **handed(found))
    assert late(told)["effect"] == late(found)["effect"]
    own = told.trainings.iloc[0]
    assert (own["present"], own["sellers"]) == (len(set(mine) & set(REPS[:10])), 10)
    assert told.next_up["rep_id"].tolist() == [who for who in REPS[:5] if who not in mine]
    assert isinstance(views.training_effects_figure(told, words), Figure)
    assert views.training_next(told, words).audience == "analyst"  # type: ignore[union-attr]
    leader = [
        view(told, words) for view in (views.training_table, views.training_outcomes_table, views.training_courses_figures)
    ]
    assert not any(who in str(block) for block in [*leader, show.findings(told.findings, words)] for who in REPS)
    assert len(leader[2].items) == 1  # type: ignore[union-attr]


def test_without_trainings_it_says_what_it_needs() -> None:
    found = training_effect(company(None), as_of=AS_OF)
    assert isinstance(views.training_effects_figure(found, EN), Missing)
    assert isinstance(views.training_courses_figures(found, EN), Blocks)
    assert found.findings == ()


def test_an_effect_that_may_be_none_has_no_dearest_point() -> None:
    found = training_effect(company(events(drawn(4)), 0.2), as_of=AS_OF)
    sure = late(found)
    assert np.isfinite(sure["per_point_high"])
    assert (found.table.loc[found.table["verdict"] != "effect", "per_point"]).isna().all()
