"""Who works where and when, in numbers: seats, people, and their spells in teams. How they come to be is in `hiring`.

All values are indices and day numbers; the company's tables and all deals are made from them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Ints

NEVER = 10**6
ROLE_NAMES = ("manager", "ae", "am", "sdr")
MANAGER, AE, AM, SDR = range(4)


@dataclass(frozen=True, slots=True)
class Seats:
    """One row per seat: its team (place), role (index of ROLE_NAMES) and the day it was opened."""

    team: Ints
    role: Ints
    opened: Ints


@dataclass(frozen=True, slots=True)
class Spells:
    """One row per person and time in one team.

    `until` is the last day (NEVER while it lasts); `seat` is NONE for managers and movers.
    """

    rep: Ints
    team: Ints
    since: Ints
    until: Ints
    seat: Ints


@dataclass(frozen=True, slots=True)
class People:
    """Everybody: one row per person and stay, managers first (person i leads team i), and spells ordered by person and day.

    `earlier`: the row of the stay before, of who came back; NONE (-1) of all others.
    """

    role: Ints
    home: Ints
    hired: Ints
    left: Ints
    earlier: Ints
    seats: Seats
    spells: Spells

    @property
    def selling(self) -> NDArray[np.bool_]:
        """Which spells are those of sellers with deals of their own."""
        return np.isin(self.role[self.spells.rep], (AE, AM))
