"""Skills: what people can, how sure that is, and where somebody lies clearly below the others.

In: `assessment`, `rep_trait` (skills as somebody rates them), `training_event` and `rep`; the whole company's, so that peers
are everybody. Out: one row per skill, one per person and skill (for analysts), and one per team and skill. Scores on different
scales are put on one where people say how these go together (`models/skills/measure`); how much of a score is the day's luck is
known from people scored twice. Only the latest score per scale of two years counts; who completed a course in the skill since
is marked: the score knows nothing of it. Tests passed or failed are one skill together (Rasch).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.rows import together
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.people import sellers_on
from salesanalytics.facts.skill_scores import MOST_OLD, completed, latest_scores, skill_scores
from salesanalytics.models.skills.measure import LEAST_TWICE, Measured, Scale, measured, scales_of, together_of
from salesanalytics.models.skills.rasch import Rasch, rasch
from salesanalytics.stats.compare import holm
from salesanalytics.stats.suppression import FEW

RATE = 0.05  # of those called clearly below, on average, who are not
LEVEL = 0.05
BINARY = "pass_fail"
SKILLS = [
    "skill", "scale", "people", "scored_twice", "reliability", "mean", "spread", "below", "since", "left_out", "scales", "gap",
    "low", "high", "p", "differs",
]  # fmt: skip
PEOPLE = [
    "rep_id", "name", "skill", "scale", "estimate", "low", "high", "gap", "gap_low", "gap_high", "chance", "below", "scored_on",
    "since",
]  # fmt: skip
LINKS = ["skill", "scale", "people", "both", "linked"]
ITEMS = ["skill", "people", "passed", "difficulty", "low", "high"]
TEAMS = ["team_id", "skill", "people", "others", "below", "since", "gap", "low", "high", "p", "differs"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Skills(Result):
    """Skills of the present sellers, on each skill's reference scale.

    `table`: one row per skill: skill, scale (reference), people (with a score), scored_twice (further scores that tell the
    day's luck), reliability (how much of one score is the person, 0..1; missing where it is not known), mean, spread (standard
    deviation of true scores), below (people clearly below the others), since (completed a course after their score), left_out
    (people with scores on scales alone that cannot be linked), scales (how many are used); for a team's page also gap (to the
    other teams, shrunken) with low and high (95%), p (Holm over teams and skills), differs. `people`: one row per person and
    skill: rep_id, name, skill, scale, estimate with low and high (95%), gap to the others with gap_low and gap_high, chance (of
    not lying below), below, scored_on, since (completed a course after it). `links`: one row per skill and scale: people, both
    (also on the reference), linked (reference, people, population, cannot). `items`: one row per test passed or failed: people,
    passed (share), difficulty with low and high. `teams`: one row per team and skill, for the company alone. `sellers`: how
    many are there; `compared`: whether the gaps are to other teams.
    """

    people: pd.DataFrame
    links: pd.DataFrame
    items: pd.DataFrame
    teams: pd.DataFrame
    sellers: int
    compared: bool


def skills(tables: Tables, *, as_of: date) -> Skills:
    """Every skill that somebody was scored in, of the sellers there on `as_of`, each beside all the others of these tables."""
    tables = known_on(tables, as_of)
    there = sellers_on(tables, pd.Timestamp(as_of))
    graded, passed = skill_scores(tables, as_of=as_of)
    latest = latest_scores(graded[graded["rep_id"].isin(there["rep_id"])])
    scales, together = scales_of(graded, latest), together_of(latest)
    found = {str(skill): measured(rows, scales, together, len(there)) for skill, rows in latest.groupby("skill")}
    tests = latest_scores(passed[passed["rep_id"].isin(there["rep_id"])])
    model, wide = _rasch(tests)
    people = _people(found, latest, tests, model, wide, tables, as_of)
    answer = Skills(
        as_of=as_of,
        period=Period(as_of - timedelta(days=MOST_OLD - 1), as_of, "year"),
        table=_table(found, scales, people, model, wide),
        people=people.drop(columns=["trust"]),
        links=_links(found),
        items=_items(model, wide),
        teams=_teams(people, there, found),
        sellers=len(there),
        compared=False,
    )
    return answer.saying(*_findings(answer))


def _rasch(tests: pd.DataFrame) -> tuple[Rasch | None, pd.DataFrame]:
    wide = tests.pivot(index="rep_id", columns="skill", values="score").sort_index() if len(tests) else pd.DataFrame()
    return (rasch(wide.round().to_numpy(dtype=np.float64)) if wide.size else None), wide


def _people(
    found: Mapping[str, Measured],
    latest: pd.DataFrame,
    tests: pd.DataFrame,
    model: Rasch | None,
    wide: pd.DataFrame,
    tables: Tables,
    as_of: date,
) -> pd.DataFrame:
    parts = [one.table.assign(skill=skill, scale=one.reference) for skill, one in found.items() if len(one.table)]
    if model is not None:
        rows = pd.DataFrame(
            {"rep_id": wide.index.to_numpy(dtype=object), "estimate": model.ability, "error": model.ability_error}
        )
        trust = np.clip(1 - model.ability_error**2, 0.01, 1.0)
        parts.append(rows.assign(trust=trust, skill=BINARY, scale=BINARY))
    if not parts:
        return _typed(pd.DataFrame(columns=[*PEOPLE, "trust"]))
    rows = pd.concat(parts, ignore_index=True)
    by = rows.groupby("skill")["estimate"]
    n = by.transform("size")
    gap = rows["estimate"] - (by.transform("sum") - rows["estimate"]) / (n - 1).where(n > 1)
    reach = stats.norm.ppf(0.975) * rows["error"]
    chance = stats.norm.sf(-gap / rows["error"].clip(lower=1e-9))
    rows = rows.assign(
        low=rows["estimate"] - reach,
        high=rows["estimate"] + reach,
        gap=gap,
        gap_low=gap - reach,
        gap_high=gap + reach,
        chance=chance,
    )
    rows["below"] = _clearly(rows["chance"].to_numpy(dtype=np.float64))
    names = tables["rep"].set_index("rep_id")["name"]
    rows = _dated(rows.assign(name=rows["rep_id"].map(names).fillna(rows["rep_id"])), latest, tests, tables, as_of)
    return _typed(rows.sort_values(["chance", "skill", "rep_id"], ignore_index=True)[[*PEOPLE, "trust"]])


def _clearly(chance: Floats) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Who is called below: as many as can be with one in twenty of them, on average, not being so (Müller et al. 2004)."""
    order = np.argsort(np.where(np.isfinite(chance), chance, 1.0), kind="stable")
    mean = np.cumsum(np.where(np.isfinite(chance), chance, 1.0)[order]) / np.arange(1, len(chance) + 1)
    called = np.zeros(len(chance), dtype=bool)
    called[order[: int((mean <= RATE).sum())]] = True
    return called


