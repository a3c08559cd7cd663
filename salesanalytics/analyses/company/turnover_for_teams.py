"""What the company tells each team about leaving: how often people leave by tenure, all teams together.

In: each team's tables. Out: a pooled table for the handover, empty where it would give a team's people away. At least five
teams stand behind it, and with any team's own leavers taken out no count of one to four is left in a band: such a band is put
together with the next.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.analyses.company.pooling import may_be_told
from salesanalytics.base.types import Ints, Tables
from salesanalytics.facts.leaving import staff
from salesanalytics.models.turnover.bands import BANDS, bands
from salesanalytics.models.turnover.rates import ALL, rates
from salesanalytics.stats.suppression import FEW

TOLD = [*BANDS, "rate", "rate_low", "rate_high"]


def turnover_bands(company: Tables, by_team: Mapping[str, Tables], *, as_of: date) -> pd.DataFrame:
    """One row per band of tenure (see `models.turnover.bands`), and in each the company's rate since the records begin."""
    teams = [staff(tables, as_of=as_of) for tables in by_team.values()]
    nothing = pd.DataFrame(columns=TOLD)
    leavers = [int(team.table["left"].sum()) for team in teams]
    if not (may_be_told([team.people for team in teams]) and may_be_told(leavers)):
        return nothing
    everybody = staff(company, as_of=as_of)
    told = _coarser(bands(everybody), np.array([bands(team)["leavers"].to_numpy() for team in teams]))
    if told is None:
        return nothing
    row = rates(everybody).set_index("kind").loc[ALL]
    return told.assign(rate=row["rate"], rate_low=row["low"], rate_high=row["high"])[TOLD]


def _coarser(told: pd.DataFrame, of_teams: Ints) -> pd.DataFrame | None:
    """Bands put together until each team that takes its own leavers out of one is left with none, or with five and more."""
    while True:
        rest = told["leavers"].to_numpy() - of_teams
        few = np.flatnonzero(((rest > 0) & (rest < FEW)).any(axis=0))
        if not len(few):
            return told.assign(band=range(len(told)))
        if len(told) == 1:
            return None
        at = int(few[0])
        first = min(at, len(told) - 2)
        told, of_teams = _joined(told, first), np.add.reduceat(of_teams, np.delete(np.arange(len(told)), first + 1), axis=1)


def _joined(told: pd.DataFrame, first: int) -> pd.DataFrame:
    """The band at `first` and the one after it as one."""
    place = np.arange(len(told)) - (np.arange(len(told)) > first)
    how = {name: "sum" if name in ("leavers", "years") else "max" if name == "people" else "first" for name in told}
    return told.groupby(place).agg(how)[list(told)].reset_index(drop=True)  # of people at least so many: some were in both
