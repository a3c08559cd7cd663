"""What has to hold before an estimate may be called an effect: each a check, what was found, and whether it stands in the
way.

In: a `Design`. Out: `Check`s. A guard never estimates the effect, and an estimate never passes a guard.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.types import Flags, Floats
from salesanalytics.models.effects.contrast import Contrast, Sums, contrast, sums_of
from salesanalytics.models.effects.design import LEAST_BEFORE, Design
from salesanalytics.models.effects.inference import FEW, count_choices, jackknife, jackknife_error
from salesanalytics.stats.compare import outranks

Stands = Literal["passes", "blocks", "unchecked"]
LEVEL = 0.05
FELL = 0.75  # how well a fall has to tell the treated apart, and better than the low stretch itself
SURE = 0.01  # a trend of their own that is as sure as this is not carried on, but stands in the way
LOST_APART = 0.2  # difference of the shares lost on the way on both sides
RESTS_ON = 0.8  # of the error, that comes from a trend nobody has seen
SMALL = 0.6  # treated groups' mean size over the others' (geometric), below which these show too little of their luck
SEPARATED = 0.9  # the chance that a treated unit looks more like the treated than an untreated one; above, there is no overlap
LEAST_UNITS = 5  # on each side


@dataclass(frozen=True, slots=True)
class Check:
    """One guard. `found` against `needed`: a number each, in the check's own unit; missing where there is none."""

    check: str
    stands: Stands
    found: float = np.nan
    needed: float = np.nan


def blocked(checks: Iterable[Check]) -> bool:
    """Whether one of them stands in the way."""
    return any(check.stands == "blocks" for check in checks)


def checks_of(of: Design, level: float = 0.95) -> list[Check]:
    """Every guard that concerns a programme chosen like this one. Later guards assume that the first ones pass."""
    first = [_comparison(of), _units(of), _clusters(of, level), _before(of)]
    if blocked(first):
        return first
    rest = [_attrition(of), _pull_forward(of), _spill_over(of)]
    if of.chosen.how == "volunteers":  # whether they went alike is asked of those alike, in `volunteers`
        return first + rest
    if len(of.before) >= LEAST_BEFORE:
        rest += islice(_trend(of), 1 if of.chosen.how == "lot" else None)  # a lot has no trend to carry on
    return [*first, *rest, _regression_to_the_mean(of)]


def _comparison(of: Design) -> Check:
    """Somebody has to be untreated in the same periods."""
    untreated = int((of.followed & ~of.treated).sum())
    return Check("comparison", "passes" if untreated else "blocks", untreated, 1)


def _units(of: Design) -> Check:
    fewest = min(int((of.followed & of.treated).sum()), int((of.followed & ~of.treated).sum()))
    if of.panel.by_cluster and of.panel.cluster.max() + 1 < len(of.panel.units):
        return Check("units", "passes" if fewest else "blocks", fewest, 1)  # counted as clusters
    needed = 1 if len(np.unique(of.panel.cluster)) == len(of.panel.units) else LEAST_UNITS
    return Check("units", "passes" if fewest >= needed else "blocks", fewest, needed)


def _clusters(of: Design, level: float) -> Check:
    """With few groups every other choice is looked at; there have to be enough for chance to be left behind."""
    if not (of.followed & of.treated).any() or not (of.followed & ~of.treated).any():
        return Check("clusters", "blocks", 0, 1)
    sums, treated = of.groups
    n, groups = int(treated.sum()), len(treated)
    size = float(np.exp(np.log(sums.n[treated]).mean() - np.log(sums.n[~treated]).mean()))
    if min(n, groups - n) < FEW and of.chosen.how != "lot" and size < SMALL:
        return Check("clusters", "blocks", size, SMALL)
    if n == 1 and sums.stratum is None:  # one team: a weighted mean of the others, and how far each of these lies from the rest
        return Check("clusters", "passes" if groups - 1 >= LEAST_UNITS else "blocks", groups - 1, LEAST_UNITS)
    if min(n, groups - n) >= FEW and sums.stratum is None:
        return Check("clusters", "passes", min(n, groups - n), FEW)
    needed = round((2 if 2 * n == groups else 1) / (1 - level))  # half of them: the other half shows the same, turned round
    count = count_choices(treated, sums.stratum)
    return Check("clusters", "passes" if count >= needed else "blocks", count, needed)


