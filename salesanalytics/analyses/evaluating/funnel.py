"""The funnel: of the deals that entered a stage, how many went further, how many were lost there, and how many are still open.

In: `opportunity`, `stage` and `opportunity_history` (changes of stage). Out: one row per stage of the open pipeline. A deal
belongs to the cohort of the period in which it entered the stage, skipped stages counted as passed through. A deal went on when
it later entered a higher stage, won included; deals still in the stage are shown, and left out of the rate, so that a young
cohort does not look worse than it is. Conversion = went on / (went on + lost), with Wilson's interval; `low_all` and `high_all`
bound what it can still become when every open deal is lost, or goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.stage_entries import ladder, main_pipeline, stage_entries
from salesanalytics.stats.compare import against_the_rest
from salesanalytics.stats.intervals import share_interval

NEEDS = ("opportunity", "stage", "opportunity_history")
LEVEL = 0.05
ENOUGH = 20  # resolved deals in a stage before a conversion is put into words
COLUMNS = [
    "stage",
    "place",
    "entered",
    "went_on",
    "lost",
    "open",
    "conversion",
    "low",
    "high",
    "low_all",
    "high_all",
    "days",
    "worth_of_a_point",
]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Funnel(Result):
    """`table`: one row per stage (see COLUMNS): conversion as share, days = median stay of deals that left, worth in money.

    `deals`: how many entered any stage in the period; `missing`: tables it lacks and cannot be worked out without.
    """

    missing: tuple[str, ...]
    deals: int


def funnel(tables: Tables, *, as_of: date, period: Period, benchmark: pd.DataFrame | None = None) -> Funnel:
    """The cohorts that entered each stage within `period`, as known on `as_of`.

    `benchmark` (the company's funnel table of the same period) is what each step is held against, this team taken out; None: no
    comparison.
    """
    missing = tuple(name for name in NEEDS if name not in tables)
    if missing:
        return Funnel(as_of=as_of, period=period, table=pd.DataFrame(columns=COLUMNS), missing=missing, deals=0)
    tables = known_on(tables, as_of)
    entries = stage_entries(tables)
    main = main_pipeline(tables["opportunity"])
    cohort = entries[period.holds(entries["entered_on"]) & (entries["pipeline"] == main)]
    table = _table(cohort, tables, period)
    deals = int(cohort["opportunity_id"].nunique())
    answer = Funnel(as_of=as_of, period=period, table=table, missing=(), deals=deals)
    return answer.saying(*_findings(table, benchmark, period))


def _table(cohort: pd.DataFrame, tables: Tables, period: Period) -> pd.DataFrame:
    deals = tables["opportunity"]
    steps = ladder(tables["stage"])
    stages = steps[~steps["is_closed"] & (steps["pipeline"] == main_pipeline(deals))]
    counts = cohort.groupby(["stage", "outcome"]).size().unstack(fill_value=0).reindex(stages["stage"], fill_value=0)
    table = (
        counts.reindex(columns=["went_on", "lost", "open"], fill_value=0).astype(int).rename_axis(columns=None).reset_index()
    )
    table["place"] = stages["place"].to_numpy()
    table["entered"] = table[["went_on", "lost", "open"]].sum(axis=1)
    resolved = table["went_on"] + table["lost"]
    table["conversion"] = (table["went_on"] / resolved).where(resolved > 0)
    bounds = [share_interval(on, n) or (np.nan, np.nan) for on, n in zip(table["went_on"], resolved, strict=True)]
    table["low"], table["high"] = zip(*bounds, strict=True) if bounds else ((), ())
    table["low_all"] = (table["went_on"] / table["entered"]).where(table["entered"] > 0)
    table["high_all"] = ((table["went_on"] + table["open"]) / table["entered"]).where(table["entered"] > 0)
    table["days"] = table["stage"].map(cohort[cohort["outcome"] != "open"].groupby("stage")["days"].median())
    table["worth_of_a_point"] = _worth(table, deals[period.holds(deals["closed_on"])])
    return table[COLUMNS]


def _worth(table: pd.DataFrame, deals: pd.DataFrame) -> "pd.Series[float]":
    """Bookings that one more point of conversion in a stage would bring.

    1% of the stage's entries × the chance to win from the next stage on × the average deal won in the period (`deals`).
    """
    # numpy's product keeps "unknown" unknown, where a later stage has nothing decided yet
    onward = pd.Series(np.cumprod(table["conversion"].to_numpy()[::-1])[::-1], index=table.index).shift(-1, fill_value=1.0)
    average = float(deals.loc[deals["is_won"], "amount"].mean())
    return table["entered"] * onward * (0.01 * average)


def _findings(table: pd.DataFrame, benchmark: pd.DataFrame | None, period: Period) -> list[Finding]:
    known = table[table["went_on"] + table["lost"] >= ENOUGH]
    span = (period.start, period.end)
    if known.empty:
        resolved = int((table["went_on"] + table["lost"]).sum())
        return [Finding("funnel.too_few", "watch", {"n": resolved, "enough": ENOUGH}, Evidence(resolved, "deals", period=span))]
    compared = _beside_the_others(known, benchmark, period)
    unlike = compared[compared["p"] < LEVEL]
    weak = unlike[unlike["conversion"] < unlike["usual"]]
    strong = unlike[unlike["conversion"] > unlike["usual"]]
    findings = [_weak(row, span) for row in weak.to_dict("records")]
    findings += [_strong(row, span) for row in strong.to_dict("records")]
    if weak.empty:
        most = known.sort_values(["lost", "place"], ascending=[False, True]).iloc[0].to_dict()
        key = "funnel.alike" if compared["p"].notna().any() else "funnel.most_lost"
        values = {name: most[name] for name in ("stage", "lost", "conversion")}
        findings.append(Finding(key, "watch", values, _evidence(most, span)))
    return findings


def _beside_the_others(known: pd.DataFrame, benchmark: pd.DataFrame | None, period: Period) -> pd.DataFrame:
    """Steps beside the rest of the company: `usual` is the others' conversion, `p` the p-value of no difference.

    p is Fisher's, Holm-adjusted because several steps are looked at, and times the number of teams, because every team's page
    looks at its own. It is missing where the others have too few deals.
    """
    if benchmark is not None:
        benchmark = period.rows_of(benchmark)
    if benchmark is None or benchmark.empty:
        return known.iloc[:0].assign(usual=np.nan, p=np.nan)
    both = known.merge(benchmark[["stage", "went_on", "lost", "teams"]], on="stage", suffixes=("", "_all"))
    resolved, all_resolved = both["went_on"] + both["lost"], both["went_on_all"] + both["lost_all"]
    beside = against_the_rest(both["went_on"], resolved, both["went_on_all"], all_resolved, ENOUGH)
    return both.join(beside.assign(p=(beside["p"] * both["teams"]).clip(upper=1.0)))


def _weak(row: Mapping[Any, Any], span: tuple[date, date]) -> Finding:
    least, most = (max(row["usual"] - end, 0.0) * 100 * row["worth_of_a_point"] for end in (row["high"], row["low"]))
    values = {"stage": row["stage"], "conversion": row["conversion"], "usual": row["usual"], "least": least, "most": most}
    return Finding("funnel.weak_step", "act", values, _evidence(row, span), weight=(least + most) / 2)


def _strong(row: Mapping[Any, Any], span: tuple[date, date]) -> Finding:
    return Finding(
        "funnel.strong_step",
        "good",
        {"stage": row["stage"], "conversion": row["conversion"], "usual": row["usual"]},
        _evidence(row, span),
    )


def _evidence(row: Mapping[Any, Any], span: tuple[date, date]) -> Evidence:
    return Evidence(int(row["went_on"] + row["lost"]), "deals", row["low"], row["high"], "share", period=span)
