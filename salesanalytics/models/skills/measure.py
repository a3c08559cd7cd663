"""How good somebody is at one skill, from scores that also hold the day, on scales that differ.

In: one row per score of one skill. Out: each person's true score on the reference scale with its error. A score is a true
score plus the day's luck; how much luck is known from people who were scored more than once (intraclass correlation, Shrout and
Fleiss 1979). A true score is guessed by regression on all the person's scores (Kelley 1947; with scores on other scales as
Wainer et al. 2001), which is Spearman and Brown's formula where these are alike.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from salesanalytics.base.types import Floats

LEAST_TWICE = 10  # further scores of the same people, below which nothing is known of the day's luck
LEAST_BOTH = 10  # people on both scales who say how these go together
LEAST_PEOPLE = 5
SAME = 0.8  # of the people there that either scale has to cover to be of the same population
Linked = Literal["reference", "people", "population", "cannot"]


@dataclass(frozen=True, slots=True)
class Scale:
    """One scale. `luck`: variance of the day, from `twice` further scores of the same people (NaN: too few); `true`: variance
    of true scores. Both over all skills scored on it, whose people are taken to differ alike.
    """

    luck: float
    twice: int
    true: float

    @property
    def reliability(self) -> float:
        """How much of one score is the person, 0..1."""
        return self.true / (self.true + self.luck) if self.true + self.luck > 0 else np.nan


def scales_of(scores: pd.DataFrame, latest: pd.DataFrame) -> dict[str, Scale]:
    """Each scale's luck and truth. `scores`, all of them: rep_id, skill, scale, block (courses before), score; `latest`: the
    last ones of the people looked at. The day's luck: scores of one person, skill and block against their mean.
    """
    found = {}
    for scale, rows in scores.groupby("scale"):
        by = rows.groupby(["rep_id", "skill", "block"])["score"]
        n = len(rows) - by.ngroups
        luck = float(((rows["score"] - by.transform("mean")) ** 2).sum()) / n if n >= LEAST_TWICE else np.nan
        now = latest[latest["scale"] == scale]
        skills = now.groupby("skill")["score"]
        rest = len(now) - skills.ngroups
        total = float(((now["score"] - skills.transform("mean")) ** 2).sum()) / rest if rest > 0 else np.nan
        found[str(scale)] = Scale(luck, n, max(total - luck, 0.0) if np.isfinite(total) else np.nan)
    return found


def together_of(latest: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Covariance of each pair of scales within the skills, over people scored on both."""
    wide = latest.pivot(index=["skill", "rep_id"], columns="scale", values="score")
    found = {}
    for one, other in combinations(wide.columns, 2):
        both = wide[[one, other]].dropna()
        skills = both.index.get_level_values("skill").nunique()
        if len(both) - skills >= LEAST_BOTH - 1:
            away = both - both.groupby(level="skill").transform("mean")
            covariance = float((away[one] * away[other]).sum() / (len(both) - skills))
            found[str(one), str(other)] = found[str(other), str(one)] = covariance
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """`table`: one row per person: rep_id, estimate (true score on the reference scale), error, trust (how much of what is
    known of the person is the person, 0..1). `links`: one row per scale: scale, people, both, linked. `mean`; `spread`
    (standard deviation of true scores) and `reliability` (of one score on the reference scale): NaN where the day's luck is not
    known; `reference`: the scale; `left_out`: people who have scores only on scales that cannot be linked.
    """

    table: pd.DataFrame
    links: pd.DataFrame
    mean: float
    spread: float
    reliability: float
    reference: str
    left_out: int


