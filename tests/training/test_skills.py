"""Skills: planted gaps come back with intervals that hold, scales that cannot be linked are said, names are for analysts."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.company.skills_for_teams import skill_gaps, skill_people
from salesanalytics.analyses.training.skills import BINARY, Skills, skills, skills_of_team
from salesanalytics.data.snapshot.handover import HANDOVER
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.show import Words
from salesanalytics.show.blocks import Figure, Missing, TableBlock
from salesanalytics.views.training import skills as views

AS_OF = date(2026, 9, 30)
EN = Words("en", "EUR")


def assessments(rows: list[tuple[int, str, str, float, float]]) -> pd.DataFrame:
    """Rows of (rep, skill, day, score, max_score)."""
    frame = pd.DataFrame(rows, columns=["rep", "skill", "taken_on", "score", "max_score"])
    return pd.DataFrame(
        {"assessment_id": [f"a{at}" for at in range(len(frame))], "rep_id": [f"r{at:03d}" for at in frame["rep"]],
         "skill": frame["skill"],
         "taken_on": pd.to_datetime(frame["taken_on"]), "score": frame["score"], "max_score": frame["max_score"]}
    )  # fmt: skip


def company(taken: pd.DataFrame, teams: int = 6, size: int = 8, **more: pd.DataFrame) -> Known:
    reps = [f"r{at:03d}" for at in range(teams * size)]
    rep = pd.DataFrame({"rep_id": reps, "name": reps, "role": "ae", "team_id": [f"t{at // size}" for at in range(len(reps))],
                        "hire_date": pd.Timestamp(2023, 1, 1)})  # fmt: skip
    team = pd.DataFrame({"team_id": [f"t{at}" for at in range(teams)], "name": "T"})
    deals = pd.DataFrame(
        {
            "opportunity_id": ["o1"],
            "owner_rep_id": ["r000"],
            "stage": ["Won"],
            "is_won": True,
            "is_closed": True,
            "created_at": [pd.Timestamp(2025, 1, 1, tz="UTC")],
        }
    )
    return known_on({"team": team, "rep": rep, "opportunity": deals, "assessment": taken} | more, AS_OF)


def graded(
    true: np.ndarray, seed: int = 0, noise: float = 5.0, skill: str = "Closing"
) -> list[tuple[int, str, str, float, float]]:
    rng = np.random.default_rng(seed)
    days = ("2025-03-01", "2026-03-01")
    return [
        (at, skill, day, float(np.clip(one + rng.normal(0, noise), 0, 100)), 100.0)
        for at, one in enumerate(true)
        for day in days
    ]


def keys(found: Skills) -> list[str]:
    return [one.key.removeprefix("skills.") for one in found.findings]


def test_a_team_that_lies_behind_is_told_so_and_the_gap_holds_the_truth() -> None:
    true = np.random.default_rng(1).normal(60, 8, 48)
    true[:8] -= 15
    tables = company(assessments(graded(true)))
    found = skills(tables, as_of=AS_OF)
    gaps, people = skill_gaps(found), skill_people(found, tables, as_of=AS_OF)
    assert sorted(gaps.columns) == sorted(HANDOVER["skill_gaps"].columns)
    assert sorted(people.columns) == sorted(HANDOVER["skill_people"].columns)
    mine = [frame[frame["team_id"] == "t0"] for frame in (gaps, people)]
    told = skills_of_team(tables, as_of=AS_OF, gaps=mine[0], people=mine[1])
    assert keys(told)[0] == "team_weaker"
    row = told.table.iloc[0]
    assert row["low"] <= true[:8].mean() - true[8:].mean() <= row["high"]
    assert row["people"] == 8
    assert isinstance(views.skills_figure(told, EN), Figure)
    assert set(people.loc[people["team_id"] == "t0", "rep_id"]) == {f"r{at:03d}" for at in range(8)}


def test_gaps_of_fewer_than_five_teams_are_not_told() -> None:
    true = np.random.default_rng(1).normal(60, 8, 32)
    found = skills(company(assessments(graded(true)), teams=4), as_of=AS_OF)
    assert skill_gaps(found)["gap"].isna().all()


def test_of_few_people_no_count_is_told() -> None:
    true = np.random.default_rng(1).normal(60, 8, 24)
    found = skills(company(assessments(graded(true)), teams=6, size=4), as_of=AS_OF)
    assert found.teams["below"].isna().all()
    assert found.teams["gap"].isna().all()


@pytest.mark.parametrize(("below", "told"), [(0, "0"), (1, "n < 5"), (4, "n < 5"), (5, "5")])
def test_a_leader_is_told_of_nobody_or_of_five_and_more_who_lie_below(below: int, told: str) -> None:
    found = skills(company(assessments(graded(np.random.default_rng(1).normal(60, 8, 48)))), as_of=AS_OF)
    block = views.skills_table(replace(found, table=found.table.assign(below=float(below))), EN)
    assert isinstance(block, TableBlock)
    at = [head.label for head in block.columns].index("Clearly below")
    assert {row.cells[at].text for row in block.rows} == {told}


def test_nobody_is_named_by_luck_alone() -> None:
    found = skills(company(assessments(graded(np.full(48, 60.0)))), as_of=AS_OF)
    assert not found.people["below"].any()


def test_of_those_called_below_hardly_anybody_is_not() -> None:
    wrong, called = 0, 0
    for seed in range(8):
        true = np.random.default_rng(seed + 50).normal(60, 8, 48)
        people = skills(company(assessments(graded(true, seed))), as_of=AS_OF).people
        at = people["rep_id"].str[1:].astype(int).to_numpy()
        below = people["below"].to_numpy()
        called += int(below.sum())
        wrong += int((true[at][below] >= true.mean()).sum())
    assert called > 40
    assert wrong / called <= 0.1


def test_scales_that_cannot_be_linked_are_said_with_what_to_collect() -> None:
    true = np.random.default_rng(2).normal(60, 8, 30)
    rows = graded(true) + [(at, "closing", "2026-04-01", float(at % 5), 5.0) for at in range(35, 43)]
    found = skills(company(assessments(rows)), as_of=AS_OF)
    assert found.table.iloc[0]["left_out"] == 8
    assert "unlinked" in keys(found)
    assert "ten people on both" in str(show.findings(found.findings, EN))
    assert "cannot be linked" in str(views.skill_scales(found, EN))


def test_scales_that_cannot_be_linked_are_said_where_nobody_lies_below() -> None:
    rows = graded(np.full(30, 60.0)) + [(at, "listening", "2026-04-01", float(at % 5), 5.0 + at % 2) for at in range(35, 43)]
    found = skills(company(assessments(rows)), as_of=AS_OF)
    assert not found.people["below"].any()
    (lost,) = [one for one in found.findings if one.key == "skills.unlinked"]
    assert lost.about == ("training", lost.values["skill"]) == ("training", "listening")


def test_a_score_from_before_a_course_is_marked() -> None:
    true = np.random.default_rng(3).normal(60, 8, 48)
    course = pd.DataFrame({"training_id": ["T"], "rep_id": ["r003"], "topic": ["closing "],
                           "started_on": [pd.Timestamp(2026, 5, 1)], "completed_on": [pd.Timestamp(2026, 5, 3)]})  # fmt: skip
    found = skills(company(assessments(graded(true)), training_event=course), as_of=AS_OF)
    assert found.people.loc[found.people["since"], "rep_id"].tolist() == ["r003"]
    assert found.table["since"].tolist() == [1]


def test_scored_once_is_not_enough() -> None:
    rows = [row for row in graded(np.linspace(40, 80, 48)) if row[2] > "2026"]
    found = skills(company(assessments(rows)), as_of=AS_OF)
    assert keys(found) == ["once"]
    assert found.people.empty


def test_tests_passed_or_failed_are_one_skill_together() -> None:
    rng = np.random.default_rng(4)
    ability = rng.standard_normal(48)
    rows = [
        (at, name, "2026-03-01", float(rng.random() < 1 / (1 + np.exp(2 * (hard - able)))), 1.0)
        for at, able in enumerate(ability)
        for name, hard in (("quiz a", -1.0), ("quiz b", 0.0), ("quiz c", 0.5), ("quiz d", 1.0))
    ]
    found = skills(company(assessments(rows)), as_of=AS_OF)
    assert found.table["skill"].tolist() == [BINARY]
    assert found.items["skill"].tolist()[0] in ("quiz d", "quiz c")
    assert "quiz a" in str(views.skill_items(found, EN))


def test_a_share_out_of_one_is_a_score() -> None:
    true = np.random.default_rng(5).normal(60, 8, 48)
    rows = [(at, skill, day, score / 100, 1.0) for at, skill, day, score, _ in graded(true)]
    found = skills(company(assessments(rows)), as_of=AS_OF)
    assert found.table["scale"].tolist() == ["test:1"]
    assert found.items.empty


def test_without_any_score_it_says_what_it_needs() -> None:
    found = skills(company(assessments([])), as_of=AS_OF)
    assert found.findings == ()
    block = views.skills_figure(found, EN)
    assert isinstance(block, Missing)
    assert "rep_trait" in str(block)


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_names_are_for_analysts(locale: str) -> None:
    words = Words(locale, "EUR")
    found = skills(company(assessments(graded(np.random.default_rng(1).normal(60, 8, 48)))), as_of=AS_OF)
    assert views.skill_people(found, words).audience == "analyst"  # type: ignore[union-attr]
    leader = [views.skills_figure(found, words), views.skills_table(found, words), show.findings(found.findings, words)]
    assert not any("r0" in str(block) for block in leader)


def test_of_a_team_with_few_scores_it_is_not_said_that_nobody_lies_below() -> None:
    true = np.random.default_rng(1).normal(60, 8, 48)
    found = skills(company(assessments([row for row in graded(true) if not 2 <= row[0] < 8])), as_of=AS_OF)
    tables = company(assessments(graded(true)))
    mine = [frame[frame["team_id"] == "t0"] for frame in (skill_gaps(found), skill_people(found, tables, as_of=AS_OF))]
    told = skills_of_team(tables, as_of=AS_OF, gaps=mine[0], people=mine[1])
    assert told.table["people"].tolist() == [2]
    assert "even" not in keys(told)
