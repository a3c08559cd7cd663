"""The company's own tables: team, territory, rep, rep_assignment, employment.

In: people in numbers. Out: a `Company`, which names everything by index for the tables that follow, and its frames.
"""

import unicodedata
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from salesanalytics.base.types import Ints
from salesanalytics.data.tables.schema import TABLES
from salesanalytics.demo import frames
from salesanalytics.demo.company import Company
from salesanalytics.demo.people import AE, AM, MANAGER, NEVER, ROLE_NAMES, SDR, People
from salesanalytics.demo.planted import returns, territories
from salesanalytics.demo.planted.turnover import LEAVE_TYPES
from salesanalytics.demo.settings import Settings

BASE_SALARY = {MANAGER: 92_000, AE: 58_000, AM: 52_000, SDR: 36_000}
VARIABLE = {MANAGER: 0.40, AE: 0.75, AM: 0.55, SDR: 0.35}
LOCAL_PAY = {
    "romania": 0.48,
    "transylvania": 0.48,
    "moldova": 0.44,
    "east": 0.68,
    "poland": 0.68,
    "baltics": 0.68,
    "south": 0.86,
}


def company(settings: Settings, people: People) -> Company:
    """Gives every seat its land and its segment."""
    seats = people.seats
    land = territories.potential(seats.team, settings.rng("territories"))
    rng = settings.rng("focus")
    focus = rng.choice(3, size=len(seats.team), p=[0.46, 0.44, 0.10])
    large = np.resize(np.arange(6) == 4, settings.teams)[seats.team]
    focus[large] = rng.choice(3, size=int(large.sum()), p=[0.0, 0.15, 0.85])
    return Company(settings, people, land, focus)


def tables(company: Company) -> dict[str, pd.DataFrame]:
    """team, territory, rep, rep_assignment, employment."""
    everybody = _everybody(company)
    return {
        "team": _team(company),
        "territory": _territory(company),
        "rep": everybody[company.last_stay].reset_index(drop=True),
        "rep_assignment": _assignment(company),
        "employment": _employment(everybody),
    }


def _team(company: Company) -> pd.DataFrame:
    specs = company.specs
    return frames.frame(
        "team",
        team_id=frames.texts(company.team_ids),
        name=frames.texts([spec["name"] for spec in specs]),
        region=frames.texts([spec["region"] for spec in specs]),
        manager_rep_id=frames.taken(company.rep_ids, np.arange(len(specs))),
    )


def _territory(company: Company) -> pd.DataFrame:
    """One row per team's whole area, then one per seat's territory."""
    land, team = company.has_land, company.people.seats.team[company.has_land]
    specs = company.specs
    areas = [f"A-{spec['id']}" for spec in specs]
    number_in_team = pd.Series(team).groupby(team).cumcount() + 1
    names = [f"{specs[place]['name']} {count}" for place, count in zip(team, number_in_team, strict=True)]
    totals = np.bincount(team, company.land[land], minlength=len(specs))
    own = frames.taken(company.territory_ids, np.flatnonzero(land))
    return frames.frame(
        "territory",
        territory_id=pa.concat_arrays([frames.texts(areas), own]),
        name=frames.texts([spec["name"] for spec in specs] + names),
        parent_territory_id=frames.taken(areas, np.concatenate([np.full(len(specs), frames.NONE), team])),
        region=frames.taken([spec["region"] for spec in specs], np.concatenate([np.arange(len(specs)), team])),
        potential=np.concatenate([totals, company.land[land]]),
    )


def _everybody(company: Company) -> pd.DataFrame:
    """One row per person and stay, with the columns of `rep`."""
    people, rng = company.people, company.settings.rng("rep")
    names = _names(company)
    count = len(people.role)
    base = np.array([BASE_SALARY[role] for role in people.role], float)
    base *= np.array([LOCAL_PAY.get(company.team_ids[team], 1.0) for team in people.home]) * rng.lognormal(0, 0.08, count)
    base = np.round(base, -2)
    variable = np.array([VARIABLE[role] for role in people.role])
    gone = people.left < NEVER
    types = returns.leave_types(company, rng.choice(3, count, p=list(LEAVE_TYPES.values())))
    return frames.frame(
        "rep",
        rep_id=company.rep_ids,
        name=frames.texts(names),
        email=frames.texts(_emails(names)),
        role=frames.taken(ROLE_NAMES, people.role),
        team_id=frames.taken(company.team_ids, people.home),
        hire_date=frames.days(people.hired),
        leave_date=frames.days(people.left, gone),
        **_leaving(company, types),
        is_active=~gone,
        contract="employee",
        base_salary=base,
        ote=np.round(base * (1 + variable), -2),
        work_mode=frames.taken(("office", "hybrid", "remote"), rng.choice(3, count, p=[0.25, 0.55, 0.20])),
    )


def _leaving(company: Company, types: Ints) -> dict[str, Any]:
    """What is recorded of the leaving of each person; of those still there nothing."""
    gone = company.people.left < NEVER
    return {
        "leave_type": frames.taken(tuple(LEAVE_TYPES), types),
        "exit_reason": frames.taken(returns.REASONS, returns.reasons(company, types)),
        "regretted": pd.arrays.BooleanArray(returns.regretted(company, types), ~gone),
    }


def _employment(everybody: pd.DataFrame) -> pd.DataFrame:
    renamed = everybody.rename(columns={"hire_date": "hired_on", "leave_date": "left_on"})
    return renamed[list(TABLES["employment"].to_schema().columns)]


def _names(company: Company) -> list[str]:
    """A name for each person, from the countries of the team that hired them; all different as long as the words last."""
    rng, people = company.settings.rng("names"), frames.words("names")["people"]
    spells = company.people.spells
    first_spell = np.unique(spells.rep, return_index=True)[1]
    seen: set[str] = set()
    names = []
    for team in spells.team[first_spell]:
        origins = company.specs[team]["people"]
        for _ in range(6):
            words = people[origins[rng.integers(len(origins))]]
            name = f"{words['first'][rng.integers(len(words['first']))]} {words['last'][rng.integers(len(words['last']))]}"
            if name not in seen:
                break
        seen.add(name)
        names.append(name)
    return names


def _emails(names: list[str]) -> list[str]:
    count: dict[str, int] = {}
    addresses = []
    for name in names:
        plain = (
            unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ø", "O").replace("ø", "o"))
            .encode("ascii", "ignore")
            .decode()
        )
        first, _, last = plain.lower().partition(" ")
        stem = f"{first}.{last.replace(' ', '')}"
        count[stem] = count.get(stem, 0) + 1
        addresses.append(f"{stem}{count[stem] if count[stem] > 1 else ''}@example.com")
    return addresses


def _assignment(company: Company) -> pd.DataFrame:
    people, spells = company.people, company.people.spells
    leads = people.role[spells.rep] == MANAGER
    return frames.frame(
        "rep_assignment",
        rep_id=frames.taken(company.rep_ids, spells.rep),
        valid_from=frames.days(spells.since),
        valid_to=frames.days(spells.until, spells.until < NEVER),
        team_id=frames.taken(company.team_ids, spells.team),
        manager_rep_id=frames.taken(company.rep_ids, np.where(leads, frames.NONE, spells.team)),
        territory_id=frames.taken(company.territory_ids, company.spell_seat),
        region=frames.taken([spec["region"] for spec in company.specs], spells.team),
    )
