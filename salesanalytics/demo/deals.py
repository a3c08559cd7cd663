"""opportunity: every deal as it stands at `as_of`.

In: opened deals, paths, amounts and expected dates. Out: the table.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.amounts import Amounts
from salesanalytics.demo.calendar import Calendar
from salesanalytics.demo.company import Company
from salesanalytics.demo.creation import Opened
from salesanalytics.demo.expectations import Expected
from salesanalytics.demo.frames import NONE
from salesanalytics.demo.market import LEAD_TIME, PRODUCTS, campaign_ids, campaign_of
from salesanalytics.demo.paths import Path
from salesanalytics.demo.people import NEVER
from salesanalytics.demo.planted.conversion import CATEGORY, DEFAULT_PROBABILITY, STAGES, STEPS
from salesanalytics.demo.planted.drivers import SOURCES

TYPES = ("new", "expansion", "renewal")
TWO_COMPETITORS = 0.15


def first_wins(deals: Opened, path: Path) -> Floats:
    """Position of each account's first won deal in the tables; infinity where there is none."""
    first = np.full(len(deals.accounts.seat), np.inf)
    won = path.won & path.over
    np.minimum.at(first, deals.account[won], path.closed[won])
    return first


def kinds(company: Company, deals: Opened, path: Path, product: Ints) -> Ints:
    """Index of TYPES: new until the account has bought something, then expansion, or renewal of software."""
    bought = deals.accounts.customer[deals.account] | (first_wins(deals, path)[deals.account] < deals.created)
    software = np.array([item.family == "Software" for item in PRODUCTS])[product]
    again = software & (company.settings.rng("renewals").random(len(product)) < 0.45)
    return np.where(bought, np.where(again, 2, 1), 0)


def campaigns(calendar: Calendar, deals: Opened) -> Ints:
    """Campaign behind each deal."""
    return campaign_of(calendar, deals.source, deals.created - LEAD_TIME, calendar.settings.rng("deal campaigns"))


def opportunity(
    company: Company,
    calendar: Calendar,
    deals: Opened,
    path: Path,
    amounts: Amounts,
    expected: Expected,
    account_names: pa.Array,
) -> pd.DataFrame:
    """One row per deal."""
    rng, count = company.settings.rng("opportunity"), len(deals.created)
    everyone = np.arange(count)
    open_ = ~path.over
    probability = np.array(DEFAULT_PROBABILITY)[path.stage]
    cents, known = amounts.present(path.entered), amounts.known(path.entered)
    owner = path.owners.at(everyone, np.minimum(path.closed, calendar.now) - 1e-6)
    product_names = frames.taken([item.name for item in PRODUCTS], amounts.product)
    return frames.frame(
        "opportunity",
        opportunity_id=frames.ids("O", count),
        name=frames.joined(frames.taken(account_names, deals.account), " – ", product_names),
        account_id=frames.taken(frames.ids("A", len(deals.accounts.seat)), deals.account),
        owner_rep_id=frames.taken(company.rep_ids, owner),
        pipeline="default",
        stage=frames.taken(STAGES, path.stage),
        forecast_category=_categories(path, rng),
        amount=np.where(known, cents / 100, np.nan),
        currency="EUR",
        probability=probability,
        created_at=frames.moments(calendar.moment(deals.created)),
        expected_close_date=frames.days(expected.day),
        closed_at=frames.moments(calendar.moment(path.closed), path.over),
        is_closed=path.over,
        is_won=path.over & path.won,
        type=frames.taken(TYPES, kinds(company, deals, path, amounts.product)),
        lead_source=frames.taken(SOURCES, deals.source),
        campaign_id=frames.taken(campaign_ids(company.settings), campaigns(calendar, deals)),
        product_id=frames.taken(frames.ids("P", len(PRODUCTS), 2), amounts.product),
        loss_reason=_loss_reasons(deals, path, rng),
        competitor=_competitors(deals, rng, company.settings.rng("second competitors")),
        next_step=_next_steps(path, open_, calendar, rng),
        is_deleted=np.zeros(count, bool),
    )


def _categories(path: Path, rng: np.random.Generator) -> pa.Array:
    """The stage's category, but for a few late deals whose owner thinks otherwise."""
    names = ("omitted", "pipeline", "best_case", "commit", "closed")
    usual = np.array([names.index(category) for category in CATEGORY])[path.stage]
    late = ~path.over & (path.stage >= 3) & (rng.random(len(usual)) < 0.15)
    return frames.taken(names, np.where(late, np.clip(usual + rng.choice([-1, 1], len(usual)), 1, 3), usual))


def _loss_reasons(deals: Opened, path: Path, rng: np.random.Generator) -> pa.Array:
    words = frames.words("names")["loss_reasons"]
    early, late = words["early"], words["late"]
    draw = rng.random(len(path.steps))
    chosen = np.where(path.steps < 2, (draw**1.3 * len(early)), len(early) + draw**1.3 * len(late)).astype(np.int64)
    beaten = (path.steps >= 2) & deals.competitor & (rng.random(len(draw)) < 0.40)
    chosen = np.where(beaten, len(early) + len(late), chosen)
    told = path.over & ~path.won & (rng.random(len(draw)) < 0.96)
    return frames.taken([*early, *late, "Lost to competitor"], np.where(told, chosen, NONE))


def _competitors(deals: Opened, rng: np.random.Generator, seconds: np.random.Generator) -> pa.Array:
    """Whom a deal was sold against: a name, or two that are set apart by a semicolon."""
    names = frames.words("names")["competitors"]
    many, count = len(names), len(deals.competitor)
    place = (rng.random(count) ** 1.4 * many).astype(np.int64)
    second = (place + seconds.integers(1, many, count)) % many
    both = seconds.random(count) < TWO_COMPETITORS
    pairs = [f"{one}; {other}" for one in names for other in names]
    named = np.where(both, many + place * many + second, place)
    return frames.taken([*names, *pairs], np.where(deals.competitor, named, NONE))


def _next_steps(path: Path, open_: NDArray[np.bool_], calendar: Calendar, rng: np.random.Generator) -> pa.Array:
    """What the owner wrote down; missing for one open deal in nine, and for every second one that has stalled."""
    words = frames.words("names")["next_steps"]
    pools = [[pattern.format(who=who) for pattern in words[stage] for who in words["who"]] for stage in STAGES[:STEPS]]
    starts = np.cumsum([0] + [len(pool) for pool in pools])[:-1]
    sizes = np.array([len(pool) for pool in pools])
    stage = np.minimum(path.stage, STEPS - 1)
    place = starts[stage] + (rng.random(len(stage)) * sizes[stage]).astype(np.int64)
    stalled = (path.stall_from < calendar.now) & (path.stall_to > calendar.now)
    missing = rng.random(len(stage)) < np.where(stalled, 0.5, 0.11)
    return frames.taken([step for pool in pools for step in pool], np.where(open_ & ~missing, place, NONE))


def account_days(calendar: Calendar, deals: Opened, path: Path) -> tuple[Ints, Ints]:
    """Per account: day numbers of the first won deal (NEVER without one) and of the last event (0 without deals)."""
    won = first_wins(deals, path)
    first = np.where(np.isfinite(won), calendar.day(np.where(np.isfinite(won), won, 0)), NEVER)
    last = np.zeros(len(first), np.int64)
    np.maximum.at(last, deals.account, calendar.day(np.where(path.over, path.closed, calendar.now - 1)))
    return first, last
