"""How a model's scores fall in positive and in negative texts, language by language: what a correction of shares rests on.

In: a fitted model's `held_out_` (one row per labelled text, scored by a model that had not seen it). Out: `Rates` for every
share on a grid. At a share, texts are scored by the slope of the likelihood there, h = (r - 1) / (share r + 1 - share) with r
the odds of the chance against the labels' own; it is the score that EMQ (Saerens, Latinne and Decaestecker 2002) drives to
zero, and no other tells shares apart better. Its means in positive and in negative texts are not taken on trust, as EMQ takes
them, but from the held-out texts, as PACC (Bella et al. 2010) does, so a model that is not calibrated costs width and no bias.
Where labelled texts come from several groups, means differ between groups by more than chance, and a new group's will too:
that spread is part of the error (DerSimonian and Laird's moments).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats
from salesanalytics.models.sentiment.learning import LEAST_GROUPS

ALL = "all"  # languages together
GRID = np.linspace(0.0, 1.0, 201)
LEAST = 10  # held-out texts of each side
SURE = 0.01  # chances are taken as this far from 0 and 1 at least
# Without labels the prior's errors are not known. Assumed: the share of positive and of negative texts that it calls positive,
# and by how much that varies from one source of texts to the next (standard deviation). Means of reviews, films and tweets in
# benchmarks/sentiment.py, which prints them anew.
ASSUMED = ((0.87, 0.10), (0.31, 0.10))
ASSUMED_DEGREES = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """For each share on `GRID`: `low`, the mean score of negative texts; `gap`, by how much positive ones score higher.

    `spread` (2, grid): variance of a negative and of a positive text's score, in units of the gap. `error` (3, grid): variance
    of the two means, likewise, and their covariance: a group that writes more warmly does so in both. `degrees` of freedom of
    these. `share`: the labels' own share, None where rates are assumed.
    """

    low: Floats
    gap: Floats
    spread: Floats
    error: Floats
    degrees: float
    share: float | None

    def positives(self, chance: Floats) -> Floats:
        """(grid,): mean over texts of what their score says, 0 for a negative text and 1 for a positive one on average."""
        scores = counted(chance)[:, None] if self.share is None else scored(chance, self.share)
        return np.asarray((scores.mean(axis=0) - self.low) / self.gap)


def scored(chance: Floats, share: float) -> Floats:
    """(texts, grid): the slope of each text's log likelihood at each share."""
    kept = np.clip(chance, SURE, 1 - SURE)
    odds = kept / (1 - kept) * (1 - share) / share
    return np.asarray((odds[:, None] - 1) / (GRID * odds[:, None] + 1 - GRID))


def counted(chance: Floats) -> Floats:
    """1 for a text that is rather positive, 0 for one rather negative, a half for one in between."""
    return np.asarray(0.5 * ((chance > 0.5).astype(np.float64) + (chance >= 0.5)))


def assumed_rates() -> Rates:
    """Rates where nobody labelled a text."""
    (high, high_sd), (low, low_sd) = ASSUMED
    gap, flat = high - low, np.ones(len(GRID))
    spread = np.array([low * (1 - low), high * (1 - high)])[:, None] / gap**2 * flat
    error = np.array([low_sd**2, high_sd**2, 0.0])[:, None] / gap**2 * flat
    return Rates(low * flat, gap * flat, spread, error, ASSUMED_DEGREES, None)


def held_out_rates(held_out: pd.DataFrame) -> dict[str, Rates]:
    """By language, and of all; a language with few labels has the rates of all. Empty where all together are too few."""
    known = held_out.dropna(subset=["positive", "chance"])
    if not _enough(known):
        return {}
    pooled = _rates(known)
    by = {str(name): one for name, one in known.groupby("language")}
    return {ALL: pooled} | {name: _rates(one) if _enough(one) else pooled for name, one in by.items()}


def _enough(held_out: pd.DataFrame) -> bool:
    return int(np.bincount(held_out["positive"].astype(int), minlength=2).min()) >= LEAST


def _rates(held_out: pd.DataFrame) -> Rates:
    share = float(held_out["positive"].mean())
    scores = scored(held_out["chance"].to_numpy(dtype=np.float64), share)
    sides = [held_out["positive"].to_numpy() == side for side in (0, 1)]
    groups = held_out["group"].astype(str).to_numpy() if "group" in held_out else np.full(len(held_out), "")
    low, high = (_means(scores[side], groups[side]) for side in sides)
    gap = np.maximum(high.mean - low.mean, 1e-9)
    spread = np.array([scores[side].var(axis=0, ddof=1) for side in sides]) / gap**2
    error = np.array([low.error, high.error, _together(low, high)]) / gap**2
    return Rates(low.mean, gap, spread, error, min(low.degrees, high.degrees), share)


@dataclass(frozen=True, slots=True, eq=False)
class _Means:
    """Per share on the grid: `mean` score, its squared `error` for a group not among these, and the part of that which lies
    `between` groups; `by`: means by group.
    """

    mean: Floats
    error: Floats
    between: Floats
    by: dict[str, Floats]
    degrees: float


def _means(scores: Floats, groups: np.ndarray) -> _Means:
    names, place, n = np.unique(groups, return_inverse=True, return_counts=True)
    within = scores.var(axis=0, ddof=1)
    if len(names) < LEAST_GROUPS:
        return _Means(scores.mean(axis=0), within / len(scores), np.zeros(len(GRID)), {}, len(scores) - 1.0)
    means = np.array([np.bincount(place, column, len(names)) for column in scores.T]).T / n[:, None]
    if len(scores) - len(names) >= LEAST:
        within = ((scores - means[place]) ** 2).sum(axis=0) / (len(scores) - len(names))
    apart = (n[:, None] * (means - scores.mean(axis=0)) ** 2).sum(axis=0) - (len(names) - 1) * within
    between = np.maximum(apart / (n.sum() - (n**2).sum() / n.sum()), 0.0)
    weight = 1 / (within / n[:, None] + between)
    mean = (weight * means).sum(axis=0) / weight.sum(axis=0)
    by = dict(zip(names.tolist(), means, strict=True))
    return _Means(mean, 1 / weight.sum(axis=0) + between, between, by, len(names) - 1.0)


def _together(low: _Means, high: _Means) -> Floats:
    """Covariance of the groups' means of negative and of positive texts; taken as 0 where it is negative, which is careful."""
    names = sorted(low.by.keys() & high.by.keys())
    if len(names) < LEAST_GROUPS:
        return np.zeros(len(GRID))
    one, other = (np.array([side.by[name] for name in names]) - side.mean for side in (low, high))
    found = (one * other).sum(axis=0) / (len(names) - 1)
    return np.asarray(np.clip(found, 0.0, np.sqrt(low.between * high.between)))
