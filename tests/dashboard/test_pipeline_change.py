"""The waterfall of the pipeline: every deal's way is told, and the steps sum to the cent."""

import datetime as dt
from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics.analyses.dashboard.pipeline import pipeline
from salesanalytics.analyses.dashboard.pipeline_change import PipelineChange, pipeline_change
from salesanalytics.base.calendar import Period, period_of
from salesanalytics.show import Words
from salesanalytics.show.sentences import finding
from salesanalytics.views.dashboard import pipeline_change as pipeline_change_view
from tests.answers import SEEN, answer, texts
from tests.conftest import DEMO_DAY
from tests.tables import tables
from tests.tiny import deal

JULY, AUGUST = date(2026, 7, 31), date(2026, 8, 31)


QUARTER = Period(date(2026, 7, 1), date(2026, 9, 30))


def change(number: int, field: str, old: object, new: object, day: str) -> dict[str, object]:
    return {"opportunity_id": f"o{number}", "field": field, "old_value": old, "new_value": new, "changed_at": day}


def steps(found: PipelineChange) -> dict[str, tuple[float, int]]:
    return {row["step"]: (row["amount"], row["deals"]) for row in found.table.to_dict("records")}


def cents(found: PipelineChange) -> tuple[int, int]:
    """What the steps above the last total sum to, and that total."""
    whole = (found.table["amount"] * 100).round().astype("int64")
    return int(whole.iloc[:-1].sum()), int(whole.iloc[-1])


DEALS = [
    deal(1, "r1", "Won", 1200, "2026-05-01", "2026-08-10"),
    deal(2, "r1", "Lost", 500, "2026-05-01", "2026-08-20"),
    deal(3, "r2", "Offer", 900, "2026-06-01"),
    deal(4, "r2", "Offer", 2000.55, "2026-08-05"),
    deal(5, "r3", "Lead", 70, "2026-08-07", expected_close_date="2026-12-01"),
    deal(6, "r3", "Offer", 300, "2026-06-01", expected_close_date="2026-11-01"),
]


LOG = [
    change(1, "amount", 1000, 1200, "2026-08-03"),
    change(3, "amount", 1000, 900, "2026-08-03"),
    change(6, "expected_close_date", "2026-09-01", "2026-11-01", "2026-08-12"),
]


def test_each_deal_takes_its_steps_in_order() -> None:
    found = pipeline_change(tables(opportunity=DEALS, opportunity_history=LOG), start=JULY, as_of=AUGUST)
    assert steps(found) == {
        "open_start": (2800.0, 4),
        "created": (2070.55, 2),
        "amount_up": (200.0, 1),
        "amount_down": (-100.0, 1),
        "won": (-1200.0, 1),
        "lost": (-500.0, 1),
        "open_end": (3270.55, 4),
    }
    assert len(set(cents(found))) == 1


def test_within_a_period_deals_are_pushed_out_of_it() -> None:
    found = pipeline_change(tables(opportunity=DEALS, opportunity_history=LOG), start=JULY, as_of=AUGUST, period=QUARTER)
    assert steps(found)["pushed_out"] == (-300.0, 1)
    assert steps(found)["created"] == (2000.55, 1)
    assert steps(found)["open_end"] == (2900.55, 2)
    assert len(set(cents(found))) == 1


def test_a_deal_won_before_its_day_is_pulled_in_and_won() -> None:
    early = [deal(1, "r1", "Won", 100, "2026-05-01", "2026-08-10", expected_close_date="2026-12-01")]
    logged = [change(1, "expected_close_date", "2026-11-01", "2026-12-01", "2026-08-02")]
    rows = tables(opportunity=early, opportunity_history=logged)
    found = steps(pipeline_change(rows, start=JULY, as_of=AUGUST, period=QUARTER))
    assert (found["pulled_in"], found["won"], found["open_end"]) == ((100.0, 1), (-100.0, 1), (0.0, 0))


def test_a_deal_moved_to_another_rep_of_another_team_is_handed_over() -> None:
    rows = tables(opportunity=[deal(1, "r3", "Offer", 100, "2026-05-01")], opportunity_history=[
        change(1, "owner_rep_id", "r1", "r3", "2026-08-05")])  # fmt: skip
    north = steps(pipeline_change(rows, start=JULY, as_of=AUGUST, team="north"))
    south = steps(pipeline_change(rows, start=JULY, as_of=AUGUST, team="south"))
    assert (north["handed_over"], north["open_end"]) == ((-100.0, 1), (0.0, 0))
    assert (south["taken_over"], south["open_end"]) == ((100.0, 1), (100.0, 1))


