"""Problem areas: a drop planted in one month and in one seller is found, what luck makes is not, and what lacks is said."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.training.problem_areas import ProblemAreas, problem_areas
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.show import Words
from salesanalytics.show.blocks import Blocks, Missing
from salesanalytics.views.training import problem_areas as views

AS_OF = date(2026, 9, 20)
EN = Words("en", "EUR")


def company(*, bad_month: str = "", bad_rep: str = "", reps: int = 6, per_month: int = 40, seed: int = 3) -> Known:
    """Two years of deals in one stage, decided after 20 days; 80% go on, in a bad month or with a bad rep 40%."""
    rng = np.random.default_rng(seed)
    names = [f"r{at}" for at in range(reps)]
    days = pd.date_range("2024-10-01", AS_OF, freq="D")
    at = np.sort(rng.integers(0, len(days), per_month * 24))
    created, owner = days[at], np.array(names)[rng.integers(0, reps, len(at))]
    chance = np.where((created.strftime("%Y-%m") == bad_month) | (owner == bad_rep), 0.4, 0.8)
    won = rng.random(len(at)) < chance
    closed = created + pd.Timedelta(days=20)
    over = closed <= pd.Timestamp(AS_OF)
    deals = pd.DataFrame(
        {
            "opportunity_id": [f"o{one}" for one in range(len(at))],
            "owner_rep_id": owner,
            "pipeline": "main",
            "stage": np.where(over, np.where(won, "Won", "Lost"), "Lead"),
            "amount": 100.0,
            "created_at": created.tz_localize("UTC"),
            "closed_at": pd.Series(closed.tz_localize("UTC")).where(over),
            "is_won": won & over,
            "is_closed": over,
        }
    )
    stage = pd.DataFrame(
        {"stage": ["Lead", "Won", "Lost"], "pipeline": "main", "sort_order": [1, 2, 3], "is_closed": [False, True, True],
         "is_won": [False, True, False]}
    )  # fmt: skip
    done = deals[deals["is_closed"]]
    history = pd.DataFrame(
        {"opportunity_id": done["opportunity_id"], "changed_at": done["closed_at"], "field": "stage", "old_value": "Lead",
         "new_value": done["stage"]}
    )  # fmt: skip
    rep = pd.DataFrame(
        {
            "rep_id": names,
            "name": [f"Rep {one}" for one in names],
            "role": "ae",
            "team_id": "t",
            "hire_date": pd.Timestamp(2023, 1, 1),
        }
    )
    team = pd.DataFrame({"team_id": ["t"], "name": ["T"]})
    return known_on({"team": team, "rep": rep, "stage": stage, "opportunity": deals, "opportunity_history": history}, AS_OF)


def keys(found: ProblemAreas) -> list[str]:
    return [one.key.removeprefix("problem_areas.") for one in found.findings]


def test_a_month_in_which_fewer_deals_went_on_is_found() -> None:
    found = problem_areas(company(bad_month="2026-05"), as_of=AS_OF)
    assert keys(found) == ["fell"]
    assert found.headline is not None
    assert found.headline.values["month"] == pd.Timestamp(2026, 5, 1)
    assert found.headline.about == ("stage", "Lead")
    assert found.headline.values["share"] < found.headline.values["low"]


def test_a_drop_before_the_last_twelve_months_is_no_news() -> None:
    assert keys(problem_areas(company(bad_month="2025-05"), as_of=AS_OF)) == ["steady"]


def test_a_seller_who_loses_more_is_found_and_named_with_a_shrunken_share() -> None:
    found = problem_areas(company(bad_rep="r2"), as_of=AS_OF)
    assert keys(found)[0] == "weaker"
    row = found.reps.set_index("rep_id").loc["r2"]
    assert row["share"] < row["low"]
    assert row["share"] < row["shrunken"] < row["usual"]
    assert row["p"] <= 0.05
    assert found.findings[0].about == ("rep", "r2")


def test_nothing_is_said_where_nothing_changed() -> None:
    found = problem_areas(company(), as_of=AS_OF)
    assert keys(found) == ["steady"]
    assert found.points == 11  # September's deals are mostly open
    assert found.cells == 6


def test_young_months_are_shown_counted_and_not_judged() -> None:
    found = problem_areas(company(), as_of=AS_OF)
    last = found.table.iloc[-1]
    assert last["month"] == pd.Timestamp(2026, 9, 1)
    assert last["open"] > 0
    assert not last["judged"]
    assert (found.table["went_on"] <= found.table["decided"]).all()


def test_one_seller_alone_is_compared_with_nobody() -> None:
    found = problem_areas(company(reps=1), as_of=AS_OF)
    assert found.reps.empty
    assert found.points == 11
    assert keys(found) == ["steady_months"]
    assert found.findings[0].evidence.n == found.table.loc[found.table["judged"], "decided"].sum() > 0
    assert isinstance(views.problem_areas_figures(found, EN), Blocks)


def test_without_stage_history_it_says_so() -> None:
    tables = {name: frame for name, frame in company().items() if name != "opportunity_history"}
    found = problem_areas(tables, as_of=AS_OF)
    assert found.missing == ("opportunity_history",)
    block = views.problem_areas_figures(found, EN)
    assert isinstance(block, Missing)
    assert "stage history (opportunity_history)" in str(block)


def test_too_few_deals_is_an_answer() -> None:
    found = problem_areas(company(per_month=1), as_of=date(2024, 12, 1))
    assert keys(found) == ["too_few"]
    assert isinstance(views.problem_areas_figures(found, EN), Missing)


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_the_charts_are_named_by_what_was_found(locale: str) -> None:
    words = Words(locale, "EUR")
    found = problem_areas(company(bad_month="2026-05", bad_rep="r2"), as_of=AS_OF)
    (figure,) = views.problem_areas_figures(found, words).items  # type: ignore[union-attr]
    assert "Lead" in figure.title
    assert "2026" in figure.title
    assert "Rep r2" in views.problem_areas_reps(found, words).title  # type: ignore[union-attr]
    assert "Lead" in str(views.problem_areas_table(found, words))