def _before(of: Design) -> Check:
    needed = 0 if of.chosen.how == "lot" else LEAST_BEFORE
    return Check("pre_periods", "passes" if len(of.before) >= needed else "blocks", len(of.before), needed)


def _attrition(of: Design) -> Check:
    """Units lost on the way: as many on both sides, by Fisher's exact test where more than a few were lost."""
    there, left = of.before_all, of.before_all & ~of.followed
    counts = [[int((left & side).sum()), int((there & ~left & side).sum())] for side in (of.treated, ~of.treated)]
    shares = [lost / max(lost + kept, 1) for lost, kept in counts]
    p = float(stats.fisher_exact(np.array(counts))[1])
    apart = abs(shares[0] - shares[1])
    return Check("attrition", "blocks" if p < 2 * LEVEL or apart > LOST_APART else "passes", apart, LOST_APART)


def _pull_forward(of: Design) -> Check:
    """What was only pulled forward is missing afterwards: these periods have to have come, and are counted."""
    return Check("pull_forward", "blocks" if of.payback_missing else "passes", of.payback_missing, 0)


def _spill_over(of: Design) -> Check:
    """Whether the untreated beside treated ones changed otherwise than those in clusters without any.

    Nobody can tell where every cluster has both.
    """
    panel = of.compared
    if panel.by_cluster:
        return Check("spill_over", "passes")
    touched = np.isin(panel.cluster, panel.cluster[panel.treated]) & ~panel.treated
    apart = ~touched & ~panel.treated
    if min(touched.sum(), apart.sum()) < LEAST_UNITS:
        return Check("spill_over", "unchecked", int(apart.sum()), LEAST_UNITS)
    both, beside = panel.only(touched | apart), touched[touched | apart]
    group = both.cluster  # a team's shared months are one, and not its people's
    inside = np.bincount(group, beside) > 0
    if min(int(inside.sum()), int((~inside).sum())) < 2:
        return Check("spill_over", "unchecked", int(min(inside.sum(), (~inside).sum())), 2)
    found = jackknife(sums_of(np.nan_to_num(both.outcome), group), inside, of.contrast, 0.95)
    return Check("spill_over", "blocks" if found.p < 2 * LEVEL else "passes", found.p, 2 * LEVEL)


def _trend(of: Design) -> Iterator[Check]:
    """Whether both sides went alike before, and how much of the interval rests on what may not have been seen of it."""
    sums, treated = of.groups
    if min(int(treated.sum()), int((~treated).sum())) < 2:
        yield Check("pre_trend", "passes")  # the weights of the other teams are chosen so that they do
        return
    half = len(of.before) // 2
    p = _chance(sums, treated, contrast(of.before[:half], of.before[half:], of.scale))
    yield Check("pre_trend", "blocks" if p < SURE else "passes", p, SURE)
    yield trend_power(jackknife_error(sums, treated, of.contrast)[1], of.contrast.blur)


def trend_power(error: float, blur: float) -> Check:
    """How much of the error, 0..1, comes from a trend that nobody has seen: all of it where no error is known; 0 where none is
    and nothing may have moved.
    """
    whole = float(np.hypot(error, blur))
    part = (blur / whole if whole else 0.0) if np.isfinite(error) else 1.0
    return Check("pre_trend_power", "unchecked" if part > RESTS_ON else "passes", part, RESTS_ON)


