"""Where a team differs from the rest of the company."""

import pandas as pd

from salesanalytics.analyses.dashboard.signals import signals
from salesanalytics.base.calendar import period_of
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import deal


def company(key: str, yes: int, n: int) -> pd.DataFrame:
    days = {"period": "quarter", "start": pd.Timestamp(QUARTER.start), "end": pd.Timestamp(QUARTER.end)}
    row = {**days, "key": key, "value": yes / n, "numerator": yes, "denominator": n, "teams": 6}
    return pd.DataFrame([row])


def rate(won: int, lost: int) -> list[dict[str, object]]:
    days = ("2026-06-01", "2026-07-05")
    return [deal(at, "r1", "Won" if at < won else "Lost", 1, *days) for at in range(won + lost)]


def test_a_win_rate_below_the_rest_of_the_company_is_a_signal() -> None:
    team, others = tables(opportunity=rate(10, 40)), company("win_rate", 210, 450)
    (finding,) = signals(team, as_of=AS_OF, period=QUARTER, company=others).findings
    assert (finding.key, finding.severity, finding.values["usual"]) == ("signals.share_below", "act", 0.5)


def test_a_win_rate_of_other_days_is_not_held_against_the_teams() -> None:
    team, others = tables(opportunity=rate(10, 40)), company("win_rate", 210, 450)
    other_year = period_of(AS_OF, "quarter", 2)
    assert signals(team, as_of=AS_OF, period=other_year, company=others).findings == ()


def test_a_win_rate_like_the_others_is_no_signal() -> None:
    team, others = tables(opportunity=rate(22, 28)), company("win_rate", 222, 450)
    assert signals(team, as_of=AS_OF, period=QUARTER, company=others).findings == ()
