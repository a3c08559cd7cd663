"""The demo is clean: every table keeps every rule of the schema, and what hangs together agrees."""

import numpy as np
import pandas as pd
import pytest

from salesanalytics.data.tables.schema import TABLES, columns
from salesanalytics.data.tables.teams import spans, team_on

MAY_LIE_AHEAD = {"expected_close_date", "period_start", "period_end", "valid_to", "due_on"}


@pytest.mark.parametrize("table", TABLES)
def test_keeps_the_rules_of_the_schema(company, table):
    schema = TABLES[table].to_schema()
    assert list(company.tables[table].columns) == list(schema.columns)
    assert len(company.tables[table]) > 0
    schema.validate(company.tables[table], lazy=True)


@pytest.mark.parametrize(("table", "column"), [(t, c.name) for t in TABLES for c in columns(t).values() if c.ref])
def test_points_at_rows_that_exist(company, table, column):
    target = columns(table)[column].ref
    known = company.tables[target][TABLES[target].key()[0]]
    values = company.tables[table][column].dropna()
    assert values.isin(known).all()


@pytest.mark.parametrize(
    ("table", "column"),
    [(t, c.name) for t in TABLES for c in columns(t).values() if c.kind in ("day", "moment") and c.name not in MAY_LIE_AHEAD],
)
def test_knows_nothing_of_the_future(company, table, column):
    when = company.tables[table][column]
    when = when.dt.tz_localize(None) if isinstance(when.dtype, pd.DatetimeTZDtype) else when
    assert not (when >= company.as_of + pd.Timedelta(days=1)).any()


def test_amounts_are_whole_cents(company):
    for table in TABLES:
        for column in columns(table).values():
            if column.kind == "money":
                cents = company.tables[table][column.name].dropna() * 100
                assert np.allclose(cents, cents.round(), atol=1e-4), (table, column.name)


def test_history_leads_from_the_first_stage_to_the_present_one(company):
    moves = company.moves
    first, last = moves.drop_duplicates("opportunity_id"), moves.drop_duplicates("opportunity_id", keep="last")
    assert first["old_value"].isna().all()
    assert (first["new_value"] == "Prospecting").all()
    assert moves.groupby("opportunity_id")["old_value"].apply(lambda old: old.isna().sum()).eq(1).all()
    inside = moves["old_value"].notna()
    assert (moves["old_value"][inside] == moves["new_value"].shift()[inside]).all()
    stage = company.tables["opportunity"].set_index("opportunity_id")["stage"]
    assert (last.set_index("opportunity_id")["new_value"] == stage).all()


def test_history_is_in_order_and_begins_and_ends_with_the_deal(company):
    history, deals = company.tables["opportunity_history"], company.tables["opportunity"].set_index("opportunity_id")
    same = history["opportunity_id"] == history["opportunity_id"].shift()
    assert (history["changed_at"].diff()[same] >= pd.Timedelta(0)).all()
    moves = company.moves.groupby("opportunity_id")["changed_at"]
    assert (moves.min() == deals["created_at"]).all()
    closed = deals["is_closed"]
    assert (moves.max()[closed] == deals["closed_at"][closed]).all()
    assert (history.groupby("opportunity_id")["changed_at"].max()[closed] == deals["closed_at"][closed]).all()


@pytest.mark.parametrize("field", ["amount", "expected_close_date", "owner_rep_id"])
def test_the_last_change_set_the_present_value(company, field):
    history = company.tables["opportunity_history"]
    changes = history[history["field"] == field]
    same = changes["opportunity_id"] == changes["opportunity_id"].shift()
    assert (changes["old_value"][same] == changes["new_value"].shift()[same]).all()
    last = changes.drop_duplicates("opportunity_id", keep="last").set_index("opportunity_id")["new_value"]
    now = company.tables["opportunity"].set_index("opportunity_id").loc[last.index, field]
    if field == "amount":
        assert (pd.to_numeric(last) - now).abs().max() < 0.005
    elif field == "expected_close_date":
        assert (pd.to_datetime(last) == now).all()
    else:
        assert (last == now).all()


def test_lines_add_up_to_the_deal(company):
    lines = company.tables["opportunity_line"]
    total = lines.groupby("opportunity_id")["amount"].sum()
    amount = company.tables["opportunity"].set_index("opportunity_id")["amount"][total.index]
    assert (total - amount).abs().max() < 0.005
    assert (lines["quantity"] * lines["unit_price"] - lines["amount"]).abs().max() < 0.005
    won = company.tables["opportunity"].query("is_won")["opportunity_id"]
    assert won.isin(total.index).all()


def test_nobody_works_before_the_first_or_after_the_last_day_or_between_two_stays(company):
    stays = company.tables["employment"][["rep_id", "hired_on", "left_on"]]
    for table, who, when in (("activity", "rep_id", "occurred_at"), ("opportunity", "owner_rep_id", "closed_at")):
        rows = company.tables[table].dropna(subset=[when])
        day = rows[when].dt.tz_localize(None).dt.normalize()
        each = pd.DataFrame({"rep_id": rows[who], "day": day}).reset_index(names="row").merge(stays, on="rep_id")
        there = (each["day"] >= each["hired_on"]) & ~(each["day"] > each["left_on"])
        assert set(each.loc[there, "row"]) == set(rows.index), table


def test_a_deal_never_changes_team(company):
    history = company.tables["opportunity_history"]
    taken_on = history[(history["field"] == "owner_rep_id") | ((history["field"] == "stage") & history["old_value"].isna())]
    owner = taken_on["new_value"].where(taken_on["field"] == "owner_rep_id", taken_on["changed_by"])
    team = team_on(owner, taken_on["changed_at"].dt.tz_localize(None), spans(company.tables))
    now = company.deals.set_index("opportunity_id")["team"]
    assert (taken_on["field"] == "owner_rep_id").sum() > 100
    assert (team.to_numpy() == taken_on["opportunity_id"].map(now).to_numpy()).all()


def test_only_sold_what_was_on_sale(company):
    launched = company.tables["product"].set_index("product_id")["launched_on"]
    deals = company.tables["opportunity"]
    assert (deals["created_at"].dt.tz_localize(None).dt.normalize() >= deals["product_id"].map(launched)).all()
    assert launched.max() > pd.Timestamp(company.truth["settings"]["history_from"]) + pd.Timedelta(days=300)
    assert (deals["product_id"] == launched.idxmax()).sum() > 300


def test_new_business_comes_before_expansion(company):
    deals, accounts = company.tables["opportunity"], company.tables["account"].set_index("account_id")
    first_won = deals["account_id"].map(accounts["first_won_on"])
    created = deals["created_at"].dt.tz_localize(None).dt.normalize()
    assert not ((deals["type"] == "new") & (first_won < created)).any()
    assert not ((deals["type"] != "new") & ~(first_won <= created)).any()
