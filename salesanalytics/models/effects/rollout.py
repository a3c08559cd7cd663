"""Who begins at different times, as a share: what each group would have had follows from all that is untreated yet.

In: a `Panel`. Out: the `Effect`. A Poisson regression with groups and periods on the untreated cells alone says what the
treated ones would have been (Wooldridge 2023; Borusyak, Jaravel and Spiess 2024): no group that has begun is ever a
comparison, so that an effect which grows is not mistaken. Units of a group share their periods, so its sums are enough. How
sure it is, leaving out one team (or unit) after the other says; a trend of their own is set against the prior as elsewhere.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.effects.answer import NO_COURSE, NO_GROUPS, NO_SENSITIVITY, Effect, least_seen
from salesanalytics.models.effects.design import DRIFT
from salesanalytics.models.effects.guards import SURE, Check, table_of, trend_power
from salesanalytics.models.effects.inference import Inferred, allowing_for, error_of, student
from salesanalytics.models.effects.panel import NEVER, Panel

LOOKED_BACK = 3  # periods before each start that are held against the earlier ones, to see whether a group goes another way
ROUNDS = 500
ENOUGH = 1e-10


@dataclass(frozen=True, eq=False)  # no slots: sums are worked out once
class Rollout:
    """A panel of units followed throughout, some of them treated from one of several starts on. `drift`: as in `Design`."""

    panel: Panel
    drift: float = DRIFT

    @cached_property
    def starts(self) -> Ints:
        """Place of the first treated period of each group, the untreated ones last."""
        return np.unique(self.panel.start)

    @cached_property
    def since(self) -> Ints:
        """(groups, periods): periods since the group's start, below 0 before it."""
        return np.asarray(np.arange(len(self.panel.periods)) - self.starts[:, None])

    @cached_property
    def sums(self) -> Floats:
        """(parts left out and, last, none; groups; periods)."""
        panel = self.panel
        group = np.searchsorted(self.starts, panel.start)
        parts = np.zeros((int(panel.cluster.max()) + 2, len(self.starts), len(panel.periods)))
        np.add.at(parts, (panel.cluster, group), panel.outcome)
        return np.asarray(parts.sum(axis=0) - parts)

    @cached_property
    def sides(self) -> Flags:
        """Which clusters have somebody treated."""
        found = np.zeros(int(self.panel.cluster.max()) + 1, dtype=np.bool_)
        found[self.panel.cluster[self.panel.treated]] = True
        return found

    def share(self, seen: Flags, asked: Flags) -> Floats:
        """Logarithm of what the cells `asked` (groups, periods) hold over what they would have, by the cells `seen`."""
        rows, cells = self.sums, seen.astype(np.float64)
        period = np.ones((len(rows), rows.shape[2]))
        inside = rows * cells
        with np.errstate(divide="ignore", invalid="ignore"):
            for _ in range(ROUNDS):  # iterative proportional fitting: the Poisson regression's own equations
                group = inside.sum(axis=2) / (period @ cells.T)
                after = inside.sum(axis=1) / (group @ cells)
                done = np.nanmax(np.abs(after / period - 1)) < ENOUGH
                period = after
                if done:
                    break
            had = (group[:, :, None] * period[:, None, :] * asked).sum(axis=(1, 2))
            return np.asarray(np.log((rows * asked).sum(axis=(1, 2)) / had))

    def spread(self, found: Floats) -> tuple[float, float, float]:
        """Estimate, jackknife error and degrees of freedom."""
        without = found[:-1][self.sides], found[:-1][~self.sides]
        return error_of(float(found[-1]), without, (len(without[0]), len(without[1])))

    @cached_property
    def trend(self) -> tuple[Floats, float]:
        """The last periods before each start against the earlier ones, and how many such steps away the effect is."""
        last = (self.since < 0) & (self.since >= -LOOKED_BACK) & (self.starts < NEVER)[:, None]
        earlier = (self.since < 0) & ~last
        return self.share(earlier, last), self.away(self.since >= 0, self.since < 0) / self.away(last, earlier)

    def away(self, cells: Flags, others: Flags) -> float:
        """Mean distance in periods between two kinds of cells of those who begin, by how many units do."""
        rows = np.flatnonzero(self.starts < NEVER)
        distances = [self.since[row][cells[row]].mean() - self.since[row][others[row]].mean() for row in rows]
        return float(np.average(distances, weights=[(self.panel.start == self.starts[row]).sum() for row in rows]))

    @cached_property
    def answer(self) -> tuple[float, float, float, float]:
        """Estimate, error, degrees of freedom and blur of all treated cells together, on logarithms."""
        trend, steps = self.trend
        found = self.share(self.since < 0, self.since >= 0)
        return allowing_for(found, steps * trend, self.drift * self.away(self.since >= 0, self.since < 0), self.spread)


