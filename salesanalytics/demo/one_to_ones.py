"""What managers and sellers agree on in their one-to-ones: commitment.

In: company, and how often each rep wants to talk. Out: a frame with one row per commitment, of the last half year. True by
construction: a one-to-one is held as often as the rep prefers, but one in six is left out; one in five ends without a
commitment; of those due four in six were done, one was dropped and one is still open.
"""

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.calendar import number
from salesanalytics.demo.company import Company
from salesanalytics.demo.growth import CADENCES
from salesanalytics.demo.people import MANAGER, NEVER

LOOK_BACK_DAYS = 182
HELD, AGREED, BY_MANAGER = 5 / 6, 4 / 5, 0.25
DONE, DROPPED = 4 / 6, 1 / 6
DUE_DAYS = (5, 22)


def commitment_table(company: Company, traits: pd.DataFrame) -> pd.DataFrame:
    """commitment; `traits`: rep_trait, which says how often each person wants to talk."""
    settings, people, rng = company.settings, company.people, company.settings.rng("one to ones")
    today, every_days = number(settings.as_of), _every_days(company, traits)
    rows = []
    for person in np.flatnonzero((people.role != MANAGER) & (people.left == NEVER)):
        first = max(today - LOOK_BACK_DAYS, int(people.hired[person]) + 10)
        days = np.arange(first + rng.integers(0, every_days[person]), today, every_days[person]) + rng.integers(0, 3)
        days = days[(rng.random(len(days)) < HELD) & (days < today)]
        rows += [(person, day) for day in days]
    who = np.array([person for person, _ in rows], np.int64)
    made = np.array([day for _, day in rows], np.int64)
    order = np.lexsort((who, made))
    who, made = who[order], made[order]
    count = len(who)
    agreed, by_manager = rng.random(count) < AGREED, rng.random(count) < BY_MANAGER
    due = made + rng.integers(*DUE_DAYS, count)
    luck, late = rng.random(count), rng.integers(-4, 6, count)
    closed = np.minimum(np.maximum(due + late, made), today)
    over = agreed & (due <= today) & (luck < DONE + DROPPED)
    state = np.where(over, np.where(luck < DONE, 1, 2), 0)
    return frames.frame(
        "commitment",
        commitment_id=frames.ids("C", count, 5),
        rep_id=frames.taken(company.rep_ids, who),
        made_on=frames.days(made),
        manager_rep_id=frames.taken(company.rep_ids, people.home[who]),
        by=frames.taken(("rep", "manager"), by_manager.astype(np.int64)),
        what=_what(company, who, by_manager, agreed, rng),
        due_on=frames.days(due, agreed),
        state=frames.taken(("open", "done", "dropped"), state),
        closed_on=frames.days(closed, over),
    )


def _every_days(company: Company, traits: pd.DataFrame) -> Ints:
    """Days between one-to-ones that each person wants; two weeks where they have not said."""
    said = traits[traits["name"] == "cadence"].drop_duplicates("rep_id", keep="last").set_index("rep_id")["value"]
    wanted = pd.Series(company.rep_ids.to_pylist()).map(said.map(CADENCES))
    return np.asarray(wanted.fillna(CADENCES["every two weeks"]), dtype=np.int64)


def _what(company: Company, who: Ints, by_manager: Flags, agreed: Flags, rng: np.random.Generator) -> object:
    """In the words of the team's country, empty where nothing was agreed on."""
    pools = [frames.words(f"phrases_{language}")["commitment"][by] for language in ("en", "ro") for by in ("rep", "manager")]
    starts = np.cumsum([0, *map(len, pools)])
    local = np.array([spec["countries"] == ["RO"] for spec in company.specs])[company.people.home[who]]
    pool = local.astype(np.int64) * 2 + by_manager
    place = starts[pool] + (rng.random(len(who)) * np.array(list(map(len, pools)))[pool]).astype(np.int64)
    return frames.taken([text for texts in pools for text in texts], np.where(agreed, place, frames.NONE))
