"""What was known of a deal when it was opened: what came later is not in it."""

import pandas as pd

from salesanalytics.data.tables.first_values import first_values
from salesanalytics.facts.openings import openings
from tests.tables import tables
from tests.tiny import REP, Rows, deal

LOG = ("opportunity_id", "field", "changed_at", "old_value", "new_value")
ACCOUNT = [{"account_id": "a", "name": "A", "segment": "small"}, {"account_id": "b", "name": "B", "first_won_on": "2025-01-01"}]


def changes(*rows: tuple[str, str, str, str, str]) -> Rows:
    """Rows of the change log."""
    return [dict(zip(LOG, row, strict=True)) for row in rows]


def opened(deals: Rows, log: Rows | None = None) -> pd.DataFrame:
    """Openings by deal."""
    held = tables(opportunity=deals, account=ACCOUNT, opportunity_history=log or None)
    return openings(held).set_index("opportunity_id")


def test_the_amount_is_the_one_a_deal_was_opened_with() -> None:
    deals = [deal(at, "r1", "Offer", 900, "2026-05-01") for at in (1, 2, 3, 4)]
    log = changes(
        ("o1", "amount", "2026-06-01", "500", "700"),
        ("o1", "amount", "2026-07-01", "700", "900"),
        ("o2", "amount", "2026-06-01", "", "900"),  # nobody had set one before
        ("o3", "amount", "2026-05-01", "", "400"),  # the log of the opening itself
    )
    found = opened(deals, log)["amount"]
    assert found[["o1", "o3", "o4"]].to_list() == [500, 400, 900]
    assert pd.isna(found["o2"])


def test_wins_of_the_account_within_a_year_count_up_to_the_day_before() -> None:
    deals = [
        deal(1, "r1", "Won", 1, "2024-01-01", "2024-02-01", account_id="a"),
        deal(2, "r1", "Won", 1, "2026-01-01", "2026-02-01", account_id="a"),
        deal(3, "r1", "Offer", 1, "2026-02-01", account_id="a"),
        deal(4, "r1", "Offer", 1, "2026-02-02", account_id="a"),
        deal(5, "r1", "Offer", 1, "2026-02-02", account_id="b"),
        deal(6, "r1", "Offer", 1, "2026-02-02"),
    ]
    found = opened(deals)
    assert found["wins_before"].fillna(-1).to_list() == [-1, 0, 0, 1, 0, 0]
    assert found["customer_before"].fillna(-1).to_list() == [-1, 1, 1, 1, 1, 0]


def test_where_records_are_young_nothing_is_said_of_what_was_bought_before() -> None:
    """Else deals of the first months would all seem to come from new customers."""
    deals = [deal(at, "r1", "Offer", 1, f"2026-0{at}-01", account_id="a") for at in range(1, 7)]
    found = opened(deals)
    assert found["wins_before"].isna().all()
    assert found["customer_before"].isna().all()


def test_seller_and_team_are_those_of_the_opening() -> None:
    log = changes(("o1", "owner_rep_id", "2026-07-01", "r3", "r1"))
    found = opened([deal(1, "r1", "Offer", 1, "2026-01-01")], log).loc["o1"]
    assert found["team"] == "south"
    assert round(found["tenure"]) == 24


def test_who_has_no_first_day_has_no_tenure() -> None:
    held = tables(opportunity=[deal(1, "r1", "Offer", 1, "2026-01-01")], rep=[row | {"hire_date": ""} for row in REP])
    assert openings(held)["tenure"].isna().all()


def test_what_nobody_logs_is_as_it_is() -> None:
    held = tables(opportunity=[deal(1, "r1", "Offer", 7, "2026-01-01")])
    assert first_values(held, "amount").to_list() == [7]
