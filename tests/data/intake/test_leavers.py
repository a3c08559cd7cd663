"""Who has left: told by a day, by stays, or by a flag alone; whatever was concluded or contradicts itself is noted."""

from pathlib import Path

import pandas as pd
import pytest

from salesanalytics.data.tables.as_of import known_on
from tests.data.intake.test_bad_input import TODAY, checked
from tests.tiny import OPPORTUNITY, REP

STAYS = [
    {"rep_id": "r1", "hired_on": "2022-01-01", "left_on": "2023-06-30", "leave_type": "voluntary", "exit_reason": "pay"},
    {"rep_id": "r1", "hired_on": "2024-01-01"},
]


def rep(dataset: object, who: str) -> "pd.Series[object]":
    return dataset.tables["rep"].set_index("rep_id").loc[who]  # type: ignore[attr-defined, no-any-return]


def test_who_is_not_active_left_on_the_last_day_of_which_anything_is_recorded(tmp_path: Path) -> None:
    reps = [{**REP[0], "is_active": "no"}, *({**row, "is_active": "yes"} for row in REP[1:])]
    activity = [{"activity_id": "a1", "rep_id": "r1", "kind": "call", "occurred_at": "2026-07-05T10:00:00Z"}]
    by_deals = checked(tmp_path / "deals", rep=reps)
    assert rep(by_deals, "r1")["leave_date"] == pd.Timestamp("2026-07-20")  # o2 closed
    by_activity = checked(tmp_path / "activity", rep=reps, activity=activity)
    assert rep(by_activity, "r1")["leave_date"] == pd.Timestamp("2026-07-05")
    (note,) = (problem for problem in by_activity.quality.level("note") if "not active" in problem.rule)
    assert (note.rows, note.sample) == (1, ("r1",))


def test_who_is_not_active_and_left_no_trace_was_never_there(tmp_path: Path) -> None:
    reps = [*REP, {"rep_id": "r4", "team_id": "north", "hire_date": "2025-03-01", "is_active": "0"}]
    assert rep(checked(tmp_path, rep=reps), "r4")["leave_date"] == pd.Timestamp("2025-03-01")


def test_active_with_a_day_of_leaving_is_told_and_the_day_counts(tmp_path: Path) -> None:
    reps = [{**REP[0], "is_active": "true", "leave_date": "2026-05-31"}, *REP[1:]]
    dataset = checked(tmp_path, rep=reps)
    assert rep(dataset, "r1")["leave_date"] == pd.Timestamp("2026-05-31")
    assert [problem.rule for problem in dataset.quality.level("note")] == [
        "is active and has a leave_date in the past: the date counts"
    ]


def test_the_last_stay_is_what_rep_tells_and_a_difference_is_noted(tmp_path: Path) -> None:
    reps = [{**REP[0], "hire_date": "2022-01-01", "leave_date": "2023-06-30", "exit_reason": "family"}, *REP[1:]]
    dataset = checked(tmp_path, rep=reps, employment=STAYS)
    one = rep(dataset, "r1")
    assert (one["hire_date"], one["leave_date"]) == (pd.Timestamp("2024-01-01"), pd.NaT)
    assert one[["leave_type", "exit_reason"]].isna().all()  # the reason was that of the first stay
    assert "the stay counts" in dataset.quality.level("note")[0].rule


def test_on_an_earlier_day_the_stay_of_that_day_is_the_last(tmp_path: Path) -> None:
    dataset = checked(tmp_path, employment=STAYS)
    then = known_on(dataset.tables, pd.Timestamp("2022-12-31").date())["rep"].set_index("rep_id").loc["r1"]
    assert (then["hire_date"], then["leave_date"]) == (pd.Timestamp("2022-01-01"), pd.NaT)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"hired_on": "2023-06-30"}, "hired again before leaving"),
        ({"hired_on": "2024-01-01", "left_on": "2023-12-31"}, "leaves before hired"),
    ],
)
def test_stays_that_cannot_be_are_set_aside(tmp_path: Path, second: dict[str, str], said: str) -> None:
    dataset = checked(tmp_path, employment=[STAYS[0], {"rep_id": "r1", **second}])
    (problem,) = dataset.quality.level("quarantine")
    assert problem.rule.startswith(said)
    assert problem.rows == 1


def test_a_stay_that_lasts_ends_all_others(tmp_path: Path) -> None:
    lasting = [{"rep_id": "r1", "hired_on": "2022-01-01"}, {"rep_id": "r1", "hired_on": "2024-01-01"}]
    assert len(checked(tmp_path, employment=lasting).tables["employment"]) == 1


def test_flags_and_stays_change_no_number_of_rows(tmp_path: Path) -> None:
    dataset = checked(tmp_path, employment=STAYS, opportunity=OPPORTUNITY)
    assert len(dataset.tables["rep"]) == len(REP)
    assert dataset.last_day(TODAY).year == 2026


def test_who_is_not_active_has_left_their_stay_as_well(tmp_path: Path) -> None:
    reps = [{**REP[0], "is_active": "no"}, *REP[1:]]
    lasting = [{"rep_id": "r1", "hired_on": "2024-01-01"}, {"rep_id": "r2", "hired_on": "2024-01-01"}]
    dataset = checked(tmp_path, rep=reps, employment=lasting)
    ended = dataset.tables["employment"].set_index("rep_id")["left_on"]
    assert ended["r1"] == rep(dataset, "r1")["leave_date"] == pd.Timestamp("2026-07-20")
    assert ended["r2"] is pd.NaT
    earlier = known_on(dataset.tables, pd.Timestamp("2026-07-19").date())["employment"]
    assert earlier["left_on"].isna().all()


def test_a_new_contract_from_the_day_the_old_one_ended_on_is_no_leaving(tmp_path: Path) -> None:
    again = [{"rep_id": "r1", "hired_on": "2022-01-01", "left_on": "2024-01-01"}, {"rep_id": "r1", "hired_on": "2024-01-01"}]
    dataset = checked(tmp_path, employment=again)
    assert rep(dataset, "r1")["leave_date"] is pd.NaT
    within = [
        {"rep_id": "r1", "hired_on": "2022-01-01", "left_on": "2024-01-01"},
        {**again[0], "hired_on": "2023-01-01", "left_on": "2023-02-01"},
    ]
    assert rep(checked(tmp_path / "within", employment=within), "r1")["leave_date"] == pd.Timestamp("2024-01-01")
