"""The open pipeline: how much stands in each stage, how much of it is due in the period, and whether it is enough for the goal.

In: `opportunity` with `stage` and `quota` where they are kept. Out: one row per open stage, in the order of the pipeline.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import PIPELINE, Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.kpi import kpis

NOTABLE = 0.05  # below this share of the deals, missing amounts change nothing worth saying
COLUMNS = ["stage", "deals", "amount", "due_deals", "due", "later", "overdue", "without_amount"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pipeline(Result):
    """Open deals; money in the base currency.

    `table`: one row per stage; `amount` (all open deals) and `due` (by the end of the period) are its totals. `deals`: how many
    are open. `coverage`: `due` ÷ what is missing of the goal; None where nothing is missing or no goal is set.
    """

    deals: int
    amount: float
    due: float
    coverage: float | None


def pipeline(tables: Tables, *, as_of: date, period: Period) -> Pipeline:
    """Open deals per stage, in money: `due` are those expected by the period's end, `overdue` those expected before `as_of`.

    `later` is the rest, deals without an expected close included.
    """
    tables = known_on(tables, as_of)
    deals = tables["opportunity"]
    open_deals = deals[~deals["is_closed"]]
    expected = open_deals["expected_close_date"]
    by_end = expected <= pd.Timestamp(period.end)
    amount = open_deals["amount"].fillna(0.0)
    rows = pd.DataFrame(
        {
            "stage": open_deals["stage"],
            "deals": 1,
            "amount": amount,
            "due_deals": by_end.astype(int),
            "due": amount.where(by_end, 0.0),
            "later": amount.where(~by_end, 0.0),
            "overdue": amount.where(expected < pd.Timestamp(as_of), 0.0),
            "without_amount": open_deals["amount"].isna().astype(int),
        }
    )
    sums = rows.groupby("stage", sort=False).sum().reindex(_order(tables, rows["stage"]), fill_value=0)
    table = sums.rename_axis("stage").reset_index()[COLUMNS]
    measure = kpis(tables, as_of=as_of, period=period, only=("coverage",))["coverage"]
    answer = Pipeline(
        as_of=as_of,
        period=period,
        table=table,
        deals=len(open_deals),
        amount=float(table["amount"].sum()),
        due=float(table["due"].sum()),
        coverage=measure.value,
    )
    return answer.saying(*_findings(open_deals, measure.value, measure.denominator, answer.due))


def _order(tables: Tables, there: "pd.Series[str]") -> list[str]:
    """Open stages as the pipeline orders them, then any others that deals stand in, by name."""
    known = []
    if "stage" in tables:
        stages = tables["stage"]
        known = list(dict.fromkeys(stages.loc[~stages["is_closed"]].sort_values("sort_order")["stage"]))
    return [*known, *sorted(set(there.dropna()) - set(known))]


def _findings(deals: pd.DataFrame, coverage: float | None, left: float | None, due: float) -> list[Finding]:
    found = []
    evidence = Evidence(len(deals), "open_deals")
    if coverage is not None and left is not None and coverage < 1:
        values = {"due": due, "left": left, "missing": left - due}
        found.append(
            Finding("pipeline.coverage_short", "act", values, evidence, weight=left - due, about=PIPELINE, says="start")
        )
    nameless = int(deals["amount"].isna().sum())
    if nameless and nameless >= NOTABLE * len(deals):
        found.append(Finding("pipeline.without_amount", "watch", {"n": nameless, "all": len(deals)}, evidence, owner="rep"))
    if len(deals) and deals["expected_close_date"].isna().all():
        found.append(Finding("pipeline.without_dates", "watch", {"n": len(deals)}, evidence, owner="operations", says="record"))
    return found
