"""Calls corrected by how far they were off: by hand, and recovery of what is planted."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.dashboard.calls import calls
from salesanalytics.base.calendar import period_of
from salesanalytics.demo import build_demo
from salesanalytics.show import Missing, Words
from salesanalytics.views.dashboard import calls as calls_view
from tests.answers import answer
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import deal

DAY = date(2026, 11, 8)


def history(optimism: float, periods: int = 6, who: str = "r1") -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Deals and commits: in each quarter 1,000 won early and 3,000 late; the commit in between overstates the 3,000."""
    deals, said = [], []
    for back in range(periods):
        quarter = QUARTER.shift(-1 - back)
        early, late = quarter.start + timedelta(days=5), quarter.end - timedelta(days=5)
        for number, (amount, day) in enumerate([(1000, early), (3000, late)]):
            deals.append(deal(1000 * (back + 1) + number, who, "Won", amount, str(quarter.start), str(day)))
        said.append(commit(who, quarter.start, quarter.start + timedelta(days=30), 1000 + 3000 * (1 + optimism)))
    return deals, said


def commit(who: str, start: date, day: date, amount: float) -> dict[str, object]:
    scope = {"scope": "rep", "scope_id": who, "period_start": start, "submitted_at": f"{day}T09:00:00Z"}
    return {**scope, "category": "commit", "amount": amount, "source": "rep"}


def test_what_is_overstated_is_taken_out_of_the_call() -> None:
    deals, said = history(0.5)
    now = [deal(1, "r1", "Won", 400, "2026-07-01", "2026-07-10"), deal(2, "r1", "Won", 100, "2026-07-01", "2026-08-20")]
    said.append(commit("r1", QUARTER.start, date(2026, 8, 10), 1900))
    (row,) = calls(tables(opportunity=[*deals, *now], forecast_submission=said), as_of=AS_OF, period=QUARTER).table.to_dict(
        "records"
    )
    assert (row["periods"], row["optimism"], row["booked"]) == (6, pytest.approx(0.5), 500)
    assert row["corrected"] == pytest.approx(400 + 1500 / 1.5)


def test_few_periods_correct_nothing() -> None:
    deals, said = history(0.5, periods=3)
    said.append(commit("r1", QUARTER.start, date(2026, 8, 10), 1900))
    found = calls(tables(opportunity=deals, forecast_submission=said), as_of=AS_OF, period=QUARTER)
    assert not found.table["enough"].any()
    assert found.table["corrected"].isna().all()
    assert [one.key for one in found.findings] == ["calls.above_all", "calls.too_few"]  # nothing is open


def test_no_calls_are_an_empty_answer() -> None:
    found = calls(tables(), as_of=AS_OF, period=QUARTER)
    assert found.table.empty
    assert found.findings == ()


def test_the_first_calls_ever_are_shown_and_corrected_by_nothing() -> None:
    said = [commit("r1", QUARTER.start, QUARTER.start + timedelta(days=7), 500)]
    found = calls(tables(forecast_submission=said), as_of=AS_OF, period=QUARTER)
    assert found.table[["scope_id", "call", "enough"]].to_numpy().tolist() == [["r1", 500.0, False]]
    assert found.table["corrected"].isna().all()


def test_a_call_given_after_everything_was_won_teaches_nothing() -> None:
    deals, said = history(0.5)
    late = [commit("r1", QUARTER.shift(-1).start, QUARTER.shift(-1).end, 99_000)]
    found = calls(tables(opportunity=deals, forecast_submission=[*said, *late]), as_of=AS_OF, period=QUARTER)
    assert found.table["calls"].tolist() == [6]


def _planted(truth: object) -> Mapping[str, float]:
    if isinstance(truth, dict):
        if "best_case_adds" in truth:
            return dict(truth["by_person"])
        return next((found for value in truth.values() if (found := _planted(value))), {})
    return {}


def test_planted_optimism_lies_within_its_interval() -> None:
    inside, off = [], []
    for seed in (11, 12):
        demo, truth = build_demo(seed=seed, teams=2, reps=20, months=36, as_of=DAY)
        rows = calls(demo, as_of=DAY, period=period_of(DAY)).table
        rows = rows[(rows["source"] == "rep") & rows["enough"]]
        planted = rows["scope_id"].map(_planted(truth))
        inside.append(planted.between(rows["low"], rows["high"]))
        off.append(rows["optimism"] - planted)
    assert np.mean(pd.concat(inside)) >= 0.85
    assert abs(np.mean(pd.concat(off))) < 0.06


EN, RO = Words("en", "EUR"), Words("ro", "EUR")


def said(**changes):
    row = {
        "name": "Ana",
        "source": "rep",
        "call": 100_000.0,
        "corrected": 80_000.0,
        "corrected_low": 70_000.0,
        "corrected_high": 90_000.0,
        "optimism": 0.25,
        "low": 0.1,
        "high": 0.4,
        "enough": True,
    }
    return pd.DataFrame([row, {**row, "name": "Dan", "source": "manager", "enough": False, "optimism": np.nan, **changes}])


def test_calls_are_shown_with_their_usual_error_or_that_there_is_too_little():
    ana, dan = calls_view.calls_table(
        answer(table=said(corrected=np.nan, corrected_low=np.nan, corrected_high=np.nan)), EN
    ).rows
    assert ana.cells[3].text == "+25%"
    assert dan.cells[0].text == "Dan (manager)"
    assert dan.cells[3].text == "not known yet"
    assert calls_view.calls_table(answer(table=said().assign(call=np.nan)), EN) == Missing(EN.say("calls.missing"))


def test_a_call_above_all_that_can_come_is_said_first() -> None:
    """400 is won, 300 open and due, 5,000 due later: 1,900 cannot come."""
    deals, said = history(0.0)
    now = [
        deal(1, "r1", "Won", 400, "2026-07-01", "2026-07-10"),
        {**deal(2, "r1", "Lead", 300, "2026-07-01"), "expected_close_date": "2026-09-20"},
        {**deal(3, "r1", "Lead", 5000, "2026-07-01"), "expected_close_date": "2026-12-20"},
    ]
    said.append(commit("r1", QUARTER.start, date(2026, 8, 10), 1900))
    found = calls(tables(opportunity=[*deals, *now], forecast_submission=said), as_of=AS_OF, period=QUARTER)
    assert found.table["most"].tolist() == [700]
    first = found.findings[0]
    assert (first.key, first.severity, first.values["over"], first.about) == ("calls.above_all", "act", 1200, ("rep", "r1"))
    possible = commit("r1", QUARTER.start, date(2026, 8, 11), 650)
    told = calls(tables(opportunity=[*deals, *now], forecast_submission=[*said, possible]), as_of=AS_OF, period=QUARTER)
    assert "calls.above_all" not in {one.key for one in told.findings}
