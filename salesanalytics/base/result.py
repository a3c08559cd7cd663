"""What every question answers with: one contract, so that views, pages and tests can rely on it.

A question is `question(tables, *, as_of, …) -> Result`; a view is `view(result, words)`. A result knows the day it was worked
out for and the days it speaks of, so that nobody has to carry these beside it.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Self

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Finding

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Result:
    """The answer to one question, as known at the end of `as_of`.

    `period`: the days it speaks of. `table`: tidy, one row per what the subclass says. `findings`: what a leader should know,
    most telling first; `headline`: the finding that names the chart, None where there is nothing to say. Subclasses add named
    numbers.
    """

    as_of: date
    period: Period
    table: "pd.DataFrame"
    headline: Finding | None = None
    findings: tuple[Finding, ...] = ()

    def saying(self, *findings: Finding) -> Self:
        """The same result with these findings; the first of them is its headline."""
        return replace(self, headline=findings[0] if findings else None, findings=findings)
