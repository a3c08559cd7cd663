"""Which reasons lose the most money: counted by hand, held against chance, and shown in both languages."""

from datetime import date

import pytest

from salesanalytics.analyses.evaluating.loss_reasons import loss_reasons
from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.show import Figure, Missing, Words, findings
from salesanalytics.views.evaluating.loss_reasons import loss_reasons_figure
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import deal

NOW, YEAR_AGO, ELSEWHERE = "2026-07-20", "2025-07-21", "2026-05-20"
EN, RO = Words("en", "EUR"), Words("ro", "EUR")


def lost(number: int, reason: str, amount: object, closed: str = NOW) -> dict[str, object]:
    return {**deal(number, "r1", "Lost", amount, "2025-01-10", closed), "loss_reason": reason}


def company(*rows: dict[str, object]) -> Tables:
    """Deals lost, and one won long ago, so that the records reach back."""
    return tables(opportunity=[deal(900, "r1", "Won", 50, "2025-01-01", "2025-02-01"), *rows])


def test_money_is_added_up_by_reason_and_held_against_the_same_days_of_the_year_before() -> None:
    rows = [lost(1, "Price", 500), lost(2, "Price", 300), lost(3, "Timing", 100), lost(4, "", 40)]
    past = [lost(5, "Price", 200, YEAR_AGO), lost(6, "Timing", 900, ELSEWHERE), lost(7, "Price", 999, "2025-09-20")]
    found = loss_reasons(company(*rows, *past), as_of=AS_OF, period=QUARTER)
    table = found.table.set_index("reason")
    assert list(table.index) == ["Price", "Timing", ""]
    assert table.loc["Price", ["deals", "lost", "deals_before", "lost_before", "change"]].tolist() == [2, 800, 1, 200, 600]
    assert table.loc["Timing", ["lost", "lost_before"]].tolist() == [100, 0]
    assert table["share"].sum() == pytest.approx(1)
    assert (found.lost, found.lost_before, found.deals) == (940, 200, 4)
    assert found.before.span == (date(2025, 7, 1), date(2025, 7, 1) + (AS_OF - QUARTER.start))
    assert (table["low"] < table["lost"]).all()
    assert (table["lost"] < table["high"]).all()


@pytest.mark.parametrize("reason", ["Duplicate of another deal", "Dublură", "Test record", "Created by mistake"])
def test_a_record_taken_back_is_no_loss_to_act_on(reason: str) -> None:
    rows = [lost(at, reason, 900) for at in range(6)] + [lost(10 + at, "Price", 100) for at in range(6)]
    found = loss_reasons(company(*rows), as_of=AS_OF, period=QUARTER)
    assert found.table["reason"].to_list() == [reason, "Price"]
    assert [one.values["reason"] for one in found.findings] == ["Price"]


def test_capitals_make_no_other_reason() -> None:
    rows = [lost(at, reason, 100) for at, reason in enumerate(["Price", "price", "Price", "PRICE", "Timing"])]
    table = loss_reasons(company(*rows), as_of=AS_OF, period=QUARTER).table
    assert dict(zip(table["reason"], table["lost"], strict=True)) == {"Price": 400, "Timing": 100}


def test_a_reason_that_lost_far_more_than_a_year_before_calls_for_action() -> None:
    rows = [lost(at, "Price", 400 + at) for at in range(14)] + [lost(50 + at, "Timing", 100) for at in range(6)]
    past = [lost(100 + at, "Timing", 100, YEAR_AGO) for at in range(6)] + [lost(150, "Price", 300, YEAR_AGO)]
    found = loss_reasons(company(*rows, *past), as_of=AS_OF, period=QUARTER)
    (finding,) = found.findings
    assert (finding.key, finding.severity, finding.values["reason"]) == ("loss_reasons.more", "act", "Price")
    assert finding.weight == pytest.approx(finding.values["lost"] - 300)
    assert found.table.set_index("reason")["differs"].to_dict() == {"Price": True, "Timing": False}


def test_a_year_like_the_one_before_names_the_largest_reason_only() -> None:
    rows = [lost(at, "Price", 400) for at in range(8)] + [lost(50 + at, "Price", 390, YEAR_AGO) for at in range(8)]
    (finding,) = loss_reasons(company(*rows), as_of=AS_OF, period=QUARTER).findings
    assert (finding.key, finding.severity, finding.weight) == ("loss_reasons.largest", "watch", 0)


