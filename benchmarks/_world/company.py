"""One team over four years, made to be unlike the demo: deals of three speeds, quarters that share their luck, a hockey stick.

Out: `World`, whose tables were read from CSV files by the intake as any source is. Per deal a speed is drawn (weeks, months,
half a year), with its own size, spread and chance. Bookings of a calendar quarter share a factor (`shock`, the standard
deviation of its logarithm) that no deal explains. A third of what would close in the last month closes in its last five days.
Amounts are edited upwards before a win, expected closes are guesses that are pushed when they pass. People leave in
mid-quarter, are replaced after two months and take five to come up to speed. `growth` is of the deals opened, a year; a `whale`
is one deal of thirty usual ones.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from salesanalytics.base.types import Tables
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.tables.as_of import known_on

FIRST, LAST = date(2021, 1, 1), date(2024, 12, 31)
DAYS = (LAST - FIRST).days + 1
SEATS = 7
A_MONTH = 4.3  # deals that a seller at full speed opens
SPEEDS = {"fast": (0.45, 24.0, 0.36, 7e3, 0.6), "usual": (0.40, 75.0, 0.27, 2.2e4, 0.8), "slow": (0.15, 190.0, 0.22, 7e4, 0.9)}
STAGES = ("Contact", "Need", "Offer", "Terms")
SEASON = (0.90, 0.95, 1.08, 1.05, 1.0, 0.97, 0.86, 0.84, 1.10, 1.12, 1.10, 1.03)  # of deals opened, by month
RAMP = 150.0  # days
STAY = 3.2  # years
STICK = 0.35


@dataclass(frozen=True)
class Kind:
    """What is varied from world to world."""

    shock: float = 0.1
    growth: float = 0.0
    whale: bool = False
    leavers: bool = True
    season: bool = True


@dataclass(frozen=True)
class World:
    """`tables` as known at the end of the last day; `won`: day number and amount of each win."""

    tables: Tables
    won: np.ndarray


@dataclass
class Deal:
    """One deal as it went; days from FIRST."""

    owner: str
    opened: int
    closed: int
    won: bool
    amount: float
    first_amount: float
    guess: int
    entered: list[int]


def world(seed: int, kind: Kind) -> World:
    """The team of this seed; what is random in deals is the same for every kind as far as it can be."""
    rng = np.random.default_rng([seed, 7919])
    people = _people(rng, kind)
    shocks = np.exp(kind.shock * np.random.default_rng([seed, 104729]).standard_normal(32) - kind.shock**2 / 2)
    deals = [deal for person in people for deal in _opened(person, rng, kind, shocks)]
    won = [deal for deal in deals if deal.won and deal.closed < DAYS]
    if kind.whale and won:
        lucky = won[int(rng.integers(len(won)))]
        lucky.amount = lucky.first_amount = 30 * float(np.median([deal.amount for deal in won]))
    booked = np.array([(deal.closed, round(deal.amount, 2)) for deal in won])
    with TemporaryDirectory() as folder:
        for name, rows in {**_files(people, deals, rng), "quota": _quotas(booked, rng)}.items():
            _write(Path(folder) / f"{name}.csv", rows)
        read = usable(check_source(Path(folder), today=LAST))
    return World(known_on(read.tables, LAST), booked)


def _people(rng: np.random.Generator, kind: Kind) -> list[tuple[str, int, int]]:
    """Name, first and last day of everybody who ever held one of the seats."""
    found: list[tuple[str, int, int]] = []
    for seat in range(SEATS):
        day = -int(rng.integers(200, 1500))
        while day < DAYS:
            # staying has no memory, so who is there on the first day stays as long from there
            last = max(day, 0) + int(rng.exponential(STAY * 365)) + 20 if kind.leavers else 10**4
            found.append((f"p{seat}-{len(found)}", day, last))
            day = last + 60
    return found


def _opened(person: tuple[str, int, int], rng: np.random.Generator, kind: Kind, shocks: np.ndarray) -> list[Deal]:
    """What a seller opens while there; whoever follows takes the open deals over, so owners stay as they are here."""
    name, first, last = person
    deals = []
    for day in range(max(first, 0), min(last, DAYS)):
        on = FIRST + timedelta(days=day)
        speed = (
            min((day - first) / RAMP, 1.0)
            * (1 + kind.growth) ** (day / 365.25)
            * (SEASON[on.month - 1] if kind.season else 1.0)
        )
        deals += [_deal(name, day, rng, shocks) for _ in range(int(rng.poisson(A_MONTH / 30.4 * speed)))]
    return deals


def _deal(owner: str, day: int, rng: np.random.Generator, shocks: np.ndarray) -> Deal:
    weights = np.array([one[0] for one in SPEEDS.values()])
    _, days, chance, size, spread = list(SPEEDS.values())[int(rng.choice(len(SPEEDS), p=weights / weights.sum()))]
    takes = max(int(rng.gamma(2.2, days / 2.2)), 2)
    closed = day + takes
    on = FIRST + timedelta(days=closed)
    won = bool(rng.random() < min(chance * shocks[(on.year - FIRST.year) * 4 + (on.month - 1) // 3], 0.95))
    if won and on.month % 3 == 0 and rng.random() < STICK:
        closed = (date(on.year + on.month // 12, on.month % 12 + 1, 1) - FIRST).days - int(rng.integers(1, 6))
        closed = max(closed, day + 1)
    if not won:
        closed = day + max(int(takes * rng.uniform(0.3, 1.0)), 1)
    amount = float(size * np.exp(spread * rng.standard_normal() - spread**2 / 2))
    first = amount / rng.uniform(1.0, 1.35) if won else amount
    reached = len(STAGES) if won else int(rng.integers(1, len(STAGES) + 1))
    shares = np.sort(rng.uniform(0.05, 0.95, reached - 1)) if reached > 1 else np.array([])
    entered = [day, *(day + (shares * (closed - day)).astype(int))]
    guess = day + max(int(days * np.exp(0.4 * rng.standard_normal())), 5)
    return Deal(owner, day, closed, won, amount, first, guess, entered)


def _files(
    people: list[tuple[str, int, int]], deals: list[Deal], rng: np.random.Generator
) -> Mapping[str, list[dict[str, object]]]:
    stages = [{"stage": name, "sort_order": at + 1, "is_closed": False, "is_won": False} for at, name in enumerate(STAGES)]
    ends = [("Gained", True), ("Missed", False)]
    stages += [{"stage": name, "sort_order": 9, "is_closed": True, "is_won": won} for name, won in ends]
    rows, history = [], []
    for at, deal in enumerate(deals):
        row, log = _rows(f"d{at:05d}", deal, rng)
        rows.append(row)
        history += log
    return {
        "team": [{"team_id": "t", "name": "Team"}],
        "rep": [_rep(*person) for person in people],
        "stage": stages,
        "opportunity": rows,
        "opportunity_history": sorted(history, key=lambda one: (one["opportunity_id"], one["changed_at"])),
    }


def _quotas(booked: np.ndarray, rng: np.random.Generator) -> list[dict[str, object]]:
    """The team's, set before each quarter from the second year on: the year before, more or less."""
    rows: list[dict[str, object]] = []
    for place in range(4, (LAST.year - FIRST.year + 1) * 4 + 4):
        first = date(FIRST.year + place // 4, place % 4 * 3 + 1, 1)
        day = (first - FIRST).days
        year = booked[(booked[:, 0] < day) & (booked[:, 0] >= day - 365), 1].sum() / 4
        last = date(first.year + (first.month == 10), (first.month + 2) % 12 + 1, 1) - timedelta(days=1)
        amount = f"{max(year, 1e4) * rng.uniform(0.8, 1.3):.0f}"
        set_on = first - timedelta(days=400)  # quotas of a whole year ahead are known, so that chances of later quarters are
        rows.append(
            {"scope": "team", "scope_id": "t", "period_start": first, "period_end": last, "amount": amount, "set_on": set_on}
        )
    return rows


def _rep(name: str, first: int, last: int) -> dict[str, object]:
    left = {"leave_date": _day(last), "leave_type": "voluntary"} if last < DAYS else {"leave_date": "", "leave_type": ""}
    return {"rep_id": name, "name": name.upper(), "team_id": "t", "hire_date": _day(first), **left}


def _rows(key: str, deal: Deal, rng: np.random.Generator) -> tuple[dict[str, object], list[dict[str, object]]]:
    """The deal as it stands on the last day, and what its log holds by then."""
    log: list[tuple[int, str, object, object]] = []
    names = [STAGES[at] for at in range(len(deal.entered))]
    for before, after, day in zip(names, names[1:], deal.entered[1:], strict=False):
        log.append((day, "stage", before, after))
    log.append((deal.closed, "stage", names[-1], "Gained" if deal.won else "Missed"))
    guess, amount = deal.guess, deal.first_amount
    while guess < min(deal.closed, DAYS):
        pushed = guess + int(rng.integers(15, 60))
        log.append((guess + 1, "expected_close_date", _day(guess), _day(pushed)))
        guess = pushed
    if deal.won and deal.amount != deal.first_amount:
        day = int(rng.integers(deal.opened, deal.closed + 1))
        log.append((day, "amount", f"{deal.first_amount:.2f}", f"{deal.amount:.2f}"))
        amount = deal.amount if day < DAYS else deal.first_amount
    known = sorted((one for one in log if one[0] < DAYS), key=lambda one: one[0])
    over = deal.closed < DAYS
    stage = next((after for _, field, _, after in reversed(known) if field == "stage"), names[0])
    row = {
        "opportunity_id": key,
        "owner_rep_id": deal.owner,
        "stage": stage,
        "amount": f"{amount:.2f}",
        "created_at": f"{_day(deal.opened)} 08:00",
        "closed_at": f"{_day(deal.closed)} 17:00" if over else "",
        "expected_close_date": _day(deal.closed if over else guess),
    }
    changes = [
        {
            "opportunity_id": key,
            "changed_at": f"{_day(day)} {_time(field, at)}",
            "field": field,
            "old_value": old,
            "new_value": new,
        }
        for at, (day, field, old, new) in enumerate(known)
    ]
    return row, changes


def _time(field: str, at: int) -> str:
    return f"{9 + at // 60 % 8:02d}:{at % 60:02d}" if field != "stage" else f"16:{at % 60:02d}"


def _day(day: int) -> str:
    return (FIRST + timedelta(days=int(day))).isoformat()


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
