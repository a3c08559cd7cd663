"""Periods of a company's calendar, whatever month its year starts in."""

import subprocess
import sys
from datetime import date

import pytest

from salesanalytics.base.calendar import Period, period_of


@pytest.mark.parametrize(
    ("day", "period", "start", "span"),
    [
        (date(2026, 9, 30), "quarter", 1, (date(2026, 7, 1), date(2026, 9, 30))),
        (date(2026, 9, 30), "month", 1, (date(2026, 9, 1), date(2026, 9, 30))),
        (date(2026, 2, 3), "quarter", 2, (date(2026, 2, 1), date(2026, 4, 30))),
        (date(2026, 1, 31), "quarter", 2, (date(2025, 11, 1), date(2026, 1, 31))),
        (date(2026, 12, 31), "quarter", 12, (date(2026, 12, 1), date(2027, 2, 28))),
        (date(2028, 2, 10), "month", 4, (date(2028, 2, 1), date(2028, 2, 29))),
    ],
)
def test_the_period_is_the_month_or_fiscal_quarter_of_the_day(day, period, start, span):
    assert period_of(day, period, start) == Period(*span, period)


def test_a_page_is_put_together_without_pandas():
    program = "import sys, salesanalytics.report.page.page; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
