"""What comments speak of, which themes go with low scores, and which come up more than a year ago.

In: texts of `feedback`, and the scores beside them. Out: one row per group (customers, buyers who chose somebody else,
employees) and theme, over twelve months. A theme is one of our lists of words (`models/sentiment/aspects`); a comment speaks of
several, or of none. All teams' themes are looked at together, so their false discoveries are counted together (Benjamini and
Hochberg 1995). A group is told from ten comments on; of employees no theme that one to four of them speak of, or leave out. No
comment is quoted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import GRACE_DAYS, Period, trailing_year
from salesanalytics.base.finding import Evidence, Finding, Says, Severity, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.written_answers import voice_of, written_answers
from salesanalytics.models.sentiment.aspects import spoken
from salesanalytics.stats.compare import false_discoveries, fisher
from salesanalytics.stats.intervals import share_interval
from salesanalytics.stats.suppression import FEW

COLUMNS = [
    "team_id", "group", "theme", "n", "about", "share", "low", "high", "n_before", "before", "changed_p", "changed",
    "n_low", "of_low", "n_high", "of_high", "scores_p", "scores",
]  # fmt: skip
WHOLE = ""  # the company's team_id
ENOUGH = 10  # comments, before anything is told of a group; likewise of those with low scores, and with high ones
LEVEL = 0.05
MOST = 2  # findings of either kind
VOICES: tuple[Subject, str] = ("people", "")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Themes(Result):
    """`table`: one row per team ("": all of them), group and theme: n (comments of the group), about (those that speak of it),
    share with low and high (95%); n_before and before (the twelve months before); of_low and of_high (share among the n_low
    comments beside a low score, and the n_high beside a high one).

    `changed`, `scores`: whether the share is another than a year before, and another beside low scores than beside high ones
    (Fisher; the p beside them are adjusted over all rows and both questions). What may not be told is missing. `silent`:
    comments of twelve months that speak of none of our themes; `comments`: all of them.
    """

    comments: int
    silent: int

    @classmethod
    def told(cls, table: pd.DataFrame | None, as_of: date) -> "Themes":
        """What the company handed over, as a team's page tells it."""
        rows = pd.DataFrame(columns=COLUMNS) if table is None else table[COLUMNS]
        return _answer(rows, as_of, comments=0, silent=0)


def themes(tables: Tables, by_team: Mapping[str, Tables] | None = None, *, as_of: date) -> Themes:
    """Of all comments in these tables, and of each team's."""
    known = known_on(tables, as_of)
    answers = written_answers(known)
    year = trailing_year(as_of)
    if answers.empty:
        return _answer(pd.DataFrame(columns=COLUMNS), as_of, comments=0, silent=0)
    said = spoken(answers)
    lately = year.holds(answers["on"])
    whole = answers["on"].min() <= pd.Timestamp(year.start) - pd.Timedelta(days=365 - GRACE_DAYS)
    before = Period(year.start - timedelta(days=365), year.start - timedelta(days=1), "year")
    answers = answers.assign(now=lately, then=before.holds(answers["on"]) & whole)
    parts = [_of(WHOLE, answers, said)]
    for team, theirs in (by_team or {}).items():
        mine = written_answers(known_on(theirs, as_of))["feedback_id"]
        parts.append(_of(team, answers[answers["feedback_id"].isin(mine)], said))
    speaks = answers.index.isin(said.index)
    table = _judged(pd.DataFrame([row for part in parts for row in part], columns=COLUMNS))
    return _answer(table, as_of, comments=int(lately.sum()), silent=int((lately & ~speaks).sum()))


def _answer(table: pd.DataFrame, as_of: date, *, comments: int, silent: int) -> Themes:
    found = Themes(as_of=as_of, period=trailing_year(as_of), table=table, comments=comments, silent=silent)
    return found.saying(*_findings(found))


def _of(team: str, answers: pd.DataFrame, said: "pd.Series[str]") -> Iterator[dict[str, Any]]:
    """One row per group with enough comments and theme that anybody speaks of."""
    groups = voice_of(answers["author"], answers["outcome"])
    for group in sorted(set(groups)):
        rows = answers[groups == group]
        if int(rows["now"].sum()) < ENOUGH:
            continue
        mine = said[said.index.isin(rows.index)]
        for theme in sorted(mine.unique()):
            about = rows.index.isin(mine.index[mine == theme])
            yield {"team_id": team, "group": group, "theme": theme} | _row(rows, about, staff=group == "employees")


