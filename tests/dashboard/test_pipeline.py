"""The open pipeline by stage."""

from salesanalytics.analyses.dashboard.pipeline import pipeline
from tests.tables import AS_OF, QUARTER, tables

QUOTA = {"scope": "company", "scope_id": "all", "period_start": "2026-07-01", "period_end": "2026-09-30", "amount": 10_000}


def test_the_pipeline_adds_up_over_stages() -> None:
    result = pipeline(tables(quota=[QUOTA]), as_of=AS_OF, period=QUARTER)
    assert result.table["stage"].tolist() == ["Lead", "Offer"]
    assert (result.deals, result.amount, result.due) == (2, 2000, 2000)
    assert (result.table["due"] + result.table["later"]).tolist() == result.table["amount"].tolist()


def test_a_pipeline_smaller_than_the_gap_calls_for_action() -> None:
    keys = {one.key: one for one in pipeline(tables(quota=[QUOTA]), as_of=AS_OF, period=QUARTER).findings}
    assert keys["pipeline.coverage_short"].values == {"due": 2000.0, "left": 5300.0, "missing": 3300.0}
    assert keys["pipeline.without_amount"].values == {"n": 1, "all": 2}
