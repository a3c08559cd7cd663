"""The open deals that decide the period: each one's chance, and what speaks against it.

In: where the period lands, and the deals' dates and activities. Out: one row per deal, those that bring most first, with its
close date, how often that was pushed, how long it has been silent, and how many own deals of past periods stood alike and were
won: the chance is learnt from all teams' deals, and more finely. A deal with a good chance and nobody at it is said aloud:
chances come from stage, time and amount, and know nothing of silence.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from salesanalytics.analyses.dashboard.landing import landing
from salesanalytics.analyses.dashboard.landing_result import Landing
from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.open_deals import times_pushed
from salesanalytics.facts.risk import at_risk
from salesanalytics.models.forecast.book import Book, book, day_number

MOST = 8
FIRST = 5  # those a leader is asked to go through
SIGNS = ["opportunity_id", "expected_close_date", "days_overdue", "days_silent", "overdue", "silent"]
COLUMNS = [
    "opportunity_id", "name", "owner", "stage", "amount", "p_won_in_period", "expected", "expected_close_date", "days_overdue",
    "days_silent", "overdue", "silent", "pushes", "alike", "alike_won",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DecidingDeals(Result):
    """`table`: one row per deal, at most eight, most expected money first: opportunity_id, name, owner, stage, amount,
    p_won_in_period (0..1), expected, expected_close_date, days_overdue, days_silent (missing where no activities are kept),
    overdue, silent, pushes (times its date was moved later), alike (own deals in its stage as many days before the end of past
    periods) and alike_won (of these, won by that end). `open_deals`: how many are open; `foretold`: whether chances are known;
    without, there are no rows. `periods`: past periods looked at.
    """

    open_deals: int
    foretold: bool
    periods: int


def deciding_deals(tables: Tables, *, as_of: date, period: Period, ends: Landing | None = None) -> DecidingDeals:
    """The open deals that bring most to where `period` lands; `ends`: that, where worked out already."""
    tables = known_on(tables, as_of)
    ends = ends or landing(tables, as_of=as_of, period=period)
    rows = ends.table.head(MOST if ends.foretells else 0)
    rows = rows.merge(at_risk(tables, as_of=as_of)[SIGNS], on="opportunity_id", how="left")
    rows["pushes"] = rows["opportunity_id"].map(times_pushed(tables)).fillna(0).astype(int)
    past = ends.basis.past if ends.basis else ()
    alike = _alike(book(tables, as_of), as_of, period, past)
    rows = rows.join(alike, on="opportunity_id").fillna(dict.fromkeys(alike, 0))
    answer = DecidingDeals(
        as_of=as_of,
        period=period,
        table=rows[COLUMNS],
        open_deals=len(ends.table),
        foretold=ends.foretells,
        periods=len(past),
    )
    return answer.saying(*_findings(answer))


def _alike(deals: Book, as_of: date, period: Period, past: Sequence[Period]) -> pd.DataFrame:
    """By open deal, how many stood in its stage as many days before past periods ended, and how many were then won."""
    left, now = (period.end - as_of).days, deals.open_on(day_number(as_of))
    stage = pd.Series(now.stage, index=deals.ids[now.deal])
    seen: Counter[Any] = Counter()
    won: Counter[Any] = Counter()
    for end in (day_number(one.end) for one in past):
        then = deals.open_on(end - left)
        seen.update(then.stage)
        won.update(then.stage[deals.won_between(end - left + 1, end)[then.deal]])
    return pd.DataFrame({"alike": stage.map(dict(seen)), "alike_won": stage.map(dict(won))})


def _findings(found: DecidingDeals) -> list[Finding]:
    """Of the first deals, those that nobody has touched for weeks."""
    first = found.table.head(FIRST)
    silent = first[first["silent"].eq(True)]
    if silent.empty:
        return []
    top = silent.iloc[0]
    values = {
        "n": len(silent),
        "of": len(first),
        "deal": top["name"],
        "owner": top["owner"],
        "amount": float(silent["amount"].sum()),
        "days": int(top["days_silent"]),
        "chance": float(top["p_won_in_period"]),
    }
    evidence = Evidence(found.open_deals, "open_deals")
    told = Finding("deciding_deals.silent", "act", values, evidence, weight=float(silent["expected"].sum()))
    return [told.of(("deal", ""), "talk")]
