"""What goes with winning: how well what is known at the opening of a deal foretells it, and which of it counts.

In: deals opened and closed within two years, as they were opened (`facts/openings`). Out: a verdict from deals the model has
not seen, which may be "no usable signal"; columns that cannot have been known; which columns count, with how often each of
their values wins once the others are held equal; and the chance of each open deal. Deals of one account stay together. It is
association: nobody drew lots over which customer comes through a referral.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Flags, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.once import once
from salesanalytics.facts.openings import KNOWN, openings

if TYPE_CHECKING:  # a team's page reads what the company worked out, and should not pay for scikit-learn
    from salesanalytics.models.winning.leakage import Known
    from salesanalytics.models.winning.verdict import Verdict
    from salesanalytics.models.winning.win_probability import WinProbability

DAYS = 730
SIGNAL = ["word", "n", "won", "base_rate", "auc", "auc_low", "auc_high", "brier", "base_brier", "ece", "p", "reason"]
BANDS = ["column", "band", "n", "won", "rate", "adjusted", "low", "high", "p", "differs", "worth"]
CONTROL = "team"  # held equal, and told elsewhere
BEHIND = ["column", "band", "team", "n"]
CHANCES = ["opportunity_id", "chance"]
LEVEL = 0.05
MOST_TOLD = 2
SOURCES: tuple[Subject, str] = ("source", "")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WinDrivers(Result):
    """`table`: one row per value or band of each column that counts: n, won, rate, adjusted (share won if every deal had this
    value and kept all else) with low and high (95%), p (Holm over all rows), differs, worth (log loss per deal that the
    column saves on deals not seen). `behind`: how many deals of each team stand behind each value: column, band, team, n.
    `signal`: one row: the verdict and its numbers. `leaks`: columns left out because they cannot have been known. `chances`:
    one row per open deal; the base rate where there is no usable signal.
    """

    signal: pd.DataFrame
    behind: pd.DataFrame
    leaks: pd.DataFrame
    chances: pd.DataFrame

    @property
    def word(self) -> str:
        """signal, no usable signal, or not enough data; empty where nobody asked."""
        return str(self.signal["word"].iloc[0]) if len(self.signal) else ""

    @classmethod
    def told(cls, signal: pd.DataFrame | None, table: pd.DataFrame | None, as_of: date) -> "WinDrivers":
        """What the company handed over, as a team's page tells it."""
        found = _nothing(as_of)
        if signal is not None and table is not None:
            found = replace(found, signal=signal, table=table)
        return found.saying(*_findings(found))


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """A model of deals opened and closed within two years: `rows` of all deals (`facts/openings`), `closed` which of them it
    learned from, `won` and `account` of these, the columns `used`, when they are known (`known_from`), and the `model`.
    """

    rows: pd.DataFrame
    closed: Flags
    won: Flags
    account: "pd.Series[Any]"
    used: tuple[str, ...]
    known_from: "Mapping[Hashable, Known]"
    model: "WinProbability"


@once
def learnt_from(tables: Tables, day: date, seed: int = 0) -> Learnt | None:
    """What deals tell that were opened and closed by `day`, of tables as known on it. None where nothing was won, or lost."""
    from salesanalytics.models.winning.win_probability import WinProbability

    rows = openings(tables)
    deals = tables["opportunity"].set_index("opportunity_id")
    state = deals.loc[rows["opportunity_id"]].reset_index()
    closed = (_days(day).holds(state["created_on"]) & state["is_closed"]).to_numpy()
    used = tuple(name for name in KNOWN if name in rows)
    won = state.loc[closed, "is_won"].to_numpy(dtype=bool)
    if not 0 < won.sum() < len(won):
        return None
    account = rows["account_id"].fillna(rows["opportunity_id"])[closed]
    logged = "opportunity_history" in tables and bool((tables["opportunity_history"]["field"] == "amount").any())
    # an amount without a log may be the last one
    known: dict[Hashable, Known] = {name: "creation" for name in used if name != "amount" or logged}
    model = WinProbability(seed=seed, known_from=known).fit(rows.loc[closed, list(used)], won, groups=account)
    return Learnt(rows, closed, won, account, used, known, model)


