"""What buyers and employees say: feedback, and the truth about each answer.

In: closed deals, people and their teams. Out: the table, and a frame with the planted mood and aspects of every answer,
which is no table and is written beside them. Buyers answer after a deal is closed; employees once a quarter and without
their name: only the team is known.
"""

from dataclasses import dataclass
from datetime import timedelta

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
from salesanalytics.demo.market import PRODUCTS
from salesanalytics.demo.paths import Path
from salesanalytics.demo.people import MANAGER
from salesanalytics.demo.planted import sentiment
from salesanalytics.demo.planted.sentiment import POLARITY
from salesanalytics.demo.planted.turnover import Turnover
from salesanalytics.demo.settings import Settings, quarters
from salesanalytics.demo.texts import ASPECTS, LANGUAGES, compose

ANSWERED_WON, ANSWERED_LOST, ANSWERED_STAFF = 0.34, 0.05, 0.62
CSAT = 0.4
ROMANIAN_BUYERS, ROMANIAN_STAFF = 0.88, 0.92
BUYER_ASPECTS = (0.20, 0.28, 0.22, 0.16, 0.14)
STAFF_ASPECTS = (0.26, 0.24, 0.18, 0.12, 0.20)
NPS_SCORES: tuple[tuple[float, ...], ...] = (
    (0, 0, 0, 0, 0, 0, 0, 0.03, 0.14, 0.46, 0.37),
    (0, 0, 0, 0, 0, 0.06, 0.16, 0.44, 0.30, 0.04, 0),
    (0.05, 0.04, 0.07, 0.13, 0.18, 0.26, 0.20, 0.06, 0.01, 0, 0),
)
CSAT_SCORES: tuple[tuple[float, ...], ...] = (
    (0, 0, 0, 0.05, 0.38, 0.57),
    (0, 0, 0.12, 0.70, 0.18, 0),
    (0, 0.42, 0.48, 0.10, 0, 0),
)


@dataclass(frozen=True, slots=True)
class _Answers:
    """One row per answer: when (seconds), buyer or employee, language, mood, scale, and what it is about (NONE if unknown)."""

    seconds: Ints
    buyer: NDArray[np.bool_]
    language: Ints
    mood: Ints
    csat: NDArray[np.bool_]
    rep: Ints
    team: Ints
    deal: Ints


