"""Chances of open deals by cell: weeks left, stage, expected close, amount and time in stage.

In: counts of what became of deals in each cell. Out: `Cells`, each cell's chances drawn towards coarser ones (weeks left →
stage → expected close → amount → time in stage), looked up for any deals on any day. Never holds a deal or a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesanalytics.base.types import Floats, Ints
from salesanalytics.models.forecast.book import FAR, States

DUE = ("overdue", "this period", "later", "undated")
SINCE_DAYS = (7, 21)
PRIOR_DEALS = 15.0
"""A cell counts as much as the coarser one it is drawn to when it holds this many deals."""


@dataclass(frozen=True, slots=True)
class Cells:
    """`chance[left, stage, due, size, since]`: (won, lost); stage 0 stands for all.

    `amount_ratio` per stage: won amount ÷ amount of that day.
    """

    chance: Floats
    counts: Floats
    amount_ratio: Floats
    stages: Sequence[str]
    edges: Floats

    def p_won(self, states: States, day: int, end: int) -> Floats:
        """Chance of each deal to be won after `day`, up to `end`; between two weeks by their mean, weighted."""
        left = min(max((end - day) / 7, 0.0), len(self.chance) - 1.0)
        below, codes = int(left), self.codes(states, day, end)
        above = min(below + 1, len(self.chance) - 1)
        low, high = self.chance[below, *codes, 0], self.chance[above, *codes, 0]
        return np.asarray(low + (left - below) * (high - low))

    def codes(self, states: States, day: int, end: int) -> tuple[Ints, Ints, Ints, Ints]:
        """The cell of each deal, but for the weeks left."""
        places = {stage: at for at, stage in enumerate(self.stages)}
        stage = np.fromiter((places.get(one, 0) for one in states.stage), dtype=np.int64, count=len(states.stage))
        return stage, *_bands(states, day, end, self.edges)


def fit(counts: Floats, values: Floats, stages: Sequence[str], edges: Floats) -> Cells:
    """Each cell's shares, drawn to the next coarser cell as if that were `PRIOR_DEALS` deals."""
    total = counts[:, 0].sum(axis=(0, 1, 2, 3))
    overall = (total + 1 / 3) / (total.sum() + 1)
    by_left = counts[:, 0].sum(axis=(1, 2, 3))
    chance = _drawn(by_left, np.broadcast_to(overall, by_left.shape))
    for depth in range(1, 5):
        here = counts.sum(axis=tuple(range(depth + 1, 5)))
        chance = _drawn(here, chance[..., None, :])
    chance[0] = (0.0, 0.0, 1.0)  # no week left: whatever is open stays open
    little = 0.02 * values[0]  # a stage with hardly any money won takes the ratio of all
    amount_ratio = (values[:, 0] + little[0]) / (values[:, 1] + little[1]) if values[0, 1] > 0 else np.ones(len(stages))
    return Cells(chance[..., :2], counts, amount_ratio, stages, edges)


def _drawn(counts: Floats, coarser: Floats) -> Floats:
    return np.asarray((counts + PRIOR_DEALS * coarser) / (counts.sum(axis=-1, keepdims=True) + PRIOR_DEALS))


def _bands(states: States, day: int, end: int, edges: Floats) -> tuple[Ints, Ints, Ints]:
    expected = states.expected
    due = np.where(expected >= FAR, 3, np.where(expected < day, 0, np.where(expected <= end, 1, 2)))
    size = np.where(np.isnan(states.amount), 3, np.searchsorted(edges, np.nan_to_num(states.amount), side="right"))
    return due, size, np.searchsorted(SINCE_DAYS, states.since, side="right")