def win_drivers(tables: Tables, *, as_of: date, seed: int = 0) -> WinDrivers:
    """Of all deals in these tables."""
    from salesanalytics.models.winning.bands import bands
    from salesanalytics.models.winning.drivers import drivers

    tables = known_on(tables, as_of)
    learnt = learnt_from(tables, as_of, seed)
    if learnt is None:
        return _nothing(as_of)
    model, rows = learnt.model, learnt.rows
    weights = drivers(model)
    closed = tables["opportunity"].set_index("opportunity_id")["is_closed"]
    open_ = rows[~rows["opportunity_id"].map(closed).astype(bool)]
    chance = model.predict_proba(open_[list(learnt.used)])[:, 1] if len(open_) else np.zeros(0)
    found = WinDrivers(
        as_of=as_of,
        period=_days(as_of),
        table=_bands(bands(model, weights), weights),
        behind=_behind(model, rows.loc[learnt.closed, "team"]),
        signal=_signal(model.verdict_),
        leaks=model.leaks_,
        chances=pd.DataFrame({"opportunity_id": open_["opportunity_id"], "chance": chance}),
    )
    return found.saying(*_findings(found))


def _nothing(as_of: date) -> WinDrivers:
    """No verdict at all: nobody asked, or nothing was ever won or lost."""
    signal, table, behind, chances = (pd.DataFrame(columns=names) for names in (SIGNAL, BANDS, BEHIND, CHANCES))
    leaks = pd.DataFrame(columns=["column", "why"])
    return WinDrivers(as_of=as_of, period=_days(as_of), table=table, behind=behind, signal=signal, leaks=leaks, chances=chances)


def _days(as_of: date) -> Period:
    return Period(as_of - timedelta(days=DAYS - 1), as_of, "year")


def _signal(verdict: "Verdict") -> pd.DataFrame:
    known: dict[str, Any] = {"word": verdict.word, "n": verdict.n, "won": verdict.won, "base_rate": verdict.base_rate.value}
    known |= {"p": verdict.p, "reason": verdict.reason or "", "base_brier": verdict.base_brier}
    if verdict.auc is not None and verdict.brier is not None and verdict.ece is not None:
        known |= {"auc": verdict.auc.value, "auc_low": verdict.auc.low, "auc_high": verdict.auc.high}
        known |= {"brier": verdict.brier.value, "ece": verdict.ece.value}
    return pd.DataFrame([known]).reindex(columns=SIGNAL)


def _bands(found: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    worth = found["column"].map(weights.set_index("column")["worth"])
    rows = found.assign(worth=worth, differs=found["p"] < LEVEL).reindex(columns=BANDS)
    return rows[rows["column"] != CONTROL].reset_index(drop=True)


def _behind(model: "WinProbability", team: "pd.Series[Any]") -> pd.DataFrame:
    """One row per column, value and team."""
    from salesanalytics.models.winning.bands import banded

    if model.held_ is None:
        return pd.DataFrame(columns=BEHIND)
    parts = []
    for at, name in enumerate(model.columns_.names):
        cut = banded(model.held_.rows[:, at], model.columns_.levels[at])
        label = np.asarray(cut.labels, dtype=object)[cut.place]
        counts = pd.DataFrame({"column": str(name), "band": label, "team": team.to_numpy()}).value_counts(dropna=False)
        parts.append(counts.rename("n").reset_index())
    return pd.concat(parts, ignore_index=True)


def _findings(found: WinDrivers) -> list[Finding]:
    """The values that win most and least beyond chance; or that nothing known at the opening foretells it."""
    if not found.word:
        return []
    signal: dict[Any, Any] = found.signal.iloc[0].to_dict()
    seen = Evidence(int(signal["n"]), "closed_deals", period=found.period.span)
    if found.word != "signal":
        key = "win_drivers.no_signal" if found.word == "no usable signal" else "win_drivers.too_few"
        return [Finding(key, "watch", {"n": signal["n"], "rate": signal["base_rate"]}, seen, about=SOURCES, says="record")]
    sure = found.table[found.table["differs"].astype(bool)].sort_values("adjusted", ascending=False)
    told = [_value(row, found) for row in sure.head(MOST_TOLD).to_dict("records") if row["low"] > signal["base_rate"]]
    least = sure.tail(MOST_TOLD)[::-1].to_dict("records")
    told += [_value(row, found) for row in least if row["high"] < signal["base_rate"]]
    if not told:
        values = {"auc": signal["auc"], "n": signal["n"]}
        told = [Finding("win_drivers.weak", "watch", values, seen, about=SOURCES, says="check")]
    return told


def _value(row: dict[Any, Any], found: WinDrivers) -> Finding:
    base = float(found.signal["base_rate"].iloc[0])
    more = row["adjusted"] > base
    values = {"value": (row["column"], row["band"]), "adjusted": row["adjusted"], "base": base, "n": row["n"]}
    evidence = Evidence(int(row["n"]), "closed_deals", row["low"], row["high"], period=found.period.span)
    key = "win_drivers.more" if more else "win_drivers.less"
    return Finding(key, "good" if more else "watch", values, evidence, about=SOURCES, says="start" if more else "check")
