"""How people learn and what they are like: training_event, assessment, rep_trait.

In: company and the planted courses. Out: frames. Assessments see a person's gift through noise; both courses raise the
score in what they teach, but only one of them raises what is sold.
"""

from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats, Ints
from salesanalytics.demo import frames
from salesanalytics.demo.calendar import number
from salesanalytics.demo.company import Company
from salesanalytics.demo.people import MANAGER
from salesanalytics.demo.planted.trainings import NEGOTIATION, SOCIAL, Course

SKILLS = ("discovery", "qualification", "presentation", "negotiation", "closing", "product knowledge")
MOTIVATORS = ("money", "recognition", "autonomy", "development", "team spirit")
FORMS = ("spoken", "written", "data first", "side by side")
CADENCES = {"weekly": 7, "every two weeks": 14, "monthly": 28}  # in days
TOPICS = {NEGOTIATION: "negotiation", SOCIAL: "social selling", "TR-ONBOARDING": "onboarding"}
HOURS = {NEGOTIATION: 20.0, SOCIAL: 14.0, "TR-ONBOARDING": 32.0}
COST = {NEGOTIATION: 1_450.0, SOCIAL: 980.0, "TR-ONBOARDING": 2_100.0}
CHOSEN = {NEGOTIATION: "lot", SOCIAL: "manager", "TR-ONBOARDING": "everybody"}
LEARNT = 9.0
"""Points by which a course raises the score in what it teaches."""


def training_table(company: Company, courses: dict[str, Course]) -> pd.DataFrame:
    """training_event: the two courses, and onboarding for everyone hired since the records begin."""
    people, settings = company.people, company.settings
    new = (people.hired >= number(settings.deals_from)) & (people.role != MANAGER)
    hired = np.flatnonzero(new & (people.earlier < 0))  # who came back knows the house
    onboarding = (hired, people.hired[hired], people.hired[hired] + 18)
    groups = {"TR-ONBOARDING": onboarding} | {
        name: (course.rep, course.started, course.completed) for name, course in courses.items()
    }
    sizes = [len(group[0]) for group in groups.values()]
    rep, started, completed = (np.concatenate([group[column] for group in groups.values()]) for column in range(3))
    names = list(groups)
    which = np.repeat(np.arange(len(names)), sizes)
    keep = started <= number(settings.as_of)
    rep, started, completed, which = rep[keep], started[keep], completed[keep], which[keep]
    done = (completed <= number(settings.as_of)) & (people.left[rep] >= completed)
    share = np.where(done, 1.0, 0.4)
    return frames.frame(
        "training_event",
        training_id=frames.taken(names, which),
        rep_id=frames.taken(company.rep_ids, rep),
        topic=frames.taken([TOPICS[name] for name in names], which),
        started_on=frames.days(started),
        completed_on=frames.days(completed, done),
        hours=np.array([HOURS[name] for name in names])[which] * share,
        cost=np.array([COST[name] for name in names])[which],
        chosen_by=frames.taken([CHOSEN[name] for name in names], which),
    )


def assessment_table(company: Company, courses: dict[str, Course]) -> pd.DataFrame:
    """assessment: every skill once a year for everybody, and before and after each course in what it teaches."""
    parts = [_yearly(company, courses[NEGOTIATION])]
    parts += [_around(company, name, course, after=after) for name, course in courses.items() for after in (False, True)]
    rep, skill, day, score, training = (np.concatenate([part[column] for part in parts]) for column in range(5))
    gone = company.people.left[rep]
    keep = (day <= number(company.settings.as_of)) & (day <= gone) & (day >= company.people.hired[rep])
    order = np.flatnonzero(keep)[np.lexsort((skill[keep], rep[keep], day[keep]))]
    names = [*SKILLS, TOPICS[SOCIAL]]
    return frames.frame(
        "assessment",
        assessment_id=frames.ids("S", len(order), 5),
        rep_id=frames.taken(company.rep_ids, rep[order]),
        skill=frames.taken(names, skill[order]),
        taken_on=frames.days(day[order]),
        score=score[order],
        max_score=np.full(len(order), 100.0),
        training_id=frames.taken(list(courses), training[order]),
    )


