"""Where to sit so that the ways are short: the p-median heuristic.

In: distances (demand points by candidate sites) and how many sites are to be chosen. Out: the sites, which of them serves each
point, and the total distance. Method: interchange with all exchanges valued at once (Whitaker 1983; Resende and Werneck 2007),
from a greedy start and then from kicked copies of the best (iterated local search). Never proves optimality.
"""

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats, Ints
from salesanalytics.errors import DataError

RESTARTS = 60
KICKED = 0.15  # share of the sites thrown out at each restart
LARGEST = 800  # accounts from which sites are chosen; more are sampled


def p_median(distances: Floats, p: int, *, seed: int = 0, restarts: int = RESTARTS) -> tuple[Ints, Ints, float]:
    """`p` columns of `distances` with a small sum of each row's least distance: (medians, assignment, cost).

    `distances` (points by sites; weights already in them) are finite and >= 0; `assignment` holds for each row the column that
    serves it. ValueError names what cannot be used.
    """
    ways = np.asarray(distances, dtype=float)
    if ways.ndim != 2 or not ways.size or not np.isfinite(ways).all() or (ways < 0).any():
        raise ValueError("distances are to be a filled matrix of finite numbers of 0 or more, points by sites")
    if not 1 <= p <= ways.shape[1]:
        raise ValueError(f"p is {p}; expected 1 to {ways.shape[1]}, the number of sites")
    rng = np.random.default_rng(seed)
    best = _interchange(ways, _greedy(ways, p))
    least = _cost(ways, best)
    for _ in range(restarts if p < ways.shape[1] else 0):
        tried = _interchange(ways, _kicked(best, ways.shape[1], rng))
        cost = _cost(ways, tried)
        if cost < least:
            best, least = tried, cost
    medians = np.sort(best)
    return medians, medians[ways[:, medians].argmin(axis=1)], least


def home_bases(accounts: pd.DataFrame, reps: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """A home for each rep at the place of an account, so that workload-weighted ways are short: rep_id, x, y.

    `accounts`: account_id, workload, x, y and rep_id where there is one: bases then go to reps so that their present accounts
    are near. Of more than 800 accounts 800 are drawn as candidate places.
    """
    from scipy.optimize import linear_sum_assignment

    if accounts.empty or len(reps) > len(accounts):
        raise DataError(f"{len(accounts)} accounts cannot give {len(reps)} reps a place each; at least as many are needed")
    accounts, reps = (frame.sort_values(key, ignore_index=True) for frame, key in ((accounts, "account_id"), (reps, "rep_id")))
    places = accounts[["x", "y"]].to_numpy(dtype=float)
    rng = np.random.default_rng(seed)
    most = max(LARGEST, len(reps))
    sites = places if len(places) <= most else places[np.sort(rng.choice(len(places), most, replace=False))]
    weight = accounts["workload"].to_numpy(dtype=float)
    bases = sites[p_median(_ways(places, sites) * weight[:, None], len(reps), seed=seed)[0]]
    to_base = _ways(places, bases) * weight[:, None]
    mine = accounts["rep_id"].to_numpy(dtype=object) if "rep_id" in accounts else np.full(len(accounts), None)
    travel = np.array([to_base[mine == rep].sum(axis=0) for rep in reps["rep_id"]])
    rows, columns = linear_sum_assignment(travel)
    homes = bases[columns[np.argsort(rows)]]
    return pd.DataFrame({"rep_id": reps["rep_id"], "x": homes[:, 0], "y": homes[:, 1]})


def _ways(here: Floats, there: Floats) -> Floats:
    return np.asarray(np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1]))


def _cost(ways: Floats, medians: Ints) -> float:
    return float(ways[:, medians].min(axis=1).sum())


def _greedy(ways: Floats, p: int) -> Ints:
    """Site after site, each the one that shortens the ways most."""
    chosen = [int(ways.sum(axis=0).argmin())]
    nearest = ways[:, chosen[0]].copy()
    while len(chosen) < p:
        saved = np.maximum(nearest[:, None] - ways, 0.0).sum(axis=0)
        saved[chosen] = -1.0
        chosen.append(int(saved.argmax()))
        nearest = np.minimum(nearest, ways[:, chosen[-1]])
    return np.array(chosen, dtype=np.int64)


def _kicked(medians: Ints, sites: int, rng: np.random.Generator) -> Ints:
    """A copy with some sites exchanged at random."""
    others = np.setdiff1d(np.arange(sites), medians)
    n = min(max(2, round(KICKED * len(medians))), len(medians), len(others))
    kept = rng.permutation(medians)[n:]
    return np.concatenate([kept, rng.choice(others, n, replace=False)])


def _interchange(ways: Floats, medians: Ints) -> Ints:
    """The most profitable exchange of a chosen for another site, until there is none."""
    from scipy.sparse import csr_array

    medians, points = medians.copy(), np.arange(len(ways))
    while True:
        near = ways[:, medians]
        first = near.argmin(axis=1)
        d1 = near[points, first]
        near[points, first] = np.inf
        d2 = near.min(axis=1)
        gain = np.maximum(d1[:, None] - ways, 0.0)
        # where the site of a point goes, the new one serves it if it is nearer than the second
        second = np.where(np.isfinite(d2), d2, ways.max() + d1)
        saved = np.maximum(second[:, None] - np.maximum(ways, d1[:, None]), 0.0)
        by_site = csr_array((np.ones(len(points)), (first, points)), shape=(len(medians), len(points)))
        lost = by_site @ (second - d1)
        profit = gain.sum(axis=0)[None, :] - lost[:, None] + by_site @ saved
        profit[:, medians] = -np.inf
        out, new = np.unravel_index(profit.argmax(), profit.shape)
        if not profit[out, new] > 1e-9 * (1 + d1.sum()):
            return medians
        medians[out] = new
