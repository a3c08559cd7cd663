"""Every table says of itself how it is dated and whose its rows are, in columns that it has."""

import pytest

from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.partition import partition
from salesanalytics.data.tables.schema import TABLES, UNDATED, Dated, Table, columns
from salesanalytics.data.tables.schema.table import OWN_RULE, Whose
from tests.tables import AS_OF, tables

ALL = list(TABLES)
NEVER_DATED = {"team", "territory", "product", "stage"}
OWN_RULES = {
    *("team", "territory", "rep", "rep_assignment", "employment"),
    *("lead", "account", "opportunity", "quota", "forecast_submission"),
}


def test_a_table_that_does_not_say_how_it_is_dated_and_whose_it_is_is_none() -> None:
    for said in ({}, {"dated": UNDATED}, {"whose": OWN_RULE}):
        with pytest.raises(TypeError, match=r"missing \d required keyword-only argument.*'(dated|whose)'"):
            type("Silent", (Table,), {}, **said)
    assert {type(table.dated()) for table in TABLES.values()} == {Dated}
    assert {type(table.whose()) for table in TABLES.values()} == {Whose}


def test_only_these_tables_are_dated_by_nothing_or_cut_by_a_rule_of_their_own() -> None:
    assert {name for name, table in TABLES.items() if table.dated() == UNDATED} == NEVER_DATED
    assert {name for name, table in TABLES.items() if table.whose().owner == "rule"} == OWN_RULES


@pytest.mark.parametrize("name", ALL)
def test_what_a_table_says_names_its_own_columns_of_the_right_kind(name: str) -> None:
    kinds = {column.name: column.kind for column in columns(name).values()}
    dated, whose = TABLES[name].dated(), TABLES[name].whose()
    for column in (dated.born, whose.day, *dated.events):
        assert not column or kinds[column] in ("day", "moment"), column
    for column in dated.days:
        assert kinds[column] == "moment", column
    filled = {column for companions in dated.events.values() for column in companions}
    assert filled | set(dated.restored) <= kinds.keys()
    assert (columns(name)[whose.rep].ref == "rep") if whose.owner == "rep" else not whose.rep
    assert whose.owner != "deal" or columns(name)["opportunity_id"].ref == "opportunity"


def test_what_a_deal_can_be_taken_back_to_is_what_its_history_keeps() -> None:
    assert TABLES["opportunity"].dated().restored == columns("opportunity_history")["field"].choices


def test_a_table_is_in_the_teams_folders_or_shared_with_everybody() -> None:
    trait = {"rep_id": "r1", "kind": "skill", "name": "discovery", "observed_on": "2026-01-05"}
    given = tables(rep_trait=[trait], product=[{"product_id": "p", "name": "P"}])
    cut = partition(given, AS_OF, "UTC")
    shared = {name for name in given if TABLES[name].whose().owner == "everybody"}
    assert shared == {"product", "stage"}
    assert all(set(mine) == given.keys() - shared for mine in cut.values())


def test_days_are_made_of_the_moments_a_table_names() -> None:
    known = known_on(dict(tables()), AS_OF)
    assert {"created_on", "closed_on"} <= set(known["opportunity"])