def test_a_deal_that_an_earlier_snapshot_held_has_vanished() -> None:
    now = tables(opportunity=DEALS[:5])
    found = pipeline_change(now, start=JULY, as_of=AUGUST, before=tables(opportunity=DEALS))
    assert steps(found)["vanished"] == (-300.0, 1)
    assert len(set(cents(found))) == 1


def test_a_deal_that_left_a_closed_stage_is_reopened() -> None:
    rows = tables(opportunity=DEALS[2:3], opportunity_history=[
        change(3, "stage", "Offer", "Lost", "2026-07-10"), change(3, "stage", "Lost", "Offer", "2026-08-10")])  # fmt: skip
    assert steps(pipeline_change(rows, start=JULY, as_of=AUGUST))["reopened"] == (900.0, 1)


def test_without_a_log_amounts_stand_as_exported_and_it_is_said() -> None:
    found = pipeline_change(tables(opportunity=DEALS), start=JULY, as_of=AUGUST)
    assert not found.history
    assert "amount_up" not in steps(found)


def test_without_a_log_of_dates_nobody_knows_what_was_due_and_all_deals_count() -> None:
    stages = [change(1, "stage", "Offer", "Won", "2026-08-10")]
    found = pipeline_change(tables(opportunity=DEALS, opportunity_history=stages), start=JULY, as_of=AUGUST, period=QUARTER)
    assert (found.dates, found.due_by) == (False, None)
    assert not {"pulled_in", "pushed_out"} & set(steps(found))
    figure = pipeline_change_view.pipeline_change_figure(found, Words("en", "EUR"))
    assert "keep no log of changed close dates" in figure.note


def test_a_deal_whose_creation_nobody_knows_was_not_created_in_between() -> None:
    deals = [deal(1, "r1", "Offer", 174_000, ""), deal(2, "r1", "Won", 1000, "2026-05-01", "2026-08-10")]
    answer = pipeline_change(tables(opportunity=deals), start=JULY, as_of=AUGUST)
    found = steps(answer)
    assert found["undated"] == (174_000.0, 1)
    assert "created" not in found
    assert [finding.key for finding in answer.findings] == ["pipeline_change.undated"], "nobody knows whether it grew"
    said = finding(answer.findings[0], Words()).sentence
    assert "€174K of that is in deals whose creation day is unknown" in said


def test_from_a_day_to_itself_nothing_changes() -> None:
    found = pipeline_change(tables(opportunity=DEALS, opportunity_history=LOG), start=JULY, as_of=JULY)
    assert found.table["step"].tolist() == ["open_start", "open_end"]
    assert found.findings == ()


def test_days_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="as_of is 2026-07-31, before start 2026-08-31"):
        pipeline_change(tables(), start=AUGUST, as_of=JULY)


def test_no_deal_at_all_is_an_empty_pipeline() -> None:
    rows = dict(tables())
    rows["opportunity"] = rows["opportunity"].iloc[:0]
    assert steps(pipeline_change(rows, start=JULY, as_of=AUGUST)) == {"open_start": (0.0, 0), "open_end": (0.0, 0)}


def test_a_pipeline_of_nothing_on_both_days_has_not_moved() -> None:
    deals = [deal(1, "r1", "Won", 900, "2026-07-05", "2026-07-20"), deal(2, "r1", "Lead", "", "2026-06-01")]
    found = pipeline_change(tables(opportunity=deals), start=date(2026, 7, 1), as_of=date(2026, 8, 31))
    assert (found.amount("created"), found.amount("open_end"), found.findings) == (900.0, 0.0, ())


def test_more_pushed_out_than_won_calls_for_action() -> None:
    rows = tables(opportunity=DEALS[5:], opportunity_history=LOG[2:])
    (finding,) = pipeline_change(rows, start=JULY, as_of=AUGUST, period=QUARTER).findings
    assert (finding.key, finding.severity, finding.weight) == ("pipeline_change.pushed_out", "act", 300.0)


DAYS = st.dates(date(2026, 6, 1), date(2026, 9, 20))


MONEY = st.one_of(st.none(), st.integers(0, 10**9).map(lambda whole: whole / 100))