def _row(rows: pd.DataFrame, about: np.ndarray, *, staff: bool) -> dict[str, Any]:
    """The numbers of one theme; what tells of single employees stays out."""
    now = _counts(about, rows["now"])
    row: dict[str, Any] = {"n": now[1]}
    if _may_be_told(now, staff):
        low, high = share_interval(*now) or (np.nan, np.nan)
        row |= {"about": now[0], "share": now[0] / now[1], "low": low, "high": high}
        then = _counts(about, rows["then"])
        if then[1] >= ENOUGH and _may_be_told(then, staff):
            row |= {"n_before": then[1], "before": then[0] / then[1], "changed_p": _p(now, then)}
        unhappy, happy = (_counts(about, rows["now"] & (rows["label"] == side)) for side in (0, 1))
        if min(unhappy[1], happy[1]) >= ENOUGH and _may_be_told(unhappy, staff) and _may_be_told(happy, staff):
            row |= {"n_low": unhappy[1], "of_low": unhappy[0] / unhappy[1], "n_high": happy[1], "of_high": happy[0] / happy[1]}
            row["scores_p"] = _p(unhappy, happy)
    return row


def _counts(about: np.ndarray, where: "pd.Series[bool]") -> tuple[int, int]:
    """Comments that speak of it, and all, of the chosen ones."""
    chosen = where.to_numpy(dtype=bool)
    return int((about & chosen).sum()), int(chosen.sum())


def _may_be_told(counts: tuple[int, int], staff: bool) -> bool:
    """Of employees, neither those who speak of it nor the others may be one to four."""
    about, n = counts
    return not staff or not (0 < about < FEW or 0 < n - about < FEW)


def _p(one: tuple[int, int], other: tuple[int, int]) -> float:
    return fisher(one[0], one[1] - one[0], other[0], other[1] - other[0])


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with both questions' p adjusted together."""
    numbers = [name for name in COLUMNS if name not in ("team_id", "group", "theme", "changed", "scores")]
    table = table.astype(dict.fromkeys(numbers, "float64"))
    both = table[["changed_p", "scores_p"]].to_numpy()
    asked = np.isfinite(both)
    both[asked] = false_discoveries(both[asked])
    table[["changed_p", "scores_p"]] = both
    return table.assign(changed=table["changed_p"] < LEVEL, scores=table["scores_p"] < LEVEL)


def _findings(found: Themes) -> list[Finding]:
    """Themes that go with low scores, then those that come up more or less than a year ago, the largest first."""
    rows = found.table[found.table["team_id"] == found.table["team_id"].min()]
    told = [_of_scores(row, found) for row in _largest(rows.assign(gap=rows["of_low"] - rows["of_high"]), "scores")]
    return told + [_of_change(row, found) for row in _largest(rows.assign(gap=rows["share"] - rows["before"]), "changed")]


def _largest(rows: pd.DataFrame, which: str) -> list[dict[Any, Any]]:
    """The rows of this difference, the largest first."""
    differ = rows[rows[which].eq(True)]
    return differ.sort_values("gap", key=abs, ascending=False).head(MOST).to_dict("records")


def _of_scores(row: Mapping[Any, Any], found: Themes) -> Finding:
    unhappy = row["gap"] > 0
    values = {"of_low": row["of_low"], "of_high": row["of_high"], "what": (row["group"], row["theme"]), "n": int(row["n_low"])}
    severity: Severity = "act" if unhappy else "good"
    says: Says = "talk" if unhappy else "keep"
    return Finding(f"themes.{'low' if unhappy else 'high'}", severity, values, _seen(row, found), about=VOICES, says=says)


def _of_change(row: Mapping[Any, Any], found: Themes) -> Finding:
    key = f"themes.{'more' if row['gap'] > 0 else 'less'}"
    values = {"share": row["share"], "before": row["before"], "what": (row["group"], row["theme"]), "n": int(row["n"])}
    return Finding(key, "watch", values, _seen(row, found), about=VOICES, says="talk")


def _seen(row: Mapping[Any, Any], found: Themes) -> Evidence:
    return Evidence(int(row["n"]), "comments", row["low"], row["high"], period=found.period.span)
