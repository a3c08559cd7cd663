"""Whether texts are still like those a model was fitted on: an alarm with a stated rate of false ones.

In: a fitted model and new texts, as `read_texts` gives them. Out: `Drift`, one row per sign. More or fewer positive texts are
no drift: that is what is to be measured. Signs are words that the fitted texts do not have, length, texts that cannot be
scored, Romanian among the scored, and scores that no share of positive texts explains.

Fitted texts are parted in two by chance: one half gives the words that are known, the other what is usual, so new texts are
held against texts that the words did not come from either. Signs share the rate of false alarms (Holm 1979). The rate holds for
texts written independently of each other; a hundred texts about one incident are drift, and should be.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.base.types import Flags, Floats
from salesanalytics.models.sentiment.reading import Texts
from salesanalytics.models.sentiment.words import TOKEN
from salesanalytics.stats.compare import fisher, holm

LEAST = 20  # scored texts, on either side
EDGES = (0.1, 0.3, 0.7, 0.9)  # of chances: coarse, so that a model that has seen a few labels more is no drift
LEAST_PART = 0.05
TOLERANCE = 0.02  # of a bin's share: the model has seen more labels than those that scored the held-out texts
SHARES = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """What is usual in the fitted texts: `known` words, per text the share of `unknown` words and `length` in words; counts."""

    known: frozenset[str]
    unknown: Floats
    length: Floats
    texts: int
    scored: int
    romanian: int


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """`table`, one row per sign: sign, usual, now, p (adjusted for all signs), alarm. `alarm`: any of them.

    `texts`: so many were looked at; `enough`: False where there were too few texts to tell, and the table is empty.
    """

    table: pd.DataFrame
    texts: int
    enough: bool

    @property
    def alarm(self) -> bool:
        """Whether any sign raises it."""
        return bool(self.table["alarm"].any())


def usual_texts(read: Texts, seed: int) -> Usual:
    """What is usual in the texts a model is fitted on."""
    folded = [one for one, scored in zip(read.folded, read.scored, strict=True) if scored]
    half = np.random.default_rng(seed).permutation(len(folded)) % 2 == 0
    known = frozenset(word for one, first in zip(folded, half, strict=True) if first for word in TOKEN.findall(one))
    unknown, length = _words([one for one, first in zip(folded, half, strict=True) if not first], known)
    return Usual(known, unknown, length, len(read.folded), len(folded), int((read.romanian & read.scored).sum()))


def drift(usual: Usual, read: Texts, chance: Floats, held_out: pd.DataFrame, rate: float = 0.05) -> Drift:
    """Signs that `read` differs from what is `usual`. `chance`: the model's for each text; `held_out`: the model's own.

    `rate`: chance of any alarm where nothing changed.
    """
    scored = read.scored
    if min(int(scored.sum()), len(usual.unknown)) < LEAST:
        return Drift(pd.DataFrame(columns=["sign", "usual", "now", "p", "alarm"]), len(read.folded), enough=False)
    unknown, length = _words([one for one, there in zip(read.folded, scored, strict=True) if there], usual.known)
    signs = {
        "unknown_words": (usual.unknown.mean(), unknown.mean(), _ranks(usual.unknown, unknown)),
        "length": (usual.length.mean(), length.mean(), _ranks(usual.length, length)),
        "not_scored": _share(usual.texts - usual.scored, usual.texts, int((~scored).sum()), len(scored)),
        "romanian": _share(usual.romanian, usual.scored, int((read.romanian & scored).sum()), int(scored.sum())),
    } | _scores(chance[scored], held_out)
    table = pd.DataFrame([(name, *one) for name, one in signs.items()], columns=["sign", "usual", "now", "p"])
    table["p"] = holm(table["p"].to_numpy())
    return Drift(table.assign(alarm=table["p"] < rate), len(read.folded), enough=True)


def _words(folded: list[str], known: frozenset[str]) -> tuple[Floats, Floats]:
    """Per text the share of its words that are not known, and how many it has; a number is new, and says nothing."""
    found = [TOKEN.findall(one) for one in folded]
    length = np.array([len(one) for one in found], dtype=np.float64)
    unknown = np.array([sum(word not in known and not word[0].isdigit() for word in one) for one in found], dtype=np.float64)
    return unknown / np.maximum(length, 1), length


def _ranks(usual: Floats, now: Floats) -> float:
    return float(stats.mannwhitneyu(usual, now).pvalue)


def _share(before: int, of_before: int, now: int, of_now: int) -> tuple[float, float, float]:
    return before / of_before, now / of_now, fisher(now, of_now - now, before, of_before - before)


def _scores(chance: Floats, held_out: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Whether some share of positive texts explains how scores fall; nothing where labels are few.

    The least chi-square over shares, of texts by how sure the model is of them; both the new texts and the held-out ones are
    samples. `usual` and `now`: share of texts with a chance between .25 and .75.
    """
    known = held_out.dropna(subset=["positive", "chance"])
    sides = [known.loc[known["positive"] == side, "chance"].to_numpy(dtype=np.float64) for side in (0, 1)]
    if min(len(one) for one in sides) < LEAST:
        return {}
    told = known["chance"].to_numpy(dtype=np.float64)
    edges = _edges(told)
    if len(edges) < 2:
        return {}
    least = _least_chi_square(
        _parts(chance, edges), [_parts(one, edges) for one in sides], len(chance), [len(one) for one in sides]
    )
    p = float(stats.chi2.sf(least, len(edges) - 1))
    return {"scores": (float(_between(told).mean()), float(_between(chance).mean()), p)}


def _edges(chance: Floats) -> Floats:
    """Edges between which enough held-out texts lie."""
    kept = [0.0]
    for edge in EDGES:
        if ((chance > kept[-1]) & (chance <= edge)).mean() >= LEAST_PART and (chance > edge).mean() >= LEAST_PART:
            kept.append(edge)
    return np.array(kept[1:])


def _between(chance: Floats) -> Flags:
    return np.abs(chance - 0.5) < 0.25


def _parts(chance: Floats, edges: Floats) -> Floats:
    """Share of texts per bin, a half text added to each so that no bin is certain to stay empty."""
    n = np.bincount(np.searchsorted(edges, chance), minlength=len(edges) + 1) + 0.5
    return np.asarray(n / n.sum())


def _least_chi_square(now: Floats, sides: list[Floats], n: int, held: list[int]) -> float:
    """The best fit over shares; one bin follows from the others and is left out."""
    found = []
    for share in SHARES:
        weights = (1 - share, share)
        expected = sum((w * one for w, one in zip(weights, sides, strict=True)), np.zeros(len(now)))
        cover = _multinomial(expected) / n + TOLERANCE**2 * (np.eye(len(now)) - 1 / len(now))
        for w, one, many in zip(weights, sides, held, strict=True):
            cover = cover + w**2 * _multinomial(one) / many
        off = (now - expected)[:-1]
        found.append(float(off @ np.linalg.solve(cover[:-1, :-1], off)))
    return min(found)


def _multinomial(parts: Floats) -> Floats:
    return np.asarray(np.diag(parts) - np.outer(parts, parts))
