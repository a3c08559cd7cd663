"""Why more or less was won than in the period before: exact parts of the difference, which add up to the cent.

In: two tables of closed deals, one row each: won or lost, amount, kind of deal. Out: `Change`. What was won is, summed over the
kinds of deals, the number of deals × the share of this kind × the share won × the mean amount won. Each of the four gets its
Shapley value: its mean effect over all orders in which they could have changed (`stats/shapley`). The difference and its parts
are facts; intervals say how far they would scatter if such deals were drawn again.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats
from salesanalytics.models.winning.columns import WinningError, words_of
from salesanalytics.stats.draws import draws_at_once
from salesanalytics.stats.intervals import SEED
from salesanalytics.stats.shapley import product_parts, to_cents

FACTORS = ("volume", "mix", "conversion", "size")
DRAWS = 499
LEAST_DEALS = 20  # on either side, for intervals
MOST_KINDS = 12
LEVEL = 0.95
COLUMNS = ["factor", "before", "after", "part", "low", "high"]


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """`table`: one row per factor (see COLUMNS): `before`, `after`: deals, NaN for the mix, share won, mean amount won; `part`:
    money, to the cent; its interval None below 20 deals on a side. `kinds`: the parts of each kind, unrounded. `before`,
    `after`: what was won; `n_before`, `n_after`: closed deals. `untold`: (kind, factor) that one side has no deals or no wins
    to tell it by, taken as on the other.
    """

    table: pd.DataFrame
    kinds: pd.DataFrame
    before: float
    after: float
    n_before: int
    n_after: int
    untold: tuple[tuple[str, str], ...]


def change_of_won(before: pd.DataFrame, after: pd.DataFrame, *, won: str, amount: str, kind: str | None = None) -> Change:
    """The change from `before` to `after`; `won` (0/1), `amount` (0 or more, one currency; of lost deals not looked at) and
    `kind` are columns of both. Beyond the eleven kinds with most deals the rest is one.

    Raises `WinningError` where a column or all deals of a side are missing, an outcome is neither 0 nor 1, or an amount won is.
    """
    sides = [_side(which, table, won, amount, kind) for which, table in (("before", before), ("after", after))]
    kinds = _kinds(sides)
    sums = [_sums(side, kinds, np.ones((1, len(side)))) for side in sides]
    parts = _parts(*sums)[0]
    was, is_now = (round(float(side["value"].sum()), 2) for side in sides)
    told = to_cents(parts.sum(axis=0).tolist(), round(is_now - was, 2))
    ends = _ends(sides, kinds)
    plain = [_plain(one[0]) for one in sums]
    rows = [(name, plain[0][at], plain[1][at], told[at], *ends[at]) for at, name in enumerate(FACTORS)]
    by_kind = pd.DataFrame(parts, columns=list(FACTORS)).assign(kind=kinds)[["kind", *FACTORS]]
    table, untold = pd.DataFrame(rows, columns=COLUMNS), _untold(sums[0][0], sums[1][0], kinds)
    return Change(table, by_kind, was, is_now, len(sides[0]), len(sides[1]), untold)


def _side(which: str, table: pd.DataFrame, won: str, amount: str, kind: str | None) -> pd.DataFrame:
    missing = [name for name in (won, amount, kind) if name is not None and name not in table.columns]
    if missing:
        raise WinningError(f"The deals {which} lack {', '.join(missing)}; they have {', '.join(map(str, table.columns))}.")
    if table.empty:
        raise WinningError(f"There are no closed deals {which}; expected one row at least on either side.")
    flags = pd.to_numeric(table[won], errors="coerce")
    if not flags.isin([0, 1]).all():
        raise WinningError(
            f"{won} is neither 0 nor 1 in {int((~flags.isin([0, 1])).sum())} deals {which}. Leave out open deals."
        )
    value = pd.to_numeric(table[amount], errors="coerce").where(flags == 1, 0.0)
    bad = ~np.isfinite(value) | (value < 0)
    if bad.any():
        raise WinningError(
            f"{amount} is missing, infinite or negative in {int(bad.sum())} won deals {which}. Mend or leave them out."
        )
    words = words_of(table[kind]).fillna("missing") if kind is not None else "all"
    return pd.DataFrame({"won": flags.to_numpy(float), "value": value.to_numpy(float), "kind": np.asarray(words)})


def _kinds(sides: list[pd.DataFrame]) -> list[str]:
    """Kinds, the most common first; where there are too many, `sides` get "other" for the rest."""
    counts = pd.concat(sides)["kind"].value_counts()
    counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    if len(counts) <= MOST_KINDS:
        return [str(one) for one in counts.index]
    kept = [str(one) for one in counts.index[: MOST_KINDS - 1]]
    for side in sides:
        side["kind"] = side["kind"].where(side["kind"].isin(kept), "other")
    return [*kept, *(["other"] if "other" not in kept else [])]


def _sums(side: pd.DataFrame, kinds: list[str], times: Floats) -> Floats:
    """(draws, kinds, 3): deals, won, amount won, each deal counted `times` (draws, deals)."""
    place = pd.Index(kinds).get_indexer(pd.Index(side["kind"]))
    here = np.eye(len(kinds))[place]
    numbers = (np.ones(len(side)), side["won"].to_numpy(), side["value"].to_numpy())
    return np.stack([times @ (here * one[:, None]) for one in numbers], axis=-1)


def _parts(before: Floats, after: Floats) -> Floats:
    """(draws, kinds, factors)."""
    return product_parts(*_factors(before, after))


def _factors(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """Volume, mix, conversion, mean size of each kind; what one side cannot tell is as on the other."""
    sides = []
    for one in (before, after):
        deals, wins, value = one[..., 0], one[..., 1], one[..., 2]
        total = np.broadcast_to(deals.sum(axis=-1, keepdims=True), deals.shape)
        with np.errstate(invalid="ignore", divide="ignore"):
            sides.append(np.stack([total, deals / total, wins / deals, value / wins], axis=-1))
    first, second = (np.where(np.isnan(mine), other, mine) for mine, other in (sides, sides[::-1]))
    return np.nan_to_num(first), np.nan_to_num(second)


def _ends(sides: list[pd.DataFrame], kinds: list[str]) -> list[tuple[float | None, float | None]]:
    """Percentile intervals of the four parts, deals of either side drawn again with their number Poisson's."""
    if min(len(side) for side in sides) < LEAST_DEALS:
        return [(None, None)] * len(FACTORS)
    rng, drawn = np.random.default_rng(SEED), []
    step = draws_at_once(sum(len(side) for side in sides))
    for begin in range(0, DRAWS, step):
        count = min(step, DRAWS - begin)
        again = [_sums(side, kinds, rng.poisson(1.0, (count, len(side))).astype(float)) for side in sides]
        drawn.append(_parts(*again).sum(axis=1))
    low, high = np.quantile(np.concatenate(drawn), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return [(float(one), float(other)) for one, other in zip(low, high, strict=True)]


def _plain(sums: Floats) -> tuple[float, float, float, float]:
    """Deals, NaN for the mix, share won, mean amount won (NaN where none was won)."""
    deals, wins, value = sums.sum(axis=0)
    return float(deals), float("nan"), float(wins / deals), float(value / wins) if wins else float("nan")


def _untold(before: Floats, after: Floats, kinds: list[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for at, kind in enumerate(kinds):
        sides = (before[at], after[at])
        if any(one[0] == 0 for one in sides):
            found.append((kind, "conversion"))
        if any(one[1] == 0 for one in sides):
            found.append((kind, "size"))
    return tuple(found)
