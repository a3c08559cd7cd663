"""What goes with winning: how well what is known at the opening of a deal foretells it, and which of it counts.

In: deals opened and closed within two years, as they were opened (`facts/openings`). Out: a verdict from deals the model has
not seen, which may be "no usable signal"; columns that cannot have been known; which columns count, with how often each of
their values wins once the others are held equal; and the chance of each open deal. Deals of one account stay together. It is
association: nobody drew lots over which customer comes through a referral.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.openings import KNOWN, openings
from salesanalytics.models.winning.bands import bands
from salesanalytics.models.winning.drivers import drivers
from salesanalytics.models.winning.verdict import Verdict
from salesanalytics.models.winning.win_probability import WinProbability

DAYS = 730
SIGNAL = ["word", "n", "won", "base_rate", "auc", "auc_low", "auc_high", "brier", "base_brier", "ece", "p", "reason"]
BANDS = ["column", "band", "n", "won", "rate", "adjusted", "low", "high", "p", "differs", "worth"]
CHANCES = ["opportunity_id", "chance"]
LEVEL = 0.05
MOST_TOLD = 2
SOURCES: tuple[Subject, str] = ("source", "")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WinDrivers(Result):
    """`table`: one row per value or band of each column that counts: n, won, rate, adjusted (share won if every deal had this
    value and kept all else) with low and high (95%), p (Holm over all rows), differs, worth (log loss per deal that the
    column saves on deals not seen). `signal`: one row: the verdict and its numbers. `leaks`: columns left out because they
    cannot have been known. `chances`: one row per open deal; the base rate where there is no usable signal.
    """

    signal: pd.DataFrame
    leaks: pd.DataFrame
    chances: pd.DataFrame

    @property
    def word(self) -> str:
        """signal, no usable signal, or not enough data; empty where nobody asked."""
        return str(self.signal["word"].iloc[0]) if len(self.signal) else ""

    @classmethod
    def told(cls, signal: pd.DataFrame, table: pd.DataFrame, as_of: date) -> "WinDrivers":
        """What the company handed over, as a team's page tells it."""
        nobody = pd.DataFrame(columns=["column", "why"]), pd.DataFrame(columns=CHANCES)
        found = cls(as_of=as_of, period=_days(as_of), table=table, signal=signal, leaks=nobody[0], chances=nobody[1])
        return found.saying(*_findings(found))


def win_drivers(tables: Tables, *, as_of: date, seed: int = 0) -> WinDrivers:
    """Of all deals in these tables."""
    tables = known_on(tables, as_of)
    rows = openings(tables)
    deals = tables["opportunity"].set_index("opportunity_id")
    state = deals.loc[rows["opportunity_id"]].reset_index()
    lately = _days(as_of).holds(state["created_on"])
    closed = (lately & state["is_closed"]).to_numpy()
    used = [name for name in KNOWN if name in rows]
    model = WinProbability(seed=seed, known_from=dict.fromkeys(used, "creation"))
    signal, leaks, table = _typed(SIGNAL), pd.DataFrame(columns=["column", "why"]), _typed(BANDS)
    chance = np.full(len(rows), np.nan)
    won = state.loc[closed, "is_won"].to_numpy(dtype=bool)
    if 0 < won.sum() < len(won):
        account = rows["account_id"].fillna(rows["opportunity_id"])
        model.fit(rows.loc[closed, used], won, groups=account[closed])
        signal, leaks = _signal(model.verdict_), model.leaks_
        weights = drivers(model)
        table = _bands(bands(model, weights), weights)
        chance = model.predict_proba(rows[used])[:, 1]
    open_ = (~state["is_closed"]).to_numpy()
    found = WinDrivers(
        as_of=as_of,
        period=_days(as_of),
        table=table,
        signal=signal,
        leaks=leaks,
        chances=pd.DataFrame({"opportunity_id": rows["opportunity_id"], "chance": chance})[open_].reset_index(drop=True),
    )
    return found.saying(*_findings(found))


def _days(as_of: date) -> Period:
    return Period(as_of - timedelta(days=DAYS - 1), as_of, "year")


def _typed(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns)


def _signal(verdict: Verdict) -> pd.DataFrame:
    known: dict[str, Any] = {"word": verdict.word, "n": verdict.n, "won": verdict.won, "base_rate": verdict.base_rate.value}
    known |= {"p": verdict.p, "reason": verdict.reason or "", "base_brier": verdict.base_brier}
    if verdict.auc is not None and verdict.brier is not None and verdict.ece is not None:
        known |= {"auc": verdict.auc.value, "auc_low": verdict.auc.low, "auc_high": verdict.auc.high}
        known |= {"brier": verdict.brier.value, "ece": verdict.ece.value}
    return pd.DataFrame([known]).reindex(columns=SIGNAL)


def _bands(found: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    worth = found["column"].map(weights.set_index("column")["worth"])
    return found.assign(worth=worth, differs=found["p"] < LEVEL).reindex(columns=BANDS)


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
    told = [_value(row, found) for row in sure.head(MOST_TOLD).to_dict("records") if row["adjusted"] > signal["base_rate"]]
    least = sure.tail(MOST_TOLD)[::-1].to_dict("records")
    told += [_value(row, found) for row in least if row["adjusted"] < signal["base_rate"]]
    if not told:
        values = {"auc": signal["auc"], "n": signal["n"]}
        told = [Finding("win_drivers.weak", "watch", values, seen, about=SOURCES, says="check")]
    return told


def _value(row: dict[Any, Any], found: WinDrivers) -> Finding:
    base = float(found.signal["base_rate"].iloc[0])
    more = row["adjusted"] > base
    values = {"column": row["column"], "band": row["band"], "adjusted": row["adjusted"], "base": base, "n": row["n"]}
    evidence = Evidence(int(row["n"]), "closed_deals", row["low"], row["high"], period=found.period.span)
    key = "win_drivers.more" if more else "win_drivers.less"
    return Finding(key, "good" if more else "watch", values, evidence, about=SOURCES, says="start" if more else "check")