def measured(
    latest: pd.DataFrame, scales: dict[str, Scale], together: dict[tuple[str, str], float], population: int
) -> Measured:
    """`Measured` from the latest score per person and scale (rep_id, scale, score) of one skill; `population`: people there.

    The reference is the scale that tells most: people times reliability, among tests where one has half of the people. Another
    is put on it by how both go together in the people measured on both (ten at least); by mean and spread, as if it measured
    the same, where both cover four of five of the people there; else it cannot be linked.
    """
    wide = latest.pivot(index="rep_id", columns="scale", values="score").sort_index()
    counts = {str(scale): int(n) for scale, n in wide.notna().sum().items()}
    reference = max(counts, key=lambda scale: _tells(scale, counts, scales[scale]))
    own, of = wide[reference].dropna(), scales[reference]
    nothing = len(own) < LEAST_PEOPLE or not of.true > 0
    links, joint = [(reference, len(own), len(own), "reference")], {reference: (float(own.mean()), of.true + of.luck, of.true)}
    for scale in sorted(set(counts) - {reference}):
        both = wide[[reference, scale]].dropna()
        how, ties = _linked(wide, both, scales, together.get((reference, scale)), population)
        links.append((scale, counts[scale], len(both), how))
        if how != "cannot":
            joint[scale] = ties
    used = wide[list(joint)]
    left_out = int(used.isna().all(axis=1).sum())
    used = used.dropna(how="all")
    none = pd.DataFrame(columns=["rep_id", "estimate", "error", "trust"])
    return Measured(
        table=none if nothing else _guessed(used, joint, of.true),
        links=pd.DataFrame(links, columns=["scale", "people", "both", "linked"]),
        mean=float(own.mean()),
        spread=np.nan if nothing else float(np.sqrt(of.true)),
        reliability=of.reliability,
        reference=reference,
        left_out=left_out,
    )


def _tells(scale: str, counts: dict[str, int], of: Scale) -> tuple[bool, float, int, str]:
    """A test is the same for everybody, a rating is its rater's, too."""
    test = scale.startswith("test") and 2 * counts[scale] >= max(counts.values())
    return test, float(counts[scale] * np.nan_to_num(of.reliability)), counts[scale], scale


Ties = tuple[float, float, float]


def _linked(
    wide: pd.DataFrame, both: pd.DataFrame, scales: dict[str, Scale], together: float | None, population: int
) -> tuple[Linked, Ties]:
    """How a scale is put on the reference, and its mean there, variance, and covariance with the reference's true score."""
    reference, scale = (str(name) for name in both.columns)
    of, other = scales[reference], scales[scale]
    nothing: Ties = (np.nan, np.nan, np.nan)
    if not np.isfinite(of.true + other.true) or not of.true > 0 or not other.true + other.luck > 0:
        return "cannot", nothing
    most = float(np.sqrt(of.true * other.true))  # no more than if both measured the same
    if len(both) >= LEAST_BOTH and together is not None:
        ties = float(np.clip(together, 0.0, most))
        away = float(wide[reference].mean() - both[reference].mean())
        return "people", (float(both[scale].mean()) + ties / (of.true + of.luck) * away, other.true + other.luck, ties)
    fewest = int(wide[[reference, scale]].notna().sum().min())
    if fewest >= SAME * population and fewest >= LEAST_PEOPLE:
        return "population", (float(wide[scale].mean()), other.true + other.luck, most)
    return "cannot", nothing


def _guessed(used: pd.DataFrame, joint: dict[str, Ties], true: float) -> pd.DataFrame:
    """Each person's true score by regression on the scores they have."""
    names = list(joint)
    means, variances, ties = (np.array([joint[name][at] for name in names]) for at in range(3))
    cover = np.outer(ties, ties) / true
    np.fill_diagonal(cover, variances)
    away: Floats = used.to_numpy(dtype=np.float64) - means
    estimate, left = np.empty(len(used)), np.empty(len(used))
    seen = np.isfinite(away)
    for pattern in np.unique(seen, axis=0):
        rows = (seen == pattern).all(axis=1)
        weight = np.linalg.solve(cover[np.ix_(pattern, pattern)], ties[pattern])
        estimate[rows] = means[0] + away[np.ix_(rows, pattern)] @ weight
        left[rows] = max(true - float(weight @ ties[pattern]), 0.0)
    table = pd.DataFrame({"rep_id": used.index.to_numpy(dtype=object), "estimate": estimate, "error": np.sqrt(left)})
    return table.assign(trust=1 - left / true)
