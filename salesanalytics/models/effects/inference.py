"""How sure the contrast is: leaving out one group after the other, or drawing anew who is treated.

In: `Sums`, who is treated and a `Contrast`. Out: `Inferred`. Many groups on both sides: the jackknife, each side by itself,
and Welch's degrees of freedom. Few: every other choice of as many groups (or a sample of them) gives the p-value, and the
values it does not reject are the interval (Fisher 1935; MacKinnon and Webb 2020 on why few treated clusters need it).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import comb, prod

import numpy as np
from scipy import stats

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.effects.contrast import Contrast, Sums

FEW = 8  # groups on the smaller side below which other choices are looked at
ALL = 3000  # choices up to which all are looked at
DRAWN = 999
HALVINGS = 18
NODES = stats.norm.ppf((np.arange(41) + 0.5) / 41)  # a known error, as values of equal chance


@dataclass(frozen=True, slots=True)
class Inferred:
    """On the contrast's own scale. `error`: the standard error, `df` its degrees of freedom; `choices`: how many choices of the
    treated the p-value rests on, 0 where it rests on none.
    """

    estimate: float
    low: float
    high: float
    p: float
    error: float
    df: float
    choices: int


def unknown(estimate: float = np.nan) -> Inferred:
    """Of which nothing is known but the estimate, if that."""
    return Inferred(estimate, np.nan, np.nan, np.nan, np.nan, np.nan, 0)


def jackknife(sums: Sums, treated: Flags, of: Contrast, level: float) -> Inferred:
    """Student's interval around the contrast, its error by leaving out one group at a time on each side."""
    estimate, error, df = jackknife_error(sums, treated, of)
    return student(estimate, error, df, level, blur=of.blur)


def student(estimate: float, error: float, df: float, level: float, *, blur: float = 0.0) -> Inferred:
    """Student's interval and p-value. `blur`: an error beside it that is known and not estimated."""
    whole = float(np.hypot(error, blur))
    if blur:
        # Satterthwaite: the known part has no degrees of freedom to lose
        df = df * (whole / error) ** 4 if error > 0 else np.inf
    reach = float(stats.t.ppf((1 + level) / 2, df)) * whole if np.isfinite(whole) else np.nan
    p = float(2 * stats.t.sf(abs(estimate) / whole, df)) if whole > 0 else np.nan
    return Inferred(estimate, estimate - reach, estimate + reach, p, whole, df, 0)


def jackknife_error(sums: Sums, treated: Flags, of: Contrast, *, minus: Contrast | None = None) -> tuple[float, float, float]:
    """The contrast (less another), its standard error and Welch's degrees of freedom; NaN where a side has fewer than two
    groups. Within strata, where a side may be one group, it is the spread over other choices.
    """
    if sums.stratum is not None:
        return _drawn_error(sums, treated, of)
    groups = len(treated)
    chosen = np.tile(treated.astype(np.float64), (groups + 1, 1))
    chosen[np.arange(groups), np.arange(groups)] = np.nan
    found = sums.compare(of, chosen)
    if minus is not None:
        found = found - sums.compare(minus, chosen)
    sides = found[:-1][treated], found[:-1][~treated]
    return error_of(float(found[-1]), sides, (len(sides[0]), len(sides[1])))


def error_of(estimate: float, sides: tuple[Floats, Floats], counts: tuple[float, float]) -> tuple[float, float, float]:
    """The estimate, its error and Welch's degrees of freedom from what it is without each part of a side.

    `counts`: how many each side counts for, which is fewer than it has where they are weighted.
    """
    parts, weights = [], []
    for without, count in zip(sides, counts, strict=True):
        n = len(without)
        if n < 2 or not np.isfinite(without).all():
            return float(estimate), np.nan, np.nan
        parts.append((n - 1) / n * float(((without - without.mean()) ** 2).sum()))
        weights.append(max(count - 1, 1.0))
    total = sum(parts)
    df = total**2 / sum(part**2 / n for part, n in zip(parts, weights, strict=True)) if total > 0 else float(sum(weights))
    return float(estimate), float(np.sqrt(total)), df


def carried_on(away: float, seen: float) -> float:
    """How much of a trend that is known up to `seen` is carried on, where it may have gone `away` (both sd): by precision."""
    return away**2 / (away**2 + seen**2) if np.isfinite(seen) and away else 0.0


def allowing_for(
    found: Floats, trend: Floats, away: float, spread: Callable[[Floats], tuple[float, float, float]]
) -> tuple[float, float, float, float]:
    """Estimate, error, degrees of freedom and blur where a trend was seen as well as `trend` says (`Design.contrast` has why).

    `found`, `trend`: with each part left out, and last of all of everybody; the trend carried on to where the effect is
    looked for. `away`: how far one may have carried it (sd).
    """
    weight = carried_on(away, spread(trend)[1])
    return *spread(found - weight * trend if weight else found), (1 - weight) * away