def _dated(rows: pd.DataFrame, latest: pd.DataFrame, tests: pd.DataFrame, tables: Tables, as_of: date) -> pd.DataFrame:
    """When each was scored last, and whether a course in the skill was completed since."""
    scored = (
        pd.concat([latest, tests.assign(skill=BINARY)])
        .groupby(["rep_id", "skill"], as_index=False)
        .agg(scored_on=("day", "max"))
    )
    done = completed(tables, as_of)
    rows = rows.merge(scored, on=["rep_id", "skill"], how="left")
    rows = rows.merge(done, on=["rep_id", "skill"], how="left")
    return rows.assign(since=(rows["completed_on"] >= rows["scored_on"]).fillna(False))


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    numbers = ("estimate", "low", "high", "gap", "gap_low", "gap_high", "chance", "trust", "reliability", "mean", "spread", "p",
               "passed", "difficulty")  # fmt: skip
    counts = ("people", "others", "scored_twice", "left_out", "scales", "both")
    kinds: dict[str, Any] = dict.fromkeys(numbers, "float64") | dict.fromkeys(counts, "int64")
    kinds |= {"scored_on": "datetime64[us]", "differs": "bool"}
    flags = {"below": "bool", "since": "bool"} if "rep_id" in rows else {"below": "float64", "since": "float64"}
    return rows.astype({name: kind for name, kind in (kinds | flags).items() if name in rows})


