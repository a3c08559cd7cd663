"""Win probability on real deals beside other ways, and on planted ones: false signals, drivers, leaks.

python benchmarks/winloss.py [--data DIR] [--draws N] [--first SEED]

`--data`: a folder with `win_loss/win_loss_70pct.csv.gz` (or win_loss*.csv*) and `maven_crm/sales_pipeline.csv`; by default
SALESANALYTICS_BENCH_DATA or the folder `shared/data` beside the project; what is missing is left out, with a line. Every
score is of five folds that keep the rows of one opportunity together. `--draws`: worlds of each kind. Exit code 1 where a
mark is missed.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from salesanalytics.models.winning.bands import bands
from salesanalytics.models.winning.drivers import drivers, lost_by
from salesanalytics.models.winning.leakage import leakage
from salesanalytics.models.winning.redraw import Redraw
from salesanalytics.models.winning.verdict import equal_bins
from salesanalytics.models.winning.win_probability import WinProbability

PROJECT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SALESANALYTICS_BENCH_DATA", PROJECT.parent / "shared" / "data"))
LEAKS = {
    "Elapsed Days In Sales Stage", "Sales Stage Change Count", "Total Days Identified Through Closing",
    "Total Days Identified Through Qualified", "Ratio Days Identified To Total Days", "Ratio Days Validated To Total Days",
    "Ratio Days Qualified To Total Days", "Deal Size Category",
}  # fmt: skip
AMOUNT = "Opportunity Amount USD"
SUSPECT = "Revenue From Client Past Two Years"
TELLING = {"segment", "amount", "contacts"}  # of the planted worlds
MOST_FALSE, MOST_CPU, MOST_CPU_TEAM = 0.06, 5.0, 0.05


@dataclass
class Marks:
    """What was found beside what was wanted."""

    missed: int = 0

    def hold(self, what: str, found: str, holds: bool) -> None:
        self.missed += not holds
        print(f"{'ok    ' if holds else 'MISSED'} {what}: {found}", flush=True)


def base_rate() -> "BaseRate":
    return BaseRate()


class BaseRate:
    """Everyone gets the share won."""

    def fit(self, table: pd.DataFrame, won: np.ndarray) -> "BaseRate":
        self.share = won.mean()
        return self

    def predict_proba(self, table: pd.DataFrame) -> np.ndarray:
        return np.column_stack([np.full(len(table), 1 - self.share), np.full(len(table), self.share)])


class Plain:
    """A model of scikit-learn as anyone would set it up: words as categories or one-hot, gaps filled with the median."""

    def __init__(self, trees: bool) -> None:
        self.trees = trees

    def fit(self, table: pd.DataFrame, won: np.ndarray) -> "Plain":
        if self.trees:
            self.model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
        else:
            self.model = make_pipeline(StandardScaler(with_mean=False), LogisticRegression(max_iter=300))
        self.medians = table.median(numeric_only=True)
        words = table.select_dtypes(exclude="number").columns
        self.kinds = {name: pd.CategoricalDtype(table[name].dropna().unique()) for name in words}
        self.hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(table[list(words)].astype(str))
        self.model.fit(self._ready(table), won)
        return self

    def _ready(self, table: pd.DataFrame) -> pd.DataFrame | np.ndarray:
        if self.trees:
            return table.astype(self.kinds)
        numbers = table.select_dtypes("number").fillna(self.medians).fillna(0.0).to_numpy(float)
        return np.hstack([numbers, self.hot.transform(table[list(self.kinds)].astype(str))])

    def predict_proba(self, table: pd.DataFrame) -> np.ndarray:
        return self.model.predict_proba(self._ready(table))


WAYS: dict[str, Callable[[], object]] = {
    "base rate": base_rate,
    "LR": lambda: Plain(trees=False),
    "HGB": lambda: Plain(trees=True),
    "ours": lambda: WinProbability(leaks="keep"),
}


def held_out(
    way: Callable[[], object], table: pd.DataFrame, won: np.ndarray, group: np.ndarray
) -> tuple[np.ndarray, float, list[str]]:
    """Chances of five grouped folds, CPU seconds, and the verdicts of ours."""
    chance, verdicts, started = np.empty(len(won)), [], time.process_time()
    for learnt, out in StratifiedGroupKFold(5, shuffle=True, random_state=0).split(table, won, group):
        model = way()
        if isinstance(model, WinProbability):
            model.fit(table.iloc[learnt], won[learnt], groups=group[learnt])
            verdicts.append(model.verdict_.word)
        else:
            model.fit(table.iloc[learnt], won[learnt])
        chance[out] = model.predict_proba(table.iloc[out])[:, 1]
    return chance, time.process_time() - started, verdicts


def ece(won: np.ndarray, chance: np.ndarray, wide: bool) -> float:
    """In ten bins of one width, or of equally many deals."""
    bins = np.minimum((chance * 10).astype(int), 9) if wide else equal_bins(chance)
    return float(np.abs(np.bincount(bins, weights=won - chance)).sum() / len(won))


def beside(table: pd.DataFrame, won: np.ndarray, group: np.ndarray) -> tuple[dict[str, dict[str, float]], list[str]]:
    """AUC, Brier and calibration error of every way, printed."""
    found, verdicts = {}, []
    for name, way in WAYS.items():
        chance, cpu, words = held_out(way, table, won, group)
        verdicts += words
        found[name] = {
            "auc": roc_auc_score(won, chance),
            "brier": float(((chance - won) ** 2).mean()),
            "ece": max(ece(won, chance, wide) for wide in (True, False)),
        }
        one = found[name]
        print(
            f"       {name:<10} AUC {one['auc']:.4f}  Brier {one['brier']:.5f}  ECE {one['ece']:.4f}  {cpu:.1f} CPU s",
            flush=True,
        )
    return found, verdicts


def win_loss(folder: Path, marks: Marks) -> None:
    files = sorted((folder / "win_loss").glob("win_loss*.csv*"))
    if not files:
        print(f"left out: win_loss, {folder / 'win_loss'} holds no win_loss*.csv")
        return
    deals = pd.concat([pd.read_csv(file, keep_default_na=False) for file in files], ignore_index=True)
    won = (deals.pop("Opportunity Result") == "Won").to_numpy(int)
    flagged = leakage(deals, won)
    print(flagged[["column", "certainty", "score", "reason"]].to_string(max_colwidth=110))
    named, honest = set(flagged["column"]), set(deals.columns) - LEAKS - {SUSPECT}
    first = [name for name in flagged["column"].head(5) if name in honest]
    said = f"missed {sorted(LEAKS - named) or 'none'}; honest among the first five {first or 'none'}, at all "
    said += f"{sorted(named & honest) or 'none'}"
    marks.hold(
        "leak columns of win_loss",
        said + f"; {SUSPECT} {'flagged' if SUSPECT in named else 'not flagged'}",
        not (LEAKS - named) and not first,
    )
    unnamed = leakage(deals.set_axis([f"c{at}" for at in range(deals.shape[1])], axis=1), won)["column"].str[1:].astype(int)
    shown = deals.columns[unnamed]
    print(
        f"       without names: {len(LEAKS & set(shown))} of {len(LEAKS)} found, honest {sorted(set(shown) & honest) or 'none'}"
    )
    group = deals.pop("Opportunity Number").to_numpy()
    early = deals.drop(columns=list(LEAKS))
    scores, _ = beside(early, won, group)
    ours = scores["ours"]
    held = ours["auc"] >= 0.83 and ours["brier"] <= 0.1247 and ours["ece"] <= 0.01
    marks.hold("win_loss, early columns: .83, .1247, .01", f"{ours['auc']:.4f}, {ours['brier']:.5f}, {ours['ece']:.4f}", held)
    print("       with amounts in twentieths, so that how they are written is not looked at:")
    beside(early.assign(**{AMOUNT: pd.qcut(early[AMOUNT], 20, labels=False, duplicates="drop")}), won, group)
    print(f"       without {SUSPECT}:")
    beside(early.drop(columns=SUSPECT), won, group)
    some = np.random.default_rng(0).permutation(len(won))[:20_000]
    _cpu(deals.iloc[some, :12], won[some], group[some], marks)


def _cpu(table: pd.DataFrame, won: np.ndarray, group: np.ndarray, marks: Marks) -> None:
    started = time.process_time()
    model = WinProbability(leaks="keep").fit(table, won, groups=group)
    fitted = time.process_time()
    bands(model, drivers(model))
    told = time.process_time()
    model.predict_proba(table.head(500))
    team = time.process_time() - told
    said = f"fit {fitted - started:.2f}, 500 deals of a team {team:.3f}; beside it drivers and bands {told - fitted:.2f}"
    held = fitted - started <= MOST_CPU and team <= MOST_CPU_TEAM
    marks.hold(f"CPU s at {len(table):,} × {table.shape[1]}, fitted and for a team: 5 and .05", said, held)


def maven(folder: Path, marks: Marks) -> None:
    file = folder / "maven_crm" / "sales_pipeline.csv"
    if not file.is_file():
        print(f"left out: Maven, {file} is not there")
        return
    deals = pd.read_csv(file)
    deals = deals[deals["deal_stage"].isin(["Won", "Lost"])].reset_index(drop=True)
    won = (deals.pop("deal_stage") == "Won").to_numpy(int)
    print(leakage(deals, won)[["column", "certainty", "reason"]].to_string(max_colwidth=110))
    products = pd.read_csv(folder / "maven_crm" / "products.csv").assign(product=lambda t: t["product"].str.replace(" ", ""))
    early = deals[["sales_agent", "product", "account"]].assign(month=pd.to_datetime(deals["engage_date"]).dt.month)
    early["price"] = early["product"].str.replace(" ", "").map(products.set_index("product")["sales_price"])
    early = early.merge(pd.read_csv(folder / "maven_crm" / "accounts.csv"), on="account", how="left")
    early = early.merge(pd.read_csv(folder / "maven_crm" / "sales_teams.csv"), on="sales_agent", how="left")
    scores, verdicts = beside(early, won, deals["opportunity_id"].to_numpy())
    worse = scores["ours"]["brier"] - scores["base rate"]["brier"]
    said = f"Brier {worse:+.2e} beside the base rate, verdicts {sorted(set(verdicts))}"
    marks.hold("Maven: never worse, no usable signal", said, worse <= 1e-12 and set(verdicts) == {"no usable signal"})


def world(
    seed: int, deals: int, signal: float, per_account: float = 1.0
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Deals of accounts: columns, chances, outcomes, accounts. `signal` 0: nothing tells, though accounts differ."""
    rng = np.random.default_rng(seed)
    accounts = max(int(deals / per_account), 1)
    account = rng.integers(0, accounts, deals)
    table = pd.DataFrame(
        {
            "segment": rng.choice(["retail", "bank", "health", "public"], accounts, p=[0.4, 0.3, 0.2, 0.1])[account],
            "seats": rng.lognormal(3, 1, accounts).round()[account],
            "source": rng.choice(["web", "event", "partner"], deals),
            "amount": np.exp(rng.normal(9.5, 1, deals)).round(-2),
            "contacts": rng.poisson(2, deals).astype(float),
            "noise": rng.normal(size=deals),
            "owner": rng.choice([f"rep {at}" for at in range(25)], deals),
            "echo": rng.normal(size=deals),
        }
    )
    table["echo"] += 1.5 * (table["contacts"] - 2)  # goes with a column that tells, and tells nothing itself
    table.loc[rng.random(deals) < 0.15, "seats"] = np.nan
    chance = told(table, signal, rng.normal(0, 0.7, accounts)[account] if per_account > 1 else np.zeros(deals))
    return table, chance, (rng.random(deals) < chance).astype(int), account