def test_reasons_that_began_to_be_written_down_are_no_change() -> None:
    rows = [lost(i, "Price", 1000 + i) for i in range(14)] + [lost(100 + i, "", 1000 + i, YEAR_AGO) for i in range(14)]
    found = loss_reasons(company(*rows), as_of=AS_OF, period=QUARTER)
    assert [one.key for one in found.findings] == ["loss_reasons.largest_alone"]


def test_days_before_the_first_record_are_not_compared() -> None:
    won = deal(900, "r1", "Won", 50, "2025-01-01", "2025-07-09")
    found = loss_reasons(
        tables(opportunity=[won, *(lost(i, "Price", 1000, "2026-07-05") for i in range(12))]),
        as_of=date(2026, 7, 8),
        period=QUARTER,
    )
    assert found.lost_before is None
    assert [one.key for one in found.findings] == ["loss_reasons.largest_alone"]


def test_a_leap_year_takes_no_day_away() -> None:
    days = ["2025-12-31"] * 12 + ["2024-12-31"] * 12
    rows = [{**lost(at, "Price", 1000, day), "created_at": "2024-01-10"} for at, day in enumerate(days)]
    long_ago = deal(900, "r1", "Won", 50, "2023-01-01", "2023-02-01")
    year = period_of(date(2025, 12, 31), "year")
    found = loss_reasons(tables(opportunity=[long_ago, *rows]), as_of=date(2026, 8, 31), period=year)
    assert found.before.span == (date(2024, 1, 1), date(2024, 12, 31))
    assert found.lost == found.lost_before == 12_000
    spring = loss_reasons(tables(opportunity=[long_ago, *rows]), as_of=date(2025, 3, 5), period=year)
    assert spring.before.end == date(2024, 3, 5)


def test_a_day_before_the_period_is_refused() -> None:
    with pytest.raises(ValueError, match="begins on 2026-07-01"):
        loss_reasons(company(), as_of=date(2026, 6, 30), period=QUARTER)


def test_where_the_records_do_not_reach_back_nothing_is_compared() -> None:
    rows = tables(opportunity=[lost(at, "Price", 400) for at in range(8)])
    found = loss_reasons(rows, as_of=AS_OF, period=QUARTER)
    assert found.lost_before is None
    assert found.table[["lost_before", "change", "p"]].isna().all(axis=None)
    assert [one.key for one in found.findings] == ["loss_reasons.largest_alone"]


def test_money_without_a_reason_is_counted_and_asked_for() -> None:
    rows = [lost(at, "", 400) for at in range(4)] + [lost(9, "Price", 100), lost(10, "Price", "")]
    found = loss_reasons(company(*rows), as_of=AS_OF, period=QUARTER)
    assert found.lost == 1700
    assert found.without_amount == 1
    assert {"loss_reasons.unrecorded"} <= {one.key for one in found.findings}


def test_few_losses_and_no_reasons_are_said_in_words() -> None:
    few = loss_reasons(company(lost(1, "Price", 500)), as_of=AS_OF, period=QUARTER)
    assert [one.key for one in few.findings] == ["loss_reasons.too_few"]
    silent = loss_reasons(company(*[lost(at, "", 10) for at in range(9)]), as_of=AS_OF, period=QUARTER)
    assert silent.findings == ()
    assert loss_reasons_figure(silent, EN) == Missing(EN.say("loss_reasons.missing"))
    nothing = loss_reasons(company(lost(1, "Price", 5, YEAR_AGO)), as_of=AS_OF, period=QUARTER)
    assert loss_reasons_figure(nothing, EN) == Missing(EN.say("loss_reasons.none"))


@pytest.mark.parametrize("words", [EN, RO], ids=["en", "ro"])
def test_it_is_shown_in_both_languages(words: Words, demo: Tables) -> None:
    found = loss_reasons(demo, as_of=DEMO_DAY, period=QUARTER.shift(1))
    figure = loss_reasons_figure(found, words)
    assert isinstance(figure, Figure)
    assert words.say("loss_reasons.bullet.target") in figure.svg
    assert len(findings(found.findings, words)) == len(found.findings) > 0
    assert "nan" not in str(figure).lower().split()
