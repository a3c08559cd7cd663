"""Win rates of each word or band of a column, as they are and as they would be if all else were equal.

In: a fitted `WinProbability`. Out: one row per column and band: deals, won, the rate, the adjusted rate with its interval and
how sure it is that the band differs from the others. Adjusted is the mean chance if every deal were in the band and kept all
else (standardisation, Lane and Nelder 1982), by a logistic regression of all columns in bands whose errors are summed over
groups (Liang and Zeger 1986). All else is what the table holds; the rest is why this is no effect.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.winning.win_probability import WinProbability
from salesanalytics.stats.compare import holm
from salesanalytics.stats.intervals import wilson

MOST_WORDS = 8
FEW_VALUES = 10
LEAST_IN_BAND = 20
DEALS_A_COLUMN = 10  # of the rarer outcome, for each column of the regression
FAINT = 1e-3  # ridge: keeps a band without a single win finite
COLUMNS = ["column", "band", "n", "won", "rate", "adjusted", "low", "high", "p"]


@dataclass(frozen=True, slots=True, eq=False)
class Banded:
    """`place`: the band of each deal; `labels`: what the bands are called."""

    place: Ints
    labels: tuple[str, ...]


def bands(model: WinProbability, drivers: pd.DataFrame) -> pd.DataFrame:
    """One row per band (see COLUMNS) of each column that `drivers` calls one; empty where there is none.

    The regression holds as many columns as there are ten deals of the rarer outcome for, the weightiest first. `p`:
    Holm-adjusted over all bands, of "no other chance than the mean of the others". Labels of quarters are "low to high",
    low itself in the first one only.
    """
    check_is_fitted(model)
    if model.held_ is None or drivers.empty or not drivers["driver"].any():
        return pd.DataFrame(columns=COLUMNS)
    held, names = model.held_, list(model.columns_.names)
    order = [names.index(name) for name in drivers["column"]]
    cut = [banded(held.rows[:, at], model.columns_.levels[at]) for at in order]
    room = max(int(min(held.won.sum(), (~held.won).sum())) // DEALS_A_COLUMN, 1)
    used = _affordable(cut, room)
    shown = [at for at in used if drivers["driver"].iloc[at]]
    with threadpool_limits(1):
        fit = _fit([cut[at] for at in used], held.won, np.unique(held.group, return_inverse=True)[1])
        rows = [row for at in shown for row in _rows(drivers["column"].iloc[at], cut[at], used.index(at), fit, held.won)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(p=holm(table["p"].to_numpy(dtype=np.float64))) if len(table) else table


def banded(values: Floats, levels: pd.Index | None) -> Banded:
    """Words: the eight most common, and the rest. Numbers: their values where they are few, thin ones with the
    next, else quarters. Missing apart.
    """
    missing = np.isnan(values)
    if levels is not None:
        place, labels = _words(values, levels)
    else:
        place, labels = _numbers(values, values[~missing])
    place = np.where(missing, len(labels), place)
    return _joined(Banded(place, (*labels, "missing")))


def _words(values: Floats, levels: pd.Index) -> tuple[Ints, list[str]]:
    codes = np.nan_to_num(values, nan=len(levels)).astype(np.int64)
    counts = np.bincount(codes, minlength=len(levels) + 1)[: len(levels)]
    kept = [at for at in np.argsort(-counts, kind="stable")[:MOST_WORDS] if counts[at] >= LEAST_IN_BAND]
    place = np.full(len(levels) + 1, len(kept))
    place[kept] = np.arange(len(kept))
    return place[codes], [*(str(levels[at]) for at in kept), "other"]


def _numbers(values: Floats, known: Floats) -> tuple[Ints, list[str]]:
    found, counts = np.unique(known, return_counts=True)
    filled = np.nan_to_num(values, nan=known.min(initial=0.0))
    if len(found) <= FEW_VALUES:
        ends = _thick(counts)
        place = np.searchsorted(found[ends], filled)
        begins = [0, *(ends[:-1] + 1)]
        return place, [
            f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in zip(found[begins], found[ends], strict=True)
        ]
    edges = np.unique(np.quantile(known, [0, 0.25, 0.5, 0.75, 1.0]))
    place = np.clip(np.searchsorted(edges, filled, side="left") - 1, 0, len(edges) - 2)
    return place, [f"{low:g} to {high:g}" for low, high in pairwise(edges)]


def _thick(counts: Ints) -> Ints:
    """Where bands of values end that hold enough deals each; what is left at the end goes to the last one."""
    ends, held = list[int](), 0
    for at, count in enumerate(counts):
        held += int(count)
        if held >= LEAST_IN_BAND:
            ends.append(at)
            held = 0
    return np.array([*ends[:-1], len(counts) - 1], dtype=np.int64)


def _joined(cut: Banded) -> Banded:
    """Without empty bands."""
    used, place = np.unique(cut.place, return_inverse=True)
    return Banded(place, tuple(cut.labels[at] for at in used))


def _affordable(cut: list[Banded], room: int) -> list[int]:
    """The columns, in order, whose bands fit; one that does not is passed over."""
    used, left = list[int](), room
    for at, one in enumerate(cut):
        if 1 < len(one.labels) <= left + 1:
            used.append(at)
            left -= len(one.labels) - 1
    return used


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """`design` (deals, coefficients), where each column's part of it `starts`, the coefficients `at`, how far each deal moves
    them (`pull`), and whose deal it is.
    """

    design: Floats
    starts: tuple[int, ...]
    at: Floats
    pull: Floats
    group: Ints


def _fit(cut: list[Banded], won: Flags, group: Ints) -> _Fit:
    """Newton's steps to the maximum. A deal's pull is that of leaving it out (MacKinnon and White's HC3)."""
    wide = [np.eye(len(one.labels))[one.place][:, 1:] for one in cut]
    design = np.hstack([np.ones((len(won), 1)), *wide])
    starts = tuple(np.cumsum([1, *(one.shape[1] for one in wide)]).tolist())
    at, ridge = np.zeros(design.shape[1]), FAINT * np.eye(design.shape[1])
    for _ in range(40):
        chance = expit(design @ at)
        bread = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(bread, design.T @ (won - chance) - FAINT * at)
        at = at + step
        if np.abs(step).max() < 1e-8:
            break
    chance, moved = expit(design @ at), design @ np.linalg.inv(bread)
    leverage = chance * (1 - chance) * (moved * design).sum(axis=1)
    pull = moved * ((won - chance) / np.maximum(1 - leverage, 0.5))[:, None]
    return _Fit(design, starts, at, pull, group)


def _rows(name: object, cut: Banded, place: int, fit: _Fit, won: Flags) -> list[tuple[object, ...]]:
    """Each band of one column."""
    rates, moves = _standardised(cut, place, fit)
    n = np.bincount(cut.place)
    wins = np.bincount(cut.place, weights=won).astype(int)
    rows = list[tuple[object, ...]]()
    for at, label in enumerate(cut.labels):
        error = _error(moves[:, at])
        low, high = wilson(rates[at], max(rates[at] * (1 - rates[at]) / error**2, 1.0) if error > 0 else float(n[at]))
        others = np.where(np.arange(len(n)) == at, 0, n) / (n.sum() - n[at])
        off = _error(moves[:, at] - moves @ others)
        p = float(2 * stats.norm.sf(abs(rates[at] - others @ rates) / off)) if off > 0 else 1.0
        rows.append((name, label, int(n[at]), int(wins[at]), wins[at] / n[at], float(rates[at]), low, high, p))
    return rows


def _error(moves: Floats) -> float:
    """The error of a sum over independent groups."""
    return float(np.sqrt(len(moves) / max(len(moves) - 1, 1) * (moves**2).sum()))


def _standardised(cut: Banded, place: int, fit: _Fit) -> tuple[Floats, Floats]:
    """The mean chance if all deals were in each band, and (groups, bands) how far each group moves it: by the coefficients, and
    by being among the deals.
    """
    begin, end = fit.starts[place], fit.starts[place] + len(cut.labels) - 1
    design, groups = fit.design.copy(), int(fit.group.max()) + 1
    rates, moves = np.empty(len(cut.labels)), np.empty((groups, len(cut.labels)))
    for at in range(len(cut.labels)):
        design[:, begin:end] = 0.0
        if at:
            design[:, begin + at - 1] = 1.0
        chance = expit(design @ fit.at)
        rates[at] = chance.mean()
        slope = (design * (chance * (1 - chance))[:, None]).mean(axis=0)
        moved = fit.pull @ slope + (chance - rates[at]) / len(chance)
        moves[:, at] = np.bincount(fit.group, weights=moved, minlength=groups)
    return rates, moves