def _yearly(company: Company, negotiation: Course) -> tuple[Any, ...]:
    """Every skill of everyone present, each spring."""
    people, settings, rng = company.people, company.settings, company.settings.rng("assessments")
    years = np.arange(settings.deals_from.year, settings.as_of.year + 1)
    springs = np.array([np.datetime64(f"{year}-03-10").astype(np.int64) for year in years])
    rep, spring, skill = (grid.ravel() for grid in np.meshgrid(_staff(company), springs, np.arange(len(SKILLS)), indexing="ij"))
    day = spring + rng.integers(0, 20, len(rep))
    keep = (day >= number(settings.deals_from)) & (day >= people.hired[rep] + 30)
    rep, skill, day = rep[keep], skill[keep], day[keep]
    done = np.full(len(people.role), 10**7)
    done[negotiation.rep] = negotiation.completed
    learnt = (skill == SKILLS.index("negotiation")) & (done[rep] < day)
    own = settings.rng("skill profile").normal(0, 6, (len(people.role), len(SKILLS)))[rep, skill]
    return rep, skill, day, _points(company, rep, own + LEARNT * learnt, rng), np.full(len(rep), frames.NONE)


def _around(company: Company, name: str, course: Course, *, after: bool) -> tuple[Any, ...]:
    """The test a week before a course, or two weeks after it."""
    rng = company.settings.rng(f"{name} test {after}")
    skill = SKILLS.index("negotiation") if name == NEGOTIATION else len(SKILLS)
    day = course.completed + 14 if after else course.started - 7
    count = len(course.rep)
    which = 0 if name == NEGOTIATION else 1
    score = _points(company, course.rep, np.full(count, LEARNT * after), rng)
    return course.rep, np.full(count, skill), day, score, np.full(count, which)


def _points(company: Company, rep: Ints, extra: Floats, rng: np.random.Generator) -> Floats:
    return np.clip(np.round(62 + 6 * company.closing_skill[rep] + extra + rng.normal(0, 7, len(rep))), 5, 100)


def _staff(company: Company) -> Ints:
    return np.flatnonzero(company.people.role != MANAGER)


def trait_table(company: Company) -> pd.DataFrame:
    """rep_trait: skills as the manager sees them (every year), motivators and preferred feedback as people say (once)."""
    people, settings, rng = company.people, company.settings, company.settings.rng("traits")
    staff = _staff(company)
    day = np.maximum(people.hired[staff] + 60, number(settings.deals_from) + 20)
    parts = []
    for year in range(settings.months // 12 + 1):
        score = np.clip(
            np.round(3 + 0.55 * company.closing_skill[staff, None] + rng.normal(0, 0.8, (len(staff), len(SKILLS)))), 1, 5
        )
        parts += [_trait(1, place, staff, day + 365 * year, score[:, place], None, 1) for place in range(len(SKILLS))]
    for place in range(len(MOTIVATORS)):
        score = np.clip(np.round(rng.normal(3.2, 1.0, len(staff))), 1, 5)
        parts.append(_trait(2, len(SKILLS) + place, staff, day, score, None, 0))
    form, cadence = rng.choice(4, len(staff), p=[0.4, 0.2, 0.15, 0.25]), rng.choice(3, len(staff), p=[0.35, 0.45, 0.20])
    none = np.full(len(staff), np.nan)
    names = len(SKILLS) + len(MOTIVATORS)
    parts.append(_trait(3, names, staff, day, none, form, 2))
    parts.append(_trait(3, names + 1, staff, day, none, len(FORMS) + cadence, 2))
    kind, name, rep, on, score, value, source = (np.concatenate([part[column] for part in parts]) for column in range(7))
    keep = np.flatnonzero((on <= number(settings.as_of)) & (on <= people.left[rep]))
    keep = keep[np.lexsort((name[keep], on[keep], rep[keep]))]
    return frames.frame(
        "rep_trait",
        rep_id=frames.taken(company.rep_ids, rep[keep]),
        kind=frames.taken(("trait", "skill", "motivator", "feedback_preference"), kind[keep]),
        name=frames.taken([*SKILLS, *MOTIVATORS, "form", "cadence"], name[keep]),
        score=score[keep],
        value=frames.taken([*FORMS, *CADENCES], value[keep]),
        observed_on=frames.days(on[keep]),
        source=frames.taken(("self", "manager", "survey"), source[keep]),
    )


def _trait(kind: int, name: int, rep: Ints, day: Ints, score: Floats, value: Ints | None, source: int) -> tuple[Any, ...]:
    count = len(rep)
    full = np.full
    return (
        full(count, kind),
        full(count, name),
        rep,
        day,
        score,
        full(count, frames.NONE) if value is None else value,
        full(count, source),
    )
