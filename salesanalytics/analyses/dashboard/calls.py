"""What people say the period will bring, corrected by how far they were off before.

In: `forecast_submission` (commits of reps, and of managers for their team) and `opportunity`. Out: one row per person or
team with the optimism of past periods, its interval, and the call for this period with that taken out. Optimism is
(call − won by then) ÷ (actual − won by then) − 1: only what was still to come can be misjudged. Weeks of one period are one
observation (a ratio of sums, clustered by period). Each is drawn to the mean of its kind. Never uses a period that has not
ended, and never speaks of why.
Source: ratio estimator with clusters, Cochran, Sampling Techniques (1977) ch. 6; shrinkage with its own error, Morris, J. Am.
Stat. Assoc. 78 (1983) 47–55.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesanalytics.base.calendar import MONTHS, Period
from salesanalytics.base.finding import Evidence, Finding, Says, Subject, running
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.data.tables.schema import TEXT
from salesanalytics.data.tables.teams import deal_team, spans

LEAST_PERIODS = 4
LEAST_PEOPLE = 3
PRIOR_FREEDOM = 4.0
"""A person's own spread between periods is drawn to that of the kind as if this had that many degrees of freedom."""
NOTABLE, SLIGHT = 0.10, 0.03
SAYS: Mapping[str, Says] = {"calls.too_high": "lower", "calls.too_low": "raise", "calls.fair": "keep"}
KEYS = ["scope", "scope_id", "source"]
COLUMNS = [
    *KEYS, "name", "periods", "calls", "optimism", "low", "high", "raw", "called_on", "call", "booked", "corrected",
    "corrected_low", "corrected_high", "most", "enough",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Calls(Result):
    """Calls of `period` and what past ones make of them.

    `table`: one row per person or team that calls: scope, scope_id, source (rep, manager), name, periods and calls looked at;
    optimism (share by which what is still to come is overstated; drawn to its kind), low..high (95%), raw (not drawn);
    called_on, call: the last commit for `period`; booked by now; corrected with corrected_low..high (80%, for a period like
    those before); most: won plus all open deals that may close in the period (missing where one has no amount). `enough` is
    False where fewer than four past periods can be used: then nothing is corrected.

    `kinds`: one row per source: people, mean (of optimism), spread (sd between people).
    """

    kinds: pd.DataFrame


def calls(tables: Tables, *, as_of: date, period: Period) -> Calls:
    """Commits of past periods against the actual bookings, and the last ones of `period`, corrected."""
    tables = known_on(tables, as_of)
    kinds = pd.DataFrame(columns=["source", "people", "mean", "spread"])
    if "forecast_submission" not in tables or tables["forecast_submission"].empty:
        return Calls(as_of=as_of, period=period, table=pd.DataFrame(columns=COLUMNS), kinds=kinds)
    given = commits(tables, as_of, period)
    ended = given[given["period_end"] <= pd.Timestamp(as_of)]
    rows = _optimism(ended)
    parts = [_drawn(group) for _, group in rows.groupby("source")]
    unknown = dict.fromkeys(("optimism", "low", "high", "single"), np.nan)
    drawn = pd.concat([part for part, _ in parts], ignore_index=True) if parts else rows.assign(**unknown)
    kinds = pd.DataFrame([kind for _, kind in parts], columns=kinds.columns)
    table = _corrected(drawn, given[given["period_start"] == pd.Timestamp(period.start)])
    table = table.assign(name=_names(tables, table), most=_most(tables, table, as_of, period))[COLUMNS]
    table = table.sort_values(["source", "scope_id"], ignore_index=True)
    answer = Calls(as_of=as_of, period=period, table=table, kinds=kinds)
    return answer.saying(*(one.of(running(period), SAYS.get(one.key)) for one in _findings(answer)))


def commits(tables: Tables, as_of: date, period: Period) -> pd.DataFrame:
    """Commits given within a period like `period`, with what was won by then (`so_far`), in the whole period so far (`actual`),
    and by the day with as many days left as `as_of` has to the end of `period` (`booked`, up to the `moment` it ends).
    """
    tables = known_on(tables, as_of)
    rows = tables["forecast_submission"]
    rows = rows[(rows["category"] == "commit") & rows["source"].isin(["rep", "manager"])]
    starts = {start: period_like(start.date(), period) for start in rows["period_start"].unique()}
    spans_of = {start: one for start, one in starts.items() if one is not None}
    rows = rows[rows["period_start"].isin(list(spans_of))]
    ends = rows["period_start"].map({start: pd.Timestamp(one.end) for start, one in spans_of.items()})
    day = rows["submitted_at"].dt.tz_convert(tables.timezone).dt.tz_localize(None)
    rows = rows.assign(period_end=ends.astype("datetime64[us]"), day=day)
    rows = rows[(rows["day"] >= rows["period_start"]) & (rows["day"] < rows["period_end"] + pd.Timedelta(days=1))]
    left = pd.Timedelta(days=max((period.end - as_of).days, 0))
    rows = rows.assign(moment=rows["period_end"] - left + pd.Timedelta(days=1))
    rows = rows.sort_values([*KEYS, "submitted_at"], ignore_index=True)
    return rows.assign(**_won(tables, as_of, rows))


def period_like(start: date, period: Period) -> Period | None:
    """The period of the same kind that begins on `start`; None where none does."""
    months = (start.year - period.start.year) * 12 + start.month - period.start.month
    length = MONTHS[period.kind]
    return period.shift(months // length) if start.day == period.start.day and months % length == 0 else None


def _won(tables: Known, as_of: date, rows: pd.DataFrame) -> dict[str, Floats]:
    """`so_far`: won from the period's start to the moment of the call; `booked`: to `moment`; `actual`: to the period's end."""
    deals = tables["opportunity"]
    deals = deals[deals["is_won"]]
    nobody = pd.Series(pd.NA, index=deals.index, dtype=TEXT)
    team = deal_team(deals, spans(tables), as_of, tables.timezone) if "rep" in tables else nobody
    when = deals["closed_at"].dt.tz_convert(tables.timezone).dt.tz_localize(None)
    by = {"rep": deals["owner_rep_id"], "team": team}
    so_far, booked, actual = (np.zeros(len(rows)) for _ in range(3))
    place = pd.Series(range(len(rows)), index=rows.index)
    for (scope, who), group in rows.groupby(["scope", "scope_id"]):
        mine = (by[str(scope)] == who).to_numpy(dtype=bool, na_value=False)
        times = when[mine].sort_values()
        running = np.append(0.0, deals["amount"][mine].fillna(0.0).loc[times.index].cumsum().to_numpy())
        clock = times.to_numpy(dtype="datetime64[us]")

        at, start = place[group.index].to_numpy(), _before(group["period_start"], clock, running)
        so_far[at] = _before(group["day"], clock, running) - start
        booked[at] = _before(group["moment"], clock, running) - start
        actual[at] = _before(group["period_end"] + pd.Timedelta(days=1), clock, running) - start
    return {"so_far": so_far, "booked": booked, "actual": actual}


def _before(moment: "pd.Series[Any]", clock: NDArray[np.datetime64], running: Floats) -> Floats:
    """What was won before each moment."""
    return np.asarray(running[np.searchsorted(clock, moment.to_numpy(dtype="datetime64[us]"), side="left")])


def _optimism(ended: pd.DataFrame) -> pd.DataFrame:
    """Per person: periods, calls, raw optimism, its variance and the spread of one period's, from clusters."""
    rows = ended.assign(rest=ended["actual"] - ended["so_far"], told=ended["amount"] - ended["so_far"])
    rows = rows[rows["rest"] > 0]
    sums = rows.groupby([*KEYS, "period_start"])[["told", "rest"]].sum().reset_index()
    counts = rows.groupby(KEYS).size().to_dict()
    found = []
    for key, group in sums.groupby(KEYS):
        told, rest, n = group["told"].to_numpy(), group["rest"].to_numpy(), len(group)
        ratio = told.sum() / rest.sum()
        off = told - ratio * rest
        # with few clusters the residuals are too small: each is set right for its share in the ratio
        lever = np.clip(1 - rest / rest.sum(), 0.05, None)
        variance = float((off**2 / lever).sum() / rest.sum() ** 2) if n > 1 else np.nan
        found.append((*key, n, int(counts[key]), ratio - 1, variance))
    table = pd.DataFrame(found, columns=[*KEYS, "periods", "calls", "raw", "variance"])
    return table.assign(enough=table["periods"] >= LEAST_PERIODS)


def _drawn(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, int, float, float]]:
    """One kind's optimism, drawn to its mean by how little each is known, with 95% intervals."""
    from scipy import stats

    used = rows[rows["enough"]]
    source = str(rows["source"].iloc[0])
    blank = rows.assign(optimism=np.nan, low=np.nan, high=np.nan, single=np.nan)
    if used.empty:
        return blank, (source, 0, np.nan, np.nan)
    n, raw = used["periods"].to_numpy(dtype=float), used["raw"].to_numpy(dtype=float)
    single = used["variance"].to_numpy(dtype=float) * n  # of one period's ratio
    usual = float(np.average(single, weights=n - 1))
    single = ((n - 1) * single + PRIOR_FREEDOM * usual) / (n - 1 + PRIOR_FREEDOM) if len(used) >= LEAST_PEOPLE else single
    error = single / n
    mean, between = _kind(raw, error) if len(used) >= LEAST_PEOPLE else (float(raw.mean()), np.inf)
    weight = between / (between + error) if np.isfinite(between) else np.ones(len(used))
    optimism = weight * raw + (1 - weight) * mean
    total = float(np.sum(1 / (between + error))) if np.isfinite(between) else np.inf
    variance = weight * error + (1 - weight) ** 2 / total
    if len(used) > LEAST_PEOPLE and np.isfinite(between):
        variance = variance + 2 / (len(used) - 3 + 1e-9) * (1 - weight) ** 2 * (raw - mean) ** 2
    half = stats.t.ppf(0.975, n - 1 + (PRIOR_FREEDOM if len(used) >= LEAST_PEOPLE else 0)) * np.sqrt(variance)
    blank.loc[used.index, ["optimism", "low", "high", "single"]] = np.column_stack(
        [optimism, optimism - half, optimism + half, np.sqrt(single + variance)]
    )
    return blank, (source, len(used), mean, float(np.sqrt(between)) if np.isfinite(between) else np.nan)


def _kind(raw: Floats, error: Floats) -> tuple[float, float]:
    """Mean and variance between people (Paule–Mandel: weighted squares as large as chance says)."""

    def excess(between: float) -> float:
        weight = 1 / (between + error)
        return float((weight * (raw - np.average(raw, weights=weight)) ** 2).sum() - (len(raw) - 1))

    low, high = 0.0, 4.0
    if excess(low) > 0:
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return float(np.average(raw, weights=1 / (low + error))), low


def _corrected(drawn: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The last call of the period, and what past optimism makes of it."""
    last = now.sort_values("submitted_at").drop_duplicates(KEYS, keep="last")
    last = last.rename(columns={"amount": "call", "day": "called_on"})[[*KEYS, "call", "called_on", "so_far", "actual"]]
    table = drawn.merge(last, on=KEYS, how="outer")
    table["enough"] = table["enough"].eq(True)
    table[["periods", "calls"]] = table[["periods", "calls"]].astype("float64").fillna(0.0).astype(np.int64)
    rest = (table["call"] - table["so_far"]).clip(lower=0)
    plus = 1 + table["optimism"].clip(lower=-0.9)
    wide = np.exp(1.2816 * table["single"] / plus)
    return table.assign(
        booked=table["actual"],
        corrected=np.maximum(table["so_far"] + rest / plus, table["actual"]),
        corrected_low=np.maximum(table["so_far"] + rest / plus / wide, table["actual"]),
        corrected_high=np.maximum(table["so_far"] + rest / plus * wide, table["actual"]),
    )


def _most(tables: Known, table: pd.DataFrame, as_of: date, period: Period) -> "pd.Series[float]":
    """What can come at most without a deal not yet opened: won, and every open deal that may close by the period's end."""
    deals = tables["opportunity"]
    nobody = pd.Series(pd.NA, index=deals.index, dtype=TEXT)
    team = deal_team(deals, spans(tables), as_of, tables.timezone) if "rep" in tables else nobody
    due = deals["expected_close_date"].isna() | (deals["expected_close_date"] <= pd.Timestamp(period.end))
    waiting = deals[~deals["is_closed"] & due]
    sums = {
        scope: waiting["amount"].groupby(by[waiting.index]).agg(lambda some: some.sum(skipna=False))
        for scope, by in (("rep", deals["owner_rep_id"]), ("team", team))
    }
    open_ = [sums[str(scope)].get(who, 0.0) for scope, who in zip(table["scope"], table["scope_id"], strict=True)]
    return table["booked"] + pd.Series(open_, index=table.index, dtype="float64")


def _names(tables: Tables, table: pd.DataFrame) -> "pd.Series[Any]":
    names = dict(zip(tables["rep"]["rep_id"], tables["rep"]["name"], strict=True)) if "rep" in tables else {}
    if "team" in tables:
        names |= dict(zip(tables["team"]["team_id"], tables["team"]["name"], strict=True))
    return table["scope_id"].map(names).fillna(table["scope_id"])


def _findings(found: Calls) -> list[Finding]:
    rows = found.table[found.table["call"].notna()]
    reps = rows[rows["source"] == "rep"]
    above = _above_all(reps)
    if reps["enough"].any():
        possible = reps[reps["enough"] & ~reps["scope_id"].isin([one.about[1] for one in above if one.about])]
        return [*above, _together(reps), *_furthest(possible)]
    if len(rows):
        most = int(rows["periods"].max())
        few = Finding("calls.too_few", "watch", {"n": most, "enough": LEAST_PERIODS}, Evidence(most, "past_periods"))
        return [*above, few]
    return []


def _above_all(reps: pd.DataFrame) -> list[Finding]:
    """Calls above all that is won, open and due: plain arithmetic, before any statistics; the one that is furthest above."""
    over = (reps["call"] - reps["most"]).where(lambda by: by > SLIGHT * reps["call"])
    if over.notna().sum() == 0:
        return []
    top = reps.iloc[int(np.nanargmax(over.to_numpy(dtype=np.float64)))]
    values = {"n": int(over.notna().sum()), "name": top["name"], "over": float(over.max())}
    values |= {name: float(top[name]) for name in ("call", "most", "booked")}
    about: tuple[Subject, str] = ("rep", str(top["scope_id"]))
    evidence = Evidence(len(reps), "forecasts")
    return [Finding("calls.above_all", "act", values, evidence, weight=float(over.sum()), about=about, says="lower")]


def _together(reps: pd.DataFrame) -> Finding:
    """All reps' calls, summed, as made and with those corrected that can be."""
    known = reps[reps["enough"]]
    called = float(reps["call"].sum())
    corrected = called - float(known["call"].sum()) + float(known["corrected"].sum())
    counts = {"n": len(reps), "known": len(known), "unknown": len(reps) - len(known)}
    values = {"call": called, "corrected": corrected, "less": abs(called - corrected), **counts}
    evidence = Evidence(int(known["calls"].sum()), "forecasts")
    if abs(called - corrected) <= SLIGHT * called:
        return Finding("calls.fair", "good", values, evidence)
    key = "calls.too_high" if called > corrected else "calls.too_low"
    return Finding(key, "watch", values, evidence, weight=max(called - corrected, 0.0))


def _furthest(reps: pd.DataFrame) -> list[Finding]:
    """The call that is too high by most money, of those surely too high; drawn to their kind, so not simply the unluckiest."""
    sure = reps[reps["low"] > NOTABLE].assign(over=lambda rows: rows["call"] - rows["corrected"])
    if sure.empty:
        return []
    top = sure.sort_values(["over", "scope_id"], ascending=[False, True]).iloc[0]
    values = {"n": len(sure), "name": top["name"], **{key: float(top[key]) for key in ("optimism", "call", "corrected")}}
    bounds = Evidence(int(top["periods"]), "past_periods", float(top["low"]), float(top["high"]), "share", 0.95)
    about: tuple[Subject, str] = ("rep", str(top["scope_id"]))
    return [Finding("calls.correct_first", "watch", values, bounds, weight=float(top["over"]), about=about, says="lower")]
