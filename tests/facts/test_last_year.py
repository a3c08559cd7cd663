"""The same days a year before: only where the data reach back to all of them."""

from salesanalytics.facts.last_year import booked_then, same_days
from salesanalytics.kpi import kpis
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import deal

DEALS = [
    deal(1, "r1", "Won", 10, "2025-05-01", "2025-06-20"),
    deal(2, "r1", "Won", 100, "2025-05-01", "2025-08-31"),
    deal(3, "r1", "Won", 1000, "2025-05-01", "2025-09-01"),
    deal(4, "r1", "Won", 5, "2026-05-01", "2026-08-01"),
]


def test_the_same_days_and_the_whole_period_are_told_apart() -> None:
    known = tables(opportunity=DEALS)
    assert booked_then(known, QUARTER, AS_OF) == 100
    assert booked_then(known, QUARTER, AS_OF, whole=True) == 1100


def test_where_the_data_begin_later_nothing_is_compared() -> None:
    known = tables(opportunity=DEALS[1:])
    assert same_days(known, QUARTER, AS_OF) is None
    assert booked_then(known, QUARTER, AS_OF) is None
    assert kpis(known, as_of=AS_OF, period=QUARTER, year_before=True).then == {}


def test_measures_of_closed_deals_stand_beside_those_of_a_year_before() -> None:
    found = kpis(tables(opportunity=DEALS), as_of=AS_OF, period=QUARTER, only=("bookings", "pipeline"), year_before=True)
    assert {key: one.value for key, one in found.then.items()} == {"bookings": 100}
