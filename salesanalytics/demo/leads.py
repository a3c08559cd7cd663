"""Leads: those that became a deal, those that never will, and those still on their way.

In: opened deals. Out: the table, what each campaign brought, and `Answers`, the answered leads from which activities are made.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.calendar import Calendar, number
from salesanalytics.demo.company import Company
from salesanalytics.demo.creation import Opened
from salesanalytics.demo.frames import NONE
from salesanalytics.demo.market import LEAD_TIME, campaign_ids, campaign_of
from salesanalytics.demo.people import AE, AM, MANAGER, SDR
from salesanalytics.demo.planted import lead_quality
from salesanalytics.demo.planted.drivers import SOURCES
from salesanalytics.demo.roster import Roster

STATUS = ("New", "Working", "Qualified", "Converted", "Disqualified", "Unresponsive")
NEW, WORKING, QUALIFIED, CONVERTED, DISQUALIFIED, UNRESPONSIVE = range(6)
QUIET_AFTER_DAYS = 30.0
PENDING_DAYS = 20.0


@dataclass(frozen=True, slots=True)
class _Leads:
    """One row per lead. `deal` is NONE unless it became one; `converts` is infinity for those that never will."""

    source: Ints
    team: Ints
    rep: Ints
    deal: Ints
    created: Floats
    band: Ints
    answer: Floats
    converts: Floats


@dataclass(frozen=True, slots=True)
class Answers:
    """Answered leads: index of the lead, who answered, and when in seconds."""

    lead: Ints
    rep: Ints
    seconds: Ints


def leads(company: Company, calendar: Calendar, deals: Opened, deal_ids: pa.Array) -> tuple[pd.DataFrame, Ints, Answers]:
    """The lead table in order of arrival, leads per campaign, and the answers."""
    rng = company.settings.rng("leads")
    rows = _ordered([_converted(deals, rng), _pending(deals, calendar, rng), _lost(deals, calendar, rng)])
    owner = _owners(company, calendar, rows, rng)
    came = _arrival(calendar, rows, rng)
    answered, seconds = _answer(calendar, rows, came)
    around = np.where(rows.deal >= 0, rows.converts - LEAD_TIME, rows.created)
    campaign = campaign_of(calendar, rows.source, around, rng)
    status, qualified = _status(calendar, rows, answered, rng)
    table = frames.frame(
        "lead",
        lead_id=frames.ids("L", len(came)),
        created_at=frames.moments(came),
        source=frames.taken(SOURCES, rows.source),
        campaign_id=frames.taken(campaign_ids(company.settings), campaign),
        owner_rep_id=frames.taken(company.rep_ids, owner),
        first_response_at=frames.moments(seconds, answered),
        qualified_at=_qualified_at(calendar, rows, qualified, seconds),
        converted_at=frames.moments(calendar.moment(np.where(rows.deal >= 0, rows.converts, 0)), rows.deal >= 0),
        converted_opportunity_id=frames.taken(deal_ids, rows.deal),
        score=_score(rows, rng),
        status=frames.taken(STATUS, status),
    )
    brought = np.bincount(campaign[campaign >= 0], minlength=len(campaign_ids(company.settings)))
    some = np.flatnonzero(answered & (owner >= 0))
    return table, brought, Answers(some, owner[some], seconds[some])


def _qualified_at(calendar: Calendar, rows: _Leads, qualified: NDArray[np.bool_], answered: Ints) -> "pd.Series[Any]":
    """Somewhere between answer and conversion; for those that never convert some days after the answer."""
    until = np.where(np.isfinite(rows.converts), rows.converts, rows.answer + 6)
    seconds = np.maximum(calendar.moment(np.minimum((rows.answer + until) / 2, calendar.end)), answered)
    converted = calendar.moment(np.where(rows.deal >= 0, rows.converts, 0))
    seconds = np.where(rows.deal >= 0, np.minimum(seconds, converted), seconds)
    return frames.moments(seconds, qualified & (seconds < (number(calendar.settings.as_of) + 1) * 86_400))


def _delays(band: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Working days from arrival to a slow answer (0 for quick ones, timed by the clock), and from answer to conversion."""
    slow = np.where(band == 2, 1.2 + rng.exponential(1.3, len(band)), 0.0)
    return slow, 0.7 + rng.exponential(3.6, len(band))


def _bands(source: Ints, converted: bool, rng: np.random.Generator) -> Ints:
    shares = lead_quality.band_shares(source, converted)
    place = (rng.random(len(source))[:, None] > np.cumsum(shares, axis=1)).sum(axis=1)
    return np.asarray(np.minimum(place, shares.shape[1] - 1))


def _converted(deals: Opened, rng: np.random.Generator) -> _Leads:
    """A lead for every deal of a source that brings leads."""
    deal = np.flatnonzero(lead_quality.conversion()[deals.source] > 0)
    band = _bands(deals.source[deal], True, rng)
    slow, then = _delays(band, rng)
    created = deals.created[deal] - then - slow
    return _Leads(
        deals.source[deal], deals.team[deal], deals.rep[deal], deal, created, band, created + slow, deals.created[deal]
    )


