"""What is sold, to whom and how it is advertised: product, stage, account, campaign.

In: company and what is known of its deals. Out: frames. Campaigns run for a quarter each; what they cost follows the leads
they brought.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.calendar import Calendar, number
from salesanalytics.demo.company import FOCUS, Company, present
from salesanalytics.demo.creation import Accounts
from salesanalytics.demo.people import AE, AM, MANAGER, NEVER
from salesanalytics.demo.planted.conversion import CATEGORY, DEFAULT_PROBABILITY, STAGES, WON
from salesanalytics.demo.planted.drivers import SOURCES
from salesanalytics.demo.settings import Settings, quarters


@dataclass(frozen=True, slots=True)
class Item:
    """A product: price and cost of one, share of deals by segment, day it came out (None: midway through the history)."""

    name: str
    family: str
    price: float
    cost: float
    mix: tuple[float, float, float]
    launched: date | None


PRODUCTS = (
    Item("Atlas Planner", "Software", 180.0, 24.0, (0.26, 0.20, 0.14), date(2016, 3, 1)),
    Item("Atlas Insights", "Software", 240.0, 30.0, (0.10, 0.17, 0.24), date(2019, 9, 16)),
    Item("Atlas Connect", "Software", 150.0, 18.0, (0.10, 0.12, 0.14), None),
    Item("Helix Gateway", "Hardware", 890.0, 520.0, (0.14, 0.17, 0.16), date(2017, 5, 8)),
    Item("Helix Sensor Kit", "Hardware", 320.0, 175.0, (0.18, 0.12, 0.08), date(2018, 10, 1)),
    Item("Helix Terminal", "Hardware", 640.0, 390.0, (0.08, 0.07, 0.07), date(2020, 6, 15)),
    Item("Premium Care", "Services", 96.0, 41.0, (0.09, 0.08, 0.08), date(2016, 3, 1)),
    Item("Rollout Day", "Services", 980.0, 610.0, (0.05, 0.07, 0.09), date(2016, 3, 1)),
)
LAUNCH = 0.45
LEAD_TIME = 15.0
"""Working days by which a campaign precedes the deals it brings, at most."""
CHANNELS = {
    "search": ("Website", 0.7, 46.0),
    "email": ("Outbound", 0.35, 18.0),
    "fair": ("Event", 1.0, 165.0),
    "webinar": ("Webinar", 1.0, 58.0),
}
CHANNEL_NAMES = {"search": "Search advertising", "email": "E-mail campaign", "fair": "Trade fairs", "webinar": "Webinar series"}
EMPLOYEES = (28.0, 260.0, 3_200.0)
REVENUE_PER_HEAD = 165_000.0
INDUSTRIES = (0.24, 0.14, 0.14, 0.12, 0.09, 0.08, 0.08, 0.11)


def launched(settings: Settings) -> Ints:
    """Day number each product came out; never after the first deal but for the one launched midway."""
    first = number(settings.deals_from)
    days = [number(settings.day(LAUNCH)) if item.launched is None else min(number(item.launched), first) for item in PRODUCTS]
    return np.array(days)


def product_table(settings: Settings) -> pd.DataFrame:
    """product."""
    return frames.frame(
        "product",
        product_id=frames.ids("P", len(PRODUCTS), 2),
        name=frames.texts([item.name for item in PRODUCTS]),
        family=frames.texts([item.family for item in PRODUCTS]),
        list_price=np.array([item.price for item in PRODUCTS]),
        unit_cost=np.array([item.cost for item in PRODUCTS]),
        launched_on=frames.days(launched(settings)),
    )


def stage_table() -> pd.DataFrame:
    """stage: one pipeline."""
    places = np.arange(len(STAGES))
    return frames.frame(
        "stage",
        pipeline="default",
        stage=frames.texts(STAGES),
        sort_order=places + 1,
        default_probability=np.array(DEFAULT_PROBABILITY),
        is_closed=places >= WON,
        is_won=places == WON,
        forecast_category=frames.texts(CATEGORY),
    )


def account_names(company: Company, accounts: Accounts) -> tuple[pa.Array, Ints]:
    """Name and industry (index) of each account."""
    words, rng = frames.words("names")["companies"], company.settings.rng("account names")
    count = len(accounts.seat)
    industry = rng.choice(len(INDUSTRIES), count, p=INDUSTRIES)
    stems = [a + b + c for a in words["onset"] for b in words["middle"] for c in words["ending"]]
    # every stem is used once before any returns, so names repeat only in very large companies
    stem = rng.permutation(len(stems))[np.arange(count) % len(stems)]
    sector = rng.integers(0, 4, count)
    sectors = [word for group in words["sector"].values() for word in group]
    team = company.people.seats.team[accounts.seat]
    forms = [[words["legal"][code] for code in spec["countries"]] for spec in company.specs]
    starts = np.cumsum([0] + [len(group) for group in forms])[:-1]
    legal = [form for group in forms for form in group]
    parts = (
        frames.taken(stems, stem),
        " ",
        frames.taken(sectors, industry * 4 + sector),
        " ",
        frames.taken(legal, starts[team] + accounts.country),
    )
    return frames.joined(*parts), industry


def country_codes(company: Company, accounts: Accounts) -> pa.Array:
    """Country of each account, two letters."""
    groups = [spec["countries"] for spec in company.specs]
    starts = np.cumsum([0] + [len(group) for group in groups])[:-1]
    team = company.people.seats.team[accounts.seat]
    return frames.taken([code for group in groups for code in group], starts[team] + accounts.country)


def account_table(
    company: Company, accounts: Accounts, names: tuple[pa.Array, Ints], first_won: Ints, last_deal: Ints
) -> pd.DataFrame:
    """account. `first_won` and `last_deal` are day numbers of the deals in the tables, NEVER or 0 where there are none."""
    rng, count = company.settings.rng("account"), len(accounts.seat)
    ids = frames.ids("A", count)
    employees = np.maximum(np.round(np.array(EMPLOYEES)[accounts.segment] * rng.lognormal(0, 0.7, count)), 3)
    before = number(company.settings.deals_from) - rng.integers(60, 2_000, count)
    won = np.where(accounts.customer, before, first_won)
    today = number(company.settings.as_of)
    leaves = np.maximum(np.maximum(last_deal, won + 200), number(company.settings.history_from)) + rng.integers(30, 400, count)
    churned = (won < NEVER) & (leaves <= today) & (rng.random(count) < 0.14)
    industries = list(frames.words("names")["companies"]["sector"])
    return frames.frame(
        "account",
        account_id=ids,
        name=names[0],
        industry=frames.taken(industries, names[1]),
        segment=frames.taken(FOCUS, accounts.segment),
        country=country_codes(company, accounts),
        annual_revenue=np.round(employees * REVENUE_PER_HEAD * rng.lognormal(0, 0.35, count), -4),
        employees=employees,
        owner_rep_id=frames.taken(company.rep_ids, _carer(company)[accounts.seat]),
        territory_id=frames.taken(company.territory_ids, accounts.seat),
        parent_account_id=frames.taken(ids, _parents(accounts, rng)),
        first_won_on=frames.days(won, won < NEVER),
        churned_on=frames.days(leaves, churned),
    )


def _carer(company: Company) -> Ints:
    """Who looks after each seat's accounts today: who sits there, else a colleague, else the manager."""
    people, today = company.people, number(company.settings.as_of)
    spells = people.spells
    carer = np.full(len(people.seats.team), frames.NONE)
    here = (spells.seat >= 0) & (spells.until > today)
    carer[spells.seat[here]] = spells.rep[here]
    for seat in np.flatnonzero(carer < 0):
        mates = present(company, people.seats.team[seat], (AE, AM))
        team = people.seats.team[seat]
        carer[seat] = mates[seat % len(mates)] if len(mates) else present(company, team, (MANAGER,))[0]
    return carer


