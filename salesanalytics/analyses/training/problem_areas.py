"""Problem areas: in which stage, in which month and with whom do fewer deals go on than luck explains?

In: `opportunity`, `stage` and `opportunity_history`. Out: control charts of the funnel's own conversion: cohorts of deals that
entered a stage, went on ÷ (went on + lost), deals still open left out and counted. In time: one row per stage and month, on
Laney's p′ chart, with limits that hold for all points of the page together. Across people: one row per stage and seller, each
against all others of these tables, exactly and with Holm's correction over all of them. A deal counts for its present owner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Flags, Floats, Ints, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import sellers_on
from salesanalytics.facts.stage_entries import ladder, main_pipeline, stage_entries
from salesanalytics.stats.compare import fisher, holm
from salesanalytics.stats.control import LEAST_POINTS, Chart, laney, page_limits

NEEDS = ("opportunity", "stage", "opportunity_history")
RATE = 0.05  # of pages on which nothing has changed show a point outside, in time and across people each
JUDGED, BASELINE = 12, 24  # months that may be called out, and months from which share and scatter are known
MOST_OPEN = 0.2  # of a month's deals still open; above, those decided so far are not like the rest
ENOUGH = 20  # decided deals of a stage, below which it has no chart
LEAST = 5  # decided deals of a seller in a stage
MONTHS = [
    "stage", "place", "month", "went_on", "decided", "open", "share", "low", "high", "center", "sigma_z", "judged", "outside",
]  # fmt: skip
REPS = [
    "stage", "place", "rep_id", "name", "went_on", "decided", "open", "share", "shrunken", "shrunken_low", "shrunken_high",
    "usual", "low", "high", "p", "outside",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ProblemAreas(Result):
    """Conversion (share of decided deals that went on) in time and across sellers.

    `table`: one row per stage and month: stage, place, month (first day), went_on, decided, open, share, low and high (limits),
    center (share of all months), sigma_z (scatter beside that of counting alone), judged (may be called out: one of the last
    twelve months, with at most a fifth of its deals still open), outside ("low", "high" or ""). `reps`: one row per stage and
    present seller: the same counts; shrunken (share leaning on the others', beta-binomial) with shrunken_low and
    shrunken_high (95%); usual (share of all others); low and high (shares that luck explains at the others' share, all cells
    together); p (Fisher's, Holm over all cells); outside. `points`, `cells`: how many were judged. `rate`: of pages on which
    nothing changed show a point outside. `missing`: tables it lacks.
    """

    reps: pd.DataFrame
    points: int
    cells: int
    rate: float
    missing: tuple[str, ...]


def problem_areas(tables: Tables, *, as_of: date, seed: int = 0) -> ProblemAreas:
    """Both charts of these tables' main pipeline, as known on `as_of`. `seed`: of the pages that set the limits in time."""
    tables = known_on(tables, as_of)
    end = pd.Timestamp(as_of).to_period("M")
    period = Period((end - JUDGED + 1).start_time.date(), as_of, "year")
    missing = tuple(name for name in NEEDS if name not in tables)
    if missing:
        none = _typed(pd.DataFrame(columns=MONTHS)), _typed(pd.DataFrame(columns=REPS))
        return ProblemAreas(
            as_of=as_of, period=period, table=none[0], reps=none[1], points=0, cells=0, rate=RATE, missing=missing
        )
    main = main_pipeline(tables["opportunity"])
    entries = stage_entries(tables)
    entries = entries[(entries["pipeline"] == main) & (entries["entered_on"] >= (end - BASELINE + 1).start_time)]
    steps = ladder(tables["stage"])
    steps = steps[~steps["is_closed"] & (steps["pipeline"] == main)]
    months = _in_time(entries, steps, end, seed)
    reps = _across(entries[entries["entered_on"] >= pd.Timestamp(period.start)], tables, as_of)
    answer = ProblemAreas(
        as_of=as_of,
        period=period,
        table=months,
        reps=reps,
        points=int(months["judged"].sum()),
        cells=len(reps),
        rate=RATE,
        missing=(),
    )
    return answer.saying(*_findings(answer))


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    kinds: dict[str, Any] = dict.fromkeys(("place", "went_on", "decided", "open"), "int64") | dict.fromkeys(
        ("share", "low", "high", "center", "sigma_z", "shrunken", "shrunken_low", "shrunken_high", "usual", "p"), "float64"
    )
    kinds |= {"judged": "bool", "month": "datetime64[us]"}
    return rows.astype({name: kind for name, kind in kinds.items() if name in rows})


def _counts(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """went_on, lost and open per key."""
    counts = rows.groupby([*by, "outcome"]).size().unstack(fill_value=0)
    return counts.reindex(columns=["went_on", "lost", "open"], fill_value=0).astype("int64").rename_axis(columns=None)


def _in_time(entries: pd.DataFrame, steps: pd.DataFrame, end: "pd.Period", seed: int) -> pd.DataFrame:
    entries = entries.assign(month=entries["entered_on"].dt.to_period("M").dt.start_time)
    counts = _counts(entries, ["stage", "month"]).reset_index()
    parts, charts, judged = [], [], []
    for stage, place in zip(steps["stage"], steps["place"], strict=True):
        rows = counts[counts["stage"] == stage].sort_values("month")
        decided = rows["went_on"] + rows["lost"]
        young = rows["open"] > MOST_OPEN * (decided + rows["open"])
        counted = (decided > 0) & ~young
        if decided[counted].sum() < ENOUGH or counted.sum() < LEAST_POINTS:
            continue
        chart = laney(np.where(counted, rows["went_on"], 0), np.where(counted, decided, 0))
        recent = (rows["month"] >= (end - JUDGED + 1).start_time) & counted
        charts.append(chart)
        judged.append(recent.to_numpy())
        parts.append(rows.assign(place=place, decided=decided, share=rows["went_on"] / decided, judged=recent))
    if not parts:
        return _typed(pd.DataFrame(columns=MONTHS))
    below, above = page_limits(charts, judged, RATE, seed)
    shown = [_limited(rows, chart, below, above) for rows, chart in zip(parts, charts, strict=True)]
    return _typed(pd.concat(shown, ignore_index=True)[MONTHS])


def _limited(rows: pd.DataFrame, chart: Chart, below: float, above: float) -> pd.DataFrame:
    """A stage's months with their limits. A month that is not judged has limits too, where it has decided deals."""
    n = rows["decided"].to_numpy()
    step: Floats = np.sqrt(chart.center * (1 - chart.center) / np.maximum(n, 1)) * chart.spread
    low, high = chart.center - below * step, chart.center + above * step
    outside = np.select([rows["share"] < low, rows["share"] > high], ["low", "high"], "")
    return rows.assign(
        low=np.where(n > 0, np.clip(low, 0, 1), np.nan),
        high=np.where(n > 0, np.clip(high, 0, 1), np.nan),
        center=chart.center,
        sigma_z=chart.sigma_z,
        outside=np.where(rows["judged"], outside, ""),
    )


def _across(entries: pd.DataFrame, tables: Tables, as_of: date) -> pd.DataFrame:
    """Each present seller in each stage against all others who had deals in it, leavers included."""
    deals = tables["opportunity"].set_index("opportunity_id")
    counts = _counts(entries.assign(rep_id=entries["opportunity_id"].map(deals["owner_rep_id"])), ["stage", "place", "rep_id"])
    rows = counts.reset_index().sort_values(["place", "rep_id"], ignore_index=True)
    rows["decided"] = rows["went_on"] + rows["lost"]
    rows = rows[rows["decided"] > 0]
    names = tables["rep"].set_index("rep_id")["name"]
    rows = rows.assign(share=rows["went_on"] / rows["decided"], name=rows["rep_id"].map(names).fillna(rows["rep_id"]))
    totals = rows.groupby("stage")[["went_on", "decided"]].transform("sum")
    rest_yes, rest = totals["went_on"] - rows["went_on"], totals["decided"] - rows["decided"]
    rows = rows.assign(rest_yes=rest_yes, rest=rest, usual=(rest_yes / rest).where(rest > 0))
    rows = _shrunken(rows)
    there = rows["rep_id"].isin(sellers_on(tables, pd.Timestamp(as_of))["rep_id"])
    rows = rows[there & (rows["decided"] >= LEAST) & (rows["rest"] >= ENOUGH)].reset_index(drop=True)
    if rows.empty:
        return _typed(pd.DataFrame(columns=REPS))
    mine = rows[["went_on", "decided", "rest_yes", "rest"]].to_numpy()
    p = holm([fisher(yes, n - yes, others, all_ - others) for yes, n, others, all_ in mine])
    low, high = _explained(mine, RATE / len(rows))
    differs: Flags = p <= RATE
    outside = np.select([differs & (rows["share"] < rows["usual"]), differs], ["low", "high"], "")
    return _typed(rows.assign(p=p, low=low, high=high, outside=outside)[REPS])


def _explained(counts: Ints, tail: float) -> tuple[Floats, Floats]:
    """Lowest and highest share of each row that luck explains where the row and the others are alike (hypergeometric)."""
    yes, n, others, rest = counts.T
    alike = stats.hypergeom(n + rest, yes + others, n)
    return np.asarray(alike.ppf(tail / 2) / n), np.asarray(alike.ppf(1 - tail / 2) / n)


def _shrunken(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares leaning on the stage's own: beta-binomial, the weight by how much sellers differ beyond luck (moments)."""
    parts = []
    for _, stage in rows.groupby("stage", sort=False):
        n, yes = stage["decided"].to_numpy(dtype=np.float64), stage["went_on"].to_numpy(dtype=np.float64)
        weight, usual = _weight(yes, n)
        a, b = yes + weight * usual, n - yes + weight * (1 - usual)
        low, high = stats.beta.ppf(0.025, a, b), stats.beta.ppf(0.975, a, b)
        parts.append(stage.assign(shrunken=a / (a + b), shrunken_low=low, shrunken_high=high))
    return pd.concat(parts) if parts else rows.assign(shrunken=np.nan, shrunken_low=np.nan, shrunken_high=np.nan)


def _weight(yes: Floats, n: Floats) -> tuple[float, float]:
    """Deals that the common share counts for, and that share (Kleinman 1973); at most a thousand where nobody differs."""
    usual = (yes.sum() + 0.5) / (n.sum() + 1)
    away = float((n * (yes / n - usual) ** 2).sum())
    expected = (len(n) - 1) * usual * (1 - usual)
    spread = (away - expected) / max(float(n.sum() - (n**2).sum() / n.sum()), 1e-9) / (usual * (1 - usual))
    return float(np.clip(1 / max(spread, 1e-9) - 1, 1.0, 1000.0)), float(usual)


def _findings(found: ProblemAreas) -> list[Finding]:
    """Months and sellers outside, the latest and the most unlike first; or that nothing is."""
    if not found.points and not found.cells:
        n = int(found.table["decided"].sum())
        return [
            Finding(
                "problem_areas.too_few",
                "watch",
                {"enough": ENOUGH, "months": LEAST_POINTS},
                Evidence(n, "deals", period=found.period.span),
                about=("stage", ""),
                says="check",
            )
        ]
    out = found.table[found.table["outside"] != ""].sort_values(["month", "place"], ascending=[False, True])
    told = [_month(row, found) for row in out.to_dict("records")]
    cells = found.reps[found.reps["outside"] != ""].sort_values(["p", "place", "rep_id"])
    told += [_rep(row, found) for row in cells.to_dict("records")]
    if not told:
        decided = found.reps["decided"] if found.cells else found.table.loc[found.table["judged"], "decided"]
        evidence = Evidence(int(decided.sum()), "deals", period=found.period.span)
        values = {"n": found.points, "cells": found.cells, "rate": found.rate}
        both = "problem_areas.steady" if found.points else "problem_areas.steady_people"
        key = both if found.cells else "problem_areas.steady_months"
        return [Finding(key, "good", values, evidence, about=("stage", ""), says="keep")]
    return sorted(told, key=lambda one: one.severity != "act")


def _month(row: Mapping[Any, Any], found: ProblemAreas) -> Finding:
    fell = row["outside"] == "low"
    span = (row["month"].date(), (row["month"] + pd.offsets.MonthEnd(0)).date())
    values = {name: row[name] for name in ("stage", "month", "share", "center", "low", "high")} | {"rate": found.rate}
    return Finding(
        "problem_areas.fell" if fell else "problem_areas.rose",
        "act" if fell else "good",
        values,
        Evidence(int(row["decided"]), "deals", period=span),
        about=("stage", str(row["stage"])),
        says="check" if fell else "keep",
    )


def _rep(row: Mapping[Any, Any], found: ProblemAreas) -> Finding:
    weak = row["outside"] == "low"
    values = {name: row[name] for name in ("stage", "name", "share", "usual", "shrunken")}
    return Finding(
        "problem_areas.weaker" if weak else "problem_areas.stronger",
        "act" if weak else "good",
        values,
        Evidence(int(row["decided"]), "deals", row["shrunken_low"], row["shrunken_high"], period=found.period.span),
        about=("rep", str(row["rep_id"])),
        says="talk" if weak else "keep",
        rests_on=("alike_deals",),
    )