def _drawn_error(sums: Sums, treated: Flags, of: Contrast) -> tuple[float, float, float]:
    """The contrast, and how far it lies from none over other choices where nobody has the effect."""
    rows = choices_of(treated, 0, sums.stratum)
    estimate = float(sums.compare(of, rows[:1])[0])
    if len(rows) < 2 or not np.isfinite(estimate):
        return estimate, np.nan, np.nan
    found = without(sums, treated, of, estimate).compare(of, rows)
    strata = len(np.unique(sums.stratum)) if sums.stratum is not None else 1
    return estimate, float(np.sqrt(np.nanmean(found**2))), float(max(len(treated) - strata - 1, 1))


def count_choices(treated: Flags, stratum: Ints | None = None) -> int:
    """How many choices of as many treated groups there are, of each stratum as many as were chosen."""
    return prod(comb(len(at), int(treated[at].sum())) for at in _places(len(treated), stratum))


def _places(groups: int, stratum: Ints | None) -> list[Ints]:
    """Places of the groups of each stratum."""
    if stratum is None:
        return [np.arange(groups)]
    return [np.flatnonzero(stratum == one) for one in np.unique(stratum)]


def choices_of(treated: Flags, seed: int, stratum: Ints | None = None) -> Floats:
    """Choices of as many treated groups (of each stratum), the one that was made first: all there are, or a sample."""
    groups, places = len(treated), _places(len(treated), stratum)
    if count_choices(treated, stratum) <= ALL:
        ways = [combinations(at, int(treated[at].sum())) for at in places]
        picked = [np.concatenate(one).astype(np.int64) for one in product(*ways)]
        rows = np.zeros((len(picked), groups))
        np.put_along_axis(rows, np.array(picked), 1.0, axis=1)
        same = (rows == treated).all(axis=1)
        return np.concatenate([rows[same], rows[~same]])
    rows = np.zeros((DRAWN + 1, groups))
    rows[0] = treated
    chance = np.random.default_rng(seed).random((DRAWN, groups))
    for at in places:
        order = at[chance[:, at].argsort(axis=1)[:, : int(treated[at].sum())]]
        np.put_along_axis(rows[1:], order, 1.0, axis=1)
    return rows


def by_choice(sums: Sums, treated: Flags, of: Contrast, level: float, seed: int) -> Inferred:
    """p-value and interval from what other choices of the treated would have shown."""
    rows = choices_of(treated, seed, sums.stratum)
    _, error, df = jackknife_error(sums, treated, of)
    estimate = float(sums.compare(of, rows[:1])[0])

    def p_of(effect: float) -> float:
        """Share of choices that show as much as the one made, or nothing at all, had the effect been this."""
        found = without(sums, treated, of, effect).compare(of, rows)
        shown = np.abs(found[:, None] + of.blur * NODES) if of.blur else np.abs(found[:, None])
        return float((~(shown < abs(found[0]) - 1e-9)).mean()) if np.isfinite(found[0]) else np.nan

    reach = reach_of(sums, treated, of, rows, estimate)
    low, high = (edge(p_of, estimate, estimate + side * reach, 1 - level) for side in (-1.0, 1.0))
    return Inferred(estimate, low, high, p_of(0.0), float(np.hypot(error, of.blur)), df, len(rows))


def without(sums: Sums, treated: Flags, of: Contrast, effect: float) -> Sums:
    """The sums as they would be had nobody had this effect."""
    changed = sums.sums.copy()
    rows = np.ix_(np.flatnonzero(treated), of.after)
    if of.scale == "ratio":
        changed[rows] *= np.exp(-effect)
    else:
        changed[rows] -= effect * sums.n[treated][:, None]
    return replace(sums, sums=changed)


def reach_of(sums: Sums, treated: Flags, of: Contrast, rows: Floats, estimate: float) -> float:
    """A distance from the estimate at which an effect is surely rejected, if any is."""
    found = without(sums, treated, of, estimate).compare(of, rows)
    spread = np.abs(found[np.isfinite(found)])
    return 6 * float(np.quantile(spread, 0.99)) + 4 * of.blur + 1e-6 if len(spread) else np.nan


def edge(p_of: Callable[[float], float], inside: float, outside: float, alpha: float) -> float:
    """Where the p-value falls below `alpha`, by halving; infinite where it never does."""
    if not np.isfinite(outside):
        return np.nan
    if p_of(outside) > alpha:
        return float(np.copysign(np.inf, outside - inside))
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_of(middle) > alpha else (inside, middle)
    return float(outside)
