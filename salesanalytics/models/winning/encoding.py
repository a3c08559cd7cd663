"""Columns as the two models want them: codes and numbers for trees, steps and slopes for a logistic regression.

In: the array of `Columns.read`. Out: two arrays, and which of their columns came from which one. Learnt from the rows given to
`fit` alone. Words: levels of at least five deals, the rest together. Numbers whose values come back, as amounts do, also say
how round they are and how often just this value is there: a round amount is a guess, an odd one a quote. A row does not count
itself, so that rows it was learnt from and new ones read alike.
"""

from dataclasses import dataclass

import numpy as np

from salesanalytics.base.types import Flags, Floats, Ints

LEAST_DEALS = 5
MOST_LEVELS = 60
FEW_VALUES = 10  # numbers with so few values are steps for the regression
KNOTS = (0.0, 0.25, 0.5, 0.75)
BLUR = 20
HEAPED = 30  # different values, from which on how round they are is looked at


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Rows as `trees` and `linear` want them; `tree_of` and `linear_of`: the column each of theirs came from."""

    trees: Floats
    linear: Floats
    tree_of: Ints
    linear_of: Ints

    def with_column(self, column: int, trees: Floats, linear: Floats) -> "Encoded":
        """The same rows with everything that came from one column put in its place."""
        both = self.trees.copy(), self.linear.copy()
        both[0][:, self.tree_of == column] = trees
        both[1][:, self.linear_of == column] = linear
        return Encoded(*both, self.tree_of, self.linear_of)

    def repeated(self, times: int) -> "Encoded":
        """All rows, and all of them again, so many times."""
        return Encoded(np.tile(self.trees, (times, 1)), np.tile(self.linear, (times, 1)), self.tree_of, self.linear_of)


class Words:
    """One column of words."""

    def __init__(self, places: Floats) -> None:
        known = places[~np.isnan(places)].astype(np.int64)
        counts = np.bincount(known) if len(known) else np.zeros(1, dtype=np.int64)
        kept = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
        kept = np.sort(kept[counts[kept] >= LEAST_DEALS])
        self.code = np.full(len(counts), len(kept))
        self.code[kept] = np.arange(len(kept))
        self.levels = len(kept)
        self.is_word, self.more = True, 0

    def codes(self, places: Floats) -> Ints:
        """The level of each row; one more for the rest, two more for a missing word."""
        known = np.nan_to_num(places, nan=0.0).astype(np.int64)
        code = np.where(known < len(self.code), self.code[np.minimum(known, len(self.code) - 1)], self.levels)
        return np.where(np.isnan(places), self.levels + 1, code)

    def encode(self, places: Floats, own: bool) -> tuple[Floats, Floats]:
        codes = self.codes(places)
        return codes[:, None].astype(np.float64), _one_hot(codes, self.levels + 2)


class Numbers:
    """One column of numbers."""

    def __init__(self, values: Floats, blurred: bool = False) -> None:
        self.edges = np.unique(np.nanquantile(values, np.linspace(0, 1, BLUR + 1)[1:-1])) if blurred else None
        values = self._read(values)
        known = values[~np.isnan(values)]
        self.values, self.counts = np.unique(known, return_counts=True)
        self.is_word = False
        self.few = len(self.values) <= FEW_VALUES
        self.grid = np.quantile(known, np.linspace(0, 1, 101)) if len(known) else np.zeros(1)
        comes_back = float(self.counts[self.counts > 1].sum()) / max(len(known), 1)
        self.heaped = len(self.values) >= HEAPED and comes_back > 0.05
        self.more = 2 if self.heaped else 0  # columns for trees beside the value itself

    def _read(self, values: Floats) -> Floats:
        """The numbers, or their twentieths."""
        if self.edges is None:
            return values
        return np.where(np.isnan(values), np.nan, np.searchsorted(self.edges, np.nan_to_num(values), side="right"))

    def encode(self, values: Floats, own: bool) -> tuple[Floats, Floats]:
        values = self._read(values)
        missing = np.isnan(values)
        heaps = self._heaps(values, own) if self.heaped else np.empty((len(values), 0))
        trees = np.column_stack([values, heaps])
        if self.few:
            place = np.clip(np.searchsorted(self.values, np.nan_to_num(values)), 0, max(len(self.values) - 1, 0))
            steps = _one_hot(np.where(missing, len(self.values), place), len(self.values) + 1)
            return trees, steps
        rank = self._rank(values)
        slopes = [np.maximum(rank - knot, 0) for knot in KNOTS]
        return trees, np.column_stack([*slopes, missing, np.nan_to_num(heaps) / 4])

    def _rank(self, values: Floats) -> Floats:
        """Share of known values up to each, between 0 and 1; the middle where missing."""
        filled = np.where(np.isnan(values), self.grid[len(self.grid) // 2], values)
        low, high = (np.searchsorted(self.grid, filled, side=side) for side in ("left", "right"))
        return np.asarray((low + high) / (2 * len(self.grid)))

    def _heaps(self, values: Floats, own: bool) -> Floats:
        """How many digits a number has before its zeros, and the logarithm of how often it is there, the row left out."""
        place = np.clip(np.searchsorted(self.values, np.nan_to_num(values)), 0, len(self.values) - 1)
        seen = np.where(self.values[place] == values, self.counts[place], 0) - int(own)
        heaps = np.column_stack([digits(values), np.log1p(np.maximum(seen, 0))])
        heaps[np.isnan(values)] = np.nan
        return heaps


class Encoding:
    """All columns of one table."""

    def __init__(self, rows: Floats, words: Flags, blurred: Flags | None = None) -> None:
        """`blurred`: numbers of which only the twentieth is looked at, not how they are written."""
        blur = np.zeros(len(words), dtype=bool) if blurred is None else blurred
        kinds = zip(rows.T, words, blur, strict=True)
        self.columns = [Words(one) if is_word else Numbers(one, bool(blurry)) for one, is_word, blurry in kinds]

    def __call__(self, rows: Floats, *, own: bool = False) -> Encoded:
        """`own`: whether these are the rows it was learnt from."""
        pairs = [column.encode(one, own) for column, one in zip(self.columns, rows.T, strict=True)]
        trees, linear = (np.hstack([pair[side] for pair in pairs]) for side in (0, 1))
        widths = [[pair[side].shape[1] for pair in pairs] for side in (0, 1)]
        tree_of, linear_of = (np.repeat(np.arange(len(pairs)), width) for width in widths)
        return Encoded(trees, linear, tree_of, linear_of)

    @property
    def word_codes(self) -> list[bool]:
        """Which of the trees' columns are codes of words."""
        return [flag for one in self.columns for flag in [one.is_word, *([False] * one.more)]]


def digits(values: Floats) -> Floats:
    """Significant digits of numbers in hundredths: 1 of 50,000, 3 of 12,300, 5 of 499.99; 0 of 0; missing where missing."""
    left = np.round(np.abs(np.nan_to_num(values)) * 100)
    for _ in range(16):
        ends = (left > 0) & (left % 10 == 0)
        if not ends.any():
            break
        left[ends] /= 10
    count = np.searchsorted(10.0 ** np.arange(16), left, side="right")
    return np.where(np.isnan(values), np.nan, count)


def _one_hot(codes: Ints, count: int) -> Floats:
    wide = np.zeros((len(codes), count))
    wide[np.arange(len(codes)), codes] = 1.0
    return wide
