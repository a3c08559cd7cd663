"""What is known of deals on an earlier day: what the log keeps, and nothing that was written later."""

from datetime import date, timedelta

import pandas as pd
import pytest

from salesanalytics.base.calendar import Period
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.risk import rules_in_force
from salesanalytics.kpi import kpis
from salesanalytics.models.forecast.book import FAR, book, day_number
from tests.tables import tables
from tests.tiny import Rows, deal

AS_OF, JULY = date(2026, 8, 31), date(2026, 7, 31)
Q2 = Period(date(2026, 4, 1), date(2026, 6, 30))


def change(number: int, day: str, field: str, old: str, new: str) -> dict[str, object]:
    return {"opportunity_id": f"o{number}", "changed_at": day, "field": field, "old_value": old, "new_value": new}


def overwritten(count: int = 40) -> list[dict[str, object]]:
    """Deals as a CRM leaves them: the expected close is the day on which each closed."""
    rows = []
    for number in range(count):
        closed = str(date(2026, 4, 15) + timedelta(days=number * 3))
        rows.append(deal(number, "r1", "Won", 100, "2026-03-01", closed, expected_close_date=closed))
    return [*rows, deal(99, "r1", "Offer", 100, "2026-03-01", expected_close_date="2026-09-15", next_step="call")]


def seen(rows: Tables, day: date = JULY) -> pd.DataFrame:
    return known_on(rows, day)["opportunity"].set_index("opportunity_id")


STAGES: Rows = [change(number, "2026-04-10", "stage", "Lead", "Offer") for number in range(40)]


@pytest.mark.parametrize(
    "log", [None, STAGES, [*STAGES, change(99, "2026-08-20", "expected_close_date", "2026-08-15", "2026-09-15")]]
)
def test_a_date_written_over_at_the_closing_is_unknown_before_it(log: Rows | None) -> None:
    rows = tables(opportunity=overwritten(), opportunity_history=log)
    assert seen(rows)["expected_close_date"].isna().all()
    assert seen(rows, AS_OF).loc["o99", "expected_close_date"] == pd.Timestamp("2026-09-15")
    past = book(rows, AS_OF).open_on(day_number(JULY))
    assert len(past.deal) == 5
    assert (past.expected == FAR).all()
    slippage = kpis(rows, as_of=AS_OF, period=Q2)["slippage"]
    assert (slippage.value, slippage.reason) == (None, "dates_not_logged" if log else "table_missing")


def test_a_log_of_dates_tells_what_was_promised() -> None:
    moves = [change(n, str(row["closed_at"]), "expected_close_date", "2026-06-20", str(row["closed_at"]))
             for n, row in enumerate(overwritten()[:-1])]  # fmt: skip
    rows = tables(opportunity=overwritten(), opportunity_history=moves)
    assert set(seen(rows, date(2026, 4, 30)).loc[lambda deals: ~deals["is_closed"], "expected_close_date"].dt.month) == {6, 9}
    slippage = kpis(rows, as_of=AS_OF, period=Q2)["slippage"]
    assert (slippage.numerator, slippage.denominator) == (14, 40)


def test_what_no_log_keeps_is_unknown_on_an_earlier_day() -> None:
    rows = tables(opportunity=[*overwritten(), deal(98, "r1", "Offer", 5, "2026-03-01", probability="0.5", next_step="")])
    assert set(seen(rows).loc[["o98", "o99"], "next_step"]) == {"unknown"}
    assert seen(rows).loc[["o98"], "probability"].isna().all()
    assert "no_next_step" in rules_in_force(known_on(rows, AS_OF))
    assert "no_next_step" not in rules_in_force(known_on(rows, JULY))


def test_who_looked_after_an_account_on_an_earlier_day_is_unknown() -> None:
    rows = tables(opportunity=overwritten(), account=[{"account_id": "a1", "owner_rep_id": "r1"}])
    assert list(known_on(rows, AS_OF)["account"]["owner_rep_id"]) == ["r1"]
    assert known_on(rows, JULY)["account"]["owner_rep_id"].isna().all()


def test_a_closing_day_leaves_no_trace_before_it() -> None:
    frozen = {name: frame.copy() for name, frame in known_on(tables(opportunity=overwritten()), AS_OF).items()}
    assert "closed_on" in frozen["opportunity"], "a stored table carries the day too"
    open_then = known_on(frozen, JULY)["opportunity"].query("not is_closed")
    assert len(open_then) == 5
    assert open_then[["closed_at", "closed_on"]].isna().all(axis=None)


def test_an_open_deal_without_a_creation_day_is_in_no_earlier_pipeline() -> None:
    rows = tables(opportunity=[deal(1, "r1", "Offer", 174_000, ""), deal(2, "r1", "Won", 1000, "2026-05-01", "2026-08-10")])
    assert list(seen(rows).index) == ["o2"]
    assert list(book(rows, AS_OF).open_on(day_number(JULY)).deal) == [1], "the deal won later"
    assert len(seen(rows, AS_OF)) == 2
    logged = tables(
        opportunity=[deal(1, "r1", "Offer", 174_000, "")], opportunity_history=[change(1, "2026-06-01", "amount", "1", "2")]
    )
    assert list(seen(logged).index) == ["o1"], "since its first logged change"
    assert list(book(logged, AS_OF).open_on(day_number(JULY)).deal) == [0]
