"""People who chose to take part: held against others like them, by what is known of both (doubly robust).

In: a `Design` whose panel has covariates. Out: the guards that rest on likeness, and `Inferred`. The untreated are weighted
by the odds of taking part, and what the treated would have had follows from a regression among the untreated so weighted
(Sant'Anna and Zhao 2020): of the change, or on the ratio scale a Poisson regression of the periods after on those before
(Wooldridge 2023), so that a growing business moves everybody by a share. It is right where either of the two models is. The
jackknife refits both, so that the interval knows what they cost and what the ratio's denominator does.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.effects.design import LEAST_BEFORE, Design
from salesanalytics.models.effects.guards import LEAST_UNITS, SURE, Check, overlap, trend_power
from salesanalytics.models.effects.inference import Inferred, allowing_for, error_of, student

FOLDS = 5
PENALTY = 1.0  # on slopes, as of one unit: keeps them finite where a trait is shared by few
MOST_WEIGHT = 5.0  # nobody untreated counts for more than so many: a rare one would carry the estimate and hide its error
MOST_PARTS = 100  # of a side, that the jackknife leaves out one after the other
STEPS = 30
ENOUGH = 1e-8
Link: TypeAlias = Literal["logit", "log", "identity"]


def checks(like: "Like") -> list[Check]:
    """Whether they have their like among the others, and whether these went as they did before, in the long run and lately."""
    of, treated = like.of, like.treated
    if min(int(treated.sum()), int((~treated).sum())) < LEAST_UNITS or not of.compared.covariates.shape[1]:
        return [Check("overlap", "blocks")]
    alike = overlap(_chances(of, like.seed), treated)
    if alike.stands == "blocks" or len(of.before) < LEAST_BEFORE:
        return [alike]
    half = len(of.before) // 2
    p = like.chance(of.before[:half], of.before[half:])
    lately = min(
        (like.chance(of.before[:-n], of.before[-n:]) for n in (1, 3) if len(of.before) - n >= LEAST_BEFORE), default=1.0
    )
    _, error, _, blur = like.answer
    return [
        alike,
        Check("pre_trend", "blocks" if p < SURE else "passes", p, SURE),
        trend_power(error, blur),
        Check("regression_to_mean", "blocks" if lately < SURE / 2 else "passes", lately, SURE / 2),
    ]


def _chances(of: Design, seed: int) -> Floats:
    """Each compared unit's chance to take part, from a model that has not seen it."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    panel = of.compared
    fewest = min(int(panel.treated.sum()), int((~panel.treated).sum()))
    folds = StratifiedKFold(min(FOLDS, fewest), shuffle=True, random_state=seed)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    found = cross_val_predict(model, panel.covariates, panel.treated, cv=folds, method="predict_proba")
    return np.asarray(found[:, 1], dtype=np.float64)


def doubly_robust(like: "Like", level: float) -> Inferred:
    """The treated's change beyond that of others like them, with as much of a trend of their own as was seen of it."""
    estimate, error, df, blur = like.answer
    return student(estimate, error, df, level, blur=blur)


