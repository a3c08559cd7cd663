"""What is worked out from tables as known on a day is worked out once, and never from other tables or for another day."""

from datetime import date

import pandas as pd

from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.once import once

TABLES = {"goods": pd.DataFrame({"price": [1.0, 2.0]})}
MONDAY, SUNDAY = date(2026, 6, 1), date(2026, 5, 31)
asked: list[tuple[date, float]] = []


@once
def prices(tables: Tables, as_of: date, times: float = 1.0) -> pd.DataFrame:
    asked.append((as_of, times))
    return tables["goods"] * times


def setup_function() -> None:
    asked.clear()


def test_the_same_question_is_worked_out_once() -> None:
    known = known_on(TABLES, MONDAY)
    pd.testing.assert_frame_equal(prices(known, MONDAY), prices(known, MONDAY))
    assert asked == [(MONDAY, 1.0)]


def test_another_day_and_another_value_are_other_questions() -> None:
    known = known_on(TABLES, MONDAY)
    assert [prices(known, day, times=times)["price"].sum() for day in (MONDAY, SUNDAY) for times in (1.0, 2.0)] == [3, 6, 3, 6]
    assert len(asked) == 4


def test_other_tables_are_asked_anew() -> None:
    dearer = {"goods": TABLES["goods"] * 10}
    assert prices(known_on(TABLES, MONDAY), MONDAY)["price"].sum() == 3
    assert prices(known_on(dearer, MONDAY), MONDAY)["price"].sum() == 30
    assert prices(known_on(known_on(TABLES, MONDAY), SUNDAY), MONDAY)["price"].sum() == 3
    assert len(asked) == 3


def test_who_writes_into_an_answer_changes_it_for_nobody_else() -> None:
    known = known_on(TABLES, MONDAY)
    for _ in range(2):
        mine = prices(known, MONDAY)
        mine.loc[0, "price"] = 99.0
        mine["more"] = 1
    assert prices(known, MONDAY).to_dict("list") == {"price": [1.0, 2.0]}


def test_tables_that_may_change_keep_nothing() -> None:
    shop = dict(TABLES)
    assert prices(shop, MONDAY)["price"].sum() == 3
    shop["goods"] = TABLES["goods"] * 10
    assert prices(shop, MONDAY)["price"].sum() == 30