def told(table: pd.DataFrame, signal: float, shift: np.ndarray | float = 0.0) -> np.ndarray:
    """The true chance: segment, amount and contacts tell, each by itself."""
    segment = table["segment"].map({"retail": 0.0, "bank": 0.6, "health": -0.6, "public": -1.0}).to_numpy(float)
    amount = -np.tanh((np.log(table["amount"] + 100) - 9.5) / 0.7).to_numpy(float)
    return expit(-0.6 + shift + signal * (segment + amount + 0.4 * (table["contacts"].to_numpy(float) - 2)))


def false_signals(seeds: range, marks: Marks) -> None:
    for deals, per_account in ((120, 1.0), (500, 1.0), (500, 4.0), (3000, 1.0)):
        words, worst = [], 0.0
        for seed in seeds:
            table, _, won, account = world(seed, deals, 0.0, per_account)
            model = WinProbability().fit(table, won, groups=account)
            words.append(model.verdict_.word)
            fresh, _, then, _ = world(seed + 10_000, 4000, 0.0, per_account)
            chance = model.predict_proba(fresh)[:, 1]
            worst = max(worst, float(((chance - then) ** 2).mean() - ((won.mean() - then) ** 2).mean()))
        wrong = float(np.mean([word == "signal" for word in words]))
        slack = 2 * np.sqrt(MOST_FALSE * (1 - MOST_FALSE) / len(seeds))
        said = f"{wrong:.3f} of {len(seeds)}; worst Brier beside the base rate {worst:+.4f}"
        marks.hold(f"false signals, {deals} deals, {per_account:g} an account (≤ .06)", said, wrong <= MOST_FALSE + slack)


