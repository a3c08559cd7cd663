"""Where the period lands: by hand, by what is planted, and what happens when data are missing."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.landing_backtest import landing_backtest
from salesanalytics.analyses.dashboard.landing_findings import landing_findings
from salesanalytics.base.calendar import period_of
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.models.forecast.book import book, day_number, past_periods
from salesanalytics.models.forecast.hazards import DealHazards, cells_of, deal_hazards
from salesanalytics.show import Words
from salesanalytics.views.dashboard import landing as landing_view
from tests.answers import QUARTER_SEEN, SEEN, answer, texts
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import deal

NOW = period_of(DEMO_DAY)


def change(number: int, day: str, field: str, old: str, new: str) -> dict[str, object]:
    row = {"opportunity_id": f"o{number}", "changed_at": f"{day}T10:00:00Z", "field": field}
    return {**row, "old_value": old, "new_value": new}


def half_won(amount: float = 100.0, ten: int = 10) -> list[dict[str, object]]:
    """In each of 8 quarters ten deals opened before it; half of them won in its last week, half lost."""
    rows, number = [], 100
    for back in range(-8, 0):
        quarter = QUARTER.shift(back)
        opened, closed = quarter.start - timedelta(days=20), quarter.end - timedelta(days=3)
        for at in range(ten):
            number += 1
            rows.append(deal(number, "r1", "Won" if at % 2 else "Lost", amount, str(opened), str(closed)))
    return rows


@pytest.fixture(scope="module")
def hazards(demo: Tables) -> DealHazards:
    return deal_hazards(demo, as_of=DEMO_DAY)


def test_a_deal_stands_on_a_past_day_as_it_stood_then() -> None:
    history = [
        change(4, "2026-07-01", "stage", "", "Lead"),
        change(4, "2026-07-20", "stage", "Lead", "Offer"),
        change(4, "2026-08-01", "amount", "1500", "2000"),
        change(4, "2026-08-05", "expected_close_date", "2026-08-15", "2026-09-30"),
    ]
    of = book(tables(opportunity_history=history), AS_OF)
    before, after = (of.open_on(day_number(day)) for day in (date(2026, 7, 25), date(2026, 8, 10)))
    at = int(np.flatnonzero(of.ids[before.deal] == "o4")[0])
    assert (before.stage[at], before.amount[at], before.since[at]) == ("Offer", 1500.0, 5)
    assert before.expected[at] == day_number(date(2026, 8, 15))
    now = int(np.flatnonzero(of.ids[after.deal] == "o4")[0])
    assert (after.amount[now], after.expected[now]) == (2000.0, day_number(date(2026, 9, 30)))


def test_the_book_agrees_with_the_tables_as_known_on_that_day(demo: Tables) -> None:
    day = date(2026, 5, 4)
    then = known_on(dict(demo), day)["opportunity"]
    open_then = then[~then["is_closed"]].set_index("opportunity_id")
    of = book(known_on(demo, DEMO_DAY), DEMO_DAY)
    states = of.open_on(day_number(day))
    seen = open_then.reindex(of.ids[states.deal])
    assert len(states.deal) == len(open_then)
    assert (seen["stage"].to_numpy() == states.stage).all()
    np.testing.assert_allclose(seen["amount"].to_numpy(float), states.amount)


def test_a_period_that_began_before_the_data_is_not_learnt_from() -> None:
    of = book(tables(opportunity=half_won()[15:]), AS_OF)
    assert past_periods(of, AS_OF, QUARTER, 12)[0].start == QUARTER.shift(-6).start


def test_half_of_the_deals_are_won_where_half_were() -> None:
    rows = [*half_won(), *(deal(at, "r1", "Lead", 100, "2026-06-11") for at in range(20))]
    found = landing(tables(opportunity=rows), as_of=AS_OF, period=QUARTER, seed=1)
    assert found.table["p_won_in_period"].tolist() == pytest.approx([0.5] * 20, abs=0.04)
    assert found.mean == pytest.approx(1000, rel=0.12)
    assert (found.low or 0) < 1000 < (found.high or 0)
    assert found.parts.set_index("part")["mean"][["won", "open", "new"]].sum() == pytest.approx(found.mean)


def test_hazards_count_every_deal_of_every_week_once() -> None:
    found = deal_hazards(tables(opportunity=half_won()), as_of=AS_OF, period=QUARTER)
    week = found.table[(found.table["left"] == 5) & (found.table["stage"] == "*")]
    assert (week["n"].sum(), week["won"].sum(), week["lost"].sum()) == (70, 35, 35)  # the data begin late in the first quarter
    assert (found.periods, found.deals, found.has_stages) == (7, 80, False)


def test_without_a_stage_history_it_is_said() -> None:
    rows = [*half_won(), deal(1, "r1", "Lead", 100, "2026-06-11")]
    found = landing(tables(opportunity=rows), as_of=AS_OF, period=QUARTER)
    assert [one.key for one in found.findings] == ["landing.no_goal", "landing.no_log"]


@pytest.mark.parametrize("rows", [[], half_won()[60:]])
def test_too_few_past_periods_are_an_answer(rows: list[dict[str, object]]) -> None:
    found = landing(tables(opportunity=[*rows, deal(1, "r1", "Lead", 100, "2026-06-11")]), as_of=AS_OF, period=QUARTER)
    assert (found.low, found.p_hit, [one.key for one in found.findings]) == (None, None, ["landing.too_little"])
    assert landing_backtest(
        tables(opportunity=[*rows, deal(1, "r1", "Lead", 100, "2026-06-11")]), as_of=AS_OF, period=QUARTER
    ).table.empty


def test_no_deals_at_all_are_no_crash() -> None:
    rows = dict(tables())
    rows["opportunity"] = rows["opportunity"].iloc[:0]
    found = landing(rows, as_of=AS_OF, period=QUARTER)
    assert (found.booked, found.middle, len(found.table)) == (0.0, None, 0)
    assert deal_hazards(rows, as_of=AS_OF).periods == 0


def test_after_the_last_day_the_landing_is_what_was_won(demo: Tables, hazards: DealHazards) -> None:
    found = landing(demo, as_of=DEMO_DAY, period=NOW.shift(-1), hazards=hazards)
    assert found.low == found.high == pytest.approx(found.booked)
    assert (found.foretells, found.findings) == (False, ())


def test_without_open_deals_past_periods_speak_and_no_list_of_deals_is_named() -> None:
    quota = {"scope": "team", "scope_id": "north", "period_start": QUARTER.start, "period_end": QUARTER.end, "amount": 9_000}
    found = landing(tables(opportunity=half_won(), quota=[{**quota, "currency": "EUR"}]), as_of=AS_OF, period=QUARTER)
    assert found.foretells
    assert [(one.key, one.evidence.counted) for one in found.findings if one.key != "landing.no_log"] == [
        ("landing.no_deals", "past_periods")
    ]


def test_a_goal_below_what_is_won_is_reached() -> None:
    quota = {"scope": "team", "scope_id": "north", "period_start": QUARTER.start, "period_end": QUARTER.end, "amount": 50}
    won = deal(1, "r1", "Won", 100, "2026-07-01", "2026-08-01")
    rows = tables(opportunity=[*half_won(), won], quota=[{**quota, "currency": "EUR"}])
    found = landing(rows, as_of=AS_OF, period=QUARTER)
    assert (found.p_hit, found.needed[0.9], found.findings[0].key) == (1.0, 0.0, "landing.reached")


def test_more_pipeline_is_needed_for_a_surer_goal(demo: Tables, hazards: DealHazards) -> None:
    found = landing(demo, as_of=DEMO_DAY, period=NOW, hazards=hazards)
    needed = [found.needed[level] for level in (0.5, 0.8, 0.9)]
    assert needed == sorted(needed)
    assert found.booked < (found.low or 0) < (found.middle or 0) < (found.high or 0)
    assert found.table["expected"].is_monotonic_decreasing
    assert found.table["p_won_in_period"].between(0, 1).all()


def test_money_in_another_unit_lands_where_it_should(demo: Tables) -> None:
    def in_cents(frame: pd.DataFrame) -> pd.DataFrame:
        money = frame["field"] == "amount" if "field" in frame else None
        if money is None:
            return frame.assign(amount=frame["amount"] * 100)
        scaled = {name: (pd.to_numeric(frame[name].where(money)) * 100).astype(str) for name in ("old_value", "new_value")}
        return frame.assign(**{name: frame[name].where(~money | frame[name].isna(), new) for name, new in scaled.items()})

    cents = {
        name: in_cents(frame) if name in ("opportunity", "quota", "opportunity_history") else frame
        for name, frame in demo.items()
    }
    here, there = (landing(one, as_of=DEMO_DAY, period=NOW, draws=300) for one in (demo, cents))
    assert there.middle == pytest.approx(100 * (here.middle or 0), rel=1e-6)
    assert there.p_hit == here.p_hit


def test_a_stored_table_gives_the_same_landing(demo: Tables, hazards: DealHazards) -> None:
    stored = DealHazards.of_table(hazards.table.sample(frac=1, random_state=2).reset_index(drop=True))
    here, there = (landing(demo, as_of=DEMO_DAY, period=NOW, hazards=one) for one in (hazards, stored))
    assert (here.low, here.p_hit, here.findings) == (there.low, there.p_hit, there.findings)


@pytest.mark.parametrize(
    ("kind", "year", "used"), [("quarter", 1, True), ("quarter", 4, True), ("month", 1, False), ("quarter", 2, False)]
)
def test_the_companys_table_is_used_for_periods_like_those_it_was_learnt_from(
    demo: Tables, hazards: DealHazards, kind: str, year: int, used: bool
) -> None:
    north = {**demo, "opportunity": demo["opportunity"].iloc[::2]}  # its own chances differ from those of all
    its = period_of(DEMO_DAY, kind, year)
    handed = hazards.table.assign(period=kind, start=pd.Timestamp(its.start), end=pd.Timestamp(its.end))
    found = landing(north, as_of=DEMO_DAY, period=NOW, hazards=handed, draws=300)
    same = landing(north, as_of=DEMO_DAY, period=NOW, hazards=hazards if used else None, draws=300)
    other = landing(north, as_of=DEMO_DAY, period=NOW, hazards=None if used else hazards, draws=300)
    assert (found.low, found.middle) == (same.low, same.middle) != (other.low, other.middle)


def test_the_period_is_no_part_of_the_chances(hazards: DealHazards) -> None:
    handed = DealHazards.of_table(hazards.table.assign(period="quarter", start=DEMO_DAY, end=DEMO_DAY))
    pd.testing.assert_frame_equal(handed.table, hazards.table)


def test_a_table_with_rows_missing_is_refused(hazards: DealHazards) -> None:
    with pytest.raises(ValueError, match=r"has 100 rows; expected .*as deal_hazards gives it"):
        cells_of(DealHazards.of_table(hazards.table.tail(100)))


def test_hazards_say_how_often_deals_are_won_by_stage(hazards: DealHazards) -> None:
    late = hazards.table[(hazards.table["left"] == 9)].groupby("stage")[["n", "won"]].sum()
    rate = (late["won"] / late["n"])[["Prospecting", "Qualified", "Discovery", "Proposal", "Negotiation"]]
    assert rate.is_monotonic_increasing
    assert 0.6 < rate["Negotiation"] < 0.9  # planted: about 76% of those in Negotiation are won in the end


def test_the_backtest_uses_nothing_that_came_later(demo: Tables) -> None:
    full = landing_backtest(demo, as_of=DEMO_DAY, period=NOW, draws=300).table
    cut = NOW.shift(-2).end
    then = landing_backtest(known_on(dict(demo), cut), as_of=cut, period=NOW.shift(-1), draws=300).table
    both = full[full["period_start"] <= pd.Timestamp(cut)]
    assert len(both)
    shared = then.merge(both, on=["period_start", "week"])
    assert len(shared) == len(both)
    np.testing.assert_allclose(shared["middle_x"], shared["middle_y"])


@pytest.mark.planted
def test_past_ranges_hold_about_as_often_as_they_say(demo: Tables) -> None:
    found = landing_backtest(demo, as_of=DEMO_DAY, period=NOW, weeks=range(1, 13), draws=500)
    assert 0.5 <= (found.coverage or 0) <= 1
    assert abs(found.bias or 1) < 0.15
    assert found.table.groupby("week")["booked"].mean().is_monotonic_increasing
    assert found.findings[0].key in ("landing_backtest.was_right", "landing_backtest.often_wrong")


EN, RO = Words("en", "EUR"), Words("ro", "EUR")


def landed(*, goal=900_000.0, known=True):
    days = pd.date_range(*QUARTER_SEEN.span)
    booked = pd.Series(np.linspace(0, 400_000, len(days))).where(days <= pd.Timestamp(SEEN))
    course = pd.DataFrame({"day": days, "booked": booked, "low": np.nan, "middle": np.nan, "high": np.nan})
    if known:
        ahead = days >= pd.Timestamp(SEEN)
        course.loc[ahead, ["low", "middle", "high"]] = [500_000.0, 600_000.0, 700_000.0]
    deals = pd.DataFrame(
        {
            "opportunity_id": ["o1", "o2"],
            "name": ["Big <one>", "Small"],
            "owner": ["Ana", None],
            "stage": ["Offer", "Lead"],
            "amount": [90_000.0, np.nan],
            "p_won_in_period": [0.7, 0.05],
            "expected": [63_000.0, 500.0],
        }
    )
    rows = [("won", 4e5, 4e5, 4e5, 4e5), ("open", 1e5, 3e5, 2e5, 2e5), ("new", 0, 0, 0, 0), ("total", 5e5, 7e5, 6e5, 6e5)]
    ends = (500_000.0, 600_000.0, 700_000.0) if known else (None, None, None)
    return answer(
        is_over=False,
        table=deals,
        course=course,
        parts=pd.DataFrame(rows if known else [], columns=["part", "low", "high", "likely", "mean"]),
        goal=goal,
        booked=400_000.0,
        low=ends[0],
        middle=ends[1],
        high=ends[2],
        p_hit=None if goal is None else 0.02,
        periods=8,
        said=None,
        year_ago=None,
    )


def test_the_title_says_the_likely_end():
    figure = landing_view.landing_figure(landed(), EN)
    assert figure.title == "Likely end: €500K to €700K"
    assert "Shaded: 80% range" in figure.note
    assert any("likely" in (text or "") for text in texts(figure))


def test_without_a_goal_the_range_is_the_title():
    assert landing_view.landing_figure(landed(goal=None), EN).title.endswith("between €500K and €700K")


def test_without_past_periods_there_is_no_fan_and_it_is_said():
    figure = landing_view.landing_figure(landed(known=False), EN)
    assert figure.note == EN.say("landing.note_none")


def test_the_parts_end_with_the_total_and_a_sure_part_has_no_range():
    block = landing_view.landing_parts(landed(), EN)
    assert [row.role for row in block.rows] == ["body", "body", "body", "total"]
    assert block.rows[0].cells[2].text in ("", "–")


def test_a_quota_that_was_never_reached_is_said_with_what_it_is_usually_worth(demo: Tables) -> None:
    ends = landing(demo, as_of=DEMO_DAY, period=NOW)
    assert not any(one.key == "landing.never_reached" for one in landing_findings(replace(ends, reached=(0.8, 1.02, 0.9, 0.7))))
    missed = landing_findings(replace(ends, goal=1e6, p_hit=0.1, reached=(0.81, 0.9, 0.84, 0.85)))
    told = next(one for one in missed if one.key == "landing.never_reached")
    assert (told.values["n"], told.values["low"], told.values["high"], told.about) == (4, 0.81, 0.9, ("quota", ""))
    assert not any(one.key == "landing.never_reached" for one in landing_findings(replace(ends, reached=(0.8, 0.8, 0.8))))
