"""A column drawn anew given all others, so that only what it says beyond them is lost.

In: encoded rows that a model was fitted to. Out: `Redraw`, which gives other rows a new value of one column, as likely given
the other columns, by a ridge regression on them, as the one they have. Words and numbers with few values are drawn by their
predicted shares; other numbers keep what the others predict of their rank and get another row's error (Watson and Wright 2021).
A column that merely goes with a telling one would seem to tell if it were dealt anew by itself.
"""

import numpy as np
from scipy.special import ndtr, ndtri

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.winning.encoding import FEW_VALUES, Encoded

RIDGE = 1.0  # in rows: as if one more row said that nothing goes together
LEAST_SHARE = 1e-3


class Redraw:
    """Fitted to raw columns and the same rows encoded."""

    def __init__(self, rows: Floats, encoded: Encoded) -> None:
        self.mean = encoded.linear.mean(axis=0)
        self.design = encoded.linear - self.mean
        self.gram = self.design.T @ self.design
        self.linear_of = encoded.linear_of
        self.columns = [self._learnt(at, rows[:, at]) for at in range(rows.shape[1])]
        del self.design

    def _learnt(self, at: int, values: Floats) -> "_Shares | _Ranks":
        others = self.linear_of != at
        known = np.unique(values[~np.isnan(values)])
        kind = _Shares if len(known) <= FEW_VALUES or self._is_word(at) else _Ranks
        return kind(values, known, self.design[:, others], self.gram[np.ix_(others, others)])

    def _is_word(self, at: int) -> bool:
        """Numbers with many values have slopes, words and few values have steps: 0 and 1 before the mean was taken off."""
        mine = self.design[:, self.linear_of == at] + self.mean[self.linear_of == at]
        return bool(np.isin(mine, (0.0, 1.0)).all())

    def __call__(self, at: int, encoded: Encoded, rng: np.random.Generator) -> Floats:
        """New values of one column for these rows."""
        others = self.linear_of != at
        return self.columns[at].drawn((encoded.linear - self.mean)[:, others], rng)


def _ridge(design: Floats, gram: Floats, target: Floats) -> Floats:
    away = target - target.mean(axis=0)
    return (
        np.asarray(np.linalg.solve(gram + RIDGE * np.eye(len(gram)), design.T @ away))
        if len(gram)
        else np.zeros((0, target.shape[1]))
    )


class _Shares:
    """Words, or numbers with few values: each value's share given the others, missing being one of them."""

    def __init__(self, values: Floats, known: Floats, design: Floats, gram: Floats) -> None:
        self.values = np.append(known, np.nan)
        place = np.where(np.isnan(values), len(known), np.searchsorted(known, np.nan_to_num(values)))
        kept, place = np.unique(place, return_inverse=True)
        self.values = self.values[kept]
        steps = np.eye(len(kept))[place]
        self.shares, self.slopes = steps.mean(axis=0), _ridge(design, gram, steps)

    def drawn(self, design: Floats, rng: np.random.Generator) -> Floats:
        share = np.maximum(self.shares + design @ self.slopes, LEAST_SHARE * self.shares)
        upto = np.cumsum(share, axis=1)
        place = (upto < rng.random((len(design), 1)) * upto[:, -1:]).sum(axis=1)
        return np.asarray(self.values[np.minimum(place, len(self.values) - 1)])


class _Ranks:
    """Numbers: the normal score of the rank, predicted, with an error of another row; whether it is missing is drawn first."""

    def __init__(self, values: Floats, known: Floats, design: Floats, gram: Floats) -> None:
        missing = np.isnan(values)
        self.sorted = np.sort(values[~missing])
        low, high = (np.searchsorted(self.sorted, np.nan_to_num(values), side=side) for side in ("left", "right"))
        score = np.where(missing, 0.0, ndtri((low + high + 1) / (2 * len(self.sorted) + 2)))
        self.missing = _Shares(np.where(missing, np.nan, 0.0), np.zeros(1), design, gram) if missing.any() else None
        here = design[~missing]
        self.mean = float(score[~missing].mean())
        self.slopes = _ridge(here, here.T @ here if missing.any() else gram, score[~missing, None])
        self.errors = score[~missing] - self.mean - (here @ self.slopes)[:, 0]

    def drawn(self, design: Floats, rng: np.random.Generator) -> Floats:
        score = self.mean + (design @ self.slopes)[:, 0] + rng.choice(self.errors, len(design))
        place: Ints = np.clip((ndtr(score) * len(self.sorted)).astype(np.int64), 0, len(self.sorted) - 1)
        values = self.sorted[place]
        return values if self.missing is None else np.where(np.isnan(self.missing.drawn(design, rng)), np.nan, values)
