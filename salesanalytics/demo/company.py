"""The company that every table speaks of: its people, its land, and their names by index. Its own tables: `organisation`."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.calendar import number
from salesanalytics.demo.people import MANAGER, SDR, People
from salesanalytics.demo.settings import Settings

FOCUS = ("small", "mid-market", "enterprise")


@dataclass(frozen=True)
class Company:
    """People and land with their names. `focus` is each seat's segment (index of FOCUS), `land` its potential."""

    settings: Settings
    people: People
    land: Floats
    focus: Ints

    @cached_property
    def specs(self) -> list[dict[str, Any]]:
        """What is known of each team: id, name, region, people, countries.

        Past the list, a team's second or third unit follows.
        """
        known = frames.words("names")["teams"]
        return [_unit(known[place % len(known)], place // len(known) + 1) for place in range(self.settings.teams)]

    @cached_property
    def team_ids(self) -> list[str]:
        """Team ids by place."""
        return [spec["id"] for spec in self.specs]

    @cached_property
    def rep_ids(self) -> pa.Array:
        """Rep ids by person; who came back keeps the id of their first stay."""
        first, earlier = np.arange(len(self.people.role)), self.people.earlier
        while (earlier[first] >= 0).any():
            first = np.where(earlier[first] >= 0, earlier[first], first)
        return frames.taken(frames.ids("R", len(first), 4), first)

    @cached_property
    def last_stay(self) -> NDArray[np.bool_]:
        """Which rows of the people are a person's last stay."""
        return ~np.isin(np.arange(len(self.people.role)), self.people.earlier)

    @cached_property
    def territory_ids(self) -> pa.Array:
        """Territory ids by seat; seats of SDRs have no land and leave gaps in the numbering."""
        return frames.ids("T", len(self.people.seats.team), 3)

    @cached_property
    def has_land(self) -> NDArray[np.bool_]:
        """Which seats work a territory."""
        return np.asarray(self.people.seats.role != SDR)

    @cached_property
    def spell_seat(self) -> Ints:
        """Seat whose land each spell works: the person's own, for movers one of the new team's, NONE for managers and SDRs."""
        spells, role = self.people.spells, self.people.role
        seat = spells.seat.copy()
        rng = self.settings.rng("movers' territories")
        for spell in np.flatnonzero((seat < 0) & (role[spells.rep] != MANAGER)):
            free = np.flatnonzero(self.has_land & (self.people.seats.team == spells.team[spell]))
            seat[spell] = rng.choice(free)
        return np.where(role[spells.rep] == SDR, frames.NONE, seat)

    @cached_property
    def closing_skill(self) -> Floats:
        """Each person's gift for winning, standard normal."""
        return self.settings.rng("skill").standard_normal(len(self.people.role))

    @cached_property
    def drive(self) -> Floats:
        """Each person's factor on opportunities opened, 1 on average."""
        return self.settings.rng("drive").lognormal(-0.0072, 0.12, len(self.people.role))


def _unit(spec: dict[str, Any], unit: int) -> dict[str, Any]:
    return spec if unit == 1 else {**spec, "id": f"{spec['id']}-{unit}", "name": f"{spec['name']} {unit}"}


def present(company: Company, team: int, role: tuple[int, ...]) -> Ints:
    """People of `team` with one of the roles who are there at the end of `as_of`."""
    people, today = company.people, number(company.settings.as_of)
    return np.flatnonzero((people.home == team) & (people.left > today) & np.isin(people.role, role))