def _pending(deals: Opened, calendar: Calendar, rng: np.random.Generator) -> _Leads:
    """Leads that came by `as_of` and will convert after it: the next four weeks are taken to look like the last four."""
    recent = np.flatnonzero((deals.created > calendar.now - PENDING_DAYS) & (lead_quality.conversion()[deals.source] > 0))
    band = _bands(deals.source[recent], True, rng)
    slow, then = _delays(band, rng)
    converts = deals.created[recent] + PENDING_DAYS
    created = converts - then - slow
    keep = (created < calendar.now) & (converts >= calendar.now)
    recent, band, created, slow, converts = recent[keep], band[keep], created[keep], slow[keep], converts[keep]
    none = np.full(len(recent), NONE)
    return _Leads(deals.source[recent], deals.team[recent], deals.rep[recent], none, created, band, created + slow, converts)


def _lost(deals: Opened, calendar: Calendar, rng: np.random.Generator) -> _Leads:
    """Leads that never convert: as many per deal as the source's conversion asks for, around the same time in the same team."""
    share = lead_quality.conversion()[deals.source]
    times = np.where(share > 0, 1 / np.maximum(share, 0.01) - 1, 0.0)
    count = np.floor(times + rng.random(len(times))).astype(np.int64)
    like = np.repeat(np.arange(len(count)), count)
    created = deals.created[like] - 4.5 + rng.uniform(-10, 10, len(like))
    # what would fall behind `as_of` is moved round to the same span before it
    created = np.where(created >= calendar.now, created - 10.0, created)
    band = _bands(deals.source[like], False, rng)
    slow, _ = _delays(band, rng)
    none = np.full(len(like), NONE)
    return _Leads(
        deals.source[like], deals.team[like], deals.rep[like], none, created, band, created + slow, np.full(len(like), np.inf)
    )


def _ordered(parts: list[_Leads]) -> _Leads:
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in _Leads.__slots__]
    order = np.argsort(columns[4], kind="stable")
    return _Leads(*(column[order] for column in columns))


def _owners(company: Company, calendar: Calendar, rows: _Leads, rng: np.random.Generator) -> Ints:
    """An SDR of the team, else a seller, else the manager; a third of the leads go to sellers at once."""
    answer_by = np.minimum(rows.answer, calendar.now - 0.1)
    sdr = Roster(company, calendar, (SDR,)).pick(rows.team, answer_by, rng)
    seller = Roster(company, calendar, (AE, AM)).pick(rows.team, answer_by, rng)
    boss = Roster(company, calendar, (MANAGER,)).pick(rows.team, answer_by, rng)
    first = np.where((rng.random(len(sdr)) < 0.33) | (sdr < 0), seller, sdr)
    return np.where(first >= 0, first, boss)


def _arrival(calendar: Calendar, rows: _Leads, rng: np.random.Generator) -> Ints:
    """Seconds of arrival. One unanswered website lead in six came in the evening or at the weekend before."""
    seconds = calendar.moment(rows.created)
    late = (rows.source == SOURCES.index("Website")) & (rows.band >= 2) & (rng.random(len(seconds)) < 0.4)
    return np.where(late, seconds - rng.integers(8, 60, len(seconds)) * 3_600, seconds)


def _answer(calendar: Calendar, rows: _Leads, came: Ints) -> tuple[NDArray[np.bool_], Ints]:
    """Whether and when each lead was answered by `as_of`.

    Quick answers are timed by the clock from the fraction of a second left over.
    """
    rng = calendar.settings.rng("answers")
    quick = rng.integers(120, 3_540, len(came))
    same_day = rng.integers(3_660, 5 * 3_600, len(came))
    slow = calendar.moment(np.minimum(rows.answer, calendar.end))
    seconds = np.where(rows.band == 0, came + quick, np.where(rows.band == 1, came + same_day, np.maximum(slow, came + 86_500)))
    return (rows.band < 3) & (seconds < (number(calendar.settings.as_of) + 1) * 86_400), seconds


def _status(
    calendar: Calendar, rows: _Leads, answered: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Ints, NDArray[np.bool_]]:
    draw, age = rng.random(len(rows.source)), calendar.now - rows.created
    on_the_way = np.isfinite(rows.converts)
    qualified = answered & ((rows.deal >= 0) | (on_the_way & (draw < 0.5)) | (~on_the_way & (draw < 0.12)))
    old = np.where(draw < 0.12, QUALIFIED, np.where(draw < 0.68, DISQUALIFIED, UNRESPONSIVE))
    status = np.where(answered, np.where(qualified, QUALIFIED, WORKING), NEW)
    status = np.where((age > QUIET_AFTER_DAYS) & ~on_the_way, np.where(answered, old, UNRESPONSIVE), status)
    return np.where(rows.deal >= 0, CONVERTED, status), qualified


def _score(rows: _Leads, rng: np.random.Generator) -> Floats:
    """Marketing's score, 0 to 100: it sees a little of what will come."""
    mean = 44 + 14 * np.isfinite(rows.converts) + 20 * lead_quality.conversion()[rows.source]
    return np.clip(np.round(mean + rng.normal(0, 15, len(mean))), 0, 100)