def planted(seeds: range, marks: Marks) -> None:
    """Signals found, scores and drivers held against 12,000 fresh deals of the same world."""
    for deals, signal, per_account in ((400, 0.7, 1.0), (2000, 0.7, 1.0), (2000, 0.7, 4.0)):
        found, inside, worth, named, wrong, rates = [], [], [], [], [], []
        everybody = world(999, 40_000, signal, per_account)[0]
        for seed in seeds:
            table, _, won, account = world(seed, deals, signal, per_account)
            model = WinProbability().fit(table, won, groups=account)
            found.append(model.verdict_.usable)
            if not model.verdict_.usable:
                continue
            fresh, _, then, _ = world(seed + 10_000, 12_000, signal, per_account)
            chance = model.predict_proba(fresh)[:, 1]
            auc, brier = model.verdict_.auc, model.verdict_.brier
            inside.append(
                (auc.low <= roc_auc_score(then, chance) <= auc.high, brier.low <= ((chance - then) ** 2).mean() <= brier.high)
            )
            by_column = drivers(model)
            worth += _worth_held(model, by_column, fresh, then)
            called = set(by_column.loc[by_column["driver"], "column"])
            named.append(len(called & TELLING))
            wrong.append(len(called - TELLING) > 0)
            every = by_column.assign(driver=by_column["column"].isin(TELLING))  # also where they were not found
            rates += _rates_held(bands(model, every), everybody, signal, per_account)
        auc_held, brier_held = np.mean(inside, axis=0) if inside else (np.nan, np.nan)
        said = (
            f"signal {np.mean(found):.2f}; interval holds AUC {auc_held:.2f}, Brier {brier_held:.2f}, "
            f"worth {np.mean(worth):.3f} of {len(worth)}, adjusted rates {np.mean(rates):.3f} of {len(rates)}; "
            f"true drivers named {np.mean(named):.2f} of 3, "
            f"a false one in {np.mean(wrong):.3f}"
        )
        slack = 2 * np.sqrt(0.05 * 0.95 / max(len(seeds), 1))
        holds = (
            np.mean(worth) >= 0.93 - slack / 2 and np.mean(rates) >= 0.93 - slack / 2 and np.mean(wrong) <= MOST_FALSE + slack
        )
        marks.hold(f"planted, {deals} deals, {per_account:g} an account", said, bool(holds))


