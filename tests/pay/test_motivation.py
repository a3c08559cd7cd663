"""What people say moves them: counted once each, of late, by those who are there, and never a person's answer for a leader."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.pay.motivation import PRIOR, motivation
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.show import Words
from salesanalytics.show.blocks import Missing
from salesanalytics.views.pay.motivation import motivation_figure, motivation_people, motivation_table

AS_OF = date(2026, 9, 30)


def company(said: list[tuple[str, str, float, str]], sellers: int = 8, better: float = 1.0) -> Known:
    """Sellers r0, r1, … with a deal a month; those who put money first win deals `better` times as large. One bonus of 900."""
    reps = [f"r{at}" for at in range(sellers)]
    rep = pd.DataFrame(
        {"rep_id": reps, "role": "ae", "team_id": "t", "hire_date": pd.Timestamp(2024, 1, 1), "base_salary": 44_000.0}
    )
    keen = {who for who, name, score, _ in said if name == "money" and score >= 4}
    months = pd.date_range("2025-01-10", "2026-09-10", freq="MS") + pd.Timedelta(days=9)
    rng = np.random.default_rng(1)
    rows = [(who, day, 1000 * rng.lognormal(0, 0.3) * (better if who in keen else 1)) for who in reps for day in months]
    deals = pd.DataFrame(rows, columns=["owner_rep_id", "closed_at", "amount"])
    deals = deals.assign(
        opportunity_id=[f"o{at}" for at in range(len(deals))],
        stage="Won",
        created_at=deals["closed_at"],
        is_won=True,
        is_closed=True,
    )
    trait = pd.DataFrame(said, columns=["rep_id", "name", "score", "observed_on"]).assign(kind="motivator")
    trait["observed_on"] = pd.to_datetime(trait["observed_on"])
    plan = pd.DataFrame({"plan_id": ["B", "C"], "kind": ["bonus", "commission"], "valid_from": pd.Timestamp(2026, 1, 1)})
    paid = pd.DataFrame(
        {"payout_id": ["1", "2", "3"], "plan_id": ["B", "C", "B"], "rep_id": "r0", "amount": [900.0, 5000.0, 70.0]}
    )
    paid = paid.assign(period_start=plan["valid_from"][0], paid_on=pd.to_datetime(["2026-05-01", "2026-05-01", "2024-05-01"]))
    team = pd.DataFrame({"team_id": ["t"]})
    people = {"team": team, "rep": rep, "rep_trait": trait}
    return known_on({**people, "opportunity": deals, "incentive_plan": plan, "payout": paid}, AS_OF)


def everybody(first: str, n: int = 8) -> list[tuple[str, str, float, str]]:
    return [(f"r{at}", first, 5.0, "2026-01-01") for at in range(n)]


def test_each_person_counts_once_and_in_parts_where_several_come_first() -> None:
    said = [*everybody("money", 6), ("r5", "Recognition ", 5.0, "2026-01-01"), ("r4", "recognition", 2.0, "2026-01-01")]
    found = motivation(company(said), as_of=AS_OF)
    table = found.table.set_index("motivator")
    assert table["first"].to_dict() == {"money": 5.5, "recognition": 0.5}
    assert table["first"].sum() == found.answered == 6
    assert table.loc["money", "share"] == pytest.approx((5.5 + PRIOR / 2) / (6 + PRIOR))
    assert table["reward"].to_dict() == {"money": "money", "recognition": "recognition"}


def test_the_newest_answer_counts_and_an_old_one_does_not() -> None:
    said = [*everybody("money", 5), ("r0", "money", 1.0, "2026-05-01"), ("r0", "timp liber", 4.0, "2026-05-01")]
    said += [("r6", "recognition", 5.0, "2022-01-01"), ("r99", "recognition", 5.0, "2026-01-01")]
    found = motivation(company(said), as_of=AS_OF)
    assert found.table.set_index("motivator")["first"].to_dict() == {"money": 4.0, "timp liber": 1.0}
    assert found.people.set_index("rep_id")["first"]["r0"] == "timp liber"
    assert found.table.set_index("motivator")["reward"]["timp liber"] == "time_off"


def test_nothing_comes_first_on_the_strength_of_a_few_answers() -> None:
    few = motivation(company([("r0", "money", 5.0, "2026-01-01")]), as_of=AS_OF)
    assert few.findings[0].key == "motivation.too_few"
    assert few.table["share"].isna().all()
    split = [(f"r{at}", "money" if at < 4 else "recognition", 5.0, "2026-01-01") for at in range(7)]
    assert motivation(company(split), as_of=AS_OF).findings[0].key == "motivation.mixed"
    clear = motivation(company([*everybody("praise", 30), ("r30", "money", 5.0, "2026-01-01")], sellers=31), as_of=AS_OF)
    assert clear.findings[0].key == "motivation.first"
    other = motivation(company([*everybody("autonomy", 30), ("r30", "money", 5.0, "2026-01-01")], sellers=31), as_of=AS_OF)
    assert other.findings[0].key == "motivation.uncovered"


def test_the_choice_costs_what_was_paid_at_discretion_in_twelve_months() -> None:
    found = motivation(company(everybody("money")), as_of=AS_OF)
    assert found.budget == 900.0
    assert found.a_head == pytest.approx(900 / 8)
    assert found.days == pytest.approx(900 / 8 / 200)


@pytest.mark.parametrize(("better", "differs"), [(1.0, False), (3.0, True)])
def test_results_are_said_to_go_with_it_only_beyond_chance(better: float, differs: bool) -> None:
    said = [(f"r{at}", "money" if at < 15 else "praise", 5.0, "2026-01-01") for at in range(30)]
    found = motivation(company(said, sellers=30, better=better), as_of=AS_OF)
    assert ("motivation.goes_with" in {one.key for one in found.findings}) == differs
    assert (found.table.set_index("motivator")["result"]["money"] > 0.5) == differs


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_a_leader_sees_shares_and_an_analyst_who_said_what(locale: str) -> None:
    words = Words(locale, "EUR")
    found = motivation(company([*everybody("money", 6), ("r6", "autonomy", 5.0, "2026-01-01")]), as_of=AS_OF)
    for block in (motivation_figure(found, words), motivation_table(found, words), show.findings(found.findings, words)):
        assert "r6" not in repr(block)
        assert "nan" not in repr(block)
    assert words.say("motivation.result") not in repr(motivation_table(found, words))  # one against six is no comparison
    assert motivation_people(found, words).audience == "analyst"
    silent = motivation(company([]), as_of=AS_OF)
    assert isinstance(motivation_figure(silent, words), Missing)
    assert silent.findings == ()
