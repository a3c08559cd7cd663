"""How each deal went through the stages: when it would leave each one, whether it went on, and where it stands at `as_of`.

In: opened deals. Out: `Path`. Times come first and do not look at outcomes, so a deal's speed says nothing about its end.
"""

from dataclasses import dataclass

import numpy as np

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.demo.calendar import Calendar
from salesanalytics.demo.company import Company
from salesanalytics.demo.creation import Opened
from salesanalytics.demo.ownership import Owners, owners
from salesanalytics.demo.planted import conversion, drivers, incentives, season, trainings
from salesanalytics.demo.planted.conversion import LOST, STEPS, WON
from salesanalytics.demo.planted.trainings import Course

YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Path:
    """One row per deal.

    `times[:, k]` is when stage k is entered if it is reached at all, the last column when Negotiation would end; `steps`
    counts the stages passed in the end, `closed` is when the deal is (or will be) over. `entered` counts stages entered up
    to `as_of`, `stage` is the present one, `over` says that it is closed by now, `won` that it ends well. `p_win` is the
    chance at creation. `last_year` is, per team and step, the mean chance to go on of the deals that entered it in the 365 days
    up to `as_of`.
    """

    times: Floats
    stall_from: Floats
    stall_to: Floats
    steps: Ints
    closed: Floats
    won: Flags
    over: Flags
    entered: Ints
    stage: Ints
    owners: Owners
    p_win: Floats
    training_gain: trainings.Gain
    last_year: Floats

    @property
    def ends(self) -> Floats:
        """When each deal is closed; infinity while open."""
        return np.where(self.over, self.closed, np.inf)


def walk(company: Company, calendar: Calendar, deals: Opened, planted: Floats, course: Course) -> Path:
    """Leads every deal from creation to its end, beyond `as_of` too: forecasts look there, but no table shows it."""
    times, stall_from, stall_to = _times(company, calendar, deals)
    held = owners(company.people, calendar, deals.spell, times[:, -1])
    recent = (times[:, :STEPS] >= calendar.now - YEAR) & (times[:, :STEPS] < calendar.now)
    steps, p_win, gain, last_year = _outcomes(company, deals, times, held, planted, course, recent, calendar.now)
    rows = np.arange(len(steps))
    closed = times[rows, np.minimum(steps + 1, STEPS)]
    won, over = steps == STEPS, closed < calendar.now
    entered = np.minimum(np.sum(times[:, :STEPS] < calendar.now, axis=1), np.minimum(steps + 1, STEPS))
    stage = np.where(over, np.where(won, WON, LOST), entered - 1)
    ends = np.where(over, closed, calendar.now)
    return Path(
        times, stall_from, stall_to, steps, closed, won, over, entered, stage, held.before(ends), p_win, gain, last_year
    )


def _times(company: Company, calendar: Calendar, deals: Opened) -> tuple[Floats, Floats, Floats]:
    """Entry into each stage and end of the last; and from when to when each deal stalled first, infinity where it never did."""
    rng, count = company.settings.rng("durations"), len(deals.created)
    spread = conversion.DURATION_SPREAD
    stay = rng.lognormal(-(spread**2) / 2, spread, (count, STEPS)) * np.array(conversion.DURATION_DAYS)
    stay *= np.array(conversion.SEGMENT_PACE)[deals.segment][:, None]
    stalled = rng.random((count, STEPS)) < conversion.STALLED
    stay = np.maximum(np.where(stalled, stay * conversion.STALLED_TIMES, stay), 0.15)
    times = np.concatenate([deals.created[:, None], deals.created[:, None] + np.cumsum(stay, axis=1)], axis=1)
    np.minimum(times, calendar.end, out=times)
    spiff = incentives.spiff(company.settings)
    times[:, STEPS] = season.shift_closings(calendar, times[:, STEPS - 1], times[:, STEPS], deals.team, spiff, rng)
    rows, where = np.arange(count), np.argmax(stalled, axis=1)
    began, ended = times[rows, where], times[rows, where + 1]
    any_stall = stalled.any(axis=1)
    return times, np.where(any_stall, began + 0.12 * (ended - began), np.inf), np.where(any_stall, ended, np.inf)


def _outcomes(
    company: Company, deals: Opened, times: Floats, held: Owners, planted: Floats, course: Course, recent: Flags, now: float
) -> tuple[Ints, Floats, trainings.Gain, Floats]:
    """Stages passed, chance to be won at creation, what the course added, and the chances of the `recent` entries."""
    rng, count = company.settings.rng("outcomes"), len(deals.created)
    everyone = np.arange(count)
    score = drivers.deal_score(deals.source, deals.competitor, deals.segment, deals.log_size)
    alive, steps = np.ones(count, bool), np.zeros(count, np.int64)
    p_win, without, reached = np.ones(count), np.ones(count), np.zeros(count, bool)
    entered_discovery = alive
    last_year = planted.copy()
    added: list[Floats] = []
    for step in range(STEPS):
        target = planted[:, step]
        go = plain = target[deals.team]
        if step >= drivers.FIRST_STEP:
            if step == drivers.FIRST_STEP:
                entered_discovery = alive.copy()
            owner = held.at(everyone, times[:, step + 1])
            trained = times[:, step + 1] > course.after[owner]
            base = score + drivers.SKILL_EFFECT * company.closing_skill[owner]
            whole = base + trainings.EFFECT * trained
            level = drivers.chance(whole[alive], deals.team[alive], target)[1][deals.team]
            go, plain = drivers.logistic(level + whole), drivers.logistic(level + base)
            reached |= trained
            added.append((go - plain)[alive & trained & (times[:, step + 1] < now)])
        last_year[:, step] = _by_team(go, deals.team, alive & recent[:, step], target)
        p_win, without = p_win * go, without * plain
        alive = alive & (rng.random(count) < go)
        steps += alive
    seen = reached & entered_discovery
    early = planted[:, : drivers.FIRST_STEP].prod(axis=1)[deals.team]
    gain = float(np.mean((p_win - without)[seen] / early[seen])) if seen.any() else 0.0
    each = np.concatenate(added) if added else np.zeros(0)
    by_step = float(each.mean()) if len(each) else 0.0
    return steps, p_win, trainings.Gain(gain, int(seen.sum()), by_step, len(each)), last_year


def _by_team(chance: Floats, team: Ints, who: Flags, otherwise: Floats) -> Floats:
    """Mean chance per team of those in `who`; `otherwise` for a team without any."""
    entries = np.bincount(team[who], minlength=len(otherwise))
    total = np.bincount(team[who], chance[who], len(otherwise))
    return np.where(entries > 0, total / np.maximum(entries, 1), otherwise)