def _table(
    found: Mapping[str, Measured], scales: Mapping[str, Scale], people: pd.DataFrame, model: Rasch | None, wide: pd.DataFrame
) -> pd.DataFrame:
    counts = people.groupby("skill")[["below", "since"]].sum()
    rows: list[dict[str, Any]] = [
        {
            "skill": skill,
            "scale": one.reference,
            "people": len(one.table) or int(one.links["people"].iloc[0]),
            "scored_twice": scales[one.reference].twice,
            "reliability": one.reliability,
            "mean": one.mean,
            "spread": one.spread,
            "left_out": one.left_out,
            "scales": int((one.links["linked"] != "cannot").sum()),
        }
        for skill, one in found.items()
    ]
    if model is not None:
        trust = float(1 - np.mean(model.ability_error**2))
        row = {
            "skill": BINARY,
            "scale": BINARY,
            "people": len(wide),
            "scored_twice": 0,
            "reliability": trust,
            "mean": 0.0,
        }
        rows.append(row | {"spread": 1.0, "left_out": 0, "scales": 1})
    table = pd.DataFrame(rows, columns=SKILLS).assign(differs=False)
    table["below"] = table["skill"].map(counts["below"])
    table["since"] = table["skill"].map(counts["since"])
    return _typed(table).sort_values(["below", "skill"], ascending=[False, True], ignore_index=True)


def _links(found: Mapping[str, Measured]) -> pd.DataFrame:
    parts = [one.links.assign(skill=skill)[LINKS] for skill, one in found.items()]
    return _typed(together(parts, LINKS))


def _items(model: Rasch | None, wide: pd.DataFrame) -> pd.DataFrame:
    if model is None:
        return _typed(pd.DataFrame(columns=ITEMS))
    reach = stats.norm.ppf(0.975) * model.difficulty_error
    return _typed(
        pd.DataFrame(
            {
                "skill": wide.columns.to_numpy(dtype=object),
                "people": wide.notna().sum().to_numpy(),
                "passed": wide.mean().to_numpy(),
                "difficulty": model.difficulty,
                "low": model.difficulty - reach,
                "high": model.difficulty + reach,
            }
        )[ITEMS].sort_values("difficulty", ascending=False, ignore_index=True)
    )


def _teams(people: pd.DataFrame, there: pd.DataFrame, found: Mapping[str, Measured]) -> pd.DataFrame:
    """Each team's people against all others', without leaning on them, then the gaps shrunken over the teams of a skill.

    What a person's scores say by themselves is the guess set free again from its leaning (estimate and trust).
    """
    rows = people.merge(there[["rep_id", "team_id"]], on="rep_id").dropna(subset=["team_id"])
    if rows.empty:
        return _typed(pd.DataFrame(columns=TEAMS))
    middle = rows["skill"].map({skill: one.mean for skill, one in found.items()}).fillna(0.0)
    spread = (rows["high"] - rows["estimate"]) / stats.norm.ppf(0.975)
    rows = rows.assign(
        own=middle + (rows["estimate"] - middle) / rows["trust"], noise=(spread / rows["trust"]) ** 2 * rows["trust"]
    )
    sums = rows.groupby(["team_id", "skill"], as_index=False).agg(
        people=("rep_id", "size"), below=("below", "sum"), since=("since", "sum"), own=("own", "sum"), noise=("noise", "sum")
    )
    total = sums.groupby("skill")[["people", "own", "noise"]].transform("sum")
    others = total["people"] - sums["people"]
    enough = (sums["people"] >= FEW) & (others >= FEW)
    gap = (sums["own"] / sums["people"] - (total["own"] - sums["own"]) / others).where(enough)
    error = ((sums["noise"] / sums["people"] ** 2 + (total["noise"] - sums["noise"]) / others**2) ** 0.5).where(enough)
    sums = _shrunken(sums.assign(others=others, gap=gap, error=error))
    few = sums["people"] < FEW
    all_of_them = sums["below"] >= sums["people"]  # would say it of each of them
    return _typed(sums.assign(below=sums["below"].mask(few | all_of_them), since=sums["since"].mask(few))[TEAMS])


