"""What buyers and employees answer: how many would recommend us, how many answer at all, and whether either has changed.

In: `feedback` with its scores, closed deals, who was there. Out: one row per group (customers, buyers who chose somebody else,
employees) and scale, over twelve months beside the twelve before. Those who bought answer far more often than those who did
not, so each speaks for itself and no number puts them together. What employees answer is told from five answers on, and not
where all say the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import GRACE_DAYS, Period, trailing_year
from salesanalytics.base.finding import Evidence, Finding, Says, Severity, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.employment import stays
from salesanalytics.facts.written_answers import outcome_then, voice_of
from salesanalytics.stats.compare import fisher, holm
from salesanalytics.stats.intervals import difference_interval, share_interval
from salesanalytics.stats.recommend import Split, change_interval, p_alike, points
from salesanalytics.stats.suppression import FEW

GROUPS = ("customers", "lost_buyers", "employees")
SCALES = ("nps", "five")
ENOUGH = 20  # scores in both years before they are held against each other
ALIKE = 10  # employees, up to whom a score that all share tells what each of them said
LEVEL = 0.05
COLUMNS = [
    "group", "scale", "n", "value", "low", "high", "n_before", "before", "change", "change_low", "change_high", "p", "differs",
]  # fmt: skip
NEEDS = ["author_kind", "occurred_on", "score", "score_scale", "opportunity_id"]
RATES = ["group", "asked", "answered", "rate", "low", "high"]
VOICES: tuple[Subject, str] = ("people", "")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Voice(Result):
    """`table`: one row per group and scale that anybody answered on. `nps`: promoters (9–10) less detractors (0–6) in points of
    100; `five`: share of 4 and 5 of 5, also in points. n, low and high (95%) of this year; n_before, before; change with its
    95% range, p (permutations, Holm over all rows) and differs where both years have 20 answers. What may not be told is
    missing.

    `rates`: one row per group: asked (closed deals, or people there in each quarter with answers), answered, rate, low, high.
    `hidden`: groups of employees too few to be told.
    """

    rates: pd.DataFrame
    hidden: bool
    answers: int


def voice(tables: Tables, *, as_of: date) -> Voice:
    """Answers of the twelve months up to `as_of`, beside those of the twelve before."""
    tables = known_on(tables, as_of)
    year = trailing_year(as_of)
    before = Period(year.start - timedelta(days=365), year.start - timedelta(days=1), "year")
    answers = _answers(tables)
    now, then = (answers[span.holds(answers["on"])] for span in (year, before))
    whole = bool(len(answers)) and answers["on"].min() <= pd.Timestamp(before.start) + pd.Timedelta(days=GRACE_DAYS)
    table = _judged(_rows(now, then if whole else then.iloc[:0]))
    rates = pd.DataFrame([*_rates(tables, now, year)], columns=RATES)
    employees = int((now["group"] == "employees").sum())
    found = Voice(
        as_of=as_of,
        period=year,
        table=table,
        rates=rates,
        hidden=bool(employees > 0 and not (table.loc[table["group"] == "employees", "value"].notna()).any()),
        answers=len(now) - (employees if employees < FEW else 0),
    )
    return found.saying(*_findings(found))


def _answers(tables: Tables) -> pd.DataFrame:
    """One row per answer: group, on (day), scale (nps, five; missing without a score), score, opportunity_id."""
    rows = tables["feedback"] if "feedback" in tables else pd.DataFrame(columns=NEEDS)
    deals = tables["opportunity"].set_index("opportunity_id")
    group = voice_of(rows["author_kind"], outcome_then(rows, deals))
    scale = rows["score_scale"].map({"nps": "nps", "csat5": "five", "stars5": "five"}).where(rows["score"].notna())
    kept = pd.DataFrame({"group": group, "on": pd.to_datetime(rows["occurred_on"]), "scale": scale})
    return kept.assign(score=rows["score"], opportunity_id=rows["opportunity_id"])


def _rows(now: pd.DataFrame, then: pd.DataFrame) -> list[dict[str, Any]]:
    """One row per group and scale, not yet judged."""
    found = []
    for group in GROUPS:
        for scale in SCALES:
            scores, earlier = (
                rows.loc[(rows["group"] == group) & (rows["scale"] == scale), "score"].to_numpy(dtype=np.float64)
                for rows in (now, then)
            )
            if len(scores) and not (group == "employees" and _gives_away(scores, scale)):
                earlier = earlier[:0] if group == "employees" and _gives_away(earlier, scale) else earlier
                found.append({"group": group, "scale": scale} | _compared(scores, earlier, scale))
            elif len(scores):
                found.append({"group": group, "scale": scale})
    return found


def _gives_away(scores: Floats, scale: str) -> bool:
    """Whether a number from these scores tells what single people said: too few, or nearly as few who all say the same."""
    return len(scores) < FEW or (len(scores) < ALIKE and max(_split(scores, scale)) == len(scores))


def _split(scores: Floats, scale: str) -> Split:
    """How many count for us, neither way, and against us; on a scale of five nobody counts against."""
    if scale == "five":
        good = int((scores >= 4).sum())
        return good, len(scores) - good, 0
    return int((scores >= 9).sum()), int(((scores > 6) & (scores < 9)).sum()), int((scores <= 6).sum())


def _compared(scores: Floats, earlier: Floats, scale: str) -> dict[str, Any]:
    """Points of now with their interval, those of then, and the change; what is too little to compare is missing."""
    now, then = _split(scores, scale), _split(earlier, scale)
    n, n_before = len(scores), len(earlier)
    row: dict[str, Any] = {"n": n, "value": points(now), "n_before": n_before}
    row["low"], row["high"] = _share(now) if scale == "five" else difference_interval(now[0], now[2], n)
    if n_before:
        row["before"] = points(then)
    if min(n, n_before) >= ENOUGH:
        row["change"] = row["value"] - row["before"]
        row["change_low"], row["change_high"] = change_interval(now, then)
        row["p"] = p_alike(now, then)
    return row


def _share(split: Split) -> tuple[float, float]:
    low, high = share_interval(split[0], sum(split)) or (0.0, 1.0)
    return 100 * low, 100 * high


def _judged(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    numbers = dict.fromkeys([name for name in COLUMNS if name not in ("group", "scale", "differs")], "float64")
    table = pd.DataFrame(rows, columns=COLUMNS).astype(numbers)
    tested = table["p"].notna()
    table.loc[tested, "p"] = holm(list(table.loc[tested, "p"]))
    return table.assign(differs=table["p"] < LEVEL)


def _rates(tables: Tables, now: pd.DataFrame, year: Period) -> list[dict[str, Any]]:
    """How many of those who could have answered did: buyers by closed deal, employees by quarter in which anybody did."""
    deals = tables["opportunity"]
    closed = deals[deals["is_closed"] & year.holds(deals["closed_on"])]
    answered = closed["opportunity_id"].isin(now["opportunity_id"].dropna())
    rows = []
    for group, won in (("customers", True), ("lost_buyers", False)):
        mine = closed["is_won"] == won
        if mine.any() and (now["group"] == group).any():
            rows.append(_rate(group, int(mine.sum()), int((mine & answered).sum())))
    said = now[now["group"] == "employees"]
    waves = [
        (len(rows_), _there(tables, pd.Timestamp(rows_["on"].median())))
        for _, rows_ in said.groupby(said["on"].dt.to_period("Q"))
    ]
    answers, there = (sum(counts) for counts in zip(*waves, strict=True)) if waves else (0, 0)
    if FEW <= answers <= there:
        rows.append(_rate("employees", there, answers))
    return rows


def _rate(group: str, asked: int, answered: int) -> dict[str, Any]:
    low, high = share_interval(answered, asked) or (np.nan, np.nan)
    return {"group": group, "asked": asked, "answered": answered, "rate": answered / asked, "low": low, "high": high}


def _there(tables: Tables, day: pd.Timestamp) -> int:
    """People other than managers who were with the company on a day."""
    rows = stays(tables)
    there = ~(rows["hired"] > day) & ~(rows["left"] < day) & (rows["role"] != "manager")
    return int(rows.loc[there, "rep_id"].nunique())


def _findings(found: Voice) -> list[Finding]:
    """What changed beyond chance, else how each group stands; then who does not answer."""
    told = [_changed(row, found) for row in _told(found, found.table["differs"])]
    standing = found.table["value"].notna() & ~found.table["differs"] & (found.table["scale"] == "nps")
    told += [_standing(row, found) for row in _told(found, standing & (found.table["n"] >= ENOUGH))]
    if not told:
        values = {"n": found.answers, "least": ENOUGH}
        told = [Finding("voice.too_few", "watch", values, _seen(found.answers, found), about=VOICES, says="record")]
    return [*told, *_silent(found)]


def _told(found: Voice, which: "pd.Series[bool]") -> list[dict[Any, Any]]:
    return found.table[which].to_dict("records")


def _seen(n: float, found: Voice, low: float | None = None, high: float | None = None) -> Evidence:
    return Evidence(int(n), "answers", low, high, "number", period=found.period.span)


def _changed(row: Mapping[Any, Any], found: Voice) -> Finding:
    better = row["change"] > 0
    key = f"voice.{'better' if better else 'worse'}_{row['group']}{'' if row['scale'] == 'nps' else '_five'}"
    values = {"value": row["value"], "before": row["before"], "change": abs(row["change"]), "n": row["n"]}
    severity: Severity = "good" if better else "act"
    says: Says = "keep" if better else "talk"
    return Finding(key, severity, values, _seen(row["n"], found, row["low"], row["high"]), about=VOICES, says=says)


def _standing(row: Mapping[Any, Any], found: Voice) -> Finding:
    values = {"value": row["value"], "n": row["n"], "low": row["low"], "high": row["high"]}
    evidence = _seen(row["n"], found, row["low"], row["high"])
    return Finding(f"voice.{row['group']}", "watch", values, evidence, about=VOICES, says="keep")


def _silent(found: Voice) -> list[Finding]:
    """Whether buyers who chose somebody else are hardly heard, and whether half of the people kept silent."""
    rates: dict[str, dict[Any, Any]] = {row["group"]: row for row in found.rates.to_dict("records")}
    told = []
    if {"customers", "lost_buyers"} <= set(rates):
        won, lost = rates["customers"], rates["lost_buyers"]
        counts = (won["answered"], won["asked"] - won["answered"], lost["answered"], lost["asked"] - lost["answered"])
        if fisher(*counts) < LEVEL and lost["rate"] < won["rate"]:
            values = {"won": won["rate"], "lost": lost["rate"], "n": lost["answered"], "asked": lost["asked"]}
            evidence = Evidence(lost["asked"], "lost_deals", lost["low"], lost["high"], period=found.period.span)
            told.append(Finding("voice.lost_silent", "watch", values, evidence, about=VOICES, says="record"))
    people = rates.get("employees")
    if people and people["high"] < 0.5:
        evidence = Evidence(people["asked"], "people", people["low"], people["high"], period=found.period.span)
        told.append(Finding("voice.people_silent", "watch", {"rate": people["rate"]}, evidence, about=VOICES, says="talk"))
    return told