@dataclass(frozen=True, eq=False)  # no slots: weights are worked out once
class Like:
    """The comparison, for everybody and with each part of either side left out in turn."""

    of: Design
    seed: int

    @cached_property
    def treated(self) -> Flags:
        return self.of.compared.treated

    @cached_property
    def traits(self) -> Floats:
        """A constant and the covariates, each by its standard deviation; one that is the same for all tells nothing."""
        values = self.of.compared.covariates
        spread = values.std(axis=0)
        return np.column_stack(
            [np.ones(len(values)), ((values - values.mean(axis=0)) / np.where(spread, spread, 1.0))[:, spread > 0]]
        )

    @cached_property
    def parts(self) -> Ints:
        """The part of its side that each unit is left out with: alone, where there are not too many."""
        rng, found = np.random.default_rng(self.seed), np.zeros(len(self.treated), dtype=np.int64)
        first = 0
        for side in (self.treated, ~self.treated):
            n = int(side.sum())
            found[side] = rng.permutation(np.arange(n) % MOST_PARTS) + first
            first += min(n, MOST_PARTS)
        return found

    @cached_property
    def weights(self) -> Floats:
        """(parts left out and, last, none; units): 1 of the treated, the odds to take part of the untreated, 0 of those out."""
        kept = (np.arange(self.parts.max() + 2)[:, None] != self.parts).astype(np.float64)
        odds = np.exp(_fitted(self.traits, self.treated.astype(np.float64), kept, "logit")) * kept * ~self.treated
        n = (kept * ~self.treated).sum(axis=1, keepdims=True)
        for _ in range(5):  # what is cut off goes to the others
            odds = np.minimum(odds * n / odds.sum(axis=1, keepdims=True), MOST_WEIGHT)
        return np.asarray(odds + kept * self.treated)

    def compare(self, before: Ints, after: Ints) -> Floats:
        """The contrast with each part left out, and last of all of everybody."""
        outcome = self.of.compared.outcome
        earlier, later = outcome[:, before].mean(axis=1), outcome[:, after].mean(axis=1)
        mine, others = self.weights * self.treated, self.weights * ~self.treated
        if self.of.scale == "ratio":
            unit = max(float(earlier.mean()), 1e-12)
            usual = earlier * np.exp(_fitted(self.traits, later / unit, others, "log", earlier / unit))
        else:
            unit = max(float((later - earlier).std()), 1e-12)
            usual = earlier + unit * _fitted(self.traits, (later - earlier) / unit, others, "identity")
        # what the regression leaves among the untreated that are alike is put right, too
        left = (others * (later - usual)).sum(axis=1) / others.sum(axis=1)
        had, have = (mine * usual).sum(axis=1) / mine.sum(axis=1) + left, mine @ later / mine.sum(axis=1)
        if self.of.scale == "difference":
            return np.asarray(have - had)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where((have > 0) & (had > 0), np.log(have / had), np.nan))

    def error(self, before: Ints, after: Ints) -> tuple[float, float, float]:
        """Of some periods against others: estimate, error and degrees of freedom."""
        return self._spread(self.compare(before, after))

    def _spread(self, found: Floats) -> tuple[float, float, float]:
        """The contrast, its jackknife error and its degrees of freedom: of as many untreated as the weights count for."""
        last = int(self.parts[self.treated].max()) + 1
        odds = self.weights[-1][~self.treated]
        counts = (float(self.treated.sum()), float(odds.sum() ** 2 / (odds**2).sum()))
        return error_of(found[-1], (found[:last], found[last:-1]), counts)

    def chance(self, before: Ints, after: Ints) -> float:
        """p-value of both sides being alike in two stretches before; 1 where nothing tells."""
        p = student(*self.error(before, after), 0.95).p
        return p if np.isfinite(p) else 1.0

    @cached_property
    def answer(self) -> tuple[float, float, float, float]:
        """Estimate, error, degrees of freedom and blur: a trend is set against the prior as in `Design.contrast`."""
        of, half = self.of, len(self.of.before) // 2
        found = self.compare(of.before, of.after)
        if half < 1:
            return *self._spread(found), of.away
        early, late = of.before[:half], of.before[half:]
        steps = float(of.after.mean() - of.before.mean()) / float(late.mean() - early.mean())
        return allowing_for(found, steps * self.compare(early, late), of.away, self._spread)


def _fitted(traits: Floats, outcome: Floats, weights: Floats, link: Link, exposure: Floats | float = 1.0) -> Floats:
    """The linear predictor (rows of `weights`, units) of a weighted regression of each row, slopes penalised; Newton's steps.

    They begin where the last row's end: the others lack a part of it.
    """
    k = traits.shape[1]
    penalty = np.diag(np.append(0.0, np.full(k - 1, PENALTY)))
    products = (traits[:, :, None] * traits[:, None, :]).reshape(len(traits), k * k)
    start = np.zeros((1, k))
    if link == "log":
        start[0, 0] = np.log(max(float(weights[-1] @ outcome), 1e-9) / max(float((weights[-1] * exposure).sum()), 1e-9))
    start = _steps(traits, products, outcome, weights[-1:], link, exposure, start, penalty)
    beta = _steps(traits, products, outcome, weights, link, exposure, np.repeat(start, len(weights), axis=0), penalty)
    return _line(beta, traits, link)


def _steps(
    traits: Floats,
    products: Floats,
    outcome: Floats,
    weights: Floats,
    link: Link,
    exposure: Floats | float,
    beta: Floats,
    penalty: Floats,
) -> Floats:
    k = traits.shape[1]
    for _ in range(STEPS):
        line = _line(beta, traits, link)
        if link == "logit":
            mean = 1 / (1 + np.exp(-line))
            bend = mean * (1 - mean)
        else:
            mean = exposure * np.exp(line) if link == "log" else line
            bend = mean if link == "log" else np.ones_like(mean)
        slope = (weights * (outcome - mean)) @ traits - beta @ penalty
        step = np.linalg.solve(((weights * bend) @ products).reshape(-1, k, k) + penalty + 1e-9 * np.eye(k), slope[:, :, None])[
            :, :, 0
        ]
        beta = beta + (step if link == "identity" else np.clip(step, -2, 2))
        if np.abs(step).max() < ENOUGH:
            break
    return beta


def _line(beta: Floats, traits: Floats, link: Link) -> Floats:
    return np.asarray(beta @ traits.T if link == "identity" else np.clip(beta @ traits.T, -30, 30))
