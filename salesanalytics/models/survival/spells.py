"""What every function of this package takes: one row per person and stay.

In: when each stay came under observation, when it ended or was last seen, why it ended, and whose it is. Out: `Spells`, and the
counts of those at risk and leaving at each time. A person is at risk on (entry, exit]: who enters at the very time another
leaves was not there to leave (as in R's survival). Time is in whatever unit the caller counts.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.errors import DataError

STILL_THERE = ""  # the cause of a stay that has not ended


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """One row per person and stay: at risk after `entry` up to `exit`; `cause` it ended with ("" while it lasts); whose."""

    entry: Floats
    exit: Floats
    cause: NDArray[np.str_]
    subject: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.exit)

    @property
    def ended(self) -> Flags:
        """Which stays have ended, for whatever cause."""
        return np.asarray(self.cause != STILL_THERE)

    def ending(self, *causes: str) -> "Spells":
        """The same stays, of which only those that ended with one of `causes` count as ended."""
        counts = np.isin(self.cause, causes)
        return Spells(self.entry, self.exit, np.where(counts, self.cause, STILL_THERE), self.subject)

    def where(self, rows: Flags | Ints) -> "Spells":
        """Some of the rows."""
        return Spells(self.entry[rows], self.exit[rows], self.cause[rows], self.subject[rows])

    def from_the_start(self) -> "Spells":
        """As a naive look takes them: as if everybody had been watched since they began. Late entry is ignored."""
        return Spells(np.zeros(len(self)), self.exit, self.cause, self.subject)


def spells(exit: ArrayLike, ended: ArrayLike, entry: ArrayLike | None = None, subject: ArrayLike | None = None) -> Spells:
    """Rows made ready. `ended`: flags, or the cause as text ("" while a stay lasts). Without `entry` all are seen from 0 on.

    Raises DataError where a stay ends before it begins, or a time is unknown.
    """
    left = np.asarray(exit, dtype=np.float64)
    since = np.zeros(len(left)) if entry is None else np.asarray(entry, dtype=np.float64)
    flags: NDArray[Any] = np.asarray(ended)
    cause = flags.astype(np.str_) if flags.dtype.kind in "UOS" else np.where(flags.astype(bool), "left", STILL_THERE)
    whose = np.arange(len(left)).astype(np.str_) if subject is None else np.asarray(subject).astype(np.str_)
    wrong = ~(since < left)
    if wrong.any():
        raise DataError(
            f"{int(wrong.sum())} stays have no time at risk (e.g. from {since[wrong][0]:g} to {left[wrong][0]:g}); "
            "expected entry < exit. Leave such stays out and count them."
        )
    return Spells(since, left, cause, whose)


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """At each distinct `time` at which somebody left: `at_risk` just before it, and `left` then."""

    time: Floats
    at_risk: Ints
    left: Ints


def counts(rows: Spells) -> Counts:
    """Numbers at risk and leaving."""
    time, left = np.unique(rows.exit[rows.ended], return_counts=True)
    return Counts(time, at_risk(rows, time), left.astype(np.int64))


def at_risk(rows: Spells, time: Floats) -> Ints:
    """How many are at risk just before each `time`: entered before it, and not gone before it."""
    entered = np.searchsorted(np.sort(rows.entry), time, side="left")
    gone = np.searchsorted(np.sort(rows.exit), time, side="left")
    return np.asarray(entered - gone, dtype=np.int64)
