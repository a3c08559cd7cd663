"""Calls, mails, meetings and demos: activity.

In: paths with their owners, and answered leads. Out: one row per activity in order of time. How often a deal is worked
follows only from how long it is open, never from how it ends. Nothing is done for a deal that has stalled, and a few open
deals are simply forgotten.
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.calendar import Calendar
from salesanalytics.demo.company import Company
from salesanalytics.demo.creation import Opened
from salesanalytics.demo.frames import NONE
from salesanalytics.demo.leads import Answers
from salesanalytics.demo.paths import Path

KINDS = ("call", "email", "meeting", "demo", "task", "note", "message")
EARLY = (0.36, 0.34, 0.10, 0.03, 0.06, 0.06, 0.05)
LATE = (0.26, 0.30, 0.22, 0.09, 0.05, 0.05, 0.03)
SECONDS = (380, 0, 2_700, 3_000, 0, 0, 0)
OUTCOMES = {0: ("reached", "no answer", "left message"), 2: ("held", "no-show"), 3: ("held", "rescheduled")}
PER_DEAL, PER_DAY = 0.9, 0.13
FORGOTTEN = 0.10
LEADS_LOGGED = 0.5


def activities(
    company: Company, calendar: Calendar, deals: Opened, path: Path, answers: Answers, deal_ids: pa.Array, lead_ids: pa.Array
) -> pd.DataFrame:
    """Everything done up to `as_of`."""
    rng = company.settings.rng("activities")
    deal, position, kind = _for_deals(company, calendar, deals, path)
    logged = rng.random(len(answers.lead)) < LEADS_LOGGED
    lead, lead_rep, lead_seconds = answers.lead[logged], answers.rep[logged], answers.seconds[logged]
    seconds = np.concatenate([calendar.moment(position), lead_seconds])
    order = np.argsort(seconds, kind="stable")
    none_deal, none_lead = np.full(len(lead), NONE), np.full(len(deal), NONE)
    of_deal = np.concatenate([deal, none_deal])[order]
    of_lead = np.concatenate([none_lead, lead])[order]
    rep = np.concatenate([path.owners.at(deal, position), lead_rep])[order]
    kind = np.concatenate([kind, rng.choice([0, 1, 6], len(lead), p=[0.4, 0.5, 0.1])])[order]
    account = np.where(of_deal >= 0, deals.account[np.maximum(of_deal, 0)], NONE) if len(deals.account) else none_deal
    inbound = (rng.random(len(kind)) < 0.27) & np.isin(kind, (0, 1, 6)) & (of_lead < 0)
    return frames.frame(
        "activity",
        activity_id=frames.ids("X", len(kind), 7),
        rep_id=frames.taken(company.rep_ids, rep),
        kind=frames.taken(KINDS, kind),
        occurred_at=frames.moments(seconds[order]),
        duration_s=_durations(kind, rng),
        outcome=_outcomes(kind, of_lead, rng),
        opportunity_id=frames.taken(deal_ids, of_deal),
        account_id=frames.taken(frames.ids("A", len(deals.accounts.seat)), account),
        lead_id=frames.taken(lead_ids, of_lead),
        direction=frames.taken(("outbound", "inbound"), np.where(np.isin(kind, (4, 5)), NONE, inbound.astype(np.int64))),
    )


def _for_deals(company: Company, calendar: Calendar, deals: Opened, path: Path) -> tuple[Ints, Floats, Ints]:
    """Deal, position and kind of what was done for deals."""
    rng, count = company.settings.rng("deal activities"), len(deals.created)
    end = np.where(path.over, path.closed, calendar.now)
    times = rng.poisson(PER_DEAL + PER_DAY * np.minimum(end - deals.created, 120))
    deal = np.repeat(np.arange(count), times)
    share = rng.random(len(deal))
    position = deals.created[deal] + share * (end - deals.created)[deal]
    quiet = (position > path.stall_from[deal]) & (position < path.stall_to[deal])
    forgotten = (~path.over & (rng.random(count) < FORGOTTEN))[deal] & (share > 0.4)
    keep = ~quiet & ~forgotten
    deal, position, share = deal[keep], position[keep], share[keep]
    draw = rng.random(len(deal))
    kind = np.where(share < 0.4, np.searchsorted(np.cumsum(EARLY), draw), np.searchsorted(np.cumsum(LATE), draw))
    return deal, position, np.minimum(kind, len(KINDS) - 1)


def _durations(kind: Ints, rng: np.random.Generator) -> Floats:
    """Seconds; empty for what has no length."""
    usual = np.array(SECONDS)[kind]
    return np.where(usual > 0, np.round(usual * rng.lognormal(0, 0.45, len(kind)) / 30) * 30, np.nan)


def _outcomes(kind: Ints, of_lead: Ints, rng: np.random.Generator) -> pa.Array:
    """What came of calls and meetings. The call that answers a lead has reached it."""
    names = [word for group in OUTCOMES.values() for word in group]
    draw = rng.random(len(kind))
    call = np.where((draw < 0.52) | (of_lead >= 0), 0, np.where(draw < 0.82, 1, 2))
    place = np.where(kind == 0, call, np.where(kind == 2, 3 + (draw > 0.92), np.where(kind == 3, 5 + (draw > 0.93), NONE)))
    return frames.taken(names, place)