def _parents(accounts: Accounts, rng: np.random.Generator) -> Ints:
    """A few companies belong to an enterprise that stands before them in the list."""
    large = np.flatnonzero(accounts.segment == 2)
    count = len(accounts.seat)
    place = np.searchsorted(large, np.arange(count)) - 1 - rng.integers(0, 40, count)
    child = (rng.random(count) < 0.04) & (place >= 0)
    return np.where(child, large[np.maximum(place, 0)] if len(large) else frames.NONE, frames.NONE)


def campaign_quarters(settings: Settings) -> list[tuple[date, date]]:
    """Quarters with campaigns: from half a year before the first deal."""
    first = date(settings.deals_from.year - 1, 7, 1)
    return quarters(first, settings.as_of)


def campaign_ids(settings: Settings) -> pa.Array:
    """Ids of all campaigns: quarter by quarter, channel by channel."""
    return frames.ids("C", len(campaign_quarters(settings)) * len(CHANNELS), 3)


def campaign_of(calendar: Calendar, source: Ints, position: Floats, rng: np.random.Generator) -> Ints:
    """Campaign (index) that brought a lead or deal of `source` (index of SOURCES) at `position`; NONE where none did."""
    first = campaign_quarters(calendar.settings)[0][0]
    quarter = (
        calendar.month[np.clip(position, 0, None).astype(np.int64)] // 3 - ((first.year - 1970) * 12 + first.month - 1) // 3
    )
    draw, found = rng.random(len(source)), np.full(len(source), frames.NONE)
    for place, (name, share, _) in enumerate(CHANNELS.values()):
        mine = (source == SOURCES.index(name)) & (draw < share)
        found[mine] = quarter[mine] * len(CHANNELS) + place
    return found


def campaign_table(settings: Settings, leads: Ints) -> pd.DataFrame:
    """campaign; `leads` counts what each one brought."""
    rng, spans = settings.rng("campaign"), campaign_quarters(settings)
    count = len(spans) * len(CHANNELS)
    cost = np.tile([cost for _, _, cost in CHANNELS.values()], len(spans))
    spend = np.round((cost * leads + 1_500) * rng.lognormal(0, 0.18, count), -1)
    starts, ends = (np.repeat([number(span[side]) for span in spans], len(CHANNELS)) for side in (0, 1))
    labels = [f"{CHANNEL_NAMES[channel]} Q{(start.month + 2) // 3} {start.year}" for start, _ in spans for channel in CHANNELS]
    return frames.frame(
        "campaign",
        campaign_id=campaign_ids(settings),
        name=frames.texts(labels),
        channel=frames.texts(list(CHANNELS) * len(spans)),
        start_date=frames.days(starts),
        end_date=frames.days(ends, ends <= number(settings.as_of)),
        budget=np.round(spend * rng.uniform(0.92, 1.25, count), -3) + 1_000,
        spend=spend,
    )
