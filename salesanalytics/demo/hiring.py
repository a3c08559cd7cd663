"""Fills the seats of a company: who is hired, who moves, who leaves, and when.

In: settings. Out: `People` in numbers (indices and day numbers), from which the company's tables and all deals are made. A
seat is one place in a team; a leaver's seat stands empty for about five weeks and is filled again. Nobody knows the future
here.
"""

from datetime import date

import numpy as np

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo.calendar import EPOCH, number
from salesanalytics.demo.people import MANAGER, NEVER, ROLE_NAMES, People, Seats, Spells
from salesanalytics.demo.planted.turnover import MOVES_A_YEAR, Turnover
from salesanalytics.demo.settings import Settings

YEAR = 365.25
ROLES = ("ae", "ae", "am", "ae", "sdr", "ae", "ae")
FILLED = 0.90
"""Share of seat-days that are filled: some seats open late, vacancies take time."""
OPEN_LATE = 0.15
VACANT_DAYS = 36.0
FOUNDED = date(1998, 3, 2)


def people(settings: Settings, turnover: Turnover) -> People:
    """Fills the seats from before the first deal until `as_of`."""
    seats = _seats(settings)
    rng = settings.rng("people")
    seat, hired, left, moved, to = _fill(seats, settings, turnover, rng)
    order = np.lexsort((seat, hired))
    seat, hired, left, moved, to = seat[order], hired[order], left[order], moved[order], to[order]
    teams = settings.teams
    began = number(settings.deals_from) - settings.rng("managers").integers(500, 3_000, teams)
    past = left <= number(settings.as_of)
    return People(
        role=np.concatenate([np.full(teams, MANAGER), seats.role[seat]]),
        home=np.concatenate([np.arange(teams), np.where(moved < NEVER, to, seats.team[seat])]),
        hired=np.concatenate([began, hired]),
        left=np.concatenate([np.full(teams, NEVER), np.where(past, left, NEVER)]),
        earlier=np.full(teams + len(seat), -1),
        seats=seats,
        spells=_spells(teams, began, seats, seat, hired, np.where(past, left, NEVER), moved, to),
    )


def _seats(settings: Settings) -> Seats:
    count = max(round(settings.reps / FILLED), settings.teams)
    team = np.arange(count) % settings.teams
    place = np.arange(count) // settings.teams
    role = np.array([ROLE_NAMES.index(name) for name in ROLES])[place % len(ROLES)]
    opened = np.full(count, number(settings.deals_from))
    late = (place >= 4) & (place >= (1 - OPEN_LATE) * count / settings.teams)
    span = number(settings.as_of) - number(settings.deals_from)
    opened[late] += (settings.rng("seats").uniform(0.15, 0.9, count) * span).astype(np.int64)[late]
    return Seats(team, role, opened)


def _fill(
    seats: Seats, settings: Settings, turnover: Turnover, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Seat, day hired, last day, day moved (NEVER if not) and team moved to, of everyone who ever sat there."""
    start, end = number(settings.deals_from), number(settings.as_of)
    seat = np.arange(len(seats.team))
    tenure = np.minimum(turnover.present_tenure(seats.team, rng), (start - number(FOUNDED)) / YEAR)
    hired = np.where(seats.opened == start, start - (tenure * YEAR).astype(np.int64), _monday(seats.opened))
    rows = []
    while len(seat):
        began = np.maximum(hired, start)
        stay, moved, to = _stay(seats.team[seat], (began - hired) / YEAR, hired, began, settings, turnover, rng)
        left = np.maximum(hired + (stay * YEAR).astype(np.int64), began)
        moved = np.where((moved < left) & (moved <= end), moved, NEVER)
        rows.append((seat, hired, left, moved, to))
        hired = _monday(left + 8 + rng.gamma(2, (VACANT_DAYS - 8) / 2, len(seat)).astype(np.int64))
        seat, hired = seat[hired <= end], hired[hired <= end]
    return tuple(np.concatenate(column) for column in zip(*rows, strict=True))  # type: ignore[return-value]


def _stay(
    team: Ints, tenure: Floats, hired: Ints, began: Ints, settings: Settings, turnover: Turnover, rng: np.random.Generator
) -> tuple[Floats, Ints, Ints]:
    """Tenure at leaving in years, day of a move to another team, and which. After a move the new manager's hazard holds."""
    stay = turnover.leave_at(tenure, team, rng)
    moved = began + (rng.exponential(1 / MOVES_A_YEAR, len(team)) * YEAR).astype(np.int64)
    moved = np.where((settings.teams > 1) & (moved - hired > 180), moved, NEVER)
    to = (team + 1 + rng.integers(0, max(settings.teams - 1, 1), len(team))) % settings.teams
    at = (moved - hired) / YEAR
    again = turnover.leave_at(np.minimum(at, 40.0), to, rng)
    return np.where((moved < NEVER) & (at < stay), again, stay), moved, to


def _spells(teams: int, began: Ints, seats: Seats, seat: Ints, hired: Ints, left: Ints, moved: Ints, to: Ints) -> Spells:
    rep = np.arange(len(seat)) + teams
    gone = moved < NEVER
    first_day, last_day = np.where(gone, moved - 1, left), left[gone]
    spells = (
        np.concatenate([np.arange(teams), rep, rep[gone]]),
        np.concatenate([np.arange(teams), seats.team[seat], to[gone]]),
        np.concatenate([began, hired, moved[gone]]),
        np.concatenate([np.full(teams, NEVER), first_day, last_day]),
        np.concatenate([np.full(teams, -1), seat, np.full(gone.sum(), -1)]),
    )
    order = np.lexsort((spells[2], spells[0]))
    return Spells(*(column[order] for column in spells))


def _monday(day: Ints) -> Ints:
    """The Monday on or after a day: when people start."""
    return np.asarray(day + (-(day + EPOCH.weekday())) % 7)
