"""What the company tells each team about its leads: the leads of shared campaigns, leads of nobody, and deals others sell.

In: the company's tables, and each team's. Out: tidy tables for the handover. A count of all teams is told to a team only where
at least 5 teams stand behind it and none of the others makes up nearly all of the rest; and of a deal that another team sells
only what it brought a lead of this team.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from salesanalytics.analyses.company.pooling import may_be_told
from salesanalytics.analyses.planning.leads import LEVEL, WINDOW_DAYS
from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.among import among
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.leads import OUTCOME, campaign_leads, lead_outcomes, lead_rows
from salesanalytics.stats.apart import apart
from salesanalytics.stats.survival import share_ended

ELSEWHERE = ["team_id", *OUTCOME]


def leads_by_campaign(company: Tables, by_team: Mapping[str, Tables], *, as_of: date) -> pd.DataFrame:
    """One row per team and campaign it had leads from in the last 12 months: team_id, campaign_id, leads (everybody's).

    A campaign's leads are told to the teams that work it, so that each bears its part of the spend; but only where they give no
    other team's leads away (`pooling`). Where there is one team only, there is nothing to give away.
    """
    year = trailing_year(as_of)
    everyone = campaign_leads(company, as_of=as_of, period=year)
    counts = {team: campaign_leads(tables, as_of=as_of, period=year) for team, tables in by_team.items()}
    mine = pd.concat([counted.assign(team_id=team) for team, counted in counts.items()], ignore_index=True) if counts else None
    if mine is None:
        return everyone.assign(team_id="")
    rows = mine.groupby("campaign_id")["leads"].agg(list)
    told = rows.index[[len(by_team) == 1 or may_be_told(counts) for counts in rows]]
    return mine.loc[mine["campaign_id"].isin(told), ["team_id", "campaign_id"]].merge(everyone, on="campaign_id")


def leads_without_team(company: Tables, by_team: Mapping[str, Tables], *, as_of: date) -> pd.DataFrame:
    """Leads of the last 12 months that are no team's: one row, `leads` and `owned_when_converted`; none where there are none.

    `owned_when_converted`: leads of teams become an opportunity within 90 days more often than leads of no team, beyond chance.
    A team then has the leads that converted, and its own conversion says nothing.
    """
    rows = lead_rows(company, as_of=as_of, period=trailing_year(as_of))
    theirs = [known_on(one, as_of)["lead"]["lead_id"] for one in by_team.values() if "lead" in one]
    nobodys = (~among(rows["lead_id"], pd.concat([rows["lead_id"].iloc[:0], *theirs]))).to_numpy(dtype="bool")
    found = {"leads": int(nobodys.sum()), "owned_when_converted": False}
    if nobodys.any() and not nobodys.all():
        converts, age = rows["converts"].to_numpy(), rows["age"].to_numpy()
        waited, ended = np.minimum(converts, age), converts <= age
        (p,) = apart(nobodys.astype("int64"), waited, ended, WINDOW_DAYS, np.array([1]))
        of = {side: share_ended(waited[nobodys == side], ended[nobodys == side], WINDOW_DAYS)[0] for side in (True, False)}
        found["owned_when_converted"] = bool(p < LEVEL and of[True] < of[False])
    return pd.DataFrame([found]) if nobodys.any() else pd.DataFrame([found]).iloc[:0]


def leads_sold_elsewhere(company: Tables, by_team: Mapping[str, Tables], *, as_of: date) -> pd.DataFrame:
    """What became of each team's leads whose deal another team sells: one row per lead, team_id and `lead_outcomes`."""
    deals, parts = known_on(company, as_of)["opportunity"], []
    for team, tables in by_team.items():
        known = known_on(tables, as_of)
        if "lead" not in known:
            continue
        mine = pd.Index(known["opportunity"]["opportunity_id"]).get_indexer(known["lead"]["converted_opportunity_id"])
        parts.append(lead_outcomes(known["lead"][mine < 0], deals).assign(team_id=team))
    return pd.concat(parts, ignore_index=True)[ELSEWHERE] if parts else pd.DataFrame(columns=ELSEWHERE)