def _regression_to_the_mean(of: Design) -> Check:
    """Who is chosen by a bad stretch recovers without help: that stretch must not be what the programme is held against.

    Where nobody says which stretch decided, an unusual one just before the programme stands in the way. Where it is known and
    left out, good and bad stretches of the untreated must not last into the periods that count.
    """
    panel = of.compared
    if of.chosen.first is None:
        if of.chosen.how == "results":
            return Check("regression_to_mean", "blocks")
        sums, treated = of.groups
        p = min((_dip(sums, treated, of, n) for n in (1, 3) if len(of.before) - n >= LEAST_BEFORE), default=1.0)
        most = {"lot": SURE / 2, "clusters": SURE}.get(of.chosen.how, LEVEL / 2)  # two looks; a lot makes one by chance, too
        return Check("regression_to_mean", "blocks" if p < most else "passes", p, most)
    between = np.arange(len(of.before), of.after[0])
    untreated = panel.outcome[~panel.treated]
    before = untreated[:, of.before].mean(axis=1)
    stretch, later = (_relative(untreated[:, at].mean(axis=1), before, of.scale) for at in (between, of.after))
    everybody = panel.outcome[:, between].mean(axis=1)
    own = _relative(everybody, panel.outcome[:, of.before].mean(axis=1), of.scale)
    alone, beside = (abs(outranks(values, panel.treated) - 0.5) + 0.5 for values in (everybody, own))
    if of.chosen.how == "results" and beside > max(alone, FELL):  # chosen for a fall from what it is held against
        return Check("regression_to_mean", "blocks", beside, FELL)
    if len(before) < LEAST_UNITS or np.ptp(stretch) == 0 or np.ptp(later) == 0:
        return Check("regression_to_mean", "passes")
    # held against the same months both would be alike by the luck of these: the first half is for one, the second for the other
    half = len(of.before) // 2
    early, late = (untreated[:, of.before[part]].mean(axis=1) for part in (slice(None, half), slice(half, None)))
    ties = stats.spearmanr(
        _relative(untreated[:, between].mean(axis=1), early, of.scale),
        _relative(untreated[:, of.after].mean(axis=1), late, of.scale),
    )
    return Check(
        "regression_to_mean", "blocks" if ties.statistic > 0 and ties.pvalue < SURE else "passes", float(ties.pvalue), SURE
    )


def _relative(values: Floats, before: Floats, scale: str) -> Floats:
    return np.asarray(values / np.maximum(before, 1e-9) if scale == "ratio" else values - before)


def _dip(sums: Sums, treated: Flags, of: Design, n: int) -> float:
    """p-value of the last `n` periods before being like the earlier ones; of whole teams, like the line of these."""
    plain = contrast(of.before[:-n], of.before[-n:], of.scale)
    return _chance(sums, treated, replace(plain, weight=float(of.chosen.how == "clusters")))


def _chance(sums: Sums, treated: Flags, of: Contrast) -> float:
    """p-value of both sides being alike; 1 where nothing tells."""
    p = jackknife(sums, treated, of, 1 - LEVEL).p
    return p if np.isfinite(p) else 1.0


def overlap(chance: Floats, treated: Flags) -> Check:
    """Whether those who chose to take part have their like among the others.

    `chance` (units,): of taking part, out of sample. Blocks where it tells the two sides nearly always apart, or where the
    others, weighted to be like the treated, count for less than a third of these.
    """
    n = int(treated.sum())
    weight = chance[~treated] / np.maximum(1 - chance[~treated], 1e-9)
    counts = float(weight.sum() ** 2 / (weight**2).sum())
    blocks = outranks(chance, treated) > SEPARATED or counts < n / 3
    return Check("overlap", "blocks" if blocks else "passes", counts, n / 3)


def second_test(by_choice: float, bootstrap: float, level: float) -> Check:
    """Whether the wild cluster bootstrap says the same as other choices of the treated, which decide; unchecked where not."""
    same = np.isfinite(bootstrap) and (by_choice <= 1 - level) == (bootstrap <= 1 - level)
    return Check("second_test", "passes" if same else "unchecked", bootstrap, 1 - level)


def table_of(checks: list[Check]) -> pd.DataFrame:
    """One row per guard: check, stands, found, needed."""
    return pd.DataFrame(
        {
            "check": [one.check for one in checks],
            "stands": [one.stands for one in checks],
            "found": np.array([one.found for one in checks], dtype=np.float64),
            "needed": np.array([one.needed for one in checks], dtype=np.float64),
        }
    )
