"""Columns that cannot have been known while the deal was open: found without a word from anybody, and with one.

In: one row per closed deal, its outcome, and where the caller has a history, when columns are known. Out: a table, the most
suspicious first, each with its reason. Four kinds of evidence are added up: what the caller says; what a column gives away by
itself (`leak_alone`); how columns hang together (`leak_pairs`); what names say (`leak_names`). A name that only may mean it,
or a pattern, is not enough alone. That a column predicts well is never enough, short of next to perfectly.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags, Floats
from salesanalytics.models.winning.columns import Columns, WinningError, check_names, columns_of, is_date, outcome_of, words_of
from salesanalytics.models.winning.leak_alone import Gives, counts_itself, form, given_away, strength
from salesanalytics.models.winning.leak_names import said_by_name
from salesanalytics.models.winning.leak_pairs import copies, shares_of_a_whole, twins, wholes

Known: TypeAlias = Literal["creation", "open", "closing"] | float
FLAGGED, SURE = 2.0, 3.0
TOO_GOOD = 0.97
STRONG = (0.6, 0.7)
FORM = 0.6
LATE = 0.05
WEIGHT = {
    "said": 10.0, "too_good": 6.0, "gives_away": 5.0, "copy_of_leak": 4.0, "name_sure": 4.0, "copy": 2.5, "counts_itself": 2.0,
    "form_sure": 2.0, "form": 2.0, "twin": 2.0, "name_maybe": 1.2, "share": 1.0, "whole": 1.0, "strong": 0.9,
}  # fmt: skip
COLUMNS = ["column", "certainty", "score", "why", "reason"]


@dataclass(slots=True)
class Suspicion:
    """Evidence against one column: weights by kind, and the same in words."""

    weights: dict[str, float] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def add(self, kind: str, reason: str, share: float = 1.0) -> None:
        self.weights[kind] = WEIGHT[kind] * share
        self.reasons.append(reason)

    @property
    def score(self) -> float:
        return sum(self.weights.values())

    @property
    def certainty(self) -> str | None:
        """`leak`, `copy` (of another column), `suspect`, or None."""
        if self.score < FLAGGED:
            return None
        if "copy" in self.weights and self.score - self.weights["copy"] < FLAGGED:
            return "copy"
        return "leak" if self.score >= SURE else "suspect"


def leakage(table: pd.DataFrame, won: object, *, known_from: Mapping[Hashable, Known] | None = None) -> pd.DataFrame:
    """One row per flagged column (see COLUMNS), the most suspicious first; empty where none is.

    `known_from`: per column "creation" or "open" (known by then: never flagged but as a copy), "closing" (flagged), or the
    share of deals, 0 to 1, in which a change log shows it set or changed on the closing day or later (flagged above 5%).
    A change log's amount of an open day is known by then, an export's may be written anew at the end, which is then said.
    `certainty`: `leak`; `copy` of another column; `suspect`, which somebody who knows the column has to judge. `why`: kinds of
    evidence, the weightiest first. Raises `WinningError` where outcomes or `known_from` are wrong.
    """
    flags, told = outcome_of(won), dict(known_from or {})
    if len(flags) != len(table):
        raise WinningError(f"There are {len(table)} deals and {len(flags)} outcomes; expected one for each deal.")
    check_names(table)
    _check(told, table)
    against: dict[Hashable, Suspicion] = {name: Suspicion() for name in table.columns}
    columns = columns_of(table)
    rows = columns.read(table)
    _by_itself(against, columns, rows, flags)
    _set_aside(against, table, columns, flags)
    for name, suspicion in against.items():
        _by_name(suspicion, str(name))
    _together(against, columns, rows)
    _twins(against, columns, rows, flags)
    return _table(_as_told(against, told))


def _check(told: Mapping[Hashable, Known], table: pd.DataFrame) -> None:
    unknown = [str(name) for name in told if name not in table.columns]
    if unknown:
        raise WinningError(f"known_from names {', '.join(unknown)}; the table has {', '.join(map(str, table.columns))}.")
    for name, when in told.items():
        share = isinstance(when, (int, float)) and not isinstance(when, bool) and 0 <= when <= 1
        if not share and when not in ("creation", "open", "closing"):
            raise WinningError(
                f"known_from says {when!r} of {name}; expected 'creation', 'open', 'closing', "
                "or the share of deals (0 to 1) in which it was changed at closing or later."
            )


def _by_itself(against: dict[Hashable, Suspicion], columns: Columns, rows: Floats, won: Flags) -> None:
    for at, name in enumerate(columns.names):
        values, levels = rows[:, at], columns.levels[at]
        alone = strength(values, levels is not None, won)
        if alone.low >= TOO_GOOD:
            against[name].add(
                "too_good", f"alone it tells won from lost in {alone.value:.1%} of pairs, which nothing known early does"
            )
        gives = given_away(values, won)
        if gives is not None:
            against[name].add("gives_away", _given(gives, levels), 1 + gives.covered / 10)
        itself = counts_itself(values, won) if levels is None else None
        if itself is not None:
            against[name].add(
                "counts_itself",
                f"of deals at 0, {itself[0]:.0%} are won, just above 0 {itself[1]:.0%}, and at the top {itself[2]:.0%}: "
                "so looks a past total that holds the deal itself",
            )
        if levels is None:
            _by_form(against[name], values, won)
        part = float(np.interp(alone.low, STRONG, (0.5, 1.0))) if alone.low >= STRONG[0] else 0.0
        if part and not {"form", "form_sure"} & against[name].weights.keys():  # its size is honest: it comes last
            against[name].add("strong", f"alone it ranks {alone.value:.0%} of pairs of a won and a lost deal rightly", part)


def _by_form(suspicion: Suspicion, values: Floats, won: Flags) -> None:
    found = form(values, won)
    if found is None or found[0].low < FORM:
        return
    written, gives = found
    suspicion.add(
        "form" if gives is None else "form_sure",
        f"how round it is, or how common just this value, ranks {written.value:.0%} of pairs of the same size rightly: "
        "it seems to be written anew when a deal is won",
    )


def _given(gives: Gives, levels: pd.Index | None) -> str:
    at = "" if gives.at is None else str(levels[int(gives.at)]) if levels is not None else f"{gives.at:g}"
    which = {"missing": "where it is missing", "value": f"where it is {at}", "not_usual": f"where it is anything but {at}"}[
        gives.group
    ]
    return f"{which} ({gives.n:,} deals), {gives.won:.1%} were won, and {gives.others:.1%} of all others"


def _set_aside(against: dict[Hashable, Suspicion], table: pd.DataFrame, columns: Columns, won: Flags) -> None:
    """Dates and identifiers: only whether they are there can be looked at."""
    for name in columns.set_aside:
        missing = table[name].isna() if is_date(table[name]) else words_of(table[name]).isna()
        there = np.where(missing.to_numpy(), np.nan, 0.0)
        gives = given_away(there, won) if missing.any() else None
        if gives is not None:
            against[name].add("gives_away", _given(gives, None), 1 + gives.covered / 10)


def _together(against: dict[Hashable, Suspicion], columns: Columns, rows: Floats) -> None:
    values, words, names = list(rows.T), columns.words, columns.names
    for copy, of in copies(values, words).items():
        kind = "copy_of_leak" if against[names[of]].score >= SURE else "copy"
        against[names[copy]].add(kind, f"it says no more than {names[of]}, which determines it")
    shares = shares_of_a_whole(values, words)
    if not shares:
        return
    all_of_them = ", ".join(str(names[at]) for at in sorted(shares))
    for at in shares:
        against[names[at]].add(
            "share", f"{all_of_them} are shares of one whole, often all or nothing: how the deal's course was split up"
        )
    for at in wholes(values, words, shares):
        for one in (at, *shares):
            against[names[one]].add("whole", f"{names[at]} is 0 just where {all_of_them} are, so it is what they are shares of")
        against[names[at]].add("share", "a whole is known no earlier than its parts")


def _twins(against: dict[Hashable, Suspicion], columns: Columns, rows: Floats, won: Flags) -> None:
    """Two numbers whose being the same gives the outcome away: one of them was changed at the end. Where one is a leak anyway
    it was that one, else nobody says which.
    """
    for one, other, same in twins(list(rows.T), columns.words):
        if max(against[columns.names[at]].score for at in (one, other)) >= SURE:
            continue
        gives = given_away(same, won)
        if gives is None or gives.group == "missing":
            continue
        share, rest = (gives.won, gives.others) if gives.at == 1 else (gives.others, gives.won)
        for mine, its in ((one, other), (other, one)):
            told = f"where it is the same as {columns.names[its]}, {share:.1%} were won, and {rest:.1%} where it is not"
            against[columns.names[mine]].add("twin", told)


def _by_name(suspicion: Suspicion, name: str) -> None:
    says = said_by_name(name)
    if says == "sure":
        suspicion.add("name_sure", "its name speaks of the deal's course up to its end, or of the outcome")
    elif says == "maybe":
        suspicion.add("name_maybe", "its name may speak of something that is known, or goes on changing, until the deal ends")


def _as_told(against: dict[Hashable, Suspicion], told: Mapping[Hashable, Known]) -> dict[Hashable, Suspicion]:
    """What the caller knows goes before all but copies."""
    for name, when in told.items():
        late = when == "closing" or (isinstance(when, (int, float)) and when > LATE)
        copy = {kind: weight for kind, weight in against[name].weights.items() if kind == "copy"}
        reasons = [reason for reason in against[name].reasons if copy and reason.startswith("it says no more")]
        against[name] = against[name] if late else Suspicion(copy, reasons)
        if late:
            how = (
                "it is known from the closing on"
                if when == "closing"
                else f"it was set or changed at closing or later in {when:.0%} of deals"
            )
            against[name].add("said", f"as known_from says, {how}")
    return against


def _table(against: dict[Hashable, Suspicion]) -> pd.DataFrame:
    rows = [
        (
            name,
            one.certainty,
            round(one.score, 2),
            tuple(sorted(one.weights, key=lambda kind: -one.weights[kind])),
            "; ".join(one.reasons),
        )
        for name, one in against.items()
        if one.certainty is not None
    ]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("score", ascending=False, kind="stable", ignore_index=True)
