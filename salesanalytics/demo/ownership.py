"""Who owns a deal when: the one who opened it, until they leave or change teams; then a colleague of the same team.

In: spells and the positions between which each deal may be open. Out: `Owners`, which answers who held a deal at a moment.
A deal never changes team: where no colleague is there, the manager takes it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo.calendar import Calendar
from salesanalytics.demo.people import NEVER, People

SETTLED_DAYS = 150
"""Tenure from which somebody is given a leaver's deals, as long as there is anyone like that."""
LONGEST = 16_384.0
"""Above any position, so that deal * LONGEST + position sorts by deal, then by time."""


@dataclass(frozen=True)
class Owners:
    """`first` holds each deal's first owner; the others hold one row per handover, ordered by deal and position."""

    first: Ints
    deal: Ints
    position: Floats
    rep: Ints

    @cached_property
    def _keys(self) -> Floats:
        return self.deal * LONGEST + self.position

    @cached_property
    def _handed(self) -> NDArray[np.bool_]:
        handed = np.zeros(len(self.first), bool)
        handed[self.deal] = True
        return handed

    def at(self, deal: Ints, position: Floats) -> Ints:
        """Owner of each deal at each position."""
        owner = self.first[deal]
        asked = np.flatnonzero(self._handed[deal])
        last = np.searchsorted(self._keys, deal[asked] * LONGEST + position[asked], side="right") - 1
        known = last >= 0
        known[known] = self.deal[last[known]] == deal[asked][known]
        owner[asked[known]] = self.rep[last[known]]
        return owner

    def before(self, ends: Floats) -> "Owners":
        """The same without handovers at or after each deal's end."""
        keep = self.position < ends[self.deal]
        return Owners(self.first, self.deal[keep], self.position[keep], self.rep[keep])


def owners(people: People, calendar: Calendar, spell: Ints, ends: Floats) -> Owners:
    """Hands deals opened in `spell` on, spell end by spell end, as long as they are open (`ends`)."""
    spells = people.spells
    over = np.where(spells.until < NEVER, calendar.position(spells.until + 1), np.inf)
    ended = np.flatnonzero(people.selling & (over < calendar.now))
    held = _by_spell(spell, len(over))
    selling = [np.flatnonzero(people.selling & (spells.team == team)) for team in range(int(spells.team.max()) + 1)]
    rows: list[tuple[Ints, float, Ints]] = []
    for one in ended[np.argsort(over[ended], kind="stable")]:
        mine = np.concatenate(held[one])
        mine = mine[ends[mine] > over[one]]
        if not len(mine):
            continue
        mates = selling[spells.team[one]]
        day = spells.until[one]
        mates = mates[(spells.since[mates] <= day) & (spells.until[mates] > day) & (over[mates] > over[one])]
        settled = mates[people.hired[spells.rep[mates]] <= day - SETTLED_DAYS]
        mates = settled if len(settled) else mates
        if not len(mates):
            mates = np.array([np.flatnonzero(spells.rep == spells.team[one])[0]])
        share = mates[(np.arange(len(mine)) + one) % len(mates)]
        for mate in np.unique(share):
            held[mate].append(mine[share == mate])
        rows.append((mine, over[one], spells.rep[share]))
    return _sorted(spells.rep[spell], rows)


def _by_spell(spell: Ints, count: int) -> list[list[Ints]]:
    order = np.argsort(spell, kind="stable")
    cuts = np.searchsorted(spell[order], np.arange(1, count))
    return [[part] for part in np.split(order, cuts)]


def _sorted(first: Ints, rows: list[tuple[Ints, float, Ints]]) -> Owners:
    empty = np.empty(0, np.int64)
    deal = np.concatenate([row[0] for row in rows]) if rows else empty
    position = np.repeat([row[1] for row in rows], [len(row[0]) for row in rows]) if rows else np.empty(0)
    rep = np.concatenate([row[2] for row in rows]) if rows else empty
    order = np.lexsort((position, deal))
    return Owners(first, deal[order], position[order], rep[order])
