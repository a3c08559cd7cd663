"""A lot whose sides are made alike by what is known of their units: covariates and strata are partialled out of the change.

In: a `Design` whose treated were drawn by lot, on the difference scale. Out: `Inferred` by other choices within the strata,
each with a regression of its own (Heß 2017), and beside it the one with errors clustered by what was chosen as one. The
first is exact whatever the covariates are; the second is too sure of itself where strata hold two groups each (de
Chaisemartin and Ramirez-Cuellar 2022).
"""

from dataclasses import dataclass

import numpy as np

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.effects.design import Design
from salesanalytics.models.effects.inference import Inferred, choices_of, edge, student, unknown


@dataclass(frozen=True, slots=True, eq=False)
class _Regression:
    """Sums over what was chosen as one: `change` (groups,), less what strata and covariates tell; `basis` (groups, k) of
    these, orthonormal over units; `n` (groups,).
    """

    change: Floats
    basis: Floats
    n: Floats

    def coefficients(self, chosen: Floats, treated: Floats, effect: float) -> Floats:
        """Of being chosen, for each row of `chosen` (rows, groups), had `treated` (groups,) not had this effect."""
        left = treated * self.n - self.basis @ (treated @ self.basis)  # what is left of having been treated
        told = chosen @ self.n - ((chosen @ self.basis) ** 2).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(told > 1e-9, chosen @ (self.change - effect * left) / told, np.nan))


def adjusted(of: Design, level: float, seed: int) -> tuple[Inferred, Inferred]:
    """By other choices, and by clustered errors: the treated's change beyond that of untreated ones of their stratum, at equal
    covariates. NaN where these tell exactly who was treated.
    """
    panel, (sums, treated) = of.compared, of.groups
    mark = np.isin(of.plain.used, of.after)
    rows = panel.outcome[:, of.plain.used]
    change = rows[:, mark].mean(axis=1) - rows[:, ~mark].mean(axis=1)
    basis = _basis(panel.covariates, panel.stratum)
    group = panel.cluster if panel.by_cluster else np.arange(len(change))
    left = change - basis @ (basis.T @ change)
    by_group = np.zeros((len(treated), basis.shape[1] + 1))
    np.add.at(by_group, group, np.column_stack([left, basis]))
    regression = _Regression(by_group[:, 0], by_group[:, 1:], sums.n)
    found = _by_choice(regression, choices_of(treated, seed, sums.stratum), basis.shape[1] + 1, level)
    mine = treated[group].astype(np.float64)
    return found, _clustered(left, mine - basis @ (basis.T @ mine), group, basis.shape[1] + 1, level)


def _basis(covariates: Floats, stratum: Ints | None) -> Floats:
    """What strata and covariates span, orthonormal over units."""
    own = np.zeros(len(covariates), dtype=np.int64) if stratum is None else stratum
    design = np.column_stack([np.eye(int(own.max()) + 1)[own], covariates - covariates.mean(axis=0)])
    scale = np.sqrt((design**2).sum(axis=0))
    left, size, _ = np.linalg.svd(design / np.where(scale > 0, scale, 1), full_matrices=False)
    return np.asarray(left[:, size > size[0] * 1e-10])


def _by_choice(regression: _Regression, rows: Floats, used: int, level: float) -> Inferred:
    treated = rows[0]
    estimate = float(regression.coefficients(rows[:1], treated, 0.0)[0])
    if not np.isfinite(estimate):
        return unknown()
    at_none, per_effect = (regression.coefficients(rows, treated, effect) for effect in (0.0, 1.0))
    per_effect = per_effect - at_none

    def p_of(effect: float) -> float:
        """Share of choices that show as much as the one made, or nothing at all, had the effect been this."""
        shown = np.abs(at_none + effect * per_effect)
        return float((~(shown < shown[0] - 1e-9 * (1 + shown[0]))).mean())

    around = at_none + estimate * per_effect
    error = float(np.sqrt(np.nanmean(around**2)))
    reach = 6 * float(np.nanquantile(np.abs(around), 0.99)) + 1e-6
    low, high = (edge(p_of, estimate, estimate + side * reach, 1 - level) for side in (-1.0, 1.0))
    return Inferred(estimate, low, high, p_of(0.0), error, float(max(len(treated) - used, 1)), len(rows))


def _clustered(change: Floats, mine: Floats, group: Ints, used: int, level: float) -> Inferred:
    """Student's interval with errors clustered by `group` (the usual correction for few clusters and for what was used)."""
    groups, units, told = int(group.max()) + 1, len(change), float(mine @ mine)
    if told < 1e-9 or units <= used or groups < 2:
        return unknown()
    estimate = float(mine @ change) / told
    scores = np.bincount(group, mine * (change - estimate * mine), groups)
    correction = groups / (groups - 1) * (units - 1) / (units - used)
    return student(estimate, float(np.sqrt(correction * (scores**2).sum())) / told, groups - 1, level)