def checks(of: Rollout) -> list[Check]:
    """Whether the groups went as the others did before they began."""
    p = student(*of.spread(of.trend[0]), 0.95).p
    _, error, _, blur = of.answer
    return [
        Check("pre_trend", "blocks" if not p >= SURE else "passes", p, SURE),
        trend_power(error, blur),
    ]


def effect_of(of: Rollout, found: list[Check], level: float, *, left: int) -> Effect:
    """The `Effect` of a rollout that nothing stands in the way of: one share over all who began and all their periods."""
    panel, (estimate, error, df, blur) = of.panel, of.answer
    one = student(estimate, error, df, level, blur=blur)
    after = np.arange(len(panel.periods)) >= panel.start[:, None]
    whole = float(panel.outcome[after].sum())
    gain = [whole * (1 - float(np.exp(-value))) for value in (one.estimate, one.low, one.high)]
    return Effect(
        verdict="effect" if one.p <= 1 - level else "none_found",
        method="staggered",
        scale="ratio",
        level=level,
        estimate=float(np.expm1(one.estimate - one.error**2 / 2)),
        low=float(np.expm1(one.low)),
        high=float(np.expm1(one.high)),
        p=one.p,
        total=gain[0],
        total_low=gain[1],
        total_high=gain[2],
        whole=whole,
        smallest=float(np.expm1(least_seen(one, level))),
        choices=0,
        course=_course(of, level),
        guards=table_of(found),
        sensitivity=NO_SENSITIVITY,
        by_group=_by_group(of),
        treated=int(panel.treated.sum()),
        untreated=int((~panel.treated).sum()),
        groups_treated=int(of.sides.sum()),
        groups=len(of.sides),
        periods_before=int(of.starts[0]),
        periods_after=len(panel.periods) - int(of.starts[0]),
        left=left,
    )


def _course(of: Rollout, level: float) -> pd.DataFrame:
    """Each period since the start by itself, over all groups that have one."""
    begun, rows = (of.starts < NEVER)[:, None], []
    for offset in range(int(of.since[of.starts < NEVER].min()), int(of.since[of.starts < NEVER].max()) + 1):
        asked = (of.since == offset) & begun
        one: Inferred = student(*of.spread(of.share((of.since < 0) & ~asked, asked)), level)
        values = [float(np.expm1(value)) for value in (one.estimate, one.low, one.high)]
        rows.append((offset, offset, *values, "before" if offset < 0 else "after"))
    return pd.DataFrame(rows, columns=list(NO_COURSE)).replace([np.inf, -np.inf], np.nan)


def _by_group(of: Rollout) -> pd.DataFrame:
    rows = []
    for at, start in enumerate(of.starts[of.starts < NEVER]):
        asked = (of.since >= 0) & (np.arange(len(of.starts)) == at)[:, None]
        estimate, error, _ = of.spread(of.share(of.since < 0, asked))
        rows.append((of.panel.periods[int(start)], float(np.expm1(estimate)), error))
    return pd.DataFrame(rows, columns=list(NO_GROUPS))