@st.composite
def companies(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Deals with random ends and random changes before them."""
    base = dict(BASE)
    rows, log = [], []
    for number in range(draw(st.integers(0, 6))):
        created = draw(DAYS)
        closed = draw(st.one_of(st.none(), st.integers(0, 60)))
        won = closed is not None and draw(st.booleans())
        ends = None if closed is None else created + timedelta(days=closed)
        rows.append((f"o{number}", draw(st.sampled_from(["r1", "r3"])), created, ends, won, draw(MONEY), draw(DAYS)))
        for _ in range(draw(st.integers(0, 3))):
            field = draw(st.sampled_from(["amount", "expected_close_date", "owner_rep_id"]))
            values = {"amount": MONEY, "expected_close_date": DAYS, "owner_rep_id": st.sampled_from(["r1", "r3"])}[field]
            old, new = (None if value is None else str(value) for value in (draw(values), draw(values)))
            log.append((f"o{number}", created + timedelta(days=draw(st.integers(0, 60))), field, old, new))
    names = ["opportunity_id", "owner_rep_id", "created_at", "closed_at", "is_won", "amount", "expected_close_date"]
    deals = pd.DataFrame(rows, columns=names).assign(is_deleted=False, stage="Offer")
    deals["is_closed"] = deals["closed_at"].notna()
    for name in ("created_at", "closed_at"):
        deals[name] = pd.to_datetime(deals[name], utc=True)
    history = pd.DataFrame(log, columns=["opportunity_id", "changed_at", "field", "old_value", "new_value"])
    history["changed_at"] = pd.to_datetime(history["changed_at"], utc=True)
    for name, frame in (("opportunity", deals), ("opportunity_history", history)):
        like = HISTORY if name == "opportunity_history" else base["opportunity"]
        frame = frame.reindex(columns=[column for column in like if not column.endswith("_on")])
        base[name] = frame.astype({column: like[column].dtype for column in frame})
    return base


BASE: Mapping[str, pd.DataFrame] = dict(tables().items())


HISTORY = tables(opportunity_history=LOG, opportunity=DEALS)["opportunity_history"]


@settings(max_examples=30, deadline=None)
@given(companies(), DAYS, DAYS, st.sampled_from([None, QUARTER]), st.sampled_from([None, "north"]))
def test_the_steps_sum_to_the_cent_whatever_happens(
    company: dict[str, pd.DataFrame], one: date, other: date, period: Period | None, team: str | None
) -> None:
    start, end = sorted([one, other])
    above, total = cents(pipeline_change(company, start=start, as_of=end, period=period, team=team))
    assert above == total


def test_its_totals_are_the_pipelines_of_the_two_days(demo: Mapping[str, pd.DataFrame]) -> None:
    quarter = period_of(DEMO_DAY)
    start = DEMO_DAY - timedelta(days=28)
    whole = pipeline_change(demo, start=start, as_of=DEMO_DAY)
    due = pipeline_change(demo, start=start, as_of=DEMO_DAY, period=quarter)
    for day, step in ((start, "open_start"), (DEMO_DAY, "open_end")):
        shown = pipeline(demo, as_of=day, period=quarter)
        assert whole.amount(step) == pytest.approx(shown.amount, abs=0.005)
        assert due.amount(step) == pytest.approx(shown.due, abs=0.005)
    assert -whole.amount("won") == pytest.approx(_bookings(demo, start), rel=0.05)


def _bookings(demo: Mapping[str, pd.DataFrame], start: date) -> float:
    deals = demo["opportunity"]
    won = deals[deals["is_won"] & (deals["closed_on"] > pd.Timestamp(start)) & (deals["closed_on"] <= pd.Timestamp(DEMO_DAY))]
    return float(won["amount"].sum())


EN = Words("en", "EUR")


def moved(rows, **more):
    table = pd.DataFrame(rows, columns=["step", "role", "amount", "deals"])
    usual = {
        "period": Period(date(2025, 11, 23), SEEN, "quarter"),
        "due_by": None,
        "history": True,
        "dates": True,
        "without_amount": 0,
    }
    return answer(table=table, **usual | more)


MOVED = [("open_start", "total", 100.0, 2), ("pushed_out", "change", -30.0, 1), ("open_end", "total", 70.0, 1)]


def test_the_waterfall_names_its_steps_and_what_the_data_cannot_tell():
    figure = pipeline_change_view.pipeline_change_figure(moved(MOVED, history=False, without_amount=1), EN)
    assert [text for text in texts(figure) if text[0].isalpha()] == ["Open at start", "Pushed out", "Open at end"]
    assert figure.title == "The open pipeline did not change"
    assert figure.note.startswith("2 deals open at the start. 1 deal without amount counts as 0. The data have no change")


def test_the_waterfall_of_a_period_says_until_when_deals_are_due():
    figure = pipeline_change_view.pipeline_change_figure(moved(MOVED, due_by=dt.date(2026, 12, 31)), EN)
    assert figure.subtitle.startswith("Pipeline due by 31 Dec 2026")


def test_no_deal_at_all_is_said_in_words():
    empty = [("open_start", "total", 0.0, 0), ("open_end", "total", 0.0, 0)]
    assert "no open deal" in str(pipeline_change_view.pipeline_change_figure(moved(empty), EN))
