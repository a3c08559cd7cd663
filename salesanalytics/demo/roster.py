"""Who can be asked: picks people of a team who were there at a moment.

In: company and calendar. Out: `Roster`, which hands out people at random. Whoever is picked works in that team during the
whole month of the moment (or from its start until `as_of`), so that a small shift in time never reaches a person who is not
there.
"""

import numpy as np

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo.calendar import Calendar
from salesanalytics.demo.company import Company
from salesanalytics.demo.creation import month_starts
from salesanalytics.demo.frames import NONE
from salesanalytics.demo.people import NEVER
from salesanalytics.demo.settings import month_before


class Roster:
    """People with one of `roles`, by team and month."""

    def __init__(self, company: Company, calendar: Calendar, roles: tuple[int, ...]) -> None:
        spells = company.people.spells
        some = np.flatnonzero(np.isin(company.people.role[spells.rep], roles))
        since = calendar.position(spells.since[some])[:, None]
        until = np.where(spells.until[some] < NEVER, calendar.position(spells.until[some] + 1), calendar.end)[:, None]
        # leads come in a little before the first deal
        self._edges = np.insert(
            month_starts(calendar), 0, [calendar.at(month_before(company.settings.deals_from, back)) for back in (2, 1)]
        )
        team, there = spells.team[some], (since <= self._edges[:-1]) & (until >= self._edges[1:])
        spell, month = np.nonzero(there)
        cell = team[spell] * there.shape[1] + month
        order = np.argsort(cell, kind="stable")
        self._rep = np.append(spells.rep[some][spell][order], NONE)
        self._count = np.bincount(cell, minlength=company.settings.teams * there.shape[1])
        self._first = np.cumsum(self._count) - self._count

    def pick(self, team: Ints, position: Floats, rng: np.random.Generator) -> Ints:
        """Somebody of each team at each position; NONE where nobody was there."""
        month = np.clip(np.searchsorted(self._edges, position, side="right") - 1, 0, len(self._edges) - 2)
        cell = team * (len(self._edges) - 1) + month
        count = self._count[cell]
        place = self._first[cell] + (rng.random(len(team)) * count).astype(np.int64)
        return np.where(count > 0, self._rep[np.minimum(place, len(self._rep) - 1)], NONE)