def feedback(
    company: Company, calendar: Calendar, deals: Opened, path: Path, product: Ints, turnover: Turnover, deal_ids: pa.Array
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All answers in order of time, and what is true about them."""
    answers = _ordered(_buyers(company, calendar, deals, path, product), _staff(company, turnover))
    rng, count = company.settings.rng("feedback"), len(answers.seconds)
    aspects = _aspects(answers, rng)
    agrees = rng.random(count) < sentiment.SECOND_ASPECT_AGREES
    moods = np.column_stack([answers.mood, np.where(agrees, answers.mood, (answers.mood + rng.integers(1, 3, count)) % 3)])
    text, both = _texts(answers, aspects, moods, company.settings)
    about = answers.deal >= 0
    account = np.where(about, deals.account[answers.deal], NONE) if len(deals.account) else answers.deal
    ids = frames.ids("F", count)
    table = frames.frame(
        "feedback",
        feedback_id=ids,
        author_kind=frames.taken(("employee", "buyer"), answers.buyer.astype(np.int64)),
        occurred_at=frames.moments(answers.seconds),
        text=text,
        language=frames.taken(LANGUAGES, answers.language),
        score=_scores(answers, rng),
        score_scale=frames.taken(("nps", "csat5"), answers.csat.astype(np.int64)),
        rep_id=frames.taken(company.rep_ids, answers.rep),
        account_id=frames.taken(frames.ids("A", len(deals.accounts.seat)), account),
        opportunity_id=frames.taken(deal_ids, answers.deal),
        product_id=frames.taken(
            frames.ids("P", len(PRODUCTS), 2), np.where(about, product[answers.deal], NONE) if len(product) else answers.deal
        ),
        team_id=frames.taken(company.team_ids, answers.team),
        channel=frames.taken(("survey", "mail", "call"), np.where(answers.buyer, rng.choice(3, count, p=[0.7, 0.2, 0.1]), 0)),
    )
    return table, _truth(ids, answers, aspects, moods, both)


def _buyers(company: Company, calendar: Calendar, deals: Opened, path: Path, product: Ints) -> _Answers:
    rng, settings = company.settings.rng("buyers"), company.settings
    share = np.where(path.over, np.where(path.won, ANSWERED_WON, ANSWERED_LOST), 0.0)
    deal = np.flatnonzero(rng.random(len(share)) < share)
    seconds = (
        calendar.moment(path.closed[deal])
        + rng.integers(1, 24, len(deal)) * 86_400
        + rng.integers(0, 3 * 3_600, len(deal))
        - 5_400
    )
    keep = seconds < (number(settings.as_of) + 1) * 86_400
    deal, seconds = deal[keep], seconds[keep]
    weak = [item.name for item in PRODUCTS].index(sentiment.DROPPED_PRODUCT)
    dropped = (product[deal] == weak) & (seconds >= sentiment.drop_from(settings) * 86_400)
    mood = sentiment.buyer_polarity(path.won[deal], dropped, rng)
    romanian = _is_romanian(company, deals, deal) & (rng.random(len(deal)) < ROMANIAN_BUYERS)
    rep = path.owners.at(deal, path.closed[deal] - 1e-6)
    return _Answers(
        seconds,
        np.ones(len(deal), bool),
        romanian.astype(np.int64),
        mood,
        rng.random(len(deal)) < CSAT,
        rep,
        deals.team[deal],
        deal,
    )


def _is_romanian(company: Company, deals: Opened, deal: Ints) -> NDArray[np.bool_]:
    """Whether the customer of each deal is in Romania."""
    place = [spec["countries"].index("RO") if "RO" in spec["countries"] else -1 for spec in company.specs]
    account = deals.account[deal]
    return np.asarray(deals.accounts.country[account] == np.array(place)[deals.team[deal]])


def _staff(company: Company, turnover: Turnover) -> _Answers:
    """One wave in the middle of each quarter; managers are not asked about themselves."""
    rng, settings, spells = company.settings.rng("staff"), company.settings, company.people.spells
    parts = []
    for first, _ in quarters(settings.history_from, settings.as_of):
        day = number(first + timedelta(days=45))
        if day + 5 > number(settings.as_of):
            continue
        there = (spells.since <= day) & (spells.until > day + 5) & (company.people.role[spells.rep] != MANAGER)
        team = spells.team[there & (rng.random(len(there)) < ANSWERED_STAFF)]
        parts.append((np.full(len(team), day), team))
    days = np.concatenate([part[0] for part in parts]) if parts else np.empty(0, np.int64)
    team = np.concatenate([part[1] for part in parts]).astype(np.int64) if parts else np.empty(0, np.int64)
    count = len(days)
    seconds = (days + rng.integers(0, 5, count)) * 86_400 + 8 * 3_600 + rng.integers(0, 9 * 3_600, count)
    local = np.array([spec["countries"] == ["RO"] for spec in company.specs])
    romanian = local[team] & (rng.random(count) < ROMANIAN_STAFF)
    mood = sentiment.employee_polarity(turnover.manager[team], rng)
    none = np.full(count, NONE)
    return _Answers(seconds, np.zeros(count, bool), romanian.astype(np.int64), mood, np.zeros(count, bool), none, team, none)


def _ordered(*parts: _Answers) -> _Answers:
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in _Answers.__slots__]
    order = np.argsort(columns[0], kind="stable")
    return _Answers(*(column[order] for column in columns))


def _aspects(answers: _Answers, rng: np.random.Generator) -> Ints:
    """Two different aspects per answer, the first by weight."""
    count = len(answers.seconds)
    draw = rng.random(count)
    buyer, staff = (np.minimum(np.searchsorted(np.cumsum(weights), draw), 4) for weights in (BUYER_ASPECTS, STAFF_ASPECTS))
    first = np.where(answers.buyer, buyer, staff)
    return np.column_stack([first, (first + rng.integers(1, 5, count)) % 5])


def _texts(answers: _Answers, aspects: Ints, moods: Ints, settings: Settings) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Texts by language and author, each group from its own grammar; and which of them speak of two aspects."""
    parts, rows, both = [], [], np.zeros(len(aspects), bool)
    for place, language in enumerate(LANGUAGES):
        for kind, is_buyer in (("buyer", True), ("employee", False)):
            mine = np.flatnonzero((answers.language == place) & (answers.buyer == is_buyer))
            text, both[mine] = compose(language, kind, aspects[mine], moods[mine], settings.rng(f"texts {language} {kind}"))
            parts.append(text)
            rows.append(mine)
    back = np.argsort(np.concatenate(rows), kind="stable")
    return frames.taken(pa.concat_arrays(parts), back), both


def _scores(answers: _Answers, rng: np.random.Generator) -> Floats:
    """Scores that go with the mood, not always perfectly."""
    draw = rng.random((len(answers.mood), 1))
    nps, csat = (
        (draw > np.cumsum(np.array(table)[answers.mood], axis=1) - 1e-9).sum(axis=1) for table in (NPS_SCORES, CSAT_SCORES)
    )
    return np.asarray(np.where(answers.csat, np.clip(csat, 1, 5), np.minimum(nps, 10)), np.float64)


def _truth(ids: pa.Array, answers: _Answers, aspects: Ints, moods: Ints, both: NDArray[np.bool_]) -> pd.DataFrame:
    """feedback_id, mood, and each aspect with its own mood; aspect_2 and mood_2 are empty where the text has only one."""
    names = [aspect for kind in ("buyer", "employee") for aspect in ASPECTS[kind]]
    place = aspects + np.where(answers.buyer, 0, len(ASPECTS["buyer"]))[:, None]
    columns = {
        "feedback_id": ids,
        "mood": frames.taken(POLARITY, answers.mood),
        "aspect_1": frames.taken(names, place[:, 0]),
        "mood_1": frames.taken(POLARITY, moods[:, 0]),
        "aspect_2": frames.taken(names, np.where(both, place[:, 1], NONE)),
        "mood_2": frames.taken(POLARITY, np.where(both, moods[:, 1], NONE)),
    }
    return pd.DataFrame({name: frames.text_column(values) for name, values in columns.items()})