def _worth_held(model: WinProbability, by_column: pd.DataFrame, fresh: pd.DataFrame, then: np.ndarray) -> list[bool]:
    """Whether each interval holds what the column is worth to the same models on fresh deals."""
    held, rows, names = model.held_, model.columns_.read(fresh), list(model.columns_.names)
    rng, true = np.random.default_rng(1), np.zeros(len(names))
    with threadpool_limits(1):
        for one, (pair, weights) in enumerate(zip(held.pairs, held.weights, strict=True)):
            learnt = held.rows[held.fold != one]
            redraw = Redraw(learnt, pair.encoding(learnt, own=True))
            true += lost_by(pair, weights, redraw, rows, then == 1, rng, 1).mean(axis=0) / len(held.pairs)
    truth = by_column["column"].map(dict(zip(names, true, strict=True)))
    return ((by_column["low"] <= truth) & (truth <= by_column["high"])).tolist()


def _rates_held(table: pd.DataFrame, fresh: pd.DataFrame, signal: float, per_account: float) -> list[bool]:
    """Whether each interval holds the true mean chance if all deals were in the band."""
    shift = np.random.default_rng(2).normal(0, 0.7, len(fresh)) if per_account > 1 else 0.0
    held = []
    for column, rows in table.groupby("column", sort=False):
        for row in rows.itertuples():
            if column == "segment":
                moved = fresh.assign(segment=row.band)
            elif column in ("amount", "contacts"):
                ends = [float(one) for one in str(row.band).split(" to ")]
                quarters = len(rows) == 4 and column == "amount"  # but the first they are without their lower end
                open_below = quarters and row.band != rows["band"].iloc[0]
                within = fresh[column].between(ends[0], ends[-1], inclusive="right" if open_below else "both")
                drawn = fresh.loc[within, column].sample(len(fresh), replace=True, random_state=0)
                moved = fresh.assign(**{column: drawn.to_numpy()})
            else:
                continue
            truth = float(told(moved, signal, shift).mean())
            held.append(row.low <= truth <= row.high)
    return held