def _shrunken(rows: pd.DataFrame) -> pd.DataFrame:
    """Gaps pulled towards none by how little the teams differ beyond what is not known (moments; Efron and Morris 1975)."""
    p = pd.Series(2 * stats.norm.sf((rows["gap"] / rows["error"]).abs()), index=rows.index)
    known = p.notna()
    p[known] = holm(p[known].tolist())
    true = (rows["gap"] ** 2 - rows["error"] ** 2).groupby(rows["skill"]).transform("mean").clip(lower=0)
    weight = true / (true + rows["error"] ** 2)
    reach = stats.norm.ppf(0.975) * rows["error"] * np.sqrt(weight.clip(lower=0.25))  # the weight is a guess, too
    gap = rows["gap"] * weight
    return rows.assign(gap=gap, low=gap - reach, high=gap + reach, p=p, differs=(p <= LEVEL).fillna(False))


def _findings(found: Skills) -> list[Finding]:
    """Skills in which people lie clearly below; scales that cannot be linked; what is not known of the day's luck."""
    span = found.period.span
    if found.table.empty:
        return []
    told = [_gap(row, found) for row in found.table[found.table["differs"]].to_dict("records")]
    below = found.table[(found.table["below"] > 0) & (found.table["skill"] != BINARY)]
    if len(below):
        row = below.iloc[0]
        values = {"skill": row["skill"], "n": row["below"], "people": row["people"], "rate": RATE}
        evidence = Evidence(int(row["people"]), "sellers", period=span)
        told.append(Finding("skills.below", "watch", values, evidence, about=("training", str(row["skill"])), says="train"))
    for lost in found.table[found.table["left_out"] > 0].to_dict("records"):
        values = {"skill": lost["skill"], "n": lost["left_out"]}
        evidence = Evidence(int(lost["people"]), "sellers", period=span)
        told.append(
            Finding(
                "skills.unlinked",
                "watch",
                values,
                evidence,
                owner="operations",
                about=("training", str(lost["skill"])),
                says="record",
            )
        )
    unknown = found.table[found.table["reliability"].isna()]
    if len(unknown):
        values = {"n": len(unknown), "least": LEAST_TWICE, "skill": unknown["skill"].iloc[0]}
        evidence = Evidence(int(unknown["people"].max()), "sellers", period=span)
        told.append(
            Finding("skills.once", "watch", values, evidence, owner="operations", about=("training", ""), says="record")
        )
    counted = found.table[found.table["below"].notna()]  # of fewer than five nobody says whether somebody lies below
    if not told and len(counted):
        values = {"n": len(counted)}
        told.append(
            Finding(
                "skills.even",
                "good",
                values,
                Evidence(int(counted["people"].max()), "sellers", period=span),
                about=("training", ""),
                says="keep",
            )
        )
    return told


def _gap(row: Mapping[Any, Any], found: Skills) -> Finding:
    weak = row["gap"] < 0
    values = {
        "skill": row["skill"],
        "gap": abs(row["gap"]),
        "mean": row["mean"],
        "n": row["people"],
        "others": row.get("others"),
    }
    return Finding(
        "skills.team_weaker" if weak else "skills.team_stronger",
        "act" if weak else "good",
        values,
        Evidence(int(row["people"]), "sellers", row["low"], row["high"], "number", period=found.period.span),
        about=("training", str(row["skill"])),
        says="train" if weak else "keep",
        rests_on=("scores_mean_the_skill",),
    )


def skills_of_team(
    tables: Tables, *, as_of: date, gaps: pd.DataFrame | None = None, people: pd.DataFrame | None = None
) -> Skills:
    """A team's skills as its page shows them, beside the whole company.

    `gaps`, `people`: the team's rows of the handover (`company.skills_for_teams`). Without them, `skills` of the team's tables
    alone, where peers are the team itself.
    """
    if gaps is None or people is None or gaps.empty:
        return skills(tables, as_of=as_of)
    table = _typed(gaps.reindex(columns=[*SKILLS, "others"])).sort_values(
        ["gap", "skill"], na_position="last", ignore_index=True
    )
    answer = Skills(
        as_of=as_of,
        period=Period(as_of - timedelta(days=MOST_OLD - 1), as_of, "year"),
        table=table,
        people=_typed(people.reindex(columns=PEOPLE)),
        links=pd.DataFrame(columns=LINKS),
        items=pd.DataFrame(columns=ITEMS),
        teams=pd.DataFrame(columns=TEAMS),
        sellers=len(sellers_on(known_on(tables, as_of), pd.Timestamp(as_of))),
        compared=True,
    )
    return answer.saying(*_findings(answer))