def leaks(seeds: range, marks: Marks) -> None:
    """Honest strong tables, and leaks of several kinds put into them under names that say nothing."""
    flagged, found = 0, dict.fromkeys(LEAKY, 0)
    for seed in seeds:
        table, chance, won, _ = world(seed, 800, 1.6)
        table["strong"] = np.log(chance / (1 - chance)) + np.random.default_rng(seed).normal(0, 1, 800)
        flagged += len(leakage(table, won)) > 0
        put = table.assign(**{name: way(np.random.default_rng(seed), won, table) for name, way in LEAKY.items()})
        named = set(leakage(put, won)["column"])
        for name in found:
            found[name] += name in named
    marks.hold(
        "honest tables with a strong column, nothing flagged",
        f"{flagged} of {len(seeds)} flagged",
        flagged <= 0.05 * len(seeds),
    )
    said = ", ".join(f"{name} {count}" for name, count in found.items())
    marks.hold(f"planted leaks found, of {len(seeds)}", said, min(found.values()) >= 0.95 * len(seeds))


def _only_lost(rng: np.random.Generator, won: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    return np.where((won == 0) & (rng.random(len(won)) < 0.6), rng.choice(["a", "b"], len(won)), None)


def _only_varies_if_won(rng: np.random.Generator, won: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    return np.where(won == 1, rng.gamma(2, 10, len(won)).round(), 0.0)


def _word(rng: np.random.Generator, won: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    return np.where(won == 1, "6", rng.choice(["7", "8"], len(won)))


def _score(rng: np.random.Generator, won: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    return won + rng.normal(0, 0.25, len(won))


def _bands(rng: np.random.Generator, won: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    return np.digitize(table["amount"], [5000, 15000, 40000])


def _date(rng: np.random.Generator, won: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    return np.where(won == 1, "2026-03-01", None)


LEAKY: dict[str, Callable[[np.random.Generator, np.ndarray, pd.DataFrame], np.ndarray]] = {
    "only lost have it": _only_lost,
    "only varies if won": _only_varies_if_won,
    "word in disguise": _word,
    "score of it": _score,
    "copy in bands": _bands,
    "day of it": _date,
}


def main() -> int:
    """All parts; 1 where a mark is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    asked, marks = parser.parse_args(), Marks()
    seeds = range(asked.first, asked.first + asked.draws)
    with threadpool_limits(1):
        win_loss(asked.data, marks)
        maven(asked.data, marks)
    leaks(seeds, marks)
    false_signals(seeds, marks)
    planted(seeds, marks)
    return int(marks.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
